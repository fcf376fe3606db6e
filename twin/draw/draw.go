package draw

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/bits"
	"math/rand/v2"
	"time"

	"hoistway/scenarios"
)

// Owner names whose draws they are.
type Owner struct {
	Seed         uint64
	Replication  int    // from 0
	Kind, Name   string // what it is ("stream", "visitor", "residents", "event"), and its name
	Tenant       string // of a stream; "" when its tenants share the draws
	HasOwnTenant bool
}

// Stream is the owner's random stream for a purpose. Names are hashed with
// their lengths, so that no two owners can share one.
func (o Owner) Stream(purpose string) rand.PCG {
	b := make([]byte, 0, 128)
	text := func(s string) {
		b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
	}
	text("hoistway people 1")
	b = binary.BigEndian.AppendUint64(b, o.Seed)
	b = binary.BigEndian.AppendUint64(b, uint64(o.Replication))
	text(o.Kind)
	text(o.Name)
	if o.HasOwnTenant {
		text("tenant")
		text(o.Tenant)
	}
	text(purpose)
	sum := sha256.Sum256(b)
	return *rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16]))
}

// Unit turns a draw into a number in [0, 1).
func Unit(draw uint64) float64 { return float64(draw>>11) * 0x1p-53 }

// Below turns a draw into a whole number in [0, n).
func Below(draw uint64, n uint64) uint64 {
	hi, _ := bits.Mul64(draw, n)
	return hi
}

// Span turns a draw into a duration in [0, d), in whole microseconds.
func Span(draw uint64, d time.Duration) time.Duration {
	return time.Duration(Below(draw, uint64(d/time.Microsecond))) * time.Microsecond
}

// Exponential turns a draw into an exponential variate of mean 1.
func Exponential(draw uint64) float64 { return -Ln(1 - Unit(draw)) }

// Geometric turns a draw into a group size 1, 2, ... where lnQ is the natural
// logarithm of the probability that a group has another member.
func Geometric(draw uint64, lnQ float64) int64 {
	return 1 + int64(Ln(1-Unit(draw))/lnQ)
}

// Further is the generator for one person that is seeded by a draw: SplitMix64
// of G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number
// generators", OOPSLA 2014.
type Further uint64

// Draw is the next number.
func (f *Further) Draw() uint64 {
	*f += 0x9e3779b97f4a7c15
	z := uint64(*f)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Normal is a standard normal variate by the polar method of G. Marsaglia.
func (f *Further) Normal() float64 {
	for {
		x, y := 2*Unit(f.Draw())-1, 2*Unit(f.Draw())-1
		if s := float64(x*x) + float64(y*y); s < 1 && s > 0 {
			return x * math.Sqrt(-2*Ln(s)/s)
		}
	}
}

// tries bounds the search for a variate within a distribution's limits. Limits
// that hold a thousandth of the distribution are met within it in 63 % of
// cases; limits of practice, in all.
const tries = 1000

// Sample turns a draw into a variate of a normal distribution cut to its
// limits, by rejection. When every try falls outside, it is the value within
// the limits that is nearest to the mean.
func Sample(draw uint64, d *scenarios.Dist) float64 {
	if d.SD == 0 || math.IsInf(d.Mean, 0) {
		return d.Mean
	}
	f := Further(draw)
	for range tries {
		if v := d.Mean + float64(d.SD*f.Normal()); v >= d.Min && v <= d.Max {
			return v
		}
	}
	return math.Min(math.Max(d.Mean, d.Min), d.Max)
}

// Ln is the natural logarithm of x > 0 within two units in the last place of
// the greater of 1 and the result: the series of the inverse hyperbolic
// tangent, ln m = 2 (s + s^3/3 + s^5/5 + ...) with s = (m-1)/(m+1), for m
// between sqrt(1/2) and sqrt(2).
func Ln(x float64) float64 {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		e--
	}
	s := (m - 1) / (m + 1)
	z := s * s
	// Two sums of every other term, so that a processor can work on both.
	w := z * z
	odd := series(w, 1.0/3, 1.0/7, 1.0/11, 1.0/15, 1.0/19)
	even := series(w, 1, 1.0/5, 1.0/9, 1.0/13, 1.0/17)
	even = even + float64(float64(w*w*w)*float64(w*w))/21
	sum := even + float64(z*odd)
	return float64(float64(e)*math.Ln2) + float64(2*s*sum)
}

// series is a + b w + c w^2 + d w^3 + e w^4.
func series(w, a, b, c, d, e float64) float64 {
	v := float64(e*w) + d
	v = float64(v*w) + c
	v = float64(v*w) + b
	return float64(v*w) + a
}
