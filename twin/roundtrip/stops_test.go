package roundtrip_test

import (
	"math"
	"slices"
	"testing"

	"hoistway/twin/roundtrip"

	"pgregory.net/rapid"
)

func equal(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 100
	}
	return w
}

// TestTableOfStopsAndHighestFloor is the project's reference table, S / H by
// number of floors and persons.
func TestTableOfStopsAndHighestFloor(t *testing.T) {
	persons := []float64{4.8, 8, 10.4, 12.8, 16, 19.2, 20}
	for _, row := range []struct {
		floors int
		s, h   []float64
	}{
		{5, []float64{3.2868, 4.1611, 4.5090, 4.7126, 4.8593, 4.9311, 4.9424}, []float64{4.5585, 4.8148, 4.8968, 4.9411, 4.9716, 4.9862, 4.9884}},
		{10, []float64{3.9694, 5.6953, 6.6571, 7.4040, 8.1470, 8.6773, 8.7842}, []float64{8.7359, 9.3227, 9.5373, 9.6709, 9.7829, 9.8528, 9.8661}},
		{14, []float64{4.1906, 6.2616, 7.5225, 8.5779, 9.7227, 10.6257, 10.8199}, []float64{12.0577, 12.8970, 13.2104, 13.4101, 13.5829, 13.6956, 13.7176}},
		{19, []float64{4.3430, 6.6717, 8.1720, 9.4897, 11.0006, 12.2715, 12.5564}, []float64{16.2031, 17.3539, 17.7879, 18.0674, 18.3129, 18.4764, 18.5089}},
		{24, []float64{4.4345, 6.9257, 8.5836, 10.0805, 11.8528, 13.3994, 13.7543}, []float64{20.3454, 21.8056, 22.3587, 22.7166, 23.0330, 23.2458, 23.2884}},
	} {
		for i, p := range persons {
			if got := roundtrip.Stops(equal(row.floors), p); math.Abs(got-row.s[i]) > 5.1e-5 {
				t.Errorf("S of %d floors and %v persons: %.4f, want %.4f", row.floors, p, got, row.s[i])
			}
			if got := roundtrip.HighestFloor(equal(row.floors), p); math.Abs(got-row.h[i]) > 5.1e-5 {
				t.Errorf("H of %d floors and %v persons: %.4f, want %.4f", row.floors, p, got, row.h[i])
			}
		}
	}
}

func TestStopsAndHighestFloorInTheLimit(t *testing.T) {
	for _, row := range []struct {
		name    string
		weights []float64
		persons float64
		s, h    float64
	}{
		{"nobody stops nowhere", equal(10), 0, 0, 0},
		{"one person stops once, half way up on average", equal(9), 1, 1, 5},
		{"a crowd stops everywhere and goes to the top", equal(10), 1e6, 10, 10},
		{"a single floor is always it", equal(1), 7, 1, 1},
		{"floors without people do not count as stops", []float64{0, 5, 0, 5, 0}, 1e6, 2, 4},
		{"one person, unequal floors", []float64{10, 20, 70}, 1, 1, 0.1*1 + 0.2*2 + 0.7*3},
		{"two persons, unequal floors", []float64{1, 3}, 2, 2 - 9.0/16 - 1.0/16, 2 - 1.0/16},
	} {
		if got := roundtrip.Stops(row.weights, row.persons); math.Abs(got-row.s) > 1e-12 {
			t.Errorf("%s: S = %v, want %v", row.name, got, row.s)
		}
		if got := roundtrip.HighestFloor(row.weights, row.persons); math.Abs(got-row.h) > 1e-12 {
			t.Errorf("%s: H = %v, want %v", row.name, got, row.h)
		}
	}
}

// TestSmallLoadsByEnumeration adds up every way in which a few people can
// choose their floors.
func TestSmallLoadsByEnumeration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Float64Range(0, 10), 1, 5).Draw(t, "weights")
		weights[rapid.IntRange(0, len(weights)-1).Draw(t, "surely")] += 1
		n := len(weights)
		persons := rapid.IntRange(1, 4).Draw(t, "persons")
		heights := make([]float64, n)
		h := 0.0
		for i := range heights {
			h += rapid.Float64Range(2, 9).Draw(t, "storey")
			heights[i] = h
		}
		flights := make([]float64, (n+1)*(n+1))
		for i := range flights {
			flights[i] = rapid.Float64Range(1, 20).Draw(t, "flight") // any at all, also uneven up and down
		}
		flight := func(from, to int) float64 {
			if from == to {
				t.Fatalf("asked for a flight from %d to itself", from)
			}
			return flights[from*(n+1)+to]
		}
		total := 0.0
		for _, w := range weights {
			total += w
		}
		var s, highest, distance, time float64
		choice := make([]int, persons)
		for {
			pr := 1.0
			wanted := make([]bool, n+1)
			for _, f := range choice {
				pr *= weights[f] / total
				wanted[f+1] = true
			}
			at := 0
			for f := 1; f <= n; f++ {
				if wanted[f] {
					s += pr
					time += pr * flight(at, f)
					at = f
				}
			}
			time += pr * flight(at, 0)
			highest += pr * float64(at)
			distance += pr * heights[at-1]
			i := 0
			for ; i < persons; i++ {
				if choice[i]++; choice[i] < n {
					break
				}
				choice[i] = 0
			}
			if i == persons {
				break
			}
		}
		p := float64(persons)
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"S", roundtrip.Stops(weights, p), s},
			{"H", roundtrip.HighestFloor(weights, p), highest},
			{"E(d)", roundtrip.HighestDistance(weights, heights, p), distance},
			{"flight time", roundtrip.FlightTime(weights, p, flight), time},
		} {
			if math.Abs(c.got-c.want) > 1e-9*math.Max(1, c.want) {
				t.Fatalf("%s: %v, by enumeration %v", c.name, c.got, c.want)
			}
		}
	})
}

func TestImpossibleBuildingsPanic(t *testing.T) {
	for _, row := range []struct {
		name string
		call func()
	}{
		{"no floors", func() { roundtrip.Stops(nil, 8) }},
		{"no people", func() { roundtrip.HighestFloor([]float64{0, 0}, 8) }},
		{"a negative population", func() { roundtrip.Stops([]float64{3, -1}, 8) }},
		{"a population that is not a number", func() { roundtrip.Stops([]float64{3, math.NaN()}, 8) }},
		{"persons below 0", func() { roundtrip.FlightTime(equal(3), -1, nil) }},
		{"a height missing", func() { roundtrip.HighestDistance(equal(3), []float64{1, 2}, 8) }},
	} {
		func() {
			defer func() {
				if s, ok := recover().(string); !ok || !slices.Equal([]byte(s)[:5], []byte("BUG: ")) {
					t.Errorf("%s: recovered %q, want a panic that starts BUG:", row.name, s)
				}
			}()
			row.call()
		}()
	}
}
