package study

import (
	"strings"
	"testing"

	"hoistway/scenarios"
	"hoistway/twin/result"
)

// TestForeknowledgeGainsInLightTrafficAlone plays the residential tower's
// people with calls from the phone and without. In light traffic the gain lies
// above 0 and below the bound (elevator traffic, section 5); where the lifts
// cannot carry the people none is claimed, and who waits is not made to starve
// for those who called.
func TestForeknowledgeGainsInLightTrafficAlone(t *testing.T) {
	for _, c := range []struct {
		demand  string
		claimed bool
		says    string
	}{
		{"1%", true, "less than the bound"},
		{"3%", true, "less than the bound"},
		{"16%", false, "still growing"},
		{"20%", false, "still growing"},
	} {
		t.Run(c.demand, func(t *testing.T) {
			sc, err := scenarios.Load("residential-tower", scenarios.Options{Set: []string{"traffic.evening.demand=" + c.demand}})
			if err != nil {
				t.Fatal(err)
			}
			o := Options{Replications: 10, Parallel: 2, Service: plain}
			remote := studyOf(t, sc, o)
			o.Buttons = true
			buttons := studyOf(t, sc, o)
			compared, err := result.Compare([]*result.File{remote, buttons})
			if err != nil {
				t.Fatal(err)
			}
			if len(compared.Foreknowledge) != 1 {
				t.Fatalf("%d findings, want one", len(compared.Foreknowledge))
			}
			k := compared.Foreknowledge[0]
			if k.Claimed != c.claimed || !strings.Contains(k.Finding, c.says) {
				t.Errorf("claimed %v with %q, want %v with %q", k.Claimed, k.Finding, c.claimed, c.says)
			}
			if !c.claimed {
				return // visitors come back later there, and some after the window
			}
			if *k.Gain-*k.Half <= 0 || *k.Gain >= *k.Bound {
				t.Errorf("gain %.2f s (half-width %.2f s) with a bound of %.2f s", *k.Gain, *k.Half, *k.Bound)
			}
			for i := range remote.Replications {
				a, b := remote.Replications[i].Summary, buttons.Replications[i].Summary
				if a.Passengers != b.Passengers || a.Remote.Callers.N() != b.Remote.Callers.N() || a.NoShow != b.NoShow {
					t.Errorf("replication %d: %d and %d journeys, %d and %d of people with phones, %d and %d who never came: they are not the same people",
						i, a.Passengers, b.Passengers, a.Remote.Callers.N(), b.Remote.Callers.N(), a.NoShow, b.NoShow)
				}
				if a.Remote.Calls == 0 || b.Remote.Calls > 0 {
					t.Errorf("replication %d: %d calls from phones, and %d in the run of buttons", i, a.Remote.Calls, b.Remote.Calls)
				}
			}
		})
	}
}
