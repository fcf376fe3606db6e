package attack

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// Point is what a trace has at one time: an hour, or another bin of time, and
// where or what it was. Whoever compares traces gives both the same meaning.
type Point struct {
	Time  int32 // in hours since any epoch
	Place int32
}

// Trace is the points of one name, such as a randomized ID, sorted and without
// doubles.
type Trace []Point

// NewTrace sorts points into bins of some hours and removes doubles. The points
// are not changed.
func NewTrace(points []Point, hours int32) Trace {
	t := make(Trace, len(points))
	for i, p := range points {
		t[i] = Point{p.Time / hours, p.Place}
	}
	slices.SortFunc(t, comparePoints)
	return slices.Compact(t)
}

func comparePoints(a, b Point) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Place, b.Place))
}

// Linker finds the traces that have some points.
type Linker struct {
	traces []Trace
	at     map[Point][]int32 // indexes of traces, ascending
}

// NewLinker takes traces, whose points must be in the same bins.
func NewLinker(traces []Trace) *Linker {
	l := &Linker{traces: traces, at: map[Point][]int32{}}
	for i, t := range traces {
		for _, p := range t {
			l.at[p] = append(l.at[p], int32(i))
		}
	}
	return l
}

// Only gives the one trace that has all of the points; -1 when there is none,
// or more than one.
func (l *Linker) Only(points []Point) int {
	if len(points) == 0 {
		return -1
	}
	rarest := points[0]
	for _, p := range points[1:] {
		if len(l.at[p]) < len(l.at[rarest]) {
			rarest = p
		}
	}
	found := -1
	for _, i := range l.at[rarest] {
		if !slices.ContainsFunc(points, func(p Point) bool { _, ok := slices.BinarySearchFunc(l.traces[i], p, comparePoints); return !ok }) {
			if found >= 0 {
				return -1
			}
			found = int(i)
		}
	}
	return found
}

// draws is how many times points are drawn from each known trace.
const draws = 4

// Unicity tells how many traces an attacker singles out who knows p points of
// somebody, drawn at random from what that person did: ε_p of de Montjoye et
// al., "Unique in the Crowd", Sci. Rep. 3:1376 (2013). Known[i] is what the
// person of trace i did, in the same bins; a person who did less than p things
// is not tried. It counts as a hit when the one trace that fits is the right one.
func (l *Linker) Unicity(known []Trace, p int) Rate {
	rng := rand.New(rand.NewPCG(uint64(p), 3))
	var r Rate
	points := make([]Point, p)
	for i, own := range known {
		if len(own) < p {
			continue
		}
		for range draws {
			for j, k := range sampleOf(rng, len(own), p) {
				points[j] = own[k]
			}
			r.Tries++
			if l.Only(points) == i {
				r.Hits++
			}
		}
	}
	return r
}

// sampleOf draws k of n numbers without repetition (Floyd's algorithm).
func sampleOf(rng *rand.Rand, n, k int) []int {
	chosen := make([]int, 0, k)
	for j := n - k; j < n; j++ {
		t := rng.IntN(j + 1)
		if slices.Contains(chosen, t) {
			t = j
		}
		chosen = append(chosen, t)
	}
	return chosen
}

// Join tells how many traces somebody recognises who has all that one person
// did, such as the log on a phone: known[i] is joined with the trace that has
// the largest share of points in common with it (Jaccard), if that is one only.
func (l *Linker) Join(known []Trace) Rate {
	var r Rate
	common := map[int32]int{}
	for i, own := range known {
		if len(own) == 0 {
			continue
		}
		clear(common)
		for _, p := range own {
			for _, j := range l.at[p] {
				common[j]++
			}
		}
		best, share, several := -1, 0.0, false
		for j, n := range common { // the order does not matter: equals are no hit
			s := float64(n) / float64(len(own)+len(l.traces[j])-n)
			switch {
			case s > share:
				best, share, several = int(j), s, false
			case s == share:
				several = true
			}
		}
		r.Tries++
		if best == i && !several {
			r.Hits++
		}
	}
	return r
}

// Exposure is how many records more somebody learns on average who has
// recognised a name by p of its records: the mean of what remains of its
// records. It is what the change of names lowers, while unicity stays.
func Exposure(records []int, p int) float64 {
	sum, n := 0, 0
	for _, r := range records {
		if r >= p {
			sum += r - p
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return float64(sum) / float64(n)
}
