package check

// Rules doors, served-floor and locked-floor: what a car's doors may do.

func (c *Checker) opening(o *Observation) {
	car := c.carOf(o)
	if car == nil || !c.isFloor(o, o.Floor) {
		return
	}
	here := car.floor
	if car.moving {
		here, car.early = car.to, true
	}
	if o.Floor != here {
		c.report(o.At, RuleDoors, "doors of %s begin to open at %s, but the car is at or bound for %s", c.carName(o.Car), c.floorName(o.Floor), c.floorName(here))
	}
	car.fromClosed = car.phase == doorsClosed
	if car.phase != doorsClosed && car.phase != doorsClosing {
		c.wrongPhase(o, car)
	}
	// Doors that close may open again for somebody in the doorway even at a
	// floor that has been locked meanwhile.
	if car.fromClosed {
		if !car.serves[o.Floor] {
			c.report(o.At, RuleServedFloor, "%s opens at %s, which it does not serve", c.carName(o.Car), c.floorName(o.Floor))
		}
		if c.floors[o.Floor].locked {
			c.report(o.At, RuleLockedFloor, "%s opens at %s, which is locked by a fault", c.carName(o.Car), c.floorName(o.Floor))
		}
	}
	car.phase, car.openingAt = doorsOpening, o.At
}

func (c *Checker) opened(o *Observation) {
	car := c.carOf(o)
	if car == nil {
		return
	}
	if car.phase != doorsOpening {
		c.wrongPhase(o, car)
	} else if took := o.At - car.openingAt; car.fromClosed && took < car.doors.Open {
		c.report(o.At, RuleDoors, "doors of %s opened in %v; they need %v", c.carName(o.Car), took, car.doors.Open)
	}
	car.phase, car.openedAt = doorsOpen, o.At
}

func (c *Checker) closing(o *Observation) {
	car := c.carOf(o)
	if car == nil {
		return
	}
	if car.phase != doorsOpen {
		c.wrongPhase(o, car)
	}
	car.phase, car.closingAt = doorsClosing, o.At
}

func (c *Checker) closed(o *Observation) {
	car := c.carOf(o)
	if car == nil {
		return
	}
	if car.phase != doorsClosing {
		c.wrongPhase(o, car)
	} else {
		if took := o.At - car.closingAt; took < car.shortClose {
			c.report(o.At, RuleDoors, "doors of %s closed in %v; they need %v", c.carName(o.Car), took, car.shortClose)
		}
		for _, s := range car.stuck {
			if car.closingAt > s.from && o.At < s.until {
				c.report(o.At, RuleDoors, "doors of %s closed although a fault keeps them from closing from %v until %v", c.carName(o.Car), s.from, s.until)
			}
		}
	}
	car.phase, car.readyAt = doorsClosed, o.At
}

// level judges advance opening when a car comes to stand level.
func (c *Checker) level(o *Observation, car *car) {
	if car.early {
		if ahead := o.At - car.openingAt; ahead > car.doors.AdvanceOpening+tick {
			c.report(o.At, RuleDoors, "doors of %s began to open %v before it stood level at %s; advance opening is %v", c.carName(o.Car), ahead, c.floorName(car.to), car.doors.AdvanceOpening)
		}
		if car.phase != doorsOpening && car.openedAt < o.At {
			c.report(o.At, RuleDoors, "doors of %s were fully open %v before it stood level at %s", c.carName(o.Car), o.At-car.openedAt, c.floorName(car.to))
		}
	}
	if car.phase == doorsClosed {
		car.readyAt = o.At
	}
}

// mustBeClosed demands closed doors of a car that is to move.
func (c *Checker) mustBeClosed(o *Observation, car *car) {
	if car.phase != doorsClosed {
		c.report(o.At, RuleDoors, "%s %v for %s with its doors %v", c.carName(o.Car), o.Kind, c.floorName(o.To), car.phase)
	}
}

func (c *Checker) wrongPhase(o *Observation, car *car) {
	c.report(o.At, RuleDoors, "doors of %s at %s are seen %v while they were %v", c.carName(o.Car), c.floorName(car.floor), o.Kind, car.phase)
}
