package remotecall

import "hoistway/dispatch/registry"

// Objections are the purposes to which the user has objected. The phone asks
// after each login, and stops what it does for them.
func (s *Service) Objections(t Token) ([]registry.Purpose, error) { panic("not yet") }
