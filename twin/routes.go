package twin

import (
	"math"

	"hoistway/scenarios"
)

// routes knows which bank takes a person from floor to floor, and where they
// change banks: the fewest rides, of equals the least travel in metres, of
// equals the lowest floor.
type routes struct {
	floors int
	banks  [][]int32 // [from*floors+to] banks with a car that serves both
	via    []int16   // [from*floors+to] first floor to ride to; -1 no way
	legs   []int16
}

func newRoutes(sc *scenarios.Scenario) *routes {
	n := len(sc.Building.Floors)
	r := &routes{floors: n, banks: make([][]int32, n*n), via: make([]int16, n*n), legs: make([]int16, n*n)}
	for b := range sc.Banks {
		seen := make([]bool, n*n)
		for _, c := range sc.Banks[b].Cars {
			for _, f := range c.Serves {
				for _, g := range c.Serves {
					if f != g && !seen[f*n+g] {
						seen[f*n+g] = true
						r.banks[f*n+g] = append(r.banks[f*n+g], int32(b))
					}
				}
			}
		}
	}
	for to := range n {
		r.towards(sc, to)
	}
	return r
}

// towards fills in every way to one floor, from it outwards.
func (r *routes) towards(sc *scenarios.Scenario, to int) {
	n := r.floors
	height := func(a, b int) float64 {
		return math.Abs(sc.Building.Floors[a].Elevation - sc.Building.Floors[b].Elevation)
	}
	legs := make([]int, n)
	dist := make([]float64, n)
	done := make([]bool, n)
	for i := range n {
		legs[i], r.via[i*n+to] = math.MaxInt, -1
	}
	legs[to] = 0
	for {
		at := -1
		for f := range n {
			if !done[f] && legs[f] < math.MaxInt && (at < 0 || legs[f] < legs[at] || legs[f] == legs[at] && dist[f] < dist[at]) {
				at = f
			}
		}
		if at < 0 {
			return
		}
		done[at] = true
		for f := range n {
			if done[f] || len(r.banks[f*n+at]) == 0 {
				continue
			}
			l, d := legs[at]+1, dist[at]+height(f, at)
			if l < legs[f] || l == legs[f] && d < dist[f] {
				legs[f], dist[f] = l, d
				r.via[f*n+to], r.legs[f*n+to] = int16(at), int16(l)
			}
		}
	}
}

// next is the bank and the floor of a person's next ride. Where several banks
// offer it, people spread over them by their ordinal.
func (r *routes) next(from, to int, journey int64) (bank, via, legs int, ok bool) {
	v := r.via[from*r.floors+to]
	if v < 0 {
		return 0, 0, 0, false
	}
	banks := r.banks[from*r.floors+int(v)]
	return int(banks[journey%int64(len(banks))]), int(v), int(r.legs[from*r.floors+to]), true
}
