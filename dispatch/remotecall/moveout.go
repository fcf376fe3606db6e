package remotecall

import "hoistway/dispatch/registry"

// MovedOut withdraws everything a person has in the building and tells the
// provider that they ceased to use the service, who then erases the account
// unless it is used in another building (RC:L45, FL:L56). It gives the
// certificate of the erasure, nil when there was none.
func (m *Manager) MovedOut(subject registry.ID) (_ *registry.Certificate, err error) {
	defer m.logRefusal("moved-out", &err)
	s := m.s
	if !subject.Valid() {
		return nil, NotYourBuilding
	}
	defer s.turn(subject)()
	if err := m.knows(subject); err != nil {
		return nil, err
	}
	only, err := s.nowhereElse(subject, m.building)
	if err != nil {
		return nil, err
	}
	if only {
		return s.eraseInTurn(subject, registry.CauseMovedOut)
	}
	return nil, m.withdrawAll(subject)
}

// knows refuses somebody of whom the building has nothing. Whoever gave up the
// app may have a key tag and nothing else.
func (m *Manager) knows(subject registry.ID) error {
	_, err := m.person(subject)
	if Reason(err) != NotYourBuilding {
		return err
	}
	tagErr := m.handle(registry.ToProvide).Of(subject).Get(registry.Ref{Kind: registry.KindKeyTag, Subject: subject}, &registry.KeyTag{})
	if gone(tagErr) {
		return err
	}
	return stored("read a key tag", tagErr)
}

// withdrawAll ends what a person has in the building and leaves the account.
// The person goes last: until then the Manager can try again.
func (m *Manager) withdrawAll(subject registry.ID) error {
	s := m.s
	person, err := m.person(subject)
	if err != nil && Reason(err) != NotYourBuilding {
		return err
	}
	known := err == nil
	if err := s.endGrants(subject, m.building, nil); err != nil {
		return err
	}
	if _, err := m.takeTag(subject); err != nil {
		return err
	}
	h := m.handle(registry.ToProvide).Of(subject)
	var refs []registry.Ref
	err = h.Each(registry.Ref{Kind: registry.KindPermission, Subject: subject}, func(ref registry.Ref, _ func(registry.Record) error) error {
		refs = append(refs, ref)
		return nil
	})
	if err != nil {
		return stored("list permissions", err)
	}
	if known {
		refs = append(refs, registry.Ref{Kind: registry.KindBuildingPerson, Subject: subject})
	}
	err = h.Remove(refs...)
	s.forgetStanding(subject)
	if err != nil {
		return stored("withdraw permissions", err)
	}
	s.leaveApartment(m.building, subject, person)
	return m.render()
}

// render puts the building's display in line with what the stores say.
func (m *Manager) render() error {
	return stored("render a display", m.s.c.Registry.RenderDisplay(m.building))
}

// nowhereElse tells whether no building but one knows a subject: as a person, by
// a permission or by a key tag.
func (s *Service) nowhereElse(subject registry.ID, building string) (bool, error) {
	only := true
	for name := range s.sites {
		if name == building {
			continue
		}
		h := s.handle(registry.RoleService, registry.ToProvide).In(name).Of(subject)
		for _, kind := range []*registry.Kind{registry.KindBuildingPerson, registry.KindPermission, registry.KindKeyTag} {
			err := h.Each(registry.Ref{Kind: kind, Subject: subject}, func(registry.Ref, func(registry.Record) error) error {
				only = false
				return nil
			})
			if err != nil && !notProvider(err) {
				return false, stored("look for somebody elsewhere", err)
			}
		}
	}
	return only, nil
}
