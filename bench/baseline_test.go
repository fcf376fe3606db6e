package bench

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAgainst shows what counts as worse.
func TestAgainst(t *testing.T) {
	base := Figure{"peer-std", "eta", 6.9, 44, 30}
	for _, c := range []struct {
		sentence string
		now      Figure
		worse    []bool // waiting, time to destination, cost
	}{
		{"the same is not worse", base, []bool{false, false, false}},
		{"less is not worse", Figure{"peer-std", "eta", 5, 40, 10}, []bool{false, false, false}},
		{"waiting longer is worse", Figure{"peer-std", "eta", 6.902, 44, 30}, []bool{true, false, false}},
		{"a longer way to the destination is worse: waiting alone can be gamed", Figure{"peer-std", "eta", 6.9, 44.002, 30}, []bool{false, true, false}},
		{"half as fast is within the bound of a shared machine", Figure{"peer-std", "eta", 6.9, 44, 60}, []bool{false, false, false}},
		{"slower than that is worse", Figure{"peer-std", "eta", 6.9, 44, 60.1}, []bool{false, false, true}},
	} {
		findings, err := Against(Baseline{BaselineSchema, []Figure{base}}, []Figure{{"peer-tower", "eta", 1, 1, 1}, c.now})
		if err != nil {
			t.Errorf("%s: %v", c.sentence, err)
			continue
		}
		var worse []bool
		for _, f := range findings {
			worse = append(worse, f.Worse)
		}
		if diff := cmp.Diff(c.worse, worse); diff != "" {
			t.Errorf("%s:\n%s", c.sentence, diff)
		}
	}
	if _, err := Against(Baseline{BaselineSchema, []Figure{base}}, nil); err == nil {
		t.Error("a case that was not measured passed")
	}
}

// TestParseBaseline refuses what could not catch a regression.
func TestParseBaseline(t *testing.T) {
	good := Baseline{BaselineSchema, []Figure{{"peer-std", "eta", 6.9, 44, 30}}}
	back, err := ParseBaseline("x", good.Text())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(good, back); diff != "" {
		t.Errorf("a baseline reads back differently:\n%s", diff)
	}
	for _, c := range []struct{ sentence, text, want string }{
		{"an empty file", "", "not a baseline"},
		{"a key nobody knows", `{"schema":1,"figures":[],"awt":3}`, "unknown field"},
		{"another schema", `{"schema":2,"figures":[]}`, "schema 2"},
		{"no figures", `{"schema":1,"figures":[]}`, "no figures"},
		{"a figure without a value", `{"schema":1,"figures":[{"scenario":"peer-std","dispatcher":"eta","ttd_s":4,"cost":3}]}`, "not complete"},
	} {
		if _, err := ParseBaseline("x", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error is %v, want %q in it", c.sentence, err, c.want)
		}
	}
}

// TestCommitted expects the repository's baseline to cover every peer
// scenario: a case that is missing cannot get worse.
func TestCommitted(t *testing.T) {
	base, err := Committed()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range PeerCases() {
		if c.Dispatcher != "etd" {
			continue // the better of the classic policies under load; others may saturate
		}
		if _, ok := find(base.Figures, c.Scenario, c.Dispatcher); !ok {
			t.Errorf("the baseline lacks %s under %s", c.Scenario, c.Dispatcher)
		}
	}
}

// FuzzParseBaseline expects that what is accepted can be held against itself:
// nothing is worse, and the file reads back the same.
func FuzzParseBaseline(f *testing.F) {
	f.Add(committed)
	f.Add([]byte(`{"schema":1,"figures":[{"scenario":"a","dispatcher":"b","awt_to_boarding_s":1e300,"ttd_s":1e-300,"cost":1}]}`))
	f.Add([]byte(`{"schema":1,"figures":[{"scenario":"a","dispatcher":"b","awt_to_boarding_s":-1,"ttd_s":0,"cost":1}]}`))
	f.Add([]byte(`{"schema":1e0,"figures":null}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		base, err := ParseBaseline("x", text)
		if err != nil {
			return
		}
		if back, err := ParseBaseline("x", base.Text()); err != nil || !cmp.Equal(base, back) {
			t.Errorf("reads back as %v, %v", back, err)
		}
		findings, err := Against(base, base.Figures)
		if err != nil || len(findings) != 3*len(base.Figures) {
			t.Errorf("%d findings, %v", len(findings), err)
		}
	})
}
