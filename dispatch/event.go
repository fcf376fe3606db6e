package dispatch

import (
	"fmt"
	"math/bits"
	"strconv"
	"time"
)

// Instant is time since the caller's epoch: integer nanoseconds.
type Instant = time.Duration

// Floor counts landing levels from the lowest, which is 0.
type Floor int16

// NoFloor stands where no floor applies.
const NoFloor Floor = -1

// CarID is an index into Config.Cars.
type CarID int16

// NoCar stands where no car applies.
const NoCar CarID = -1

// CallID is the ordinal of a call in this run, increasing with every call. It
// carries no identity and is not stored anywhere.
type CallID int64

// Permit is the ordinal of the right a call was made under, from 1. NoPermit
// marks a call that needs none.
type Permit int32

// NoPermit is the permit of a call that needs none.
const NoPermit Permit = 0

// Direction of travel. The zero value is None.
type Direction int8

// The directions.
const (
	Down Direction = -1
	None Direction = 0
	Up   Direction = +1
)

func (d Direction) String() string {
	switch d {
	case Up:
		return "up"
	case Down:
		return "down"
	}
	return "none"
}

// EventKind tells what happened. The zero kind is not valid.
type EventKind uint8

// The kinds of event, with the fields of Event each one uses beside At.
const (
	LandingCall     EventKind = iota + 1 // Call, Floor, Dir, Permit: a button on a landing
	CarCall                              // Car, Floor, Permit: a button in a car
	DestinationCall                      // Call, Floor, To, Group, Ready, Permit, Cars: a panel or a phone
	Cancel                               // Call: the caller gave up
	CarStatus                            // Car, Floor, To: standing at Floor (To NoFloor) or on the way from Floor to To
	DoorStatus                           // Car, Floor, Door, Load: the doors entered a phase
	CarMode                              // Car, Mode
	FloorLock                            // Floor, Locked
	PermitRevoked                        // Permit
	Tick                                 // nothing but time
)

var eventNames = [...]string{"", "landing-call", "car-call", "destination-call", "cancel", "car-status", "door-status", "car-mode", "floor-lock", "permit-revoked", "tick"}

func (k EventKind) String() string {
	if int(k) < len(eventNames) && k > 0 {
		return eventNames[k]
	}
	return fmt.Sprintf("EventKind(%d)", uint8(k))
}

// Door is a phase of a car's doors.
type Door uint8

// The phases reported by DoorStatus.
const (
	DoorsOpening Door = iota + 1 // the car is at Floor and its doors begin to open
	DoorsClosing                 // the doors begin to close
	DoorsClosed                  // the doors are closed and locked; Load is what is aboard
)

// Mode is what a car may be used for. The zero value is InService.
type Mode uint8

// The modes.
const (
	InService Mode = iota
	OutOfService
)

// Event is one thing that happened, told to the controller. Fields not named
// by the kind are ignored.
type Event struct {
	At     Instant
	Call   CallID
	Ready  Instant // when the caller will be at the landing; at or before At means now
	Load   int64   // g
	Cars   uint64  // the cars that may take the call: bit i stands for car i; 0 = all
	Group  int32   // people travelling together, at least 1
	Permit Permit
	Car    CarID
	Floor  Floor
	To     Floor
	Dir    Direction
	Kind   EventKind
	Door   Door
	Mode   Mode
	Locked bool
}

// carList writes a bit set of cars as "0,2".
func carList(cars uint64) string {
	var s []byte
	for ; cars != 0; cars &= cars - 1 {
		if len(s) > 0 {
			s = append(s, ',')
		}
		s = strconv.AppendInt(s, int64(bits.TrailingZeros64(cars)), 10)
	}
	return string(s)
}

// String renders the event for transcripts.
func (e Event) String() string {
	s := fmt.Sprintf("%v %v", e.At, e.Kind)
	switch e.Kind {
	case LandingCall:
		s += fmt.Sprintf(" call=%d floor=%d %v", e.Call, e.Floor, e.Dir)
	case CarCall:
		s += fmt.Sprintf(" car=%d floor=%d", e.Car, e.Floor)
	case DestinationCall:
		s += fmt.Sprintf(" call=%d floor=%d to=%d group=%d ready=%v", e.Call, e.Floor, e.To, e.Group, e.Ready)
		if e.Cars != 0 {
			s += " cars=" + carList(e.Cars)
		}
	case Cancel:
		s += fmt.Sprintf(" call=%d", e.Call)
	case CarStatus:
		s += fmt.Sprintf(" car=%d floor=%d to=%d", e.Car, e.Floor, e.To)
	case DoorStatus:
		s += fmt.Sprintf(" car=%d floor=%d %s load=%dg", e.Car, e.Floor, [...]string{"?", "opening", "closing", "closed"}[min(e.Door, 3)], e.Load)
	case CarMode:
		s += fmt.Sprintf(" car=%d %s", e.Car, [...]string{"in-service", "out-of-service"}[min(e.Mode, 1)])
	case FloorLock:
		s += fmt.Sprintf(" floor=%d locked=%v", e.Floor, e.Locked)
	case PermitRevoked:
		s += fmt.Sprintf(" permit=%d", e.Permit)
	}
	return s
}
