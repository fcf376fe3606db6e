package load

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"hoistway/bench/load/outcome"
)

// Histograms hold microseconds from 1 to highest. What is above counts as
// highest, and is counted beside.
const (
	highest = 5 * time.Minute
	digits  = 3
)

// latency is a histogram that several goroutines record in.
type latency struct {
	mu     sync.Mutex
	h      *hdrhistogram.Histogram
	beyond int64
}

func newLatency() *latency {
	return &latency{h: hdrhistogram.New(1, highest.Microseconds(), digits)}
}

// record takes a latency. One below 0 is a clock's fault and counts as 0.
func (l *latency) record(d time.Duration) {
	us := max(0, d.Microseconds())
	l.mu.Lock()
	defer l.mu.Unlock()
	if us > highest.Microseconds() {
		us = highest.Microseconds()
		l.beyond++
	}
	if err := l.h.RecordValue(us); err != nil {
		panic("BUG: " + err.Error())
	}
}

// result summarizes, with the curve when it will be drawn.
func (l *latency) result(curve bool) outcome.Latency {
	l.mu.Lock()
	defer l.mu.Unlock()
	o := outcome.Latency{N: l.h.TotalCount(), Beyond: l.beyond}
	if o.N == 0 {
		return o
	}
	at := func(q float64) float64 { return micro(l.h.ValueAtPercentile(q)) }
	o.Mean, o.P50, o.P90, o.P99, o.P999, o.Max = l.h.Mean()/1e6, at(50), at(90), at(99), at(99.9), micro(l.h.Max())
	if !curve {
		return o
	}
	for _, q := range []float64{0, 1, 5, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92, 94, 95, 96, 97, 98, 98.5, 99, 99.5, 99.9, 99.99, 100} {
		o.Curve = append(o.Curve, outcome.Point{Share: q / 100, Seconds: at(q)})
	}
	return o
}

func micro(us int64) float64 { return float64(us) / 1e6 }
