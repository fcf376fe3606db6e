package load

import (
	"testing"
	"time"
)

// The search finds what a server can do that works off one request after the
// other, 20 ms each: 50 a second, and some 65 before a second's queue is 300 ms.
// That is long enough for a busy machine, under the race detector, to be no part
// of it.
func TestTheSearchFindsAKnownCapacity(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: what slows the client down, as the race detector does, is no part of it")
	}
	t.Parallel()
	f := newFake(t)
	f.work = 20 * time.Millisecond
	o := f.options(t)
	o.Plan.Rate, o.Plan.PingRate, o.Plan.Sessions, o.Plan.Settle = 0, 40, 4, 0
	var err error
	o.Thresholds = make([]Threshold, 1)
	if o.Thresholds[0], err = ParseThreshold("load_ack_p99<=300ms"); err != nil {
		t.Fatal(err)
	}
	o.Search = &Search{Step: time.Second, Within: 0.5, Steps: 8}
	file := mustRun(t, o)
	s := file.Search
	if s.Highest < 35 || s.Highest > 90 || s.Lowest <= s.Highest {
		t.Errorf("the highest rate is %v/s and the lowest that missed %v/s, want them around 65/s: %+v", s.Highest, s.Lowest, s)
	}
	if len(file.Verdicts) != 1 || !file.Verdicts[0].Pass {
		t.Errorf("the verdicts are not those of the step that passed: %+v", file.Verdicts)
	}
	if f.calls.Load() != 0 {
		t.Errorf("a search over pings made %d calls", f.calls.Load())
	}
}

func TestBracket(t *testing.T) {
	for _, c := range []struct {
		sentence string
		capacity float64 // what passes
		start    float64
		want     float64 // the answer is within 10 % below the capacity
		steps    int     // at most
	}{
		{"from far below", 1000, 1, 1000, 16},
		{"from above", 3, 400, 3, 14},
		{"from just there", 100, 100, 100, 8},
	} {
		b, steps := bracket{}, 0
		for {
			rate, more := b.next(c.start, 0.1)
			if !more {
				break
			}
			if steps++; steps > c.steps {
				t.Errorf("%s: more than %d steps", c.sentence, c.steps)
				break
			}
			if rate <= c.capacity {
				b.passed = rate
			} else {
				b.missed = rate
			}
		}
		if b.passed > c.want || b.passed < c.want/1.11 {
			t.Errorf("%s: found %v after %d steps, want %v", c.sentence, b.passed, steps, c.want)
		}
	}
	if _, more := (bracket{missed: 0.15}).next(10, 0.1); more {
		t.Error("a search for a rate that passes goes on below 0.1/s")
	}
	if _, more := (bracket{passed: 150_000}).next(10, 0.1); more {
		t.Error("a search goes on above what a plan may ask for")
	}
}

func TestASearchNeedsSomethingToMiss(t *testing.T) {
	f := newFake(t)
	o := f.options(t)
	s := DefaultSearch()
	o.Search = &s
	if _, err := Run(t.Context(), o); err == nil {
		t.Error("a search without thresholds is made")
	}
	o.Thresholds = []Threshold{{Metric: "load_throughput", Op: ">=", Unit: "/s", Bound: 5}}
	if _, err := Run(t.Context(), o); err == nil {
		t.Error("a search for a throughput is made")
	}
}
