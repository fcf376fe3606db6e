package dispatch

import "fmt"

// CommandKind tells what the controller wants. The zero kind is not valid.
type CommandKind uint8

// The kinds of command, with the fields of Command each one uses.
const (
	Assign   CommandKind = iota + 1 // Call, Car, Why: Car will answer Call
	Reassign                        // Call, Car, Why: Car takes Call over from another
	Answer                          // Call, Car: the doors of Car begin to open for Call; the call is over
	Serve                           // Car, Floor, Dir: stop at Floor, open, announce Dir
	Park                            // Car, Floor: stand at Floor with doors closed
	HoldDoor                        // Car, Until: keep the doors open until then
	Reject                          // Call (or Car and Floor for a car call), Reason
)

var commandNames = [...]string{"", "assign", "reassign", "answer", "serve", "park", "hold-door", "reject"}

func (k CommandKind) String() string {
	if int(k) < len(commandNames) && k > 0 {
		return commandNames[k]
	}
	return fmt.Sprintf("CommandKind(%d)", uint8(k))
}

// Reason says why a call was rejected. The list is closed.
type Reason uint8

// The reasons.
const (
	NoReason          Reason = iota
	FloorLocked              // the floor is locked at present
	FloorNotServed           // no car of the bank serves both floors
	SameFloor                // origin and destination are the same
	NoWayOn                  // no car of the bank leaves the floor in that direction
	AlreadyRegistered        // the landing call is lit
	CarNotServing            // the car does not serve the floor
	CarOutOfService          // the car takes no calls
	GroupTooLarge            // the group exceeds every car that may take it
	RevokedPermit            // the permit was revoked while the call was open
	NoCarAllowed             // cars of the bank serve both floors, but none that the call allows
)

var reasonNames = [...]string{"", "floor-locked", "floor-not-served", "same-floor", "no-way-on", "already-registered", "car-not-serving", "car-out-of-service", "group-too-large", "permit-revoked", "no-car-allowed"}

func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return fmt.Sprintf("Reason(%d)", uint8(r))
}

// Command is one thing the controller wants done at the instant of the Step
// that returned it.
type Command struct {
	Call   CallID
	Until  Instant
	Why    []CarCost // per-car cost terms, only when Config.Explain is set
	Car    CarID
	Floor  Floor
	Dir    Direction
	Kind   CommandKind
	Reason Reason
}

// String renders the command for transcripts.
func (c Command) String() string {
	switch c.Kind {
	case Assign, Reassign, Answer:
		return fmt.Sprintf("%v call=%d car=%d", c.Kind, c.Call, c.Car)
	case Serve:
		return fmt.Sprintf("serve car=%d floor=%d %v", c.Car, c.Floor, c.Dir)
	case Park:
		return fmt.Sprintf("park car=%d floor=%d", c.Car, c.Floor)
	case HoldDoor:
		return fmt.Sprintf("hold-door car=%d until=%v", c.Car, c.Until)
	case Reject:
		if c.Car != NoCar {
			return fmt.Sprintf("reject car=%d floor=%d %v", c.Car, c.Floor, c.Reason)
		}
		return fmt.Sprintf("reject call=%d %v", c.Call, c.Reason)
	}
	return c.Kind.String()
}
