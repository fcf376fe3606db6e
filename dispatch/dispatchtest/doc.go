// Package dispatchtest is a bank of very simple cars around a group
// controller, for the controller's own tests.
//
// A [Building] has a virtual clock and cars that obey commands in fixed times.
// It tells the controller what the cars do, delivers ticks when they are due,
// and hands every event with the commands it led to, to a [Ledger], which holds
// the controller to rules that need no knowledge of its policy. [Play] runs a
// building from a script, and gives the script back with the transcript in it.
//
// The cars have no physics: a flight of n floors takes Run + (n-1)*Floor. The
// package does not judge waiting times. It draws no random numbers and reads no
// clock: the same calls give the same events.
package dispatchtest
