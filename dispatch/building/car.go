package building

import "hoistway/dispatch"

// Motion is a phase of a car's movement.
type Motion uint8

// The phases, in the order of a flight.
const (
	Standing     Motion = iota // level at a floor, doors closed
	Stopped                    // level at a floor for a stop: the doors are not closed
	Starting                   // speeding up, or about to move
	Moving                     // at its greatest speed of this flight
	Decelerating               // slowing down for Target; it can no longer stop before
)

// Doors is a phase of a car's doors.
type Doors uint8

// The phases.
const (
	Closed Doors = iota
	Opening
	Opened
	Closing
	Nudging // closing slowly on whoever blocks them
	Stuck   // open, and do not close
)

// Car is what a car does at one instant, as somebody aboard could tell. It
// holds nobody's identity.
type Car struct {
	Floor    dispatch.Floor     // where it stands; in flight the last floor it came past
	Advance  dispatch.Floor     // in flight the next floor at which it could still stop; else Floor
	Target   dispatch.Floor     // where the flight ends; Floor when it stands
	Left     dispatch.Floor     // where the last flight began
	LeftAt   dispatch.Instant   // and when
	Arrives  dispatch.Instant   // when it will stand at Target; when it stands, when it came
	Height   float64            // m above floor 0
	Travel   dispatch.Direction // of the flight; None when it stands
	Onward   dispatch.Direction // which way it will go on from its stop, as its indicator shows
	Motion   Motion
	Doors    Doors
	DoorZone bool // near enough to a floor that doors may open
	Opens    bool // the doors will open at Target
	Persons  int  // aboard or entering
	Load     int64
	Out      bool // takes no calls: out of service, or its doors are stuck
}
