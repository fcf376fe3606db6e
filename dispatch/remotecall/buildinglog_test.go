package remotecall

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

// logged lists the entries of the tower's logs as "hh:mm:ss log floor result".
func (h *house) logged() (list []string) {
	h.t.Helper()
	h.ok(h.s.storeEntries())
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
		{"a call that ends after a restart", Flow, func(h *house, _ person, _ Ticket) { h.ok(h.s.Close()); h.restart() }, true, []string{"12:00:00 lifts G served"}},
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

// Entries say the hour of a call. When they are written, and in which order,
// says no more: nothing is written as a call ends, and those of an hour are
// shuffled.
func TestEntriesOfAnHourAreStoredInAnyOrder(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.IDs = ascending{new(uint64)} })
	h.ok(h.s.Tend())
	before := h.writes()
	floors := []string{"G", "1", "2", "3", "4", "5"}
	var called []string
	for i := range 60 {
		called = append(called, floors[i/10])
		h.ok(h.s.Logged(Passage{"tower", called[i], "low"}, true))
	}
	h.ok(h.s.Tend())
	if n := h.writes() - before; n != 0 {
		t.Errorf("%d writes within the hour, want none", n)
	}
	h.pass(time.Hour)
	h.ok(h.s.Tend())
	var stored []string
	h.ok(h.manager("tower").handle(registry.ToSecure).Each(registry.Ref{Kind: registry.KindBuildingLog}, func(_ registry.Ref, load func(registry.Record) error) error {
		var r registry.BuildingLog
		err := load(&r)
		if !r.At.Equal(monday) {
			t.Errorf("an entry of %s says %s", monday, r.At)
		}
		stored = append(stored, r.Fields["floor"])
		return err
	}))
	if slices.Equal(called, stored) {
		t.Error("the entries are stored in the order of the calls")
	}
	slices.Sort(called)
	slices.Sort(stored)
	if diff := cmp.Diff(called, stored); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

// Whatever ends the service, or our part in the building, stores first what
// waits for the building's logs, in one transaction.
func TestEntriesThatWaitAreNotLost(t *testing.T) {
	for _, row := range []struct {
		says string
		end  func(h *house) error
	}{
		{"the service ends in order", func(h *house) error { return h.s.Close() }},
		{"the building is handed over", func(h *house) error { return h.staff(registry.RoleService).HandOver("tower", "ORG-2") }},
		{"the service in the building ends, and the logs stay the Manager's", func(h *house) error { return h.staff(registry.RoleService).EndService("tower") }},
	} {
		t.Run(row.says, func(t *testing.T) {
			h := newHouse(t, withStaff)
			stores := h.onDisk()
			for range 5 {
				h.ok(h.s.Logged(Passage{"tower", "G", "low"}, true))
			}
			h.ok(row.end(h))
			h.ok(h.s.Close())
			h.ok(h.stores.Close())
			if diff := cmp.Diff([]int{5}, h.commits(filepath.Join(stores, "building-tower"), registry.KindBuildingLog)); diff != "" {
				t.Errorf("entries by transaction (-want +got):\n%s", diff)
			}
		})
	}
}

// A building that was left takes nothing from us, and holds nothing up.
func TestEntriesOfABuildingThatWasLeft(t *testing.T) {
	h := newHouse(t, withStaff)
	h.ok(h.staff(registry.RoleService).HandOver("tower", "ORG-2"))
	h.s.mu.Lock()
	h.s.waiting.entries = append(h.s.waiting.entries, logEntry{h.s.sites["tower"], registry.ToSecure, registry.BuildingLog{Log: "lifts"}})
	h.s.mu.Unlock()
	h.ok(h.s.Close())
	if n := len(h.s.waiting.entries); n != 0 {
		t.Errorf("%d entries wait for ever", n)
	}
}
