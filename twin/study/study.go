package study

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"sync"

	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/result"
)

// Options say how a study is run. All of them but Parallel, Service, Records,
// Trace, Meter and Progress are part of its result.
type Options struct {
	Reference    string   // the scenario as the user named it, for the command that repeats the study
	Set          []string // key=value changes the scenarios were loaded with, for the same command
	Passengers   string   // path or pattern the passenger lists were found with, for the same command
	Version      string   // of hoistway
	Seed         uint64
	Replications int        // at least 1; with Until the most that are made
	Until        *Precision // ends the study early; nil = all replications are made
	First        int        // number of the first replication; above 0 to repeat a part of a study
	Dispatcher   string     // replaces every bank's; "" keeps the scenario's
	Buttons      bool       // nobody calls from the phone: who would walks to the landing and presses what is there

	Service  Services              // nil = none: scenarios that need one are refused
	Parallel int                   // workers, at least 1
	Records  Records               // where the records go; nil = they are only summarised
	Trace    io.Writer             // events and commands of the first replication; nil none
	Meter    Meter                 // nil = processor time is not measured
	Progress func(done, total int) // after every replication, one call at a time; nil none
	Prepare  Prepare               // nil = the twin
}

// Records opens a sink for each replication. Both methods may be called from
// several goroutines at once; Close follows when the replication has ended
// well, with what it gave, and the sink is not used after it.
type Records interface {
	Open(replication int) (result.Sink, error)
	Close(r *result.Replication) error
	// Keep drops the records of a replication and all above it. No sink is
	// used after it.
	Keep(below int) error
}

// command is the invocation that repeats the study, or one replication of it.
func (o Options) command(only int) Command {
	if only == All && o.First > 0 && o.Replications == 1 {
		only = o.First
	}
	until := ""
	if o.Until != nil {
		until = o.Until.String()
	}
	return Command{Reference: o.Reference, Until: until, Seed: o.Seed, Replications: o.First + o.Replications, Only: only,
		Dispatcher: o.Dispatcher, Buttons: o.Buttons, Set: o.Set, Passengers: o.Passengers}
}

// Machine is what a study cost. It is never part of a result.
type Machine struct {
	CPUSeconds     float64 // first event to summary, checkers and digest on, summed over replications; the median of Passes
	Passes         int     // times the whole study was simulated to get a warm reading; 0 = not measured
	Journeys       int64   // of one pass
	SimulatedHours float64 // virtual time of one pass, summed over replications
	Records        bool    // records or a trace were written during the time that was measured
}

// A reading below warmBelow is dominated by cold caches and a growing heap;
// the study is then simulated again until warmFor have been spent in all.
// Set-up is not measured, so a study of a few people would take long to get
// there: mostPasses bounds it.
const (
	warmBelow  = 0.050 // s
	warmFor    = 0.100 // s
	mostPasses = 200
)

// Run simulates all replications of a scenario and summarises them. The cases
// are one scenario that all replications share, or one for each replication
// (the same scenario with a passenger list each).
//
// The file's bytes depend on the cases, the seed, the replications and the
// dispatcher alone. With a Meter, a study that costs less than 50 ms of
// processor time is simulated again by one worker, without records and trace, until 100 ms
// have been spent or 200 passes are made; the median is reported, and a digest that differs between
// passes is a *[Broken]. A replication that broke an invariant ends the study
// with a *Broken; of several, the lowest is reported. A cancelled context ends
// it with the context's error. With any error there is no file.
func Run(ctx context.Context, cases []*scenarios.Scenario, o Options) (*result.File, Machine, error) {
	switch {
	case len(cases) == 0:
		return nil, Machine{}, fmt.Errorf("study: no scenario to run")
	case o.Replications < 1:
		return nil, Machine{}, fmt.Errorf("study of %s: %d replications: at least 1 is needed", cases[0].Name, o.Replications)
	case o.First < 0:
		return nil, Machine{}, fmt.Errorf("study of %s: replication %d: they are numbered from 0", cases[0].Name, o.First)
	case o.Parallel < 1:
		return nil, Machine{}, fmt.Errorf("study of %s: %d workers: at least 1 is needed", cases[0].Name, o.Parallel)
	case len(cases) > 1 && o.First+o.Replications > len(cases):
		return nil, Machine{}, fmt.Errorf("study of %s: %d replications but %d passenger lists: each list is one replication", cases[0].Name, o.First+o.Replications, len(cases))
	}
	if o.Until != nil {
		if _, err := ParsePrecision(o.Until.String()); err != nil {
			return nil, Machine{}, fmt.Errorf("study of %s: %w", cases[0].Name, err)
		}
	}
	if o.Prepare == nil {
		o.Prepare = prepareTwin
	}
	s := &study{cases: cases, o: o, header: NewHeader(cases, o)}
	s.path = result.NewSegmentRecorder(s.header)
	first, err := s.pass(ctx, true)
	if err == nil && len(first) < o.Replications {
		s.o.Replications = len(first)
		if o.Records != nil {
			err = o.Records.Keep(o.First + len(first))
		}
	}
	if err != nil {
		return nil, Machine{}, err
	}
	m, err := s.measure(ctx, first)
	if err != nil {
		return nil, Machine{}, err
	}
	f, err := s.file(first)
	return f, m, err
}

// study is one call of Run.
type study struct {
	cases  []*scenarios.Scenario
	o      Options
	header result.Header
	path   *result.SegmentRecorder
}

// replicate is what one replication gave.
type replicate struct {
	result.Replication
	journeys int64
	seconds  float64 // of processor time
	err      error
}

// pass simulates all replications once, or as many as the stopping rule needs.
// Only a pass that keeps writes records, path and trace, and reports progress.
func (s *study) pass(ctx context.Context, keep bool) ([]replicate, error) {
	p := &pass{reps: make([]replicate, s.o.Replications), ended: make([]bool, s.o.Replications), s: s, keep: keep, need: s.o.Replications}
	var workers sync.WaitGroup
	for range min(s.o.Parallel, s.o.Replications) {
		workers.Go(func() {
			for i, ok := p.take(); ok; i, ok = p.take() {
				p.reps[i] = s.replication(ctx, i, keep)
				p.end(i)
			}
		})
	}
	workers.Wait()
	// Replications start in order and run to their end, so the lowest that
	// fails is the same whatever the number of workers.
	for i := range p.reps[:p.need] {
		if p.reps[i].err != nil {
			return nil, p.reps[i].err
		}
	}
	return p.reps[:p.need], p.err
}

// pass is the state that the workers of one pass share.
type pass struct {
	s    *study
	keep bool
	reps []replicate

	mu       sync.Mutex
	next     int    // to be started
	done     int    // ended, in any order
	ended    []bool // by replication
	complete int    // all below have ended well
	need     int    // replications to make; the stopping rule lowers it
	stopped  bool
	err      error // of the stopping rule
}

// take gives the next replication to simulate.
func (p *pass) take() (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped || p.next == len(p.reps) {
		return 0, false
	}
	p.next++
	return p.next - 1, true
}

// end notes that a replication has ended, and stops the pass when it failed or
// when the stopping rule is content.
func (p *pass) end(i int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.ended[i] = p.reps[i].err == nil
	if !p.ended[i] {
		p.stopped = true
		return
	}
	if p.keep && p.s.o.Progress != nil {
		p.s.o.Progress(p.done, len(p.reps))
	}
	for p.complete < p.need && p.ended[p.complete] {
		p.complete++
		if !p.keep || p.s.o.Until == nil {
			continue
		}
		enough, err := p.s.o.Until.reached(&p.s.header, p.reps[:p.complete])
		if enough || err != nil {
			p.need, p.stopped, p.err = p.complete, true, err
		}
	}
}

// replication simulates one replication, the i-th of the study.
func (s *study) replication(ctx context.Context, i int, keep bool) (r replicate) {
	rep := s.o.First + i
	defer func() {
		if p := recover(); p != nil {
			b := s.broken(rep)
			b.Cause = fmt.Sprintf("panic: %v\n%s", p, debug.Stack())
			r.err = b
		}
	}()
	sc := s.cases[0]
	if len(s.cases) > 1 {
		sc = s.cases[rep]
	}
	summary := result.NewSummarizer(s.header)
	task := twin.Options{Seed: s.o.Seed, Replication: rep, Dispatcher: s.o.Dispatcher, Buttons: s.o.Buttons, Sink: summary}
	closing, err := s.serve(sc, rep, &task)
	if err != nil {
		r.err = err
		return r
	}
	// Before the recovery above, so that a service is closed after a panic too.
	defer func() {
		if err := closing(); err != nil && r.err == nil {
			r.err = err
		}
	}()
	if keep {
		sinks := []result.Sink{summary}
		if s.o.Records != nil {
			records, err := s.o.Records.Open(rep)
			if err != nil {
				r.err = fmt.Errorf("records of replication %d: %w", rep, err)
				return r
			}
			sinks = append(sinks, records)
		}
		if i == 0 {
			sinks = append(sinks, s.path)
			task.Trace = s.o.Trace
		}
		if len(sinks) > 1 {
			task.Sink = result.Tee(sinks...)
		}
	}
	sim, err := s.o.Prepare(sc, task)
	if err != nil {
		r.err = fmt.Errorf("scenario %s, replication %d: %w", sc.Name, rep, err)
		return r
	}
	stop := func() float64 { return 0 }
	if s.o.Meter != nil {
		stop = s.o.Meter()
	}
	out, err := sim.Run(ctx)
	var total *result.Summary
	if err == nil {
		total = summary.Finish(out.End)
	}
	r.seconds = stop()
	if total != nil {
		total.Pack()
	}
	switch {
	case err != nil:
		r.err = fmt.Errorf("scenario %s, replication %d: %w", sc.Name, rep, err)
		return r
	case len(out.Violations) > 0:
		b := s.broken(rep)
		b.Violations = out.Violations
		r.err = b
		return r
	}
	r.Replication = result.Replication{Rep: rep, Seed: s.o.Seed, List: listName(sc), Digest: out.Digest,
		End: out.End, Events: out.Events, Summary: total}
	if keep && s.o.Records != nil {
		if err := s.o.Records.Close(&r.Replication); err != nil {
			r.err = fmt.Errorf("records of replication %d: %w", rep, err)
			return r
		}
	}
	r.journeys = out.Journeys
	return r
}

// broken says which replication broke and how to repeat it.
func (s *study) broken(rep int) *Broken {
	return &Broken{Scenario: s.header.Scenario, Dispatcher: s.header.Dispatcher, Seed: s.o.Seed, Replication: rep,
		Version: s.o.Version, Repeat: s.o.command(rep).String()}
}

// measure adds up what the first pass cost, and simulates short studies again.
func (s *study) measure(ctx context.Context, first []replicate) (Machine, error) {
	m := Machine{Records: s.o.Records != nil || s.o.Trace != nil}
	for _, r := range first {
		m.Journeys += r.journeys
		m.SimulatedHours += r.End.Hours()
	}
	if s.o.Meter == nil {
		return m, nil
	}
	m.Passes, m.CPUSeconds = 1, seconds(first)
	if m.CPUSeconds >= warmBelow {
		return m, nil
	}
	var readings []float64
	if !m.Records {
		readings = append(readings, m.CPUSeconds)
	}
	alone := *s // two workers would slow each other down
	alone.o.Parallel = 1
	for spent := m.CPUSeconds; spent < warmFor && m.Passes < mostPasses || len(readings) == 0; {
		again, err := alone.pass(ctx, false)
		if err != nil {
			return m, err
		}
		for i := range again {
			if again[i].Digest != first[i].Digest {
				b := s.broken(first[i].Rep)
				b.Cause = fmt.Sprintf("the same simulation gave digest %s, then %s", first[i].Digest, again[i].Digest)
				return m, b
			}
		}
		m.Passes++
		readings = append(readings, seconds(again))
		spent += seconds(again)
	}
	m.Records = false
	slices.Sort(readings)
	m.CPUSeconds = readings[len(readings)/2]
	return m, nil
}

// seconds is the processor time of a pass.
func seconds(reps []replicate) (sum float64) {
	for _, r := range reps {
		sum += r.seconds
	}
	return sum
}

// file merges the replications, in order, into the result.
func (s *study) file(reps []replicate) (*result.File, error) {
	replications := make([]result.Replication, len(reps))
	for i, r := range reps {
		replications[i] = r.Replication
	}
	path, cut := s.path.Path()
	f, err := result.NewFile(s.header, replications, path, cut)
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.header.Scenario, err)
	}
	for _, e := range s.cases[0].Expect {
		if e.ForLoad() {
			continue
		}
		if err := f.Expect(e.Metric, string(e.Op), e.Value, e.Text); err != nil {
			return nil, fmt.Errorf("scenario %s: %w", s.header.Scenario, err)
		}
	}
	return f, nil
}
