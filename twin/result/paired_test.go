package result

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// waiting is a result whose replications have the given average waits in s; a
// negative one leaves its only person on the landing.
func waiting(t testing.TB, dispatcher string, waits ...float64) *File {
	t.Helper()
	h := twoBanks()
	h.Dispatcher = dispatcher
	var reps []Replication
	for i, w := range waits {
		trip := ride(600, 600+w, 600+w+2, 700+w)
		if w < 0 {
			trip.Outcome, trip.Opening, trip.Board, trip.Reached, trip.Alight, trip.Car = Censored, None, None, None, None, None
		}
		r := recording{rep: i, trips: []Trip{trip}, end: h.Duration}
		reps = append(reps, Replication{Rep: i, Seed: h.Seed, Digest: dispatcher, End: r.end, Summary: r.summary(t, h)})
	}
	f, err := NewFile(h, reps, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFindings(t *testing.T) {
	for _, c := range []struct {
		why     string
		base, b []float64
		n       int
		mean    float64 // NaN = none
		half    float64 // NaN = none
		finding string
	}{
		{"a gain that three replications do not establish", []float64{10, 30, 50}, []float64{8, 29, 47}, 3, -2, 2.4841, NoDifference},
		{"nor do they a loss", []float64{8, 29, 47}, []float64{10, 30, 50}, 3, 2, 2.4841, NoDifference},
		{"an interval that excludes 0 below is better", []float64{10, 30, 50, 20}, []float64{8, 28, 47, 18}, 4, -2.25, 0.79563, Better},
		{"an interval that excludes 0 above is worse", []float64{8, 28, 47, 18}, []float64{10, 30, 50, 20}, 4, 2.25, 0.79563, Worse},
		{"the same results show no difference", []float64{10, 30}, []float64{10, 30}, 2, 0, 0, NoDifference},
		{"the same gain in all replications needs no width", []float64{10, 30}, []float64{9, 29}, 2, -1, 0, Better},
		{"one replication gives the difference and no finding", []float64{10}, []float64{8}, 1, -2, math.NaN(), "not given: one replication"},
		{"a withheld replication gives no finding, though the others would", []float64{10, 30, 50}, []float64{8, 28, -1}, 2, -2, 0, "not given: 1 of 3 replications are withheld: 1 of 1 journeys"},
		{"nothing to pair gives nothing", []float64{-1, -1}, []float64{8, 9}, 0, math.NaN(), math.NaN(), "not given: 1 of 1 journeys"},
	} {
		comparison, err := Compare([]*File{waiting(t, "eta", c.base...), waiting(t, "etd", c.b...)})
		if err != nil {
			t.Errorf("%s: %v", c.why, err)
			continue
		}
		p := comparison.Pairs[0]
		if p.Metric != "awt" || p.B != 1 || p.N != c.n || !same(p.Mean, c.mean) || !same(p.Half, c.half) || !strings.HasPrefix(p.Finding, c.finding) {
			t.Errorf("%s: %s of %d: %s ± %s, %q; want %d, %v ± %v, %q", c.why, p.Metric, p.N, number(p.Mean), number(p.Half), p.Finding, c.n, c.mean, c.half, c.finding)
		}
	}
}

func same(got *float64, want float64) bool {
	if got == nil || math.IsNaN(want) {
		return got == nil && math.IsNaN(want)
	}
	return math.Abs(*got-want) < 1e-4
}

func TestCompareRefusesOtherPeople(t *testing.T) {
	base := waiting(t, "eta", 10, 20)
	for _, c := range []struct {
		text   string
		change func(*File)
	}{
		{"scenarios differ", func(f *File) { f.Header.ScenarioHash = "other" }},
		{"seeds are", func(f *File) { f.Header.Seed++ }},
		{"windows are", func(f *File) { f.Header.From++ }},
		{"1 and 2 replications", func(f *File) { f.Replications = f.Replications[:1] }},
		{"replication 3 stands", func(f *File) { f.Replications[1].Rep = 3 }},
		{"replication 1: their seeds", func(f *File) { f.Replications[1].Seed++ }},
		{"passenger lists", func(f *File) { f.Replications[1].List = "std-1.csv" }},
	} {
		other := waiting(t, "etd", 10, 20)
		c.change(other)
		if _, err := Compare([]*File{base, base, other}); err == nil || !strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), "result 3 (etd)") {
			t.Errorf("error %v, want one that says %q of result 3", err, c.text)
		}
	}
	if _, err := Compare([]*File{base}); err == nil {
		t.Error("a comparison of one is accepted")
	}
}

func TestComparisonRoundTrip(t *testing.T) {
	c, err := Compare([]*File{waiting(t, "eta", 10, 20), waiting(t, "etd", 8, 19), waiting(t, "zoned", 30, -1)})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Pairs) != 2*len(paired) || c.Pairs[len(paired)].B != 2 {
		t.Fatalf("%d pairs of 2 dispatchers and %d metrics", len(c.Pairs), len(paired))
	}
	var first, second bytes.Buffer
	if err := WriteComparison(&first, c); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "comparison.json")
	if err := os.WriteFile(path, first.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	again, err := ReadComparison(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteComparison(&second, again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("what is written, read and written again differs")
	}
	good := first.String()
	for _, c := range []struct{ why, text, says string }{
		{"an empty file", "", "empty"},
		{"a result", string(written(t, waiting(t, "eta", 1))), "no comparison.json"},
		{"another schema", strings.Replace(good, `"schema": 2`, `"schema": 1`, 1), "schema 1"},
		{"an unknown field", strings.Replace(good, `"pairs"`, `"colour": 1, "pairs"`, 1), "colour"},
		{"a changed finding", strings.Replace(good, NoDifference, Better, 1), "not what its runs give"},
		{"half a file", good[:len(good)/2], "truncated"},
	} {
		if _, err := parseComparison([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", c.why, err, c.says)
		}
	}
}
