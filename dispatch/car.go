package dispatch

import "time"

// doorState is what the controller knows of a car's doors.
type doorState uint8

const (
	doorsClosed doorState = iota
	doorsOpen             // opening or open
	doorsClosing
)

// never is later than every instant of a run.
const never = Instant(1<<63 - 1)

// side turns a direction of travel into an index of pick-up sets.
func side(d Direction) int {
	if d == Up {
		return 0
	}
	return 1
}

// car is what the controller believes of one car.
type car struct {
	Car
	id       CarID
	serves   floorSet
	capacity int64 // thousandths of people it takes before it passes landing calls by
	full     int64 // thousandths of people it is rated for

	mode    Mode
	doors   doorState
	opens   bool // moving: the doors will open at target
	fixed   bool // the car has refused a change of target; it is left alone until it stands
	said    Direction
	travel  Direction // None when it has nothing to do
	floor   Floor     // where it stands, or the floor it left at leftAt
	target  Floor     // where it is going; NoFloor when it stands
	leftAt  Instant
	freeAt  Instant // doors at a stop are expected to be closed
	parkAt  Instant // when it is to be parked; never if it is not idle or stays
	aboard  int64   // thousandths of people: the weighed load, or those known to be aboard if they are more
	bound   []int64 // of those whose destination is known, by floor
	known   int64   // sum of bound
	largest int64   // thousandths of people in the largest group it was ever given

	calls    floorSet    // car calls
	pick     [2]floorSet // landings where assigned calls wait, by side
	assigned []int32     // destination calls assigned and not yet picked up, by slot

	plan  plan
	stale bool // plan must be built again
}

func (c *car) moving() bool { return c.target != NoFloor }

// demand reports whether anything is left to do.
func (c *car) demand() bool {
	return !(c.calls.empty() && c.pick[0].empty() && c.pick[1].empty())
}

// idle reports whether the car can leave at once and has nothing to do.
func (c *car) idle() bool { return !c.moving() && c.doors == doorsClosed && !c.demand() }

// owed reports whether the car has something to do at f.
func (c *car) owed(f Floor) bool {
	return c.calls.has(f) || c.pick[0].has(f) || c.pick[1].has(f)
}

// limit is how many thousandths of people the car takes before it leaves a
// caller to another: the bypass reserve stands for the unknown number behind a
// landing call, a known group needs its own places only.
func (c *car) limit(known bool) int64 {
	if known {
		return c.full
	}
	return c.capacity
}

// expect takes so many thousandths of people aboard who are bound for a floor.
func (c *car) expect(to Floor, people int64) {
	c.calls.add(to)
	c.aboard += people
	c.bound[to] += people
	c.known += people
}

// strike takes a floor off the car calls, with those known to be bound for it.
func (c *car) strike(f Floor) {
	c.calls.remove(f)
	c.known -= c.bound[f]
	c.bound[f] = 0
}

// ahead reports whether g lies strictly past f in direction d.
func ahead(f, g Floor, d Direction) bool { return (g-f)*Floor(d) > 0 }

func towards(from, to Floor) Direction {
	switch {
	case to > from:
		return Up
	case to < from:
		return Down
	}
	return None
}

// reaches reports whether the car, as it stands or moves, can make g its next
// stop: it stands, or g lies ahead and it has not yet begun to slow down too
// late for g nor for its present target.
func (c *car) reaches(g Floor, now Instant) bool {
	if !c.moving() {
		return true
	}
	if g == c.target {
		return true
	}
	if c.fixed || c.floor == c.target || !ahead(c.floor, g, towards(c.floor, c.target)) {
		return false
	}
	elapsed := now - c.leftAt
	return elapsed <= c.Flights.latest(c.floor, g) && elapsed <= c.Flights.latest(c.floor, c.target)
}

// nearestStop is the first floor at which a moving car can stand.
func (c *car) nearestStop(now Instant) Floor {
	d := Floor(towards(c.floor, c.target))
	if d == 0 {
		return c.target
	}
	for f := c.floor + d; f != c.target; f += d {
		if c.serves.has(f) && c.reaches(f, now) {
			return f
		}
	}
	return c.target
}

// committed reports whether the car can no longer pass floor f by.
func (c *car) committed(f Floor, now Instant) bool {
	if !c.moving() || c.target != f || !c.opens {
		return false
	}
	return c.fixed || c.floor == f || now-c.leftAt > c.Flights.latest(c.floor, f)
}

// firstLeg estimates when the doors begin to open at f if the car goes there
// next.
func (c *car) firstLeg(f Floor, now Instant) Instant {
	if c.moving() {
		if c.reaches(f, now) {
			return c.leftAt + c.Flights.between(c.floor, f) - c.advance(c.floor, f)
		}
		r := c.nearestStop(now)
		at := max(now, c.leftAt+c.Flights.between(c.floor, r))
		if c.opens && r == c.target {
			at += c.stopTime(true) - c.Advance
		}
		return at + c.leg(r, f, towards(c.floor, r)) - c.advance(r, f)
	}
	at := now
	if c.doors != doorsClosed {
		at = max(now, c.freeAt)
	}
	return at + c.leg(c.floor, f, c.travel) - c.advance(c.floor, f)
}

// leg is the flight from a to b, with the turn when it reverses.
func (c *car) leg(a, b Floor, was Direction) time.Duration {
	t := c.Flights.between(a, b)
	if a != b && was != None && towards(a, b) != was {
		t += c.Flights.turn
	}
	return t
}

// advance is by how much the doors open before the car stands; a car that does
// not move opens from standing.
func (c *car) advance(a, b Floor) time.Duration {
	if a == b {
		return 0
	}
	return c.Advance
}

// stopTime estimates a stop from the doors beginning to open to their being
// closed.
func (c *car) stopTime(landing bool) time.Duration {
	dwell := c.DwellCar
	if landing {
		dwell = c.DwellLanding
	}
	return c.Open + max(dwell, c.Transfer) + c.Close
}

// leaves says in which direction the car will leave a stop at f, having come
// in direction d: onwards while anything is wanted ahead or a caller here goes
// that way, else back, else None.
func (c *car) leaves(f Floor, d Direction) Direction {
	if d == None {
		d = Up
		if c.pick[0].has(f) {
			return Up
		}
		if c.pick[1].has(f) {
			return Down
		}
	}
	if c.pick[side(d)].has(f) {
		return d
	}
	if c.said == -d && c.pick[side(-d)].has(f) && c.calls.beyond(f, d) == NoFloor {
		// It came to turn round here. A call beyond that appeared when it was
		// too late to go there first does not make it send these people away.
		return -d
	}
	if c.wanted(f, d) {
		return d
	}
	if c.pick[side(-d)].has(f) || c.wanted(f, -d) {
		return -d
	}
	return None
}

// wanted reports whether any stop lies past f in direction d.
func (c *car) wanted(f Floor, d Direction) bool {
	return c.calls.beyond(f, d) != NoFloor || c.pick[0].beyond(f, d) != NoFloor || c.pick[1].beyond(f, d) != NoFloor
}
