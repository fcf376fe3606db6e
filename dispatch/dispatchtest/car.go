package dispatchtest

import "hoistway/dispatch"

// phase is what a car is doing.
type phase uint8

const (
	standing phase = iota // doors closed
	flying
	open // or opening
	closing
)

// never is later than everything that happens.
const never = dispatch.Instant(1<<63 - 1)

// rider is a group aboard with one destination.
type rider struct {
	to     dispatch.Floor
	people int
}

// car is one fake car.
type car struct {
	id     dispatch.CarID
	phase  phase
	floor  dispatch.Floor // where it stands, or left
	target dispatch.Floor // flying: where it goes
	opens  bool           // flying: its doors will open there
	leftAt dispatch.Instant
	due    dispatch.Instant // end of the phase; never when standing
	out    bool             // out of service
	refuse bool             // it does not obey the next command to move
	riders []rider
}

func (c *car) persons() int {
	n := 0
	for _, r := range c.riders {
		n += r.people
	}
	return n
}

// leave lets riders out: those for a floor, or all.
func (c *car) leave(out func(rider) bool) {
	kept := c.riders[:0]
	for _, r := range c.riders {
		if !out(r) {
			kept = append(kept, r)
		}
	}
	c.riders = kept
}

// end lets a car come to the end of its phase, and tells the controller.
func (b *Building) end(c *car) error {
	switch c.phase {
	case flying:
		c.floor, c.phase, c.due = c.target, standing, never
		if c.opens || c.out && len(c.riders) > 0 {
			return b.opening(c)
		}
		return b.tell(b.status(c))
	case open:
		c.phase, c.due = closing, b.now+b.pace.Close
		return b.tell(b.doors(c, dispatch.DoorsClosing))
	case closing:
		c.phase, c.due = standing, never
		if c.out && len(c.riders) > 0 {
			return b.opening(c)
		}
		return b.tell(b.doors(c, dispatch.DoorsClosed))
	}
	panic("BUG: a standing car has an end of phase")
}

// opening begins a stop, or opens closing doors again.
func (b *Building) opening(c *car) error {
	c.phase, c.due = open, b.now+b.pace.Open+b.pace.Dwell
	c.leave(func(r rider) bool { return r.to == c.floor || c.out })
	return b.tell(b.doors(c, dispatch.DoorsOpening))
}

func (b *Building) doors(c *car, d dispatch.Door) dispatch.Event {
	return dispatch.Event{Kind: dispatch.DoorStatus, Car: c.id, Floor: c.floor, Door: d, Load: int64(c.persons()) * personMass}
}

func (b *Building) status(c *car) dispatch.Event {
	to := dispatch.NoFloor
	if c.phase == flying {
		to = c.target
	}
	return dispatch.Event{Kind: dispatch.CarStatus, Car: c.id, Floor: c.floor, To: to}
}

// move makes a car obey a Serve or a Park, or say that it does not.
func (b *Building) move(c *car, floor dispatch.Floor, opens bool) {
	refuse := c.refuse || c.out
	switch c.phase {
	case standing:
		c.refuse = false
		switch {
		case refuse:
			b.reply(b.status(c))
		case floor == c.floor && opens:
			b.moved = append(b.moved, c)
		case floor != c.floor:
			c.phase, c.target, c.opens, c.leftAt = flying, floor, opens, b.now
			b.schedule(c)
		}
	case flying:
		c.refuse = false
		if floor != c.target && (refuse || !b.fits(c, floor)) {
			b.reply(b.status(c))
			return
		}
		c.target, c.opens = floor, opens
		b.schedule(c)
	}
}

// fits reports whether a flying car can still be made to stop at a floor.
func (b *Building) fits(c *car, floor dispatch.Floor) bool {
	if floor == c.floor || (floor > c.floor) != (c.target > c.floor) {
		return false
	}
	elapsed := b.now - c.leftAt
	return elapsed <= b.pace.branch(c.floor, floor) && elapsed <= b.pace.branch(c.floor, c.target)
}

func (b *Building) schedule(c *car) {
	c.due = c.leftAt + b.pace.flight(c.floor, c.target)
	if c.opens {
		c.due -= b.pace.Advance
	}
	c.due = max(c.due, b.now)
}
