package gateway

import (
	"fmt"
	"slices"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// remote is who placed a call through the app API. It has no session ID and
// nothing is published about it.
type remote struct {
	assigned func(car string, eta time.Duration)
	ended    func(served bool)
}

func (r *remote) comes(g *group, car int, eta dispatch.Instant) {
	if r.assigned != nil {
		r.assigned(g.bank().Cars[car].Name, max(0, eta-g.site.now))
	}
}

func (r *remote) over(served bool) {
	if r.ended != nil {
		r.ended(served)
	}
}

// Call brings a car of a bank to somebody who will be at a floor when ready has
// passed, and takes them to another. The building is named by its ID or its
// name, the bank by its group ID or its name. Whether the caller may go there
// has been decided before.
//
// The functions tell how it goes: assigned, which car comes and how long it
// will take at most until its doors open, again when another car takes over;
// ended, once, whether the caller was taken to the destination. They run on the
// building's goroutine: they must return at once, and must not call cancel.
// Either may be nil. Times are the building's.
//
// An error means that there is no call and nothing will be told. Cancel takes
// the call back unless a car has come already; it may wait for the building's
// queue.
func (g *Gateway) Call(place, bank string, from, to int, ready time.Duration, assigned func(car string, eta time.Duration), ended func(served bool)) (cancel func(), err error) {
	group, err := g.groupNamed(place, bank)
	if err != nil {
		return nil, err
	}
	serves := group.bank().Serves
	for _, f := range []int{from, to} {
		if f < 0 || f >= len(group.site.layout.Floors) || !slices.Contains(serves, dispatch.Floor(f)) {
			return nil, fmt.Errorf("building %s, bank %s: it does not serve both floors", place, bank)
		}
	}
	if from == to {
		return nil, fmt.Errorf("building %s, bank %s: the call is to the floor where it is made", place, bank)
	}
	w := wish{kind: destinationCall, from: dispatch.Floor(from), to: dispatch.Floor(to), car: -1}
	cl := &clientCall{remote: &remote{assigned, ended}, kind: w.kind, from: w.from, to: w.to, car: -1, id: noCall}
	k := &group.calls
	if group.underway.Load() >= int64(group.site.gateway.config.Limits.Calls) {
		return nil, fmt.Errorf("building %s, bank %s: %w", place, bank, errBusy)
	}
	if err := group.site.post(func() {
		k.flush()
		k.later(func() { k.enter(cl) })
		k.place(cl, w, building.Ride{From: w.from, To: w.to, Group: 1, Ready: group.site.now + max(0, ready)})
	}); err != nil {
		return nil, fmt.Errorf("building %s: %w", place, err)
	}
	return func() {
		select {
		case group.site.inbox <- func() { k.flush(); k.withdraw(cl, "") }:
		case <-group.site.done:
		}
	}, nil
}

// groupNamed finds a group by the IDs or names of a building and its bank.
func (g *Gateway) groupNamed(place, bank string) (*group, error) {
	for _, s := range g.sites {
		if s.id != place && s.layout.Name != place {
			continue
		}
		for _, group := range s.groups {
			if group.id == bank || group.bank().Name == bank {
				return group, nil
			}
		}
		return nil, fmt.Errorf("building %s has no bank %q", place, bank)
	}
	return nil, fmt.Errorf("there is no building %q", place)
}
