package remotecall

import (
	"maps"
	"slices"
	"strconv"

	"hoistway/dispatch/registry"
)

// Where a field that can be corrected stands. A name stands in two places in
// Flow: in the profile that the user entered, and in each building's server,
// where its Manager did.
var (
	accountFields    = map[string][]string{RemoteCall: {"email", "device_serial"}, Flow: {"name", "gender", "country", "language", "phone", "email"}}
	preferenceFields = []string{"intercom_phone", "intercom_username", "walking_speed_mm_s", "favourite_floor", "store_missed_pictures"}
	personFields     = []string{"name", "address", "apartment"}
	// Permissions are the Manager's to grant and withdraw (FL:L35); they are
	// accurate when the Manager says so (FL:L47).
	permissionFields = []string{"floors", "banks", "from", "until", "daily", "may_grant"}
)

// correct puts new values in the place of incorrect ones. The old ones are
// physically gone when it returns, and a restore does not bring them back. What
// stands in a building's server is corrected when the request comes through the
// building's Manager, and referred to the Manager when it does not.
func (s *Service) correct(q *request, corrections map[string]string) error {
	account, person := map[string]string{}, map[string]string{}
	var preferences Preferences
	var prefers []string
	permissions := false
	for _, name := range slices.Sorted(maps.Keys(corrections)) {
		value, known := corrections[name], false
		if slices.Contains(accountFields[q.service], name) {
			account[name], known = value, true
			if err := checkField(name, value); err != nil {
				return err
			}
		}
		if slices.Contains(personFields, name) {
			person[name], known = value, true
			if err := checkField(name, value); err != nil {
				return err
			}
		}
		if q.service == Flow && slices.Contains(preferenceFields, name) {
			prefers, known = append(prefers, name), true
			if err := preferences.take(name, value); err != nil {
				return err
			}
		}
		if slices.Contains(permissionFields, name) {
			permissions, known = true, true
		}
		if !known {
			return field(MalformedField, "corrections", "name no field that the service stores")
		}
	}
	if err := preferences.check(); err != nil {
		return err
	}
	if err := s.checkFavourite(preferences); err != nil {
		return err
	}
	if at := s.sites[q.building]; at != nil && (q.service != Flow || !at.residential) {
		for _, name := range personFields[1:] {
			if _, asked := person[name]; asked {
				return field(MalformedField, name, "is of Residential Flow only")
			}
		}
	}
	defer s.turn(q.subject)()
	a := s.account(q.subject)
	if a == nil {
		return NotSignedIn
	}
	done := 0
	if len(account) > 0 {
		if err := s.correctAccount(q, a, account); err != nil {
			return err
		}
		done++
	}
	if len(prefers) > 0 {
		if err := s.correctPreferences(q, preferences, prefers); err != nil {
			return err
		}
		done++
	}
	if len(person) > 0 || permissions {
		n, err := s.correctPerson(q, person, permissions)
		if err != nil {
			return err
		}
		done += n
	}
	if done == 0 {
		return AskTheManager
	}
	if err := s.render(); err != nil {
		return err
	}
	return stored("settle a correction", s.c.Registry.Settle())
}

// take sets one preference from its text. "" removes it.
func (p *Preferences) take(name, value string) error {
	switch name {
	case "intercom_phone":
		p.IntercomPhone = &value
	case "intercom_username":
		p.IntercomUsername = &value
	case "favourite_floor":
		p.FavouriteFloor = &value
	case "walking_speed_mm_s":
		n := 0
		if value != "" {
			var err error
			if n, err = strconv.Atoi(value); err != nil {
				return field(MalformedField, name, "must be a whole number of mm/s")
			}
		}
		p.WalkingSpeed = &n
	case "store_missed_pictures":
		if value != "true" && value != "false" && value != "" {
			return field(MalformedField, name, "must be true or false")
		}
		is := value == "true"
		p.StorePictures = &is
	default:
		panic("BUG: no preference is called " + name)
	}
	return nil
}

// correctAccount corrects the profile or account in the cloud.
func (s *Service) correctAccount(q *request, a *account, values map[string]string) error {
	kind := accountKind(q.service)
	h := s.handle(registry.RoleService, registry.ToFulfil).Of(q.subject)
	p, err := s.readAccount(h, kind, q.subject)
	if err != nil {
		return stored("read an account", err)
	}
	former := *p.email
	for name, value := range values {
		*p.field(name) = value
	}
	if *p.email != former {
		if err := s.claimEmail(q.service, *p.email, q.subject); err != nil {
			return err
		}
	}
	if err := h.Correct(registry.Ref{Kind: kind, Subject: q.subject}, p.record, slices.Sorted(maps.Keys(values))...); err != nil {
		if *p.email != former {
			_ = s.claimEmail(q.service, former, q.subject) // it was theirs, and nobody can claim it within the turn of this subject but by chance
		}
		return stored("correct an account", err)
	}
	return nil
}

// field gives the place of an account's field by its name in the stores.
func (p profile) field(name string) *string {
	switch r := p.record.(type) {
	case *registry.RemoteCallAccount:
		switch name {
		case "email":
			return &r.Email
		case "device_serial":
			return &r.Serial
		}
	case *registry.FlowProfile:
		switch name {
		case "name":
			return &r.Name
		case "gender":
			return &r.Gender
		case "country":
			return &r.Country
		case "language":
			return &r.Language
		case "phone":
			return &r.Phone
		case "email":
			return &r.Email
		}
	}
	panic("BUG: no account has a field " + name)
}

// correctPreferences corrects preferences. When none is left, the record goes.
func (s *Service) correctPreferences(q *request, p Preferences, names []string) error {
	h, ref := s.own(q), registry.Ref{Kind: registry.KindFlowPreferences, Subject: q.subject}
	var r registry.FlowPreferences
	err := h.Get(ref, &r)
	existed := err == nil
	if err != nil && !gone(err) {
		return stored("read preferences", err)
	}
	p.apply(&r)
	switch none := (registry.FlowPreferences{Meta: r.Meta}); {
	case r != none:
		err = h.Correct(ref, &r, names...)
	case existed:
		err = h.Remove(ref)
	default:
		err = nil
	}
	s.forgetStanding(q.subject)
	return stored("correct preferences", err)
}

// correctPerson corrects what a building's server holds: through its Manager,
// who entered it. It gives how many records it corrected, and refers the rest.
func (s *Service) correctPerson(q *request, values map[string]string, permissions bool) (done int, err error) {
	for _, b := range s.c.Buildings {
		known, err := s.knownIn(b.Name, q.subject)
		if notProvider(err) {
			q.refer(b.Name, "what is stored locally in the building, where KONE is no longer the provider (RC:L45)")
			continue
		}
		if err != nil {
			return done, err
		}
		if !known {
			continue
		}
		if permissions {
			q.refer(b.Name, "access permissions, which only the Manager changes (FL:L35)", registry.KindPermission)
		}
		switch {
		case len(values) == 0:
		case b.Name != q.building:
			q.refer(b.Name, "name and address in the building's own server, which the Manager entered", registry.KindBuildingPerson)
		default:
			if err := s.correctIn(q, values); err != nil {
				return done, err
			}
			done++
		}
	}
	return done, nil
}

// correctIn corrects what the Manager's building knows of the person.
func (s *Service) correctIn(q *request, values map[string]string) error {
	h := s.handle(registry.RoleManager, registry.ToFulfil).In(q.building).Of(q.subject)
	ref := registry.Ref{Kind: registry.KindBuildingPerson, Subject: q.subject}
	var p registry.BuildingPerson
	if err := h.Get(ref, &p); err != nil {
		return stored("read a person", err)
	}
	former := p
	for name, value := range values {
		switch name {
		case "name":
			p.Name = value
		case "address":
			p.Address = value
		case "apartment":
			p.Apartment = value
		}
	}
	if err := s.moveMain(q.building, q.subject, mainApartment(former), mainApartment(p)); err != nil {
		return err
	}
	if err := h.Correct(ref, &p, slices.Sorted(maps.Keys(values))...); err != nil {
		_ = s.moveMain(q.building, q.subject, mainApartment(p), mainApartment(former)) // back to what was theirs
		return stored("correct a person", err)
	}
	return nil
}
