package people_test

import (
	"testing"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/people"
)

// BenchmarkNext makes the people of a long day of two tenants; one operation is
// one person.
func BenchmarkNext(b *testing.B) {
	sc := office()
	sc.Run.Duration = 1 << 20 * time.Hour
	sc.Traffic[0].Phases = []scenarios.Phase{{End: sc.Run.Duration, Demand: 0.12, In: 0.45, Out: 0.45, Inter: 0.1}}
	var p people.Person
	source := people.NewSource(sc, 1, 0)
	b.ReportAllocs()
	for b.Loop() {
		if !source.Next(&p) {
			b.Fatal("nobody else comes")
		}
	}
}

func BenchmarkNewSource(b *testing.B) {
	sc := office()
	b.ReportAllocs()
	for b.Loop() {
		people.NewSource(sc, 1, 0)
	}
}
