// Package twin is the virtual-time driver: a building's physics and people
// around the production group controller of package dispatch.
//
// [New] prepares one replication of a scenario, [Twin.Run] plays it from the
// first event to the last. Events are ordered by instant, then class (cars and
// doors before people before scripted faults), then the order in which they
// were scheduled; a controller's timers are delivered at their instants. The
// same scenario, seed and replication give the same digest on every machine:
// no clock, map order, goroutine or global random number is used.
//
// Records of what happened go to a [result.Sink] as they come about. Every run
// is watched by the checkers of package check, which know nothing of the
// bookkeeping here.
//
// The twin has no network, no storage and no knowledge of who its people are;
// keys come from a small interface, [Keys].
package twin
