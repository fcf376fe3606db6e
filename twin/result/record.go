package result

import "time"

// Instant is virtual time: nanoseconds since the start of the scenario.
type Instant = time.Duration

// None marks an instant that did not happen, a car that was not assigned or a
// floor that does not apply.
const None = -1

// Kind tells the three record types apart.
type Kind uint8

const (
	KindTrip Kind = iota // one person's ride on one bank
	KindCall             // one landing call, destination call or remote call as the controller saw it
	KindStop             // one visit of a car to a floor
)

// Outcome says how a trip ended. Every trip has exactly one.
type Outcome uint8

const (
	Served    Outcome = iota
	Abandoned         // patience ran out at the landing
	NoShow            // remote caller who never came
	Refused           // turned away at the entrance or by the group controller, and did not ride: see Reason
	Censored          // still waiting or riding when the run ended
)

// Access is how a trip was called.
type Access uint8

const (
	LandingButton Access = iota
	Panel
	RemoteCall
)

// Trip is one person's ride on one bank, the record all service figures come
// from. Instants that did not happen are None.
type Trip struct {
	Rep         int     // replication, from 0
	Journey     int64   // ordinal of the person's journey in this replication
	Leg, Legs   int     // leg of a journey with transfers between banks: 0..Legs-1
	Bank        int     // index into Header.Banks
	Tenant      int     // index into Header.Tenants; None for a passenger list without one or a visitor
	Access      Access  // how it was called
	Origin      int     // floor
	Destination int     // floor
	Mass        int64   // grams
	Begin       Instant // start of the journey's first wait: arrival at the first landing (all legs carry it); None for somebody who never came there
	Call        Instant // remote call placed; None otherwise
	Promised    Instant // remote: instant the caller was expected at the landing; None otherwise
	Wished      Instant // would have called from the phone then, but walked and pressed at the landing: see Denied; None otherwise
	Again       Instant // remote: found the car gone and called again from the landing; None otherwise
	Arrive      Instant // at the landing; None for a no-show
	Opening     Instant // answering car's doors begin to open; before Arrive if they stood open for somebody still walking
	Board       Instant // has entered the car
	Reached     Instant // doors begin to open at the destination
	Alight      Instant // has left the car
	Left        Instant // went away without riding: gave up, was refused or did not come; None otherwise
	Car         int     // index within the bank; None if never boarded
	Outcome     Outcome
	Reason      string // of a refusal, from the closed list; else ""
	Denied      string // why the service refused the call from the phone, from the closed list, or NotUsed; "" when it did not, or was not asked
}

// begin is the instant by which the trip's journey belongs to the window or
// not: its beginning, and for somebody who never came to a landing the instant
// they were expected there, else that of their call, else that of their being
// refused. It is None for somebody who was still walking when the run ended:
// they would have come after it.
func (t *Trip) begin() Instant {
	switch {
	case t.Begin >= 0:
		return t.Begin
	case t.Promised >= 0:
		return t.Promised
	case t.Call >= 0:
		return t.Call
	}
	return t.Left
}

// Call is one call as the group controller saw it.
type Call struct {
	Rep         int
	Bank        int
	Access      Access
	Floor       int
	Destination int     // None for a landing call
	Up          bool    // direction of travel
	Placed      Instant // registered by the controller
	Ready       Instant // when the caller said to be there; Placed for calls at the landing
	Answered    Instant // doors of the answering car began to open; None if not answered
	Car         int     // that answered, or None
	Moves       int     // how often it was reassigned
}

// Stop is one visit of a car to a floor with its doors opened.
type Stop struct {
	Rep      int
	Bank     int
	Car      int
	Floor    int
	From     int           // floor it came from
	Depart   Instant       // left From
	Opening  Instant       // doors began to open here
	Closed   Instant       // doors fully closed; None at the end of a run
	Alighted int           // persons out
	Boarded  int           // persons in
	Load     int64         // grams on leaving
	Persons  int           // on leaving
	Up       int           // direction announced on leaving: +1 up, -1 down, 0 none
	Held     time.Duration // doors kept open for a remote caller still walking
	Reopened int           // times the doors re-opened
	Absent   int           // remote calls it answered whose callers never came
}

// Sink takes records as they come about, in a run's own order. The value
// behind the pointer is reused: keep nothing. An error stops the run.
type Sink interface {
	Trip(*Trip) error
	Call(*Call) error
	Stop(*Stop) error
}
