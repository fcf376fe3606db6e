package scenarios

// EventKind is an act in the life of the building's people and services.
type EventKind int

const (
	SubUserAdded   EventKind = iota // a main user adds a sub-user
	SubUserRemoved                  // and removes one again
	PreferenceSet                   // somebody changes preferences
	Corrected                       // somebody has an incorrect value corrected
	Reviewed                        // somebody asks what is stored
	Ported                          // somebody takes their data along
	Objected                        // somebody objects to usage analysis
	Erased                          // somebody asks for deletion and goes on with the key tag
	MovedOut                        // somebody moves out; somebody else moves in
	FellSilent                      // somebody stops using the app for good
	Impostor                        // somebody asks for another's data; must be refused
	BackedUp                        // the provider makes a backup
	Restored                        // the provider loses the cloud store and restores the newest backup
	Held                            // a legal case holds records of a person
	Released                        // the oldest open case is closed
	Reidentified                    // a security case
	Disclosed                       // an authority's order
	Transferred                     // an export to a subcontractor
	Troubleshot                     // staff connect to the camera
	KeyAuditRead                    // staff read the key audit on an incident
	Restarted                       // the provider's processes restart
	HandedOver                      // another provider takes over the building
	ServiceEnded                    // the service ends in the building
)

// eventKinds is what the format knows of each kind, in order of EventKind.
var eventKinds = [...]struct {
	word     string
	meaning  string
	befalls  bool // somebody who has an app
	flow     bool // and it must be Flow
	channel  bool // is exercised through a channel
	once     bool // at most once a site
	lives    bool // needs a residential building
	intercom bool // needs an intercom
}{
	SubUserAdded:   {word: "sub-user-added", meaning: "a main user gives somebody access", befalls: true, flow: true, lives: true},
	SubUserRemoved: {word: "sub-user-removed", meaning: "a main user takes it back from one of them", befalls: true, flow: true, lives: true},
	PreferenceSet:  {word: "preference-set", meaning: "somebody changes preferences", befalls: true, flow: true},
	Corrected:      {word: "corrected", meaning: "somebody has a wrong value corrected", befalls: true, channel: true},
	Reviewed:       {word: "reviewed", meaning: "somebody asks what is stored", befalls: true, channel: true},
	Ported:         {word: "ported", meaning: "somebody takes their data along", befalls: true, channel: true},
	Objected:       {word: "objected", meaning: "somebody objects to usage analysis", befalls: true, channel: true},
	Erased:         {word: "erased", meaning: "somebody asks for deletion and goes on with the key tag", befalls: true, channel: true},
	MovedOut:       {word: "moved-out", meaning: "somebody moves out and somebody else moves in", befalls: true},
	FellSilent:     {word: "fell-silent", meaning: "somebody stops using the app for good", befalls: true},
	Impostor:       {word: "impostor", meaning: "somebody asks for another's data and must be refused", befalls: true, channel: true},
	BackedUp:       {word: "backed-up", meaning: "the provider makes a backup"},
	Restored:       {word: "restored", meaning: "the provider loses the cloud store and restores the newest backup"},
	Held:           {word: "held", meaning: "a legal case holds records of somebody", befalls: true},
	Released:       {word: "released", meaning: "the oldest open case is closed"},
	Reidentified:   {word: "reidentified", meaning: "a security case asks who a randomized ID is", befalls: true, flow: true},
	Disclosed:      {word: "disclosed", meaning: "an authority orders somebody's data", befalls: true},
	Transferred:    {word: "transferred", meaning: "data goes to a subcontractor"},
	Troubleshot:    {word: "troubleshot", meaning: "staff connect to the camera", intercom: true},
	KeyAuditRead:   {word: "key-audit-read", meaning: "staff read the key audit on an incident"},
	Restarted:      {word: "restarted", meaning: "the provider's processes restart"},
	HandedOver:     {word: "handed-over", meaning: "another provider takes over the building", once: true},
	ServiceEnded:   {word: "service-ended", meaning: "the service ends in the building", once: true},
}

// String is the kind as scenarios write it: "sub-user-added".
func (k EventKind) String() string { return eventKinds[k].word }

// Befalls tells whether the kind befalls one of the people with an app.
func (k EventKind) Befalls() bool { return eventKinds[k].befalls }

// NeedsFlow tells whether it can befall only people with Flow.
func (k EventKind) NeedsFlow() bool { return eventKinds[k].flow }

// HasChannel tells whether the kind is exercised through a channel.
func (k EventKind) HasChannel() bool { return eventKinds[k].channel }

// EventKinds lists all kinds in order.
func EventKinds() []EventKind {
	kinds := make([]EventKind, len(eventKinds))
	for i := range kinds {
		kinds[i] = EventKind(i)
	}
	return kinds
}

// Knows tells whether the app's people can be befallen by the kind.
func (a App) Knows(k EventKind) bool {
	return a == FlowApp || a == RemoteCallApp && !k.NeedsFlow()
}

// Channel is how a right is exercised.
type Channel int

const (
	ByApp Channel = iota
	ByManager
	ByOperator
)

var channelWords = []string{"app", "manager", "operator"}

// String is the channel as scenarios write it: "app".
func (c Channel) String() string { return channelWords[c] }

// eventWords lists the words of the kinds, in order.
func eventWords() []string {
	var words []string
	for _, k := range eventKinds {
		words = append(words, k.word)
	}
	return words
}
