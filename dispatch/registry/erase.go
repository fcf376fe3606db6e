package registry

import "time"

// Cause is why records of a subject go.
type Cause string

const (
	CauseRequest    Cause = "request"       // the subject asked
	CauseMovedOut   Cause = "moved-out"     // the Manager says they ceased
	CauseInactive   Cause = "inactive"      // unused for Limits.Inactivity
	CauseServiceEnd Cause = "service-ended" // no longer provided in the building
	CauseRelease    Cause = "hold-released" // deferred by a legal hold
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

// Destroyed is what became of the records in one store.
type Destroyed struct {
	Store   string // "cloud", "building-a", ...
	Outcome string // "erased", "none", "shredded", "held", "referred-to-manager", "not-provider", "instructed"
	Records int
}

// Erase removes a subject from all stores: intent in the ledger, copies of
// held records into the archive, one transaction a store, keys destroyed,
// files settled and synced, then the certificate in the ledger. Permissions of
// Flow stay until the Manager withdraws them and are reported as referred
// (FL:L35), unless the cause is moved-out or service-ended. A second call for
// the same subject continues the first.
func (r *Registry) Erase(subject ID, cause Cause) (*Certificate, error) { panic("not yet") }

// Verify decodes a copy of the stores and looks for what an erasure should
// have destroyed. It costs time in proportion to the stores, and adds a
// ledger entry that the certificate was verified, or an error that says where
// something was left.
func (r *Registry) Verify(c *Certificate) error { panic("not yet") }

// Remove deletes single records for good: a revoked key, a withdrawn
// permission, a removed preference, the value before a correction. The files
// are settled by the next Settle or erasure.
func (h Handle) Remove(refs ...Ref) error { panic("not yet") }

// Settle makes all deletions and corrections so far physical.
func (r *Registry) Settle() error { panic("not yet") }
