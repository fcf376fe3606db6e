package remotecall

import "hoistway/dispatch/registry"

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

	// Identity: channels other than the app must prove it. The app proves it
	// by Token; ToDelete and ToPort want the password again.
	Email, Password string
	// CheckedBy is the number of the member of staff who saw proof of identity
	// of somebody without the password, such as "staff-17"; operator only. It
	// stands in the ledger.
	CheckedBy string

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
