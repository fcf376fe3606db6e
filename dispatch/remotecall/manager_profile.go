package remotecall

import (
	"maps"
	"slices"

	"hoistway/dispatch/registry"
)

// Maintained is what a Manager of Residential Flow sees of a person on behalf
// of KONE (FL:L47).
type Maintained struct {
	Name, Gender, Country, Language, Phone, Email string

	IntercomUsername string
	WalkingSpeed     int // mm/s; 0 = not given
	FavouriteFloor   string

	Keys     []MaintainedKey
	SubUsers []MaintainedSubUser
}

// MaintainedKey is a visitor key of this building, without the visitor.
type MaintainedKey struct {
	ID     registry.ID
	Floors []string
	Uses   int // that are left
}

// MaintainedSubUser is a sub-user of this building.
type MaintainedSubUser struct {
	ID       registry.ID
	Username string
}

// maintainedPreferences are the preferences that a Manager maintains, of the
// fields of Maintained; of the profile it is all but the password.
var maintainedPreferences = []string{"intercom_username", "walking_speed_mm_s", "favourite_floor"}

// Maintained reads what this building's Manager maintains of a person.
func (m *Manager) Maintained(subject registry.ID) (all Maintained, err error) {
	defer m.logRefusal("maintained", &err)
	defer m.s.turn(subject)()
	if err := m.maintains(subject); err != nil {
		return all, err
	}
	h := m.handle(registry.ToProvide).Of(subject)
	var p registry.FlowProfile
	if err := h.Get(registry.Ref{Kind: registry.KindFlowProfile, Subject: subject}, &p); err != nil {
		return all, stored("read a profile", err)
	}
	var r registry.FlowPreferences
	if err := h.Get(registry.Ref{Kind: registry.KindFlowPreferences, Subject: subject}, &r); err != nil && !gone(err) {
		return all, stored("read preferences", err)
	}
	all = Maintained{
		Name: p.Name, Gender: p.Gender, Country: p.Country, Language: p.Language, Phone: p.Phone, Email: p.Email,
		IntercomUsername: r.IntercomUsername, WalkingSpeed: r.WalkingSpeed, FavouriteFloor: r.FavouriteFloor,
	}
	err = h.Each(registry.Ref{Kind: registry.KindVisitorKey, Subject: subject}, func(ref registry.Ref, load func(registry.Record) error) error {
		var k registry.VisitorKey
		err := load(&k)
		if err == nil {
			all.Keys = append(all.Keys, MaintainedKey{ref.Item, k.Floors, k.Uses})
		}
		return err
	})
	if err != nil {
		return Maintained{}, stored("list visitor keys", err)
	}
	err = h.Each(registry.Ref{Kind: registry.KindSubUser, Subject: subject}, func(ref registry.Ref, load func(registry.Record) error) error {
		var u registry.SubUser
		err := load(&u)
		if err == nil {
			all.SubUsers = append(all.SubUsers, MaintainedSubUser{ref.Item, u.Username})
		}
		return err
	})
	if err != nil {
		return Maintained{}, stored("list sub-users", err)
	}
	return all, nil
}

// Maintain enters values of a person's profile and preferences, by the names of
// their fields in the stores. Fields are those of Maintained, and no others: an
// empty preference is removed. What was there before goes as an incorrect value
// does.
func (m *Manager) Maintain(subject registry.ID, values map[string]string) (err error) {
	defer m.logRefusal("maintain", &err)
	s := m.s
	profile := map[string]string{}
	var preferences Preferences
	prefers := false
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch value := values[name]; {
		case slices.Contains(accountFields[Flow], name):
			if err := checkField(name, value); err != nil {
				return err
			}
			profile[name] = value
		case slices.Contains(maintainedPreferences, name):
			if err := preferences.take(name, value); err != nil {
				return err
			}
			prefers = true
		default:
			return field(Denied, "a field", "is not one that a Manager maintains (FL:L47)")
		}
	}
	if err := preferences.check(); err != nil {
		return err
	}
	if err := s.checkFavourite(preferences); err != nil {
		return err
	}
	defer s.turn(subject)()
	if err := m.maintains(subject); err != nil {
		return err
	}
	if len(profile) > 0 {
		if err := m.maintainProfile(subject, profile); err != nil {
			return err
		}
	}
	if !prefers {
		return nil
	}
	return m.maintainPreferences(subject, preferences)
}

// maintains refuses whoever is not a person of this building's Residential
// Flow. The turn must be the subject's.
func (m *Manager) maintains(subject registry.ID) error {
	if !m.site.residential {
		return field(Denied, "profiles", "are maintained by Managers of Residential Flow only (FL:L47)")
	}
	p, err := m.person(subject)
	if err != nil {
		return err
	}
	if p.Service != Flow {
		return field(Denied, "profiles", "are of Flow only")
	}
	if m.s.account(subject) == nil {
		return NoAccount
	}
	return nil
}

func (m *Manager) maintainProfile(subject registry.ID, values map[string]string) error {
	s, h, ref := m.s, m.handle(registry.ToProvide).Of(subject), registry.Ref{Kind: registry.KindFlowProfile, Subject: subject}
	p, err := s.readAccount(h, registry.KindFlowProfile, subject)
	if err != nil {
		return stored("read a profile", err)
	}
	former := *p.email
	var fields []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		at := p.field(name)
		if *at != "" && *at != values[name] {
			fields = append(fields, name)
		}
		*at = values[name]
	}
	if *p.email != former {
		if err := s.claimEmail(Flow, *p.email, subject); err != nil {
			return err
		}
	}
	if len(fields) > 0 {
		err = h.Correct(ref, p.record, fields...)
	} else {
		err = h.Put(ref, p.record)
	}
	if err != nil && *p.email != former {
		_ = s.claimEmail(Flow, former, subject) // it was theirs
	}
	return stored("maintain a profile", err)
}

func (m *Manager) maintainPreferences(subject registry.ID, p Preferences) error {
	h, ref := m.handle(registry.ToProvide).Of(subject), registry.Ref{Kind: registry.KindFlowPreferences, Subject: subject}
	var old registry.FlowPreferences
	if err := h.Get(ref, &old); err != nil && !gone(err) {
		return stored("read preferences", err)
	}
	changed := old
	p.apply(&changed)
	if changed == old {
		return nil
	}
	var err error
	if fields := replaced(&old, &changed); len(fields) > 0 {
		err = h.Correct(ref, &changed, fields...)
	} else {
		err = h.Put(ref, &changed)
	}
	m.s.forgetStanding(subject)
	if err != nil || changed.IntercomUsername == old.IntercomUsername {
		return stored("maintain preferences", err)
	}
	return m.s.render()
}

// EndKey revokes a visitor key of a person of this building.
func (m *Manager) EndKey(subject, key registry.ID) (err error) {
	defer m.logRefusal("end-key", &err)
	ref := registry.Ref{Kind: registry.KindVisitorKey, Subject: subject, Item: key}
	return m.end(ref, func() error { return m.s.removeKey(subject, key) })
}

// EndSubUser takes a sub-user's access away.
func (m *Manager) EndSubUser(subject, id registry.ID) (err error) {
	defer m.logRefusal("end-sub-user", &err)
	ref := registry.Ref{Kind: registry.KindSubUser, Subject: subject, Item: id}
	return m.end(ref, func() error { return m.s.remove(subject, m.building, subUser, ref) })
}

// end removes what a person granted in this building. What they granted in
// others is none of this Manager's, and by the matrix not there.
func (m *Manager) end(ref registry.Ref, remove func() error) error {
	if !ref.Item.Valid() {
		return NoSuchEntry
	}
	defer m.s.turn(ref.Subject)()
	if err := m.maintains(ref.Subject); err != nil {
		return err
	}
	err := m.handle(registry.ToProvide).Of(ref.Subject).Get(ref, ref.Kind.New())
	switch {
	case gone(err):
		return NoSuchEntry
	case err != nil:
		return stored("read what a person granted", err)
	}
	return remove()
}
