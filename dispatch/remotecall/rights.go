package remotecall

import (
	"time"

	"hoistway/dispatch/registry"
)

// Right is one of those of RC:L49 and FL:L78.
type Right string

const (
	ToReview  Right = "export" // everything about the subject, in JSON
	ToCorrect Right = "correct"
	ToDelete  Right = "erase"
	ToObject  Right = "object"
	ToPort    Right = "port" // what the subject provided, in JSON that Import takes
)

// RightsRequest asks for a right, through the app (Token), a Manager or the
// provider's staff. All three channels take one path.
type RightsRequest struct {
	Right   Right
	Service string

	Token    Token     // app
	Manager  *Manager  // channel Manager
	Operator *Operator // channel operator

	Email, Password string // identity: channels other than the app must prove it. The app proves it by Token; ToDelete and ToPort want the password again

	Corrections map[string]string // by field name, ToCorrect
	Purpose     registry.Purpose  // ToObject
	Pseudonyms  []registry.ID     // that the subject's phone knows: ToReview then includes the usage log (GDPR Art. 11(2))
}

// Fulfilment is what came of a request.
type Fulfilment struct {
	Request     registry.ID // in the ledger
	Export      []byte      // JSON, of ToReview and ToPort
	Referrals   []string    // what the Manager has to be asked for, with whom to contact (FL:L92, RC:L45)
	Certificate *registry.Certificate
}

// Exercise fulfils a request after the identity is proven.
func (s *Service) Exercise(r RightsRequest) (*Fulfilment, error) { panic("not yet") }

// Import takes what ToPort gave into an account that is signed in.
func (s *Service) Import(t Token, export []byte) error { panic("not yet") }

// Agreement is a processing agreement with a recipient (RC:L37, FL:L66).
type Agreement struct {
	Recipient         string // organisation
	Group             bool   // a company of the provider's or Manager's group
	Region, Mechanism string // a region outside the EEA needs one of "adequacy", "SCC", "BCR"
	Purposes          []registry.Purpose
	Categories        []registry.Category
	From, Until       time.Time
}

// Agree records an agreement. Transfer writes an export of some kinds' records
// for a recipient under a valid agreement. Disclose does for an authority what
// an order demands, no more (RC:L41, FL:L72). All leave ledger entries.
func (o *Operator) Agree(a Agreement) (registry.ID, error) { panic("not yet") }

// TransferRequest names what goes to whom.
type TransferRequest struct {
	Recipient string
	Purpose   registry.Purpose
	Kinds     []string // names
	Subjects  []registry.ID
}

func (o *Operator) Transfer(r TransferRequest) (export []byte, err error) { panic("not yet") }

// Order is an authority's demand.
type Order struct {
	Authority, Basis  string
	Demanded, Allowed bool // by the law that applies; both are needed
	Approver          string
	Emails            []string // of the persons it names
	Service           string
}

func (o *Operator) Disclose(r Order) (export []byte, err error) { panic("not yet") }

// Development is the export for product development: aggregates only (RC:L31).
func (o *Operator) Development() (export []byte, err error) { panic("not yet") }

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

// Tend does what is due now: sweeps, erases accounts that have ceased, rotates
// keys, closes an analytics period, drops calls and sessions that have ended.
func (s *Service) Tend() error { panic("not yet") }

// HandOver and EndService end the service in a building (RC:L45).
func (o *Operator) HandOver(building, successor string) error { panic("not yet") }
func (o *Operator) EndService(building string) error          { panic("not yet") }
