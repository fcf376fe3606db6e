package registry

// LinkTarget is what a randomized ID leads to.
type LinkTarget struct {
	Subject  ID     `json:"subject"`
	Building string `json:"building"`
}

// Register links a randomized ID, made on the phone, to its subject, in the
// vault only. Known tells whether an ID is registered, and nothing else.
func (r *Registry) Register(subject, pseudonym ID, building string) error { panic("not yet") }
func (r *Registry) Known(pseudonym ID) bool                               { panic("not yet") }

// Reidentify opens links for one case. The entry of the case stands in the
// ledger, on disk, before anything is returned; when it cannot be written
// nothing is. It wants an approver who is not the requester, a reason from
// Reasons and no more than MostPerCase IDs.
func (r *Registry) Reidentify(c Case) ([]LinkTarget, error) { panic("not yet") }

// Case asks for re-identification (FL:L21).
type Case struct {
	Reason              string
	Requester, Approver string // ordinals of staff, not names
	Pseudonyms          []ID
}

// MostPerCase bounds a case to individuals.
const MostPerCase = 5

// ReidentificationReasons is the closed list of FL:L21.
func ReidentificationReasons() []string { panic("not yet") }

// Rotate makes a new key-encryption key, wraps all data keys under it and
// destroys the old one.
func (r *Registry) Rotate() error { panic("not yet") }
