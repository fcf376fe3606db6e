package remotecall

import (
	"slices"

	"hoistway/dispatch/registry"
)

// MovedOut withdraws everything a person has in the building and tells the
// provider that they ceased to use the service, who then erases the account
// unless it is used in another building (RC:L45, FL:L56). It gives the
// certificate of the erasure, nil when there was none.
func (m *Manager) MovedOut(subject registry.ID) (*registry.Certificate, error) {
	withdrawn, err := m.withdrawAll(subject)
	if err != nil || !withdrawn {
		return nil, err
	}
	return m.s.erase(subject, registry.CauseMovedOut)
}

// withdrawAll ends what a person has in the building, and tells whether they
// have nothing in any other.
func (m *Manager) withdrawAll(subject registry.ID) (last bool, err error) {
	s := m.s
	if !subject.Valid() {
		return false, NotYourBuilding
	}
	defer s.turn(subject)()
	person, err := m.person(subject)
	if err != nil {
		return false, err
	}
	if err := s.endGrants(subject, m.building, nil); err != nil {
		return false, err
	}
	if _, err := m.takeTag(subject); err != nil {
		return false, err
	}
	h := m.handle(registry.ToProvide).Of(subject)
	refs := []registry.Ref{{Kind: registry.KindBuildingPerson, Subject: subject}}
	err = h.Each(registry.Ref{Kind: registry.KindPermission, Subject: subject}, func(ref registry.Ref, _ func(registry.Record) error) error {
		refs = append(refs, ref)
		return nil
	})
	if err != nil {
		return false, stored("list permissions", err)
	}
	slices.Reverse(refs) // the person last: until then the Manager can try again
	err = h.Remove(refs...)
	s.forgetStanding(subject)
	if err != nil {
		return false, stored("withdraw permissions", err)
	}
	s.leaveApartment(m.building, subject, person)
	return s.nowhereElse(subject, m.building)
}

// nowhereElse tells whether a subject has permissions in no other building.
func (s *Service) nowhereElse(subject registry.ID, building string) (bool, error) {
	for name := range s.sites {
		if name == building {
			continue
		}
		found := false
		err := s.handle(registry.RoleService, registry.ToProvide).In(name).Of(subject).
			Each(registry.Ref{Kind: registry.KindPermission, Subject: subject}, func(registry.Ref, func(registry.Record) error) error {
				found = true
				return nil
			})
		if err != nil && !notProvider(err) {
			return false, stored("look for permissions elsewhere", err)
		}
		if found {
			return false, nil
		}
	}
	return true, nil
}
