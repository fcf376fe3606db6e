package remotecall

import (
	"time"

	"hoistway/dispatch/registry"
)

// Bounds of what is kept for logins.
const (
	mostSessions  = 16      // of one account; a further login ends the one unused for longest
	mostStrangers = 1 << 14 // e-mails without an account whose failed logins are counted
)

// Login checks a password. Service is RemoteCall or Flow.
//
// Somebody who tries e-mails learns nothing: an e-mail that nobody signed up
// with takes as long, and is refused in the same words, as a wrong password,
// and both make later attempts wait. A count of failures ends with a success
// or when Policy.Wait has passed since the last.
func (s *Service) Login(service, email, password string) (t Token, err error) {
	defer func() { s.count.login(service, err) }()
	if service != RemoteCall && service != Flow {
		return "", field(MalformedField, "service", `is neither "remote-call" nor "flow"`)
	}
	if email == "" {
		return "", WrongCredentials // nobody's: a restore may have emptied it
	}
	d := s.emailDigest(service, email)
	a, waits := s.attempt(d)
	if waits {
		return "", TooManyAttempts
	}
	hash, subject := s.decoy, s.c.IDs.New()
	if a != nil {
		subject = a.subject
	}
	p, err := s.readAccount(s.handle(registry.RoleService, registry.ToIdentify).Of(subject), accountKind(service), subject)
	switch {
	case err == nil:
		hash = *p.password
	case !gone(err):
		return "", stored("check a password", err)
	}
	good, weak := registry.CheckPassword(hash, password, s.c.Cost)
	if !good || a == nil {
		s.failed(d)
		return "", WrongCredentials
	}

	defer s.turn(subject)()
	if s.account(subject) != a {
		return "", WrongCredentials // erased meanwhile
	}
	if weak {
		again := registry.HashPassword(password, s.c.Cost)
		if err := s.updateAccount(a, func(p profile) { *p.password = again }); err != nil {
			return "", stored("make the hash of a password anew", err)
		}
	}
	s.mu.Lock()
	s.used(a, s.now())
	a.use().failures = failures{}
	s.mu.Unlock()
	return s.open(a), nil
}

// ChangePassword ends all logins of the account and opens a new one.
func (s *Service) ChangePassword(t Token, old, password string) (Token, error) {
	x, err := s.session(t)
	if err != nil {
		return "", err
	}
	if err := checkField("password", password); err != nil {
		return "", err
	}
	if err := s.checkPassword(x.service, x.subject, old); err != nil {
		return "", err
	}
	hash := registry.HashPassword(password, s.c.Cost)
	defer s.turn(x.subject)()
	a := s.account(x.subject)
	if a == nil {
		return "", NotSignedIn
	}
	if err := s.updateAccount(a, func(p profile) { *p.password = hash }); err != nil {
		return "", stored("change a password", err)
	}
	s.endSessions(x.subject)
	return s.open(a), nil
}

// checkPassword proves who a subject is beside a login, under the same count
// of failures.
func (s *Service) checkPassword(service string, subject registry.ID, password string) error {
	a := s.account(subject)
	if a == nil {
		return WrongCredentials
	}
	if _, waits := s.attempt(a.email); waits {
		return TooManyAttempts
	}
	p, err := s.readAccount(s.handle(registry.RoleService, registry.ToIdentify).Of(subject), accountKind(service), subject)
	if gone(err) {
		return WrongCredentials
	}
	if err != nil {
		return stored("check a password", err)
	}
	if good, _ := registry.CheckPassword(*p.password, password, s.c.Cost); !good {
		s.failed(a.email)
		return WrongCredentials
	}
	return nil
}

// failures counts failed logins in a row.
type failures struct {
	count int
	last  time.Time
}

func (f failures) waits(now time.Time, p Policy) bool {
	return f.count >= p.FailedLogins && now.Sub(f.last) < p.Wait
}

func (f failures) more(now time.Time, p Policy) failures {
	if now.Sub(f.last) >= p.Wait {
		f.count = 0
	}
	return failures{f.count + 1, now}
}

// strangers counts failed logins with e-mails that nobody signed up with, so
// that waiting does not tell who did.
type strangers map[digest]failures

// attempt finds an account, nil when there is none, and tells whether it has
// to wait.
func (s *Service) attempt(email digest) (a *account, waits bool) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	a = s.emails[email]
	if a == nil {
		return nil, s.strangers[email].waits(now, s.c.Policy)
	}
	return a, a.used != nil && a.used.failures.waits(now, s.c.Policy)
}

// failed counts a failure.
func (s *Service) failed(email digest) {
	now, p := s.now(), s.c.Policy
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.emails[email]; a != nil {
		u := a.use()
		u.failures = u.failures.more(now, p)
		return
	}
	if _, known := s.strangers[email]; !known && len(s.strangers) >= mostStrangers {
		for d, f := range s.strangers {
			if now.Sub(f.last) >= p.Wait {
				delete(s.strangers, d)
			}
		}
		for d := range s.strangers {
			if len(s.strangers) < mostStrangers {
				break
			}
			delete(s.strangers, d) // any: the table must stay bounded
		}
	}
	s.strangers[email] = s.strangers[email].more(now, p)
}
