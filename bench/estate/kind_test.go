package estate_test

import (
	"slices"
	"testing"

	"hoistway/bench/estate"
)

// checkKinds finds acts by their kinds: none is of a kind that is not listed,
// and the scenario, in which everything ends once, has nearly all of them.
func checkKinds(t *testing.T, dir string) {
	t.Helper()
	seen := map[estate.ActKind]int{}
	for _, a := range readActs(t, dir) {
		if !slices.Contains(estate.ActKinds(), a.Kind) {
			t.Errorf("act %q of %s has the kind %q, which is not listed", a.Act, a.At, a.Kind)
		}
		seen[a.Kind]++
	}
	absent := []estate.ActKind{"troubleshoot", "key-audit-read", "port"} // not in this scenario
	for _, k := range estate.ActKinds() {
		if (seen[k] == 0) != slices.Contains(absent, k) {
			t.Errorf("%d acts are of kind %s", seen[k], k)
		}
	}
}
