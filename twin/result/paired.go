package result

import (
	"cmp"
	"fmt"
	"slices"
)

// paired are the metrics a comparison gives, all of them better when lower.
var paired = []string{"awt", "awt_to_boarding", "att", "ttd", "wait_p90", "wait_over_60", "ttd_p90", "squared_wait", "remote_awt"}

// The findings of a comparison.
const (
	Better       = "better"
	Worse        = "worse"
	NoDifference = "no difference shown"
)

// Compare holds results of the same people under several dispatchers, or with
// and without calls from the phone, against the first one. Each replication gives one difference, with the same people
// on both sides; the mean difference and its t-interval are over replications.
// A finding is better or worse only if the interval excludes 0. One
// replication gives the difference and no finding, and neither is found when a
// replication is withheld on either side: those left would be the mild ones.
//
// It refuses results that are not paired: of different scenarios, seeds,
// passenger lists, windows or numbers of replications.
func Compare(runs []*File) (*Comparison, error) {
	if len(runs) < 2 {
		return nil, fmt.Errorf("comparison: %d results: two at least are needed", len(runs))
	}
	c := &Comparison{Runs: slices.Clone(runs), Pairs: []Pair{}}
	for i, f := range runs[1:] {
		if err := samePeople(runs[0], f); err != nil {
			return nil, fmt.Errorf("comparison: result %d (%s) and result 1 (%s) are not of the same people: %w",
				i+2, f.Header.Name(), runs[0].Header.Name(), err)
		}
	}
	for b := 1; b < len(runs); b++ {
		pairs, err := pairs(runs[0], runs[b], b)
		if err != nil {
			return nil, fmt.Errorf("comparison: %w", err)
		}
		c.Pairs = append(c.Pairs, pairs...)
	}
	var err error
	if c.Foreknowledge, err = foreknowledge(runs); err != nil {
		return nil, fmt.Errorf("comparison: %w", err)
	}
	return c, nil
}

// pairs gives the paired metrics that apply to both runs, of run number n less
// the base.
func pairs(base, run *File, n int) ([]Pair, error) {
	var all []Pair
	for _, name := range paired {
		if Inapplicable(name, &base.Header) != "" || Inapplicable(name, &run.Header) != "" {
			continue
		}
		p, err := pair(name, base, run)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		p.B = n
		all = append(all, p)
	}
	return all, nil
}

// samePeople says why two results are not paired.
func samePeople(a, b *File) error {
	switch {
	case a.Header.ScenarioHash != b.Header.ScenarioHash:
		return fmt.Errorf("their scenarios differ: %s (%.12s) and %s (%.12s)", b.Header.Scenario, b.Header.ScenarioHash, a.Header.Scenario, a.Header.ScenarioHash)
	case a.Header.Seed != b.Header.Seed:
		return fmt.Errorf("their seeds are %d and %d: run both with the same --seed", b.Header.Seed, a.Header.Seed)
	case a.Header.From != b.Header.From || a.Header.To != b.Header.To:
		return fmt.Errorf("their windows are %v to %v and %v to %v", b.Header.From, b.Header.To, a.Header.From, a.Header.To)
	case len(a.Replications) != len(b.Replications):
		return fmt.Errorf("they have %d and %d replications: run both with the same --replications", len(b.Replications), len(a.Replications))
	}
	for i := range a.Replications {
		x, y := &a.Replications[i], &b.Replications[i]
		switch {
		case x.Rep != y.Rep:
			return fmt.Errorf("replication %d stands where the other has %d", y.Rep, x.Rep)
		case x.Seed != y.Seed:
			return fmt.Errorf("replication %d: their seeds are %d and %d", x.Rep, y.Seed, x.Seed)
		case x.List != y.List:
			return fmt.Errorf("replication %d: their passenger lists are %q and %q", x.Rep, y.List, x.List)
		}
	}
	return nil
}

// pair gives one metric of b minus that of a.
func pair(name string, a, b *File) (Pair, error) {
	d, ok := Lookup(name)
	if !ok {
		panic("BUG: the comparison names the unknown metric " + name)
	}
	p := Pair{Metric: name, Unit: d.Unit}
	var differences []float64
	why := ""
	for i := range a.Replications {
		x, notA := d.Of(&a.Header, a.Replications[i].Summary)
		y, notB := d.Of(&b.Header, b.Replications[i].Summary)
		switch {
		case notA != "":
			why = cmp.Or(why, notA)
		case notB != "":
			why = cmp.Or(why, notB)
		default:
			differences = append(differences, y-x)
		}
	}
	p.N = len(differences)
	switch p.N {
	case 0:
		p.Finding = "not given: " + cmp.Or(why, "there is no replication")
		return p, nil
	case 1:
		p.Mean = &differences[0]
		p.Finding = "not given: one replication shows no spread"
	default:
		mean, half, err := TInterval(differences, a.Header.Confidence)
		if err != nil {
			return p, err
		}
		p.Mean, p.Half = &mean, &half
		switch {
		case mean+half < 0:
			p.Finding = Better
		case mean-half > 0:
			p.Finding = Worse
		default:
			p.Finding = NoDifference
		}
	}
	if left := len(a.Replications) - p.N; left > 0 {
		p.Finding = fmt.Sprintf("not given: %d of %d replications are withheld: %s", left, len(a.Replications), why)
	}
	return p, nil
}

// check says where a comparison does not agree with itself.
func (c *Comparison) check() error {
	for i, f := range c.Runs {
		if f == nil {
			return fmt.Errorf("run %d is null", i+1)
		}
		if err := f.check(); err != nil {
			return fmt.Errorf("run %d: %w", i+1, err)
		}
	}
	again, err := Compare(c.Runs)
	if err != nil {
		return err
	}
	if err := samePairs(c.Pairs, again.Pairs); err != nil {
		return err
	}
	if len(again.Foreknowledge) != len(c.Foreknowledge) {
		return fmt.Errorf("it holds %d pairs of runs with and without calls from the phone, not %d", len(c.Foreknowledge), len(again.Foreknowledge))
	}
	for i, k := range c.Foreknowledge {
		if l := again.Foreknowledge[i]; k.Remote != l.Remote || k.Buttons != l.Buttons || k.N != l.N || k.Claimed != l.Claimed || k.Finding != l.Finding {
			return fmt.Errorf("what it says of calls from the phone (%d) is not what its runs give", i+1)
		}
		if err := samePairs(k.Everybody, again.Foreknowledge[i].Everybody); err != nil {
			return fmt.Errorf("what it says of everybody beside calls from the phone (%d): %w", i+1, err)
		}
	}
	return nil
}

// samePairs says where pairs are not those that the runs give.
func samePairs(pairs, again []Pair) error {
	if len(again) != len(pairs) {
		return fmt.Errorf("it has %d pairs, not %d", len(pairs), len(again))
	}
	for i, p := range pairs {
		q := again[i]
		if p.Metric != q.Metric || p.B != q.B || p.N != q.N || p.Unit != q.Unit || p.Finding != q.Finding ||
			(p.Mean == nil) != (q.Mean == nil) || (p.Half == nil) != (q.Half == nil) {
			return fmt.Errorf("pair %d (%s) is not what its runs give", i+1, p.Metric)
		}
	}
	return nil
}
