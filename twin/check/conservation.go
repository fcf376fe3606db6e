package check

import "hoistway/scenarios"

// Rule conservation: people neither double nor vanish.

// place says where a person is on their journey.
type place uint8

const (
	gone     place = iota // nobody is in this slot
	walking               // to the landing
	landing               // waiting at the landing
	riding                // in a car
	changing              // between two legs
	putOut                // left a car where they did not want to
)

func (p place) String() string {
	return [...]string{"not there", "walking to the landing", "waiting at the landing", "riding", "changing banks", "put out of a car"}[p]
}

// person is what is known of somebody from observations alone.
type person struct {
	ordinal   int64
	mass      int64
	since     scenarios.Instant // at the landing, in the car, or out of it
	permit    int32
	floor, to int16 // of this leg; changing, putOut: floor is where they are
	bank      int16
	car       int16
	tenant    int16
	place     place
	leg       uint8
	further   uint8
}

// maxSlot is far above the people any building holds: a larger slot is an
// ordinal by mistake, and would cost the memory the slots are there to save.
const maxSlot = 1 << 26

func (c *Checker) appeared(o *Observation) {
	if !c.isFloor(o, o.Floor) || !c.isFloor(o, o.To) || !c.isPerson(o) {
		return
	}
	for int(o.Slot) >= len(c.people) {
		c.people = append(c.people, person{})
	}
	p := &c.people[o.Slot]
	switch {
	case p.place == gone && o.Person > c.lastPerson && o.Leg == 0:
		c.lastPerson = o.Person
		c.present++
	case p.place == gone:
		c.lost(o, "person %d appears on leg %d in slot %d; new people start with leg 0 and an ordinal above %d, and keep their slot until their last leg ends", o.Person, o.Leg, o.Slot, c.lastPerson)
		return
	case p.ordinal != o.Person:
		c.lost(o, "person %d appears in slot %d, where person %d is still %v", o.Person, o.Slot, p.ordinal, p.place)
		return
	case p.place != changing && p.place != putOut:
		c.lost(o, "person %d appears at %s a second time while %v", o.Person, c.floorName(o.Floor), p.place)
		return
	case o.Floor != p.floor:
		c.lost(o, "person %d left a car at %s and appears at %s", o.Person, c.floorName(p.floor), c.floorName(o.Floor))
		return
	case o.Leg != p.leg+1 && (p.place == changing || o.Leg != p.leg):
		c.lost(o, "person %d ended leg %d and appears on leg %d", o.Person, p.leg, o.Leg)
		return
	}
	*p = person{
		ordinal: o.Person, mass: o.Mass, since: o.At, permit: o.Permit, floor: o.Floor, to: o.To,
		bank: o.Bank, car: None, tenant: o.Tenant, place: walking, leg: o.Leg, further: o.Further,
	}
}

// isPerson reports whether slot, bank and tenant of somebody who appears
// exist, and notes it if not.
func (c *Checker) isPerson(o *Observation) bool {
	switch {
	case o.Slot < 0 || o.Slot > maxSlot:
		c.report(o.At, RuleExistence, "person %d appears in slot %d; slots are small numbers from 0", o.Person, o.Slot)
	case uint(int(o.Bank)) >= uint(len(c.banks)):
		c.report(o.At, RuleExistence, "person %d appears at bank index %d; the building has %d banks", o.Person, o.Bank, len(c.banks))
	case o.Tenant < None || int(o.Tenant) >= len(c.scenario.Tenants):
		c.report(o.At, RuleExistence, "person %d belongs to tenant index %d; the building has %d tenants", o.Person, o.Tenant, len(c.scenario.Tenants))
	case o.Mass <= 0:
		c.report(o.At, RuleExistence, "person %d has a mass of %d g", o.Person, o.Mass)
	default:
		return true
	}
	return false
}

func (c *Checker) waiting(o *Observation) {
	p := c.who(o)
	if p == nil {
		return
	}
	if p.place != walking {
		c.lost(o, "person %d comes to the landing at %s while %v", o.Person, c.floorName(p.floor), p.place)
		return
	}
	p.place, p.since = landing, o.At
}

func (c *Checker) left(o *Observation) {
	p := c.who(o)
	if p == nil {
		return
	}
	switch {
	case p.place == riding:
		c.lost(o, "person %d leaves the building while riding in %s", o.Person, c.carName(p.car))
		return
	case o.To == Abandoned && p.place != landing:
		c.lost(o, "person %d gives up waiting while %v", o.Person, p.place)
	case o.To == NoShow && p.place != walking:
		c.lost(o, "person %d counts as never having come while %v", o.Person, p.place)
	case o.To < Abandoned || o.To > Refused:
		c.lost(o, "person %d leaves with outcome %d; it is %d (abandoned), %d (no-show) or %d (refused)", o.Person, o.To, Abandoned, NoShow, Refused)
	}
	if o.To == Abandoned && o.At-p.since > StarvedAfter {
		c.passedOver(o.At, p)
	}
	c.depart(p)
}

// who gives the person an observation names, or nil after reporting that they
// are not there.
func (c *Checker) who(o *Observation) *person {
	if uint(int(o.Slot)) < uint(len(c.people)) {
		if p := &c.people[o.Slot]; p.place != gone && p.ordinal == o.Person {
			return p
		}
	}
	c.lost(o, "person %d is seen %v in slot %d but is not in the building", o.Person, o.Kind, o.Slot)
	return nil
}

// depart ends a person's journey.
func (c *Checker) depart(p *person) {
	p.place = gone
	c.present--
}

// lost reports a breach of conservation. From then on the count of people says
// nothing more.
func (c *Checker) lost(o *Observation, format string, args ...any) {
	c.lostTrack = true
	c.report(o.At, RuleConservation, format, args...)
}
