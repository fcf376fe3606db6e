package registry

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Certificate says what an erasure did, store by store, and claims no more.
type Certificate struct {
	Erasure  ID
	Cause    Cause
	At       time.Time // requested
	Settled  time.Time
	Stores   []Destroyed
	Verified bool // a copy of every store was decoded and searched
}

// Destroyed is what became of the records in one store. A store has a line for
// each outcome.
type Destroyed struct {
	Store   string // "cloud", "building-a", ..., "phones", "backups", "displays"
	Outcome Outcome
	Records int // of shredded usage logs their randomized IDs; of backups the files; of displays the buildings
}

// Outcome is what became of records.
type Outcome = string

// The outcomes.
const (
	Erased     Outcome = "erased"              // gone from the files, and on the disk so
	None       Outcome = "none"                // there were none
	Shredded   Outcome = "shredded"            // their key is destroyed; ciphertext may remain
	HeldBack   Outcome = "held"                // a legal case keeps copies in the archive
	Referred   Outcome = "referred-to-manager" // they are the Manager's to withdraw (FL:L35), and the Manager was told
	NoProvider Outcome = "not-provider"        // we left the building and have no access; its Manager has (RC:L45)
	Instructed Outcome = "instructed"          // the instruction to delete is on its way; nobody can certify what became of it
)

// Instruct adds to a certificate, durably, how many more phones of the subject
// the caller has instructed to delete, or has queued the instruction for. The
// registry does not know phones, so without it a certificate says nothing of
// them.
func (r *Registry) Instruct(c *Certificate, phones int) error {
	facts := map[string]string{"phones": strconv.Itoa(phones)}
	if _, err := r.Append(Entry{Act: ActInstructed, ID: c.Erasure, Facts: facts}, true); err != nil {
		return err
	}
	c.phones(phones)
	return nil
}

// phones adds to the certificate's line about phones.
func (c *Certificate) phones(n int) {
	for i := range c.Stores {
		if d := &c.Stores[i]; d.Store == "phones" && d.Outcome == Instructed {
			d.Records += n
			return
		}
	}
	c.Stores = append(c.Stores, Destroyed{"phones", Instructed, n})
	c.sort()
}

// instructed adds to a certificate that was read back what Instruct noted.
func (r *Registry) instructed(c *Certificate) (*Certificate, error) {
	err := r.Entries(func(_ uint64, e *Entry) error {
		if e.Act != ActInstructed || e.ID != c.Erasure {
			return nil
		}
		phones, err := strconv.Atoi(e.Facts["phones"])
		if err != nil {
			return errors.New("ledger: the count of phones that were instructed is malformed")
		}
		c.phones(phones)
		return nil
	})
	c.sort()
	return c, err
}

// facts are the certificate's in the ledger.
func (c *Certificate) facts(ref string) map[string]string {
	f := map[string]string{"ref": ref, "cause": string(c.Cause), "requested": c.At.UTC().Format(time.RFC3339Nano)}
	for _, d := range c.Stores {
		name := "store-" + d.Store
		if f[name] != "" {
			f[name] += ","
		}
		f[name] += fmt.Sprintf("%s %d", d.Outcome, d.Records)
	}
	return f
}

// certificateOf reads a certificate back from its entry in the ledger.
func certificateOf(e *Entry) (*Certificate, error) {
	c := &Certificate{Erasure: e.ID, Cause: Cause(e.Facts["cause"]), Settled: e.At}
	var err error
	if c.At, err = time.Parse(time.RFC3339Nano, e.Facts["requested"]); err != nil {
		return nil, errors.New("ledger: a certificate has no instant of its request")
	}
	for _, name := range sortedKeys(e.Facts) {
		store, found := strings.CutPrefix(name, "store-")
		if !found {
			continue
		}
		for _, part := range strings.Split(e.Facts[name], ",") {
			outcome, count, _ := strings.Cut(part, " ")
			n, err := strconv.Atoi(count)
			if err != nil {
				return nil, fmt.Errorf("ledger: a certificate has a malformed outcome of %s", name)
			}
			c.Stores = append(c.Stores, Destroyed{store, outcome, n})
		}
	}
	c.sort()
	return c, nil
}

// sort brings the lines into one order, whatever found them.
func (c *Certificate) sort() {
	slices.SortFunc(c.Stores, func(a, b Destroyed) int {
		if n := strings.Compare(a.Store, b.Store); n != 0 {
			return n
		}
		return strings.Compare(a.Outcome, b.Outcome)
	})
}
