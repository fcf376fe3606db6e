package twin

import (
	"time"

	"hoistway/scenarios"
	"hoistway/twin/script"
)

// Permit is the ordinal in one run, from 1, of what lets a visitor in: a key,
// or a host who opened when they rang. 0 is none.
type Permit int32

// Service is what the building's people ask of the remote-call service. It
// names them by ordinals of the run: residents as in script.Residents, calls
// and permits as counted here. Reasons are words of a closed list, "" when the
// service does what it was asked. Answers depend on what was asked before and
// on nothing else, so that runs are deterministic.
//
// Instants never go back. An error of Err ends the run.
type Service interface {
	// Call asks for a car for a resident who sets out now and has a distance
	// in metres to walk. It gives how long after now they will be at the
	// landing, by what the service or the phone knows. From and to are the
	// ends of the whole journey, also where they change banks on the way.
	Call(at scenarios.Instant, call int64, resident, from, to int, distance float64) (ready time.Duration, refused string)
	// Assigned reports the car and its arrival to the caller's phone. It may
	// be called again for another car, and is not called before Call returns.
	Assigned(at scenarios.Instant, call int64, bank, car int)
	// Ended says, once for every call that was not refused, that it is over:
	// served when the caller has boarded; not when they cancelled, were
	// rejected, missed the car or never came.
	Ended(at scenarios.Instant, call int64, served bool)

	// IssueKey is a host making a key for a visitor, valid for as many uses.
	// From and until may lie before at, and before instant 0: the key was made
	// beforehand. Host is script.None when nobody lives at the floor.
	IssueKey(at scenarios.Instant, permit Permit, host, floor int, from, until scenarios.Instant, uses int) (refused string)
	// RevokeKey is the host revoking it. Revoking twice changes nothing.
	RevokeKey(at scenarios.Instant, permit Permit)
	// UseKey is a visitor with a key at the entrance who wants to go to a
	// floor. It uses the key up by one.
	UseKey(at scenarios.Instant, permit Permit, floor int) (refused string)
	// CheckKey tells whether a permit opens a floor to the visitor on the way,
	// who has been let in at the entrance. It uses nothing up, and that its
	// uses are spent is no reason to refuse.
	CheckKey(at scenarios.Instant, permit Permit, floor int) (refused string)
	// Ring is a visitor without a key at the intercom; answered says whether
	// the host would answer and open. Who is let in has the permit from then
	// on, until an instant after at, as if it were a key to the floor: CheckKey
	// and the ends of permits apply. A refusal means that they stay outside.
	Ring(at scenarios.Instant, permit Permit, host, floor int, answered bool) (until scenarios.Instant, refused string)
	// CheckTag tells whether a resident's key tag opens a floor.
	CheckTag(at scenarios.Instant, resident, floor int) (refused string)

	// Do plays a scripted act. It returns the permits that ended with it,
	// other than by their validity running out.
	Do(act *script.Act) (ended []Permit)
	// Tend lets the service do what is due, and returns permits as Do does. It
	// is called at 03:00 of every calendar day of the run's duration, in UTC,
	// and at the end of the run.
	Tend(at scenarios.Instant) (ended []Permit)
	// Err is the first failure, nil when there was none.
	Err() error
}
