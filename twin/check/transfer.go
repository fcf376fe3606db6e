package check

// Rules about people entering and leaving cars: boarding-with-open-doors,
// capacity, out-of-service, right-floor, and the parts of conservation,
// served-floor and key that are judged at the car's door.

func (c *Checker) boarded(o *Observation) {
	p, car := c.who(o), c.carOf(o)
	if p == nil || car == nil || !c.isFloor(o, o.Floor) {
		return
	}
	switch {
	case p.place != landing:
		c.lost(o, "person %d boards %s at %s while %v", o.Person, c.carName(o.Car), c.floorName(o.Floor), p.place)
		return
	case p.floor != o.Floor:
		c.lost(o, "person %d waits at %s and boards %s at %s", o.Person, c.floorName(p.floor), c.carName(o.Car), c.floorName(o.Floor))
		return
	case p.bank != car.bank:
		c.lost(o, "person %d waits for bank %s and boards %s", o.Person, c.scenario.Banks[p.bank].Name, c.carName(o.Car))
		return
	}
	c.atOpenDoors(o, car)
	if car.out && o.At-car.outAt > car.doorway {
		c.report(o.At, RuleOutOfService, "person %d boards %s at %s; it has been out of service since %v", o.Person, c.carName(o.Car), c.floorName(o.Floor), car.outAt)
	}
	if !car.serves[p.to] {
		c.report(o.At, RuleServedFloor, "person %d boards %s for %s, which it does not serve", o.Person, c.carName(o.Car), c.floorName(p.to))
	}
	if c.floors[p.to].private {
		c.mayEnter(o, p)
	}
	if car.aboard+1 > car.persons || car.mass+p.mass > car.load {
		c.report(o.At, RuleCapacity, "person %d (%d g) boards %s at %s with %d persons and %d g aboard; it is rated for %d persons and %d g",
			o.Person, p.mass, c.carName(o.Car), c.floorName(o.Floor), car.aboard, car.mass, car.persons, car.load)
	}
	if o.At-p.since > StarvedAfter {
		c.passedOver(o.At, p)
	}
	b := &c.banks[p.bank]
	b.lastBoarded = o.At
	q := p.queue()
	b.newest[q] = max(b.newest[q], p.since)

	if car.aboard == 0 {
		car.loadedAt = o.At
	}
	car.take(p)
	p.place, p.car, p.since = riding, o.Car, o.At
}

func (c *Checker) alighted(o *Observation) {
	p, car := c.who(o), c.carOf(o)
	if p == nil || car == nil || !c.isFloor(o, o.Floor) {
		return
	}
	if p.place != riding {
		c.lost(o, "person %d alights from %s at %s while %v", o.Person, c.carName(o.Car), c.floorName(o.Floor), p.place)
		return
	}
	if p.car != o.Car {
		c.lost(o, "person %d boarded %s and alights from %s", o.Person, c.carName(p.car), c.carName(o.Car))
		car = &c.cars[p.car]
	} else {
		c.atOpenDoors(o, car)
	}
	car.drop(p)
	switch {
	case o.Floor != p.to:
		if f := &c.floors[p.to]; !car.out && car.backAt < p.since && !f.locked && f.unlockedAt < p.since {
			c.report(o.At, RuleRightFloor, "person %d wants to go to %s and alights from %s at %s with no fault to put them out", o.Person, c.floorName(p.to), c.carName(o.Car), c.floorName(o.Floor))
		}
		p.place, p.floor, p.since = putOut, o.Floor, o.At
	case p.further > 0:
		p.place, p.floor, p.since = changing, o.Floor, o.At
	default:
		c.depart(p)
	}
}

// atOpenDoors demands a standing car with fully open doors at the floor where
// somebody steps in or out.
func (c *Checker) atOpenDoors(o *Observation, car *car) {
	switch {
	case car.moving:
		c.report(o.At, RuleOpenDoors, "person %d is seen %v at %s while %s moves from %s to %s", o.Person, o.Kind, c.floorName(o.Floor), c.carName(o.Car), c.floorName(car.floor), c.floorName(car.to))
	case o.Floor != car.floor:
		c.report(o.At, RuleOpenDoors, "person %d is seen %v at %s while %s stands at %s", o.Person, o.Kind, c.floorName(o.Floor), c.carName(o.Car), c.floorName(car.floor))
	case car.phase != doorsOpen:
		c.report(o.At, RuleOpenDoors, "person %d is seen %v at %s while the doors of %s are %v", o.Person, o.Kind, c.floorName(o.Floor), c.carName(o.Car), car.phase)
	}
}
