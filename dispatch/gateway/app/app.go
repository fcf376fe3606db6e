package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"hoistway/dispatch/remotecall"
)

// Config of an API.
type Config struct {
	Service *remotecall.Service
	// Lifts bring cars to callers. nil = there are none until Connect, and
	// calls are refused as unavailable.
	Lifts Lifts

	// Buildings and Policy are the service's own. Phones ask for floors, banks
	// and the grid of positions before they sign up.
	Buildings []remotecall.Building
	Policy    remotecall.Policy

	Now     func() time.Time // nil = time.Now; of the limits of attempts
	Log     *slog.Logger     // nil = none
	Metrics *metrics.Set     // nil = none
	Limits  Limits           // zero fields take the defaults of DefaultLimits
}

// Limits bound what clients can take.
type Limits struct {
	Body      int64         // bytes of a request's body
	Import    int64         // bytes of the body of an import
	BodyTime  time.Duration // to send it
	Calls     int           // under way at once
	Attempts  int           // at signing up and in, at once, from one client address
	Again     time.Duration // until one more attempt is free
	Addresses int           // whose attempts are counted; all others share one count
	Hashes    int           // passwords hashed at once: each takes the memory of registry.Cost
	HashWait  time.Duration // for one of them to be free
}

// DefaultLimits suit an office behind one address and a small server.
func DefaultLimits() Limits {
	return Limits{
		Body: 64 << 10, Import: 1 << 20, BodyTime: 10 * time.Second, Calls: 1 << 16,
		Attempts: 20, Again: 3 * time.Second, Addresses: 1 << 16, Hashes: 2 * runtime.GOMAXPROCS(0), HashWait: 5 * time.Second,
	}
}

// API serves /app/v1/. It is safe for concurrent use.
type API struct {
	config   Config
	service  *remotecall.Service
	log      *slog.Logger
	mux      *http.ServeMux
	calls    calls
	attempts *attempts
	hashing  chan struct{}
	count    *counts
}

// New makes an API.
func New(c Config) (*API, error) {
	if c.Service == nil {
		return nil, errors.New("app: no service behind the API")
	}
	if err := c.Limits.fill(); err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	a := &API{
		config: c, service: c.Service, log: c.Log, mux: http.NewServeMux(), attempts: newAttempts(c.Limits), hashing: make(chan struct{}, c.Limits.Hashes),
		calls: calls{open: map[uint64]*placed{}}, count: newCounts(c.Metrics),
	}
	a.route()
	return a, nil
}

// fill puts in defaults, and refuses what bounds nothing.
func (l *Limits) fill() error {
	d := DefaultLimits()
	var faults []error
	for _, f := range []struct {
		name  string
		value *int64
		d     int64
	}{{"Body", &l.Body, d.Body}, {"Import", &l.Import, d.Import}} {
		faults = append(faults, fill(f.name, f.value, f.d))
	}
	for _, f := range []struct {
		name  string
		value *int
		d     int
	}{{"Calls", &l.Calls, d.Calls}, {"Attempts", &l.Attempts, d.Attempts}, {"Addresses", &l.Addresses, d.Addresses}, {"Hashes", &l.Hashes, d.Hashes}} {
		faults = append(faults, fill(f.name, f.value, f.d))
	}
	for _, f := range []struct {
		name  string
		value *time.Duration
		d     time.Duration
	}{{"BodyTime", &l.BodyTime, d.BodyTime}, {"Again", &l.Again, d.Again}, {"HashWait", &l.HashWait, d.HashWait}} {
		faults = append(faults, fill(f.name, f.value, f.d))
	}
	return errors.Join(faults...)
}

func fill[N int | int64 | time.Duration](name string, v *N, d N) error {
	switch {
	case *v == 0:
		*v = d
	case *v < 0:
		return fmt.Errorf("the limit %s is %v: want more than 0, or 0 for the default", name, *v)
	}
	return nil
}

// Connect says which lifts bring cars from now on: a gateway wants its app API
// before it is one of them. It is called before the API serves.
func (a *API) Connect(l Lifts) { a.config.Lifts = l }

// Close waits until the logs of buildings have what they may have of calls that
// ended. Lifts must be at rest; close the service afterwards.
func (a *API) Close() { a.calls.close() }
