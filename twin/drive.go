package twin

import (
	"fmt"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
	"hoistway/scenarios"
	"hoistway/twin/check"
	"hoistway/twin/result"
)

// This file lets somebody else keep the time: a clock that waits for each
// instant instead of Run, which goes from one to the next, and callers and
// faults that no scenario knew of. Whoever drives a Twin does not call Run.

// Next is the instant of the next event, or of the first timer of a controller;
// false when nothing will happen by itself.
func (t *Twin) Next() (scenarios.Instant, bool) {
	at, _ := t.next()
	for i := range t.banks {
		if due, ok := t.banks[i].ctrl.Deadline(); ok {
			at = min(at, due)
		}
	}
	return max(at, t.now), at != never
}

// Play plays all events until an instant, that one included, in the order in
// which Run would.
func (t *Twin) Play(until scenarios.Instant) error {
	for t.err == nil {
		at, source := t.next()
		if at > until {
			if t.ticks(until + 1) {
				continue
			}
			break
		}
		if !t.ticks(at) {
			t.happens(at, source)
		}
	}
	t.now = max(t.now, until)
	return t.err
}

// Ride is somebody who called from outside, for themselves and a group that
// goes as one: see building.Building. Who goes to a floor that is private has
// shown to the caller of Ride that they may.
func (t *Twin) Ride(bank int, r building.Ride) dispatch.CallID {
	slot := t.slot()
	p := &t.persons[slot]
	gen := p.gen
	*p = person{call: -1, car: nobody, next: nobody, prev: nobody, gen: gen, visitor: nobody, resident: nobody, patience: never, floor: int32(r.From), to: int32(r.To), others: int32(r.Group) - 1}
	tr := &p.trip
	tr.Rep, tr.Journey, tr.Tenant, tr.Mass, tr.Begin = t.opt.Replication, t.journeys, check.None, int64(r.Group)*personMass, result.None
	t.journeys++
	if t.sc.Building.Floors[r.To].Locked {
		t.permits++
		t.observe(check.Observation{Kind: check.KeyIssued, Permit: int32(t.permits), Floor: int16(r.To), From: t.now, Until: t.now + keyLife})
		p.permit = t.permits
	}
	t.beginLeg(slot, 0, bank, int(r.To), 1)
	p = &t.persons[slot]
	p.permit = 0 // the controller is not told: nobody takes it back
	ready := max(t.now, r.Ready)
	tr = &p.trip
	tr.Access, tr.Call, tr.Promised = result.RemoteCall, t.now, ready
	id := t.ask(slot, ready, r.Cars)
	if t.persons[slot].where == nowhere { // rejected
		return id
	}
	if ready > t.now {
		t.agenda.add(ready, personal, personLands, slot, t.persons[slot].gen)
	} else {
		t.lands(slot)
	}
	return id
}

// keyLife is how long the checkers let somebody from outside take to a private
// floor.
const keyLife = 24 * time.Hour

// personMass is that of somebody of whom nothing is known, in grams: the 75 kg
// of EN 81-20.
const personMass = 75_000

// Press presses a landing button, and gives the call that it stands for.
func (t *Twin) Press(bank int, f dispatch.Floor, d dispatch.Direction) dispatch.CallID {
	return t.press(&t.banks[bank], int32(f), int8(d))
}

// PressInside presses a button in a car. The button of the floor at which the
// car stands open does nothing.
func (t *Twin) PressInside(bank, index int, f dispatch.Floor) {
	c := t.car(bank, index)
	if c.floor == int32(f) && (c.phase == opening || c.phase == open) {
		return
	}
	c.pressed[f] = true
	t.tell(&t.banks[bank], dispatch.Event{Kind: dispatch.CarCall, Car: dispatch.CarID(index), Floor: f})
}

// Cancel takes back a call of Ride or Press, if it is still open and nobody
// else wants it.
func (t *Twin) Cancel(bank int, id dispatch.CallID) bool {
	b := &t.banks[bank]
	info := b.calls.find(id)
	switch {
	case info == nil:
		return false
	case info.person >= 0:
		outcome := result.NoShow
		if t.persons[info.person].where == landing {
			outcome = result.Abandoned
		}
		t.leaves(info.person, outcome, "")
		return true
	case info.person == nobody:
		s := info.side()
		if b.queues[s][info.floor].first >= 0 {
			return false
		}
		b.lit[s][info.floor] = -1
	}
	t.endCall(b, id, result.None)
	t.tell(b, dispatch.Event{Kind: dispatch.Cancel, Call: id})
	return true
}

// Hold keeps a car's doors open: see building.Building.
func (t *Twin) Hold(bank, index int, f dispatch.Floor, hard, soft time.Duration) bool {
	c := t.car(bank, index)
	if c.floor != int32(f) || c.phase != opening && c.phase != open {
		return false
	}
	c.hard, c.soft = t.now+hard, t.now+hard+soft
	if c.phase == open && c.moving == nobody {
		c.closeSet = true
		t.agenda.add(max(t.now, t.closeAt(c)), physics, carCloses, c.id, c.gen)
	}
	return true
}

// Fault begins or ends a fault now: see building.Building.
func (t *Twin) Fault(f building.Fault) error {
	made := scenarios.Fault{Name: "live", Car: -1, Floor: -1, At: t.now, For: f.For, Factor: f.Factor}
	switch f.Kind {
	case building.CarOutOfService:
		made.Kind = scenarios.CarOutOfService
	case building.StuckDoor:
		made.Kind = scenarios.StuckDoor
	case building.SlowCar:
		made.Kind = scenarios.SlowCar
		if f.For > 0 && !(f.Factor > 0 && f.Factor < 1) {
			return fmt.Errorf("a slow car at %v of its speed: want above 0 and below 1", f.Factor)
		}
	case building.FloorLocked:
		made.Kind, made.Floor = scenarios.FloorLocked, int(f.Floor)
		if f.Floor < 0 || int(f.Floor) >= len(t.locked) {
			return fmt.Errorf("floor %d: want 0 to %d", f.Floor, len(t.locked)-1)
		}
	default:
		return fmt.Errorf("fault kind %d: want a car out of service, a stuck door, a slow car or a locked floor", f.Kind)
	}
	if made.Floor < 0 {
		if f.Bank < 0 || f.Bank >= len(t.banks) || f.Car < 0 || f.Car >= len(t.sc.Banks[f.Bank].Cars) {
			return fmt.Errorf("bank %d, car %d: there is no such car", f.Bank, f.Car)
		}
		made.Bank, made.Car = t.banks[f.Bank].name, f.Car
	}
	if f.For > 0 {
		t.faults = append(t.faults, made)
		t.agenda.add(t.now+f.For, faults, faultTurns, int32(len(t.faults)-1), 0)
	} else {
		for i := range t.faults {
			if g := &t.faults[i]; g.Kind == made.Kind && g.Bank == made.Bank && g.Car == made.Car && g.Floor == made.Floor && g.At <= t.now && t.now < g.At+g.For {
				g.For = t.now - g.At
			}
		}
	}
	t.reviewFaults(&made)
	return t.err
}

// Waiting counts the people at a bank's landings, by floor.
func (t *Twin) Waiting(bank int, up, down []int) {
	b := &t.banks[bank]
	clear(up)
	clear(down)
	for f := range t.sc.Building.Floors {
		count := func(first int32) {
			for slot := first; slot >= 0; slot = t.persons[slot].next {
				if p := &t.persons[slot]; p.dir > 0 {
					up[f] += 1 + int(p.others)
				} else {
					down[f] += 1 + int(p.others)
				}
			}
		}
		count(b.queues[0][f].first)
		count(b.queues[1][f].first)
		for i := range t.sc.Banks[bank].Cars {
			count(t.car(bank, i).waiting[f].first)
		}
	}
}

// Broken lists the invariants that the checkers found broken.
func (t *Twin) Broken() []string {
	var all []string
	for _, v := range t.checker.Violations() {
		all = append(all, fmt.Sprint(v))
	}
	return all
}

func (t *Twin) car(bank, index int) *car { return &t.cars[t.banks[bank].first+index] }

// Now is the instant of what happens at present.
func (t *Twin) Now() scenarios.Instant { return t.now }
