package study

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/result"
	"hoistway/twin/twintest"
)

// plain opens a service in memory that knows the tenants' floors.
func plain(sc *scenarios.Scenario, replication int) (Service, error) {
	return &twintest.Service{Tag: twintest.Tenants(sc, sc.Run.Seed, replication)}, nil
}

// callers is a scenario whose people call from the phone; only what a service
// needs is added to a small one.
func callers(t *testing.T) *scenarios.Scenario {
	sc := *lobbyAndOne(t)
	sc.Service = &scenarios.Service{Start: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)}
	return &sc
}

// opened is a factory that remembers what it opened.
type opened struct {
	mu       sync.Mutex
	services []*closing
	refuse   error
	failing  error // of Close
}

type closing struct {
	twintest.Service
	fails error
}

func (c *closing) Close() error { return errors.Join(c.Service.Close(), c.fails) }

func (o *opened) open(_ *scenarios.Scenario, replication int) (Service, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.refuse != nil {
		return nil, o.refuse
	}
	c := &closing{fails: o.failing}
	o.services = append(o.services, c)
	return c, nil
}

func TestServiceIsOpenedAndClosedForEveryReplication(t *testing.T) {
	meter := func() func() float64 { return func() float64 { return 0.03 } }
	fails := func(sc *scenarios.Scenario, o twin.Options) (Simulation, error) { panic("something is wrong with us") }
	for _, c := range []struct {
		sentence string
		o        Options
		refuse   error // of opening
		failing  error // of closing
		bare     bool  // the scenario needs no service
		opened   int
		says     string
	}{
		{sentence: "each replication has its own", o: Options{Replications: 3, Parallel: 2}, opened: 3},
		{sentence: "a scenario that needs none gets none", o: Options{Replications: 3, Parallel: 1}, bare: true, opened: 0},
		{sentence: "passes that measure open their own", o: Options{Replications: 1, Parallel: 1, Meter: meter}, opened: 4},
		{sentence: "closed after a panic as well", o: Options{Replications: 1, Parallel: 1, Prepare: fails}, opened: 1, says: "something is wrong with us"},
		{sentence: "one that cannot be opened ends the study", o: Options{Replications: 2, Parallel: 1}, refuse: errors.New("no room"),
			says: "replication 0: opening the remote-call service: no room"},
		{sentence: "one that cannot be closed ends the study", o: Options{Replications: 2, Parallel: 1}, failing: errors.New("disk full"), opened: 1,
			says: "replication 0: closing the remote-call service: disk full"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			sc := callers(t)
			if c.bare {
				sc = lobbyAndOne(t)
			}
			factory := opened{refuse: c.refuse, failing: c.failing}
			c.o.Service = factory.open
			_, _, err := Run(t.Context(), []*scenarios.Scenario{sc}, c.o)
			if says := fmt.Sprint(err); c.says == "" && err != nil || !strings.Contains(says, c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
			if len(factory.services) != c.opened {
				t.Errorf("%d services were opened, want %d", len(factory.services), c.opened)
			}
			for i, s := range factory.services {
				if !s.Closed {
					t.Errorf("service %d was not closed", i)
				}
			}
		})
	}
}

func TestAScenarioWithAServiceSaysWhatIsMissing(t *testing.T) {
	_, _, err := Run(t.Context(), []*scenarios.Scenario{callers(t)}, Options{Replications: 1, Parallel: 1})
	if err == nil || !strings.Contains(err.Error(), "needs a remote-call service") {
		t.Errorf("error %v, want one that says what is missing", err)
	}
}

// A failure of the service is no result.
func TestAFailureOfTheServiceEndsTheStudy(t *testing.T) {
	sc := callers(t)
	_, _, err := Run(t.Context(), []*scenarios.Scenario{sc}, Options{Replications: 1, Parallel: 1, Service: func(*scenarios.Scenario, int) (Service, error) {
		return &twintest.Service{Failure: errors.New("store is gone")}, nil
	}})
	if err == nil || !strings.Contains(err.Error(), "store is gone") {
		t.Errorf("error %v, want the service's", err)
	}
}

func TestButtonsAreInTheHeaderAndTheCommand(t *testing.T) {
	f := studyOf(t, callers(t), Options{Replications: 1, Parallel: 1, Service: plain, Buttons: true})
	if f.Header.Calls != result.CallsButtons || !strings.Contains(f.Header.Repeat, "--calls buttons") {
		t.Errorf("calls %q, repeated with %q", f.Header.Calls, f.Header.Repeat)
	}
}
