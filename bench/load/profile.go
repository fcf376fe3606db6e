package load

import (
	"math"
	"time"
)

// piece of a rate over time: it goes straight from rate to end within its span.
type piece struct {
	span      float64 // s
	rate, end float64 // per second
}

// intensity is a rate over time, in pieces.
type intensity []piece

// calls is the rate of lift calls over warm-up and duration.
func (p *Plan) calls() intensity {
	all := (p.WarmUp + p.Duration).Seconds()
	switch p.Profile {
	case Ramp, Soak:
		rise := p.Ramp.Seconds()
		return intensity{{rise, 0, p.Rate}, {all - rise, p.Rate, p.Rate}}
	case Spike:
		spike := p.Spike.Seconds()
		before := p.WarmUp.Seconds() + (p.Duration.Seconds()-spike)/2
		return intensity{{before, p.Rate, p.Rate}, {spike, p.SpikeRate, p.SpikeRate}, {all - before - spike, p.Rate, p.Rate}}
	}
	return intensity{{all, p.Rate, p.Rate}}
}

// pings is the rate of pings, which no profile changes. After the load, when
// calls in flight are still waited for, sockets are only kept from falling idle.
func (p *Plan) pings() intensity {
	idle := float64(p.Sessions) / quiet.Seconds()
	return intensity{{(p.WarmUp + p.Duration).Seconds(), p.keepAlive(), p.keepAlive()}, {(p.Timeout + p.Settle + time.Minute).Seconds(), idle, idle}}
}

// after is the instant by which a number of arrivals is expected; false when
// there are not as many.
func (in intensity) after(arrivals float64) (time.Duration, bool) {
	start := 0.0
	for _, p := range in {
		whole := p.span * (p.rate + p.end) / 2
		if arrivals < whole {
			return time.Duration((start + p.within(arrivals)) * float64(time.Second)), true
		}
		arrivals -= whole
		start += p.span
	}
	return 0, false
}

// within solves rate t + (end-rate)/(2 span) t² = arrivals for t, in the form
// that also holds for a rate that does not change.
func (p piece) within(arrivals float64) float64 {
	slope := (p.end - p.rate) / p.span
	root := math.Sqrt(max(0, p.rate*p.rate+2*slope*arrivals))
	if p.rate+root == 0 {
		return 0
	}
	return 2 * arrivals / (p.rate + root)
}
