package check

import (
	"strconv"

	"hoistway/scenarios"
)

// Kind says what was seen. The zero Kind is none: observing it is a bug of the
// caller.
type Kind uint8

const (
	// People. Each names Person and Slot.

	Appeared Kind = iota + 1 // is at, or begins to walk to, a landing: Floor, To, Mass, Bank, Tenant, Permit, Leg, Further
	Waiting                  // is now at the landing; everybody who boards was seen waiting first
	Boarded                  // has entered: Car, Floor
	Alighted                 // has left the car: Car, Floor
	Left                     // went away without riding: To is Abandoned, NoShow or Refused

	// Cars. Each names Car.

	Opening      // doors begin to open: Floor
	Opened       // doors are fully open: Floor
	Closing      // doors begin to close: Floor
	Closed       // doors are fully closed: Floor
	Departed     // a flight begins, its start delay included: Floor it leaves, To
	Retargeted   // a moving car is bound elsewhere: To
	Stopped      // stands level, levelling done: Floor
	OutOfService // takes nobody from now on
	InService    // takes people again
	Slow         // runs at Factor per mille of its speed, acceleration and jerk; 1000 = in order again

	// The building.

	FloorLocked   // a floor-locked fault begins: Floor
	FloorUnlocked // ... and ends: Floor
	KeyIssued     // Permit, a key or a host who opened, opens Floor from From until just before Until
	KeyRevoked    // Permit opens nothing any more
	End           // the run is over; Person is how many people the run still counts as walking, waiting or riding
)

// Outcomes that To of a Left observation may have: the numbers of the results
// schema, written out here because a checker shares no code with the checked.
const (
	Abandoned = 1 // patience ran out at the landing
	NoShow    = 2 // never came to the landing
	Refused   = 3 // the call was rejected
)

// None marks a car, tenant or permit that does not apply.
const None = -1

// Observation is one thing that happened, as somebody standing in the building
// would note it down. Fields that a Kind does not list are ignored.
//
// A person's ordinal is given when they first appear and rises from each new
// person to the next. Slot is a small number that is theirs from then on until
// their last leg ends; then another person may have it.
type Observation struct {
	At      scenarios.Instant
	Person  int64             // ordinal; End: people still in the building
	Mass    int64             // grams
	From    scenarios.Instant // KeyIssued: first instant the key is valid
	Until   scenarios.Instant // KeyIssued: first instant it is no longer valid
	Slot    int32             // from 0
	Permit  int32             // ordinal of the key, rising in order of issue; None = carries no key
	Car     int16             // index over all cars of the building: banks in order, then their cars
	Bank    int16             // index into Scenario.Banks
	Floor   int16             // index into Building.Floors
	To      int16             // floor; Left: the outcome
	Tenant  int16             // index into Scenario.Tenants; None = a visitor, or somebody who belongs to nobody
	Factor  int16             // per mille, 1 to 1000, whole
	Kind    Kind
	Leg     uint8 // of a journey with transfers, from 0
	Further uint8 // legs still to come after this one; 0 = this is the last
}

var kindNames = [...]string{
	Appeared: "appeared", Waiting: "waiting", Boarded: "boarded", Alighted: "alighted", Left: "left",
	Opening: "opening", Opened: "opened", Closing: "closing", Closed: "closed", Departed: "departed",
	Retargeted: "retargeted", Stopped: "stopped", OutOfService: "out of service", InService: "in service",
	Slow: "slow", FloorLocked: "floor locked", FloorUnlocked: "floor unlocked", KeyIssued: "key issued",
	KeyRevoked: "key revoked", End: "end",
}

// String is the kind in words.
func (k Kind) String() string {
	if int(k) < len(kindNames) && kindNames[k] != "" {
		return kindNames[k]
	}
	return "kind " + strconv.Itoa(int(k))
}
