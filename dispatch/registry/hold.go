package registry

// A legal hold keeps evidence without keeping the subject's data in use.
//
// Contract with erasure, removal and sweeping: Hold copies each named record
// into the archive at once, as it stood when the case was opened, sealed under
// a key of the case. From then on the live record has no special standing:
// Erase, Remove and Sweep delete it from its store as if there were no hold,
// and copy nothing themselves. Before Erase deletes, it asks heldBy for each
// key; when it is done, it calls deferTo once for every case found, which
// notes in the ledger that the case keeps copies for an erasure. Release reads
// these entries: it gives the copies the archive's deadline and certifies the
// deferred erasures with CauseRelease.
//
//	func (r *Registry) heldBy(store, key string) []ID // open or archived cases that hold a copy; store as in Destroyed.Store
//	func (r *Registry) deferTo(holdCase, erasure ID, records int) error

// Hold puts records under a legal case, and Release closes it: the records'
// copies get the archive's deadline, and erasures they deferred are run again.
func (r *Registry) Hold(reason string, refs []Ref) (ID, error)  { panic("not yet") }
func (r *Registry) Release(holdCase ID) ([]*Certificate, error) { panic("not yet") }
func (r *Registry) Held(holdCase ID) (records int, err error)   { panic("not yet") }

func (r *Registry) heldBy(store, key string) []ID                   { panic("not yet") }
func (r *Registry) deferTo(holdCase, erasure ID, records int) error { panic("not yet") }
