package app

import (
	"errors"
	"net/http"

	"hoistway/dispatch/remotecall"
)

// Refusals of our own, beside those of the service.
const (
	malformedRequest remotecall.Refusal = "malformed-request"
	tooLarge         remotecall.Refusal = "too-large"
	wrongContentType remotecall.Refusal = "wrong-content-type"
	tooManyRequests  remotecall.Refusal = "too-many-requests"
	noSuchPath       remotecall.Refusal = "no-such-path"
	wrongMethod      remotecall.Refusal = "wrong-method"
	tooSlow          remotecall.Refusal = "too-slow"
)

// answer is how a refusal is told.
type answer struct {
	status int
	remedy string
}

// answers are all refusals that a client can meet.
var answers = map[remotecall.Refusal]answer{
	malformedRequest: {http.StatusBadRequest, "Send one JSON object as /app/v1/openapi.json describes it."},
	tooLarge:         {http.StatusRequestEntityTooLarge, "The body is larger than this request may have: send less."},
	wrongContentType: {http.StatusUnsupportedMediaType, "Send the body as application/json in UTF-8."},
	tooManyRequests:  {http.StatusTooManyRequests, "Too many attempts from your address: wait as long as Retry-After says."},
	noSuchPath:       {http.StatusNotFound, "There is nothing here: /app/v1/openapi.json lists what there is."},
	wrongMethod:      {http.StatusMethodNotAllowed, "The header Allow lists what can be done here."},
	tooSlow:          {http.StatusRequestTimeout, "The body did not arrive in time: send it again."},

	remotecall.NotSignedIn:        {http.StatusUnauthorized, "Sign in and send the token as Authorization: Bearer."},
	remotecall.Erased:             {http.StatusGone, "The account was erased: delete what this phone keeps of it."},
	remotecall.WrongCredentials:   {http.StatusUnauthorized, "Check the address and the password, or the building's credential."},
	remotecall.TooManyAttempts:    {http.StatusTooManyRequests, "Too many wrong passwords: wait as long as Retry-After says."},
	remotecall.AlreadySignedUp:    {http.StatusConflict, "There is an account with this address: sign in instead."},
	remotecall.NoAccount:          {http.StatusNotFound, "Nobody has signed up with this address: ask the person to sign up first."},
	remotecall.MissingField:       {http.StatusBadRequest, "Send the member that is missing."},
	remotecall.MalformedField:     {http.StatusBadRequest, "Correct the member and send the request again."},
	remotecall.UnknownBuilding:    {http.StatusNotFound, "The service is not offered in a building of this name: GET /app/v1/buildings lists those where it is."},
	remotecall.UnknownFloor:       {http.StatusNotFound, "The building has no such floor: GET /app/v1/buildings lists its floors."},
	remotecall.NoBank:             {http.StatusNotFound, "No bank has this name, or none serves both floors: GET /app/v1/buildings lists banks."},
	remotecall.SameFloor:          {http.StatusBadRequest, "From and to are one floor: choose another destination."},
	remotecall.NoDestination:      {http.StatusBadRequest, "Name a destination in to, or set a favourite floor of this building."},
	remotecall.NotPermitted:       {http.StatusForbidden, "There is no permission for this now: ask the building's Manager."},
	remotecall.NotNear:            {http.StatusForbidden, "Call again when you are near the building."},
	remotecall.TooPrecise:         {http.StatusBadRequest, "Send the cell of the grid and whole metres and seconds, nothing finer."},
	remotecall.TooManyCalls:       {http.StatusTooManyRequests, "There were too many calls within an hour: wait before the next one, or use the buttons."},
	remotecall.NoSuchCall:         {http.StatusNotFound, "There is no such call of yours under way: it may be over."},
	remotecall.NoSuchEntry:        {http.StatusNotFound, "There is no such entry of yours: list what there is."},
	remotecall.MayNotGrant:        {http.StatusForbidden, "You may not let others onto these floors now: ask the building's Manager."},
	remotecall.NoConsent:          {http.StatusForbidden, "Ask the person to agree first and attest it with consent."},
	remotecall.NeedsGuardian:      {http.StatusForbidden, "A holder of parental responsibility has to enter this person, and attest it with guardian."},
	remotecall.NoBirthDate:        {http.StatusBadRequest, "Send the date of birth as birth_date."},
	remotecall.KeyUnknown:         {http.StatusNotFound, "No key of this building has this ID and code: ask your host for another."},
	remotecall.KeyEarly:           {http.StatusForbidden, "The key is not valid yet: come back when it is."},
	remotecall.KeyExpired:         {http.StatusForbidden, "The key has expired: ask your host for another."},
	remotecall.KeyRevoked:         {http.StatusForbidden, "The key was revoked: ask your host."},
	remotecall.KeyUsedUp:          {http.StatusForbidden, "The key has no uses left: ask your host for another."},
	remotecall.KeyWrongFloor:      {http.StatusForbidden, "The key does not open this floor: ask your host for another."},
	remotecall.TagUnknown:         {http.StatusNotFound, "There is no such key tag in this building: ask its Manager."},
	remotecall.NoDevice:           {http.StatusNotFound, "Nobody's phone is connected: ring again later."},
	remotecall.NoCamera:           {http.StatusNotFound, "The entrance has no camera."},
	remotecall.NotMainUser:        {http.StatusForbidden, "Only the apartment's main user can do this."},
	remotecall.TwoMainUsers:       {http.StatusConflict, "The apartment has a main user: admit them without main_user first."},
	remotecall.AlreadyAnswered:    {http.StatusConflict, "The call at the entrance was answered already."},
	remotecall.ProcessingStopped:  {http.StatusForbidden, "An objection has stopped this: rights can still be exercised."},
	remotecall.IdentityNotProven:  {http.StatusForbidden, "Send the right password of the account."},
	remotecall.AskTheManager:      {http.StatusForbidden, "This is up to the building's Manager: the referrals say whom to ask for what."},
	remotecall.NotProvider:        {http.StatusForbidden, "The service in this building has ended: ask its Manager."},
	remotecall.NotYourBuilding:    {http.StatusNotFound, "The building does not know this person: admit them first."},
	remotecall.NotDeclared:        {http.StatusBadRequest, "The building's configuration has no such log or field."},
	remotecall.NoGrounds:          {http.StatusForbidden, "State the grounds first."},
	remotecall.SelfApproved:       {http.StatusForbidden, "Somebody else has to approve this."},
	remotecall.TooBroad:           {http.StatusBadRequest, "Ask for less."},
	remotecall.NoAgreement:        {http.StatusForbidden, "There is no processing agreement for this."},
	remotecall.NoTransferBasis:    {http.StatusForbidden, "There is no legal basis for this transfer."},
	remotecall.PseudonymUnknown:   {http.StatusNotFound, "Register the randomized ID first."},
	remotecall.PseudonymTooOld:    {http.StatusConflict, "Make a new randomized ID and register it."},
	remotecall.PseudonymMalformed: {http.StatusBadRequest, "Make a new randomized ID: 128 random bits in lower-case base32."},
	remotecall.Denied:             {http.StatusForbidden, "This account may not do this."},
	remotecall.Unavailable:        {http.StatusServiceUnavailable, "This cannot be done at present: try again later."},
}

// told are the refusals whose errors say more than the word: which member, and
// what about it. Others may wrap errors of the stores, which are not for
// clients.
var told = map[remotecall.Refusal]bool{
	malformedRequest: true, wrongContentType: true, remotecall.MissingField: true, remotecall.MalformedField: true, remotecall.TooPrecise: true,
}

// refused is the body of a refusal.
type refused struct {
	Error     remotecall.Refusal `json:"error"`
	Message   string             `json:"message"`
	Referrals []string           `json:"referrals,omitempty"` // of ask-the-manager
	Keys      []madeKey          `json:"keys,omitempty"`      // that were made before an import failed
}

// refusalOf puts an error into the form that clients are told.
func refusalOf(err error) (status int, body *refused) {
	word := remotecall.Reason(err)
	a, known := answers[word]
	if !known {
		word, a = remotecall.Unavailable, answers[remotecall.Unavailable]
	}
	body = &refused{Error: word, Message: a.remedy}
	if detail := err.Error(); told[word] && detail != string(word) {
		body.Message = detail + ". " + a.remedy
	}
	var r *withReferrals
	if errors.As(err, &r) {
		body.Referrals = r.referrals
	}
	var k *withKeys
	if errors.As(err, &k) {
		body.Keys = k.keys
	}
	return a.status, body
}
