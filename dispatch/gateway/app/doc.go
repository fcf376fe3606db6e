// Package app is the network front of dispatch/remotecall: JSON over HTTP, for
// the phones of Remote Call and Flow, the panels at doors and the Managers of
// buildings. TLS is the server's. Everything is under /app/v1/, and
// /app/v1/openapi.json describes it.
//
// The contract:
//
//   - An API decides nothing. The service says who may do what; lifts, behind
//     the small interface Lifts, say which car comes.
//   - A phone signs in with a bearer token that the service gave it; a Manager
//     with the credential of their building, as Bearer or, with the building's
//     name for a user, as Basic. Neither is ever in an address, and an address
//     with a query is refused, so that none gets into somebody's log.
//   - Bodies are read strictly: an unknown, repeated, missing or mistyped member
//     is an error that names it.
//   - What is refused is told in one form, {"error": word, "message": sentence}.
//     The words are those of remotecall.Refusal and a few of our own.
//   - Nothing of a call is stored or logged. While its car comes, memory keeps
//     what ends it and what the building's logs may have of it. No log line or
//     metric has an address, a token, an ID, a floor or a value that somebody
//     entered.
//
// Not served here: the intercom with its pictures, which needs a standing
// connection to the phone (remotecall/wire); the acts of the provider's staff,
// which are not for the open network; and the rights that somebody exercises
// through a Manager or the staff.
//
// House opens the stores and the service with it, for whoever has neither yet.
package app
