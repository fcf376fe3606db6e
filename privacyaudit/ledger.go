package privacyaudit

import (
	"fmt"
	"strconv"
	"time"

	"hoistway/privacyaudit/finding"
)

// Place is where an entry stands, for findings.
func (e *Entry) Place() finding.Place {
	return finding.Place{Store: "ledger", Kind: "ledger-entry", Key: finding.KeyHash([]byte(fmt.Sprintf("le/%016x", e.Sequence)))}
}

// Count is a fact that is a count; false where it is absent or none.
func (e *Entry) Count(fact string) (int, bool) {
	n, err := strconv.Atoi(e.Facts[fact])
	return n, err == nil && n >= 0
}

// Time is a fact that is an instant; false where it is absent or none.
func (e *Entry) Time(fact string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339Nano, e.Facts[fact])
	return at, err == nil
}

// entries are the ledger's entries of an act, in their order.
func (a *Audit) entries(act string) (all []*Entry) {
	for _, e := range a.Ledger {
		if e.Act == act {
			all = append(all, e)
		}
	}
	return all
}

// ended are the buildings in which the service ended, with the entry that says
// that it was complete.
func (a *Audit) ended() map[string]*Entry {
	all := map[string]*Entry{}
	for _, e := range a.Ledger {
		if (e.Act == "hand-over" || e.Act == "service-ended") && e.Facts["state"] != "intended" {
			all[e.Facts["building"]] = e
		}
	}
	return all
}
