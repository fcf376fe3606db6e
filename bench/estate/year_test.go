package estate_test

import (
	"context"
	"testing"

	"hoistway/bench/estate"
	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/result"
)

// BenchmarkYear is residential-year with its evidence: the whole of
// `hoistway run residential-year --evidence DIR` but for the reports.
func BenchmarkYear(b *testing.B) {
	sc, err := scenarios.Load("residential-year", scenarios.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		e, err := estate.New(sc, sc.Run.Seed, 0, b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		t, err := twin.New(sc, twin.Options{Seed: sc.Run.Seed, Service: e, Sink: result.Tee()})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := t.Run(context.Background()); err != nil {
			b.Fatal(err)
		}
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
