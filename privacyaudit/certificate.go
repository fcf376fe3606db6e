package privacyaudit

import (
	"strconv"
	"strings"
)

// Outcomes that a certificate of an erasure gives for a store.
const (
	outErased      = "erased"              // gone from the files
	outNone        = "none"                // there was nothing
	outShredded    = "shredded"            // the key is destroyed, ciphertext may remain
	outHeld        = "held"                // a legal case keeps copies in the archive
	outReferred    = "referred-to-manager" // the Manager's to withdraw
	outNotProvider = "not-provider"        // in a building that we left
	outInstructed  = "instructed"          // told, which is no proof
)

// A certificate is what the ledger says an erasure did. Several of one subject,
// as after a hold, count as one that says what all of them say.
type certificate struct {
	Entry  *Entry // the last of them
	Stores map[string]map[string]int
}

// claims is the number of records of an outcome in a store, and whether the
// certificate speaks of it.
func (c *certificate) claims(store, outcome string) (int, bool) {
	n, ok := c.Stores[store][outcome]
	return n, ok
}

// certificates puts the settled erasures together by their subjects' hashes. A
// certificate that cannot be read is reported to bad.
func (a *Audit) certificates(bad func(e *Entry, why string)) map[string]*certificate {
	all := map[string]*certificate{}
	for _, e := range a.entries("erasure-settled") {
		c := all[e.Facts["ref"]]
		if c == nil {
			c = &certificate{Stores: map[string]map[string]int{}}
			all[e.Facts["ref"]] = c
		}
		c.Entry = e
		for name, outcomes := range e.Facts {
			store, ok := strings.CutPrefix(name, "store-")
			if !ok {
				continue
			}
			if c.Stores[store] == nil {
				c.Stores[store] = map[string]int{}
			}
			for _, part := range strings.Split(outcomes, ",") {
				outcome, count, _ := strings.Cut(part, " ")
				n, err := strconv.Atoi(count)
				if err != nil || n < 0 {
					bad(e, "an outcome of a store has no count")
					continue
				}
				c.Stores[store][outcome] += n
			}
		}
	}
	return all
}
