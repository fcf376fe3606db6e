package dispatch

import "slices"

// inOrder lists the open calls that match, by number.
func (k *Controller) inOrder(match func(*call) bool) []int32 {
	var hit []int32
	for _, slot := range k.live {
		if match(&k.calls[slot]) {
			hit = append(hit, slot)
		}
	}
	slices.SortFunc(hit, func(a, b int32) int { return int(k.calls[a].id - k.calls[b].id) })
	return hit
}

// steerTouched sends every car whose work changed to its next stop.
func (k *Controller) steerTouched() {
	for i := 0; i < len(k.touched); i++ {
		k.steer(&k.cars[k.touched[i]])
	}
	k.touched = k.touched[:0]
}

// steer tells a car its next stop if that is not what it was last told.
func (k *Controller) steer(c *car) {
	if c.doors != doorsClosed || c.mode != InService || c.fixed {
		return
	}
	if c.stale {
		k.build(c)
	}
	if len(c.plan.stops) == 0 {
		k.rest(c)
		return
	}
	f := c.plan.stops[0].floor
	c.parkAt = never
	switch {
	case !c.moving():
		k.send(c, f)
	case f == c.target && c.opens:
	case c.reaches(f, k.now) && !c.skips(f):
		k.redirect(c, f, true)
	case !c.owed(c.target):
		// Nothing is wanted at the target any more: stand as soon as possible.
		if r := c.nearestStop(k.now); r != c.target || c.opens {
			k.redirect(c, r, false)
		}
	}
}

// skips reports whether going to f would pass by a target that the car is
// expected at on its way: a stop may be put before the target, or take its
// place when nobody wants the target.
func (c *car) skips(f Floor) bool {
	return c.owed(c.target) && c.opens && ahead(c.target, f, towards(c.floor, c.target)) &&
		slices.ContainsFunc(c.plan.stops, func(s stop) bool { return s.floor == c.target && s.sweep == 0 })
}

// send starts a standing car.
func (k *Controller) send(c *car, f Floor) {
	c.leftAt = k.now
	if d := towards(c.floor, f); d != None {
		c.travel = d
	}
	c.target, c.opens = f, true
	// The plan was made for leaving now: it holds unless it began by turning.
	c.said = c.plan.leaves(c, c.travel)
	c.stale = c.travel != c.plan.heading
	k.emit(Command{Kind: Serve, Car: c.id, Floor: f, Dir: c.said})
}

// redirect changes the target of a moving car.
func (k *Controller) redirect(c *car, f Floor, opens bool) {
	c.target, c.opens = f, opens
	c.stale = true
	if !opens {
		k.emit(Command{Kind: Park, Car: c.id, Floor: f})
		return
	}
	c.said = c.plan.leaves(c, towards(c.floor, f))
	k.emit(Command{Kind: Serve, Car: c.id, Floor: f, Dir: c.said})
}

// rest is for a car without anything to do.
func (k *Controller) rest(c *car) {
	if c.moving() {
		if c.opens { // what it was going for is gone
			k.redirect(c, c.target, false)
		}
		return
	}
	c.travel = None
	if c.parkAt == never {
		k.park(c)
	}
}

// park starts an idle car's way to its parking floor, or the timer for it.
func (k *Controller) park(c *car) {
	if k.parkingFloor(c) == c.floor {
		return
	}
	c.parkAt = k.now + k.config.ParkingDelay
	k.deadlineStale = true
	if c.parkAt == k.now && k.stepping {
		k.parkNow(c)
	}
}

func (k *Controller) parkNow(c *car) {
	c.parkAt = never
	k.deadlineStale = true
	f := k.parkingFloor(c)
	if f == c.floor || !c.idle() || c.mode != InService {
		return
	}
	c.leftAt, c.target, c.opens = k.now, f, false
	c.travel = towards(c.floor, f)
	c.stale = true
	k.emit(Command{Kind: Park, Car: c.id, Floor: f})
}

// parkingFloor is where an idle car belongs; its own floor when it may stay.
func (k *Controller) parkingFloor(c *car) Floor {
	f := c.floor
	switch k.config.Parking {
	case ParkLobby:
		f = k.lobby
	case ParkSpread:
		f = k.lobby
		if c.id > 0 {
			z := k.zones[c.id]
			f = z[0] + (z[1]-z[0])/2
		}
	}
	if !c.serves.has(f) || k.locked.has(f) {
		return c.floor
	}
	return f
}

// fire runs the timers due at an instant: parking by car, then calls whose
// caller is on the way, by number.
func (k *Controller) fire(due Instant) {
	for i := range k.cars {
		if c := &k.cars[i]; c.parkAt <= due {
			k.parkNow(c)
		}
	}
	for _, slot := range k.inOrder(func(cl *call) bool { return cl.state == callWaiting && cl.due <= due }) {
		k.schedule(slot)
	}
	k.deadlineStale = true
}

// rebalance looks for calls that are better served now that a car has closed
// its doors: others' calls on it, and its own on others.
func (k *Controller) rebalance(c *car) {
	for i := 0; i < len(k.live); i++ {
		slot := k.live[i]
		switch k.calls[slot].car {
		case NoCar:
		case c.id:
			k.reconsider(slot, NoCar)
		default:
			k.reconsider(slot, c.id)
		}
	}
}
