package load

import (
	"context"
	"fmt"
	"time"

	"hoistway/bench/load/outcome"
)

// Search says how the highest rate that meets the thresholds is found: the rate
// is doubled from the plan's until a step misses, or halved until one passes;
// then the span between is halved until it is narrow enough. Every step has the
// same length and the plan's warm-up.
type Search struct {
	Step   time.Duration // measured part of a step
	Within float64       // the answer lies within this share of the rate
	Steps  int           // at most
}

// DefaultSearch takes some two minutes.
func DefaultSearch() Search {
	return Search{Step: 8 * time.Second, Within: 0.1, Steps: 16}
}

func (s *Search) check(o *Options) error {
	switch {
	case len(o.Thresholds) == 0:
		return errNoThreshold
	case s.Step < time.Second || s.Step > time.Hour:
		return fmt.Errorf("steps of %v: from 1s to 1h", s.Step)
	case s.Within < 0.01 || s.Within > 1:
		return fmt.Errorf("an answer within %v of the rate: from 0.01 to 1", s.Within)
	case s.Steps < 2 || s.Steps > 100:
		return fmt.Errorf("%d steps: from 2 to 100", s.Steps)
	}
	for _, t := range o.Thresholds {
		if t.Metric == "load_throughput" {
			return fmt.Errorf("threshold %s: a search changes the rate, so that a throughput cannot be asked for", t.Text)
		}
	}
	return nil
}

// bracket is what is known of the highest rate that passes.
type bracket struct {
	passed, missed float64 // 0 = none yet
}

// leastRate is where a search for a passing rate gives up.
const leastRate = 0.1

// next is the rate to try; false when the answer is known well enough.
func (b bracket) next(start, within float64) (float64, bool) {
	switch {
	case b.passed == 0 && b.missed == 0:
		return start, true
	case b.missed == 0:
		return b.passed * 2, b.passed*2 <= mostRate
	case b.passed == 0:
		return b.missed / 2, b.missed/2 >= leastRate
	}
	return (b.passed + b.missed) / 2, (b.missed-b.passed)/b.passed > within
}

// search finds the highest rate and gives the measurements of the step that
// reached it, or of the last step when none did.
func (r *run) search(ctx context.Context, file *outcome.File) error {
	s := &outcome.Search{Of: "calls"}
	start := r.Plan.Rate
	if start == 0 {
		s.Of, start = "pings", r.Plan.PingRate
	}
	file.Search = s
	var b bracket
	again := false
	for {
		rate, more := b.next(start, r.Search.Within)
		if !more {
			s.Ended = "the answer is known within " + Figure(100*r.Search.Within, "%")
			if b.passed == 0 {
				s.Ended = "no rate that is worth trying meets the thresholds"
			} else if b.missed == 0 {
				s.Ended = "no higher rate can be asked for"
			}
			break
		}
		if len(s.Steps) == r.Search.Steps {
			s.Ended = fmt.Sprintf("all %d steps have been made", r.Search.Steps)
			break
		}
		m, step, err := r.step(ctx, rate)
		if err != nil {
			return err
		}
		s.Steps = append(s.Steps, *step)
		if step.Invalid != "" && !again {
			again = true // it may have been something else on the machine
			continue
		}
		again = false
		if step.Invalid != "" {
			s.Ended = "at " + Figure(rate, "/s") + " the client was the limit, not the target: " + step.Invalid
			break
		}
		if step.Pass {
			b.passed = rate
			file.Measured = *m
			file.Verdicts = step.Verdicts
		} else {
			b.missed = rate
			if b.passed == 0 {
				file.Measured = *m
				file.Verdicts = step.Verdicts
			}
			if err := r.recover(ctx); err != nil {
				return err
			}
		}
	}
	s.Highest, s.Lowest = b.passed, b.missed
	if b.passed == 0 && b.missed == 0 {
		file.Invalid = s.Ended
	}
	return nil
}

// step tries one rate. What calls come to after a step is not waited for.
func (r *run) step(ctx context.Context, rate float64) (*outcome.Measured, *outcome.Step, error) {
	p := r.Plan
	p.Profile, p.Duration, p.Settle = Constant, r.Search.Step, min(r.Plan.Settle, r.Search.Step)
	if p.Rate > 0 {
		p.Rate = rate
	} else {
		p.PingRate = rate
	}
	m, invalid, err := r.load(ctx, &p)
	if err != nil {
		return nil, nil, err
	}
	reached, _ := value("load_throughput", m, &p)
	step := &outcome.Step{Rate: rate, Reached: reached, Ack: m.Acks, Lateness: m.Lateness.P99, Verdicts: judge(r.Thresholds, m, &p), Pass: true, Invalid: invalid}
	step.Ack.Curve = nil
	step.Errors, _ = value("load_errors", m, &p)
	step.Shed, _ = value("load_shed", m, &p)
	for _, v := range step.Verdicts {
		step.Pass = step.Pass && v.Pass
	}
	step.Pass = step.Pass && invalid == ""
	return m, step, nil
}

// recover gives the target time to come to itself after a step that was too
// much: until a ping is answered at once, and not for ever.
func (r *run) recover(ctx context.Context) error {
	f := r.fleet
	for ends := f.now() + 15*time.Second; f.now() < ends; {
		began := f.now()
		err := errRefused
		if s := f.anyOpen(); s != nil {
			limit, cancel := context.WithTimeout(ctx, time.Second)
			p := &pending{kind: kindPing, record: r.opening, due: before, sent: began, answer: make(chan *frame, 1)}
			_, err = s.wait(limit, p, func(id uint64) []byte { return pingFrame(s.bank.group, id) })
			cancel()
		}
		if err == nil && f.now()-began < 100*time.Millisecond {
			return ctx.Err()
		}
		if !pause(ctx, 250*time.Millisecond) {
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// anyOpen gives a socket that is open, nil when none is.
func (f *fleet) anyOpen() *socket {
	for _, s := range f.sockets {
		s.mu.Lock()
		isOpen := s.conn != nil
		s.mu.Unlock()
		if isOpen {
			return s
		}
	}
	return nil
}
