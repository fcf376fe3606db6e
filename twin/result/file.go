package result

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// NewFile makes the result of a study from its replications: their total, all
// metrics, and the digest over theirs. It sorts the replications by number.
// Verdicts are added with [File.Expect]. Path and cut are a
// [SegmentRecorder]'s; a nil path is an empty one.
func NewFile(h Header, replications []Replication, path []Segment, cut bool) (*File, error) {
	f := &File{Header: h, Replications: slices.Clone(replications), Path: path, PathCut: cut, Verdicts: []Verdict{}}
	if f.Path == nil {
		f.Path = []Segment{}
	}
	if err := h.Validate(); err != nil {
		return nil, err
	}
	slices.SortFunc(f.Replications, func(a, b Replication) int { return cmp.Compare(a.Rep, b.Rep) })
	digests := sha256.New()
	parts := make([]*Summary, len(f.Replications))
	for i, r := range f.Replications {
		if r.Summary == nil {
			return nil, fmt.Errorf("result: replication %d has no summary", r.Rep)
		}
		if i > 0 && r.Rep == f.Replications[i-1].Rep {
			return nil, fmt.Errorf("result: replication %d is there twice", r.Rep)
		}
		parts[i] = r.Summary
		digests.Write([]byte(r.Digest + "\n"))
	}
	total, err := Merge(parts...)
	if err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	f.Total = total
	f.Digest = hex.EncodeToString(digests.Sum(nil))
	f.Metrics = make(map[string]*Metric, len(metrics))
	for _, d := range metrics {
		if f.Metrics[d.Name], err = d.over(f); err != nil {
			return nil, fmt.Errorf("result: metric %s: %w", d.Name, err)
		}
	}
	return f, nil
}

// over gives the metric over all replications: the value from their merged
// sums, the half-width from the spread of their values.
func (d Definition) over(f *File) (*Metric, error) {
	m := &Metric{Unit: d.Unit}
	var values []float64
	for _, r := range f.Replications {
		if v, withheld := d.Of(&f.Header, r.Summary); withheld == "" {
			values = append(values, v)
		}
	}
	m.N = len(values)
	v, withheld := d.Of(&f.Header, f.Total)
	if withheld != "" {
		m.Withheld = withheld
		return m, nil
	}
	m.Value = &v
	if d.single || len(values) < 2 {
		return m, nil
	}
	_, half, err := TInterval(values, f.Header.Confidence)
	if err != nil {
		return nil, err
	}
	m.Half = &half
	return m, nil
}

// Judge says whether metric op bound holds over all replications of a file.
// Op is one of <=, <, >=, >; values are compared as they are, not as they are
// shown. A withheld metric fails; one that does not apply to the run (see
// [Inapplicable]) is not asked for. An unknown metric or operator is an error.
func Judge(metric, op string, bound float64, text string, f *File) (Verdict, error) {
	d, ok := Lookup(metric)
	if !ok {
		return Verdict{}, fmt.Errorf("expectation %q: unknown metric %q: known are %s", text, metric, names())
	}
	holds, err := operator(op, bound)
	if err != nil {
		return Verdict{}, fmt.Errorf("expectation %q: %w", text, err)
	}
	v := Verdict{Text: text, Metric: metric, Op: op, Bound: bound, Unit: d.Unit}
	m := f.Metrics[metric]
	unasked := Inapplicable(metric, &f.Header)
	switch {
	case unasked != "":
		v.Unasked, v.Pass = unasked, true
	case m == nil:
		v.Why = "the result does not hold this figure"
	case m.Value == nil:
		v.Why = "withheld: " + m.Withheld
	case holds(*m.Value):
		v.Value, v.Pass = copied(m.Value), true
	default:
		v.Value = copied(m.Value)
		is, limit := apart(*m.Value, bound)
		v.Why = fmt.Sprintf("%s is %s %s, not %s %s %s", metric, is, d.Unit, op, limit, d.Unit)
	}
	return v, nil
}

// Expect judges one expectation and adds the verdict to the file.
func (f *File) Expect(metric, op string, bound float64, text string) error {
	v, err := Judge(metric, op, bound, text, f)
	if err == nil {
		f.Verdicts = append(f.Verdicts, v)
	}
	return err
}

// operator gives the test "op bound".
func operator(op string, bound float64) (func(float64) bool, error) {
	if bound != bound {
		return nil, fmt.Errorf("the bound is not a number")
	}
	switch op {
	case "<=":
		return func(v float64) bool { return v <= bound }, nil
	case "<":
		return func(v float64) bool { return v < bound }, nil
	case ">=":
		return func(v float64) bool { return v >= bound }, nil
	case ">":
		return func(v float64) bool { return v > bound }, nil
	}
	return nil, fmt.Errorf("unknown operator %q: known are <=, <, >= and >", op)
}

func copied(v *float64) *float64 {
	c := *v
	return &c
}

func names() string {
	var all []byte
	for i, d := range metrics {
		if i > 0 {
			all = append(all, ", "...)
		}
		all = append(all, d.Name...)
	}
	return string(all)
}

// apart writes a value and the bound it is held to for people: four significant
// digits, or all of them where four could not tell the two apart.
func apart(v, bound float64) (string, string) {
	short := func(x float64) string {
		if math.Abs(x) >= 1e4 {
			return strconv.FormatFloat(x, 'f', 0, 64)
		}
		return strconv.FormatFloat(x, 'g', 4, 64)
	}
	if short(v) != short(bound) {
		return short(v), short(bound)
	}
	return strconv.FormatFloat(v, 'f', -1, 64), strconv.FormatFloat(bound, 'f', -1, 64)
}
