package registry

// A legal hold keeps evidence without keeping the subject's data in use.
//
// Contract with erasure, removal and sweeping: Hold copies each named record
// into the archive at once, as it stood when the case was opened, sealed under
// a key of the case. From then on the live record has no special standing:
// Erase, Remove and Sweep delete it from its store as if there were no hold,
// and copy nothing themselves. Erase asks heldBy for each key, so that its
// certificate can say "held" of the archive, with how many records. Release
// finds the erasures that the case deferred in the ledger, by the subjects in
// the held records' keys.
//
//	func (r *Registry) heldBy(store, key string) []ID // cases that keep a copy; store as in Destroyed.Store

// Hold puts records under a legal case, and Release closes it: the records'
// copies get the archive's deadline, and erasures they deferred are run again.
func (r *Registry) Hold(reason string, refs []Ref) (ID, error)  { panic("not yet") }
func (r *Registry) Release(holdCase ID) ([]*Certificate, error) { panic("not yet") }
func (r *Registry) Held(holdCase ID) (records int, err error)   { panic("not yet") }

func (r *Registry) heldBy(store, key string) []ID { panic("not yet") }
