package result

import (
	"fmt"
	"math"
	"math/bits"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Sample is a distribution of durations: exact integer count and sums, exact
// counts above 30, 60 and 90 s, and an HDR histogram in milliseconds (three
// significant digits) for percentiles. The zero Sample is empty and ready to
// use. A Sample must not be copied while it still takes values.
type Sample struct {
	n          int64
	sum        wide // ns
	squares    wide // ns2
	max        time.Duration
	over30     int64
	over60     int64
	over90     int64
	aboveRange int64 // values above sampleRange: in every figure but the histogram

	// At most one of the two is set. Values are recorded into the dense form;
	// seal turns it into the packed one, some twenty times smaller.
	dense  *hdrhistogram.Histogram
	packed *hdrhistogram.PackedHistogram
}

// The histogram counts milliseconds from 0 to a day. A dense one starts with
// the short range, which nearly all waits and rides fit.
const (
	sampleDigits = 3
	sampleRange  = 24 * time.Hour
	longestMs    = int64(sampleRange / time.Millisecond)
	shortestMs   = int64(1)
	shortMs      = int64(1)<<17 - 1 // 131 s
)

// Add counts one duration. It does not allocate but for the first value and
// for the first one above 131 s. A negative duration is a bug of the caller.
func (s *Sample) Add(d time.Duration) {
	if d < 0 {
		panic(fmt.Sprintf("BUG: a sample is given the negative duration %d ns", int64(d)))
	}
	s.n++
	s.sum.add(0, uint64(d))
	s.squares.add(bits.Mul64(uint64(d), uint64(d)))
	s.max = max(s.max, d)
	if d > 30*time.Second {
		s.over30++
		if d > 60*time.Second {
			s.over60++
			if d > 90*time.Second {
				s.over90++
			}
		}
	}
	if d > sampleRange {
		s.aboveRange++
		return
	}
	s.count(int64((d+time.Millisecond/2)/time.Millisecond), 1)
}

// count puts n values of ms milliseconds into the histogram.
func (s *Sample) count(ms, n int64) {
	if s.dense == nil || ms > s.dense.HighestTrackableValue() {
		s.widen(ms)
	}
	if err := s.dense.RecordValues(ms, n); err != nil {
		panic(fmt.Sprintf("BUG: a sample's histogram refuses %d ms: %v", ms, err))
	}
}

// widen gives the sample a dense histogram that holds ms beside all it has.
func (s *Sample) widen(ms int64) {
	highest := shortMs
	if ms > highest || s.packed != nil && s.packed.Max() > highest {
		highest = longestMs
	}
	wider := hdrhistogram.New(shortestMs, highest, sampleDigits)
	var lost int64
	if s.dense != nil {
		lost += wider.Merge(s.dense)
	}
	if s.packed != nil {
		lost += s.packed.MergeInto(wider)
	}
	if lost > 0 {
		panic(fmt.Sprintf("BUG: a sample's histogram lost %d values when it grew", lost))
	}
	s.dense, s.packed = wider, nil
}

// seal packs the histogram of a sample that takes no more values. Adding to a
// sealed sample works, and unpacks it again.
func (s *Sample) seal() {
	if s.dense == nil {
		return
	}
	s.packed = newPacked()
	s.packed.MergeFrom(s.dense)
	s.packed.Compact()
	s.dense = nil
}

func newPacked() *hdrhistogram.PackedHistogram {
	return hdrhistogram.NewPacked(shortestMs, longestMs, sampleDigits)
}

// Merge adds the values of o, which stays as it is.
func (s *Sample) Merge(o *Sample) {
	for ms, n := range o.Buckets {
		s.count(ms, n)
	}
	s.n += o.n
	s.sum.add(o.sum.hi, o.sum.lo)
	s.squares.add(o.squares.hi, o.squares.lo)
	s.max = max(s.max, o.max)
	s.over30 += o.over30
	s.over60 += o.over60
	s.over90 += o.over90
	s.aboveRange += o.aboveRange
}

// Buckets visits the histogram's filled buckets upward: the least value in
// milliseconds that falls into the bucket, and the count. A bucket is 1 ms wide
// below 2.048 s and less than 0.1 % of its values above. Values are rounded to the
// nearest millisecond; those above 24 h are in no bucket. Usable with range.
func (s *Sample) Buckets(visit func(ms, n int64) bool) {
	switch {
	case s.packed != nil:
		s.packed.ForEachBucket(visit)
	case s.dense != nil:
		for _, b := range s.dense.Distribution() {
			if b.Count > 0 && !visit(b.From, b.Count) {
				return
			}
		}
	}
}

// N is the number of values.
func (s *Sample) N() int64 { return s.n }

// Max is the largest value, exact; 0 of an empty sample.
func (s *Sample) Max() time.Duration { return s.max }

// Sum is the sum in seconds; 0 of an empty sample.
func (s *Sample) Sum() float64 { return s.sum.float() / 1e9 }

// Mean is the exact mean in seconds; NaN of an empty sample.
func (s *Sample) Mean() float64 { return s.sum.float() / float64(s.n) / 1e9 }

// MeanSquare is the exact mean of squares in s2; NaN of an empty sample.
func (s *Sample) MeanSquare() float64 { return s.squares.float() / float64(s.n) / 1e18 }

// Quantile is the q-quantile by nearest rank, the ceil(q*N)-th smallest value,
// for q in [0, 1]. It is rounded up to the end of its histogram bucket, by less
// than 0.1 % or 1 ms, but never above Max: a bound that a quantile meets, the
// people met. A rank among values above 24 h gives Max. 0 of an empty sample.
func (s *Sample) Quantile(q float64) time.Duration {
	if s.n == 0 {
		return 0
	}
	rank := min(max(int64(math.Ceil(q*float64(s.n))), 1), s.n)
	inside := s.n - s.aboveRange
	if rank > inside {
		return s.max
	}
	percentile := 100 * float64(rank) / float64(inside)
	var ms int64
	if s.packed != nil {
		ms = s.packed.ValueAtPercentile(percentile)
	} else {
		ms = s.dense.ValueAtPercentile(percentile)
	}
	return min(time.Duration(ms)*time.Millisecond, s.max)
}

// Over is the share of values above a threshold, in [0, 1]; NaN of an empty
// sample. It is exact for 30, 60 and 90 s; for others a value counts when its
// whole histogram bucket lies above.
func (s *Sample) Over(threshold time.Duration) float64 {
	return float64(s.above(threshold)) / float64(s.n)
}

func (s *Sample) above(threshold time.Duration) int64 {
	switch threshold {
	case 30 * time.Second:
		return s.over30
	case 60 * time.Second:
		return s.over60
	case 90 * time.Second:
		return s.over90
	}
	n := s.aboveRange
	if threshold >= sampleRange && s.max <= threshold {
		n = 0
	}
	for ms, count := range s.Buckets {
		if time.Duration(ms)*time.Millisecond > threshold {
			n += count
		}
	}
	return n
}

// wide is an unsigned integer of 128 bits: squares of nanoseconds need it.
// It holds the squares of 45 thousand million waits of a day.
type wide struct{ hi, lo uint64 }

func (w *wide) add(hi, lo uint64) {
	var carry uint64
	w.lo, carry = bits.Add64(w.lo, lo, 0)
	w.hi, carry = bits.Add64(w.hi, hi, carry)
	if carry != 0 {
		panic("BUG: a sample's sum passes 128 bits")
	}
}

func (w wide) float() float64 {
	return float64(float64(w.hi)*(1<<64)) + float64(w.lo)
}
