package remotecall

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

// Whom another building knows is that Manager's to let go, even without a
// permission or a key tag there.
func TestMovedOutLeavesAPersonElsewhere(t *testing.T) {
	h := newHouse(t)
	p := h.resident(Flow, "aino@example.org", "12")
	office := h.manager("office")
	_, err := office.Admit(Admission{Service: Flow, Email: p.email, Name: "Aino"})
	h.ok(err)
	certificate, err := h.manager("tower").MovedOut(p.subject)
	h.ok(err)
	if certificate != nil {
		t.Error("the account was erased although another building knows the person")
	}
	_, err = h.manager("tower").MovedOut(p.subject)
	h.refused(err, NotYourBuilding)
	_, err = office.Grant(Flow, p.subject, Grant{})
	h.ok(err)
}

// Whom their Manager moves to another apartment, or out of the building, is not
// left on the display at the entrance.
func TestTheDisplayFollowsTheManager(t *testing.T) {
	h := newHouse(t)
	p := h.resident(Flow, "aino@example.org", "12")
	_, err := h.manager("office").Admit(Admission{Service: Flow, Email: p.email, Name: "Aino"})
	h.ok(err)
	m := h.manager("tower")
	for _, row := range []struct {
		sentence string
		do       func() error
		want     []registry.DisplayRow
	}{
		{"who enters a username is on it", func() error { return h.s.Prefer(p.token, Preferences{IntercomUsername: ptr("nick")}) }, []registry.DisplayRow{{Apartment: "12", IntercomUsername: "nick"}}},
		{"who moves within the building is at the new number", func() error {
			_, err := m.Admit(Admission{Service: Flow, Email: p.email, Name: "Aino", Apartment: "14"})
			return err
		}, []registry.DisplayRow{{Apartment: "14", IntercomUsername: "nick"}}},
		{"who moves out is gone, also when they keep the account", func() error { _, err := m.MovedOut(p.subject); return err }, nil},
	} {
		h.ok(row.do())
		got, err := h.stores.Display("tower")
		h.ok(err)
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.sentence, diff)
		}
	}
}

// Who objects to being provided the service is no longer shown at the entrance.
func TestTheDisplayHeedsObjections(t *testing.T) {
	h := newHouse(t)
	p := h.resident(Flow, "aino@example.org", "12")
	h.ok(h.s.Prefer(p.token, Preferences{IntercomUsername: ptr("nick")}))
	for _, row := range []struct {
		purpose registry.Purpose
		want    string
	}{{registry.ToAnalyse, "nick"}, {registry.ToProvide, ""}} {
		_, err := h.s.Exercise(RightsRequest{Right: ToObject, Purpose: row.purpose, Token: p.token})
		h.ok(err)
		got, err := h.stores.Display("tower")
		h.ok(err)
		if diff := cmp.Diff([]registry.DisplayRow{{Apartment: "12", IntercomUsername: row.want}}, got); diff != "" {
			t.Errorf("after an objection to %s (-want +got):\n%s", row.purpose, diff)
		}
	}
}
