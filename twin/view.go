package twin

import (
	"math"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
	"hoistway/scenarios"
	"hoistway/twin/motion"
)

// doorZone is how far from level a car's doors may begin to open, in metres:
// EN 81-20 allows 0.35 m where the doors open in advance.
const doorZone = 0.35

// Car is what a car does now, as somebody aboard could tell.
func (t *Twin) Car(bank, index int) building.Car {
	c := t.car(bank, index)
	floors := t.sc.Building.Floors
	v := building.Car{
		Floor: dispatch.Floor(c.floor), Advance: dispatch.Floor(c.floor), Target: dispatch.Floor(c.floor), Left: dispatch.Floor(c.came),
		LeftAt: c.departed, Arrives: c.openingAt, Height: floors[c.floor].Elevation, Onward: dispatch.Direction(c.dir),
		DoorZone: true, Persons: t.aboard(c), Load: c.load, Out: c.out || c.stuck,
	}
	switch c.phase {
	case standing:
		v.Motion, v.Onward = building.Standing, dispatch.None
	case opening:
		v.Motion, v.Doors = building.Stopped, building.Opening
	case open:
		v.Motion, v.Doors = building.Stopped, building.Opened
		if c.stuck {
			v.Doors = building.Stuck
		}
	case closing:
		v.Motion, v.Doors = building.Stopped, building.Closing
		if c.nudging {
			v.Doors = building.Nudging
		}
	case flying:
		t.inFlight(c, &v)
	}
	return v
}

// aboard counts the people in a car, groups by their heads.
func (t *Twin) aboard(c *car) int {
	n := c.persons
	for _, slot := range c.riders {
		n += int(t.persons[slot].others)
	}
	return n
}

// inFlight fills in where a car is on its way.
func (t *Twin) inFlight(c *car, v *building.Car) {
	floors := t.sc.Building.Floors
	v.Left, v.LeftAt, v.Target, v.Opens = dispatch.Floor(c.floor), c.leftAt, dispatch.Floor(c.target), c.opens
	v.Arrives = c.leftAt + c.flight.Flight(int(c.floor), int(c.target))
	v.Travel = dispatch.Up
	if c.target < c.floor {
		v.Travel = dispatch.Down
	}
	elapsed := t.now - c.leftAt
	from, to := floors[c.floor].Elevation, floors[c.target].Elevation
	far := math.Abs(to - from)
	come, speed, later := progress(c, elapsed, far)
	v.Height = from + float64(v.Travel)*come
	switch {
	case elapsed > c.flight.Branch(int(c.floor), int(c.target)):
		v.Motion = building.Decelerating
	case speed > 0 && later <= speed:
		v.Motion = building.Moving
	default:
		v.Motion = building.Starting
	}
	step := int32(v.Travel)
	for f := c.floor + step; f != c.target+step && (v.Height-floors[f].Elevation)*float64(step) >= 0; f += step {
		v.Floor = dispatch.Floor(f)
	}
	v.Advance = v.Target
	for f := c.floor + step; f != c.target; f += step {
		if c.serves[f] && elapsed <= c.flight.Branch(int(c.floor), int(f)) {
			v.Advance = dispatch.Floor(f)
			break
		}
	}
	v.DoorZone = come < doorZone || far-come < doorZone
}

// progress is how far a car has come, and its speed now and a little later. The
// model of fixed times knows no speed between floors: there it is even.
func progress(c *car, elapsed time.Duration, far float64) (come, speed, later float64) {
	m := &c.spec.Motion
	if m.Model == scenarios.FloorStopTurn {
		share := float64(elapsed) / float64(max(1, c.flight.Flight(int(c.floor), int(c.target))))
		return far * min(1, max(0, share)), 1, 1
	}
	l := motion.Limits{Speed: m.Speed * c.flew, Acceleration: m.Acceleration * c.flew, Jerk: m.Jerk * c.flew}
	moving := elapsed - m.StartDelay
	return l.Position(far, moving), l.SpeedAt(far, moving), l.SpeedAt(far, moving+50*time.Millisecond)
}
