package dispatch

import (
	"cmp"
	"slices"
	"time"
)

// callState is where a call stands.
type callState uint8

const (
	callFree    callState = iota // the slot is not in use
	callWaiting                  // its caller is not ready yet, and no car is sent
	callOpen                     // assigned, or waiting for a car to become available
)

// call is one open landing or destination call.
type call struct {
	id     CallID
	state  callState
	known  bool // the destination is known
	floor  Floor
	to     Floor
	dir    Direction
	car    CarID
	group  int32
	permit Permit
	cars   uint64 // that may take it
	placed Instant
	ready  Instant
	due    Instant // callWaiting: when to look for a car
	live   int32   // index in Controller.live
}

// open takes a free slot for a call.
func (k *Controller) open(c call) int32 {
	var slot int32
	if n := len(k.free); n > 0 {
		slot = k.free[n-1]
		k.free = k.free[:n-1]
	} else {
		slot = int32(len(k.calls))
		k.calls = append(k.calls, call{})
	}
	c.live = int32(len(k.live))
	k.calls[slot] = c
	k.live = append(k.live, slot)
	return slot
}

// close ends a call, which must not be assigned any more.
func (k *Controller) close(slot int32) {
	c := &k.calls[slot]
	if c.state == callWaiting {
		k.deadlineStale = true
	}
	last := k.live[len(k.live)-1]
	k.live[c.live] = last
	k.calls[last].live = c.live
	k.live = k.live[:len(k.live)-1]
	if !c.known {
		k.landing[side(c.dir)][c.floor] = -1
	}
	c.state = callFree
	k.free = append(k.free, slot)
}

// release takes a call from its car.
func (k *Controller) release(slot int32) {
	cl := &k.calls[slot]
	if cl.car == NoCar {
		return
	}
	c := &k.cars[cl.car]
	cl.car = NoCar
	c.stale = true
	if cl.known {
		c.forget(slot)
	}
	k.settle(c, cl.floor, cl.dir)
}

// settle clears a car's pick-up at a landing when no call there is left to it.
func (k *Controller) settle(c *car, f Floor, d Direction) {
	if slot := k.landing[side(d)][f]; slot >= 0 && k.calls[slot].car == c.id {
		return
	}
	for _, slot := range c.assigned {
		if cl := &k.calls[slot]; cl.floor == f && cl.dir == d {
			return
		}
	}
	c.pick[side(d)].remove(f)
}

// give lets a car have a call that no car has.
func (k *Controller) give(slot int32, c *car) {
	cl := &k.calls[slot]
	cl.car, cl.state = c.id, callOpen
	c.pick[side(cl.dir)].add(cl.floor)
	if cl.known {
		c.largest = max(c.largest, int64(cl.group)*1000)
		at, _ := slices.BinarySearchFunc(c.assigned, cl.id, func(s int32, id CallID) int { return cmp.Compare(k.calls[s].id, id) })
		c.assigned = slices.Insert(c.assigned, at, slot) // first come, first answered
	}
	c.stale = true
	c.parkAt = never
	k.deadlineStale = true
}

// capable says why a car cannot take a call, or "".
func (k *Controller) capable(c *car, cl *call) string {
	switch {
	case cl.cars>>uint(c.id)&1 == 0:
		return "not allowed by the call"
	case c.mode != InService:
		return "out of service"
	case !c.serves.has(cl.floor):
		return "does not serve the landing"
	case cl.known && !c.serves.has(cl.to):
		return "does not serve the destination"
	case cl.known && int64(cl.group)*personMass > c.Load || int(cl.group) > c.Persons:
		return "too small for the group"
	case !cl.known && !k.leads(c, cl.floor, cl.dir):
		return "does not go that way"
	}
	return ""
}

// leads reports whether a car serves any floor past f in direction d.
func (k *Controller) leads(c *car, f Floor, d Direction) bool {
	return c.serves.beyond(f, d) != NoFloor
}

// price asks the policy what a call would cost on a car that is capable of it.
// A call that the car already has is priced where it stands in the plan.
func (k *Controller) price(cl *call, c *car) Cost {
	if c.stale {
		k.build(c)
	}
	now := k.now
	q := &k.candidate
	sweep := k.sweepOf(c, cl.floor, cl.dir)
	in := &k.insertion
	k.insert(c, cl.floor, sweep, cl.known, in)
	q.Crowded = false
	arrive := in.arrive
	limit := c.limit(cl.known)
	if over := in.aboard + int64(cl.group)*1000; over > limit && in.aboard > 0 && len(c.plan.stops) > 0 {
		q.Crowded = true
		last := &c.plan.stops[len(c.plan.stops)-1]
		rounds := Instant((over - 1) / max(limit, 1000)) // before the car has taken all who are before this caller
		arrive = max(arrive, last.depart+c.Flights.between(last.floor, cl.floor)-c.Advance+(rounds-1)*max(0, last.depart-now))
	}
	arrive = max(arrive, now)
	q.Now, q.Car, q.Floor, q.To, q.Dir = now, c.id, cl.floor, cl.to, cl.dir
	q.Since, q.Ready, q.Passenger = cl.placed, cl.ready, int(cl.group)
	q.Wait = max(0, arrive-max(now, cl.ready))
	q.Early = max(0, cl.ready-arrive)
	q.DelayWaiting, q.DelayRiding = persons(in.detour, in.waiting), persons(in.detour, in.riding)
	q.At, q.Travel, q.Idle = c.floor, c.travel, c.idle()
	if c.moving() && k.rules.Position {
		q.At = c.nearestStop(now)
	}
	q.Stops = in.index
	q.NewStops = 1
	if in.exists {
		q.NewStops = 0
	}
	q.ZoneLow, q.ZoneHigh = k.zones[c.id][0], k.zones[c.id][1]
	q.Ride = 0
	if k.rules.Ride && cl.known {
		k.ride(cl, c, in, sweep, max(arrive, cl.ready))
	}
	return k.policy.Cost(q)
}

// ride fills in the time from the doors opening to the destination, and adds
// what the stop there costs others.
func (k *Controller) ride(cl *call, c *car, in *insertion, sweep int8, opens Instant) {
	q := &k.candidate
	to := cl.to
	from := in.index
	gone := opens + c.stopTime(true)
	p := &c.plan
	if in.exists && from < len(p.stops) && p.stops[from].floor == cl.floor {
		from++
	}
	pos := p.pos(to, sweep, k.floors)
	j := from
	for j < len(p.stops) && p.stops[j].pos < pos {
		j++
	}
	var reach Instant
	delay := in.detour
	switch {
	case j < len(p.stops) && p.stops[j].floor == to:
		reach = p.stops[j].arrive + delay
	case j == from:
		reach = gone + c.Flights.between(cl.floor, to) - c.Advance
	default:
		reach = p.stops[j-1].depart + delay + c.Flights.between(p.stops[j-1].floor, to) - c.Advance
	}
	if j < len(p.stops) && p.stops[j].floor != to {
		next := &p.stops[j]
		second := max(0, reach+c.stopTime(false)+c.Flights.between(to, next.floor)-c.Advance-next.arrive-delay)
		q.DelayWaiting += persons(second, next.waiting)
		q.DelayRiding += persons(second, next.riding)
		q.NewStops++
	}
	q.Ride = max(0, reach-opens)
}

// persons multiplies a span by thousandths of people.
func persons(d time.Duration, milli int64) Cost { return d * time.Duration(milli) / 1000 }

// assign finds the best car for a call that has none; had is the car it was
// taken from, or NoCar for a new call. Where no car can take it at present it
// waits for one.
func (k *Controller) assign(slot int32, had CarID) {
	cl := &k.calls[slot]
	best, bestCost := NoCar, Cost(0)
	k.why = nil
	for i := range k.cars {
		c := &k.cars[i]
		if reason := k.capable(c, cl); reason != "" {
			k.explain(c.id, 0, reason)
			continue
		}
		cost := k.price(cl, c)
		k.explain(c.id, cost, "")
		if best == NoCar || cost < bestCost {
			best, bestCost = c.id, cost
		}
	}
	if best == NoCar {
		return
	}
	k.give(slot, &k.cars[best])
	k.touch(best)
	switch had {
	case best:
	case NoCar:
		k.emit(Command{Kind: Assign, Call: cl.id, Car: best, Why: k.why})
	default:
		k.emit(Command{Kind: Reassign, Call: cl.id, Car: best, Why: k.why})
	}
}

// explain adds a line to the explanation of the assignment in hand.
func (k *Controller) explain(id CarID, cost Cost, reason string) {
	if !k.explained {
		return
	}
	q := &k.candidate
	cc := CarCost{Car: id, Cost: cost, Reason: reason}
	if reason == "" {
		cc.Wait, cc.Ride, cc.Delay = q.Wait, q.Ride, q.DelayWaiting+q.DelayRiding
	}
	k.why = append(k.why, cc)
}

// hysteresis is how much better another car must be to take a call over: calls
// must not hop between cars on the noise of estimates.
const hysteresis = 500 * time.Millisecond

// reconsider moves a call to a better car. only, unless NoCar, is the one car
// to compare with.
func (k *Controller) reconsider(slot int32, only CarID) {
	cl := &k.calls[slot]
	if cl.car == NoCar || cl.known && cl.ready <= cl.placed {
		return // told at a panel which car to take
	}
	held := &k.cars[cl.car]
	if held.committed(cl.floor, k.now) {
		return
	}
	k.why = nil
	// The price on the present car is that of keeping the call.
	bestCost := k.keep(slot, held) - hysteresis
	best := NoCar
	for i := range k.cars {
		c := &k.cars[i]
		if c == held || only != NoCar && c.id != only || k.capable(c, cl) != "" {
			continue
		}
		if cost := k.price(cl, c); cost < bestCost {
			best, bestCost = c.id, cost
			k.explain(c.id, cost, "")
		}
	}
	if best == NoCar {
		return
	}
	k.touch(held.id)
	k.release(slot)
	k.give(slot, &k.cars[best])
	k.emit(Command{Kind: Reassign, Call: cl.id, Car: best, Why: k.why})
	k.touch(best)
}

// keep prices a call on the car that has it, as if the car did not have it yet.
func (k *Controller) keep(slot int32, c *car) Cost {
	cl := &k.calls[slot]
	if c.stale {
		k.build(c)
	}
	p := &c.plan
	sweep := k.sweepOf(c, cl.floor, cl.dir)
	pos := p.pos(cl.floor, sweep, k.floors)
	i := slices.IndexFunc(p.stops, func(s stop) bool { return s.pos == pos })
	if i < 0 {
		return k.price(cl, c) // passed by in this round
	}
	cost := k.price(cl, c)
	st := p.stops[i]
	if st.out == 0 && st.in <= int64(cl.group)*1000 && i+1 < len(p.stops) {
		// Without the call the car would not stop there: what it costs those
		// after it counts against keeping it.
		next := &p.stops[i+1]
		var direct Instant
		if i == 0 {
			direct = c.firstLeg(next.floor, k.now)
		} else {
			direct = p.stops[i-1].depart + c.Flights.between(p.stops[i-1].floor, next.floor) - c.Advance
		}
		detour := max(0, next.arrive-direct)
		k.candidate.DelayWaiting, k.candidate.DelayRiding = persons(detour, next.waiting), persons(detour, next.riding)
		cost = k.policy.Cost(&k.candidate)
	}
	return cost
}
