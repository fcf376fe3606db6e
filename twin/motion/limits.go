package motion

import (
	"fmt"
	"math"
	"time"
)

// Limits are what a drive keeps to between two stops. All three are positive;
// the zero Limits is not valid. A method called on limits or distances that are
// not valid panics: scenarios are checked long before.
type Limits struct {
	Speed        float64 // m/s
	Acceleration float64 // m/s2, of speeding up and of slowing down
	Jerk         float64 // m/s3; +Inf = none, the trapezoid of constant acceleration
}

// Flight is the time from the start of motion to standing still d metres on,
// d >= 0, rounded to the nanosecond. Flights too long for a time.Duration, 292
// years, are cut to the longest one.
//
// The three cases are those of R. D. Peters, "Ideal Lift Kinematics", Elevator
// Technology 6 (1995): rated speed reached, only rated acceleration reached,
// neither. They assume that rated acceleration can be reached below rated
// speed; a slow car with soft jerk, speed < acceleration^2/jerk, has its
// acceleration lowered to sqrt(speed*jerk) first.
func (l Limits) Flight(d float64) time.Duration {
	return nanoseconds(l.profile(d).total, math.Round)
}

// Branch is the latest instant after the start of motion at which a car bound
// further than d can still be given the stop at d: until then the flight to d
// and all longer ones are one and the same curve, because none has begun to
// take its acceleration back. It works both ways: a car may change between
// targets d and e, whichever is longer, while no more than
// min(Branch(d), Branch(e)) has passed. Rounded down to the nanosecond.
//
// With rated speed reached it is the start of braking, flight - (v/a + a/j);
// with only rated acceleration reached the end of constant acceleration,
// flight/2 - a/j; with neither the moment of greatest acceleration, flight/4.
func (l Limits) Branch(d float64) time.Duration {
	return nanoseconds(l.profile(d).branch, math.Floor)
}

// profile is the curve of one flight: jerk, constant acceleration, jerk,
// constant speed, and the same in the mirror.
type profile struct {
	distance float64 // m
	total    float64 // s
	branch   float64 // s
	jerk     float64 // m/s3, may be +Inf
	peakA    float64 // m/s2, greatest acceleration of this flight
	peakV    float64 // m/s, greatest speed of this flight
	ramp     float64 // s, from rest to the greatest acceleration
	rise     float64 // s, from rest to the greatest speed
}

func (l Limits) profile(d float64) profile {
	l.check()
	if !(d >= 0) || math.IsInf(d, 1) {
		panic(fmt.Sprintf("BUG: motion: flight over %v m, want a distance of 0 m or more", d))
	}
	v, a, j := l.Speed, l.Acceleration, l.Jerk
	if v < a*a/j {
		a = math.Sqrt(v * j)
	}
	ramp := a / j // 0 without a jerk limit
	rise := v/a + ramp
	p := profile{distance: d, jerk: j}
	switch {
	case d >= v*rise:
		p.total = d/v + rise
		p.branch = d / v
		p.peakA, p.peakV, p.ramp, p.rise = a, v, ramp, rise
	case d >= 2*a*ramp*ramp:
		p.total = ramp + math.Sqrt(4*d/a+float64(ramp*ramp))
		p.rise = p.total / 2
		p.branch = p.rise - ramp
		p.peakA, p.peakV, p.ramp = a, a*p.branch, ramp
	default:
		p.total = cubeRoot(32 * d / j)
		p.rise = p.total / 2
		p.ramp = p.total / 4
		p.branch = p.ramp
		p.peakA = j * p.ramp
		p.peakV = p.peakA * p.ramp
	}
	return p
}

func (l Limits) check() {
	if !(l.Speed > 0) || !(l.Acceleration > 0) || !(l.Jerk > 0) || math.IsInf(l.Speed, 1) || math.IsInf(l.Acceleration, 1) {
		panic(fmt.Sprintf("BUG: motion: limits of %v m/s, %v m/s2, %v m/s3, want all positive and only the jerk infinite", l.Speed, l.Acceleration, l.Jerk))
	}
}

// nanoseconds turns seconds into a duration with the given rounding.
func nanoseconds(s float64, round func(float64) float64) time.Duration {
	ns := round(s * 1e9)
	if ns >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(ns)
}

// cubeRoot is the cube root of x >= 0 by Newton's iteration, to about one unit
// in the last place. The library's is not used because its compiled form fuses
// multiplications with additions on some processors and not on others; the
// conversions here forbid that.
func cubeRoot(x float64) float64 {
	if x == 0 {
		return 0
	}
	f, e := math.Frexp(x) // f in [1/2, 1)
	for e%3 != 0 {
		f /= 2
		e++
	}
	y := 1.0 // f in [1/8, 1): the root lies in [1/2, 1)
	for range 8 {
		y = (float64(2*y) + f/float64(y*y)) / 3
	}
	return math.Ldexp(y, e/3)
}
