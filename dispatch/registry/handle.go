package registry

import "fmt"

// Handle is access to the stores for one role and purpose. The matrix of
// access.go decides, and what it does not name is denied.
type Handle struct {
	r        *Registry
	role     Role
	purpose  Purpose
	building string
	subject  ID
	grounds  ID // of an incident, case or instruction in the ledger
}

// As gives access for a role and a purpose.
func (r *Registry) As(role Role, purpose Purpose) Handle {
	return Handle{r: r, role: role, purpose: purpose}
}

// In limits a handle to a building: it is needed for the kinds of building
// servers, and becomes the building of records that are put.
func (h Handle) In(building string) Handle { h.building = building; return h }

// Of limits a handle to the records of one subject.
func (h Handle) Of(subject ID) Handle { h.subject = subject; return h }

// On states the grounds in the ledger: the incident, case or instruction
// without which some accesses are denied.
func (h Handle) On(grounds ID) Handle { h.grounds = grounds; return h }

// Denied is an access that the matrix does not allow.
type Denied struct {
	Role    Role
	Purpose Purpose
	Kind    string
	Act     string // "read", "write" or "delete"
	Why     string
}

func (d *Denied) Error() string {
	return fmt.Sprintf("%s may not %s %s to %s: %s", d.Role, d.Act, d.Kind, d.Purpose, d.Why)
}

// Get reads a record. Fields that the role may not see are left empty.
func (h Handle) Get(ref Ref, into Record) error { panic("not yet") }

// Put writes a record. It sets controller, processor and building, and At when
// it is zero.
func (h Handle) Put(ref Ref, rec Record) error { panic("not yet") }

// Delete removes a record logically. Erase, Sweep and Remove make it physical.
func (h Handle) Delete(ref Ref) error { panic("not yet") }

// Each calls f for every record of a kind that ref's filled components select,
// in order of the keys. load decodes the record; a key alone costs less.
func (h Handle) Each(ref Ref, f func(ref Ref, load func(into Record) error) error) error {
	panic("not yet")
}

// Tx is a transaction within one store.
type Tx struct {
	h Handle
}

// Do runs f in one read-write transaction of the store of kind's (in the
// handle's building). Nothing is written when f fails. It is run again when it
// conflicts with another.
func (h Handle) Do(kind *Kind, f func(tx *Tx) error) error { panic("not yet") }

// Get, Put and Delete are those of Handle, within the transaction.
func (tx *Tx) Get(ref Ref, into Record) error { panic("not yet") }
func (tx *Tx) Put(ref Ref, rec Record) error  { panic("not yet") }
func (tx *Tx) Delete(ref Ref) error           { panic("not yet") }
