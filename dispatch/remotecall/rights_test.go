package remotecall

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

const staffSecret = "staff-secret"

// withStaff adds the provider's staff, of every role that staff have.
func withStaff(c *Config) {
	for _, role := range []registry.Role{registry.RoleService, registry.RoleSecurity, registry.RoleAnalytics} {
		c.Operators = append(c.Operators, Credential{role, staffSecret})
	}
}

func (h *house) staff(role registry.Role) *Operator {
	h.t.Helper()
	o, err := h.s.Operator(role, staffSecret)
	h.ok(err)
	return o
}

// dweller is a user of Flow about whom everything is stored that can be. Every
// value that could name them has their tag in it.
type dweller struct {
	person
	tag, number          string
	key                  Key
	subUser              registry.ID
	pseudonym            registry.ID
	values               []string // all that is stored about them and may be shown to them
	towerName, otherName string
}

// dwell fills the stores with one dweller's life.
func (h *house) dwell(tag, apartment, floor string) dweller {
	h.t.Helper()
	d := dweller{tag: tag, towerName: "Tower " + tag, otherName: "Office " + tag}
	up := FlowSignUp{
		Name: "Name " + tag, Gender: "gender-" + tag, Country: "FI", Language: "fi", Phone: "+999 1" + apartment, Email: tag + "@example.org", Password: goodPassword, Building: "tower",
	}
	subject, err := h.s.SignUpFlow(up)
	h.ok(err)
	token, err := h.s.Login(Flow, up.Email, goodPassword)
	h.ok(err)
	d.person = person{subject, Flow, up.Email, token}
	admission := Admission{Service: Flow, Email: up.Email, Name: d.towerName, Address: "Street " + tag, Apartment: apartment, MainUser: true}
	_, err = h.manager("tower").Admit(admission)
	h.ok(err)
	_, err = h.manager("office").Admit(Admission{Service: Flow, Email: up.Email, Name: d.otherName})
	h.ok(err)
	_, err = h.manager("tower").Grant(Flow, subject, Grant{Floors: []string{"G", floor}, MayGrant: true})
	h.ok(err)
	_, err = h.manager("office").Grant(Flow, subject, Grant{Floors: []string{"G", "1"}, Daily: "07:00-19:00"})
	h.ok(err)
	d.number, err = h.manager("tower").GiveTag(subject, []string{floor})
	h.ok(err)
	username, speed, favourite, phone, pictures := "bell-"+tag, 1317, floor, "+999 2"+apartment, true
	h.ok(h.s.Prefer(token, Preferences{IntercomPhone: &phone, IntercomUsername: &username, FavouriteFloor: &favourite, WalkingSpeed: &speed, StorePictures: &pictures}))
	r := h.keyTo("G")
	r.Visitor = "Visitor of " + tag
	d.key, err = h.s.CreateKey(token, r)
	h.ok(err)
	d.subUser, err = h.s.AddSubUser(token, SubUserEntry{Building: "tower", Name: "Child of " + tag, Username: "user-" + tag, Number: "n-" + tag, Note: "note " + tag, BirthDate: "2015-05-01", Consent: true, Guardian: true})
	h.ok(err)
	d.pseudonym = registry.Random{}.New()
	h.ok(h.s.Register(token, d.pseudonym, "tower"))
	h.ok(h.s.Upload(Usage{d.pseudonym, "tower", "low", "remote-call", h.now()}))
	d.values = []string{
		up.Name, up.Gender, up.Phone, up.Email, phone, username, "Visitor of " + tag, "Child of " + tag, "user-" + tag, "n-" + tag, "note " + tag,
		d.towerName, "Street " + tag, d.otherName, d.number, string(d.pseudonym),
	}
	return d
}

// twoDwellers are room-mates: same buildings, same floor, same apartment but
// for its main user.
func twoDwellers(t *testing.T) (h *house, a, b dweller) {
	h = newHouse(t, withStaff)
	return h, h.dwell("axa", "7100", "1"), h.dwell("bxb", "7200", "1")
}

// ask exercises a right through a channel, and gives what the subject gets, be
// it delivered to them or handed over. Password "" is the right one.
func (h *house) ask(channel string, p person, r RightsRequest) (*Fulfilment, error) {
	h.t.Helper()
	r.Service = p.service
	if r.Password == "" {
		r.Password = goodPassword
	}
	r.Email = p.email
	switch channel {
	case channelApp:
		token, err := h.s.Login(p.service, p.email, goodPassword)
		h.ok(err)
		r.Token = token
	case channelManager:
		r.Manager = h.manager("tower")
	case channelOperator:
		r.Operator = h.staff(registry.RoleService)
	}
	before := len(h.delivered)
	f, err := h.s.Exercise(r)
	for _, d := range h.delivered[before:] {
		if d.Request != f.Request || d.Email != p.email {
			h.t.Errorf("the answer to request %s was delivered as that to %s, to the subject: %v", f.Request, d.Request, d.Email == p.email)
		}
		f.Export, f.Referrals = d.Export, d.Referrals
	}
	return f, err
}

func channels() []string { return []string{channelApp, channelManager, channelOperator} }

// state is everything that is stored about a subject, as text without what
// differs from one writing to the next.
func (h *house) state(subject registry.ID) []string {
	h.t.Helper()
	var list []string
	see := func(building string, kinds ...*registry.Kind) {
		for _, k := range kinds {
			err := h.stores.As(registry.RoleService, registry.ToFulfil).In(building).Of(subject).
				Each(registry.Ref{Kind: k, Subject: subject}, func(_ registry.Ref, load func(registry.Record) error) error {
					rec := k.New()
					if err := load(rec); err != nil {
						return err
					}
					switch r := rec.(type) {
					case *registry.FlowProfile:
						r.Password = "set"
					case *registry.RemoteCallAccount:
						r.Password = "set"
					case *registry.VisitorKey:
						r.CodeHash, r.Consent = "", ""
					case *registry.SubUser:
						r.Consent = ""
					case *registry.KeyTag:
						r.Number = ""
					}
					text, err := json.Marshal(rec)
					list = append(list, building+" "+k.Name+" "+string(text))
					return err
				})
			if err != nil && !gone(err) && !notProvider(err) {
				h.t.Fatal(err)
			}
		}
	}
	see("", registry.KindRemoteCallAccount, registry.KindFlowProfile, registry.KindFlowPreferences, registry.KindVisitorKey, registry.KindSubUser, registry.KindObjection)
	for _, b := range []string{"tower", "office"} {
		see(b, registry.KindBuildingPerson, registry.KindPermission, registry.KindKeyTag)
	}
	return list
}

// requests lists the ledger's entries of requests as "right channel outcome".
func (h *house) requests() (list []string) {
	h.t.Helper()
	h.ok(h.stores.Entries(func(_ uint64, e *registry.Entry) error {
		if e.Act == registry.ActRequest {
			list = append(list, strings.TrimSpace(e.Facts["right"]+" "+e.Facts["channel"]+" "+e.Facts["outcome"]))
		}
		return nil
	}))
	return list
}

// ledgerText is the whole ledger as JSON.
func (h *house) ledgerText() string {
	h.t.Helper()
	var all strings.Builder
	h.ok(h.stores.Entries(func(_ uint64, e *registry.Entry) error {
		text, err := json.Marshal(e)
		all.Write(text)
		return err
	}))
	return all.String()
}

// Three channels, one result (RC:L49, FL:L78): the same request leaves the
// same stores behind, whichever way it came.
func TestThreeChannelsLeaveTheSame(t *testing.T) {
	for _, c := range []struct {
		sentence string
		r        RightsRequest
	}{
		{"a corrected telephone number", RightsRequest{Right: ToCorrect, Corrections: map[string]string{"phone": "+999 555", "intercom_username": "corrected"}}},
		{"an objection", RightsRequest{Right: ToObject, Purpose: registry.ToAnalyse}},
		{"an erasure", RightsRequest{Right: ToDelete}},
		{"a review", RightsRequest{Right: ToReview}},
		{"portability", RightsRequest{Right: ToPort}},
	} {
		var first []string
		for i, channel := range channels() {
			h := newHouse(t, withStaff)
			d := h.dwell("axa", "7100", "1")
			before := h.state(d.subject)
			if _, err := h.ask(channel, d.person, c.r); err != nil {
				t.Errorf("%s by %s: %v", c.sentence, channel, err)
				continue
			}
			want := []string{string(c.r.Right) + " " + channel, string(c.r.Right) + " " + channel + " fulfilled"}
			if diff := cmp.Diff(want, h.requests()); diff != "" {
				t.Errorf("%s by %s: requests in the ledger (-want +got):\n%s", c.sentence, channel, diff)
			}
			after := h.state(d.subject)
			changes := c.r.Right != ToReview && c.r.Right != ToPort
			if changes == slices.Equal(before, after) {
				t.Errorf("%s by %s: the stores changed is %v", c.sentence, channel, !changes)
			}
			if i == 0 {
				first = after
			} else if diff := cmp.Diff(first, after); diff != "" {
				t.Errorf("%s: what the app leaves (-) and the channel %s (+):\n%s", c.sentence, channel, diff)
			}
			if err := h.stores.CheckLedger(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestAnImpostorGetsNothing(t *testing.T) {
	h, a, _ := twoDwellers(t)
	for _, right := range []Right{ToReview, ToCorrect, ToDelete, ToObject, ToPort} {
		r := RightsRequest{Right: right, Corrections: map[string]string{"phone": "+999 666"}, Purpose: registry.ToAnalyse, Service: Flow}
		for _, c := range []struct {
			sentence string
			change   func(*RightsRequest)
			want     Refusal
			noted    int
		}{
			{"a wrong password by staff", func(r *RightsRequest) {
				r.Operator, r.Email, r.Password = h.staff(registry.RoleService), a.email, "wrong horse"
			}, IdentityNotProven, 1},
			{"no password by staff", func(r *RightsRequest) { r.Operator, r.Email = h.staff(registry.RoleService), a.email }, IdentityNotProven, 1},
			{"an unknown e-mail by staff", func(r *RightsRequest) {
				r.Operator, r.Email, r.Password = h.staff(registry.RoleService), "nobody@example.org", goodPassword
			}, IdentityNotProven, 1},
			{"an unknown e-mail that staff have checked", func(r *RightsRequest) {
				r.Operator, r.Email, r.CheckedBy = h.staff(registry.RoleService), "nobody@example.org", "staff-1"
			}, IdentityNotProven, 1},
			{"a wrong password by the Manager", func(r *RightsRequest) { r.Manager, r.Email, r.Password = h.manager("tower"), a.email, "wrong horse" }, IdentityNotProven, 1},
			{"staff of another role", func(r *RightsRequest) {
				r.Operator, r.Email, r.Password = h.staff(registry.RoleAnalytics), a.email, goodPassword
			}, Denied, 0},
			{"a Manager who says that they checked", func(r *RightsRequest) { r.Manager, r.Email, r.CheckedBy = h.manager("tower"), a.email, "staff-1" }, MalformedField, 0},
			{"a made-up login", func(r *RightsRequest) { r.Token = "nonsense" }, NotSignedIn, 0},
			{"nobody at all", func(*RightsRequest) {}, NotSignedIn, 0},
			{"two channels at once", func(r *RightsRequest) { r.Token, r.Manager = a.token, h.manager("tower") }, MalformedField, 0},
		} {
			x := r
			c.change(&x)
			before, noted := h.state(a.subject), h.acts(registry.ActIdentityRefused)
			f, err := h.s.Exercise(x)
			if Reason(err) != c.want || f != nil {
				t.Errorf("%s: %s: got %v, want %s", right, c.sentence, err, c.want)
			}
			if diff := cmp.Diff(before, h.state(a.subject)); diff != "" {
				t.Errorf("%s: %s changed the stores:\n%s", right, c.sentence, diff)
			}
			if n := h.acts(registry.ActIdentityRefused) - noted; n != c.noted {
				t.Errorf("%s: %s: %d entries of a refused identity, want %d", right, c.sentence, n, c.noted)
			}
			h.pass(time.Hour) // failures in a row make the account wait
		}
	}
	for _, value := range append(a.values, "nobody@example.org", goodPassword) {
		if strings.Contains(h.ledgerText(), value) {
			t.Error("the ledger holds personal data of a request")
		}
	}
	if n := h.acts(registry.ActRequest); n != 0 {
		t.Errorf("%d requests were noted without anybody's identity", n)
	}
}

// Guessing through a Manager or staff counts as guessing at the login does.
func TestGuessingThroughStaffWaits(t *testing.T) {
	h := newHouse(t, withStaff)
	d := h.dwell("axa", "7100", "1")
	r := RightsRequest{Right: ToReview, Service: Flow, Operator: h.staff(registry.RoleService), Email: d.email, Password: "wrong horse"}
	for range h.config.Policy.FailedLogins {
		_, err := h.s.Exercise(r)
		h.refused(err, IdentityNotProven)
	}
	unknown := r
	unknown.Email = "nobody@example.org"
	for range h.config.Policy.FailedLogins {
		_, err := h.s.Exercise(unknown)
		h.refused(err, IdentityNotProven)
	}
	_, err := h.s.Exercise(unknown)
	h.refused(err, TooManyAttempts) // waiting does not tell who has an account
	r.Password = goodPassword
	_, err = h.s.Exercise(r)
	h.refused(err, TooManyAttempts)
	h.pass(h.config.Policy.Wait)
	_, err = h.s.Exercise(r)
	h.ok(err)
}

func TestTheAppWantsThePasswordAgain(t *testing.T) {
	h := newHouse(t, withStaff)
	d := h.dwell("axa", "7100", "1")
	for _, right := range []Right{ToDelete, ToPort} {
		_, err := h.s.Exercise(RightsRequest{Right: right, Token: d.token, Password: "wrong horse"})
		h.refused(err, IdentityNotProven)
		h.pass(h.config.Policy.Wait)
	}
	_, err := h.s.Exercise(RightsRequest{Right: ToReview, Token: d.token})
	h.ok(err)
	if n := h.acts(registry.ActIdentityRefused); n != 2 {
		t.Errorf("%d entries of a refused identity, want 2", n)
	}
}

func TestAManagerSpeaksForTheirBuilding(t *testing.T) {
	h := newHouse(t, withStaff)
	p := h.resident(RemoteCall, "rc@example.org", "")
	_, err := h.s.Exercise(RightsRequest{Right: ToReview, Service: RemoteCall, Manager: h.manager("office"), Email: p.email, Password: goodPassword})
	h.refused(err, NotYourBuilding)
}

// After an erasure the app is refused, and the refusal stores nothing
// (RC:L29); the key tag goes on working (FL:L51).
func TestErasureEndsTheAppAndNotTheTag(t *testing.T) {
	for _, channel := range channels() {
		h, a, b := twoDwellers(t)
		others := h.state(b.subject)
		f, err := h.ask(channel, a.person, RightsRequest{Right: ToDelete})
		h.ok(err)
		if f.Certificate == nil || f.Certificate.Cause != registry.CauseRequest {
			t.Fatalf("%s: certificate %+v", channel, f.Certificate)
		}
		written := h.writes()
		_, err = h.s.Call(a.token, upFrom("G", "1"))
		h.refused(err, Erased)
		_, err = h.s.Login(Flow, a.email, goodPassword)
		h.refused(err, WrongCredentials)
		h.refused(h.s.Prefer(a.token, Preferences{}), Erased)
		h.refused(h.s.UseKey("tower", a.key, "G"), KeyRevoked)
		h.refused(h.s.Upload(Usage{a.pseudonym, "tower", "low", "key", h.now()}), PseudonymUnknown)
		if n := h.writes() - written; n != 0 {
			t.Errorf("%s: refusing an erased subject wrote %d records", channel, n)
		}
		h.ok(h.s.CheckTag("tower", a.number, "1"))
		if diff := cmp.Diff(others, h.state(b.subject)); diff != "" {
			t.Errorf("%s: the room-mate's records changed:\n%s", channel, diff)
		}
		for _, r := range f.Referrals {
			if !strings.Contains(r, "Manager") {
				t.Errorf("%s: referral %q does not say whom to ask", channel, r)
			}
		}
		if len(f.Referrals) != 2 {
			t.Errorf("%s: %d referrals, want the permissions of two buildings: %q", channel, len(f.Referrals), f.Referrals)
		}
		if n := h.acts(registry.ActRequest); n != 2 {
			t.Errorf("%s: %d entries of the request, want its coming in and its outcome", channel, n)
		}
		h.restart()
		_, err = h.s.Login(Flow, a.email, goodPassword)
		h.refused(err, WrongCredentials)
	}
}

// Every right on every channel leaves exactly two entries, one identity, no
// personal data.
func TestRequestsAreEvidence(t *testing.T) {
	h, a, _ := twoDwellers(t)
	for _, channel := range channels() {
		for _, right := range []Right{ToReview, ToPort, ToObject} {
			f, err := h.ask(channel, a.person, RightsRequest{Right: right, Purpose: registry.ToAnalyse})
			h.ok(err)
			seen := map[string]int{}
			h.ok(h.stores.Entries(func(_ uint64, e *registry.Entry) error {
				if e.ID == f.Request && e.Act == registry.ActRequest {
					seen[fmt.Sprint(e.Facts["outcome"], " ", e.Facts["ref"] == registry.SubjectRef(a.subject))]++
				}
				return nil
			}))
			if diff := cmp.Diff(map[string]int{" true": 1, "fulfilled true": 1}, seen); diff != "" {
				t.Errorf("%s by %s: entries by outcome (-want +got):\n%s", right, channel, diff)
			}
		}
	}
	text := h.ledgerText()
	for _, value := range a.values {
		if value != string(a.pseudonym) && strings.Contains(text, value) {
			t.Errorf("the ledger holds a value that was entered, of %d letters", len(value))
		}
	}
}

// A member of staff who checked an identity stands in the ledger. When the
// ledger cannot say so, the request is not fulfilled.
func TestStaffWhoCheckedAreNamed(t *testing.T) {
	h, a, _ := twoDwellers(t)
	r := RightsRequest{Right: ToReview, Service: Flow, Operator: h.staff(registry.RoleService), Email: a.email, CheckedBy: "staff-17"}
	declared := false
	for _, act := range registry.Acts() {
		for _, f := range act.Facts {
			declared = declared || act.Name == registry.ActRequest && f.Name == "checked-by"
		}
	}
	f, err := h.s.Exercise(r)
	if !declared {
		h.refused(err, Unavailable)
		if f != nil {
			t.Error("a request was fulfilled without evidence of who checked the identity")
		}
	} else {
		h.ok(err)
		found := false
		h.ok(h.stores.Entries(func(_ uint64, e *registry.Entry) error {
			found = found || e.ID == f.Request && slices.Contains(slices.Collect(maps.Values(e.Facts)), "staff-17")
			return nil
		}))
		if !found {
			t.Error("the ledger does not say who checked the identity")
		}
	}
	r.CheckedBy = "Matti Meikäläinen"
	_, err = h.s.Exercise(r)
	h.refused(err, MalformedField)
}
