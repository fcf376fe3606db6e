package privacyaudit

import (
	"hoistway/privacyaudit/attack"
)

// idalone lets an attacker who has the randomized IDs of the usage log and the
// IDs of the accounts, and nothing else, guess whose each is: by their order as
// numbers, by the bits that they have in common, and by the order in which both
// first appeared. None may beat the same guesses with the accounts exchanged:
// the upper bound of the residual risk (Anonymeter, see package attack) stays
// within epsilon.
//
// What places, times and habits tell of an ID is not its subject; check linkage
// measures that.
func init() {
	register(&Check{
		Name: "idalone", Needs: NeedTruth,
		About:  "Randomized IDs alone do not tell whose they are: guesses by order, bits and first appearance do no better than chance.",
		Params: guessingParams,
		New:    newIDAlone,
	})
}

func newIDAlone(p *Probe) (Watch, error) {
	g, commits := newGuessing(p), firsts{}
	return Watch{
		Record: func(r *Record) {
			switch r.KindName() {
			case "flow-profile":
				if r.Live() && g.account(r) {
					id, _ := parseID([]byte(r.Key.Subject))
					commits.note(id, r.Commit)
				}
			case "usage-log":
				if id, ok := parseID(unquoted(r.Field("pseudonym"))); ok {
					g.number(id)
					commits.note(id, r.Commit)
				}
			}
		},
		End: func() {
			s := g.sides(func(int32) bool { return true })
			ids, accounts := commits.made(s.ids), commits.made(s.accounts)
			g.judge("cloud", "the order of IDs as numbers", s, attack.ByOrder(ids, accounts, attack.BySize))
			g.judge("cloud", "bits in common", s, attack.ByBits(ids, accounts))
			g.judge("cloud", "the order of first appearance", s, attack.ByOrder(ids, accounts, attack.ByInstant))
			g.end()
		},
	}, nil
}
