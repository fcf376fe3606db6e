package remotecall

import (
	"time"

	"hoistway/dispatch/registry"
)

// KeyRequest makes a visitor key.
type KeyRequest struct {
	Building    string
	Visitor     string // as the host calls them
	Floors      []string
	From, Until time.Time
	Uses        int
	Consent     bool // the host attests that the visitor agreed before entry
}

// Key is what the visitor gets: ID names it, Code opens.
type Key struct {
	ID   registry.ID
	Code string
}

// CreateKey needs the Manager's permission to grant. RevokeKey may be called
// again.
func (s *Service) CreateKey(t Token, r KeyRequest) (Key, error)      { panic("not yet") }
func (s *Service) RevokeKey(t Token, id registry.ID) error           { panic("not yet") }
func (s *Service) UseKey(building string, k Key, floor string) error { panic("not yet") }

// CheckKey tells whether a key opens a floor now, without using it up: cars
// and doors ask it on the way.
func (s *Service) CheckKey(building string, k Key, floor string) error { panic("not yet") }

// CheckTag tells whether a key tag opens a floor. It works whatever became of
// the app (FL:L51).
func (s *Service) CheckTag(building, number, floor string) error { panic("not yet") }
