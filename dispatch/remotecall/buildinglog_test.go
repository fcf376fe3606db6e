package remotecall

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

// logged lists the entries of the tower's logs as "hh:mm:ss log floor result".
func (h *house) logged() (list []string) {
	h.t.Helper()
	h.ok(h.manager("tower").handle(registry.ToSecure).Each(registry.Ref{Kind: registry.KindBuildingLog}, func(_ registry.Ref, load func(registry.Record) error) error {
		var r registry.BuildingLog
		if err := load(&r); err != nil {
			return err
		}
		list = append(list, r.At.Format(time.TimeOnly)+" "+r.Log+" "+r.Fields["floor"]+" "+r.Fields["result"])
		return nil
	}))
	slices.Sort(list)
	return list
}

func TestCallsInABuildingsLog(t *testing.T) {
	for _, row := range []struct {
		says, service string
		between       func(*house, person, Ticket) // the granted call and its end
		served        bool
		want          []string
	}{
		{"a call of Flow, to the hour", Flow, nil, true, []string{"12:00:00 lifts G served"}},
		{"a call of Flow that was given up", Flow, nil, false, []string{"12:00:00 lifts G not-served"}},
		{"a call of Remote Call is not stored", RemoteCall, nil, true, nil},
		{"a call that outlasted the service's memory of it", Flow, func(h *house, _ person, _ Ticket) { h.pass(30 * time.Minute); h.s.expireCalls() }, true, []string{"12:00:00 lifts G served"}},
		{"a call whose caller was erased meanwhile: the entry names nobody", Flow, func(h *house, p person, _ Ticket) {
			_, err := h.s.erase(p.subject, registry.CauseRequest)
			h.ok(err)
		}, true, []string{"12:00:00 lifts G served"}},
		{"a call that ends after a restart", Flow, func(h *house, _ person, _ Ticket) { h.restart() }, true, []string{"12:00:00 lifts G served"}},
	} {
		t.Run(row.says, func(t *testing.T) {
			h := newHouse(t)
			p := h.resident(row.service, "aino@example.org", "")
			h.pass(12*time.Minute + 34*time.Second)
			ticket, err := h.s.Call(p.token, upFrom("G", "2"))
			h.ok(err)
			passage := h.s.Passage(ticket)
			if row.between != nil {
				row.between(h, p, ticket)
			}
			h.ok(h.s.Logged(passage, row.served))
			if diff := cmp.Diff(row.want, h.logged()); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoLogOfWhatIsNoCall(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Buildings[1].Services = []string{Flow} })
	p := h.resident(Flow, "aino@example.org", "")
	ticket, err := h.s.Call(p.token, upFrom("G", "2"))
	h.ok(err)
	for says, x := range map[string]Ticket{
		"a number that is no call's":            {Number: ticket.Number + 1, Building: "tower", Bank: "low"},
		"a building that orders no log":         {Number: ticket.Number, Building: "office", Bank: "main"},
		"a building that there is not":          {Number: ticket.Number, Building: "castle"},
		"a floor that the building has not got": {Number: ticket.Number, Building: "tower", From: 77},
	} {
		if got := h.s.Passage(x); got != (Passage{}) {
			t.Errorf("%s: %+v", says, got)
		}
	}
	passage := h.s.Passage(ticket)
	h.s.forgetBuilding("tower")
	h.refused(h.s.Logged(passage, true), NotProvider)
}
