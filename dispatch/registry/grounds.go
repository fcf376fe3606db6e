package registry

import (
	"slices"
	"sync"
)

// grounds knows the entries of the ledger that accesses can rest on.
type grounds struct {
	mu   sync.Mutex
	seen uint64 // entries up to this one have been looked at
	all  map[ID]ground
}

type ground struct {
	act      string
	building string // that the entry is limited to, "" = none
}

// groundActs are the acts on which some rule lets an access rest.
var groundActs = func() (acts []string) {
	for _, r := range rules {
		acts = append(acts, r.grounds...)
	}
	return acts
}()

// groundsOf finds the entry with an ID that an access can rest on. Entries
// only ever come to be, so those that were found before need no second look.
func (r *Registry) groundsOf(id ID) (ground, bool, error) {
	r.grounds.mu.Lock()
	defer r.grounds.mu.Unlock()
	if g, ok := r.grounds.all[id]; ok {
		return g, true, nil
	}
	last, _ := r.ledgerHead()
	if last == r.grounds.seen {
		return ground{}, false, nil
	}
	all := map[ID]ground{}
	err := r.Entries(func(sequence uint64, e *Entry) error {
		if slices.Contains(groundActs, e.Act) {
			all[e.ID] = ground{act: e.Act, building: e.Facts["building"]}
		}
		last = sequence
		return nil
	})
	if err != nil {
		return ground{}, false, err
	}
	r.grounds.all, r.grounds.seen = all, last
	g, ok := all[id]
	return g, ok, nil
}
