package result

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"time"
)

// sampleJSON is the written form of a Sample. Sums are exact integers and may
// pass 64 bits. Histogram is [ms, count, ms, count, ...] upward, ms as in
// [Sample.Buckets].
type sampleJSON struct {
	N         *int64       `json:"n"`
	Sum       *json.Number `json:"sum_ns"`
	Squares   *json.Number `json:"squares_ns2"`
	Max       *int64       `json:"max_ns"`
	Over30    *int64       `json:"over_30s"`
	Over60    *int64       `json:"over_60s"`
	Over90    *int64       `json:"over_90s"`
	Above     *int64       `json:"over_24h"`
	Histogram []int64      `json:"histogram_ms"`
}

// MarshalJSON writes the sample: the same values give the same bytes, in
// whatever order they were added or merged.
func (s Sample) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 256)
	b = append(b, `{"n":`...)
	b = strconv.AppendInt(b, s.n, 10)
	b = append(b, `,"sum_ns":`...)
	b = s.sum.appendDecimal(b)
	b = append(b, `,"squares_ns2":`...)
	b = s.squares.appendDecimal(b)
	for _, f := range []struct {
		key   string
		value int64
	}{
		{"max_ns", int64(s.max)}, {"over_30s", s.over30}, {"over_60s", s.over60},
		{"over_90s", s.over90}, {"over_24h", s.aboveRange},
	} {
		b = append(b, `,"`...)
		b = append(b, f.key...)
		b = append(b, `":`...)
		b = strconv.AppendInt(b, f.value, 10)
	}
	b = append(b, `,"histogram_ms":[`...)
	first := true
	for ms, n := range s.Buckets {
		if !first {
			b = append(b, ',')
		}
		first = false
		b = strconv.AppendInt(b, ms, 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, n, 10)
	}
	return append(b, `]}`...), nil
}

// UnmarshalJSON reads what MarshalJSON writes and refuses a sample that no
// values could have given.
func (s *Sample) UnmarshalJSON(text []byte) error {
	var j sampleJSON
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	if j.N == nil || j.Sum == nil || j.Squares == nil || j.Max == nil || j.Over30 == nil || j.Over60 == nil ||
		j.Over90 == nil || j.Above == nil || j.Histogram == nil {
		return fmt.Errorf("sample: a field is missing: n, sum_ns, squares_ns2, max_ns, over_30s, over_60s, over_90s, over_24h and histogram_ms are needed")
	}
	r := Sample{n: *j.N, max: time.Duration(*j.Max), over30: *j.Over30, over60: *j.Over60, over90: *j.Over90, aboveRange: *j.Above}
	var err error
	if r.sum, err = parseWide(*j.Sum); err != nil {
		return fmt.Errorf("sample: sum_ns: %w", err)
	}
	if r.squares, err = parseWide(*j.Squares); err != nil {
		return fmt.Errorf("sample: squares_ns2: %w", err)
	}
	if err := r.fill(j.Histogram); err != nil {
		return fmt.Errorf("sample: histogram_ms: %w", err)
	}
	if err := r.consistent(); err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	*s = r
	return nil
}

// fill reads the pairs of a written histogram.
func (s *Sample) fill(pairs []int64) error {
	if len(pairs)%2 != 0 {
		return fmt.Errorf("%d numbers are not pairs", len(pairs))
	}
	if len(pairs) == 0 {
		return nil
	}
	p := newPacked()
	for i := 0; i < len(pairs); i += 2 {
		ms, n := pairs[i], pairs[i+1]
		if n <= 0 {
			return fmt.Errorf("a count of %d at %d ms: must be above 0", n, ms)
		}
		if ms < 0 || ms > longestMs {
			return fmt.Errorf("%d ms lies outside 0 to 24 h", ms)
		}
		if err := p.RecordValues(ms, n); err != nil {
			return fmt.Errorf("%d ms: %w", ms, err)
		}
	}
	i := 0
	ok := int(p.Populated())*2 == len(pairs)
	for ms := range p.ForEachBucket {
		ok = ok && pairs[i] == ms
		i += 2
	}
	if !ok {
		return fmt.Errorf("buckets must ascend, each named by its least value")
	}
	p.Compact()
	s.packed = p
	return nil
}

// consistent says what no set of values could have given.
func (s *Sample) consistent() error {
	inside := int64(0)
	if s.packed != nil {
		inside = s.packed.TotalCount()
	}
	switch {
	case s.n < 0 || s.aboveRange < 0 || s.over90 < 0 || s.max < 0:
		return fmt.Errorf("a count or the maximum is negative")
	case s.aboveRange > s.n || inside != s.n-s.aboveRange:
		return fmt.Errorf("n is %d, but the histogram and over_24h hold %d and %d", s.n, inside, s.aboveRange)
	case s.over30 > s.n || s.over60 > s.over30 || s.over90 > s.over60 || s.aboveRange > s.over90:
		return fmt.Errorf("the counts above 30 s, 60 s, 90 s and 24 h must fall and not pass n")
	case s.n == 0 && (s.sum != wide{} || s.squares != wide{} || s.max != 0):
		return fmt.Errorf("n is 0, but sum_ns, squares_ns2 or max_ns is not")
	}
	return nil
}

func (w wide) appendDecimal(b []byte) []byte {
	if w.hi == 0 {
		return strconv.AppendUint(b, w.lo, 10)
	}
	x := new(big.Int).SetUint64(w.hi)
	x.Lsh(x, 64).Or(x, new(big.Int).SetUint64(w.lo))
	return x.Append(b, 10)
}

func parseWide(n json.Number) (wide, error) {
	x, ok := new(big.Int).SetString(n.String(), 10)
	if !ok || x.Sign() < 0 || x.BitLen() > 128 {
		return wide{}, fmt.Errorf("%.60q is no whole number from 0 to 2^128-1", n.String())
	}
	lo := new(big.Int).And(x, new(big.Int).SetUint64(1<<64-1))
	return wide{hi: x.Rsh(x, 64).Uint64(), lo: lo.Uint64()}, nil
}
