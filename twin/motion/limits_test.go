package motion_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"hoistway/twin/motion"

	"pgregory.net/rapid"
)

func ExampleLimits_Flight() {
	l := motion.Limits{Speed: 2.5, Acceleration: 1, Jerk: 1.5}
	fmt.Println(l.Flight(8).Round(time.Millisecond))
	// Output: 6.367s
}

// vectors are the project's open test vectors: each was found both in closed
// form and by bisection on the peak speed.
var vectors = []struct {
	name  string
	l     motion.Limits
	d     float64 // m
	want  float64 // s
	speed bool    // rated speed is reached
}{
	{"1 m/s: neither limit reached", motion.Limits{1, 0.5, 0.8}, 0.25, 2.154435, false},
	{"1 m/s: acceleration reached, short", motion.Limits{1, 0.5, 0.8}, 1, 3.521658, false},
	{"1 m/s: acceleration reached, longer", motion.Limits{1, 0.5, 0.8}, 2, 4.673534, false},
	{"1 m/s: one storey at rated speed", motion.Limits{1, 0.5, 0.8}, 3.3, 5.925, true},
	{"1 m/s: ten storeys at rated speed", motion.Limits{1, 0.5, 0.8}, 33, 35.625, true},
	{"1.6 m/s: half a metre", motion.Limits{1.6, 0.8, 1}, 0.5, 2.519842, false},
	{"1.6 m/s: just short of full acceleration", motion.Limits{1.6, 0.8, 1}, 1, 3.174802, false},
	{"1.6 m/s: two metres", motion.Limits{1.6, 0.8, 1}, 2, 4.061901, false},
	{"1.6 m/s: one storey below rated speed", motion.Limits{1.6, 0.8, 1}, 3.3, 4.940048, false},
	{"1.6 m/s: two storeys at rated speed", motion.Limits{1.6, 0.8, 1}, 7.6, 7.55, true},
	{"1.6 m/s: ten storeys", motion.Limits{1.6, 0.8, 1}, 33, 23.425, true},
	{"2.5 m/s: half a metre", motion.Limits{2.5, 1, 1.5}, 0.5, 2.201285, false},
	{"2.5 m/s: one storey", motion.Limits{2.5, 1, 1.5}, 3.3, 4.360505, false},
	{"2.5 m/s: one high storey", motion.Limits{2.5, 1, 1.5}, 4, 4.721842, false},
	{"2.5 m/s: just short of rated speed", motion.Limits{2.5, 1, 1.5}, 7.6, 6.220444, false},
	{"2.5 m/s: just at rated speed", motion.Limits{2.5, 1, 1.5}, 8, 6.366667, true},
	{"2.5 m/s: a hundred metres", motion.Limits{2.5, 1, 1.5}, 100, 43.166667, true},
	{"4 m/s: one metre", motion.Limits{4, 1, 1}, 1, 3.174802, false},
	{"4 m/s: exactly where full acceleration begins", motion.Limits{4, 1, 1}, 2, 4, false},
	{"4 m/s: one storey", motion.Limits{4, 1, 1}, 4, 5.123106, false},
	{"4 m/s: ten metres", motion.Limits{4, 1, 1}, 10, 7.403124, false},
	{"4 m/s: five storeys below rated speed", motion.Limits{4, 1, 1}, 16.5, 9.185353, false},
	{"4 m/s: ten storeys", motion.Limits{4, 1, 1}, 33, 13.25, true},
	{"4 m/s: a hundred metres", motion.Limits{4, 1, 1}, 100, 30, true},
	{"10 m/s: ten storeys below rated speed", motion.Limits{10, 1, 1}, 33, 12.532563, false},
	{"10 m/s: a hundred metres is too short", motion.Limits{10, 1, 1}, 100, 21.024984, false},
	{"10 m/s: two hundred metres", motion.Limits{10, 1, 1}, 200, 31, true},
	{"no jerk limit, rated speed not reached: 2 sqrt(2)", motion.Limits{2, 1, math.Inf(1)}, 2, 2.828427, false},
	{"no jerk limit, rated speed reached", motion.Limits{2, 1, math.Inf(1)}, 10, 7, true},
}

func TestFlightVectors(t *testing.T) {
	for _, v := range vectors {
		got := v.l.Flight(v.d)
		// The vectors are printed to the microsecond: half of one is their own
		// rounding, so the closed form is held to one microsecond in all.
		if math.Abs(got.Seconds()-v.want) > 1e-6 {
			t.Errorf("%s: %+v over %v m takes %v, want %v s", v.name, v.l, v.d, got, v.want)
		}
		top := v.l.SpeedAt(v.d, got/2)
		if reached := top >= v.l.Speed*(1-1e-12); reached != v.speed {
			t.Errorf("%s: top speed %v of %v m/s, want rated speed reached: %v", v.name, top, v.l.Speed, v.speed)
		}
	}
}

// rising is the time and the distance from rest to a speed, by the S-curve of
// speed: written again from the definition so that it shares nothing with the
// package.
func rising(speed float64, l motion.Limits) (s, m float64) {
	if math.IsInf(l.Jerk, 1) {
		s = speed / l.Acceleration
	} else if speed*l.Jerk >= l.Acceleration*l.Acceleration {
		s = speed/l.Acceleration + l.Acceleration/l.Jerk
	} else {
		s = 2 * math.Sqrt(speed/l.Jerk)
	}
	return s, speed * s / 2
}

// bisected is the flight time by bisection on the peak speed.
func bisected(d float64, l motion.Limits) float64 {
	if s, m := rising(l.Speed, l); 2*m <= d {
		return 2*s + (d-2*m)/l.Speed
	}
	lo, hi := 0.0, l.Speed
	for range 200 {
		mid := (lo + hi) / 2
		if _, m := rising(mid, l); 2*m < d {
			lo = mid
		} else {
			hi = mid
		}
	}
	s, _ := rising(lo, l)
	return 2 * s
}

func limits(t *rapid.T) motion.Limits {
	l := motion.Limits{
		Speed:        rapid.Float64Range(0.1, 20).Draw(t, "speed"),
		Acceleration: rapid.Float64Range(0.1, 3).Draw(t, "acceleration"),
		Jerk:         rapid.Float64Range(0.05, 10).Draw(t, "jerk"),
	}
	if rapid.IntRange(0, 4).Draw(t, "trapezoid") == 0 {
		l.Jerk = math.Inf(1)
	}
	return l
}

func TestFlightAgreesWithBisection(t *testing.T) {
	cases := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		l := limits(t)
		d := rapid.Float64Range(0.001, 600).Draw(t, "distance")
		if rapid.Bool().Draw(t, "short") {
			d /= 100
		}
		got, want := l.Flight(d).Seconds(), bisected(d, l)
		if math.Abs(got-want) > 1e-6 {
			t.Fatalf("%+v over %v m: %v s, bisection %v s", l, d, got, want)
		}
		switch v, _ := rising(l.Speed, l); {
		case l.Speed*l.Jerk < l.Acceleration*l.Acceleration:
			cases["slow car"]++
		case 2*v <= want:
			cases["rated speed"]++
		default:
			cases["below"]++
		}
	})
	for _, c := range []string{"slow car", "rated speed", "below"} {
		if cases[c] == 0 {
			t.Errorf("no draw met the case %q", c)
		}
	}
}

func TestSlowCarWithSoftJerk(t *testing.T) {
	// Rated acceleration would need 2^2/0.5 = 8 m/s; this car never reaches it.
	l := motion.Limits{Speed: 0.5, Acceleration: 2, Jerk: 0.5}
	a := math.Sqrt(l.Speed * l.Jerk)
	for _, row := range []struct {
		name    string
		d, want float64
	}{
		{"at rated speed with the lowered acceleration", 3.3, 3.3/0.5 + 0.5/a + a/0.5},
		{"exactly at the limit 2 v sqrt(v/j)", 1, 4},
		{"below it, jerk alone decides", 0.25, math.Cbrt(32 * 0.25 / 0.5)},
	} {
		if got := l.Flight(row.d).Seconds(); math.Abs(got-row.want) > 1e-8 {
			t.Errorf("%s: %v s over %v m, want %v", row.name, got, row.d, row.want)
		}
	}
}

func TestFlightIsContinuousAndRises(t *testing.T) {
	for _, l := range []motion.Limits{{1, 0.5, 0.8}, {1.6, 0.8, 1}, {2.5, 1, 1.5}, {4, 1, 1}, {10, 1, 1}, {0.5, 2, 0.5}, {6, 1.2, math.Inf(1)}} {
		speed, _ := rising(l.Speed, l)
		edges := []float64{l.Speed * speed, 2 * l.Acceleration * l.Acceleration * l.Acceleration / l.Jerk / l.Jerk}
		for _, d := range edges {
			if d == 0 {
				continue
			}
			below, above := l.Flight(d*(1-1e-9)), l.Flight(d*(1+1e-9))
			// Flight time is concave in distance, so it grows no faster than it.
			if above < below || float64(above-below) > 2e-9*float64(above)+2 {
				t.Errorf("%+v: flight jumps from %v to %v at %v m", l, below, above, d)
			}
			for _, near := range []float64{0.995, 1.005} { // where the wrong case would hardly show in a random draw
				if got, want := l.Flight(near*d).Seconds(), bisected(near*d, l); math.Abs(got-want) > 1e-8 {
					t.Errorf("%+v: %v s over %v m, bisection %v s", l, got, near*d, want)
				}
			}
		}
		last := l.Flight(0)
		if last != 0 || l.Branch(0) != 0 {
			t.Errorf("%+v: a flight of 0 m takes %v and branches at %v, want 0 and 0", l, last, l.Branch(0))
		}
		for i := 1; i <= 4000; i++ {
			d := 0.01 * float64(i)
			now := l.Flight(d)
			if now <= last {
				t.Fatalf("%+v: %v at %v m is not longer than %v before it", l, now, d, last)
			}
			last = now
		}
	}
}

func TestGrowingJerkTendsToTheTrapezoid(t *testing.T) {
	for _, d := range []float64{0.5, 3.3, 6.24, 6.26, 100} {
		trapezoid := motion.Limits{2.5, 1, math.Inf(1)}.Flight(d)
		last := time.Duration(math.MaxInt64)
		for _, j := range []float64{1, 10, 1e3, 1e6} {
			gap := motion.Limits{2.5, 1, j}.Flight(d) - trapezoid
			if gap < 0 || gap >= last {
				t.Errorf("%v m, jerk %v: %v longer than the trapezoid, before it %v", d, j, gap, last)
			}
			last = gap
		}
		if last > 2*time.Microsecond {
			t.Errorf("%v m: still %v longer than the trapezoid at a jerk of 1e6", d, last)
		}
	}
}

func TestFlightOfCenturiesIsCut(t *testing.T) {
	if got := (motion.Limits{1e-7, 1, 1}).Flight(1e3); got != math.MaxInt64 {
		t.Errorf("1e10 s: %d ns, want the longest duration", got)
	}
}

func TestFaultsOfTheCallerPanic(t *testing.T) {
	good := motion.Limits{1, 1, 1}
	for _, row := range []struct {
		name string
		call func()
	}{
		{"zero limits", func() { motion.Limits{}.Flight(1) }},
		{"a speed that is not a number", func() { motion.Limits{math.NaN(), 1, 1}.Flight(1) }},
		{"infinite speed", func() { motion.Limits{math.Inf(1), 1, 1}.Flight(1) }},
		{"jerk of 0", func() { motion.Limits{1, 1, 0}.Branch(1) }},
		{"negative distance", func() { good.Flight(-1) }},
		{"distance that is not a number", func() { good.Position(math.NaN(), 0) }},
		{"negative start delay", func() { motion.NewTable([]float64{0, 3}, good, -1, 0) }},
		{"floor time of 0", func() { motion.NewFloorStopTurn(3, 0, time.Second) }},
		{"floor above the table", func() { motion.NewTable([]float64{0, 3}, good, 0, 0).Flight(0, 2) }},
		{"floor below the table", func() { motion.NewTable([]float64{0, 3}, good, 0, 0).Branch(-1, 1) }},
	} {
		func() {
			defer func() {
				if s, ok := recover().(string); !ok || len(s) < 5 || s[:5] != "BUG: " {
					t.Errorf("%s: recovered %q, want a panic that starts BUG:", row.name, s)
				}
			}()
			row.call()
		}()
	}
}
