package bench

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestParseBaseline refuses what could not catch a regression.
func TestParseBaseline(t *testing.T) {
	good := Baseline{BaselineSchema, []Figure{
		{Scenario: "peer-std", Dispatcher: "eta", AWTToBoarding: 6.789559866962306, TTD: 44, Cost: 30},
		{Scenario: "peer-tower", Dispatcher: "zoned", Withheld: "the queue was still growing", Cost: 40},
	}}
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
		{"a figure without a mean", `{"schema":1,"figures":[{"scenario":"peer-std","dispatcher":"eta","ttd_s":4,"cost":3}]}`, "both means"},
		{"a figure without a cost", `{"schema":1,"figures":[{"scenario":"peer-std","dispatcher":"eta","awt_to_boarding_s":1,"ttd_s":4}]}`, "a cost above 0"},
		{"a figure of no case", `{"schema":1,"figures":[{"scenario":"peer-std","awt_to_boarding_s":1,"ttd_s":4,"cost":3}]}`, "a dispatcher"},
		{"a mean that is withheld", `{"schema":1,"figures":[{"scenario":"peer-std","dispatcher":"eta","withheld_reason":"why","ttd_s":4,"cost":3}]}`, "one of them"},
	} {
		if _, err := ParseBaseline("x", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error is %v, want %q in it", c.sentence, err, c.want)
		}
	}
}

// TestCommitted expects the repository's baseline to hold every peer case: one
// that is missing cannot get worse.
func TestCommitted(t *testing.T) {
	base, err := Committed()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(PeerCases(), base.Cases()); diff != "" {
		t.Errorf("write the baseline again with hoistway bench --update bench/baseline.json --force; its cases differ from the peer cases:\n%s", diff)
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
