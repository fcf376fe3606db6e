package bench

import (
	"context"
	"strings"
	"testing"
	"time"

	"hoistway/bench/estate"
	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/result"
	"hoistway/twin/study"
)

// BenchmarkPolicy runs each peer case under each policy once per iteration.
// Service stands beside speed in units of its own, so that benchstat shows a
// policy that became faster by serving worse.
func BenchmarkPolicy(b *testing.B) {
	for _, scenario := range []string{"peer-std", "peer-tower", "peer-std-lunch", "peer-tower-lunch"} {
		for _, policy := range twin.Dispatchers() {
			b.Run(scenario+"/"+policy, func(b *testing.B) { whole(b, scenario, policy) })
		}
	}
}

// BenchmarkRun makes one replication of each other scenario of the library under
// its own dispatcher.
func BenchmarkRun(b *testing.B) {
	for _, entry := range scenarios.Library() {
		if strings.HasPrefix(entry.Name, "peer-") {
			continue
		}
		b.Run(entry.Name, func(b *testing.B) { whole(b, entry.Name, "") })
	}
}

// whole is a run from set-up to summary, with checkers and digest, without
// records.
func whole(b *testing.B, scenario, policy string) {
	sc, err := scenarios.Load(scenario, scenarios.Options{})
	if err != nil {
		b.Fatal(err)
	}
	if sc.Run.Duration > 31*24*time.Hour {
		b.Skip("a year takes a minute: hoistway run " + scenario)
	}
	o := study.Options{Reference: scenario, Version: "bench", Seed: sc.Run.Seed, Replications: 1, Dispatcher: policy, Parallel: 1}
	o.Service = func(sc *scenarios.Scenario, replication int) (study.Service, error) {
		return estate.New(sc, o.Seed, replication, "")
	}
	var (
		file    *result.File
		machine study.Machine
	)
	b.ReportAllocs()
	for b.Loop() {
		if file, machine, err = study.Run(context.Background(), []*scenarios.Scenario{sc}, o); err != nil {
			b.Fatal(err)
		}
	}
	perSecond := float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(perSecond*float64(machine.Journeys), "passengers/s")
	b.ReportMetric(perSecond*machine.SimulatedHours, "simulated_h/s")
	for _, m := range []struct{ metric, unit string }{
		{"awt_to_boarding", "awt_to_boarding_s"}, {"ttd", "ttd_s"}, {"wait_p90", "wait_p90_s"},
	} {
		// A withheld figure is left out: 0 would look like the best service.
		if v := file.Metrics[m.metric].Value; v != nil {
			b.ReportMetric(*v, m.unit)
		}
	}
}

// BenchmarkCalibration is the loop that costs are a multiple of.
func BenchmarkCalibration(b *testing.B) {
	meter := func() func() float64 { return func() float64 { return 1 } }
	for b.Loop() {
		Calibrate(meter)
	}
}
