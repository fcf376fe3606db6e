package check

import (
	"testing"
	"time"

	"hoistway/scenarios"
)

// roundTrip is one up-peak round trip of car 0: eight people board at the
// lobby, two leave at each of four floors, and the car comes back.
func roundTrip() (*scenarios.Scenario, *script) {
	sc := building()
	sc.Run.Cap = 1 << 62
	sc.Banks[0].Cars[0].Persons, sc.Banks[0].Cars[0].Load = 8, 8*75_000
	s := &script{}
	for p := range int64(8) {
		s.appear(p, 0, 0, int16(2+p/2*2))
		s.wait(time.Second)
	}
	s.open(0, 0)
	for p := range int64(8) {
		s.board(p, 0, 0)
	}
	s.close(0, 0)
	for f := int16(2); f <= 8; f += 2 {
		from := f - 2
		s.fly(0, from, f)
		s.open(0, f)
		s.alight(int64(f-2), 0, f)
		s.alight(int64(f-1), 0, f)
		s.close(0, f)
	}
	s.car(Departed, 0, 8, 1)
	s.wait(3 * time.Second)
	s.car(Retargeted, 0, 0, 0)
	s.wait(30 * time.Second)
	s.car(Stopped, 0, 0, 0)
	return sc, s
}

// again feeds one more round trip, later and with new people.
func again(c *Checker, s *script, round int64) {
	for i := range s.seen {
		o := s.seen[i]
		o.At += scenarios.Instant(round) * s.t
		o.Person += 8 * round
		c.Observe(&o)
	}
}

// BenchmarkObserve is the cost of one observation in an up-peak; a person
// makes about eight of them here, their share of the car's included.
func BenchmarkObserve(b *testing.B) {
	sc, s := roundTrip()
	c := New(sc)
	b.ReportAllocs()
	round := int64(0)
	for i := 0; i < b.N; i += len(s.seen) {
		again(c, s, round)
		round++
	}
	b.StopTimer()
	if c.Total() > 0 {
		b.Fatal(c.Violations()[0])
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(8*round), "ns/person")
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	sc, s := roundTrip()
	c := New(sc)
	round := int64(0)
	next := func() { again(c, s, round); round++ }
	next()
	if n := testing.AllocsPerRun(1000, next); n != 0 {
		t.Errorf("%v allocations a round trip, want none", n)
	}
	noViolations(t, c)
	if len(c.people) != 8 {
		t.Errorf("%d slots are held after %d people, want the 8 who were there at once", len(c.people), 8*round)
	}
}
