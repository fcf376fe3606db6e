package bench

import (
	"context"
	"math"

	"hoistway/scenarios"
	"hoistway/twin/study"
)

// Case is a scenario of the library under a dispatcher.
type Case struct{ Scenario, Dispatcher string }

// PeerCases are the cases that other simulators have run on the same
// passengers.
func PeerCases() []Case {
	var cases []Case
	for _, scenario := range []string{"peer-std", "peer-tower", "peer-std-lunch", "peer-tower-lunch"} {
		for _, dispatcher := range []string{"eta", "etd", "destination"} {
			cases = append(cases, Case{scenario, dispatcher})
		}
	}
	return cases
}

// Measure runs the cases, one replication after the other, each between two
// calibrations, and gives a figure of each.
func Measure(ctx context.Context, cases []Case, version string, meter study.Meter) ([]Figure, error) {
	var figures []Figure
	before := Calibrate(meter)
	for _, c := range cases {
		sc, err := scenarios.Load(c.Scenario, scenarios.Options{})
		if err != nil {
			return nil, err
		}
		file, machine, err := study.Run(ctx, []*scenarios.Scenario{sc}, study.Options{
			Reference: c.Scenario, Version: version, Seed: sc.Run.Seed, Replications: sc.Run.Replications,
			Dispatcher: c.Dispatcher, Parallel: 1, Meter: meter,
		})
		if err != nil {
			return nil, err
		}
		after := Calibrate(meter)
		perPassenger := machine.CPUSeconds / float64(machine.Journeys)
		f := Figure{Scenario: c.Scenario, Dispatcher: c.Dispatcher, Cost: rounded(2*perPassenger/(before+after), 10)}
		awt, ttd := file.Metrics["awt_to_boarding"], file.Metrics["ttd"]
		switch {
		case awt == nil || ttd == nil:
			panic("BUG: the result lacks awt_to_boarding or ttd")
		case awt.Value == nil:
			f.Withheld = awt.Withheld
		case ttd.Value == nil:
			f.Withheld = ttd.Withheld
		default:
			f.AWTToBoarding, f.TTD = *awt.Value, *ttd.Value
		}
		figures = append(figures, f)
		before = after
	}
	return figures, nil
}

// rounded keeps a value to a fraction of 1/steps.
func rounded(v, steps float64) float64 { return math.Round(v*steps) / steps }

// Calibrate gives the processor time in seconds of one calibration step:
// taking the least of 1024 numbers off a binary heap and putting another one
// in. Like the simulation, it branches on data and moves small values in
// memory that fits a first-level cache. It is the best of five readings.
func Calibrate(meter study.Meter) float64 {
	const size, steps = 1024, 50_000
	best := math.Inf(1)
	for range 5 {
		heap := make([]uint64, size)
		next := uint64(1)
		stop := meter()
		for range steps {
			next ^= next << 13
			next ^= next >> 7
			next ^= next << 17
			// heap[0] is the least; its successor sinks to its place.
			v := heap[0] + next>>40
			i := 0
			for {
				child := 2*i + 1
				if child >= size {
					break
				}
				if child+1 < size && heap[child+1] < heap[child] {
					child++
				}
				if heap[child] >= v {
					break
				}
				heap[i] = heap[child]
				i = child
			}
			heap[i] = v
		}
		best = min(best, stop()/steps)
	}
	return best
}
