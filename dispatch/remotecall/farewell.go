package remotecall

import (
	"slices"
	"time"

	"hoistway/dispatch/registry"
)

// A phone that was not connected when its account was erased learns of it when
// it next asks for anything: it is refused with Erased, and wipes what it keeps.
// What the service holds for that of each login is a digest of its token, and
// of nobody: the token was random, is on the phone alone, and opens nothing any
// more; the digest is keyed with a secret of this process. It is held in memory
// for farewellLife after the erasure, or until the process ends.
//
// So a service that was started anew does not know the token, as it knows none
// of anybody's: the phone hears NotSignedIn and must keep what it has, because
// its account may well be there. Such a phone, and one that never asks again,
// keeps its user's own data on its user's own device until the app is removed.
const (
	farewellLife  = 365 * 24 * time.Hour
	mostFarewells = 1 << 16
)

// farewell is what is left of a login whose account was erased.
type farewell struct {
	until   time.Time
	erasure registry.ID // random; its certificate counts the phones that were told
	told    bool
}

// lapse ends a login from our side, under mu. Its phone does not know, so that
// the digest of its token is kept with the account for as long as there is one.
func (s *Service) lapse(x *session) parting {
	if a := s.accounts[x.subject]; a != nil {
		u := a.use()
		if len(u.lapsed) == mostSessions {
			u.lapsed = slices.Delete(u.lapsed, 0, 1)
		}
		u.lapsed = append(u.lapsed, x.key)
	}
	return s.endSession(x)
}

// bid makes Erased the answer to the tokens of a subject who was just erased,
// and tells those of their phones that are connected. The turn must be the
// subject's, and the logins must have ended.
func (s *Service) bid(subject registry.ID, c *registry.Certificate, connected map[digest]Device) {
	now := s.now()
	s.mu.Lock()
	if a := s.accounts[subject]; a != nil && a.used != nil {
		for _, key := range a.used.lapsed {
			_, told := connected[key]
			s.farewells[key] = &farewell{now.Add(farewellLife), c.Erasure, told}
		}
	}
	s.boundFarewells()
	s.mu.Unlock()
	told := make([]digest, 0, len(connected))
	for key, d := range connected {
		d.Wipe()
		told = append(told, key)
	}
	s.noteTold(c, told...)
}

// boundFarewells forgets the oldest when there are too many, under mu.
func (s *Service) boundFarewells() {
	for len(s.farewells) > mostFarewells {
		var oldest digest
		var end time.Time
		for key, f := range s.farewells {
			if end.IsZero() || f.until.Before(end) {
				oldest, end = key, f.until
			}
		}
		delete(s.farewells, oldest)
	}
}

// unknown says why a token is of no login, and notes it when this tells a phone
// for the first time that its account was erased.
func (s *Service) unknown(key digest) error {
	erasure, was := s.tell(key)
	if !was {
		return NotSignedIn
	}
	if erasure != "" {
		s.noteTold(&registry.Certificate{Erasure: erasure}, key)
	}
	return Erased
}

// tell tells whether a token's account was erased, and by which erasure when
// its phone did not know yet.
func (s *Service) tell(key digest) (erasure registry.ID, was bool) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.farewells[key]
	if f == nil || !now.Before(f.until) {
		return "", false
	}
	if !f.told {
		f.told, erasure = true, f.erasure
	}
	return erasure, true
}

// noteTold adds phones to a certificate. They are told all the same when the
// ledger cannot be written: their next requests note it.
func (s *Service) noteTold(c *registry.Certificate, keys ...digest) {
	if len(keys) == 0 {
		return
	}
	err := s.c.Registry.Instruct(c, len(keys))
	if err == nil {
		return
	}
	s.c.Log.Error("phones were told of an erasure, and the ledger could not note it", "error", err)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		if f := s.farewells[key]; f != nil {
			f.told = false
		}
	}
}

// expireFarewells forgets those whose time is over.
func (s *Service) expireFarewells() {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, f := range s.farewells {
		if !now.Before(f.until) {
			delete(s.farewells, key)
		}
	}
}
