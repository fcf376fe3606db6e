package remotecall

import (
	"errors"
	"slices"
	"time"

	"hoistway/dispatch/registry"
)

// Register takes a randomized ID from a phone, for a building; it goes to the
// vault only (FL:L21).
func (s *Service) Register(t Token, pseudonym registry.ID, building string) error {
	x, err := s.session(t)
	if err != nil {
		return err
	}
	if !pseudonym.Valid() {
		return PseudonymMalformed
	}
	if x.service != Flow {
		return field(Denied, "usage log", "is kept for Flow only: Remote Call stores no use")
	}
	if _, err := s.site(building, Flow); err != nil {
		return err
	}
	// The turn keeps the ID from being linked to somebody whose erasure has
	// already collected their IDs, or whose objection has stopped them.
	defer s.turn(x.subject)()
	if s.account(x.subject) == nil {
		return NotSignedIn
	}
	stopped, err := s.stopped(x.subject, registry.ToAnalyse)
	if err != nil {
		return err
	}
	if stopped {
		return ProcessingStopped
	}
	err = s.c.Registry.Register(x.subject, pseudonym, building)
	if errors.Is(err, registry.ErrTaken) {
		return field(PseudonymMalformed, "randomized ID", "is in use: the phone has to make another")
	}
	return stored("register a randomized ID", err)
}

// Usage is one use of equipment as the phone reports it, without a login.
type Usage struct {
	Pseudonym registry.ID
	Building  string
	Equipment string
	Function  string
	At        time.Time
}

// usageFunctions are the uses of equipment that are logged.
var usageFunctions = []string{"remote-call", "key", "intercom"}

// ahead is how far a phone's clock may be ahead of ours.
const ahead = time.Hour

// Upload takes a usage under its pseudonym, to the hour (Flow only). It is
// given no login, and does not learn whose the pseudonym is. That it is taken
// means that it waits in memory: Tend stores what waits, in random order, once
// an hour.
func (s *Service) Upload(u Usage) error {
	if !u.Pseudonym.Valid() {
		return PseudonymMalformed
	}
	b, err := s.site(u.Building, Flow)
	if err != nil {
		return err
	}
	if b.bank(u.Equipment) < 0 {
		return NoBank
	}
	if !slices.Contains(usageFunctions, u.Function) {
		return field(MalformedField, "function", "must be remote-call, key or intercom")
	}
	now, at := s.now(), u.At.UTC()
	switch {
	case at.IsZero():
		return field(MissingField, "at", "")
	case at.After(now.Add(ahead)):
		return field(MalformedField, "at", "lies in the future")
	case now.Sub(at.Truncate(time.Hour)) > s.c.Registry.LogData(u.Building):
		return field(MalformedField, "at", "is longer ago than log data are kept")
	}
	since, err := s.c.Registry.Registered(u.Pseudonym)
	switch {
	case gone(err):
		return PseudonymUnknown
	case errors.Is(err, registry.ErrStopped):
		return ProcessingStopped
	case err != nil:
		return stored("look for a randomized ID", err)
	case now.Sub(since) >= s.c.Policy.PseudonymLife:
		// An ID tells the more, the longer it is used.
		return PseudonymTooOld
	}
	if at.After(now) {
		u.At = now // no record is of the future, and this one may be stored soon
	}
	s.mu.Lock()
	s.waiting.uploads = append(s.waiting.uploads, u)
	full := len(s.waiting.uploads) >= mostWaiting
	s.mu.Unlock()
	if full {
		return s.storeUploads()
	}
	return nil
}

// record is what is stored of a use: to the hour.
func (u *Usage) record() registry.UsageLog {
	r := registry.UsageLog{Pseudonym: u.Pseudonym, Equipment: u.Equipment, Function: u.Function}
	r.At = u.At.UTC().Truncate(time.Hour)
	return r
}
