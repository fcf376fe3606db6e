// Package load measures a service that speaks the network API under load, from
// outside: it opens sockets, places lift calls as a scenario's people would, and
// watches what becomes of them. Beside that it can load the app API of a
// remote-call service, with accounts that it opens and erases again. It shares no
// types with the gateway and works against any server of the API.
//
// # Contract
//
// The load is open-loop. Every request has an instant at which it is due, from a
// schedule that depends on the plan and its seed alone; it is sent then whether
// or not earlier ones have been answered, and its latency counts from that
// instant. A server that stalls is thus charged for everything that was due
// meanwhile. What the client itself sends late is measured as lateness, and a
// run that is too late on the whole is declared invalid, never passed.
//
// A [Target] lets connections through to loopback addresses only, unless the
// caller says that the target is theirs; this is checked for every connection.
// [Run] is bounded in time and in the number of sockets and requests.
//
// What it does not do: it does not print, write files or decide exit codes.
package load
