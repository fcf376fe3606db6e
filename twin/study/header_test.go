package study

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hoistway/scenarios"
	"hoistway/twin/result"
)

// TestMetricsAgree holds the metrics that [expect] accepts against those that
// results have: the two lists are of leaf packages that do not know each other.
func TestMetricsAgree(t *testing.T) {
	var accepted, given []string
	for _, m := range scenarios.Metrics() {
		accepted = append(accepted, m.Name+" in "+m.Unit)
	}
	for _, m := range result.Metrics() {
		given = append(given, m.Name+" in "+m.Unit)
	}
	if diff := cmp.Diff(accepted, given, cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Errorf("scenarios accept (-) and results give (+):\n%s", diff)
	}
}

// TestHeader checks what a header says of a study beside its scenario.
func TestHeader(t *testing.T) {
	load := func(ref string) *scenarios.Scenario {
		sc, err := scenarios.Load(ref, scenarios.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return sc
	}
	std, mixed := load("peer-std"), load("mixed-use")
	for _, c := range []struct {
		sentence   string
		cases      []*scenarios.Scenario
		dispatcher string
		want       string
	}{
		{"a dispatcher that all banks run is named", []*scenarios.Scenario{std}, "", std.Banks[0].Dispatcher},
		{"an override is named", []*scenarios.Scenario{std}, "zoned", "zoned"},
		{"also over banks that run different ones", []*scenarios.Scenario{differing(mixed)}, "etd", "etd"},
		{"which are named together otherwise", []*scenarios.Scenario{differing(mixed)}, "", OwnDispatchers},
	} {
		h := NewHeader(c.cases, Options{Replications: 1, Version: "test", Dispatcher: c.dispatcher})
		if h.Dispatcher != c.want {
			t.Errorf("%s: %q, want %q", c.sentence, h.Dispatcher, c.want)
		}
		for _, b := range h.Banks {
			if c.dispatcher != "" && b.Dispatcher != c.dispatcher {
				t.Errorf("%s: bank %s is said to run %s", c.sentence, b.Name, b.Dispatcher)
			}
		}
		if err := h.Validate(); err != nil {
			t.Errorf("%s: %v", c.sentence, err)
		}
		if len(h.Inputs) == 0 {
			t.Errorf("%s: no inputs are listed", c.sentence)
		}
	}
	one, two := NewHeader([]*scenarios.Scenario{std}, Options{}), NewHeader([]*scenarios.Scenario{std, std}, Options{})
	if one.ScenarioHash != std.Hash || two.ScenarioHash == std.Hash {
		t.Error("several passenger lists need a hash of their own, and one scenario keeps its own")
	}
	if one.Population != 600 {
		t.Errorf("peer-std has %d people, want 600", one.Population)
	}
}

// TestHeaderHoldsTheUpPeakOfEachBank: figures where there are some, the reason
// where there are none.
func TestHeaderHoldsTheUpPeakOfEachBank(t *testing.T) {
	for _, c := range []struct {
		sentence, ref string
		set           []string
		want          []string // by bank: figures as text, or the reason
	}{
		// S = 10 (1 - 0.9^10.4), H = 10 - (0.1^10.4 + ... + 0.9^10.4).
		{"the figures are those of the analysis", "peer-std", nil, []string{"P 10.4, S 6.66, H 9.54"}},
		{"each bank has its own", "mixed-use", nil, []string{"P 10.4, S 7.82, H 15.06", "P 10.4, S 7.47, H 12.75"}},
		{"a bank whose lobby is its highest floor has none", "peer-std", []string{"bank.main.lobby=10"},
			[]string{"up-peak analysis of bank main: nobody lives on the floors it serves above its lobby, floor 10"}},
	} {
		sc, err := scenarios.Load(c.ref, scenarios.Options{Set: c.set})
		if err != nil {
			t.Fatal(err)
		}
		h := NewHeader([]*scenarios.Scenario{sc}, Options{Replications: 1})
		var got []string
		for _, b := range h.Banks {
			u := b.UpPeak
			if u == nil {
				got = append(got, b.NoUpPeak)
				continue
			}
			got = append(got, fmt.Sprintf("P %.1f, S %.2f, H %.2f", u.Persons, u.Stops, u.HighestFloor))
			if cars := float64(len(b.Cars)); math.Abs(u.Interval*cars-u.RoundTrip) > 1e-3 || u.HandlingCapacity < 5 || u.HandlingCapacity > 50 {
				t.Errorf("%s: bank %s: %v cars with a round trip of %v s have an interval of %v s and carry %v %% in 5 min", c.sentence, b.Name, cars, u.RoundTrip, u.Interval, u.HandlingCapacity)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.sentence, diff)
		}
		if err := h.Validate(); err != nil {
			t.Errorf("%s: %v", c.sentence, err)
		}
	}
}

// differing is a scenario whose banks run different dispatchers.
func differing(sc *scenarios.Scenario) *scenarios.Scenario {
	changed := *sc
	changed.Banks = append([]scenarios.Bank(nil), sc.Banks...)
	changed.Banks[0].Dispatcher, changed.Banks[1].Dispatcher = "eta", "etd"
	return &changed
}
