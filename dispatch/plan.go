package dispatch

import (
	"slices"
	"time"
)

// stop is one expected stop of a car's collective round: onwards in its
// direction of travel, back, and onwards again.
type stop struct {
	pos    int32 // place in the round; increases along the plan
	floor  Floor
	sweep  int8 // 0 onwards, 1 back, 2 onwards again
	pickup bool
	arrive Instant // doors begin to open
	depart Instant // doors closed
	aboard int64   // thousandths of people on leaving
	in     int64   // thousandths of people who board here
	inKnow int64   // of them, those whose destination is in the plan
	out    int64   // thousandths of people who leave here
	// Sums over this stop and all later ones.
	waiting, riding int64
}

// plan is a car's expected round. It stays valid until the car's own calls,
// doors or target change.
type plan struct {
	heading Direction // direction of sweep 0
	stops   []stop
	// People by sweep and floor for calls whose destination is known. Entries
	// are meaningful only where the matching bit is set.
	known bool // any of the sets below is not empty
	outAt [3][]int64
	inAt  [3][]int64
	outs  [3]floorSet
	ins   [3]floorSet
}

func newPlan(floors int) plan {
	p := plan{stops: make([]stop, 0, 3*floors)}
	for i := range p.outAt {
		p.outAt[i], p.inAt[i] = make([]int64, floors), make([]int64, floors)
	}
	return p
}

// pos places a stop at f in a sweep of a round heading d.
func (p *plan) pos(f Floor, sweep int8, floors int) int32 {
	g := int32(f)
	if p.heading == Down {
		g = int32(floors-1) - g
	}
	switch sweep {
	case 0:
		return g
	case 1:
		return 2*int32(floors) - g
	}
	return 2*int32(floors) + g
}

// leaves says in which direction the car will leave its first stop: that of
// the callers it stops for, else what the car itself makes of it.
func (p *plan) leaves(c *car, came Direction) Direction {
	switch st := &p.stops[0]; {
	case !st.pickup:
		return c.leaves(st.floor, came)
	case st.sweep == 1:
		return -p.heading
	default:
		return p.heading
	}
}

// sweepOf says in which sweep the car comes by f going in direction d.
func (k *Controller) sweepOf(c *car, f Floor, d Direction) int8 {
	switch {
	case d != c.plan.heading:
		return 1
	case c.moving() && ahead(f, c.target, d):
		if !c.reaches(f, k.now) {
			return 2
		}
	case !c.moving() && ahead(f, c.floor, d):
		return 2
	}
	return 0
}

// build lays out the car's round from what it has to do now.
func (k *Controller) build(c *car) {
	c.stale = false
	p := &c.plan
	p.stops = p.stops[:0]
	p.heading = c.travel
	if c.moving() {
		if d := towards(c.floor, c.target); d != None {
			p.heading = d
		}
	}
	if !c.demand() {
		return // no sweep to tell apart: any heading will do
	}
	if p.heading == None {
		p.heading = k.turnTo(c)
	}
	s := p.heading

	// What is to be done in each sweep.
	var stops [3]floorSet
	var picks [3]floorSet
	on, back := &c.pick[side(s)], &c.pick[side(-s)]
	picks[1] = *back
	edge := c.floor // first floor of sweep 0
	if c.moving() {
		edge = c.target
		both := union(&c.calls, on)
		for f := both.beyond(c.floor, s); f != NoFloor && ahead(f, c.target, s); f = both.beyond(f, s) {
			if c.reaches(f, k.now) {
				edge = f
				break
			}
		}
	}
	split(on, edge, s, &picks[0], &picks[2])
	var behind floorSet
	split(&c.calls, edge, s, &stops[0], &behind)
	stops[1] = union(&behind, &picks[1])
	stops[0] = union(&stops[0], &picks[0])
	stops[2] = picks[2]
	if p.known {
		for i := range p.outs {
			p.outs[i], p.ins[i] = floorSet{}, floorSet{}
		}
	}
	p.known = len(c.assigned) > 0
	for _, slot := range c.assigned {
		call := &k.calls[slot]
		sw := int8(1)
		if call.dir == s {
			sw = 0
			if !picks[0].has(call.floor) {
				sw = 2
			}
		}
		people := int64(call.group) * 1000
		if !p.ins[sw].has(call.floor) {
			p.ins[sw].add(call.floor)
			p.inAt[sw][call.floor] = 0
		}
		p.inAt[sw][call.floor] += people
		if !p.outs[sw].has(call.to) {
			p.outs[sw].add(call.to)
			p.outAt[sw][call.to] = 0
		}
		p.outAt[sw][call.to] += people
		stops[sw].add(call.to)
	}

	share := int64(0)
	if n := c.calls.count(); n > 0 {
		share = max(0, c.aboard-c.known) / int64(n)
	}
	at, t, first := c.floor, k.now, true
	came := c.travel
	aboard := c.aboard
	for sw := int8(0); sw < 3; sw++ {
		if stops[sw].empty() {
			continue
		}
		d := s
		if sw == 1 {
			d = -s
		}
		f := edge
		switch {
		case sw == 0 && !stops[0].has(edge):
			f = stops[0].beyond(edge, d)
		case sw > 0 && d == Up:
			f = stops[sw].next(0)
		case sw > 0:
			f = stops[sw].prev(MaxFloors - 1)
		}
		for ; f != NoFloor; f = stops[sw].beyond(f, d) {
			pickup := picks[sw].has(f)
			drop := sw == 0 && c.calls.has(f) || sw == 1 && behind.has(f) || p.known && p.outs[sw].has(f)
			if pickup && !drop && !k.room(c, f, d, aboard) && !c.calls.empty() {
				k.passBy(c, f, d, sw, &stops[sw]) // too full
				continue
			}
			n := len(p.stops)
			p.stops = append(p.stops, stop{})
			st := &p.stops[n]
			st.pos, st.floor, st.sweep, st.pickup = p.pos(f, sw, k.floors), f, sw, pickup
			if first {
				st.arrive = c.firstLeg(f, k.now)
				first = false
			} else if f == at {
				last := &p.stops[n-1]
				st.arrive = last.arrive
				t = last.depart
			} else {
				st.arrive = t + c.leg(at, f, came) - c.Advance
				came = towards(at, f)
			}
			if f != at || n == 0 {
				t = st.arrive + c.stopTime(pickup)
			}
			st.depart = t
			if pickup {
				if p.known && p.ins[sw].has(f) {
					st.in, st.inKnow = p.inAt[sw][f], p.inAt[sw][f]
				}
				if k.landing[side(d)][f] >= 0 && k.calls[k.landing[side(d)][f]].car == c.id {
					st.in += 1000
				}
			}
			if sw == 0 && c.calls.has(f) || sw == 1 && behind.has(f) {
				st.out = share + c.bound[f]
			}
			if p.known && p.outs[sw].has(f) {
				st.out += p.outAt[sw][f]
			}
			aboard = max(0, aboard-st.out) + st.in
			st.aboard = aboard
			at = f
		}
	}
	var waiting, riding int64
	for i := len(p.stops) - 1; i >= 0; i-- {
		st := &p.stops[i]
		waiting += st.in
		riding += st.out - st.inKnow
		st.waiting, st.riding = waiting, riding
	}
}

// room reports whether a car with so many aboard can take anybody of those who
// wait for it at a landing. A landing call stands for people of unknown number
// and needs the bypass reserve; a caller whose group is known needs their places.
func (k *Controller) room(c *car, f Floor, d Direction, aboard int64) bool {
	if aboard < c.capacity && aboard+c.largest <= c.full {
		return true
	}
	if slot := k.landing[side(d)][f]; slot >= 0 && k.calls[slot].car == c.id && aboard < c.capacity {
		return true
	}
	for _, slot := range c.assigned {
		if cl := &k.calls[slot]; cl.floor == f && cl.dir == d && aboard+int64(cl.group)*1000 <= c.full {
			return true
		}
	}
	return false
}

// passBy takes the destinations of callers who are not picked up in a sweep
// out of its stops.
func (k *Controller) passBy(c *car, f Floor, d Direction, sw int8, stops *floorSet) {
	p := &c.plan
	for _, slot := range c.assigned {
		call := &k.calls[slot]
		if call.floor != f || call.dir != d {
			continue
		}
		if p.outAt[sw][call.to] -= int64(call.group) * 1000; p.outAt[sw][call.to] > 0 {
			continue
		}
		p.outs[sw].remove(call.to)
		if !c.calls.has(call.to) && !c.pick[side(d)].has(call.to) {
			stops.remove(call.to)
		}
	}
}

// split divides the floors of a set at edge: those at it or past it in
// direction d, and the rest.
func split(set *floorSet, edge Floor, d Direction, past, rest *floorSet) {
	for w := range set {
		var low uint64 // bits below edge
		switch base := w * 64; {
		case int(edge) >= base+64:
			low = ^uint64(0)
		case int(edge) > base:
			low = 1<<(uint(edge)&63) - 1
		}
		if d == Up {
			past[w], rest[w] = set[w]&^low, set[w]&low
			continue
		}
		var at uint64
		if int(edge)>>6 == w {
			at = 1 << (uint(edge) & 63)
		}
		past[w], rest[w] = set[w]&(low|at), set[w]&^(low|at)
	}
}

// turnTo picks the direction in which a car that stands without one will go:
// that of a caller on its own floor, else towards the nearest work, of equals
// up.
func (k *Controller) turnTo(c *car) Direction {
	if c.pick[0].has(c.floor) {
		return Up
	}
	if c.pick[1].has(c.floor) {
		return Down
	}
	near := func(d Direction) Floor {
		best := NoFloor
		for _, s := range [...]*floorSet{&c.calls, &c.pick[0], &c.pick[1]} {
			if f := s.beyond(c.floor, d); f != NoFloor && (best == NoFloor || ahead(f, best, d)) {
				best = f
			}
		}
		return best
	}
	up, down := near(Up), near(Down)
	if down != NoFloor && (up == NoFloor || c.floor-down < up-c.floor) {
		return Down
	}
	return Up
}

// insertion is where a call would come in a car's plan.
type insertion struct {
	index   int     // of the first stop not before it
	exists  bool    // the car stops there anyway
	arrive  Instant // doors begin to open for the caller
	detour  time.Duration
	waiting int64
	riding  int64
	aboard  int64 // on coming there
}

// insert finds where a stop at f would come in the plan of c, and fills in in.
func (k *Controller) insert(c *car, f Floor, sweep int8, known bool, in *insertion) {
	p := &c.plan
	pos := p.pos(f, sweep, k.floors)
	i := 0
	for i < len(p.stops) && p.stops[i].pos < pos {
		i++
	}
	*in = insertion{index: i, aboard: c.aboard}
	if i > 0 {
		in.aboard = p.stops[i-1].aboard
	}
	if i < len(p.stops) && p.stops[i].floor == f {
		in.exists = true
		in.arrive = p.stops[i].arrive
		in.aboard = p.stops[i].aboard
		if !known {
			in.aboard -= p.stops[i].in // the call is the landing's own
		}
		return
	}
	if i > 0 && p.stops[i-1].floor == f { // where the car turns round
		in.exists = true
		in.arrive = p.stops[i-1].arrive
		return
	}
	if i == 0 {
		in.arrive = c.firstLeg(f, k.now)
	} else {
		prev := &p.stops[i-1]
		in.arrive = prev.depart + c.Flights.between(prev.floor, f) - c.Advance
	}
	if i < len(p.stops) {
		next := &p.stops[i]
		gone := in.arrive + c.stopTime(true)
		in.detour = max(0, gone+c.Flights.between(f, next.floor)-c.Advance-next.arrive)
		in.waiting, in.riding = next.waiting, next.riding
	}
}

// forget drops the destination call in slot from the car's list.
func (c *car) forget(slot int32) {
	if i := slices.Index(c.assigned, slot); i >= 0 {
		c.assigned = slices.Delete(c.assigned, i, i+1)
	}
}
