package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"hoistway/bench/load/outcome"
	"hoistway/scenarios"
)

// Options of a run.
type Options struct {
	Target     *Target
	Client     Client
	Scenario   *scenarios.Scenario
	Groups     []Group // that calls go to; nil = all that the target offers to the client
	Plan       Plan
	Manager    string // credential of the Manager of the first group's building; needed for tenants
	Thresholds []Threshold
	Search     *Search          // find the highest rate; nil = one load, as the plan says
	Progress   func(p Progress) // may be nil; called on several goroutines, one at a time
	Tool       string           // version, for the result
}

// Progress tells how far a run is.
type Progress struct {
	Stage       string // "signing up", "opening", "loading", "settling", "erasing"
	Done, Total float64
	Unit        string // of Done and Total
	Sent        int64  // so far in this load
	Rate        float64
}

// Run puts a target under load and reports what came of it. It ends early with
// ctx's error; there is no half a result. A target that cannot be loaded at all,
// because it refuses the client or has no lifts, is an error.
func Run(ctx context.Context, o Options) (*outcome.File, error) {
	if err := o.Plan.Check(); err != nil {
		return nil, err
	}
	if o.Search != nil {
		if err := o.Search.check(&o); err != nil {
			return nil, err
		}
	}
	if o.Plan.Tenants > 0 {
		switch {
		case o.Search != nil:
			return nil, errors.New("the highest rate is looked for on the stream alone: leave out --tenants")
		case o.Manager == "":
			return nil, errors.New("tenants have to be admitted to the building: give its Manager's credential with --manager-secret-file")
		}
	}
	r := &run{Options: o}
	var err error
	if r.banks, err = r.find(ctx); err != nil {
		return nil, err
	}
	if o.Plan.Tenants == 0 {
		return r.play(ctx)
	}
	if r.tenants, err = newTenants(ctx, &r.Options, r.banks); err != nil {
		return nil, err
	}
	defer r.tenants.api.close()
	var file *outcome.File
	err = r.tenants.setUp(ctx, &r.Plan, func(n int) {
		r.tell(Progress{Stage: "signing up", Done: float64(n), Total: float64(o.Plan.Tenants), Unit: "tenants"})
	})
	if err == nil {
		file, err = r.play(ctx)
	}
	left := r.leave(ctx)
	switch {
	case left != nil && err != nil:
		return nil, errors.Join(err, left)
	case left != nil:
		file.Notes = append(file.Notes, left.Error())
	}
	return file, err
}

// leave erases the tenants' accounts, in less time when somebody has
// interrupted.
func (r *run) leave(ctx context.Context) *LeftAccounts {
	limit := 30*time.Second + time.Duration(r.Plan.Tenants)*6*time.Second
	if ctx.Err() != nil {
		limit = 10 * time.Second
	}
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), limit, fmt.Errorf("it took more than %v", limit))
	defer cancel()
	return r.tenants.erase(ctx, func(n int) {
		r.tell(Progress{Stage: "erasing", Done: float64(n), Total: float64(r.Plan.Tenants), Unit: "tenants"})
	})
}

// play puts the load on the banks.
func (r *run) play(ctx context.Context) (_ *outcome.File, err error) {
	o := &r.Options
	r.fleet = newFleet(o.Target, o.Client, &r.Plan, r.banks)
	defer r.fleet.close()
	r.opening = newRecord(0, &Plan{Duration: time.Second})
	r.fleet.record.Store(r.opening)
	r.scraper = &scraper{target: o.Target}
	r.scraper.scrape(ctx, 0)
	began := time.Now()
	if err := r.fleet.open(ctx, o.Scenario, func(n int) {
		r.tell(Progress{Stage: "opening", Done: float64(n), Total: float64(o.Plan.Sessions), Unit: "sessions"})
	}); err != nil {
		return nil, err
	}
	file := &outcome.File{
		Schema: outcome.SchemaVersion, Tool: o.Tool, Target: o.Target.String(), Began: began.UTC().Format(time.RFC3339),
		Scenario: outcome.Scenario{Name: o.Scenario.Name, Title: o.Scenario.Title, Hash: o.Scenario.Hash},
		Plan:     r.Plan.result(len(r.banks)), Notes: r.fleet.notes,
	}
	if o.Search != nil {
		err = r.search(ctx, file)
	} else {
		var m *outcome.Measured
		if m, file.Invalid, err = r.load(ctx, &r.Plan); err == nil {
			file.Measured = *m
			file.Verdicts = judge(o.Thresholds, m, &r.Plan)
		}
	}
	if err != nil {
		return nil, err
	}
	file.Server = r.scraper.result()
	return file, nil
}

// run is a run under way.
type run struct {
	Options
	banks   []*bank
	tenants *tenants // nil = none
	fleet   *fleet
	opening *record
	scraper *scraper
	telling sync.Mutex
}

func (r *run) tell(p Progress) {
	if r.Progress == nil {
		return
	}
	r.telling.Lock()
	defer r.telling.Unlock()
	r.Progress(p)
}

// find lists the banks that calls go to.
func (r *run) find(ctx context.Context) ([]*bank, error) {
	groups, names := r.Groups, map[Group]string{}
	if groups == nil {
		var err error
		if groups, names, err = r.Target.find(ctx, r.Client); err != nil {
			return nil, err
		}
	}
	if len(groups) > r.Plan.Sessions {
		groups = groups[:r.Plan.Sessions]
	}
	return banksOf(r.Scenario, groups, names)
}

// load puts one load on the fleet and waits until it is over. It tells why the
// load proves nothing, when it does not.
func (r *run) load(ctx context.Context, p *Plan) (m *outcome.Measured, invalid string, err error) {
	f := r.fleet
	rec := newRecord(f.now(), p)
	f.record.Store(rec)
	open := f.openNow()

	playing, stop := context.WithCancel(ctx)
	defer stop()
	var (
		all  sync.WaitGroup // goroutines
		left atomic.Int64   // senders that still have something of the load
	)
	sent := make(chan struct{})
	over := func() {
		if left.Add(-1) == 0 {
			close(sent)
		}
	}
	left.Store(senders)
	if r.tenants != nil {
		left.Add(1)
		ph := &phones{tenants: r.tenants, fleet: f, record: rec, timeout: p.Timeout}
		all.Go(func() { ph.play(playing, newTouches(p, len(r.tenants.banks)), over) })
	}
	for i, s := range f.senders {
		s.drop()
		all.Go(func() {
			s.play(playing, newSchedule(p, i, senders), rec, over)
		})
	}
	all.Go(func() { f.keepOpen(playing) })
	all.Go(func() { f.sweep(playing, p.Timeout) })
	all.Go(func() { r.scraper.watch(playing, f, rec.base, p.WarmUp+p.Duration) })
	all.Go(func() { r.report(playing, rec, p) })

	select {
	case <-sent:
	case <-ctx.Done():
	}
	r.settle(ctx, rec, p)
	stop()
	all.Wait()
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	f.giveUp(rec)
	r.scraper.scrape(ctx, f.now()-rec.base)
	got := rec.result()
	got.Open = open
	got.Withheld = f.clock.withheld()
	got.Exchanges = joined(r.opening.result(), got)
	return &got, r.invalid(rec, p, open), nil
}

// settle waits for answers, and then for the end of calls in flight.
func (r *run) settle(ctx context.Context, rec *record, p *Plan) {
	// Requests that the last answers lead to have their own timeout.
	ends := r.fleet.now() + p.Timeout + time.Second
	for rec.open.Load() > 0 && r.fleet.now() < ends && pause(ctx, 20*time.Millisecond) {
	}
	ends = rec.to + p.Settle
	for rec.inFlight.Load() > 0 && r.fleet.now() < ends && pause(ctx, 50*time.Millisecond) {
	}
}

// sweep ends requests that nobody answers.
func (f *fleet) sweep(ctx context.Context, timeout time.Duration) {
	for pause(ctx, 250*time.Millisecond) {
		now := f.now()
		for _, s := range f.sockets {
			s.sweep(now, timeout)
		}
	}
}

// giveUp ends what a load has left open: its requests are unanswered and its
// calls unfinished.
func (f *fleet) giveUp(r *record) {
	now := f.now()
	for _, s := range f.sockets {
		s.sweep(now, 0)
		s.mu.Lock()
		var over []*call
		for id, c := range s.calls {
			if c.record == r {
				over = append(over, c)
				delete(s.calls, id)
			}
		}
		s.mu.Unlock()
		for _, c := range over {
			c.gone(func(r *record) { r.unfinished.Add(1) })
		}
	}
}

// joined puts what opened the sockets before the exchanges of the load.
func joined(opening, loaded outcome.Measured) []outcome.Exchange {
	all := loaded.Exchanges
	for _, name := range []string{kindNames[kindConfig], kindNames[kindSession], kindNames[kindOpen], kindNames[kindToken]} {
		first := opening.Exchange(name)
		if first == nil {
			continue
		}
		kept := []outcome.Exchange{*first}
		for _, e := range all {
			if e.Name != name { // sockets opened again are counted by their close codes
				kept = append(kept, e)
			}
		}
		all = kept
	}
	return all
}

// leastOpen is the share of sessions below which a load is not the one that was
// asked for.
const leastOpen = 0.9

// invalid says why a load proves nothing about the server; "" when it does.
func (r *run) invalid(rec *record, p *Plan, open int) string {
	late := rec.lateness.result(false)
	switch {
	case rec.unsent.Load() > 0:
		return fmt.Sprintf("the client fell behind by more than %v and left %d requests out: it is too slow for this rate", tooLate, rec.unsent.Load())
	case late.N == 0:
		return "nothing was due in the measured window"
	case late.P99 > p.MaxLateness.Seconds():
		return fmt.Sprintf("the client sent 1 %% of the requests more than %s late, above %v: it, not the target, was too slow", Figure(late.P99, "s"), p.MaxLateness)
	case float64(open) < leastOpen*float64(p.Sessions):
		return fmt.Sprintf("only %d of %d sessions were open when the load began", open, p.Sessions)
	}
	return ""
}

// report tells of progress until ctx ends.
func (r *run) report(ctx context.Context, rec *record, p *Plan) {
	all := p.WarmUp + p.Duration
	for pause(ctx, 200*time.Millisecond) {
		done := r.fleet.now() - rec.base
		tell := Progress{Stage: "loading", Done: min(done, all).Seconds(), Total: all.Seconds(), Unit: "s", Sent: rec.requests(), Rate: p.Rate}
		if done > all {
			tell.Stage, tell.Done, tell.Total = "settling", float64(rec.inFlight.Load()), 0
			tell.Unit = "calls in flight"
		}
		r.tell(tell)
	}
}

// errNoThreshold is a search without anything to search for.
var errNoThreshold = errors.New("the highest rate that meets the thresholds is looked for, and there are none: give some, such as load_ack_p99<=50ms")
