package check

import (
	"fmt"
	"math"
	"time"

	"hoistway/scenarios"
)

// Checker watches one run of one scenario. It is not safe for use by several
// goroutines. Make one with New.
type Checker struct {
	scenario *scenarios.Scenario
	now      scenarios.Instant // latest instant seen
	ended    bool
	counted  int64 // people the run says are still there

	cars   []car
	floors []floor
	banks  []bank
	people []person // by slot

	lastPerson int64 // highest ordinal that has appeared
	present    int64 // people who appeared and whose journey has not ended
	lostTrack  bool  // conservation was broken: the count of people means nothing more

	keys keyring

	violations []Violation
	total      int64
}

type floor struct {
	elevation  float64
	private    bool              // Building.Floors[].Locked
	locked     bool              // a floor-locked fault holds
	unlockedAt scenarios.Instant // when the last such fault ended; -1 = none has
}

type bank struct {
	lastBoarded scenarios.Instant // last time anybody boarded one of its cars
	changed     scenarios.Instant // last time a fault began or ended that may slow it down
	newest      []scenarios.Instant
}

// New makes a checker for one run. All cars stand at their home floors with
// closed doors, in service and in order. The scenario is only read.
func New(sc *scenarios.Scenario) *Checker {
	c := &Checker{scenario: sc, lastPerson: -1}
	for _, f := range sc.Building.Floors {
		c.floors = append(c.floors, floor{elevation: f.Elevation, private: f.Locked, unlockedAt: -1})
	}
	for b := range sc.Banks {
		newest := make([]scenarios.Instant, 2*len(c.floors))
		for i := range newest {
			newest[i] = -1
		}
		c.banks = append(c.banks, bank{newest: newest})
		for i := range sc.Banks[b].Cars {
			c.cars = append(c.cars, newCar(sc, b, i))
		}
	}
	if len(c.cars) > math.MaxInt16 || len(c.floors) > math.MaxInt16 {
		panic(fmt.Sprintf("BUG: scenario %s has %d cars and %d floors; an observation can name %d of each", sc.Name, len(c.cars), len(c.floors), math.MaxInt16))
	}
	return c
}

// Observe takes the next thing that happened. It keeps no reference to o and
// allocates nothing unless a rule is broken or more people are present than
// ever before.
func (c *Checker) Observe(o *Observation) {
	if o.At < c.now {
		c.report(o.At, RuleTimeOrder, "%v was observed at %v after something at %v", o.Kind, o.At, c.now)
	} else {
		c.now = o.At
	}
	if c.ended {
		c.report(o.At, RuleTimeOrder, "%v was observed after the end of the run", o.Kind)
		return
	}
	switch o.Kind {
	case Appeared:
		c.appeared(o)
	case Waiting:
		c.waiting(o)
	case Boarded:
		c.boarded(o)
	case Alighted:
		c.alighted(o)
	case Left:
		c.left(o)
	case Opening:
		c.opening(o)
	case Opened:
		c.opened(o)
	case Closing:
		c.closing(o)
	case Closed:
		c.closed(o)
	case Departed:
		c.departed(o)
	case Retargeted:
		c.retargeted(o)
	case Stopped:
		c.stopped(o)
	case OutOfService, InService, Slow:
		c.condition(o)
	case FloorLocked, FloorUnlocked:
		c.lock(o)
	case KeyIssued:
		c.keys.issue(c, o)
	case KeyRevoked:
		c.keys.revoke(c, o)
	case End:
		c.ended, c.counted = true, o.Person
	default:
		panic(fmt.Sprintf("BUG: observation of unknown %v at %v", o.Kind, o.At))
	}
}

// Violations are the first MaxViolations violations in the order they were
// seen. The slice is the checker's own.
func (c *Checker) Violations() []Violation { return c.violations }

// Total is how many violations there were, kept or not.
func (c *Checker) Total() int64 { return c.total }

// carOf gives the car an observation names, or nil after reporting that there
// is none.
func (c *Checker) carOf(o *Observation) *car {
	if uint(int(o.Car)) < uint(len(c.cars)) {
		return &c.cars[o.Car]
	}
	c.report(o.At, RuleExistence, "%v names car index %d; the building has %d cars", o.Kind, o.Car, len(c.cars))
	return nil
}

// isFloor reports whether the building has floor f, and notes it if not.
func (c *Checker) isFloor(o *Observation, f int16) bool {
	if uint(int(f)) < uint(len(c.floors)) {
		return true
	}
	c.report(o.At, RuleExistence, "%v names floor index %d; the building has %d floors", o.Kind, f, len(c.floors))
	return false
}

// condition notes that a car goes out of service, comes back, or runs slowly.
func (c *Checker) condition(o *Observation) {
	car := c.carOf(o)
	if car == nil {
		return
	}
	c.banks[car.bank].changed = o.At
	switch o.Kind {
	case OutOfService:
		if !car.out {
			car.outAt = o.At
		}
		car.out = true
	case InService:
		car.out, car.backAt = false, o.At
	case Slow:
		if o.Factor < 1 || o.Factor > 1000 {
			c.report(o.At, RuleExistence, "%s runs at %d per mille of its speed; that is between 1 and 1000", c.carName(o.Car), o.Factor)
			return
		}
		car.factor = o.Factor
		car.slowest, car.fastest = min(car.slowest, o.Factor), max(car.fastest, o.Factor)
	}
}

// lock notes that a floor-locked fault begins or ends.
func (c *Checker) lock(o *Observation) {
	if !c.isFloor(o, o.Floor) {
		return
	}
	f := &c.floors[o.Floor]
	f.locked = o.Kind == FloorLocked
	if !f.locked {
		f.unlockedAt = o.At
	}
	for b := range c.banks {
		c.banks[b].changed = o.At
	}
}

// tick is the slack given to every comparison of durations: flights are
// computed in floating point on both sides.
const tick = time.Microsecond
