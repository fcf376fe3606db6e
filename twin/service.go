package twin

import (
	"time"

	"hoistway/scenarios"
	"hoistway/twin/script"
)

// Permit is the ordinal of a visitor's key in one run, from 1; 0 is none.
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
	// landing, by what the service or the phone knows.
	Call(at scenarios.Instant, call int64, resident, from, to int, distance float64) (ready time.Duration, refused string)
	// Assigned reports the car and its arrival to the caller's phone. It may
	// be called again for another car.
	Assigned(at scenarios.Instant, call int64, bank, car int)
	// Ended says that a call is over: served, cancelled or rejected.
	Ended(at scenarios.Instant, call int64, served bool)

	// IssueKey is a host making a key for a visitor, valid for as many uses.
	// From may lie before at, and before instant 0.
	IssueKey(at scenarios.Instant, permit Permit, host, floor int, from, until scenarios.Instant, uses int) (refused string)
	// RevokeKey is the host revoking it.
	RevokeKey(at scenarios.Instant, permit Permit)
	// UseKey is a visitor with a key at the entrance.
	UseKey(at scenarios.Instant, permit Permit, floor int) (refused string)
	// CheckKey tells whether a key opens a floor, without using it up.
	CheckKey(at scenarios.Instant, permit Permit, floor int) (refused string)
	// Ring is a visitor without a key at the intercom; answered says whether
	// the host would answer and open. A refusal means that they stay outside.
	Ring(at scenarios.Instant, visitor int64, host int, answered bool) (refused string)
	// CheckTag tells whether a resident's key tag opens a floor.
	CheckTag(at scenarios.Instant, resident, floor int) (refused string)

	// Do plays a scripted act. It returns the permits that ended with it.
	Do(act *script.Act) (ended []Permit)
	// Tend lets the service do what is due; it is called at least once a
	// simulated day, and at the end of the run.
	Tend(at scenarios.Instant) (ended []Permit)
	// Err is the first failure, nil when there was none.
	Err() error
}
