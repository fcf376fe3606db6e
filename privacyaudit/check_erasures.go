package privacyaudit

import (
	"slices"
	"time"

	"hoistway/privacyaudit/finding"
)

// erasures holds the ledger against the ends of accounts in the truth, both
// ways. Every end for one of the rule's reasons has exactly one erasure, which
// the ledger knew before anything was deleted and whose certificate is there
// within the time allowed; and every erasure for one of the rule's causes has
// such an end. An erasure that is still under way within that time is fine.
//
// It believes the ledger: whether what a certificate says is true is the check
// certificates.
func init() {
	register(&Check{
		Name:  "erasures",
		About: "Every account that ended was erased in time, once, for its reason, and no other was.",
		Needs: NeedTruth,
		Params: []Param{
			{Name: "ends", Form: FormTexts, Required: true, About: "reasons of the truth for which an account ends: request, moved-out, inactive, handed-over, service-ended, " + lostWithCloud},
			{Name: "causes", Form: FormTexts, Required: true, About: "causes that the ledger gives for them: request, moved-out, inactive, service-ended"},
			{Name: "sla", Form: FormDuration, Required: true, About: "time from the end to the certificate"},
		},
		New: newErasures,
	})
}

// early is by how much an erasure may come before the truth notes the end: it
// notes some when it next looks.
const early = 24 * time.Hour

func newErasures(p *Probe) (Watch, error) {
	ends, causes, sla := p.Texts("ends"), p.Texts("causes"), p.Duration("sla", 0)
	return Watch{End: func() {
		accounts := livesOf(p.Truth)
		intended, settled := map[string][]*Entry{}, map[string]*Entry{}
		for _, e := range p.entries("erasure-intended") {
			if e.Facts["cause"] != holdReleased {
				intended[e.Facts["ref"]] = append(intended[e.Facts["ref"]], e)
			}
		}
		for _, e := range p.entries("erasure-settled") {
			settled[e.ID] = e
		}
		ended := 0
		for _, one := range accounts.All {
			if !p.mine(one.Service) || !slices.Contains(ends, one.Why) {
				continue
			}
			ended++
			p.Select("ledger", 1)
			place := finding.Place{Store: "truth", Kind: "erased", Key: one.Ref[:16]}
			begun := intended[one.Ref]
			if len(begun) == 0 {
				if p.At.Sub(one.End) > sla {
					p.Fail(place, "an account ended (%s), and no erasure of it was begun", one.Why)
				}
				continue
			}
			for _, again := range begun[1:] {
				p.Fail(again.Place(), "a second erasure of the same account was begun")
			}
			p.judgeErasure(one, begun[0], settled[begun[0].ID], sla)
			if !slices.Contains(causes, begun[0].Facts["cause"]) {
				p.Fail(begun[0].Place(), "an account ended (%s), and its erasure has another cause", one.Why)
			}
		}
		for _, e := range p.entries("erasure-intended") {
			one := accounts.ByRef[e.Facts["ref"]]
			if one == nil || !p.mine(one.Service) || !slices.Contains(causes, e.Facts["cause"]) {
				continue
			}
			p.Select("ledger", 1)
			if one.End.IsZero() {
				p.Fail(e.Place(), "an account was erased that had not ended")
			}
		}
		if ended == 0 {
			p.NotApplicable("no account of this service ended for such a reason")
		}
	}}, nil
}

// holdReleased is the cause of an erasure that a hold had deferred.
const holdReleased = "hold-released"

// judgeErasure holds one erasure against the end of its account.
func (p *Probe) judgeErasure(one *life, begun, done *Entry, sla time.Duration) {
	switch {
	case begun.At.Before(one.End.Add(-early)):
		p.Fail(begun.Place(), "the erasure was begun before the account ended")
	case done == nil && p.At.Sub(one.End) > sla:
		p.Fail(begun.Place(), "the erasure is not settled %v after the account ended", p.At.Sub(one.End).Round(time.Hour))
	case done == nil: // it has time
	case done.At.Sub(one.End) > sla:
		p.Fail(done.Place(), "the erasure was settled %v after the account ended; %v are allowed", done.At.Sub(one.End).Round(time.Hour), sla)
	case done.Facts["ref"] != begun.Facts["ref"] || done.Facts["cause"] != begun.Facts["cause"]:
		p.Fail(done.Place(), "the certificate is about another subject or cause than was intended")
	}
}
