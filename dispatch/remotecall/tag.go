package remotecall

import (
	"crypto/rand"
	"slices"

	"hoistway/dispatch/registry"
)

// GiveTag hands a key tag to somebody whom the building knows, whether or not
// they still have the app. A new tag takes the place of the former one. No
// floors mean all.
func (m *Manager) GiveTag(subject registry.ID, floors []string) (number string, err error) {
	defer m.logRefusal("give-tag", &err)
	s := m.s
	if _, err := m.site.floorList(floors); err != nil {
		return "", err
	}
	if !subject.Valid() {
		return "", NotYourBuilding
	}
	defer s.turn(subject)()
	if err := m.knows(subject); err != nil {
		return "", err
	}
	h, ref := m.handle(registry.ToProvide).Of(subject), registry.Ref{Kind: registry.KindKeyTag, Subject: subject}
	var old registry.KeyTag
	if err := h.Get(ref, &old); err != nil && !gone(err) {
		return "", stored("read a key tag", err)
	}
	t := registry.KeyTag{Number: rand.Text()[:16], Floors: orAll(floors)}
	write := h.Put
	if old.Number != "" {
		// The former tag goes whole, also from a later restore: half a tag opens nothing.
		write = func(ref registry.Ref, r registry.Record) error { return h.Correct(ref, r) }
	}
	if err := write(ref, &t); err != nil {
		return "", stored("give a key tag", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tags, s.digest("tag", m.building, old.Number))
	s.tags[s.digest("tag", m.building, t.Number)] = place{m.building, subject}
	return t.Number, nil
}

// TakeTag takes the key tag back.
func (m *Manager) TakeTag(subject registry.ID) (err error) {
	defer m.logRefusal("take-tag", &err)
	if !subject.Valid() {
		return NotYourBuilding
	}
	defer m.s.turn(subject)()
	if err := m.knows(subject); err != nil {
		return err
	}
	taken, err := m.takeTag(subject)
	if err == nil && !taken {
		return TagUnknown
	}
	return err
}

func (m *Manager) takeTag(subject registry.ID) (taken bool, err error) {
	s := m.s
	h, ref := m.handle(registry.ToProvide).Of(subject), registry.Ref{Kind: registry.KindKeyTag, Subject: subject}
	var t registry.KeyTag
	if err := h.Get(ref, &t); gone(err) {
		return false, nil
	} else if err != nil {
		return false, stored("read a key tag", err)
	}
	if err := h.Remove(ref); err != nil {
		return false, stored("take a key tag", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tags, s.digest("tag", m.building, t.Number))
	return true, nil
}

// CheckTag tells whether a key tag opens a floor. It works whatever became of
// the app (FL:L51): it asks the building alone, neither the account nor an
// objection.
func (s *Service) CheckTag(building, number, floor string) error {
	err := s.checkTag(building, number, floor)
	s.count.tag(err)
	return err
}

func (s *Service) checkTag(building, number, floor string) error {
	if _, _, err := s.landing(building, "", floor); err != nil {
		return err
	}
	d := s.digest("tag", building, number)
	s.mu.Lock()
	at, found := s.tags[d]
	s.mu.Unlock()
	if !found {
		return TagUnknown
	}
	var t registry.KeyTag
	err := s.handle(registry.RoleService, registry.ToProvide).In(building).Of(at.subject).
		Get(registry.Ref{Kind: registry.KindKeyTag, Subject: at.subject}, &t)
	switch {
	case gone(err) || err == nil && t.Number != number:
		return TagUnknown // taken meanwhile
	case err != nil:
		return stored("read a key tag", err)
	case !slices.Contains(t.Floors, all) && !slices.Contains(t.Floors, floor):
		return NotPermitted
	}
	return nil
}
