package remotecall

import (
	"crypto/rand"
	"slices"
	"time"

	"hoistway/dispatch/registry"
)

// session is one login. It is found by a digest of its token, so that what is
// in memory lets nobody in.
type session struct {
	subject registry.ID
	service string

	key        digest
	last       time.Time // last use; under Service.mu
	apartments []digest  // whose intercom rings at this login's phone; under Service.mu
	device     Device    // this login's phone, nil while it never connected; under Service.mu
}

// session finds the login of a token for whatever the service provides. It
// refuses somebody who has objected to that; what is still theirs, which is to
// exercise their rights, goes by signedIn.
func (s *Service) session(t Token) (*session, error) {
	x, err := s.signedIn(t)
	if err != nil {
		return nil, err
	}
	if err := s.serves(x.subject); err != nil {
		return nil, err
	}
	return x, nil
}

// serves refuses whoever has objected to being provided the service.
func (s *Service) serves(subject registry.ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[subject]; a != nil && a.stopped {
		return ProcessingStopped
	}
	return nil
}

// stop ends, in memory, what is under way for somebody who objected to being
// provided the service. Their logins stay, for their rights.
func (s *Service) stop(subject registry.ID) {
	s.mu.Lock()
	var ended parting
	if a := s.accounts[subject]; a != nil {
		a.stopped = true
		if a.used != nil {
			for _, x := range a.used.sessions {
				ended = append(ended, s.disconnect(x)...)
			}
		}
	}
	s.pending.dropSubject(subject)
	s.mu.Unlock()
	ended.tell()
}

// signedIn finds the login of a token and counts this as a use of it and of the
// account. A login ends after Policy.Session without a use. It reads no store,
// and writes none but to note that a phone was told of an erasure.
func (s *Service) signedIn(t Token) (*session, error) {
	now, key := s.now(), s.digest("session", string(t))
	s.mu.Lock()
	x := s.sessions[key]
	if x == nil {
		s.mu.Unlock()
		return nil, s.unknown(key)
	}
	if now.Sub(x.last) >= s.c.Policy.Session {
		gone := s.lapse(x)
		s.mu.Unlock()
		gone.tell()
		return nil, NotSignedIn
	}
	x.last = now
	a := s.accounts[x.subject]
	if a == nil {
		panic("BUG: a login outlived its account")
	}
	s.used(a, now)
	s.mu.Unlock()
	return x, nil
}

// open makes a login. The turn must be the subject's.
func (s *Service) open(a *account) Token {
	t := Token(rand.Text())
	x := &session{subject: a.subject, service: a.service, key: s.digest("session", string(t)), last: s.now()}
	var ended parting
	s.mu.Lock()
	s.sessions[x.key] = x
	u := a.use()
	u.sessions = append(u.sessions, x)
	if len(u.sessions) > mostSessions {
		oldest := slices.MinFunc(u.sessions, func(x, y *session) int { return x.last.Compare(y.last) })
		ended = s.lapse(oldest)
	}
	s.mu.Unlock()
	ended.tell()
	return t
}

// Logout ends a login. It may be called again. The one refusal is Erased.
func (s *Service) Logout(t Token) error {
	key := s.digest("session", string(t))
	s.mu.Lock()
	var gone parting
	x := s.sessions[key]
	if x != nil {
		gone = s.endSession(x)
	}
	s.mu.Unlock()
	gone.tell()
	if x == nil {
		if err := s.unknown(key); Reason(err) == Erased {
			return err
		}
	}
	return nil
}

// endSessions ends all logins of a subject, and with them the connections of
// their phones.
func (s *Service) endSessions(subject registry.ID) {
	s.mu.Lock()
	gone := s.endSessionsLocked(subject)
	s.mu.Unlock()
	gone.tell()
}

func (s *Service) endSessionsLocked(subject registry.ID) (gone parting) {
	a := s.accounts[subject]
	if a == nil || a.used == nil {
		return nil
	}
	for len(a.used.sessions) > 0 {
		gone = append(gone, s.lapse(a.used.sessions[0])...)
	}
	return gone
}

// endSession ends one login, under mu.
func (s *Service) endSession(x *session) parting {
	delete(s.sessions, x.key)
	if a := s.accounts[x.subject]; a != nil && a.used != nil {
		for i, y := range a.used.sessions {
			if y == x {
				a.used.sessions = append(a.used.sessions[:i], a.used.sessions[i+1:]...)
				break
			}
		}
		if len(a.used.sessions) == 0 {
			a.used.standing = nil // what was read about them is held no longer
		}
	}
	return s.disconnect(x)
}

// expireSessions ends the logins that have been unused for Policy.Session, and
// forgets those of accounts that were erased long ago.
func (s *Service) expireSessions() {
	now := s.now()
	var gone parting
	s.mu.Lock()
	for _, x := range s.sessions {
		if now.Sub(x.last) >= s.c.Policy.Session {
			gone = append(gone, s.lapse(x)...)
		}
	}
	s.mu.Unlock()
	gone.tell()
	s.expireFarewells()
}
