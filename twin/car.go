package twin

import (
	"time"

	"hoistway/dispatch"
	"hoistway/scenarios"
	"hoistway/twin/check"
	"hoistway/twin/motion"
	"hoistway/twin/people"
	"hoistway/twin/result"
)

// phase is what a car is doing.
type phase uint8

const (
	standing phase = iota // doors closed
	flying
	opening
	open
	closing
)

const nobody = -1

// car is the physical truth of one car.
type car struct {
	spec    *scenarios.Car
	bank    int // index of its bank
	index   int // in the bank
	id      int32
	table   *motion.Table // as it runs now
	sound   *motion.Table // as it runs when in order
	flight  *motion.Table // of the flight in hand: a fault changes the next one
	pace    float64       // of its rated speed, acceleration and jerk, as it runs now
	flew    float64       // pace of the flight in hand
	serves  []bool
	pressed []bool // car calls its riders have made
	riders  []int32
	persons int   // aboard or entering
	load    int64 // g, aboard or entering
	waiting []queue

	phase  phase
	gen    uint32 // of the car's entries in the agenda
	floor  int32  // where it stands, or left
	came   int32  // where it came from
	target int32  // -1 standing
	opens  bool   // flying: the doors will open at the target
	faced  int8   // direction of its last flight
	dir    int8   // direction it announces

	stop      int64             // ordinal of this stop
	departed  scenarios.Instant // the doors were closed and it was told to go
	leftAt    scenarios.Instant // departed, plus the time to turn
	openingAt scenarios.Instant // this stop's doors first began to open
	openSince scenarios.Instant // this stop's doors were first fully open
	openedAt  scenarios.Instant // the doors were last fully open
	lastMove  scenarios.Instant // last transfer of this stop
	closingAt scenarios.Instant
	closeTime time.Duration // this closing takes
	holdUntil scenarios.Instant
	hard      scenarios.Instant // the doors are held open until then by somebody's wish
	soft      scenarios.Instant // and then, but no longer than this, until somebody passes
	closeSet  bool              // an entry to close the doors is in the agenda
	answers   bool              // the stop answers a call at the landing
	nudging   bool              // the doors close slowly and do not re-open
	moving    int32             // person in the doorway, or nobody
	entering  bool
	busy      bool // exchange is on the stack

	boarded, alighted, reopened int
	absent                      int // people who called it from the phone and never come
	held                        time.Duration

	out        bool // out of service
	stuckUntil scenarios.Instant
	stuck      bool
	forgot     bool // during this stop the controller gave up car calls it had taken from callers not yet aboard
}

func (t *Twin) after(d time.Duration, do task, c *car) {
	t.agenda.add(t.now+d, physics, do, c.id, c.gen)
}

func (t *Twin) playCar(c *car, do task) {
	switch do {
	case carArrives:
		t.arrives(c)
	case carStands:
		t.sees(check.Stopped, c)
	case carBrakes:
		t.shows(c)
	case carOpened:
		t.opened(c)
	case carTransfers:
		t.transferred(c)
	case carCloses:
		c.closeSet = false
		t.closes(c)
	case carClosed:
		t.closed(c)
	}
}

// depart starts a standing car.
func (t *Twin) depart(c *car, target int32, opens bool) {
	face := int8(1)
	if target < c.floor {
		face = -1
	}
	c.departed, c.leftAt, c.flight, c.flew = t.now, t.now, c.table, c.pace
	if c.faced != 0 && c.faced != face {
		c.leftAt += c.spec.Motion.TurnTime
	}
	c.faced, c.phase, c.target, c.opens = face, flying, target, opens
	t.sees(check.Departed, c)
	t.schedule(c)
}

// schedule puts the end of the flight into the agenda.
func (t *Twin) schedule(c *car) {
	c.gen++
	at := c.leftAt + c.flight.Flight(int(c.floor), int(c.target))
	if c.opens {
		at -= c.spec.Doors.AdvanceOpening
	}
	t.agenda.add(max(t.now, at), physics, carArrives, c.id, c.gen)
	if t.opt.Watch != nil {
		t.agenda.add(max(t.now, c.leftAt+c.flight.Branch(int(c.floor), int(c.target))+1), physics, carBrakes, c.id, c.gen)
	}
}

// retarget changes where a flying car goes, if its motion so far still fits;
// otherwise it stays with its target and says so.
func (t *Twin) retarget(c *car, target int32, opens bool) {
	if target == c.target {
		if c.opens != opens {
			c.opens = opens || len(c.riders) > 0 && c.out
			t.schedule(c)
		}
		return
	}
	elapsed := t.now - c.leftAt
	from := int(c.floor)
	fits := (target > c.floor) == (c.target > c.floor) && target != c.floor &&
		elapsed <= c.flight.Branch(from, int(target)) && elapsed <= c.flight.Branch(from, int(c.target))
	if !fits || c.out {
		t.tell(&t.banks[c.bank], dispatch.Event{Kind: dispatch.CarStatus, Car: dispatch.CarID(c.index), Floor: dispatch.Floor(c.floor), To: dispatch.Floor(c.target)})
		return
	}
	c.target, c.opens = target, opens
	t.sees(check.Retargeted, c)
	t.schedule(c)
}

func (t *Twin) arrives(c *car) {
	c.came, c.floor, c.target = c.floor, c.target, -1
	if c.opens || c.out && len(c.riders) > 0 && !t.locked[c.floor] {
		t.beginOpening(c, true)
		return
	}
	c.phase = standing
	t.sees(check.Stopped, c)
	t.tell(&t.banks[c.bank], dispatch.Event{Kind: dispatch.CarStatus, Car: dispatch.CarID(c.index), Floor: dispatch.Floor(c.floor), To: dispatch.NoFloor})
	t.letOut(c)
}

// beginOpening starts a stop.
func (t *Twin) beginOpening(c *car, flew bool) {
	c.phase = opening
	c.stop++
	c.openingAt, c.holdUntil, c.hard, c.soft = t.now, 0, 0, 0
	c.boarded, c.alighted, c.reopened, c.absent, c.held = 0, 0, 0, 0, 0
	c.answers, c.nudging, c.forgot, c.openSince = false, false, false, never
	c.pressed[c.floor] = false
	c.gen++
	if flew {
		if advance := c.spec.Doors.AdvanceOpening; advance > 0 {
			t.after(advance, carStands, c)
		} else {
			t.sees(check.Stopped, c)
		}
	} else {
		c.came, c.departed = c.floor, t.now
	}
	t.sees(check.Opening, c)
	t.after(c.spec.Doors.Open, carOpened, c)
	t.report(c, dispatch.DoorsOpening)
}

// report tells the controller of the doors.
func (t *Twin) report(c *car, d dispatch.Door) {
	t.tell(&t.banks[c.bank], dispatch.Event{Kind: dispatch.DoorStatus, Car: dispatch.CarID(c.index), Floor: dispatch.Floor(c.floor), Door: d, Load: c.load})
}

func (t *Twin) opened(c *car) {
	c.phase = open
	c.openedAt, c.lastMove = t.now, t.now
	c.openSince = min(c.openSince, t.now)
	c.moving = nobody
	t.sees(check.Opened, c)
	t.exchange(c)
}

// exchange lets people out and in: one by one where a transfer takes time, all
// at once where it does not.
func (t *Twin) exchange(c *car) {
	if c.phase != open || c.busy || c.moving != nobody {
		return
	}
	c.busy = true
	d := &c.spec.Doors
	for c.moving == nobody {
		if slot := t.nextOut(c); slot != nobody {
			if d.TransferOut == 0 {
				t.alight(c, slot)
				continue
			}
			c.moving, c.entering = slot, false
			t.after(t.transferTime(c, slot, d.TransferOut, false), carTransfers, c)
			break
		}
		slot := t.nextIn(c)
		if slot == nobody {
			break
		}
		p := &t.persons[slot]
		t.leaveQueue(slot)
		c.persons++
		c.load += p.trip.Mass
		if d.TransferIn == 0 {
			t.board(c, slot)
			continue
		}
		p.where = doorway
		c.moving, c.entering = slot, true
		t.after(t.transferTime(c, slot, d.TransferIn, true), carTransfers, c)
	}
	c.busy = false
	t.planClosing(c)
}

func (t *Twin) transferTime(c *car, slot int32, mean time.Duration, in bool) time.Duration {
	tr := &t.persons[slot].trip
	return people.Transfer(&c.spec.Doors, mean, people.Passage{Seed: t.opt.Seed, Replication: tr.Rep, Journey: tr.Journey, Leg: tr.Leg, In: in})
}

func (t *Twin) transferred(c *car) {
	slot := c.moving
	c.moving = nobody
	if t.now >= c.hard {
		c.soft = 0
	}
	if c.entering {
		mass := t.persons[slot].trip.Mass
		if t.admits(slot) {
			t.board(c, slot)
		} else { // the key ended in the doorway
			c.persons--
			c.load -= mass
		}
	} else {
		t.alight(c, slot)
	}
	t.exchange(c)
}

// nextOut is the next rider to leave here, or nobody.
func (t *Twin) nextOut(c *car) int32 {
	for _, slot := range c.riders {
		if t.persons[slot].via == c.floor || c.out {
			return slot
		}
	}
	return nobody
}

func sideOf(dir int8) int {
	if dir > 0 {
		return 0
	}
	return 1
}

func (t *Twin) fits(c *car, p *person) bool {
	return c.persons < c.spec.Persons && c.load+p.trip.Mass <= c.spec.Load
}

// planClosing puts the closing of the doors into the agenda once nobody is in
// the doorway.
func (t *Twin) planClosing(c *car) {
	if c.phase == open && c.moving == nobody && !c.closeSet {
		c.closeSet = true
		t.agenda.add(max(t.now, t.closeAt(c)), physics, carCloses, c.id, c.gen)
	}
}

// closeAt is when the doors may begin to close, as things stand.
func (t *Twin) closeAt(c *car) scenarios.Instant {
	d := &c.spec.Doors
	dwell := d.DwellCar
	if c.answers {
		dwell = d.DwellLanding
	}
	at := c.openedAt + dwell
	if d.DwellExtends && c.boarded+c.alighted > 0 {
		// People are through: the rest of the dwell is cut short, or drawn out
		// for the last of them.
		at = c.lastMove + d.AfterTransfer
	}
	return max(at, c.holdUntil, c.hard, c.soft)
}

func (t *Twin) closes(c *car) {
	if c.phase != open || c.moving != nobody {
		return
	}
	if at := t.closeAt(c); at > t.now {
		t.planClosing(c)
		return
	}
	if c.stuckUntil > t.now {
		t.sticks(c)
		return
	}
	d := &c.spec.Doors
	c.phase, c.closingAt, c.closeTime = closing, t.now, d.Close
	if d.NudgeAfter > 0 && t.now-c.openSince > d.NudgeAfter {
		c.nudging, c.closeTime = true, max(d.Close, d.NudgeClose)
	}
	if base := c.openedAt + max(d.DwellCar, d.DwellLanding); c.holdUntil > base {
		c.held += t.now - base
	}
	c.gen++
	t.sees(check.Closing, c)
	t.after(c.closeTime, carClosed, c)
	t.report(c, dispatch.DoorsClosing)
}

// reopens tries to open closing doors again for somebody who comes late.
func (t *Twin) reopens(c *car) bool {
	d := &c.spec.Doors
	if c.phase != closing || c.closeTime == 0 || c.nudging || c.reopened >= d.ReopenLimit || c.out {
		return false
	}
	c.reopened++
	c.phase = opening
	c.gen++
	shut := t.now - c.closingAt
	t.sees(check.Opening, c)
	t.after(time.Duration(float64(d.Open)*(float64(shut)/float64(c.closeTime))), carOpened, c)
	t.report(c, dispatch.DoorsOpening)
	return true
}

func (t *Twin) closed(c *car) {
	c.phase = standing
	c.closeSet = false
	t.sees(check.Closed, c)
	t.stopRecord(c, t.now)
	floor := c.floor
	t.report(c, dispatch.DoorsClosed)
	if c.phase != opening { // else it opens again for them
		t.leftBehind(c, floor)
	}
}

func (t *Twin) stopRecord(c *car, closed scenarios.Instant) {
	if t.opt.Sink == nil {
		return
	}
	t.stop = result.Stop{
		Rep: t.opt.Replication, Bank: c.bank, Car: c.index, Floor: int(c.floor), From: int(c.came), Depart: c.departed, Opening: c.openingAt, Closed: closed,
		Alighted: c.alighted, Boarded: c.boarded, Load: c.load, Persons: len(c.riders), Up: int(c.dir), Held: c.held, Reopened: c.reopened, Absent: c.absent,
	}
	t.fail(t.opt.Sink.Stop(&t.stop))
}

func (t *Twin) fail(err error) {
	if err != nil && t.err == nil {
		t.err = err
	}
}
