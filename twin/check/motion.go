package check

import (
	"math"
	"math/bits"
	"time"

	"hoistway/scenarios"
)

// Rules motion, no-reversal and retarget-direction: where a car may go, and
// how fast.

func (c *Checker) departed(o *Observation) {
	car := c.carOf(o)
	if car == nil || !c.isFloor(o, o.Floor) || !c.isFloor(o, o.To) {
		return
	}
	c.mustBeClosed(o, car)
	switch {
	case car.moving:
		c.report(o.At, RuleMotion, "%s departs from %s while it is still on its way from %s to %s", c.carName(o.Car), c.floorName(o.Floor), c.floorName(car.floor), c.floorName(car.to))
	case o.Floor != car.floor:
		c.report(o.At, RuleMotion, "%s departs from %s but stands at %s", c.carName(o.Car), c.floorName(o.Floor), c.floorName(car.floor))
	case o.To == o.Floor:
		c.report(o.At, RuleMotion, "%s departs from %s for that same floor", c.carName(o.Car), c.floorName(o.Floor))
		return
	}
	dir := int8(1)
	if o.To < o.Floor {
		dir = -1
	}
	car.turned = dir == -car.dir
	if car.turned && car.aboard > 0 {
		c.reversal(o, car)
	}
	car.floor, car.to, car.dir = o.Floor, o.To, dir
	car.departedAt, car.moving, car.early = o.At, true, false
	car.slowest, car.fastest = car.factor, car.factor
}

// reversal reports a rider who is carried away from where they want to go.
// Exempt are riders whom a fault has sent elsewhere during this ride.
func (c *Checker) reversal(o *Observation, car *car) {
	if car.out || car.backAt >= car.loadedAt {
		return
	}
	for w, word := range car.wanted {
		for ; word != 0; word &= word - 1 {
			f := int16(w<<6 + bits.TrailingZeros64(word))
			ahead := f > o.Floor && car.dir > 0 || f < o.Floor && car.dir < 0
			if !ahead || c.floors[f].locked || c.floors[f].unlockedAt >= car.loadedAt {
				continue
			}
			c.report(o.At, RuleNoReversal, "%s came to %s and turns round for %s with %d aboard for %s, which lay ahead", c.carName(o.Car), c.floorName(o.Floor), c.floorName(o.To), car.riders[f], c.floorName(f))
			return
		}
	}
}

func (c *Checker) retargeted(o *Observation) {
	car := c.carOf(o)
	if car == nil || !c.isFloor(o, o.To) {
		return
	}
	if !car.moving {
		c.report(o.At, RuleRetarget, "%s stands at %s and is bound for %s without having departed", c.carName(o.Car), c.floorName(car.floor), c.floorName(o.To))
		return
	}
	c.mustBeClosed(o, car)
	if ahead := int(o.To-car.floor) * int(car.dir); ahead <= 0 {
		c.report(o.At, RuleRetarget, "%s left %s for %s and is now bound for %s, which lies behind", c.carName(o.Car), c.floorName(car.floor), c.floorName(car.to), c.floorName(o.To))
	} else if ahead < int(car.to-car.floor)*int(car.dir) {
		since := o.At - car.departedAt
		if last := car.drive.lastBrake(c, car, o.To); since > last {
			c.report(o.At, RuleMotion, "%s left %s %v ago and is now to stop at %s, for which it had to slow down within %v", c.carName(o.Car), c.floorName(car.floor), since, c.floorName(o.To), last)
		}
	}
	car.to = o.To
}

func (c *Checker) stopped(o *Observation) {
	car := c.carOf(o)
	if car == nil || !c.isFloor(o, o.Floor) {
		return
	}
	if !car.moving {
		c.report(o.At, RuleMotion, "%s stops at %s without having departed from %s", c.carName(o.Car), c.floorName(o.Floor), c.floorName(car.floor))
		return
	}
	if o.Floor != car.to {
		c.report(o.At, RuleMotion, "%s stops at %s but was bound for %s", c.carName(o.Car), c.floorName(o.Floor), c.floorName(car.to))
		car.to = o.Floor
	}
	if car.to != car.floor {
		c.flight(o, car)
	}
	c.level(o, car)
	car.floor, car.moving = car.to, false
}

// flight judges the time a flight took.
func (c *Checker) flight(o *Observation, car *car) {
	took := o.At - car.departedAt
	least := car.drive.least(c.distance(car), roundedFrom(car.fastest, +1))
	if took < least-tick {
		c.report(o.At, RuleMotion, "%s flew from %s to %s in %v; it needs %v at least", c.carName(o.Car), c.floorName(car.floor), c.floorName(car.to), took, least)
	} else if turn := car.drive.turn; car.turned && turn > 0 && o.At-car.readyAt < least+turn-tick {
		c.report(o.At, RuleMotion, "%s turned at %s and came to %s %v after it was ready to leave; turn and flight need %v at least", c.carName(o.Car), c.floorName(car.floor), c.floorName(car.to), o.At-car.readyAt, least+turn)
	}
	// The exact bound is only computed for flights that a plain one cannot
	// clear: most flights cost one square root, not two.
	if took > 2*least+patience {
		if most := car.drive.most(c.distance(car), car.slowest); took > most {
			c.report(o.At, RuleMotion, "%s took %v to fly from %s to %s; more than %v is out of the question", c.carName(o.Car), took, c.floorName(car.floor), c.floorName(car.to), most)
		}
	}
}

// travel is the way of one flight, in metres and in floors.
type travel struct {
	metres float64
	floors int
}

func (c *Checker) distance(car *car) travel { return c.between(car.floor, car.to) }

func (c *Checker) between(from, to int16) travel {
	n := int(to) - int(from)
	if n < 0 {
		n = -n
	}
	return travel{math.Abs(c.floors[to].elevation - c.floors[from].elevation), n}
}

// drive bounds the times of flights. A kinematic drive is held against the
// trapezoid of constant acceleration, which a jerk limit can only make slower;
// the jerk limit itself adds at most twice the time jerk takes to build up the
// acceleration.
type drive struct {
	stops        bool    // floor-stop-turn model
	speed        float64 // m/s
	acceleration float64 // m/s2 that is ever reached
	buildUp      time.Duration
	delays       time.Duration // start delay and levelling
	start        time.Duration
	oneFloor     time.Duration // floor-stop-turn: flight over one floor ...
	eachFurther  time.Duration // ... and what each further floor adds
	turn         time.Duration
}

// patience is what every flight may take beyond twice its reckoned time.
const patience = 10 * time.Second

func newDrive(spec *scenarios.Car) drive {
	m := spec.Motion
	if m.Model == scenarios.FloorStopTurn {
		return drive{stops: true, oneFloor: m.StopTime - spec.Doors.Open - spec.Doors.Close, eachFurther: m.FloorTime, turn: m.TurnTime}
	}
	// A slow car with a soft jerk limit is at speed before its acceleration
	// is at its height.
	a := min(m.Acceleration, math.Sqrt(m.Speed*m.Jerk))
	return drive{
		speed: m.Speed, acceleration: a, buildUp: seconds(a / m.Jerk),
		delays: m.StartDelay + m.Levelling, start: m.StartDelay,
	}
}

// least is the shortest time of a flight at factor per mille.
func (d *drive) least(t travel, factor int16) time.Duration {
	if d.stops {
		run := d.oneFloor + time.Duration(t.floors-1)*d.eachFurther
		return run * 1000 / time.Duration(factor)
	}
	return d.delays + seconds(trapezoid(t.metres, d.scaled(d.speed, factor), d.scaled(d.acceleration, factor)))
}

// most is twice the reckoned time of a flight, and patience.
func (d *drive) most(t travel, factor int16) time.Duration {
	return 2*(d.least(t, factor)+2*d.buildUp+d.turn) + patience
}

// lastBrake is the time after departure at which a car in full flight must
// begin to slow down in order to stop at floor to, never too short.
func (d *drive) lastBrake(c *Checker, car *car, to int16) time.Duration {
	t, factor := c.between(car.floor, to), roundedFrom(car.slowest, -1)
	if d.stops {
		run := d.oneFloor/2 + time.Duration(t.floors-1)*d.eachFurther + d.eachFurther/2
		if car.turned {
			run += d.turn
		}
		return run*1000/time.Duration(factor) + tick
	}
	v, a := d.scaled(d.speed, factor), d.scaled(d.acceleration, factor)
	brake := t.metres / v
	if t.metres < v*v/a {
		brake = math.Sqrt(t.metres / a)
	}
	return d.start + seconds(brake) + d.buildUp + tick
}

// roundedFrom is the highest (+1) or lowest (-1) factor that an observed one
// may have been cut or rounded from.
func roundedFrom(factor, way int16) int16 {
	if factor == 1000 {
		return factor
	}
	return max(factor+way, 1)
}

func (d *drive) scaled(x float64, factor int16) float64 {
	if factor == 1000 {
		return x
	}
	return x * float64(factor) / 1000
}

// trapezoid is the time in seconds to go d metres from rest to rest with speed
// v and acceleration a at most: 2 sqrt(d/a) while v is not reached, else
// d/v + v/a.
func trapezoid(d, v, a float64) float64 {
	if d < v*v/a {
		return 2 * math.Sqrt(d/a)
	}
	return d/v + v/a
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
