package finding

import (
	"cmp"
	"slices"
)

// spread sorts samples so that each fingerprint shows once before any shows
// twice, and keeps the first [MaxSamples].
//
// The outcome does not depend on the order of arrival, though findings beyond
// the bound are forgotten on the way: a later arrival can move an
// earlier one only backwards, so what has once been left out never belongs
// among the first again.
func spread(findings []Finding) []Finding {
	slices.SortFunc(findings, compare)
	turn := make([]int, len(findings)) // how many of the same fingerprint come before
	seen := map[string]int{}
	for i, f := range findings {
		turn[i] = seen[f.Fingerprint]
		seen[f.Fingerprint]++
	}
	order := make([]int, len(findings))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(turn[a], turn[b]) })
	var kept []Finding
	for _, i := range order[:min(len(order), MaxSamples)] {
		kept = append(kept, findings[i])
	}
	return kept
}

func compare(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.Place.Store, b.Place.Store),
		cmp.Compare(a.Place.Kind, b.Place.Kind),
		cmp.Compare(a.Place.Form, b.Place.Form),
		cmp.Compare(a.Place.File, b.Place.File),
		cmp.Compare(a.Place.Offset, b.Place.Offset),
		cmp.Compare(a.Place.Key, b.Place.Key),
		cmp.Compare(a.Message, b.Message),
	)
}
