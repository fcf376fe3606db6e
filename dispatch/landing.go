package dispatch

import "time"

// anyCar reports whether some car, in service or not, meets a condition.
func (k *Controller) anyCar(ok func(*car) bool) bool {
	for i := range k.cars {
		if ok(&k.cars[i]) {
			return true
		}
	}
	return false
}

// allCars allows every car there can be: MaxCars is the width of the set.
const allCars = ^uint64(0)

func (k *Controller) landingCall(ev *Event) {
	k.lastCall = ev.Call
	s := side(ev.Dir)
	switch {
	case k.locked.has(ev.Floor):
		k.reject(ev.Call, FloorLocked)
		return
	case k.landing[s][ev.Floor] >= 0:
		k.reject(ev.Call, AlreadyRegistered)
		return
	case !k.anyCar(func(c *car) bool { return c.serves.has(ev.Floor) }):
		k.reject(ev.Call, FloorNotServed)
		return
	case !k.anyCar(func(c *car) bool { return c.serves.has(ev.Floor) && k.leads(c, ev.Floor, ev.Dir) }):
		k.reject(ev.Call, NoWayOn)
		return
	}
	slot := k.open(call{id: ev.Call, state: callOpen, floor: ev.Floor, to: NoFloor, dir: ev.Dir, car: NoCar, cars: allCars, group: 1, permit: ev.Permit, placed: ev.At, ready: ev.At})
	k.landing[s][ev.Floor] = slot
	if k.atOpenDoors(slot) {
		return
	}
	k.assign(slot, NoCar)
}

func (k *Controller) destinationCall(ev *Event) {
	k.lastCall = ev.Call
	dir := towards(ev.Floor, ev.To)
	both := func(c *car) bool { return c.serves.has(ev.Floor) && c.serves.has(ev.To) }
	cars := ev.Cars
	if cars == 0 {
		cars = allCars
	}
	allowed := func(c *car) bool { return cars>>uint(c.id)&1 != 0 && both(c) }
	switch {
	case dir == None:
		k.reject(ev.Call, SameFloor)
		return
	case k.locked.has(ev.Floor) || k.locked.has(ev.To):
		k.reject(ev.Call, FloorLocked)
		return
	case !k.anyCar(both):
		k.reject(ev.Call, FloorNotServed)
		return
	case !k.anyCar(allowed):
		k.reject(ev.Call, NoCarAllowed)
		return
	case !k.anyCar(func(c *car) bool {
		return allowed(c) && int64(ev.Group)*personMass <= c.Load && int(ev.Group) <= c.Persons
	}):
		k.reject(ev.Call, GroupTooLarge)
		return
	}
	slot := k.open(call{id: ev.Call, state: callOpen, known: true, floor: ev.Floor, to: ev.To, dir: dir, car: NoCar, cars: cars, group: ev.Group, permit: ev.Permit, placed: ev.At, ready: max(ev.At, ev.Ready)})
	if ev.Ready <= ev.At && k.atOpenDoors(slot) {
		return
	}
	k.schedule(slot)
}

// readyMargin is how much before its caller a car is aimed to arrive: estimates
// are not exact, and a person standing waits longer than a car does.
const readyMargin = 2 * time.Second

// schedule assigns a destination call, or puts the assignment off while even
// the nearest car would come long before the caller does.
func (k *Controller) schedule(slot int32) {
	cl := &k.calls[slot]
	if cl.ready > k.now {
		soonest := never
		for i := range k.cars {
			c := &k.cars[i]
			if k.capable(c, cl) != "" {
				continue
			}
			if c.stale {
				k.build(c)
			}
			k.insert(c, cl.floor, k.sweepOf(c, cl.floor, cl.dir), true, &k.insertion)
			soonest = min(soonest, max(k.now, k.insertion.arrive))
		}
		if soonest != never && soonest+readyMargin+time.Second < cl.ready {
			cl.state = callWaiting
			// Half the slack at a time: cars come nearer or get busy meanwhile.
			cl.due = k.now + max(time.Second, (cl.ready-readyMargin-soonest)/2)
			k.deadlineStale = true
			return
		}
	}
	if cl.state == callWaiting {
		cl.state = callOpen
		k.deadlineStale = true
	}
	k.assign(slot, NoCar)
}

// atOpenDoors answers a call at once when a car stands at its landing with
// open doors, going its way and not full.
func (k *Controller) atOpenDoors(slot int32) bool {
	cl := &k.calls[slot]
	for i := range k.cars {
		c := &k.cars[i]
		if c.doors != doorsOpen || c.moving() || c.floor != cl.floor || c.travel != cl.dir && c.travel != None {
			continue
		}
		if k.capable(c, cl) != "" || c.aboard+int64(cl.group)*1000 > c.limit(cl.known) && c.aboard > 0 {
			continue
		}
		if cl.known && k.rules.Sticky && c.travel == None {
			continue
		}
		k.give(slot, c)
		k.emit(Command{Kind: Assign, Call: cl.id, Car: c.id})
		if c.travel == None {
			c.travel = cl.dir
			k.announce(c)
		}
		k.answer(slot, c)
		return true
	}
	return false
}

// answer ends a call: the doors of its car are open, or beginning to be.
func (k *Controller) answer(slot int32, c *car) {
	cl := k.calls[slot]
	k.emit(Command{Kind: Answer, Call: cl.id, Car: c.id})
	if cl.known {
		c.forget(slot)
		c.expect(cl.to, int64(cl.group)*1000)
		if cl.ready > k.now {
			until := min(cl.ready+readyMargin, k.now+k.config.HoldLimit)
			if until > c.freeAt-c.Close {
				c.freeAt = until + c.Close
				k.emit(Command{Kind: HoldDoor, Car: c.id, Until: until})
			}
		}
	}
	k.calls[slot].car = NoCar
	k.close(slot)
	k.settle(c, cl.floor, cl.dir)
	c.stale = true
}
