package study

import (
	"context"

	"hoistway/scenarios"
	"hoistway/twin"
)

// Simulation is a replication that is set up and stands before its first
// event. Run takes it to its last; a cancelled context stops it between events
// with the context's error.
type Simulation interface {
	Run(ctx context.Context) (twin.Outcome, error)
}

// Prepare sets a replication up. It is called from several goroutines at once.
type Prepare func(sc *scenarios.Scenario, o twin.Options) (Simulation, error)

// prepareTwin prepares the real thing.
func prepareTwin(sc *scenarios.Scenario, o twin.Options) (Simulation, error) {
	return twin.New(sc, o)
}

// Meter measures processor time: it starts a span and returns the function
// that ends it and gives its seconds. Both are called on one goroutine. A
// study has no clock of its own, so that none can reach a result.
type Meter func() (stop func() (seconds float64))
