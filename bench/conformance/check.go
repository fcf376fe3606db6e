package conformance

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Check is one behaviour.
type Check struct {
	ID       string // SUBJECT.BEHAVIOUR
	Source   string // where the behaviour comes from
	Sentence string // what is expected
	Changes  bool   // it changes the building for everybody: it runs alone
	last     bool   // it judges what the others have seen
	run      func(*probe)
}

// Verdict is how a check ended.
type Verdict string

// The verdicts.
const (
	Passed  Verdict = "pass"
	Failed  Verdict = "FAIL"
	Skipped Verdict = "skip"
)

// Result is what became of a check.
type Result struct {
	Check
	Verdict Verdict
	Reason  string        // of a failure, with what was sent and received, or of a skip
	Took    time.Duration // on the wall clock
}

// Options say which checks run, and how many at once.
type Options struct {
	Filter   func(Check) bool // nil = all
	Parallel int              // 0 = 4
	Done     func(Result)     // told of each result as it comes, one at a time; may be nil
}

// Run runs checks and gives their results in the order of Checks. The error
// tells that nothing could be judged; a failed check is not one.
func Run(ctx context.Context, t Target, o Options) ([]Result, error) {
	if err := t.fill(); err != nil {
		return nil, err
	}
	if o.Parallel < 1 {
		o.Parallel = 4
	}
	var checks []Check
	for _, c := range Checks() {
		if o.Filter == nil || o.Filter(c) {
			checks = append(checks, c)
		}
	}
	if len(checks) == 0 {
		return nil, fmt.Errorf("conformance: no check was chosen, so that nothing would be judged")
	}
	s := newSuite(t)
	defer s.close()
	results := make([]Result, len(checks))
	var telling sync.Mutex
	do := func(i int) {
		results[i] = s.do(ctx, checks[i])
		if o.Done != nil {
			telling.Lock()
			defer telling.Unlock()
			o.Done(results[i])
		}
	}
	var group sync.WaitGroup
	free := make(chan struct{}, o.Parallel)
	for i, c := range checks {
		if c.Changes || c.last {
			continue
		}
		free <- struct{}{}
		group.Go(func() {
			defer func() { <-free }()
			do(i)
		})
	}
	group.Wait()
	for _, later := range []func(Check) bool{
		func(c Check) bool { return c.Changes },
		func(c Check) bool { return c.last && !c.Changes },
	} {
		for i, c := range checks {
			if later(c) {
				do(i)
			}
		}
	}
	return results, ctx.Err()
}

// do runs one check on a goroutine of its own, which failf and skipf end.
func (s *suite) do(ctx context.Context, c Check) Result {
	ctx, cancel := context.WithTimeout(ctx, 2*s.target.Ride+8*s.target.Answer+s.target.Idle)
	defer cancel()
	p := &probe{suite: s, ctx: ctx}
	began := time.Now()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer p.cleanup()
		c.run(p)
		p.verdict = Passed
	}()
	<-ended
	r := Result{Check: c, Verdict: p.verdict, Reason: p.reason, Took: time.Since(began)}
	if p.verdict == "" {
		r.Verdict, r.Reason = Failed, "BUG: the check ended without a verdict"
	}
	return r
}

// failf ends the check: the server is wrong, or so it seems. The reason ends
// with what was sent and received last.
func (p *probe) failf(format string, args ...any) {
	p.verdict, p.reason = Failed, p.suite.redact(fmt.Sprintf(format, args...)+p.log.tail(p.suite.redact))
	runtime.Goexit()
}

// skipf ends the check: it cannot be judged here.
func (p *probe) skipf(format string, args ...any) {
	p.verdict, p.reason = Skipped, p.suite.redact(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// Count tells how many results have a verdict.
func Count(results []Result, v Verdict) int {
	n := 0
	for _, r := range results {
		if r.Verdict == v {
			n++
		}
	}
	return n
}

// Checks are all checks, in the order in which they read best.
func Checks() []Check {
	return slices.Concat(tokenChecks(), limitedChecks(), resourceChecks(), handshakeChecks(), frameChecks(), commonChecks(), refusalChecks(),
		callChecks(), businessChecks(), deleteChecks(), doorChecks(), monitorChecks(), motionChecks(), stateChecks(), sessionChecks(), equipmentChecks(), limitChecks(), faultChecks(), wholeChecks())
}
