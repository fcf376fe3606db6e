// Package conformance tells whether a server behaves as the published KONE
// APIs: tokens, resources and equipment over HTTP, and calls, sessions and
// monitoring over a WebSocket.
//
// Run holds a server against a table of checks, one for each behaviour. A check
// says where the behaviour comes from and ends as passed, failed or skipped; a
// failure shows what was sent and received. What is sent is text written by
// hand, and what comes back is judged as bytes: order of keys, spaces, missing
// fields. The package shares no types with any server, and imports nothing of
// this module, so that it can judge any.
//
//	results, err := conformance.Run(ctx, conformance.Target{URL: "http://127.0.0.1:8080", ID: id, Secret: secret}, conformance.Options{})
//
// Checks place calls and hold doors. Some of them (Check.Changes) lock floors
// and take cars out through the admin API of `hoistway serve`; against a server
// without one they are skipped. Nothing here belongs near lifts with people in
// them, nor near a server that others use.
//
// The checks cannot tell how a server behaves under load; package load does.
package conformance
