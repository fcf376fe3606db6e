package privacyaudit

import (
	"cmp"
	"slices"
	"time"

	"hoistway/privacyaudit/evidence"
)

// owners are whose Flow's randomized IDs are, as the truth and the phones tell
// it, for checks that let an attacker guess it.
type owners struct {
	of   map[string]*owned
	list []*owned // in the order of the IDs
	err  error    // trips or phones could not all be read
}

// owned is one randomized ID.
type owned struct {
	ID      string
	Persons []string // more than one is a fault
	Uses    []use    // of each phone that has it
}

// use is in what building and for how long a phone uses an ID.
type use struct {
	Phone, Building string
	From, Until     time.Time
	Registered      bool
}

// owners reads trips and phones once for all checks. Without a truth it knows
// only what is still on the phones.
func (a *Audit) owners() *owners {
	if a.owned != nil {
		return a.owned
	}
	o := &owners{of: map[string]*owned{}}
	a.owned = o
	if a.Truth != nil && a.Truth.Trips != nil {
		o.err = a.Truth.Trips(func(t *evidence.Trip) error {
			if t.Pseudonym != "" {
				o.add(t.Pseudonym, t.Person)
			}
			return nil
		})
	}
	if a.Parts.Stores != "" {
		err := a.Parts.Phones(func(p *evidence.Phone) error {
			for _, id := range p.IDs {
				one := o.add(id.ID, "r"+p.Ordinal)
				one.Uses = append(one.Uses, use{p.Ordinal, id.Building, id.From, id.Until, id.Registered})
			}
			return nil
		})
		o.err = cmp.Or(o.err, err)
	}
	for _, one := range o.of {
		o.list = append(o.list, one)
	}
	slices.SortFunc(o.list, func(x, y *owned) int { return cmp.Compare(x.ID, y.ID) })
	return o
}

func (o *owners) add(id, person string) *owned {
	one := o.of[id]
	if one == nil {
		one = &owned{ID: id}
		o.of[id] = one
	}
	if !slices.Contains(one.Persons, person) {
		one.Persons = append(one.Persons, person)
	}
	return one
}

// unlogged says of a rule about usage logs that selected nothing why there are
// none, where the truth knows it.
func (p *Probe) unlogged() {
	if p.idle(); p.Truth == nil || p.selected() > 0 || p.inapplicable != "" {
		return
	}
	if gone := p.Truth.Settings.Gone[p.Truth.Settings.Building]; gone != "" {
		p.NotApplicable("the service ended in the building with the lifts, by the truth, and its usage logs went")
		return
	}
	if o := p.owners(); o.err == nil && len(o.list) == 0 {
		p.NotApplicable("nobody used a randomized ID, by the truth and the phones")
	}
}
