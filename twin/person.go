package twin

import (
	"time"

	"hoistway/dispatch"
	"hoistway/twin/check"
	"hoistway/twin/people"
	"hoistway/twin/result"
)

// place is where a person is.
type place uint8

const (
	nowhere place = iota // the slot is free
	walking              // to the landing
	landing              // waiting
	doorway              // entering or leaving
	riding
	visiting // between two journeys
)

// person is somebody on a journey. Slots are used again.
type person struct {
	trip     result.Trip
	call     dispatch.CallID // open destination call, or -1
	patience time.Duration
	stay     time.Duration // visitor on the way to the host: how long they stay; 0 on the way back
	floor    int32         // of the landing
	via      int32         // destination of this ride
	to       int32         // destination of the journey
	car      int32         // that they were told to take, in Twin.cars, or nobody
	next     int32         // in the line they stand in
	prev     int32
	gen      uint32
	others   int32 // who go with them, and are one with them: a group called from outside
	permit   Permit
	phone    int64 // their open call as the service counts it; 0 = none
	visitor  int32
	resident int32
	line     line // the line they stand in
	where    place
	dir      int8
	answered bool  // the car they were told to take has opened for them
	stop     int64 // the stop of that car at which it did
	noShow   bool
	refused  string // why the journey ends short of its destination
}

func (t *Twin) playPerson(slot int32, do task) {
	switch do {
	case personLands:
		t.lands(slot)
	case personGivesUp:
		t.givesUp(slot)
	case personReturns:
		t.returns(slot)
	}
}

// slot takes a free place for a person.
func (t *Twin) slot() int32 {
	t.present++
	if n := len(t.unused); n > 0 {
		s := t.unused[n-1]
		t.unused = t.unused[:n-1]
		return s
	}
	t.persons = append(t.persons, person{})
	return int32(len(t.persons) - 1)
}

// free gives a person's place back.
func (t *Twin) free(slot int32) {
	p := &t.persons[slot]
	p.gen++
	p.where, p.call, p.car = nowhere, -1, nobody
	t.present--
	t.unused = append(t.unused, slot)
}

// setsOut starts the journey of a person whom the source brought.
func (t *Twin) setsOut(src *people.Person) {
	slot := t.slot()
	p := &t.persons[slot]
	gen := p.gen
	*p = person{
		call: -1, car: nobody, next: nobody, prev: nobody, gen: gen, visitor: src.Visitor, resident: src.Resident, noShow: src.NoShow,
		patience: src.Patience, floor: src.Origin, to: src.Destination,
	}
	tr := &p.trip
	tr.Rep, tr.Journey, tr.Tenant, tr.Mass = t.opt.Replication, t.journeys, int(src.Tenant), src.Mass
	tr.Begin = result.None
	t.journeys++
	refused := ""
	if src.Visitor >= 0 {
		p.stay = t.sc.Visitors[src.Visitor].Stay
		p.permit, refused = t.welcome(src)
	}
	if !t.startLeg(slot, 0) {
		return
	}
	calls, ready := src.Remote && !t.opt.Buttons, src.Walk
	switch {
	case calls && t.service != nil:
		ready, calls = t.phones(p, src)
	case src.Remote && !calls:
		tr.Wished = t.now
	}
	if refused == "" && p.phone == 0 { // who may call may also ride
		refused = t.barred(p)
	}
	if refused != "" {
		t.leaves(slot, result.Refused, refused)
		return
	}
	if calls {
		tr.Access, tr.Call, tr.Promised = result.RemoteCall, t.now, t.now+ready
		t.ask(slot, tr.Promised, 0)
		if t.persons[slot].where == nowhere { // rejected
			return
		}
	}
	arrive := t.now + src.Walk
	if !src.NoShow {
		arrive += src.Late
	}
	if arrive > t.now {
		t.agenda.add(arrive, personal, personLands, slot, t.persons[slot].gen)
		return
	}
	t.lands(slot)
}

// startLeg plans the next ride of a journey; false when there is none.
func (t *Twin) startLeg(slot int32, leg int) bool {
	p := &t.persons[slot]
	bank, via, legs, ok := t.routes.next(int(p.floor), int(p.to), p.trip.Journey)
	if !ok {
		bank, via, legs = 0, int(p.to), 1
	}
	t.beginLeg(slot, leg, bank, via, legs)
	if !ok {
		t.leaves(slot, result.Refused, NoRoute)
	}
	return ok
}

// beginLeg is the start of a ride with a bank; legs are still to come, this one
// included.
func (t *Twin) beginLeg(slot int32, leg, bank, via, legs int) {
	p := &t.persons[slot]
	tr := &p.trip
	p.via, p.dir = int32(via), 1
	if p.via < p.floor {
		p.dir = -1
	}
	p.answered = false
	tr.Leg, tr.Legs, tr.Bank = leg, leg+legs, bank
	tr.Origin, tr.Destination = int(p.floor), via
	tr.Arrive, tr.Opening, tr.Board, tr.Reached, tr.Alight = result.None, result.None, result.None, result.None, result.None
	tr.Call, tr.Promised, tr.Left, tr.Car, tr.Outcome, tr.Reason = result.None, result.None, result.None, result.None, result.Served, ""
	tr.Wished, tr.Again, tr.Denied, tr.Access = result.None, result.None, "", result.LandingButton
	if t.banks[bank].panel {
		tr.Access = result.Panel
	}
	permit := int32(p.permit)
	if permit == 0 {
		permit = check.None
	}
	o := &t.obs
	o.To, o.Mass, o.Bank, o.Tenant, o.Permit, o.Leg, o.Further = int16(via), tr.Mass, int16(bank), int16(tr.Tenant), permit, uint8(leg), uint8(legs-1)
	t.meets(check.Appeared, slot, p, nobody, p.floor)
	p.where = walking
}

// NoRoute is the reason of a refusal where no bank leads to the destination.
const NoRoute = "no-route"

// lands puts a person on the landing.
func (t *Twin) lands(slot int32) {
	p := &t.persons[slot]
	if p.noShow {
		t.noShows(slot)
		return
	}
	p.where = landing
	p.trip.Arrive = t.now
	if p.trip.Begin == result.None {
		p.trip.Begin = t.now
	}
	t.meets(check.Waiting, slot, p, nobody, p.floor)
	if p.patience != never {
		t.agenda.add(t.now+p.patience, personal, personGivesUp, slot, p.gen)
	}
	switch {
	case p.trip.Access == result.RemoteCall && p.call >= 0:
		if p.car != nobody {
			t.join(slot, oneCar)
		}
	case p.trip.Access == result.RemoteCall && p.answered:
		if c := &t.cars[p.car]; c.stop == p.stop && (c.phase == opening || c.phase == open || t.reopens(c)) {
			t.join(slot, oneCar)
			t.exchange(c)
			return
		}
		p.trip.Again = t.now
		t.callHere(slot)
	default:
		t.callHere(slot)
	}
}

// callHere calls a car from the landing.
func (t *Twin) callHere(slot int32) {
	p := &t.persons[slot]
	p.car, p.answered = nobody, false
	t.hangUp(&p.phone, false) // the car they called from the phone has gone
	b := &t.banks[p.trip.Bank]
	if b.panel {
		t.ask(slot, t.now, 0)
		return
	}
	t.join(slot, anyCar)
	for i := range t.sc.Banks[b.index].Cars {
		c := &t.cars[b.first+i]
		if c.floor != p.floor || c.phase == standing || c.phase == flying || c.dir != p.dir || c.out || c.stuck {
			continue
		}
		if c.phase == closing && (!t.fits(c, p) || !t.reopens(c)) {
			continue
		}
		// A button does nothing while a car with room stands open; who finds
		// it full presses once its doors have closed.
		t.exchange(c)
		return
	}
	t.press(b, p.floor, p.dir)
}

// board completes a person's entry. Room was taken when it began.
func (t *Twin) board(c *car, slot int32) {
	p := &t.persons[slot]
	p.where = riding
	t.hangUp(&p.phone, true)
	p.gen++ // patience no longer counts
	p.trip.Board, p.trip.Car = t.now, c.index
	p.trip.Opening = c.openingAt
	c.riders = append(c.riders, slot)
	c.boarded++
	c.answers = true
	c.lastMove = t.now
	t.meets(check.Boarded, slot, p, c.id, c.floor)
	if p.car == nobody || !p.answered || c.forgot {
		t.pressInside(c, p)
	}
}

func (t *Twin) pressInside(c *car, p *person) {
	if c.pressed[p.via] || c.floor == p.via && (c.phase == opening || c.phase == open) {
		return
	}
	c.pressed[p.via] = true
	t.tell(&t.banks[c.bank], dispatch.Event{Kind: dispatch.CarCall, Car: dispatch.CarID(c.index), Floor: dispatch.Floor(p.via), Permit: dispatch.Permit(p.permit)})
}

// alight completes a person's ride.
func (t *Twin) alight(c *car, slot int32) {
	p := &t.persons[slot]
	for i, s := range c.riders {
		if s == slot {
			copy(c.riders[i:], c.riders[i+1:])
			c.riders = c.riders[:len(c.riders)-1]
			break
		}
	}
	c.persons--
	c.load -= p.trip.Mass
	c.alighted++
	c.lastMove = t.now
	t.meets(check.Alighted, slot, p, c.id, c.floor)
	p.trip.Reached, p.trip.Alight = max(c.openingAt, p.trip.Board), t.now
	p.floor = c.floor
	if p.refused != "" {
		t.leaves(slot, result.Refused, p.refused)
		return
	}
	walk := t.sc.Building.TransferWalk
	if p.floor != p.via { // put out of a car that stopped running
		p.trip.Destination = int(p.floor)
		p.trip.Legs = p.trip.Leg + 2
		walk = 0
	}
	t.record(p)
	if p.floor != p.to {
		if t.startLeg(slot, p.trip.Leg+1) {
			t.agenda.add(t.now+walk, personal, personLands, slot, t.persons[slot].gen)
		}
		return
	}
	if p.visitor >= 0 && p.stay > 0 {
		t.visits(slot)
		return
	}
	t.free(slot)
}

// leaves ends a journey without a ride.
func (t *Twin) leaves(slot int32, o result.Outcome, reason string) {
	p := &t.persons[slot]
	t.leaveQueue(slot)
	if p.call >= 0 {
		t.cancel(p)
	}
	t.hangUp(&p.phone, false)
	p.trip.Outcome, p.trip.Reason, p.trip.Left = o, reason, t.now
	t.observe(check.Observation{Kind: check.Left, Person: p.trip.Journey, Slot: slot, To: int16(o)})
	t.record(p)
	t.free(slot)
}

func (t *Twin) cancel(p *person) {
	b := &t.banks[p.trip.Bank]
	id := p.call
	p.call = -1
	t.endCall(b, id, result.None)
	t.tell(b, dispatch.Event{Kind: dispatch.Cancel, Call: id})
}

func (t *Twin) givesUp(slot int32) {
	if p := &t.persons[slot]; p.where == landing {
		t.leaves(slot, result.Abandoned, "")
	}
}

// noShows ends the journey of somebody who called and does not come. Their
// call stands: nobody told the controller.
func (t *Twin) noShows(slot int32) {
	p := &t.persons[slot]
	if p.call >= 0 {
		t.banks[p.trip.Bank].calls.at(p.call).person = nobodyComes
		p.call, p.phone = -1, 0 // the call keeps the service's number
	}
	t.leaves(slot, result.NoShow, "")
}

// nobodyComes marks a call whose caller has gone.
const nobodyComes = -2

// leftBehind calls again for those who found no room.
func (t *Twin) leftBehind(c *car, floor int32) {
	last := c.waiting[floor].last // those who join behind it have been dealt with
	for slot := c.waiting[floor].first; slot >= 0; {
		p := &t.persons[slot]
		next := p.next
		if slot == last {
			next = nobody
		}
		if p.answered {
			t.leaveQueue(slot)
			t.callHere(slot)
		}
		slot = next
	}
	b := &t.banks[c.bank]
	for s, dir := range [...]int8{1, -1} {
		if b.queues[s][floor].first >= 0 && b.lit[s][floor] < 0 && !t.openFor(b, floor, dir) {
			t.press(b, floor, dir)
		}
	}
}

// openFor reports whether a car stands open at a floor for a direction.
func (t *Twin) openFor(b *bank, floor int32, dir int8) bool {
	for i := range t.sc.Banks[b.index].Cars {
		if c := &t.cars[b.first+i]; c.floor == floor && c.dir == dir && !c.out && !c.stuck && (c.phase == opening || c.phase == open) {
			return true
		}
	}
	return false
}

// record passes a person's trip to the sink.
func (t *Twin) record(p *person) {
	if t.opt.Sink != nil {
		t.fail(t.opt.Sink.Trip(&p.trip))
	}
}
