package registry

// Contract between Hold and Erase (both within this package):
//
// Hold copies each named record into the archive at once, as a HeldRecord
// sealed under the case's own key. From then on the archive holds the evidence
// and the live record has no special standing: Erase, Remove and Sweep delete
// live records as if there were no hold, and need no copying of their own.
// What they need is heldBy, to write "held" into a certificate.

// Hold puts records under a legal case, and Release closes it: the records'
// copies get the archive's deadline, and erasures they deferred are run again.
func (r *Registry) Hold(reason string, refs []Ref) (ID, error)  { panic("not yet") }
func (r *Registry) Release(holdCase ID) ([]*Certificate, error) { panic("not yet") }
func (r *Registry) Held(holdCase ID) (records int, err error)   { panic("not yet") }
