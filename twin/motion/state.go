package motion

import (
	"math"
	"time"
)

// Position is how far a car has come in metres, t after the start of motion of
// a flight over d metres: 0 before it and d after its end.
func (l Limits) Position(d float64, t time.Duration) float64 {
	p := l.profile(d)
	return p.position(t.Seconds())
}

// SpeedAt is a car's speed in m/s, t after the start of motion of a flight over
// d metres, and 0 outside the flight.
func (l Limits) SpeedAt(d float64, t time.Duration) float64 {
	p := l.profile(d)
	return p.speed(t.Seconds())
}

// position uses that a flight run backwards in time is the same flight.
func (p *profile) position(t float64) float64 {
	switch {
	case t <= 0:
		return 0
	case t >= p.total:
		return p.distance
	case t > p.total/2:
		return p.distance - p.risen(p.total-t)
	}
	return p.risen(t)
}

// risen is the distance covered in the first half of a flight.
func (p *profile) risen(t float64) float64 {
	if t >= p.rise {
		return p.peakV * (t - p.rise/2)
	}
	if t > p.rise/2 { // the gain of speed is symmetrical about the middle of the rise
		return float64(p.peakV*(t-p.rise/2)) + p.risen(p.rise-t)
	}
	if t < p.ramp {
		return p.jerk * t * t * t / 6
	}
	// Constant acceleration, as if it had begun half a ramp late; the ramp adds
	// the last term.
	u := t - p.ramp/2
	return p.peakA * (float64(u*u)/2 + float64(p.ramp*p.ramp)/24)
}

func (p *profile) speed(t float64) float64 {
	t = math.Min(t, p.total-t)
	switch {
	case t <= 0:
		return 0
	case t >= p.rise:
		return p.peakV
	case t > p.rise/2:
		return p.peakV - float64(p.gained(p.rise-t))
	}
	return p.gained(t)
}

// gained is the speed reached in the first half of the rise.
func (p *profile) gained(t float64) float64 {
	if t < p.ramp {
		return float64(p.jerk*t*t) / 2
	}
	return p.peakA * (t - p.ramp/2)
}
