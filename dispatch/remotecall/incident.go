package remotecall

import "hoistway/dispatch/registry"

// Incident opens the grounds on which the key audit may be read (FL:L19);
// reading is itself recorded.
func (o *Operator) Incident(reason string) (registry.ID, error) { panic("not yet") }
func (o *Operator) KeyAudit(building string, incident registry.ID) ([]registry.KeyAudit, error) {
	panic("not yet")
}

// Reidentify asks the vault, for KONE-security only.
func (o *Operator) Reidentify(c registry.Case) ([]registry.LinkTarget, error) { panic("not yet") }

// Hold keeps records of a subject for a legal case, and Release ends it.
func (o *Operator) Hold(reason, service, email string, kinds []string) (registry.ID, error) {
	panic("not yet")
}
func (o *Operator) Release(holdCase registry.ID) ([]*registry.Certificate, error) { panic("not yet") }
