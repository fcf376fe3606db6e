package remotecall

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

// newcomer signs up where nobody is known yet, with the same e-mail.
func (h *house) newcomer(email string) person {
	h.t.Helper()
	_, err := h.s.SignUpFlow(FlowSignUp{Name: "x", Gender: "x", Country: "SE", Language: "sv", Phone: "+99999", Email: email, Password: goodPassword, Building: "tower"})
	h.ok(err)
	token, err := h.s.Login(Flow, email, goodPassword)
	h.ok(err)
	subject, _ := h.s.subjectByEmail(Flow, email)
	_, err = h.manager("tower").Admit(Admission{Service: Flow, Email: email, Name: "x"})
	h.ok(err)
	_, err = h.manager("tower").Grant(Flow, subject, Grant{MayGrant: true})
	h.ok(err)
	return person{subject, Flow, email, token}
}

// ported is a file of ToPort without its instant.
func (h *house) ported(p person) (file map[string]any, text []byte) {
	h.t.Helper()
	f, err := h.ask(channelApp, p, RightsRequest{Right: ToPort})
	h.ok(err)
	if err := json.Unmarshal(f.Export, &file); err != nil {
		h.t.Fatal(err)
	}
	delete(file, "at")
	return file, f.Export
}

func TestPortedIntoAnEmptyServiceItIsEqual(t *testing.T) {
	h := newHouse(t, withStaff)
	d := h.dwell("axa", "7100", "1")
	want, text := h.ported(d.person)
	for _, value := range []string{goodPassword, "argon2", "Tower axa", "Street axa", d.number} {
		if strings.Contains(string(text), value) {
			t.Errorf("what the subject did not provide, or a secret, is in the file (%d letters)", len(value))
		}
	}
	other := newHouse(t, withStaff)
	p := other.newcomer(d.email)
	keys, err := other.s.Import(p.token, text)
	other.ok(err)
	got, _ := other.ported(p)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what was ported (-) and what came of it (+):\n%s", diff)
	}
	if len(keys) != 1 {
		t.Fatalf("%d keys were made anew, want 1", len(keys))
	}
	other.ok(other.s.UseKey("tower", keys[0], "G"))
	if n := other.acts(registry.ActConsent); n != 2 {
		t.Errorf("%d consents were attested, want 2", n)
	}
}

func TestRemoteCallIsPorted(t *testing.T) {
	h := newHouse(t, withStaff)
	p := h.resident(RemoteCall, "rc@example.org", "")
	want, text := h.ported(p)
	other := newHouse(t, withStaff)
	q := other.resident(RemoteCall, "rc@example.org", "")
	_, err := other.s.Import(q.token, text)
	other.ok(err)
	got, _ := other.ported(q)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatCannotBeImportedChangesNothing(t *testing.T) {
	h := newHouse(t, withStaff)
	d := h.dwell("axa", "7100", "1")
	_, good := h.ported(d.person)
	for _, c := range []struct {
		sentence, from, to string
		want               Refusal
	}{
		{"a field that the service does not collect", `"gender"`, `"shoe_size"`, MissingField},
		{"an unknown part", `"visitor_keys"`, `"holiday_plans"`, MalformedField},
		{"another form", portForm, "somebody-else", MalformedField},
		{"a later version", `"version": 1`, `"version": 2`, MalformedField},
		{"a sub-user without consent", `"birth_date": "2015-05-01",`, `"birth_date": "2015-05-01", "x": 1,`, MalformedField},
		{"a child without guardian", `"guardian": true,`, ``, NeedsGuardian},
		{"a malformed telephone number", "+999 17100", "none of your business", MalformedField},
		{"a building that is unknown", `"building": "tower"`, `"building": "castle"`, UnknownBuilding},
		{"a favourite floor that no building has", `"favourite_floor": "1"`, `"favourite_floor": "77"`, UnknownFloor},
		{"something after the end", "\n}\n", "\n}\n{}", MalformedField},
	} {
		text := strings.Replace(string(good), c.from, c.to, 1)
		if text == string(good) {
			t.Errorf("%s: the file does not hold %s", c.sentence, c.from)
			continue
		}
		other := newHouse(t, withStaff)
		p := other.newcomer(d.email)
		before := other.state(p.subject)
		if _, err := other.s.Import(p.token, []byte(text)); Reason(err) != c.want {
			t.Errorf("%s: got %v, want %s", c.sentence, err, c.want)
		}
		if diff := cmp.Diff(before, other.state(p.subject)); diff != "" {
			t.Errorf("%s changed the stores:\n%s", c.sentence, diff)
		}
	}
	_, err := h.s.Import("nonsense", good)
	h.refused(err, NotSignedIn)
}

// Without the Manager's permission to grant, a file with keys is refused.
func TestImportedKeysNeedPermission(t *testing.T) {
	h := newHouse(t, withStaff)
	d := h.dwell("axa", "7100", "1")
	_, text := h.ported(d.person)
	other := newHouse(t, withStaff)
	p := other.signUp(Flow, d.email)
	_, err := other.s.Import(p.token, text)
	other.refused(err, MayNotGrant)
}

func TestKeysThatEndedAreNotImported(t *testing.T) {
	h := newHouse(t, withStaff)
	d := h.dwell("axa", "7100", "1")
	_, text := h.ported(d.person)
	other := newHouse(t, withStaff)
	other.pass(48 * time.Hour)
	p := other.newcomer(d.email)
	keys, err := other.s.Import(p.token, text)
	other.ok(err)
	if len(keys) != 0 {
		t.Errorf("%d keys were made of one that has ended", len(keys))
	}
}

func FuzzImport(f *testing.F) {
	h := newHouse(f, withStaff)
	d := h.dwell("axa", "7100", "1")
	_, text := h.ported(d.person)
	f.Add(text)
	f.Add([]byte(`{"form":"hoistway-subject-port","version":1,"service":"flow","account":{}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := parsePort(text)
		if err != nil {
			if Reason(err) != MalformedField {
				t.Errorf("a file is refused with %v", err)
			}
			return
		}
		again, err := written(file)
		if err != nil {
			t.Fatal(err)
		}
		back, err := parsePort(again)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		x, _ := json.Marshal(file)
		y, _ := json.Marshal(back)
		if string(x) != string(y) {
			t.Error("a file changes when it is written and read")
		}
	})
}
