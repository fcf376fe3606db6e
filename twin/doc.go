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
// The twin has no network, no storage and no knowledge of who its people are.
// Calls from the phone, visitors' keys and key tags are the affair of the
// remote-call service behind a small interface, [Service]; what else happens
// to the service is scripted ([hoistway/twin/script]) and played in between.
// The digest holds what the service decided, and nothing it drew at random.
package twin
