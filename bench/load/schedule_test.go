package load

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// all is a part of a plan's schedule, without what comes after the load.
func all(p *Plan, i, n int) (dues []Due) {
	s := newSchedule(p, i, n)
	for {
		at, ok := s.peek()
		if !ok || at >= p.WarmUp+p.Duration {
			return dues
		}
		dues = append(dues, s.next())
	}
}

func plan() *Plan {
	return &Plan{Profile: Constant, Rate: 200, PingRate: 100, Sessions: 10, WarmUp: 2 * time.Second, Duration: 18 * time.Second, Delete: 0.25, Seed: 7}
}

// Same seed, same instants, sockets and trips; another seed, others.
func TestTheScheduleDependsOnTheSeedAlone(t *testing.T) {
	one := all(plan(), 1, senders)
	if diff := cmp.Diff(one, all(plan(), 1, senders)); diff != "" {
		t.Errorf("two schedules of one seed differ (-first +second):\n%s", diff)
	}
	other := plan()
	other.Seed = 8
	if cmp.Equal(one, all(other, 1, senders)) {
		t.Error("two seeds give one schedule")
	}
	b := &bank{trips: &trips{from: []int{0, 0, 1}, to: []int{1, 2, 0}, upTo: []float64{1, 2, 4}}, areas: map[int]int{0: 1000, 1: 2000, 2: 3000}}
	for _, d := range one {
		from, to := b.ride(d.Trip)
		again, there := b.ride(d.Trip)
		if from != again || to != there || from == to {
			t.Fatalf("trip %v goes from %d to %d, and from %d to %d", d.Trip, from, to, again, there)
		}
	}
}

// The parts together have the plan's rates, every socket its pings, and every
// part its own sockets, in order of time.
func TestThePartsAreTheWhole(t *testing.T) {
	p := plan()
	calls, pings, deletes := 0, 0, 0
	pinged := map[int]int{}
	owner := map[int]int{}
	for i := range senders {
		last := time.Duration(0)
		for _, d := range all(p, i, senders) {
			if d.At < last {
				t.Fatalf("part %d goes back in time, from %v to %v", i, last, d.At)
			}
			last = d.At
			if o, ok := owner[d.Socket]; ok && o != i {
				t.Fatalf("socket %d is of parts %d and %d", d.Socket, o, i)
			}
			owner[d.Socket] = i
			switch {
			case d.Ping:
				pings++
				pinged[d.Socket]++
			default:
				calls++
				if d.Delete {
					deletes++
				}
			}
		}
	}
	if math.Abs(float64(calls)-4000) > 5*math.Sqrt(4000) {
		t.Errorf("%d calls in 20 s, want some 4000", calls)
	}
	if math.Abs(float64(pings)-2000) > senders {
		t.Errorf("%d pings in 20 s, want 2000", pings)
	}
	if share := float64(deletes) / float64(calls); math.Abs(share-0.25) > 0.04 {
		t.Errorf("%v of the calls are taken back, want 0.25", share)
	}
	for k := range p.Sessions {
		if n := pinged[k]; n < 190 || n > 210 {
			t.Errorf("socket %d has %d pings, want some 200", k, n)
		}
	}
}

func TestProfiles(t *testing.T) {
	for _, c := range []struct {
		sentence string
		plan     Plan
		from, to time.Duration
		want     float64 // calls in that span
	}{
		{"constant: the rate from the first second on", Plan{Profile: Constant, Rate: 100, Duration: 10 * time.Second}, 0, time.Second, 100},
		{"constant: to the last", Plan{Profile: Constant, Rate: 100, Duration: 10 * time.Second}, 9 * time.Second, 10 * time.Second, 100},
		{"a ramp begins with next to nothing", Plan{Profile: Ramp, Rate: 100, Duration: 10 * time.Second, Ramp: 5 * time.Second}, 0, time.Second, 10},
		{"and is half way up in the middle", Plan{Profile: Ramp, Rate: 100, Duration: 10 * time.Second, Ramp: 5 * time.Second}, 2 * time.Second, 3 * time.Second, 50},
		{"and then stays", Plan{Profile: Ramp, Rate: 100, Duration: 10 * time.Second, Ramp: 5 * time.Second}, 5 * time.Second, 10 * time.Second, 500},
		{"a soak begins as a ramp", Plan{Profile: Soak, Rate: 100, Duration: 10 * time.Second, Ramp: 10 * time.Second}, 0, 5 * time.Second, 125},
		{"a spike stands in the middle of what is measured", Plan{Profile: Spike, Rate: 10, WarmUp: 2 * time.Second, Duration: 10 * time.Second, Spike: 2 * time.Second, SpikeRate: 500}, 6 * time.Second, 8 * time.Second, 1000},
		{"and not before", Plan{Profile: Spike, Rate: 10, WarmUp: 2 * time.Second, Duration: 10 * time.Second, Spike: 2 * time.Second, SpikeRate: 500}, 0, 6 * time.Second, 60},
		{"nor after", Plan{Profile: Spike, Rate: 10, WarmUp: 2 * time.Second, Duration: 10 * time.Second, Spike: 2 * time.Second, SpikeRate: 500}, 8 * time.Second, 12 * time.Second, 40},
	} {
		in := c.plan.calls()
		n := 0
		for k := 0; ; k++ {
			at, ok := in.after(float64(k) + 0.5)
			if !ok {
				break
			}
			if at >= c.from && at < c.to {
				n++
			}
		}
		if math.Abs(float64(n)-c.want) > 1 {
			t.Errorf("%s: %d calls from %v to %v, want %v", c.sentence, n, c.from, c.to, c.want)
		}
	}
}

func TestPlansThatCannotBe(t *testing.T) {
	good := func() Plan {
		p := *plan()
		p.OpenRate, p.Timeout, p.MaxLateness = 10, time.Second, time.Second
		return p
	}
	if p := good(); p.Check() != nil {
		t.Fatalf("a good plan is refused: %v", p.Check())
	}
	for _, c := range []struct {
		sentence string
		change   func(p *Plan)
	}{
		{"an unknown profile", func(p *Plan) { p.Profile = "hill" }},
		{"nothing to send", func(p *Plan) { p.Rate, p.PingRate = 0, 0 }},
		{"a rate below 0", func(p *Plan) { p.Rate = -1 }},
		{"a rate that is no number", func(p *Plan) { p.Rate = math.NaN() }},
		{"no session", func(p *Plan) { p.Sessions = 0 }},
		{"more sessions than a machine has ports", func(p *Plan) { p.Sessions = 1_000_000 }},
		{"a ramp that does not end", func(p *Plan) { p.Profile, p.Ramp = Ramp, time.Hour }},
		{"a spike below the rate", func(p *Plan) { p.Profile, p.Spike, p.SpikeRate = Spike, time.Second, 1 }},
		{"a share above 1", func(p *Plan) { p.Delete = 1.5 }},
		{"no end", func(p *Plan) { p.Duration = 10000 * time.Hour }},
		{"no timeout", func(p *Plan) { p.Timeout = 0 }},
		{"a lateness that nothing keeps", func(p *Plan) { p.MaxLateness = 0 }},
	} {
		p := good()
		c.change(&p)
		if p.Check() == nil {
			t.Errorf("%s is accepted", c.sentence)
		}
	}
}
