package check

import (
	"time"

	"hoistway/scenarios"
)

// Rule everybody-accounted, and what is left to judge at the end of a run.

// StarvedAfter is how long somebody may wait while their bank boards nobody at
// all, and by how much later others may come to the same landing for the same
// direction and still board before them. Both are far beyond any queue that is
// served in turn: a saturated bank makes people wait, but boards the whole
// time and in order. Not judged while a fault on the bank or its floors may be
// the reason.
const StarvedAfter = time.Hour

// Finish judges what only the end shows. An End observation must have come
// before; end is its instant.
func (c *Checker) Finish(end scenarios.Instant) {
	switch {
	case !c.ended:
		c.report(end, RuleEverybodyCounted, "the run ended without an End observation that says how many people it still counts")
	case end != c.now:
		c.report(end, RuleTimeOrder, "the run ends at %v, but its end was observed at %v", end, c.now)
	}
	drained := end < c.scenario.Run.Cap
	for i := range c.people {
		if p := &c.people[i]; p.place != gone {
			c.remaining(end, p, drained)
		}
	}
	if c.ended && c.counted != c.present && !c.lostTrack {
		c.report(end, RuleEverybodyCounted, "the run counts %d people still there at its end; %d were seen to appear and not to arrive or leave", c.counted, c.present)
	}
	for i := range c.cars {
		car := &c.cars[i]
		if ahead := end - car.openingAt; car.moving && car.early && ahead > car.doors.AdvanceOpening+tick {
			c.report(end, RuleDoors, "doors of %s began to open at %v on the way to %s, and at %v it does not stand level yet", c.carName(int16(i)), car.openingAt, c.floorName(car.to), end)
		}
	}
}

// remaining judges somebody who is still there at the end.
func (c *Checker) remaining(end scenarios.Instant, p *person, drained bool) {
	switch p.place {
	case changing:
		if p.since < end {
			c.lostTrack = true
			c.report(end, RuleConservation, "person %d left a car at %s at %v to change banks and was not seen again", p.ordinal, c.floorName(p.floor), p.since)
		}
	case putOut:
		if p.since < end {
			c.report(end, RuleRightFloor, "person %d was put out at %s at %v on the way to %s and was not seen again", p.ordinal, c.floorName(p.floor), p.since, c.floorName(p.to))
		}
	case walking:
		if drained {
			c.report(end, RuleEverybodyCounted, "the run ends before its cap of %v, but person %d is still walking to the landing at %s", c.scenario.Run.Cap, p.ordinal, c.floorName(p.floor))
		}
	case riding:
		if drained && !c.cars[p.car].out && !c.floors[p.to].locked {
			c.report(end, RuleEverybodyCounted, "the run ends before its cap of %v, but person %d is still riding in %s to %s", c.scenario.Run.Cap, p.ordinal, c.carName(p.car), c.floorName(p.to))
		}
	case landing:
		if drained && c.couldRide(p, end, end) {
			c.report(end, RuleEverybodyCounted, "the run ends before its cap of %v, but person %d has waited at %s for %s since %v and a car in service could take them", c.scenario.Run.Cap, p.ordinal, c.floorName(p.floor), c.floorName(p.to), p.since)
		} else if end-p.since > StarvedAfter {
			c.passedOver(end, p)
		}
	}
}

// passedOver reports somebody at a landing whom the bank forgot: it boarded
// nobody, or only people who came much later.
func (c *Checker) passedOver(at scenarios.Instant, p *person) {
	b := &c.banks[p.bank]
	since := max(p.since, b.changed)
	if at-since <= StarvedAfter || !c.couldRide(p, since, at) {
		return
	}
	if quiet := at - max(since, b.lastBoarded); quiet > StarvedAfter {
		c.report(at, RuleEverybodyCounted, "person %d has waited at %s for %s since %v, and bank %s has boarded nobody for %v", p.ordinal, c.floorName(p.floor), c.floorName(p.to), p.since, c.scenario.Banks[p.bank].Name, quiet)
	} else if later := b.newest[p.queue()]; later-since > StarvedAfter {
		c.report(at, RuleEverybodyCounted, "person %d has waited at %s for %s since %v, and somebody who came for the same direction at %v has boarded before them", p.ordinal, c.floorName(p.floor), c.floorName(p.to), p.since, later)
	}
}

// couldRide reports whether from from to until nothing but the dispatcher can
// have kept a person from riding: a car of their bank that is in order goes
// where they want, and no lock or key is in the way.
func (c *Checker) couldRide(p *person, from, until scenarios.Instant) bool {
	if c.floors[p.floor].locked || c.floors[p.to].locked || c.floors[p.to].private && !c.belongs(p) {
		return false
	}
	for i := range c.cars {
		car := &c.cars[i]
		if car.bank == p.bank && !car.out && car.factor == 1000 && car.serves[p.floor] && car.serves[p.to] &&
			p.mass <= car.load && !car.isStuck(from, until) {
			return true
		}
	}
	return false
}

// isStuck reports whether a fault kept the doors from closing at any time from
// from to until.
func (c *car) isStuck(from, until scenarios.Instant) bool {
	for _, s := range c.stuck {
		if s.from <= until && s.until >= from {
			return true
		}
	}
	return false
}

// queue is the person's index into bank.newest: landing and direction.
func (p *person) queue() int {
	if p.to > p.floor {
		return 2*int(p.floor) + 1
	}
	return 2 * int(p.floor)
}
