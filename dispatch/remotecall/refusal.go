package remotecall

import (
	"errors"
	"fmt"

	"hoistway/dispatch/registry"
)

// Refusal is why the service does not do what it was asked. The list is
// closed; results, metrics and the apps show these words. Errors wrap a
// Refusal: errors.As finds it. Their text may name a field, a building or a
// floor, never a value that somebody entered.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// The reasons.
const (
	NotSignedIn        Refusal = "not-signed-in"
	Erased             Refusal = "erased" // the login's account is gone: the phone wipes what it keeps
	WrongCredentials   Refusal = "wrong-credentials"
	TooManyAttempts    Refusal = "too-many-attempts"
	AlreadySignedUp    Refusal = "already-signed-up"
	NoAccount          Refusal = "no-account" // a Manager named an e-mail that nobody signed up with
	MissingField       Refusal = "missing-field"
	MalformedField     Refusal = "malformed-field"
	UnknownBuilding    Refusal = "unknown-building" // or the service is not offered there
	UnknownFloor       Refusal = "unknown-floor"
	NoBank             Refusal = "no-bank"
	SameFloor          Refusal = "same-floor"
	NoDestination      Refusal = "no-destination" // none given and no favourite floor
	NotPermitted       Refusal = "not-permitted"  // no permission for a floor or bank now
	NotNear            Refusal = "not-near"
	TooPrecise         Refusal = "position-too-precise"
	TooManyCalls       Refusal = "too-many-calls"
	NoSuchCall         Refusal = "no-such-call"
	NoSuchEntry        Refusal = "no-such-entry" // a permission, key or sub-user that the asker does not have
	MayNotGrant        Refusal = "may-not-grant"
	NoConsent          Refusal = "no-consent"
	NeedsGuardian      Refusal = "needs-guardian"
	NoBirthDate        Refusal = "no-birth-date"
	KeyUnknown         Refusal = "no-key"
	KeyEarly           Refusal = "key-not-yet-valid"
	KeyExpired         Refusal = "key-expired"
	KeyRevoked         Refusal = "key-revoked"
	KeyUsedUp          Refusal = "key-used-up"
	KeyWrongFloor      Refusal = "key-wrong-floor"
	TagUnknown         Refusal = "no-key-tag"
	NoDevice           Refusal = "no-device" // nobody's phone is connected to the apartment
	NoCamera           Refusal = "no-camera"
	NotMainUser        Refusal = "not-main-user"
	TwoMainUsers       Refusal = "two-main-users" // the apartment has a main user already
	AlreadyAnswered    Refusal = "already-answered"
	ProcessingStopped  Refusal = "processing-stopped" // the subject stopped or objected
	IdentityNotProven  Refusal = "identity-not-proven"
	AskTheManager      Refusal = "ask-the-manager" // referral (FL:L92)
	NotProvider        Refusal = "not-the-provider"
	NotYourBuilding    Refusal = "not-your-building" // the Manager's building does not know the person
	NotDeclared        Refusal = "not-declared"      // a log or field that the building's configuration lacks
	NoGrounds          Refusal = "no-grounds"
	SelfApproved       Refusal = "self-approved"
	TooBroad           Refusal = "too-broad"
	NoAgreement        Refusal = "no-processing-agreement"
	NoTransferBasis    Refusal = "no-transfer-basis"
	PseudonymUnknown   Refusal = "unknown-pseudonym"
	PseudonymTooOld    Refusal = "pseudonym-too-old"
	PseudonymMalformed Refusal = "malformed-pseudonym"
	Denied             Refusal = "denied" // by the access matrix
	Unavailable        Refusal = "unavailable"
)

// Reason is the refusal in an error, "" when there is no error, and
// Unavailable for an error that is no refusal.
func Reason(err error) Refusal {
	var r Refusal
	switch {
	case err == nil:
		return ""
	case errors.As(err, &r):
		return r
	}
	return Unavailable
}

// field refuses a value without showing it.
func field(r Refusal, name, why string) error {
	if why == "" {
		return fmt.Errorf("%w: %s", r, name)
	}
	return fmt.Errorf("%w: %s %s", r, name, why)
}

// stored wraps an error of the stores in the refusal that it means. What was
// being done belongs into act, such as "read permission".
func stored(act string, err error) error {
	var denied *registry.Denied
	var already Refusal
	switch {
	case err == nil:
		return nil
	case errors.As(err, &already):
		return err
	case errors.Is(err, registry.ErrNotProvider):
		return fmt.Errorf("%w: %s: %w", NotProvider, act, err)
	case errors.As(err, &denied):
		return fmt.Errorf("%w: %s: %w", Denied, act, err)
	}
	return fmt.Errorf("%w: %s: %w", Unavailable, act, err)
}

// gone tells that a record does not exist or can no longer be read by anybody.
func gone(err error) bool {
	return errors.Is(err, registry.ErrNotFound) || errors.Is(err, registry.ErrShredded)
}

// notProvider tells that our service in a building has ended.
func notProvider(err error) bool {
	return errors.Is(err, registry.ErrNotProvider) || errors.Is(err, NotProvider)
}
