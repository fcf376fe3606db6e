package privacyaudit

import (
	"bytes"
	"math"
	"slices"

	"hoistway/privacyaudit/attack"
	"hoistway/privacyaudit/finding"
)

// guessing is what checks share in which an attacker guesses to which account
// each randomized ID belongs. The attacker sees one store or two, without keys;
// who is right, the truth says.
type guessing struct {
	p        *Probe
	epsilon  float64
	numbers  map[rawID]int32 // of IDs and accounts, in the order in which they came
	ids      []rawID         // by number
	accounts map[int32]bool  // numbers that are accounts'
	few      bool            // too few to tell
}

func newGuessing(p *Probe) *guessing {
	return &guessing{p: p, epsilon: p.Number("epsilon", 0), numbers: map[rawID]int32{}, accounts: map[int32]bool{}}
}

var guessingParams = []Param{{Name: "epsilon", Form: FormNumber, Required: true, About: "highest risk that an attack may leave beyond guessing at random, at the upper end of its interval of 95 %"}}

// number gives the number of an ID.
func (g *guessing) number(id rawID) int32 {
	n, ok := g.numbers[id]
	if !ok {
		n = int32(len(g.ids))
		g.numbers[id] = n
		g.ids = append(g.ids, id)
	}
	return n
}

// account notes that an ID is that of an account that the attacker sees.
func (g *guessing) account(r *Record) bool {
	id, ok := parseID([]byte(r.Key.Subject))
	if ok {
		g.accounts[g.number(id)] = true
	}
	return ok
}

// sides are the accounts and the other IDs, each sorted, and the owner of each
// ID: an index of the accounts, or -1 where the truth does not know it or the
// account is gone.
type sides struct {
	accounts, ids []rawID
	owners        []int
	place         map[rawID]int // in accounts or ids
}

// sides divides IDs that are known to belong together from the accounts.
func (g *guessing) sides(isID func(number int32) bool) *sides {
	s := &sides{place: map[rawID]int{}}
	for n, id := range g.ids {
		switch {
		case g.accounts[int32(n)]:
			s.accounts = append(s.accounts, id)
		case isID(int32(n)):
			s.ids = append(s.ids, id)
		}
	}
	order := func(a, b rawID) int { return bytes.Compare(a[:], b[:]) }
	slices.SortFunc(s.accounts, order)
	slices.SortFunc(s.ids, order)
	account := map[rawID]int{}
	for i, id := range s.accounts {
		s.place[id], account[id] = i, i
	}
	persons := map[string]int{} // to the index of the account that is there
	for _, l := range livesOf(g.p.Truth).All {
		if id, ok := parseID([]byte(l.Subject)); ok {
			if i, ok := account[id]; ok {
				persons[l.Person] = i
			}
		}
	}
	known := g.p.owners()
	if known.err != nil {
		g.p.problem("", "trips.ndjson", known.err)
	}
	for i, id := range s.ids {
		s.place[id] = i
		owner := -1
		if one := known.of[idText.EncodeToString(id[:])]; one != nil && len(one.Persons) == 1 {
			if i, ok := persons[one.Persons[0]]; ok {
				owner = i
			}
		}
		s.owners = append(s.owners, owner)
	}
	return s
}

// judge holds one attack against epsilon. It fails when chance cannot explain
// its success; where there are too few IDs to tell, the rule says so.
func (g *guessing) judge(store, name string, s *sides, guesses []int) {
	if len(s.accounts) < 2 {
		g.few = true // whoever is the only one is known without any attack
		return
	}
	o := attack.Judge(guesses, s.owners, len(s.accounts))
	if o.Attack.Tries == 0 {
		return
	}
	g.p.Select(store, o.Attack.Tries)
	risk := o.Risk()
	low, high := max(-1, risk.Value-risk.Error), risk.Upper()
	g.p.Measure(finding.Measure{
		Name: store + ": " + name, Value: risk.Value, Unit: "residual risk", Max: &g.epsilon,
		Interval: &finding.Interval{Low: low, High: high, Level: 0.95},
	})
	switch {
	case high <= g.epsilon:
	case o.Beyond():
		g.p.Fail(finding.Place{Store: store, Form: name}, "an attacker assigns %d of %d randomized IDs to their accounts by %s, where chance gives %.1f: the residual risk may be %.2f, and %.2f is allowed",
			o.Attack.Hits, o.Attack.Tries, name, o.Control.Share()*float64(o.Attack.Tries), high, g.epsilon)
	default:
		g.few = true
	}
}

// end says why nothing was proven.
func (g *guessing) end() {
	g.p.unlogged()
	if g.few || g.p.selected() == 0 && len(g.accounts) > 0 {
		g.p.Inconclusive("there are too few randomized IDs and accounts in this run for so small a risk to be told from chance")
	}
}

// firsts is the lowest commit that each of some IDs has; the highest number
// for one that has none.
type firsts map[rawID]uint64

func (f firsts) note(id rawID, commit uint64) {
	if was, ok := f[id]; !ok || commit < was {
		f[id] = commit
	}
}

func (f firsts) made(ids []rawID) []attack.Made {
	list := make([]attack.Made, len(ids))
	for i, id := range ids {
		when, ok := f[id]
		if !ok {
			when = math.MaxUint64
		}
		list[i] = attack.Made{ID: bytes.Clone(id[:]), When: when}
	}
	return list
}
