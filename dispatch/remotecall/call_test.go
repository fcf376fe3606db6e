package remotecall

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

func TestCall(t *testing.T) {
	preferring := func(floor string, speed int) func(*house, person) {
		return func(h *house, p person) {
			h.ok(h.s.Prefer(p.token, Preferences{FavouriteFloor: &floor, WalkingSpeed: &speed}))
		}
	}
	only := func(g Grant) func(*house, person) { // in place of the permission for everything
		return func(h *house, p person) {
			m := h.manager("tower")
			h.ok(m.Withdraw(p.subject, h.permissions(p)[0]))
			_, err := m.Grant(p.service, p.subject, g)
			h.ok(err)
		}
	}
	nothing := func(*house, person) {}
	for _, row := range []struct {
		says    string
		service string
		before  func(*house, person)
		change  func(*CallRequest)
		want    Refusal
		ticket  Ticket
	}{
		{"up in the low bank", Flow, nothing, func(r *CallRequest) {}, "", Ticket{Bank: "low", From: 0, To: 2, Ready: 10 * time.Second}},
		{"up in the high bank", Flow, nothing, func(r *CallRequest) { r.To = "5" }, "", Ticket{Bank: "high", From: 0, To: 5, Ready: 10 * time.Second}},
		{"the first bank of two that serve both floors", Flow, nothing, func(r *CallRequest) { r.To = "3" }, "", Ticket{Bank: "low", From: 0, To: 3, Ready: 10 * time.Second}},
		{"the only permitted bank of two", Flow, only(Grant{Banks: []string{"high"}}), func(r *CallRequest) { r.To = "3" }, "", Ticket{Bank: "high", From: 0, To: 3, Ready: 10 * time.Second}},
		{"a stored walking speed", Flow, preferring("", 600), func(r *CallRequest) {}, "", Ticket{Bank: "low", From: 0, To: 2, Ready: 20 * time.Second}},
		{"the phone's figure does not count in Flow", Flow, preferring("", 600), func(r *CallRequest) { r.Walk = time.Second }, "", Ticket{Bank: "low", From: 0, To: 2, Ready: 20 * time.Second}},
		{"the phone's figure counts in Remote Call", RemoteCall, nothing, func(r *CallRequest) { r.Walk = 7 * time.Second }, "", Ticket{Bank: "low", From: 0, To: 2, Ready: 7 * time.Second}},
		{"no figure in Remote Call", RemoteCall, nothing, func(r *CallRequest) {}, "", Ticket{Bank: "low", From: 0, To: 2, Ready: 10 * time.Second}},
		{"nothing to walk", Flow, nothing, func(r *CallRequest) { r.Distance = 0 }, "", Ticket{Bank: "low", From: 0, To: 2}},
		{"the favourite floor by default", Flow, preferring("1", 0), func(r *CallRequest) { r.To = "" }, "", Ticket{Bank: "low", From: 0, To: 1, Ready: 10 * time.Second}},
		{"a destination goes before the favourite floor", Flow, preferring("1", 0), func(r *CallRequest) {}, "", Ticket{Bank: "low", From: 0, To: 2, Ready: 10 * time.Second}},
		{"no destination and no favourite floor", Flow, nothing, func(r *CallRequest) { r.To = "" }, NoDestination, Ticket{}},
		{"a favourite floor of another building", Flow, preferring("5", 0), func(r *CallRequest) { r.Building, r.To = "office", "" }, NoDestination, Ticket{}},
		{"on the favourite floor already", Flow, preferring("G", 0), func(r *CallRequest) { r.To = "" }, SameFloor, Ticket{}},
		{"to the floor one is on", Flow, nothing, func(r *CallRequest) { r.To = "G" }, SameFloor, Ticket{}},
		{"to a floor that there is not", Flow, nothing, func(r *CallRequest) { r.To = "6" }, UnknownFloor, Ticket{}},
		{"from a floor that there is not", Flow, nothing, func(r *CallRequest) { r.From = "" }, UnknownFloor, Ticket{}},
		{"from one bank's floor to another's", Flow, nothing, func(r *CallRequest) { r.From, r.To = "2", "5" }, NoBank, Ticket{}},
		{"in a building that there is not", Flow, nothing, func(r *CallRequest) { r.Building = "castle" }, UnknownBuilding, Ticket{}},
		{"in a building where one is nobody", Flow, nothing, func(r *CallRequest) { r.Building = "office" }, NotPermitted, Ticket{}},
		{"without permission for the destination", Flow, only(Grant{Floors: []string{"G", "1"}}), func(r *CallRequest) {}, NotPermitted, Ticket{}},
		{"without permission for the origin", Flow, only(Grant{Floors: []string{"2"}}), func(r *CallRequest) {}, NotPermitted, Ticket{}},
		{"without permission for the bank", Flow, only(Grant{Banks: []string{"high"}}), func(r *CallRequest) {}, NotPermitted, Ticket{}},
		{"permission that is not yet valid", Flow, only(Grant{From: monday.Add(time.Nanosecond)}), func(r *CallRequest) {}, NotPermitted, Ticket{}},
		{"permission from this instant", Flow, only(Grant{From: monday}), func(r *CallRequest) {}, "", Ticket{Bank: "low", From: 0, To: 2, Ready: 10 * time.Second}},
		{"permission until this instant", Flow, only(Grant{From: monday.Add(-time.Hour), Until: monday}), func(r *CallRequest) {}, NotPermitted, Ticket{}},
		{"permission for another time of day", Flow, only(Grant{Daily: "18:00-07:00"}), func(r *CallRequest) {}, NotPermitted, Ticket{}},
		{"permission for this time of day", Flow, only(Grant{Daily: "07:00-18:00"}), func(r *CallRequest) {}, "", Ticket{Bank: "low", From: 0, To: 2, Ready: 10 * time.Second}},
		{"at the edge of what is near", Flow, nothing, func(r *CallRequest) { r.Position = Cell{12, -16} }, "", Ticket{Bank: "low", From: 0, To: 2, Ready: 10 * time.Second}},
		{"just beyond it", Flow, nothing, func(r *CallRequest) { r.Position = Cell{-13, 16} }, NotNear, Ticket{}},
		{"off every map", Flow, nothing, func(r *CallRequest) { r.Position = Cell{math.MinInt, 0} }, MalformedField, Ticket{}},
		{"a distance that is no number", Flow, nothing, func(r *CallRequest) { r.Distance = math.NaN() }, MalformedField, Ticket{}},
		{"a distance below 0", Flow, nothing, func(r *CallRequest) { r.Distance = -1 }, MalformedField, Ticket{}},
		{"a distance for an hour", Flow, preferring("", 100), func(r *CallRequest) { r.Distance = 361 }, MalformedField, Ticket{}},
		{"a figure below 0", RemoteCall, nothing, func(r *CallRequest) { r.Walk = -1 }, MalformedField, Ticket{}},
		{"a figure above an hour", RemoteCall, nothing, func(r *CallRequest) { r.Walk = time.Hour + 1 }, MalformedField, Ticket{}},
	} {
		t.Run(row.says, func(t *testing.T) {
			h := newHouse(t)
			p := h.resident(row.service, "aino@example.org", "")
			row.before(h, p)
			r := upFrom("G", "2")
			row.change(&r)
			got, err := h.s.Call(p.token, r)
			if row.want != "" {
				h.refused(err, row.want)
				if n := h.s.PendingCalls(); n != 0 {
					t.Errorf("a refused call left %d in memory", n)
				}
				return
			}
			h.ok(err)
			row.ticket.Number, row.ticket.Building = 1, "tower"
			if d := cmp.Diff(row.ticket, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// permissions lists the permissions of somebody in the tower.
func (h *house) permissions(p person) (list []registry.ID) {
	h.t.Helper()
	h.ok(h.stores.As(registry.RoleService, registry.ToProvide).In("tower").Of(p.subject).
		Each(registry.Ref{Kind: registry.KindPermission, Subject: p.subject}, func(ref registry.Ref, _ func(registry.Record) error) error {
			list = append(list, ref.Item)
			return nil
		}))
	return list
}

func TestCallNeedsALogin(t *testing.T) {
	h := newHouse(t)
	p := h.resident(Flow, "aino@example.org", "")
	_, err := h.s.Call("", upFrom("G", "2"))
	h.refused(err, NotSignedIn)
	h.s.Logout(p.token)
	_, err = h.s.Call(p.token, upFrom("G", "2"))
	h.refused(err, NotSignedIn)
}

func TestAnObjectionToTheServiceStopsCalls(t *testing.T) {
	h := newHouse(t)
	p := h.resident(Flow, "aino@example.org", "")
	object := h.stores.As(registry.RoleSubject, registry.ToFulfil).Of(p.subject)
	ref := func(purpose registry.Purpose) registry.Ref {
		return registry.Ref{Kind: registry.KindObjection, Subject: p.subject, Item: h.config.ids().New()}
	}
	h.ok(object.Put(ref(registry.ToAnalyse), &registry.Objection{Purpose: registry.ToAnalyse}))
	h.s.forgetStanding(p.subject)
	_, err := h.s.Call(p.token, upFrom("G", "2"))
	h.ok(err) // another purpose

	h.ok(object.Put(ref(registry.ToProvide), &registry.Objection{Purpose: registry.ToProvide}))
	h.s.forgetStanding(p.subject)
	_, err = h.s.Call(p.token, upFrom("G", "2"))
	h.refused(err, ProcessingStopped)
	_, err = h.s.CreateKey(p.token, h.keyTo("2"))
	h.refused(err, ProcessingStopped)
}

func (c *Config) ids() registry.IDSource { return registry.Random{} }

func TestTooManyCalls(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Policy.CallsPerHour = 4 })
	h.set(time.Date(2024, 3, 4, 12, 0, 0, 0, time.UTC))
	p := h.resident(Flow, "aino@example.org", "")
	other := h.resident(Flow, "other@example.org", "")
	call := func() error { _, err := h.s.Call(p.token, upFrom("G", "2")); return err }
	h.ok(call())
	h.pass(50 * time.Minute)
	h.ok(call())
	far := upFrom("G", "2")
	far.Position = Cell{100, 100}
	_, err := h.s.Call(p.token, far)
	h.refused(err, NotNear) // counts
	h.ok(call())
	h.refused(call(), TooManyCalls)
	_, err = h.s.Call(other.token, upFrom("G", "2"))
	h.ok(err) // another account's count

	h.set(time.Date(2024, 3, 4, 13, 0, 0, 0, time.UTC))
	h.refused(call(), TooManyCalls) // the hour before still weighs in full
	h.set(time.Date(2024, 3, 4, 13, 14, 59, 0, time.UTC))
	h.refused(call(), TooManyCalls)
	h.set(time.Date(2024, 3, 4, 13, 15, 0, 0, time.UTC))
	h.ok(call()) // three quarters of 4 calls, and one more
	h.refused(call(), TooManyCalls)
	h.set(time.Date(2024, 3, 4, 15, 0, 0, 0, time.UTC))
	for range 4 {
		h.ok(call())
	}
	h.refused(call(), TooManyCalls)

	// To log in again does not help.
	h.s.Logout(p.token)
	p.token, err = h.s.Login(Flow, p.email, goodPassword)
	h.ok(err)
	h.refused(call(), TooManyCalls)
}

func TestACallIsFollowedAndForgotten(t *testing.T) {
	h := newHouse(t)
	p := h.resident(Flow, "aino@example.org", "")
	other := h.resident(Flow, "other@example.org", "")
	call := func() Ticket {
		ticket, err := h.s.Call(p.token, upFrom("G", "2"))
		h.ok(err)
		return ticket
	}

	a := call()
	got, err := h.s.Status(p.token, a.Number)
	h.ok(err)
	if d := cmp.Diff(CallStatus{}, got); d != "" {
		t.Error(d)
	}
	h.s.Assigned(a.Number, "A2", 25*time.Second)
	got, err = h.s.Status(p.token, a.Number)
	h.ok(err)
	if d := cmp.Diff(CallStatus{true, "A2", h.now().Add(25 * time.Second)}, got); d != "" {
		t.Error(d)
	}
	_, err = h.s.Status(other.token, a.Number)
	h.refused(err, NoSuchCall)
	h.refused(h.s.Cancel(other.token, a.Number), NoSuchCall)
	h.ok(h.s.Cancel(p.token, a.Number))
	h.refused(h.s.Cancel(p.token, a.Number), NoSuchCall)
	h.s.Assigned(a.Number, "A2", time.Second) // too late, and no harm

	b := call()
	h.s.Forget(b.Number)
	h.s.Forget(b.Number)
	_, err = h.s.Status(p.token, b.Number)
	h.refused(err, NoSuchCall)

	c := call() // 10 s to walk, then CallTTL
	h.pass(10*time.Second + h.config.Policy.CallTTL - 1)
	_, err = h.s.Status(p.token, c.Number)
	h.ok(err)
	h.pass(1)
	if n := h.s.PendingCalls(); n != 1 {
		t.Errorf("%d calls in memory, want 1 before anybody asks", n)
	}
	h.s.expireCalls()
	if n := h.s.PendingCalls(); n != 0 {
		t.Errorf("%d calls in memory, want none after their end", n)
	}

	call()
	h.pass(time.Hour)
	call() // forgets the one before
	if n := h.s.PendingCalls(); n != 1 {
		t.Errorf("%d calls in memory, want 1", n)
	}
	_, err = h.s.erase(p.subject, registry.CauseRequest)
	h.ok(err)
	if n := h.s.PendingCalls(); n != 0 {
		t.Errorf("%d calls in memory, want none after an erasure", n)
	}
}

// Floors and positions of calls reach neither a store nor a metric nor an
// error.
func TestNothingOfACallIsKept(t *testing.T) {
	h := newHouse(t)
	p := h.resident(Flow, "aino@example.org", "")
	writes := h.writes()
	for range 20 {
		_, err := h.s.Call(p.token, upFrom("G", "2"))
		h.ok(err)
		r := upFrom("G", "5")
		r.Position = Cell{777, 999}
		_, err = h.s.Call(p.token, r)
		h.refused(err, NotNear)
		if strings.ContainsAny(err.Error(), "0123456789") {
			t.Errorf("error %q has a number", err)
		}
	}
	if n := h.writes() - writes; n != 0 {
		t.Errorf("%d writes to the stores", n)
	}
	var dump bytes.Buffer
	h.metrics.WritePrometheus(&dump)
	want := `hoistway_remotecall_calls_total{service="flow",outcome="granted"} 20
hoistway_remotecall_calls_total{service="flow",outcome="not-near"} 20
hoistway_remotecall_logins_total{service="flow",outcome="granted"} 1
`
	if d := cmp.Diff(want, dump.String()); d != "" {
		t.Error(d)
	}
}

func TestMisuseCountsAreBoundedBySixtyMinutes(t *testing.T) {
	// A steady caller at the limit is never refused, one at twice the limit is
	// refused about half the time, and no sixty minutes have twice the limit.
	const most = 60
	for _, row := range []struct {
		every       time.Duration
		least, many int // granted in ten hours
	}{
		{time.Minute + time.Second, 580, 600},
		{30 * time.Second, 550, 620},
	} {
		var m misuse
		var granted []time.Time
		for at := monday; at.Before(monday.Add(10 * time.Hour)); at = at.Add(row.every) {
			if m.call(at, most) == nil {
				granted = append(granted, at)
			}
		}
		if n := len(granted); n < row.least || n > row.many {
			t.Errorf("one call every %v: %d granted in ten hours, want %d to %d", row.every, n, row.least, row.many)
		}
		for i := range granted {
			n := 0
			for _, at := range granted[i:] {
				if at.Sub(granted[i]) < time.Hour {
					n++
				}
			}
			if n > most*3/2 {
				t.Errorf("one call every %v: %d granted within sixty minutes", row.every, n)
			}
		}
	}
}
