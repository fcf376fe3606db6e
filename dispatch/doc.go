// Package dispatch is the group controller of an elevator bank: the code that
// ships in the building and the code the twin simulates, bit for bit.
//
// It is a fold. An [Event] with its instant goes into [Controller.Step],
// commands come out; [Controller.Deadline] says when the controller wants a
// tick if nothing happens before. The package has no clock, goroutine, random
// number, input or output, and its results depend on nothing but the sequence
// of events. Timers due at or before an event's instant fire first, inside
// Step, so that a virtual-time and a real-time driver cannot disagree.
//
// Outside errors (unknown car, regressed time, duplicate call) are returned
// and leave the state unchanged. What a caller may ask but not get, such as a
// locked floor, is answered by a [Reject] command with a reason from a closed
// list. A broken invariant of the package itself panics with "BUG:".
//
// The controller never sees who calls: calls and permits are ordinals of the
// run, and all it knows of people is floors, instants, group sizes and load.
//
// It does not move cars. A car obeys a [Serve] or [Park] if it physically can
// and answers one it cannot obey with a [CarStatus] event.
package dispatch
