package bench

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAgainst shows what counts as worse.
func TestAgainst(t *testing.T) {
	figure := func(awt, ttd, cost float64) Figure {
		return Figure{Scenario: "peer-std", Dispatcher: "eta", AWTToBoarding: awt, TTD: ttd, Cost: cost}
	}
	withheld := Figure{Scenario: "peer-std", Dispatcher: "eta", Withheld: "the queue was still growing", Cost: 30}
	base := figure(6.9, 44, 30)
	for _, c := range []struct {
		sentence  string
		base, now Figure
		want      []Verdict // waiting, time to destination, cost
	}{
		{"the same is not worse", base, base, []Verdict{Same, Same, Same}},
		{"less is better, but a faster machine is no news", base, figure(5, 40, 10), []Verdict{Better, Better, Same}},
		{"waiting longer is worse, be it by the least", base, figure(math.Nextafter(6.9, 7), 44, 30), []Verdict{Worse, Same, Same}},
		{"a longer way to the destination is worse: waiting alone can be gamed", base, figure(5, math.Nextafter(44, 45), 30), []Verdict{Better, Worse, Same}},
		{"half as fast is within the bound of a shared machine", base, figure(6.9, 44, 60), []Verdict{Same, Same, Same}},
		{"slower than that is worse", base, figure(6.9, 44, 60.1), []Verdict{Same, Same, Worse}},
		{"means that are now withheld are worse than any", base, withheld, []Verdict{Worse, Worse, Same}},
		{"means that are still withheld are the same", withheld, withheld, []Verdict{Same, Same, Same}},
		{"any means are better than withheld ones", withheld, base, []Verdict{Better, Better, Same}},
	} {
		other := figure(1, 1, 1)
		other.Scenario = "peer-tower"
		findings, err := Against(Baseline{BaselineSchema, []Figure{c.base}}, []Figure{other, c.now})
		if err != nil {
			t.Errorf("%s: %v", c.sentence, err)
			continue
		}
		var got []Verdict
		for _, f := range findings {
			got = append(got, f.Verdict)
			if f.Verdict != Same && f.Base == f.Now {
				t.Errorf("%s: %s is %v, but both sides read %s", c.sentence, f.Measure, f.Verdict, f.Now)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", c.sentence, diff)
		}
	}
	if _, err := Against(Baseline{BaselineSchema, []Figure{base}}, nil); err == nil {
		t.Error("a case that was not measured passed")
	}
}
