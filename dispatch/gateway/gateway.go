package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"hoistway/dispatch"
)

// Gateway serves buildings over the network. Make one with Open, let Run run
// it, and serve Handler.
type Gateway struct {
	config    Config
	log       *slog.Logger
	metrics   *metrics.Set
	start     time.Time // wall-clock time of instant 0
	began     time.Time // the same with the monotonic clock
	sites     []*site
	byID      map[string]*site
	authority *authority
	streams   *streams
	journal   *journal
	app       http.Handler // nil = none
	faults    faults
	page      *page // nil = there is no live page
	health    health
}

// Open connects a gateway to its buildings. Time begins to run.
func Open(c Config) (*Gateway, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}
	g := &Gateway{config: c, log: c.Log, metrics: c.Metrics, byID: map[string]*site{}, began: time.Now()}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	if g.metrics == nil {
		g.metrics = metrics.NewSet()
	}
	if g.start = c.Start; g.start.IsZero() {
		g.start = g.began.Round(0).UTC()
	}
	var err error
	if c.Journal != nil {
		if g.journal, err = newJournal(&g.config); err != nil {
			return nil, err
		}
	}
	for i, b := range c.Buildings {
		s, err := newSite(g, i, b)
		if err != nil {
			return nil, err
		}
		g.sites = append(g.sites, s)
		g.byID[b.ID] = s
	}
	if g.authority, err = newAuthority(g); err != nil {
		return nil, err
	}
	g.streams = newStreams(g)
	if c.Page {
		g.page = newPage(g)
	}
	return g, nil
}

// Broken is the error of a building whose own rules were found broken: a fault
// of ours, and not of who calls or of the network.
type Broken struct {
	Building string // ID
	Rules    []string
}

// Error names the first.
func (b Broken) Error() string {
	return fmt.Sprintf("building %s broke %d invariants: %s", b.Building, len(b.Rules), b.Rules[0])
}

// Run plays the buildings until ctx ends or one of them fails. It ends with the
// journal complete. Its error holds a Broken for each building that broke an
// invariant while it ran.
func (g *Gateway) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	for _, s := range g.sites {
		all.Go(func() {
			if err := s.run(ctx); err != nil {
				stop(err)
			}
		})
	}
	all.Wait()
	err := context.Cause(ctx)
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	if g.journal != nil {
		err = errors.Join(err, g.journal.close())
	}
	for _, s := range g.sites {
		if rules := s.building.Broken(); len(rules) > 0 {
			err = errors.Join(err, Broken{s.id, rules})
		}
	}
	return err
}

// Drain ends the service to clients in order: no new sockets, a close frame on
// the open ones, after what waits for them has been sent or ctx has ended.
func (g *Gateway) Drain(ctx context.Context) {
	g.page.close()
	g.streams.drain(ctx)
}

// Handler is everything that the gateway serves.
func (g *Gateway) Handler() http.Handler {
	mux := http.NewServeMux()
	g.routes(mux)
	all := http.NewServeMux()
	all.Handle("/", http.MaxBytesHandler(mux, g.config.Limits.Body))
	if g.app != nil {
		all.Handle("/app/", g.app) // bounds its bodies itself
	}
	return all
}

// paths are what routes are added to: an http.ServeMux, or a test that has to
// know all of them.
type paths interface {
	HandleFunc(pattern string, handle func(http.ResponseWriter, *http.Request))
}

// routes adds everything but the app API.
func (g *Gateway) routes(to paths) {
	g.authority.routes(to)
	g.streams.routes(to)
	g.adminRoutes(to)
	g.page.routes(to)
	to.HandleFunc("GET /healthz", g.answerHealth)
	to.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		g.metrics.WritePrometheus(w)
		metrics.WriteProcessMetrics(w)
	})
}

// Mount lets the gateway serve an app API under /app/. It is called before
// Handler: an app API is made with the gateway, which brings it its cars.
func (g *Gateway) Mount(app http.Handler) { g.app = app }

// instant is the present on the buildings' clock.
func (g *Gateway) instant() dispatch.Instant {
	return dispatch.Instant(float64(time.Since(g.began)) * g.config.Speed)
}

// wait is how long to wait, on the wall clock, for an instant.
func (g *Gateway) wait(at dispatch.Instant) time.Duration {
	return max(0, time.Duration(float64(at)/g.config.Speed)-time.Since(g.began))
}
