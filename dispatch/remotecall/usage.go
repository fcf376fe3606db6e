package remotecall

import (
	"time"

	"hoistway/dispatch/registry"
)

// Register takes a randomized ID from a phone, for a building; it goes to the
// vault only (FL:L21).
func (s *Service) Register(t Token, pseudonym registry.ID, building string) error { panic("not yet") }

// Usage is one use of equipment as the phone reports it, without a login.
type Usage struct {
	Pseudonym registry.ID
	Building  string
	Equipment string
	Function  string
	At        time.Time
}

// Upload stores a usage under its pseudonym, to the hour (Flow only).
func (s *Service) Upload(u Usage) error { panic("not yet") }
