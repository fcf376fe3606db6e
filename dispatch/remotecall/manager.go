package remotecall

import (
	"time"

	"hoistway/dispatch/registry"
)

// Manager acts for one building's owner or facility manager.
type Manager struct {
	s        *Service
	building string
}

// Manager lets a Manager in.
func (s *Service) Manager(building, credential string) (*Manager, error) { panic("not yet") }

// Admission makes somebody known in the building.
type Admission struct {
	Service            string
	Email              string // of the account; it is looked up, not stored in the building
	Name               string
	Address, Apartment string // residential Flow only
	MainUser           bool
}

// Grant is a permission to be given.
type Grant struct {
	Floors, Banks []string // empty = all
	From, Until   time.Time
	Daily         string // "07:00-19:00"
	MayGrant      bool
}

// Admit enters a person and notes in the ledger that they were informed
// (FL:L35). Grant and Withdraw change permissions.
func (m *Manager) Admit(a Admission) (registry.ID, error) { panic("not yet") }
func (m *Manager) Grant(service string, subject registry.ID, g Grant) (registry.ID, error) {
	panic("not yet")
}
func (m *Manager) Withdraw(subject, permission registry.ID) error { panic("not yet") }

// GiveTag hands out a key tag and TakeTag takes it back.
func (m *Manager) GiveTag(subject registry.ID, floors []string) (number string, err error) {
	panic("not yet")
}
func (m *Manager) TakeTag(subject registry.ID) error { panic("not yet") }

// MovedOut withdraws everything a person has in the building and tells the
// provider that they ceased to use the service, who then erases the account
// unless it is used in another building (RC:L45, FL:L56).
func (m *Manager) MovedOut(subject registry.ID) (*registry.Certificate, error) { panic("not yet") }

// Log writes an entry of a building-specific log the Manager ordered.
func (m *Manager) Log(log string, fields map[string]string) error { panic("not yet") }
