// Package outcome is the versioned contract of a load run's results: what a
// load generator measured of a service that speaks the network API, and whether
// that was good enough. Writers, reports and later readers share it and nothing
// else.
//
// Latencies count from the instant at which a request was due, not from the
// instant at which it was sent: a server that stalls is charged for every
// request that was due in the stall. Requests that were never answered count
// with the time for which they were waited for, so that a quantile is then a
// lower bound and never too good.
//
// A File holds no token, no secret, no address of a call and nobody's name.
package outcome
