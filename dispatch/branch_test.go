package dispatch

import (
	"math"
	"testing"
)

// curveAt is where a car is, in metres, after t seconds of the shortest flight
// over d metres: seven phases of constant jerk, put together from the
// three-case formula, not by bisection.
func curveAt(dr Drive, d, t float64) float64 {
	v, a, j := dr.Speed, dr.Acceleration, dr.Jerk
	a = min(a, math.Sqrt(v*j)) // a slow car never reaches its acceleration
	var tj, ta, tv float64     // jerk, constant acceleration, rated speed
	switch full, acc := v*v/a+v*a/j, 2*a*a*a/(j*j); {
	case d >= full:
		tj, ta, tv = a/j, v/a-a/j, (d-full)/v
	case d >= acc:
		tj = a / j
		ta = (-3*tj + math.Sqrt(tj*tj+4*d/a)) / 2
	default:
		tj = math.Cbrt(d / (2 * j))
	}
	var s, speed, acceleration float64
	for _, phase := range [...]struct{ span, jerk float64 }{{tj, j}, {ta, 0}, {tj, -j}, {tv, 0}, {tj, -j}, {ta, 0}, {tj, j}} {
		x := min(t, phase.span)
		s += speed*x + acceleration*x*x/2 + phase.jerk*x*x*x/6
		speed += acceleration*x + phase.jerk*x*x/2
		acceleration += phase.jerk * x
		if t -= x; t <= 0 {
			break
		}
	}
	return s
}

// TestBranch: until the latest instant to decide on a stop, a car that goes
// there and one that goes farther are at the same place; a little later they
// are not. So a car may be sent to a nearer or farther stop until then.
func TestBranch(t *testing.T) {
	const eps = 1e-5
	floors := []float64{0, 0.3, 1, 2, 4, 7.3, 11, 20, 33, 60, 150, 400}
	for _, row := range []struct {
		says string
		d    Drive
	}{
		{"1.0 m/s", drive(1, 0.5, 0.8)}, {"1.6 m/s", drive(1.6, 0.8, 1)}, {"2.5 m/s", drive(2.5, 1, 1.5)},
		{"4.0 m/s", drive(4, 1, 1)}, {"10 m/s", drive(10, 1, 1)}, {"never reaches its acceleration", drive(0.5, 1, 0.5)},
	} {
		f, err := NewFlights(floors, row.d)
		if err != nil {
			t.Fatal(err)
		}
		for to := 1; to < len(floors)-1; to++ {
			d, far := floors[to], floors[to+1]
			if end := curveAt(row.d, d, f.between(0, Floor(to)).Seconds()); math.Abs(end-d) > eps {
				t.Fatalf("%s: the curve of this test ends %v m from the floor at %v m", row.says, end-d, d)
			}
			last := f.latest(0, Floor(to)).Seconds()
			for i := range 101 {
				at := last * float64(i) / 100
				if gap := curveAt(row.d, far, at) - curveAt(row.d, d, at); math.Abs(gap) > eps {
					t.Errorf("%s, %v m: %v s after leaving, before the last instant at %v s, a car going to %v m is %v m ahead", row.says, d, at, last, far, gap)
					break
				}
			}
			later := last + 0.25
			if gap := curveAt(row.d, far, later) - curveAt(row.d, d, later); gap < 1e-4 {
				t.Errorf("%s, %v m: %v s after leaving, past the last instant at %v s, a car going to %v m is only %v m ahead", row.says, d, later, last, far, gap)
			}
		}
	}
}
