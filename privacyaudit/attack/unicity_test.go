package attack_test

import (
	"math/rand/v2"
	"testing"

	"hoistway/privacyaudit/attack"
)

// tower is the toy tower of the project's notes on privacy: 20 floors with four
// flats of two, who leave in the morning, come back in the evening and now and
// then go out in between, for 90 days. A point is the hour (here the minute)
// with from and to.
func tower() (people [][]attack.Point, trips int) {
	rng := rand.New(rand.NewPCG(11, 12))
	for person := range 160 {
		floor := int32(1 + person/8)
		leaves, returns := 480+60*rng.NormFloat64(), 1050+75*rng.NormFloat64()
		var points []attack.Point
		trip := func(day int, minute float64, place int32) {
			points = append(points, attack.Point{Time: int32(day*1440) + int32(max(0, min(1439, minute))), Place: place})
			trips++
		}
		for day := range 90 {
			if rng.Float64() < 0.78 {
				trip(day, leaves+35*rng.NormFloat64(), floor)
				trip(day, returns+55*rng.NormFloat64(), -floor)
			}
			if rng.Float64() < 0.39 {
				at := 600 + 700*rng.Float64()
				trip(day, at, floor)
				trip(day, at+20+60*rng.Float64(), -floor)
			}
		}
		people = append(people, points)
	}
	return people, trips
}

func binned(people [][]attack.Point, minutes int32) (traces []attack.Trace) {
	for _, p := range people {
		traces = append(traces, attack.NewTrace(p, minutes))
	}
	return traces
}

// The figures were measured by another program with habits of its own; the
// tolerance is for those.
func TestTower(t *testing.T) {
	people, trips := tower()
	near(t, "trips", float64(trips), 33742, 1500)
	for _, c := range []struct {
		minutes int32
		want    [4]float64
	}{
		{5, [4]float64{0.91, 1, 1, 1}},
		{60, [4]float64{0.36, 0.80, 0.92, 0.98}},
		{360, [4]float64{0.11, 0.30, 0.49, 0.62}},
	} {
		traces := binned(people, c.minutes)
		linker := attack.NewLinker(traces)
		for p, want := range c.want {
			r := linker.Unicity(traces, p+1)
			t.Logf("%d min, %d points: %.3f (%.2f)", c.minutes, p+1, r.Share(), want)
			near(t, "share", r.Share(), want, 0.1)
		}
	}
}

func TestUnicity(t *testing.T) {
	a, b := []attack.Point{{1, 0}, {2, 0}, {3, 0}}, []attack.Point{{1, 0}, {2, 0}, {4, 0}}
	same := [][]attack.Point{a, a}
	for _, c := range []struct {
		why    string
		stored [][]attack.Point
		known  [][]attack.Point
		points int
		low    float64
		high   float64
	}{
		{"two who do the same cannot be told apart", same, same, 3, 0, 0},
		{"all points tell those who differ in one", [][]attack.Point{a, b}, [][]attack.Point{a, b}, 3, 1, 1},
		{"one point tells them where it is the one in which they differ", [][]attack.Point{a, b}, [][]attack.Point{a, b}, 1, 0.05, 0.8},
		{"what fits somebody else only is no success", [][]attack.Point{a, b}, [][]attack.Point{b, a}, 3, 0, 0},
		{"who did less than is known is not tried", [][]attack.Point{a, b}, [][]attack.Point{a, b}, 4, 0, 0},
	} {
		r := attack.NewLinker(traces(c.stored)).Unicity(traces(c.known), c.points)
		if s := r.Share(); s < c.low || s > c.high {
			t.Errorf("%s: %.2f, want %.2f to %.2f", c.why, s, c.low, c.high)
		}
	}
}

func traces(points [][]attack.Point) []attack.Trace { return binned(points, 1) }

func TestJoin(t *testing.T) {
	a, b := []attack.Point{{1, 0}, {2, 0}}, []attack.Point{{1, 0}, {5, 0}}
	linker := attack.NewLinker(traces([][]attack.Point{a, b}))
	if r := linker.Join(traces([][]attack.Point{a, b})); r != (attack.Rate{Hits: 2, Tries: 2}) {
		t.Errorf("whole logs recognise %+v", r)
	}
	if r := linker.Join(traces([][]attack.Point{{{1, 0}}, nil})); r != (attack.Rate{Hits: 0, Tries: 1}) {
		t.Errorf("a log that fits both alike recognises %+v", r)
	}
}

// Changing IDs lowers what an attacker has in hand afterwards.
func TestExposure(t *testing.T) {
	near(t, "one ID for 90 records", attack.Exposure([]int{90}, 4), 86, 0)
	near(t, "nine IDs for 10 each", attack.Exposure([]int{10, 10, 10, 10, 10, 10, 10, 10, 10}, 4), 6, 0)
	near(t, "of too few records nothing is recognised", attack.Exposure([]int{3}, 4), 0, 0)
}
