package dispatch

func (k *Controller) carCall(ev *Event) {
	c := &k.cars[ev.Car]
	why := NoReason
	switch {
	case c.mode != InService:
		why = CarOutOfService
	case k.locked.has(ev.Floor):
		why = FloorLocked
	case !c.serves.has(ev.Floor):
		why = CarNotServing
	}
	if why != NoReason {
		k.emit(Command{Kind: Reject, Call: -1, Car: c.id, Floor: ev.Floor, Reason: why})
		return
	}
	if c.calls.has(ev.Floor) || c.doors == doorsOpen && c.floor == ev.Floor {
		return
	}
	c.calls.add(ev.Floor)
	c.stale = true
	c.parkAt = never
	if c.doors == doorsOpen && c.travel == None {
		c.travel = towards(c.floor, ev.Floor)
		k.announce(c)
	}
	k.touch(c.id)
}

func (k *Controller) carStatus(ev *Event) {
	c := &k.cars[ev.Car]
	c.stale = true
	if ev.To != NoFloor {
		if !c.moving() || c.floor != ev.Floor {
			c.leftAt = k.now
		}
		// The car goes where it says it goes, whatever it was told.
		c.floor, c.target, c.fixed = ev.Floor, ev.To, true
		c.doors = doorsClosed
		c.opens = c.owed(ev.To)
		return
	}
	c.floor, c.target, c.fixed = ev.Floor, NoFloor, false
	c.doors = doorsClosed
	k.touch(c.id)
}

func (k *Controller) doorStatus(ev *Event) {
	c := &k.cars[ev.Car]
	came := c.travel
	if c.moving() && c.target != c.floor {
		came = towards(c.floor, c.target)
	}
	c.floor, c.target, c.fixed = ev.Floor, NoFloor, false
	c.stale = c.stale || ev.Door != DoorsClosing
	switch ev.Door {
	case DoorsOpening:
		k.opening(c, came)
	case DoorsClosing:
		c.doors = doorsClosing
		if free := k.now + c.Close; free != c.freeAt {
			c.freeAt = free
			c.stale = true
		}
	case DoorsClosed:
		c.doors = doorsClosed
		c.aboard = max(ev.Load*1000/personMass, c.known)
		k.touch(c.id)
		if k.moves {
			k.rebalance(c)
		}
	}
}

// opening answers what the stop is for, decides where the car goes on to, and
// takes along landing calls of that direction that other cars have.
func (k *Controller) opening(c *car, came Direction) {
	reopened := c.doors == doorsClosing
	c.doors = doorsOpen
	if c.mode != InService {
		c.travel = None
		return
	}
	f := c.floor
	if c.calls.has(f) {
		c.aboard -= c.bound[f] + max(0, c.aboard-c.known)/int64(c.calls.count())
		c.strike(f)
	}
	dir := c.leaves(f, came)
	if reopened && c.travel != None {
		dir = c.travel
	}
	c.travel = dir
	landing := false
	if dir != None {
		s := side(dir)
		landing = c.pick[s].has(f)
		c.freeAt = k.now + c.stopTime(landing)
		if slot := k.landing[s][f]; slot >= 0 {
			if holder := k.calls[slot].car; holder == c.id {
				k.answer(slot, c)
			} else if c.aboard < c.capacity && k.leads(c, f, dir) {
				if holder != NoCar {
					k.release(slot)
					k.touch(holder)
				}
				k.give(slot, c)
				k.emit(Command{Kind: Reassign, Call: k.calls[slot].id, Car: c.id})
				k.answer(slot, c)
			}
		}
		if landing {
			for i := 0; i < len(c.assigned); {
				slot := c.assigned[i]
				if cl := &k.calls[slot]; cl.floor == f && cl.dir == dir && (c.calls.empty() || c.aboard+int64(cl.group)*1000 <= c.full) {
					k.answer(slot, c)
					continue
				}
				i++
			}
		}
	} else {
		c.freeAt = k.now + c.stopTime(false)
	}
	k.announce(c)
}

// announce tells the car which way it will go on, if it does not know.
func (k *Controller) announce(c *car) {
	if c.said != c.travel {
		c.said = c.travel
		k.emit(Command{Kind: Serve, Car: c.id, Floor: c.floor, Dir: c.travel})
	}
}

func (k *Controller) carMode(ev *Event) {
	c := &k.cars[ev.Car]
	if c.mode == ev.Mode {
		return
	}
	c.mode = ev.Mode
	c.stale = true
	if ev.Mode == InService {
		k.touch(c.id)
		k.adopt()
		return
	}
	c.parkAt = never
	k.deadlineStale = true
	c.calls = floorSet{}
	clear(c.bound)
	c.known = 0
	c.travel = None
	for _, slot := range k.inOrder(func(cl *call) bool { return cl.car == c.id }) {
		k.release(slot)
		k.assign(slot, c.id)
	}
}

// adopt looks for cars for the calls that have none.
func (k *Controller) adopt() {
	for _, slot := range k.inOrder(func(cl *call) bool { return cl.car == NoCar && cl.state == callOpen }) {
		k.assign(slot, NoCar)
	}
}

func (k *Controller) floorLock(ev *Event) {
	if !ev.Locked {
		k.locked.remove(ev.Floor)
		return
	}
	k.locked.add(ev.Floor)
	k.dropAll(FloorLocked, func(cl *call) bool { return cl.floor == ev.Floor || cl.known && cl.to == ev.Floor })
	for i := range k.cars {
		c := &k.cars[i]
		if c.calls.has(ev.Floor) {
			c.strike(ev.Floor)
			c.stale = true
			k.emit(Command{Kind: Reject, Call: -1, Car: c.id, Floor: ev.Floor, Reason: FloorLocked})
		}
		k.touch(c.id)
	}
}
