package building

import (
	"time"

	"hoistway/dispatch"
)

// Control is the group controller of a bank, as the building sees it. A
// dispatch.Controller is one.
type Control interface {
	// StepAt tells what happened and appends the commands it leads to. An error
	// means that the building is at fault; nothing has changed then.
	StepAt(ev *dispatch.Event, out []dispatch.Command) ([]dispatch.Command, error)
	// Deadline is when the controller wants a Tick if nothing happens before.
	Deadline() (dispatch.Instant, bool)
}

// Watcher hears that something about a car has changed that its passengers
// could see: it left, stands, is bound elsewhere, its doors enter a phase, or it
// is taken out of service or back. Building.Car then tells what.
type Watcher interface {
	CarChanged(at dispatch.Instant, bank, car int)
}

// Building is the lifts and people of one building. Banks and cars are indexes
// into its Layout.
type Building interface {
	// Layout is what the building is made of. It never changes.
	Layout() *Layout
	// Connect gives the building its group controllers: control makes that of
	// each bank from the configuration that fits its cars. It is called once,
	// before any method but Layout; w may be nil.
	Connect(control func(bank int, c dispatch.Config) (Control, error), w Watcher) error

	// Next is when something happens by itself, or a controller wants a tick;
	// false when nothing will.
	Next() (dispatch.Instant, bool)
	// Play lets everything happen that is due by an instant. Instants never go
	// back. Methods below happen at the instant of the last Play.
	Play(until dispatch.Instant) error

	// Ride is somebody who called from outside and will be at the landing at
	// c.Ready. It places the call with the bank's Control, which may reject it
	// before Ride returns.
	Ride(bank int, c Ride) dispatch.CallID
	// Press presses a button at a landing. It gives the number of the landing
	// call, which may have been lit before.
	Press(bank int, f dispatch.Floor, d dispatch.Direction) dispatch.CallID
	// PressInside presses a button in a car.
	PressInside(bank, car int, f dispatch.Floor)
	// Cancel takes back a call of Ride or Press. It reports false when it is too
	// late: the call was answered, or somebody at the landing wants it.
	Cancel(bank int, c dispatch.CallID) bool
	// Hold keeps a car's open doors open: for as long as hard whatever happens,
	// then for as long as soft, or until somebody passes. Both 0 lets go. It
	// reports false when the doors are not open, nor opening at the floor.
	Hold(bank, car int, f dispatch.Floor, hard, soft time.Duration) bool

	// Car is what a car does now.
	Car(bank, car int) Car
	// Waiting is how many people stand at a bank's landings, by floor.
	Waiting(bank int, up, down []int)
	// Fault begins or ends a fault.
	Fault(f Fault) error
	// Broken lists invariants that the building has found broken; empty is well.
	Broken() []string
}

// Ride is a call from outside with its caller.
type Ride struct {
	From, To dispatch.Floor
	Group    int              // people or robots travelling together, at least 1
	Ready    dispatch.Instant // when they will be at the landing; the present or before means that they are
	Cars     uint64           // bit set of the cars they may take, by index in the bank; 0 = all
	Permit   dispatch.Permit
}

// FaultKind is what goes wrong, or is ordered.
type FaultKind uint8

// The kinds, with the fields of Fault each one uses.
const (
	CarOutOfService FaultKind = iota + 1 // Bank, Car: finishes its stop, lets people out, takes no calls
	StuckDoor                            // Bank, Car: the doors do not close
	SlowCar                              // Bank, Car, Factor: of rated speed, acceleration and jerk
	FloorLocked                          // Floor: nobody may be taken there
)

// Fault is a fault that begins now and lasts for a while, or that ends now.
type Fault struct {
	Kind   FaultKind
	Bank   int
	Car    int
	Floor  dispatch.Floor
	Factor float64       // SlowCar, in (0, 1)
	For    time.Duration // how long; 0 ends the fault
}
