package remotecall

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

func TestAManagerGetsIntoTheirOwnBuilding(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.Buildings = append(c.Buildings[:1:1], Building{Name: "office", Floors: []string{"G"}})
	})
	for _, row := range []struct {
		says, building, credential string
		want                       Refusal
	}{
		{"with the credential", "tower", towerCredential, ""},
		{"with another building's", "tower", officeCredential, WrongCredentials},
		{"with none", "tower", "", WrongCredentials},
		{"where no Manager is configured", "office", "", WrongCredentials},
		{"where there is no building", "castle", towerCredential, UnknownBuilding},
	} {
		if _, err := h.s.Manager(row.building, row.credential); Reason(err) != row.want {
			t.Errorf("%s: got %v, want %q", row.says, err, row.want)
		}
	}
}

func TestAdmit(t *testing.T) {
	good := Admission{Service: Flow, Email: "aino@example.org", Name: "Aino Virtanen", Address: "Keilasatama 3", Apartment: "12", MainUser: true}
	for _, row := range []struct {
		says, building string
		change         func(*Admission)
		want           Refusal
	}{
		{"a main user of Residential Flow", "tower", func(a *Admission) {}, ""},
		{"a resident without an apartment", "tower", func(a *Admission) { a.Address, a.Apartment, a.MainUser = "", "", false }, ""},
		{"without a name", "tower", func(a *Admission) { a.Name = "" }, MissingField},
		{"without an e-mail", "tower", func(a *Admission) { a.Email = "" }, MissingField},
		{"without a service", "tower", func(a *Admission) { a.Service = "" }, MalformedField},
		{"with an e-mail that nobody signed up with", "tower", func(a *Admission) { a.Email = "nobody@example.org" }, NoAccount},
		{"with an e-mail of the other service only", "tower", func(a *Admission) { a.Service, a.Address, a.Apartment, a.MainUser = RemoteCall, "", "", false }, NoAccount},
		{"with an address in an office", "office", func(a *Admission) { a.Apartment, a.MainUser = "", false }, MalformedField},
		{"with an apartment in an office", "office", func(a *Admission) { a.Address, a.MainUser = "", false }, MalformedField},
		{"a main user of no apartment", "tower", func(a *Admission) { a.Apartment = "" }, MissingField},
		{"with a name of control characters", "tower", func(a *Admission) { a.Name = "\x1b[31m" }, MalformedField},
	} {
		t.Run(row.says, func(t *testing.T) {
			h := newHouse(t)
			p := h.signUp(Flow, "aino@example.org")
			a := good
			row.change(&a)
			got, err := h.manager(row.building).Admit(a)
			if row.want != "" {
				h.refused(err, row.want)
				if n := h.acts(registry.ActNotice); n != 0 {
					t.Errorf("%d notices of somebody who was not admitted", n)
				}
				return
			}
			h.ok(err)
			if got != p.subject {
				t.Error("the person has another ID than the account")
			}
			if n := h.acts(registry.ActNotice); n != 1 {
				t.Errorf("%d notices in the ledger, want 1", n)
			}
			for _, b := range []string{"tower", "office"} {
				var r registry.BuildingPerson
				err := h.stores.As(registry.RoleManager, registry.ToProvide).In(b).Of(p.subject).Get(registry.Ref{Kind: registry.KindBuildingPerson, Subject: p.subject}, &r)
				if b == row.building {
					h.ok(err)
					if r.Name != a.Name || r.Service != Flow || r.Building != b {
						t.Error("the building knows something else than was entered")
					}
				} else if !errors.Is(err, registry.ErrNotFound) {
					t.Errorf("%s knows somebody who was admitted to %s: %v", b, row.building, err)
				}
			}
		})
	}
}

func TestAnApartmentHasOneMainUser(t *testing.T) {
	h := newHouse(t)
	m := h.manager("tower")
	aino := h.resident(Flow, "aino@example.org", "12")
	other := h.signUp(Flow, "other@example.org")
	admit := func(p person, apartment string, main bool) error {
		_, err := m.Admit(Admission{Service: Flow, Email: p.email, Name: "N", Apartment: apartment, MainUser: main})
		return err
	}
	h.refused(admit(other, "12", true), TwoMainUsers)
	h.ok(admit(other, "12", false))
	h.refused(admit(other, "12", true), TwoMainUsers)
	h.ok(admit(aino, "12", true)) // again
	h.restart()
	m = h.manager("tower")
	h.refused(admit(other, "12", true), TwoMainUsers)
	h.ok(admit(aino, "13", true)) // changes apartment
	h.ok(admit(other, "12", true))
	h.refused(admit(aino, "12", true), TwoMainUsers)
	if n := h.acts(registry.ActNotice); n != 2 {
		t.Errorf("%d notices in the ledger, want one for each person", n)
	}
	_, err := m.MovedOut(other.subject)
	h.ok(err)
	h.ok(admit(aino, "12", true))
}

func TestKeyTags(t *testing.T) {
	h := newHouse(t)
	m := h.manager("tower")
	p := h.resident(Flow, "aino@example.org", "")
	number, err := m.GiveTag(p.subject, []string{"G", "2"})
	h.ok(err)
	check := func(number, floor string) error { return h.s.CheckTag("tower", number, floor) }
	h.ok(check(number, "2"))
	h.refused(check(number, "3"), NotPermitted)
	h.refused(check(number, "9"), UnknownFloor)
	h.refused(check(strings.ToLower(number), "2"), TagUnknown)
	h.refused(h.s.CheckTag("office", number, "2"), TagUnknown)
	h.refused(h.s.CheckTag("castle", number, "2"), UnknownBuilding)

	again, err := m.GiveTag(p.subject, nil)
	h.ok(err)
	h.refused(check(number, "2"), TagUnknown)
	h.ok(check(again, "5"))
	h.restart()
	h.ok(check(again, "5"))

	// It works whatever became of the app (FL:L51).
	_, err = h.s.erase(p.subject, registry.CauseRequest)
	h.ok(err)
	_, err = h.s.Call(p.token, upFrom("G", "2"))
	h.refused(err, NotSignedIn)
	h.ok(check(again, "5"))
	h.restart()
	m = h.manager("tower") // of the service that runs now
	h.ok(check(again, "5"))

	h.ok(m.TakeTag(p.subject))
	h.refused(check(again, "5"), TagUnknown)
	h.refused(m.TakeTag(p.subject), TagUnknown)
	_, err = m.GiveTag(p.subject, []string{"9"})
	h.refused(err, UnknownFloor)
	_, err = h.manager("office").GiveTag(p.subject, nil)
	h.refused(err, NotYourBuilding)
	h.refused(h.manager("office").TakeTag(p.subject), NotYourBuilding)
}

func TestMovedOut(t *testing.T) {
	h := newHouse(t)
	m := h.manager("tower")
	p := h.resident(Flow, "aino@example.org", "12")
	neighbour := h.resident(Flow, "other@example.org", "13")
	tag, err := m.GiveTag(p.subject, nil)
	h.ok(err)
	key, err := h.s.CreateKey(p.token, h.keyTo("2"))
	h.ok(err)
	kept, err := h.s.CreateKey(neighbour.token, h.keyTo("2"))
	h.ok(err)
	_, err = h.s.AddSubUser(p.token, SubUserEntry{Building: "tower", Name: "Eero", BirthDate: "1990-01-01", Consent: true})
	h.ok(err)

	_, err = h.manager("office").MovedOut(p.subject)
	h.refused(err, NotYourBuilding)
	certificate, err := m.MovedOut(p.subject)
	h.ok(err)
	if certificate == nil || certificate.Cause != registry.CauseMovedOut {
		t.Errorf("no certificate of an erasure: %v", certificate)
	}
	_, err = h.s.Login(Flow, p.email, goodPassword)
	h.refused(err, WrongCredentials)
	h.refused(h.s.CheckTag("tower", tag, "2"), TagUnknown)
	h.refused(h.s.UseKey("tower", key, "2"), KeyRevoked)
	h.ok(h.s.UseKey("tower", kept, "2"))
	_, err = m.MovedOut(p.subject)
	h.refused(err, NotYourBuilding)
	want := []string{"created visitor-key", "created visitor-key", "created sub-user", "deleted visitor-key", "deleted sub-user"}
	if d := cmp.Diff(want, h.audited("tower")); d != "" {
		t.Error(d)
	}
	h.signUp(Flow, p.email) // the e-mail is free again
}

func TestMovedOutOfOneBuildingOfTwo(t *testing.T) {
	h := newHouse(t)
	m, office := h.manager("tower"), h.manager("office")
	p := h.resident(Flow, "aino@example.org", "12")
	_, err := office.Admit(Admission{Service: Flow, Email: p.email, Name: "Aino"})
	h.ok(err)
	_, err = office.Grant(Flow, p.subject, Grant{MayGrant: true})
	h.ok(err)
	inOffice := h.keyTo("1")
	inOffice.Building = "office"
	key, err := h.s.CreateKey(p.token, inOffice)
	h.ok(err)

	inTower, err := h.s.CreateKey(p.token, h.keyTo("2"))
	h.ok(err)
	tag, err := m.GiveTag(p.subject, nil)
	h.ok(err)
	_, err = h.s.AddSubUser(p.token, SubUserEntry{Building: "tower", Name: "Eero", BirthDate: "1990-01-01", Consent: true})
	h.ok(err)

	certificate, err := m.MovedOut(p.subject)
	h.ok(err)
	if certificate != nil {
		t.Error("the account was erased although it is used in another building")
	}
	_, err = h.s.Call(p.token, upFrom("G", "2"))
	h.refused(err, NotPermitted)
	_, err = h.s.Call(p.token, CallRequest{Building: "office", From: "G", To: "2"})
	h.ok(err)
	h.ok(h.s.UseKey("office", key, "1"))
	h.refused(h.s.UseKey("tower", inTower, "2"), KeyRevoked)
	h.refused(h.s.CheckTag("tower", tag, "2"), TagUnknown)
	if d := cmp.Diff([]string{"created visitor-key", "created sub-user", "deleted visitor-key", "deleted sub-user"}, h.audited("tower")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"created visitor-key"}, h.audited("office")); d != "" {
		t.Error(d)
	}

	certificate, err = office.MovedOut(p.subject)
	h.ok(err)
	if certificate == nil {
		t.Error("nobody needs the account any more, and it is still there")
	}
	h.refused(h.s.UseKey("office", key, "1"), KeyRevoked)
}

// A key tag in another building is that Manager's to take.
func TestMovedOutLeavesATagElsewhere(t *testing.T) {
	h := newHouse(t)
	m, office := h.manager("tower"), h.manager("office")
	p := h.resident(Flow, "aino@example.org", "12")
	_, err := office.Admit(Admission{Service: Flow, Email: p.email, Name: "Aino"})
	h.ok(err)
	tag, err := office.GiveTag(p.subject, nil)
	h.ok(err)
	certificate, err := m.MovedOut(p.subject)
	h.ok(err)
	if certificate != nil {
		t.Error("the account was erased although there is a key tag in another building")
	}
	h.ok(h.s.CheckTag("office", tag, "2"))
}

// Whoever gave up Remote Call has nothing in the building but a key tag, and
// the Manager can take it or say that they moved out.
func TestATagOutlivesRemoteCall(t *testing.T) {
	for _, end := range []func(*Manager, registry.ID) error{
		func(m *Manager, p registry.ID) error { return m.TakeTag(p) },
		func(m *Manager, p registry.ID) error { _, err := m.MovedOut(p); return err },
	} {
		h := newHouse(t)
		m := h.manager("tower")
		p := h.resident(RemoteCall, "aino@example.org", "")
		tag, err := m.GiveTag(p.subject, nil)
		h.ok(err)
		_, err = h.s.erase(p.subject, registry.CauseRequest)
		h.ok(err)
		_, err = m.Grant(RemoteCall, p.subject, Grant{})
		h.refused(err, NotYourBuilding)
		h.ok(h.s.CheckTag("tower", tag, "2"))
		h.ok(end(m, p.subject))
		h.refused(h.s.CheckTag("tower", tag, "2"), TagUnknown)
		_, err = m.MovedOut(p.subject)
		h.refused(err, NotYourBuilding)
	}
}

// Whoever gave up the app and moves out later leaves nothing in the building.
func TestMovedOutAfterErasure(t *testing.T) {
	h := newHouse(t)
	m := h.manager("tower")
	p := h.resident(Flow, "aino@example.org", "12")
	tag, err := m.GiveTag(p.subject, nil)
	h.ok(err)
	_, err = h.s.erase(p.subject, registry.CauseRequest)
	h.ok(err)
	h.ok(h.s.CheckTag("tower", tag, "2"))
	_, err = m.Grant(Flow, p.subject, Grant{})
	h.refused(err, NoAccount)
	_, err = m.MovedOut(p.subject)
	h.ok(err)
	h.refused(h.s.CheckTag("tower", tag, "2"), TagUnknown)
	h.resident(Flow, "next@example.org", "12")
}

func TestLogTakesWhatTheBuildingDeclared(t *testing.T) {
	h := newHouse(t)
	m := h.manager("tower")
	for _, row := range []struct {
		says, log string
		fields    map[string]string
		want      Refusal
	}{
		{"declared fields", "lifts", map[string]string{"floor": "2", "result": "served"}, ""},
		{"some of the declared fields", "lifts", map[string]string{"floor": "2"}, ""},
		{"a field that is not declared", "lifts", map[string]string{"name": "Aino"}, NotDeclared},
		{"a log that is not declared", "doors", nil, NotDeclared},
		{"a value as long as a page", "lifts", map[string]string{"floor": strings.Repeat("2", 1000)}, MalformedField},
	} {
		if err := m.Log(row.log, row.fields); Reason(err) != row.want {
			t.Errorf("%s: got %v, want %q", row.says, err, row.want)
		}
	}
	h.refused(h.manager("office").Log("lifts", nil), NotDeclared)
}

func TestACheapHashIsNotedInTheLedger(t *testing.T) {
	h := newHouse(t)
	if n := h.acts(registry.ActTestCost); n != 1 {
		t.Errorf("%d notes of the test profile, want 1", n)
	}
	h.config.Cost = registry.Cost{}
	h.restart()
	if n := h.acts(registry.ActTestCost); n != 1 {
		t.Errorf("%d notes of the test profile after a start at the cost of production, want 1", n)
	}
}

func TestNewFindsAllFaultsOfAConfiguration(t *testing.T) {
	h := newHouse(t)
	c := h.config
	c.Policy.Near = 0
	if _, err := New(c); err == nil || !strings.Contains(err.Error(), "near") {
		t.Errorf("a policy without a bound: %v", err)
	}
	if _, err := New(Config{}); err == nil || !strings.Contains(err.Error(), "registry") || !strings.Contains(err.Error(), "clock") {
		t.Errorf("an empty configuration: %v", err)
	}
	c = h.config
	c.Buildings = []Building{
		{Name: "castle"},
		{Name: "tower", Floors: []string{"G", "G", "*"}, Banks: []Bank{{"low", []string{"7"}}, {"low", nil}}, Services: []string{"lift"}},
		{Name: "tower"},
	}
	_, err := New(c)
	for _, want := range []string{`"castle" has no server`, `floor "G"`, `floor "*"`, `floor "7"`, `bank "low"`, `service "lift"`, `named twice`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %s: %v", want, err)
		}
	}
}
