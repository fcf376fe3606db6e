package result

import "slices"

// NotUsed stands in [Trip.Denied] for somebody who has a phone and did not use
// the app on it: they never asked, so that the service refused nothing.
const NotUsed = "app-not-used"

// A Reason explains a word with which people are turned away, or calls from
// the phone are refused.
type Reason struct {
	Word    string
	Meaning string // a sentence without its full stop
}

// Reasons lists the words that are explained, in the order of a table.
func Reasons() []Reason { return slices.Clone(reasonTable) }

// Explain is what a word means to a reader; the word itself when it is not in
// the list.
func Explain(word string) string {
	if i := slices.IndexFunc(reasonTable, func(r Reason) bool { return r.Word == word }); i >= 0 {
		return reasonTable[i].Meaning
	}
	return word
}

// reasonTable is never written to. A result knows the words of those who
// refuse and nothing else of them.
var reasonTable = []Reason{
	// The group controller and the building.
	{"floor-locked", "the floor was locked at the time"},
	{"floor-not-served", "the bank does not serve the floor"},
	{"same-floor", "it was asked from a floor to the same floor"},
	{"no-way-on", "no car led on from there"},
	{"no-route", "no bank leads to the destination"},
	{"already-registered", "the same call was there already"},
	{"car-not-serving", "the car does not serve the floor"},
	{"car-out-of-service", "the car was out of service"},
	{"group-too-large", "no car holds a group of that size"},
	{"no-car-allowed", "none of the cars that the call allowed goes to both floors"},
	{"permit-revoked", "the permission to be there was withdrawn on the way"},
	{"not-let-in", "nobody let the visitor in at the entrance"},

	// Whose call it is.
	{NotUsed, "the person had stopped using the app and did not ask"},
	{"not-signed-in", "the app was not signed in to an account"},
	{"erased", "the account had been erased, and the phone was told to wipe what it kept"},
	{"wrong-credentials", "the e-mail or the password was wrong"},
	{"too-many-attempts", "there were too many wrong attempts to sign in"},
	{"already-signed-up", "there is an account with the e-mail already"},
	{"no-account", "nobody has signed up with the e-mail"},
	{"missing-field", "something that has to be filled in was not"},
	{"malformed-field", "something was filled in that cannot be right"},
	{"no-consent", "the consent that is needed was not given"},
	{"needs-guardian", "a guardian has to agree for somebody so young"},
	{"no-birth-date", "the date of birth is needed and not there"},
	{"processing-stopped", "the person had stopped the processing of their data, or objected to it"},
	{"identity-not-proven", "it was not proven who asked"},

	// Where it goes.
	{"unknown-building", "the service is not offered in the building"},
	{"unknown-floor", "the building has no such floor"},
	{"no-bank", "no bank serves both floors"},
	{"no-destination", "no destination was given, and there is no favourite floor"},
	{"not-permitted", "the account has no permission for the floor at the time"},
	{"not-near", "the phone was not near the landing"},
	{"position-too-precise", "the phone sent a position finer than the service may know"},
	{"too-many-calls", "there were more calls than one person may place in the time"},
	{"no-such-call", "there is no such call, or it is over"},
	{"no-such-entry", "there is no such permission, key or sub-user of theirs"},

	// Keys and the intercom.
	{"no-key", "there is no such key"},
	{"key-not-yet-valid", "the key was used before it is valid"},
	{"key-expired", "the key was used after its time"},
	{"key-revoked", "the host had revoked the key"},
	{"key-used-up", "the key had been used as often as it may be"},
	{"key-wrong-floor", "the key is for another floor"},
	{"no-key-tag", "the key tag is not known in the building"},
	{"no-device", "nobody's phone was connected to the apartment"},
	{"no-camera", "the entrance has no camera"},
	{"not-main-user", "only the main user of the apartment may do it"},
	{"two-main-users", "the apartment has a main user already"},
	{"already-answered", "somebody else had answered"},
	{"may-not-grant", "they may not grant that to others"},

	// The provider and its staff.
	{"not-the-provider", "the provider's service in the building had ended"},
	{"ask-the-manager", "the building's Manager decides it"},
	{"not-your-building", "the Manager's building does not know the person"},
	{"not-declared", "the building's configuration has no such log or field"},
	{"no-grounds", "there were no grounds for it"},
	{"self-approved", "whoever asked may not approve it too"},
	{"too-broad", "more was asked for than the case needs"},
	{"no-processing-agreement", "there was no agreement on the processing"},
	{"no-transfer-basis", "there was no basis for a transfer"},
	{"unknown-pseudonym", "nobody goes by the pseudonym"},
	{"pseudonym-too-old", "the pseudonym had been given up long ago"},
	{"malformed-pseudonym", "it was no pseudonym"},
	{"denied", "the access matrix does not allow it"},
	{"unavailable", "the service did not answer"},
}
