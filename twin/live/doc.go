// Package live is a building to stand behind a gateway: the physics and people
// of package twin, played as somebody's clock says.
//
// A Building is one scenario. It has no clock and no group controllers of its
// own: whoever drives it gives it both (hoistway/dispatch/building). Played by
// any clock, with nobody calling from outside, it does event for event what the
// same scenario does in a simulation.
//
// Its people are the scenario's, over and over: when the scenario's duration has
// passed, the next replication's people come. They are background traffic, without
// accounts or identities: those who call from their phones call as the services
// would call for them, visitors with keys stay away, and nothing scripted befalls
// anybody. It stores nothing.
package live
