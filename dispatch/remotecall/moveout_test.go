package remotecall

import (
	"testing"
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
