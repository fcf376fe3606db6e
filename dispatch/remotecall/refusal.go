package remotecall

// Refusal is why the service does not do what it was asked. The list is
// closed; results, metrics and the apps show these words.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// The reasons.
const (
	NotSignedIn        Refusal = "not-signed-in"
	WrongCredentials   Refusal = "wrong-credentials"
	TooManyAttempts    Refusal = "too-many-attempts"
	AlreadySignedUp    Refusal = "already-signed-up"
	MissingField       Refusal = "missing-field"
	MalformedField     Refusal = "malformed-field"
	UnknownBuilding    Refusal = "unknown-building"
	UnknownFloor       Refusal = "unknown-floor"
	NoBank             Refusal = "no-bank"
	SameFloor          Refusal = "same-floor"
	NoDestination      Refusal = "no-destination" // none given and no favourite floor
	NotPermitted       Refusal = "not-permitted"  // no permission for a floor or bank now
	NotNear            Refusal = "not-near"
	TooPrecise         Refusal = "position-too-precise"
	TooManyCalls       Refusal = "too-many-calls"
	NoSuchCall         Refusal = "no-such-call"
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
	AlreadyAnswered    Refusal = "already-answered"
	ProcessingStopped  Refusal = "processing-stopped" // the subject stopped or objected
	IdentityNotProven  Refusal = "identity-not-proven"
	AskTheManager      Refusal = "ask-the-manager" // referral (FL:L92)
	NotProvider        Refusal = "not-the-provider"
	NotYourBuilding    Refusal = "not-your-building"
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
