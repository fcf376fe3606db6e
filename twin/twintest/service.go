// Package twintest is a remote-call service for tests of the twin and of what
// runs it: keys and calls in memory, by the plainest rules that answer as the
// real one does. It stores nothing, knows no accounts and no permissions, and
// is never part of the product.
package twintest

import (
	"fmt"
	"time"

	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/script"
)

// Service is a [twin.Service]. Its fields may be set before the run.
type Service struct {
	// Near says how long a resident takes to walk a distance, and may refuse
	// the call; nil lets everybody call at 1.2 m/s.
	Near func(resident int, distance float64) (ready time.Duration, refused string)
	// Tag may refuse a resident's key tag; nil opens every floor.
	Tag func(resident, floor int) (refused string)
	// Play gives the permits that an act ends, of those there are; nil ends none.
	Play func(act *script.Act) (ended []twin.Permit)
	// Admission is how long a visitor who was let in may ride; 0 = an hour.
	Admission time.Duration
	// Failure is what Err gives once Broken calls have been granted.
	Failure error
	Broken  int64

	Log     []string // what was asked, in words, if Keep is set
	Keep    bool
	Granted int64 // calls
	Open    int   // calls that have not ended
	Days    int   // times it was tended
	Closed  bool

	last    scenarios.Instant
	calls   map[int64]bool // that are open
	permits map[twin.Permit]*permit
	wrong   error
}

type permit struct {
	floor       int
	from, until scenarios.Instant
	uses        int
	revoked     bool
}

func (s *Service) note(at scenarios.Instant, format string, args ...any) {
	if at < s.last {
		s.fault("at %v: the last instant was %v", at, s.last)
	}
	s.last = at
	if s.Keep {
		s.Log = append(s.Log, fmt.Sprintf("%v "+format, append([]any{at}, args...)...))
	}
}

// fault keeps the first thing the twin did against the contract.
func (s *Service) fault(format string, args ...any) {
	if s.wrong == nil {
		s.wrong = fmt.Errorf("twintest: against the contract: "+format, args...)
	}
}

// Call implements [twin.Service].
func (s *Service) Call(at scenarios.Instant, call int64, resident, from, to int, distance float64) (time.Duration, string) {
	ready, refused := time.Duration(distance/1.2*1e6)*time.Microsecond, ""
	if s.Near != nil {
		ready, refused = s.Near(resident, distance)
	}
	s.note(at, "call %d of resident %d, %d to %d, %.1f m: %v %s", call, resident, from, to, distance, ready, refused)
	if refused != "" {
		return 0, refused
	}
	if s.calls == nil {
		s.calls = map[int64]bool{}
	}
	if s.calls[call] {
		s.fault("call %d is placed twice", call)
	}
	s.calls[call] = true
	s.Granted++
	s.Open++
	return ready, ""
}

// Assigned implements [twin.Service].
func (s *Service) Assigned(at scenarios.Instant, call int64, bank, car int) {
	s.note(at, "call %d has car %d of bank %d", call, car, bank)
	if !s.calls[call] {
		s.fault("a car for call %d, which is not open", call)
	}
}

// Ended implements [twin.Service].
func (s *Service) Ended(at scenarios.Instant, call int64, served bool) {
	s.note(at, "call %d is over, served %v", call, served)
	if !s.calls[call] {
		s.fault("the end of call %d, which is not open", call)
	}
	delete(s.calls, call)
	s.Open--
}

func (s *Service) keep(p twin.Permit, k permit) {
	if s.permits == nil {
		s.permits = map[twin.Permit]*permit{}
	}
	if s.permits[p] != nil {
		s.fault("permit %d is issued twice", p)
	}
	s.permits[p] = &k
}

// IssueKey implements [twin.Service].
func (s *Service) IssueKey(at scenarios.Instant, p twin.Permit, host, floor int, from, until scenarios.Instant, uses int) string {
	s.note(at, "key %d of host %d to %d, %v to %v, %d uses", p, host, floor, from, until, uses)
	s.keep(p, permit{floor: floor, from: from, until: until, uses: uses})
	return ""
}

// RevokeKey implements [twin.Service].
func (s *Service) RevokeKey(at scenarios.Instant, p twin.Permit) {
	s.note(at, "key %d is revoked", p)
	if k := s.permits[p]; k != nil {
		k.revoked = true
	}
}

// UseKey implements [twin.Service].
func (s *Service) UseKey(at scenarios.Instant, p twin.Permit, floor int) string {
	refused := s.check(at, p, floor)
	if refused == "" {
		if k := s.permits[p]; k.uses < 1 {
			refused = "key-used-up"
		} else {
			k.uses--
		}
	}
	s.note(at, "key %d is used for %d: %s", p, floor, refused)
	return refused
}

// CheckKey implements [twin.Service].
func (s *Service) CheckKey(at scenarios.Instant, p twin.Permit, floor int) string {
	refused := s.check(at, p, floor)
	s.note(at, "permit %d for %d: %s", p, floor, refused)
	return refused
}

func (s *Service) check(at scenarios.Instant, p twin.Permit, floor int) string {
	k := s.permits[p]
	switch {
	case k == nil:
		return "no-key"
	case k.revoked:
		return "key-revoked"
	case k.floor != floor:
		return "key-wrong-floor"
	case at < k.from:
		return "key-not-yet-valid"
	case at >= k.until:
		return "key-expired"
	}
	return ""
}

// Ring implements [twin.Service].
func (s *Service) Ring(at scenarios.Instant, p twin.Permit, host, floor int, answered bool) (scenarios.Instant, string) {
	s.note(at, "somebody rings host %d of %d, answered %v", host, floor, answered)
	if !answered {
		return 0, "not-answered"
	}
	until := at + time.Hour
	if s.Admission > 0 {
		until = at + s.Admission
	}
	s.keep(p, permit{floor: floor, from: at, until: until})
	return until, ""
}

// CheckTag implements [twin.Service].
func (s *Service) CheckTag(at scenarios.Instant, resident, floor int) string {
	refused := ""
	if s.Tag != nil {
		refused = s.Tag(resident, floor)
	}
	s.note(at, "tag of resident %d for %d: %s", resident, floor, refused)
	return refused
}

// Do implements [twin.Service].
func (s *Service) Do(act *script.Act) (ended []twin.Permit) {
	var wanted []twin.Permit
	if s.Play != nil {
		wanted = s.Play(act)
	}
	for _, p := range wanted {
		if k := s.permits[p]; k != nil && !k.revoked {
			k.revoked = true
			ended = append(ended, p)
		}
	}
	s.note(act.At, "act %d of event %d: permits %v end", act.Number, act.Event, ended)
	return ended
}

// Tend implements [twin.Service].
func (s *Service) Tend(at scenarios.Instant) []twin.Permit {
	s.note(at, "tended")
	s.Days++
	return nil
}

// Err implements [twin.Service].
func (s *Service) Err() error {
	if s.wrong != nil {
		return s.wrong
	}
	if s.Failure != nil && s.Granted >= s.Broken {
		return s.Failure
	}
	return nil
}

// Close ends it, once.
func (s *Service) Close() error {
	if s.Closed {
		s.fault("closed twice")
	}
	s.Closed = true
	return s.wrong
}

// Tenants gives each resident's key tag the floors of their tenant.
func Tenants(sc *scenarios.Scenario, seed uint64, replication int) func(resident, floor int) string {
	residents := script.Residents(sc, seed, replication)
	return func(resident, floor int) string {
		for _, f := range sc.Tenants[residents[resident].Tenant].Floors {
			if f == floor {
				return ""
			}
		}
		return twin.NoKey
	}
}
