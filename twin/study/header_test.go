package study

import (
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

// differing is a scenario whose banks run different dispatchers.
func differing(sc *scenarios.Scenario) *scenarios.Scenario {
	changed := *sc
	changed.Banks = append([]scenarios.Bank(nil), sc.Banks...)
	changed.Banks[0].Dispatcher, changed.Banks[1].Dispatcher = "eta", "etd"
	return &changed
}
