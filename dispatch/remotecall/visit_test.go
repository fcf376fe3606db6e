package remotecall

import (
	"testing"

	"hoistway/dispatch/registry"
)

// letIn rings at an apartment of a connected main user, who opens.
func (h *house) letIn(p person, apartment string) Visit {
	h.t.Helper()
	ringing, err := h.s.Ring("tower", apartment)
	h.ok(err)
	_, err = h.s.Visit(ringing.ID)
	h.refused(err, NotPermitted)
	h.ok(h.s.OpenDoor(p.token, ringing.ID))
	a, err := h.s.Visit(ringing.ID)
	h.ok(err)
	_, _, err = h.s.HangUp(ringing.ID)
	h.ok(err)
	_, err = h.s.Visit(ringing.ID)
	h.refused(err, NoSuchCall)
	return a
}

func TestWhoeverIsLetInRidesToTheHost(t *testing.T) {
	narrow := func(h *house, p person) {
		m := h.manager("tower")
		h.ok(m.Withdraw(p.subject, h.permissions(p)[0]))
		_, err := m.Grant(Flow, p.subject, Grant{Floors: []string{"G", "2"}})
		h.ok(err)
	}
	for _, row := range []struct {
		says            string
		then            func(*house, person)
		building, floor string
		want            Refusal
	}{
		{"to a floor of the host's", func(*house, person) {}, "tower", "2", ""},
		{"until the end of the hour", func(h *house, _ person) { h.pass(letIn - 1) }, "tower", "2", ""},
		{"not after it", func(h *house, _ person) { h.pass(letIn) }, "tower", "2", KeyExpired},
		{"nor once it is forgotten", func(h *house, _ person) { h.pass(letIn); h.ok(h.s.Tend()) }, "tower", "2", KeyUnknown},
		{"to a floor that the host has still got", narrow, "tower", "2", ""},
		{"not to one that they have no longer got", narrow, "tower", "4", NotPermitted},
		{"not to a floor that there is not", narrow, "tower", "99", UnknownFloor},
		{"not in another building", func(*house, person) {}, "office", "2", KeyUnknown},
		{"also when the host's phone is signed out meanwhile", func(h *house, p person) { h.s.Logout(p.token) }, "tower", "2", ""},
		{"not once the host has moved out", func(h *house, p person) {
			_, err := h.manager("tower").MovedOut(p.subject)
			h.ok(err)
		}, "tower", "2", KeyRevoked},
		{"not after the service began anew", func(h *house, _ person) { h.restart() }, "tower", "2", KeyUnknown},
		{"not when the host objects to the service", func(h *house, p person) {
			_, err := h.s.Exercise(RightsRequest{Right: ToObject, Service: Flow, Token: p.token, Purpose: registry.ToProvide})
			h.ok(err)
		}, "tower", "2", ProcessingStopped},
		{"not where our service has ended", func(h *house, _ person) { h.s.forgetBuilding("tower") }, "tower", "2", NotProvider},
	} {
		t.Run(row.says, func(t *testing.T) {
			h := newHouse(t)
			p := h.resident(Flow, "aino@example.org", "12")
			h.ok(h.s.Connect(p.token, &device{}, newVideoKey(t)))
			written := h.writes()
			a := h.letIn(p, "12")
			if !a.Until.Equal(h.now().Add(letIn)) || h.writes() != written {
				t.Errorf("until %s; %d writes", a.Until, h.writes()-written)
			}
			row.then(h, p)
			if err := h.s.CheckVisit(row.building, a.ID, row.floor); Reason(err) != row.want {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}
