package roundtrip

import (
	"fmt"
	"math"
)

// Stops is S, the expected number of floors at which a car stops on its way up:
// the sum over all floors of 1 - (1 - share)^persons. Weights are the floors'
// populations, in any unit; with N equal ones it is N (1 - (1 - 1/N)^P). Persons
// need not be whole: it is a mean.
//
// All functions of this file panic on weights or persons below 0, and on
// weights that sum to 0: such a building has no up-peak.
func Stops(weights []float64, persons float64) float64 {
	total := sum(weights, persons)
	s := 0.0
	for _, w := range weights {
		s += 1 - math.Pow(1-w/total, persons)
	}
	return s
}

// HighestFloor is H, the expected highest floor reached, the lowest one above
// the terminal being 1: N less the sum over the floors below the top of the
// probability that nobody goes higher.
func HighestFloor(weights []float64, persons float64) float64 {
	ones := make([]float64, len(weights))
	for i := range ones {
		ones[i] = float64(i + 1)
	}
	return HighestDistance(weights, ones, persons)
}

// HighestDistance is the expected distance from the terminal to the highest
// floor reached, in the unit of heights, which are those of the floors above
// the terminal, rising.
func HighestDistance(weights, heights []float64, persons float64) float64 {
	total := sum(weights, persons)
	if len(heights) != len(weights) {
		panic(fmt.Sprintf("BUG: roundtrip: %d heights for %d floors", len(heights), len(weights)))
	}
	d, below, last := 0.0, 0.0, 0.0
	for i, w := range weights {
		d += float64((heights[i] - last) * (1 - math.Pow(math.Min(below/total, 1), persons)))
		below += w
		last = heights[i]
	}
	return d
}

// FlightTime is the expected sum of all flights of a round trip: up from floor
// 0, the terminal, with a stop wherever somebody leaves, and back from the
// highest stop without one. It is exact whatever the flights depend on, so it
// also holds when rated speed is not reached from floor to floor, for which the
// classical formula is too short. Flight is asked for pairs of 0..len(weights).
//
// A car stops at i and next at k when somebody goes to each and nobody to the
// floors between: with b the share of those between and F(k) that of all up to
// k, for i >= 1 the probability is
//
//	(1-b)^P - (1-b-p_k)^P - (1-b-p_i)^P + (1-b-p_i-p_k)^P
//
// for i = 0 it is (1-b)^P - (1-b-p_k)^P, and k is the highest stop with
// probability F(k)^P - F(k-1)^P.
func FlightTime(weights []float64, persons float64, flight func(from, to int) float64) float64 {
	total := sum(weights, persons)
	pow := func(x float64) float64 { return math.Pow(math.Max(x, 0), persons) }
	time, upTo := 0.0, 0.0
	for k := 1; k <= len(weights); k++ {
		pk := weights[k-1] / total
		b := 0.0 // share of the floors between i and k
		for i := k - 1; i >= 0; i-- {
			pr := pow(1-b) - pow(1-b-pk)
			if i > 0 {
				pi := weights[i-1] / total
				pr += pow(1-b-pi-pk) - pow(1-b-pi)
				b += pi
			}
			time += float64(pr * flight(i, k))
		}
		time += float64((pow(upTo+pk) - pow(upTo)) * flight(k, 0))
		upTo += pk
	}
	return time
}

// sum checks weights and persons, and returns the total.
func sum(weights []float64, persons float64) float64 {
	total := 0.0
	for _, w := range weights {
		if !(w >= 0) {
			panic(fmt.Sprintf("BUG: roundtrip: floor with weight %v, want 0 or more", w))
		}
		total += w
	}
	if !(total > 0) || math.IsInf(total, 1) || !(persons >= 0) {
		panic(fmt.Sprintf("BUG: roundtrip: weights sum to %v for %v persons, want a positive sum and 0 persons or more", total, persons))
	}
	return total
}
