package attack

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Z95 is the quantile of the normal distribution for intervals of 95 %.
const Z95 = 1.959963984540054

// Alpha is how improbable chance must be before it is ruled out. An audit makes
// many tests and must not fail by bad luck.
const Alpha = 1e-6

// Rate is how many tries of an attack succeeded.
type Rate struct{ Hits, Tries int }

// Share is the observed share of successes, 0 without tries.
func (r Rate) Share() float64 {
	if r.Tries == 0 {
		return 0
	}
	return float64(r.Hits) / float64(r.Tries)
}

// wilson gives centre and half-width of the Wilson score interval:
// (s + z²/2)/(n + z²) and z/(n + z²)·√(s(n−s)/n + z²/4).
func (r Rate) wilson(z float64) (centre, half float64) {
	if r.Tries == 0 {
		return 0.5, 0.5
	}
	s, n := float64(r.Hits), float64(r.Tries)
	return (s + z*z/2) / (n + z*z), z / (n + z*z) * math.Sqrt(s*(n-s)/n+z*z/4)
}

// Interval is the Wilson score interval of the share (Wilson, JASA 22, 1927).
// Without tries it is everything from 0 to 1.
func (r Rate) Interval(z float64) (low, high float64) {
	centre, half := r.wilson(z)
	return max(0, centre-half), min(1, centre+half)
}

// Risk is what an attack achieves beyond its control, with the half-width of
// its interval.
type Risk struct{ Value, Error float64 }

// Upper is the upper bound of the risk.
func (r Risk) Upper() float64 { return r.Value + r.Error }

// Residual is the risk that remains of an attack when what a control achieves
// is taken off, R = (a − c)/(1 − c), with its error by propagation,
// σ² = (σa/(1−c))² + (σc(a−1)/(1−c)²)², as Anonymeter has it (Giomi et al.,
// PoPETs 2023). a and c are the centres of Wilson intervals.
func Residual(attack, control Rate, z float64) Risk {
	a, da := attack.wilson(z)
	c, dc := control.wilson(z)
	if c >= 1 {
		return Risk{0, 1}
	}
	return Risk{(a - c) / (1 - c), math.Hypot(da/(1-c), dc*(a-1)/((1-c)*(1-c)))}
}

// Chance is the probability that so many tries or more succeed where each does
// with probability p: the upper tail of a binomial distribution.
func (r Rate) Chance(p float64) float64 {
	switch {
	case r.Hits <= 0:
		return 1
	case p <= 0:
		return 0
	case p >= 1:
		return 1
	}
	return mathext.RegIncBeta(float64(r.Hits), float64(r.Tries-r.Hits+1), p)
}
