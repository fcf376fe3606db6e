package remotecall

import (
	"errors"

	"hoistway/dispatch/registry"
)

// provenBy tells whether a password is that of somebody who is signed in.
func (s *Service) provenBy(service string, subject registry.ID, password string) (bool, error) {
	err := s.checkPassword(service, subject, password)
	if errors.Is(err, WrongCredentials) {
		return false, nil
	}
	return err == nil, err
}

// provenByEmail finds who asks a Manager or staff, by the e-mail and password
// of their account. It is as slow, and counts as much, as a login: an e-mail
// that nobody signed up with cannot be told from a wrong password.
func (s *Service) provenByEmail(service, email, password string) (registry.ID, bool, error) {
	d := s.emailDigest(service, email)
	a, waits := s.attempt(d)
	if waits {
		return "", false, TooManyAttempts
	}
	if a == nil {
		registry.CheckPassword(s.decoy, password, s.c.Cost)
		s.failed(d)
		return "", false, nil
	}
	proven, err := s.provenBy(service, a.subject, password)
	return a.subject, proven, err
}
