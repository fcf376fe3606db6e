package people

import (
	"math/rand/v2"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/draw"
)

// perSecond turns people per 5 min into people per second.
const perSecond = 1.0 / 300

// stretch is a span of constant rate.
type stretch struct {
	start, end scenarios.Instant
	rate       float64 // people per second
}

// arrivals is a Poisson process of groups with a rate that is constant by
// stretches, which may come again and again. One exponential draw a group is used up along the stretches, so
// that borders are exact and a silent stretch costs no draw.
type arrivals struct {
	stretches []stretch
	until     scenarios.Instant
	repeat    time.Duration     // after which the stretches come again; 0 = they come once
	base      scenarios.Instant // of this round
	now       int               // stretch
	offset    float64           // s into it
	mean      float64           // people a group
	lnQ       float64           // of the probability of another member; used when mean > 1
	instants  rand.PCG
	sizes     rand.PCG
}

// newArrivals cuts the stretches to [0, until), and with a repeat lets them come
// again after each such time. A mean group of 1 or less is single people.
func newArrivals(o draw.Owner, stretches []stretch, until scenarios.Instant, repeat time.Duration, mean float64) arrivals {
	a := arrivals{stretches: stretches, until: until, repeat: repeat, mean: 1, instants: o.Stream("instants"), sizes: o.Stream("group sizes")}
	if mean > 1 {
		a.mean, a.lnQ = mean, draw.Ln(1-1/mean)
	}
	return a
}

// next is the instant, the stretch and the size of the next group; false when
// no more come.
func (a *arrivals) next() (at scenarios.Instant, in int, size int64, ok bool) {
	e := draw.Exponential(a.instants.Uint64())
	for a.now < len(a.stretches) || a.again() {
		s := &a.stretches[a.now]
		start, end := a.cut(s.start), a.cut(s.end)
		rate := s.rate / a.mean
		left := (end - start).Seconds() - a.offset
		if rate > 0 && e < left*rate {
			a.offset += e / rate
			at = start + time.Duration(a.offset*1e6)*time.Microsecond
			size = 1
			if a.mean > 1 {
				size = draw.Geometric(a.sizes.Uint64(), a.lnQ)
			}
			return min(at, end-1), a.now, size, true
		}
		e -= float64(left * rate)
		a.now++
		a.offset = 0
	}
	return 0, 0, 0, false
}

// cut is an instant of this round within [0, until].
func (a *arrivals) cut(at scenarios.Instant) scenarios.Instant {
	return min(max(at, 0)+a.base, a.until)
}

// again begins another round of the stretches; false when there is none.
func (a *arrivals) again() bool {
	if a.repeat <= 0 || len(a.stretches) == 0 || a.until-a.base <= a.repeat {
		return false
	}
	a.base += a.repeat
	a.now = 0
	return true
}
