package remotecall

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

// A Manager of Residential Flow maintains the fields that FL:L47 lists, of the
// persons of their building.
func TestManagersMaintainProfiles(t *testing.T) {
	h := newHouse(t)
	p := h.resident(Flow, "aino@example.org", "12")
	h.ok(h.s.Prefer(p.token, Preferences{IntercomPhone: ptr("+358 40 765432"), StorePictures: ptr(true)}))
	key, err := h.s.CreateKey(p.token, h.keyTo("1"))
	h.ok(err)
	m := h.manager("tower")
	h.ok(m.Maintain(p.subject, map[string]string{
		"name": "Aino Korhonen", "gender": "other", "country": "SE", "language": "sv", "phone": "+358 40 999999", "email": "korhonen@example.org",
		"intercom_username": "AK", "walking_speed_mm_s": "900", "favourite_floor": "3",
	}))
	got, err := m.Maintained(p.subject)
	h.ok(err)
	want := Maintained{
		Name: "Aino Korhonen", Gender: "other", Country: "SE", Language: "sv", Phone: "+358 40 999999", Email: "korhonen@example.org",
		IntercomUsername: "AK", WalkingSpeed: 900, FavouriteFloor: "3", Keys: []MaintainedKey{{key.ID, []string{"1"}, 1}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	// What they do not see stays as it was.
	var r registry.FlowPreferences
	h.ok(h.stores.As(registry.RoleSubject, registry.ToProvide).Of(p.subject).Get(registry.Ref{Kind: registry.KindFlowPreferences, Subject: p.subject}, &r))
	if r.IntercomPhone != "+358 40 765432" || !r.StorePictures || r.FavouriteFloor != "3" {
		t.Errorf("preferences that the Manager does not see: %+v", r)
	}
	_, err = h.s.Login(Flow, "korhonen@example.org", goodPassword)
	h.ok(err)
	_, err = h.s.Login(Flow, "aino@example.org", goodPassword)
	h.refused(err, WrongCredentials)

	h.ok(m.Maintain(p.subject, map[string]string{"favourite_floor": "", "walking_speed_mm_s": ""}))
	got, err = m.Maintained(p.subject)
	h.ok(err)
	if got.FavouriteFloor != "" || got.WalkingSpeed != 0 || got.IntercomUsername != "AK" {
		t.Errorf("preferences after two were removed: %+v", got)
	}
	h.ok(m.EndKey(p.subject, key.ID))
	h.refused(m.EndKey(p.subject, key.ID), NoSuchEntry)
	h.refused(h.s.UseKey("tower", key, "1"), KeyRevoked)
}

// What a Manager may not maintain is refused, and nothing is written.
func TestManagersMaintainNothingElse(t *testing.T) {
	h := newHouse(t)
	p, other := h.resident(Flow, "aino@example.org", "12"), h.signUp(Flow, "stranger@example.org")
	caller := h.resident(RemoteCall, "caller@example.org", "")
	worker := h.signUp(Flow, "worker@example.org")
	_, err := h.manager("office").Admit(Admission{Service: Flow, Email: worker.email, Name: "W"})
	h.ok(err)
	for _, c := range []struct {
		sentence string
		building string
		subject  registry.ID
		values   map[string]string
		want     Refusal
	}{
		{"a password", "tower", p.subject, map[string]string{"password": "new and long enough"}, Denied},
		{"the number for the intercom", "tower", p.subject, map[string]string{"intercom_phone": "+358 1"}, Denied},
		{"whether pictures are kept", "tower", p.subject, map[string]string{"store_missed_pictures": "true"}, Denied},
		{"a name beside a field that is not theirs", "tower", p.subject, map[string]string{"name": "N", "active": "2024-01-01"}, Denied},
		{"an address that is none", "tower", p.subject, map[string]string{"email": "nobody"}, MalformedField},
		{"the address of somebody else", "tower", p.subject, map[string]string{"email": other.email}, AlreadySignedUp},
		{"a floor that no building has", "tower", p.subject, map[string]string{"favourite_floor": "99"}, UnknownFloor},
		{"of somebody whom the building does not know", "tower", other.subject, map[string]string{"name": "N"}, NotYourBuilding},
		{"of a user of Remote Call", "tower", caller.subject, map[string]string{"name": "N"}, Denied},
		{"in an office", "office", worker.subject, map[string]string{"name": "N"}, Denied},
	} {
		before := h.writes()
		if err := h.manager(c.building).Maintain(c.subject, c.values); Reason(err) != c.want {
			t.Errorf("%s: got %v, want %q", c.sentence, err, c.want)
		} else if strings.Contains(err.Error(), "nobody") {
			t.Errorf("%s: the refusal repeats the value", c.sentence)
		}
		if h.writes() != before {
			t.Errorf("%s: something was written", c.sentence)
		}
	}
	_, err = h.manager("office").Maintained(p.subject)
	h.refused(err, Denied)
}

// What somebody granted in another building is none of this Manager's.
func TestManagersSeeGrantsOfTheirBuilding(t *testing.T) {
	h := newHouse(t)
	p := h.resident(Flow, "aino@example.org", "12")
	office := h.manager("office")
	_, err := office.Admit(Admission{Service: Flow, Email: p.email, Name: "Aino"})
	h.ok(err)
	_, err = office.Grant(Flow, p.subject, Grant{MayGrant: true})
	h.ok(err)
	k := h.keyTo("1")
	k.Building = "office"
	key, err := h.s.CreateKey(p.token, k)
	h.ok(err)
	sub, err := h.s.AddSubUser(p.token, SubUserEntry{Building: "tower", Name: "Eero", Username: "eero", Number: "7", BirthDate: "1990-01-01", Consent: true})
	h.ok(err)
	m := h.manager("tower")
	got, err := m.Maintained(p.subject)
	h.ok(err)
	if diff := cmp.Diff([]MaintainedSubUser{{sub, "eero"}}, got.SubUsers); diff != "" || len(got.Keys) != 0 {
		t.Errorf("%d keys, sub-users %s", len(got.Keys), diff)
	}
	h.refused(m.EndKey(p.subject, key.ID), NoSuchEntry)
	h.ok(m.EndSubUser(p.subject, sub))
	h.refused(m.EndSubUser(p.subject, sub), NoSuchEntry)
	if got := h.audited("tower"); !cmp.Equal(got, []string{"created sub-user", "deleted sub-user"}) {
		t.Errorf("the key audit has %v", got)
	}
}

func ptr[T any](v T) *T { return &v }
