package privacyaudit

import (
	"time"

	"hoistway/privacyaudit/finding"
)

// persistence measures how long an erasure takes, in virtual time: from the end
// of the account, as the truth has it, or without a truth from the intention in
// the ledger, to the certificate that the deletion is physical. The report shows
// it as a histogram. An erasure without a certificate counts as lasting until
// the audit.
//
// It is the delete persistence latency of Sarkar et al., "Lethe: A Tunable
// Delete-Aware LSM Engine" (SIGMOD 2020), for a whole subject.
func init() {
	register(&Check{
		Name:   "persistence",
		About:  "The time from the request of an erasure to the physical deletion, as a histogram, stays within the limit.",
		Params: []Param{{Name: "limit", Form: FormDuration, Required: true, About: "longest time"}},
		New:    newPersistence,
	})
}

// persistenceHours are the edges of the histogram's buckets.
var persistenceHours = []float64{0, 1, 6, 24, 2 * 24, 7 * 24, 14 * 24, 28 * 24, 365 * 24}

func newPersistence(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	limit := p.Duration("limit", 0)
	return Watch{End: func() {
		accounts := &lives{}
		if p.Truth != nil {
			accounts = livesOf(p.Truth)
		}
		settled := map[string]*Entry{}
		for _, e := range p.entries("erasure-settled") {
			settled[e.ID] = e
		}
		hours := limit.Hours()
		h := finding.Histogram{Name: "from the request to the physical deletion", Rule: p.Rule.ID, Unit: "h", Limit: &hours}
		for i, from := range persistenceHours[:len(persistenceHours)-1] {
			h.Buckets = append(h.Buckets, finding.Bucket{From: from, To: persistenceHours[i+1]})
		}
		longest, begun := time.Duration(0), p.entries("erasure-intended")
		for _, e := range begun {
			p.Select("ledger", 1)
			from, until := e.At, p.At
			if one := accounts.ByRef[e.Facts["ref"]]; one != nil && e.Facts["cause"] != holdReleased && one.End.Before(from) && !one.End.IsZero() {
				from = one.End
			}
			done := settled[e.ID]
			if done != nil {
				until = done.At
			}
			took := until.Sub(from)
			longest = max(longest, took)
			h.Buckets[bucketOf(h.Buckets, took.Hours())].Count++
			if took > limit {
				p.Fail(e.Place(), "%v from the request to the physical deletion; %v are allowed", took.Round(time.Minute), limit)
			}
		}
		if len(begun) == 0 {
			if len(p.Ledger) > 0 {
				p.NotApplicable("the ledger knows no erasure")
			}
			return
		}
		p.Report.Persistence = &h
		p.Measure(finding.Measure{Name: "longest time from the request to the physical deletion", Value: longest.Hours(), Unit: "h", Max: &hours})
	}}, nil
}

// bucketOf is the index of the bucket of a value; what is beyond all of them
// counts to the last.
func bucketOf(buckets []finding.Bucket, v float64) int {
	for i, b := range buckets {
		if v < b.To {
			return i
		}
	}
	return len(buckets) - 1
}
