package bench

import (
	"context"
	"testing"
	"time"

	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/people"
)

// recurring brings the people of one run again and again, a period later each
// time, as long as more says so. It does not allocate.
type recurring struct {
	people []people.Person
	period time.Duration
	more   func() bool
	shift  time.Duration
	next   int
}

func (r *recurring) Next(p *people.Person) bool {
	if !r.more() {
		return false
	}
	if r.next == len(r.people) {
		r.next = 0
		r.shift += r.period
	}
	*p = r.people[r.next]
	p.At += r.shift
	r.next++
	return true
}

// endless is a scenario of the library without its end, and its people over
// and over.
func endless(tb testing.TB, name string, more func() bool) (*scenarios.Scenario, *recurring) {
	tb.Helper()
	sc, err := scenarios.Load(name, scenarios.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	r := &recurring{period: sc.Run.Duration, more: more}
	source := people.NewSource(sc, sc.Run.Seed, 0)
	for {
		var p people.Person
		if !source.Next(&p) {
			break
		}
		r.people = append(r.people, p)
	}
	long := *sc
	long.Run.Cap = 1 << 62
	return &long, r
}

// BenchmarkKernel is the twin in steady state, controller, checkers and digest
// on, nothing recorded: one operation is one passenger of a run without end.
// The first hour, in which queues and tables grow to what they need, does not
// count.
func BenchmarkKernel(b *testing.B) {
	for _, name := range []string{"peer-std", "peer-tower", "peer-std-lunch", "peer-tower-lunch"} {
		b.Run(name, func(b *testing.B) {
			first := 0
			sc, r := endless(b, name, nil)
			r.more = func() bool {
				if first < len(r.people) {
					first++
					return true
				}
				return b.Loop()
			}
			t, err := twin.New(sc, twin.Options{People: r})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			out, err := t.Run(context.Background())
			if err != nil {
				b.Fatal(err)
			}
			if len(out.Violations) > 0 {
				b.Fatal(out.Violations[0])
			}
			perSecond := float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(perSecond, "passengers/s")
			b.ReportMetric(perSecond*float64(out.Events)/float64(out.Journeys), "events/s")
			b.ReportMetric(perSecond*r.period.Hours()/float64(len(r.people)), "simulated_h/s")
		})
	}
}

// TestRunDoesNotAllocatePerPassenger plays two hours of people, and then eight,
// under each policy. Of the people who are more, less than one in a thousand
// may allocate: a queue longer than any before lengthens a table.
func TestRunDoesNotAllocatePerPassenger(t *testing.T) {
	if testing.Short() {
		t.Skip("a quarter of a million people, who allocate alike under the race detector: left out of the short tests")
	}
	for _, name := range []string{"peer-std-lunch", "peer-tower"} {
		for _, policy := range twin.Dispatchers() {
			t.Run(name+"/"+policy, func(t *testing.T) {
				journeys := int64(0)
				allocations := func(hours int) float64 {
					sc, r := endless(t, name, nil)
					return testing.AllocsPerRun(1, func() {
						left := hours * len(r.people)
						r.next, r.shift = 0, 0
						r.more = func() bool { left--; return left >= 0 }
						run, err := twin.New(sc, twin.Options{People: r, Dispatcher: policy})
						if err != nil {
							t.Fatal(err)
						}
						out, err := run.Run(context.Background())
						if err != nil {
							t.Fatal(err)
						}
						if len(out.Violations) > 0 {
							t.Fatal(out.Violations[0])
						}
						journeys = out.Journeys
					})
				}
				few, people := allocations(2), journeys
				many := allocations(8)
				if journeys != 4*people || people < 1000 {
					t.Fatalf("%d and then %d people travelled: the comparison is not what it is meant to be", people, journeys)
				}
				// Goroutines of the libraries in this test's binary allocate a few
				// times meanwhile; one allocation a hundred people is more.
				if many-few > float64(journeys-people)/100 {
					t.Errorf("%d people allocate %v times, %d people %v times: the kernel allocates while it runs", people, few, journeys, many)
				}
			})
		}
	}
}
