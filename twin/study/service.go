package study

import (
	"fmt"

	"hoistway/scenarios"
	"hoistway/twin"
)

// Service is a remote-call service for one replication.
type Service interface {
	twin.Service
	// Close ends it, after the last event and whether the replication went
	// well or not. Its error ends the study.
	Close() error
}

// Services opens the service of a replication. It is called from several
// goroutines at once, only for scenarios that need one, and again for every
// pass that is simulated to measure.
type Services func(sc *scenarios.Scenario, replication int) (Service, error)

// serve gives a replication the service it needs. Closing is safe where none
// was opened.
func (s *study) serve(sc *scenarios.Scenario, rep int, o *twin.Options) (closing func() error, err error) {
	none := func() error { return nil }
	if s.o.Service == nil || !twin.NeedsService(sc) {
		return none, nil // where one is needed, the twin says so
	}
	service, err := s.o.Service(sc, rep)
	if err != nil {
		return none, fmt.Errorf("scenario %s, replication %d: opening the remote-call service: %w", sc.Name, rep, err)
	}
	o.Service = service
	return func() error {
		if err := service.Close(); err != nil {
			return fmt.Errorf("scenario %s, replication %d: closing the remote-call service: %w", sc.Name, rep, err)
		}
		return nil
	}, nil
}
