package bench

import (
	"context"
	"testing"

	"hoistway/scenarios"
	"hoistway/twin/study"
)

// BenchmarkPeer runs each peer case under each policy once per iteration:
// set-up, simulation with checkers and digest, and summary, without records.
// Service is given beside speed in units of its own, so that benchstat shows
// a policy that became faster by serving worse.
func BenchmarkPeer(b *testing.B) {
	for _, c := range PeerCases() {
		b.Run(c.Scenario+"/"+c.Dispatcher, func(b *testing.B) {
			sc, err := scenarios.Load(c.Scenario, scenarios.Options{})
			if err != nil {
				b.Fatal(err)
			}
			o := study.Options{Reference: c.Scenario, Version: "bench", Seed: sc.Run.Seed, Replications: 1, Dispatcher: c.Dispatcher, Parallel: 1}
			var awt, ttd *float64
			var people int64
			b.ReportAllocs()
			for b.Loop() {
				f, _, err := study.Run(context.Background(), []*scenarios.Scenario{sc}, o)
				if err != nil {
					b.Fatal(err)
				}
				awt, ttd, people = f.Metrics["awt_to_boarding"].Value, f.Metrics["ttd"].Value, f.Total.All
			}
			b.ReportMetric(float64(people)*float64(b.N)/b.Elapsed().Seconds(), "passengers/s")
			// A withheld mean is left out: 0 would look like the best service.
			if awt != nil {
				b.ReportMetric(*awt, "awt-s")
			}
			if ttd != nil {
				b.ReportMetric(*ttd, "ttd-s")
			}
		})
	}
}

// BenchmarkCalibration is the step that costs are a multiple of.
func BenchmarkCalibration(b *testing.B) {
	meter := func() func() float64 { return func() float64 { return 1 } }
	for b.Loop() {
		Calibrate(meter)
	}
}
