package dispatch

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drive is v, a, j of the published vectors.
func drive(v, a, j float64) Drive { return Drive{Speed: v, Acceleration: a, Jerk: j} }

func near(got time.Duration, seconds float64) bool {
	return math.Abs(got.Seconds()-seconds) <= 2e-6
}

// TestFlightVectors holds Between to flight times worked out in two other ways
// (the three-case formula of Peters 1995 and a bisection in another program).
func TestFlightVectors(t *testing.T) {
	inf := math.Inf(1)
	for _, row := range []struct {
		says string
		d    Drive
		want map[float64]float64 // m -> s
	}{
		{"1.0 m/s", drive(1, 0.5, 0.8), map[float64]float64{0.25: 2.154435, 1: 3.521658, 2: 4.673534, 3.3: 5.925000, 33: 35.625000}},
		{"1.6 m/s", drive(1.6, 0.8, 1), map[float64]float64{0.5: 2.519842, 1: 3.174802, 2: 4.061901, 3.3: 4.940048, 7.6: 7.550000, 33: 23.425000}},
		{"2.5 m/s", drive(2.5, 1, 1.5), map[float64]float64{0.5: 2.201285, 3.3: 4.360505, 4: 4.721842, 7.6: 6.220444, 8: 6.366667, 100: 43.166667}},
		{"4.0 m/s", drive(4, 1, 1), map[float64]float64{1: 3.174802, 2: 4, 4: 5.123106, 10: 7.403124, 16.5: 9.185353, 33: 13.25, 100: 30}},
		{"10 m/s", drive(10, 1, 1), map[float64]float64{33: 12.532563, 100: 21.024984, 200: 31}},
		{"no jerk limit, rated speed not reached", drive(10, 1, inf), map[float64]float64{2: 2 * math.Sqrt2}},
		{"no jerk limit, rated speed reached", drive(2, 1, inf), map[float64]float64{10: 7}},
		{"too slow to reach its acceleration, a' = sqrt(v j) = 0.5", drive(0.5, 1, 0.5), map[float64]float64{1: 4, 2: 6, 0.5: math.Cbrt(32)}},
	} {
		for metres, want := range row.want {
			f, err := NewFlights([]float64{-1, -1 + metres}, row.d)
			if err != nil {
				t.Fatal(err)
			}
			if got := f.Between(0, 1); !near(got, want) {
				t.Errorf("%s: %v m take %v, want %v s", row.says, metres, got, want)
			}
		}
	}
}

// TestFlightExtras: drive delay and levelling count in each flight, and nobody
// flies to where he is.
func TestFlightExtras(t *testing.T) {
	d := drive(2.5, 1, 1.5)
	d.StartDelay, d.Levelling = 500*time.Millisecond, 700*time.Millisecond
	f, err := NewFlights([]float64{0, 4, 8}, d)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Between(2, 0); !near(got, 6.366667+1.2) {
		t.Errorf("8 m with 1.2 s of delay and levelling take %v, want 7.566667 s", got)
	}
	if got := f.Between(1, 1); got != 0 {
		t.Errorf("staying takes %v, want 0", got)
	}
	plain, err := NewFlights([]float64{0, 4, 8}, drive(2.5, 1, 1.5))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.latest(0, 2) - plain.latest(0, 2); got != d.StartDelay {
		t.Errorf("the start delay shifts the last instant to stop by %v, want %v", got, d.StartDelay)
	}
}

// TestFlightsRise: over any building, a longer flight takes longer and can be
// decided on later, both ways alike, and is decided on before it ends.
func TestFlightsRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		heights := rapid.SliceOfN(rapid.Float64Range(0.05, 60), 1, 30).Draw(t, "storeys")
		floors := []float64{0}
		for _, h := range heights {
			floors = append(floors, floors[len(floors)-1]+h)
		}
		v, a, j := rapid.Float64Range(0.2, 12), rapid.Float64Range(0.2, 2), rapid.Float64Range(0.2, 3)
		f, err := NewFlights(floors, drive(v.Draw(t, "speed"), a.Draw(t, "acceleration"), j.Draw(t, "jerk")))
		if err != nil {
			t.Fatal(err)
		}
		for from := range floors {
			for to := from + 1; to < len(floors); to++ {
				a, b := Floor(from), Floor(to)
				switch {
				case f.between(a, b) <= f.between(a, b-1):
					t.Fatalf("%d to %d takes %v, one floor less %v", a, b, f.between(a, b), f.between(a, b-1))
				case f.between(a, b) != f.between(b, a) || f.latest(a, b) != f.latest(b, a):
					t.Fatalf("%d to %d is not like %d to %d", a, b, b, a)
				case f.latest(a, b) <= f.latest(a, b-1):
					t.Fatalf("%d can be decided on until %v, one floor less until %v", b, f.latest(a, b), f.latest(a, b-1))
				case f.latest(a, b) >= f.between(a, b):
					t.Fatalf("%d can be decided on until %v, after the flight of %v", b, f.latest(a, b), f.between(a, b))
				}
			}
		}
	})
}

// TestFlightFaults: what is wrong is an error that names it.
func TestFlightFaults(t *testing.T) {
	ok, nan, inf := []float64{0, 3}, math.NaN(), math.Inf(1)
	for _, row := range []struct {
		says   string
		floors []float64
		d      Drive
		want   string
	}{
		{"no speed", ok, drive(0, 1, 1), "0 m/s"},
		{"speed is not a number", ok, drive(nan, 1, 1), "NaN m/s"},
		{"endless speed", ok, drive(inf, 1, 1), "+Inf m/s"},
		{"acceleration backwards", ok, drive(1, -1, 1), "-1 m/s2"},
		{"endless acceleration", ok, drive(1, inf, 1), "+Inf m/s2"},
		{"no jerk", ok, drive(1, 1, 0), "0 m/s3"},
		{"one floor", []float64{0}, drive(1, 1, 1), "1 floors"},
		{"too many floors", make([]float64, MaxFloors+1), drive(1, 1, 1), "257 floors"},
		{"two floors at one height", []float64{0, 3, 3}, drive(1, 1, 1), "floor 2 at 3 m is not above floor 1 at 3 m"},
		{"a floor below the one under it", []float64{0, 3, 2}, drive(1, 1, 1), "floor 2 at 2 m is not above floor 1 at 3 m"},
		{"a height that is not a number", []float64{0, nan}, drive(1, 1, 1), "floor 1 at NaN m"},
	} {
		if _, err := NewFlights(row.floors, row.d); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: error %v, want one that says %q", row.says, err, row.want)
		}
	}
	for _, row := range []struct {
		says             string
		floors           int
		floor, run, turn time.Duration
	}{
		{"one floor", 1, 1, 1, 0}, {"too many floors", MaxFloors + 1, 1, 1, 0}, {"no floor time", 5, 0, 1, 0},
		{"no run time", 5, 1, 0, 0}, {"a turn that gains time", 5, 1, 1, -1},
	} {
		if _, err := NewFixedFlights(row.floors, row.floor, row.run, row.turn); err == nil {
			t.Errorf("%s: no error", row.says)
		}
	}
}

// TestFixedFlights: run + (n-1) floor, and half a floor away a car can stop.
func TestFixedFlights(t *testing.T) {
	f, err := NewFixedFlights(10, 1450*time.Millisecond, 4*time.Second, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		from, to       Floor
		flight, latest time.Duration
	}{
		{3, 3, 0, 0},
		{3, 4, 4000 * time.Millisecond, 2000 * time.Millisecond},
		{4, 3, 4000 * time.Millisecond, 2000 * time.Millisecond},
		{0, 9, 15600 * time.Millisecond, 13600 * time.Millisecond},
	} {
		if got := f.between(row.from, row.to); got != row.flight {
			t.Errorf("%d to %d takes %v, want %v", row.from, row.to, got, row.flight)
		}
		if got := f.latest(row.from, row.to); got != row.latest {
			t.Errorf("%d to %d can be decided on until %v, want %v", row.from, row.to, got, row.latest)
		}
	}
}
