// Package remotecall is the service logic of KONE Remote Call and KONE Flow:
// who may call a lift, open a door or let somebody in, now.
//
// A [Service] stands on the stores of dispatch/registry and on an injected
// clock. It signs people up, lets their building's [Manager] grant them
// permissions, vets each call and hands the group controller a [Ticket] that
// names nobody. Whatever it will not do, it refuses with a [Refusal], a word
// of a closed list.
//
// What is kept where:
//
//   - The stores keep accounts, preferences, permissions, keys and sub-users,
//     each reached through a handle of one role and purpose.
//   - A visitor key, which names somebody without an account, stays for a week
//     after its end and is then removed with the next weekly settling, within
//     registry.EndedKeys of its end.
//   - Memory alone keeps logins, pending calls, intercom calls, counters of
//     misuse and the tables by which records are found. They end with the
//     process, and their keys are digests under a secret that ends with it too.
//   - Of a login whose account was erased, memory keeps a digest of its token for
//     a year at most, so that its phone can be told to wipe itself. A service that
//     was started anew tells nobody: it knows no login at all.
//   - A call's floors, instants and the caller's position are in neither: they
//     are looked at once. Nor are they in a log, an error or a metric.
//
// The service does not place calls, open doors or speak to a network: its
// driver does. It reads no wall clock and starts no goroutine of its own but
// while New reads the stores.
package remotecall
