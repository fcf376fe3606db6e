package roundtrip_test

import (
	"fmt"
	"math"
	"testing"

	"hoistway/twin/roundtrip"
)

// The hand example of the round-trip-time literature: ten floors of 3.3 m, ten
// persons, 1.6 m/s, 1 m/s2, doors and all 8 s a stop, 1.1 s a transfer.
func ExampleClassic() {
	floors := []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
	c := roundtrip.Classic{
		Stops: roundtrip.Stops(floors, 10), Highest: roundtrip.HighestFloor(floors, 10), Persons: 10,
		FloorTime: 3.3 / 1.6, StopTime: 3.6625 - 3.3/1.6 + 8, Transfer: 1.1,
	}
	fmt.Printf("S %.3f, H %.3f, round trip %.2f s\n", c.Stops, c.Highest, c.RoundTrip())
	// Output: S 6.513, H 9.509, round trip 133.35 s
}

func TestPublishedExamples(t *testing.T) {
	within := func(name string, got, want, relative float64) {
		if math.Abs(got-want) > relative*math.Abs(want) {
			t.Errorf("%s: %v, want %v within %v %%", name, got, want, 100*relative)
		}
	}
	// E1: design notes in the Hong Kong manner.
	w := equal(10)
	e1 := roundtrip.Classic{Stops: roundtrip.Stops(w, 10.4), Highest: roundtrip.HighestFloor(w, 10.4), Persons: 10.4, FloorTime: 2.1, StopTime: 7.7, Transfer: 1.2}
	within("E1 H, rounded by its source", e1.Highest, 9.5, 0.01)
	within("E1 S, rounded by its source", e1.Stops, 6.7, 0.01)
	within("E1 round trip as published", e1.RoundTrip(), 124.2, 0.01)
	within("E1 round trip with S and H unrounded", e1.RoundTrip(), 123.976, 1e-5)
	within("E1 interval", roundtrip.Interval(e1.RoundTrip(), 4), 31.1, 0.01)
	within("E1 handling capacity", roundtrip.HandlingCapacity(10.4, roundtrip.Interval(e1.RoundTrip(), 4)), 100.5, 0.01)
	e1.FloorTime = 3.3 / 1.6
	within("E1 round trip with the floor time unrounded", e1.RoundTrip(), 123.261, 1e-5)
	within("E1 handling capacity so", roundtrip.HandlingCapacity(10.4, roundtrip.Interval(e1.RoundTrip(), 4)), 101.25, 1e-4)

	// E2: the hand example; see ExampleClassic.
	e2 := roundtrip.Classic{Stops: roundtrip.Stops(w, 10), Highest: roundtrip.HighestFloor(w, 10), Persons: 10, FloorTime: 2.0625, StopTime: 9.6, Transfer: 1.1}
	within("E2 round trip", e2.RoundTrip(), 133.3497, 1e-6)

	// E3: Sorsa, Hakonen and Siikonen 2005: arithmetic from the round trip on.
	interval := roundtrip.Interval(202.3, 8)
	within("E3 interval", interval, 25.2875, 1e-12)
	within("E3 handling capacity", roundtrip.HandlingCapacity(19.2, interval), 227.78, 1e-4)
	within("E3 percentage of population", 100*roundtrip.HandlingCapacity(19.2, interval)/1900, 11.99, 1e-3)
	within("E3 S", roundtrip.Stops(equal(19), 19.2), 12.27, 1e-3)
	within("E3 H", roundtrip.HighestFloor(equal(19), 19.2), 18.48, 1e-3)

	// An express zone is passed twice.
	e2.Express = 5
	within("E2 above an express zone of 5 s", e2.RoundTrip(), 143.3497, 1e-6)
}

func TestEstimateOfWaiting(t *testing.T) {
	for _, row := range []struct {
		name       string
		load, want float64 // of an interval of 1 s
		ok         bool
	}{
		{"empty cars", 0, 0.4, true},
		{"just below half full", 0.4999, 0.4, true},
		{"half full", 0.5, 0.417, true},
		{"60 %", 0.6, 0.496, true},
		{"70 %", 0.7, 0.640, true},
		{"75 %", 0.75, 0.736, true},
		{"80 %, the last one", 0.8, 0.849, true},
		{"fuller cars have no estimate", 0.81, 0, false},
		{"negative loads have no estimate", -0.1, 0, false},
		{"unknown loads have no estimate", math.NaN(), 0, false},
	} {
		got, ok := roundtrip.Wait(30, row.load)
		if ok != row.ok || ok && math.Abs(got/30-row.want) > 5e-4 || !ok && !math.IsNaN(got) {
			t.Errorf("%s: %v, %v, want %v, %v", row.name, got/30, ok, row.want, row.ok)
		}
	}
}
