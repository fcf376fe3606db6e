package remotecall

import (
	"crypto/subtle"
	"log/slog"
	"time"

	"hoistway/dispatch/registry"
)

// Manager acts for one building's owner or facility manager. All their
// accesses go through a handle of that building, so that no other building can
// be touched by mistake.
type Manager struct {
	s        *Service
	building string
	site     *site
}

// Manager lets a Manager in.
func (s *Service) Manager(building, credential string) (*Manager, error) {
	b, err := s.site(building, "")
	if err != nil {
		return nil, err
	}
	given := plainDigest(credential) // of one length, so that comparing takes one time
	if subtle.ConstantTimeCompare(given[:], b.manager[:]) != 1 || b.locked {
		s.logShutOut("manager", slog.String("building", building))
		return nil, WrongCredentials
	}
	return &Manager{s, building, b}, nil
}

func (m *Manager) handle(purpose registry.Purpose) registry.Handle {
	return m.s.handle(registry.RoleManager, purpose).In(m.building)
}

// Admission makes somebody known in the building.
type Admission struct {
	Service            string
	Email              string // of the account; it is looked up, not stored in the building
	Name               string
	Address, Apartment string // residential Flow only
	MainUser           bool   // of the apartment, who has the intercom; one each
}

// Admit enters a person into this building's server and notes in the ledger,
// before anything is collected, that the Manager informed them (FL:L35). To
// admit somebody again changes what the building knows of them.
func (m *Manager) Admit(a Admission) (_ registry.ID, err error) {
	defer m.logRefusal("admit", &err)
	s := m.s
	if _, err := s.site(m.building, a.Service); err != nil || a.Service == "" {
		return "", field(MalformedField, "service", "is not offered in the building")
	}
	if err := checkAll([]entered{{"email", a.Email}, {"name", a.Name}}); err != nil {
		return "", err
	}
	if err := checkOptional([]entered{{"address", a.Address}, {"apartment", a.Apartment}}); err != nil {
		return "", err
	}
	switch {
	case (a.Address != "" || a.Apartment != "") && !(m.site.residential && a.Service == Flow):
		return "", field(MalformedField, "address", "and apartment are collected in Residential Flow only")
	case a.MainUser && a.Apartment == "":
		return "", field(MissingField, "apartment", "of a main user")
	}
	subject, found := s.subjectByEmail(a.Service, a.Email)
	if !found {
		return "", NoAccount
	}
	defer s.turn(subject)()
	if s.account(subject) == nil {
		return "", NoAccount
	}
	if err := s.serves(subject); err != nil {
		return "", err
	}
	var old registry.BuildingPerson
	h, ref := m.handle(registry.ToProvide).Of(subject), registry.Ref{Kind: registry.KindBuildingPerson, Subject: subject}
	err = h.Get(ref, &old)
	if err != nil && !gone(err) {
		return "", stored("read a person", err)
	}
	known := err == nil
	if err := s.claimApartment(m.building, subject, old, a); err != nil {
		return "", err
	}
	if !known {
		_, err := s.c.Registry.Append(registry.Entry{Act: registry.ActNotice, Facts: map[string]string{
			"ref": registry.SubjectRef(subject), "building": m.building, "service": a.Service,
		}}, false)
		if err != nil {
			s.restoreApartment(m.building, subject, old, a)
			return "", stored("record that the person was informed", err)
		}
	}
	p := old
	p.Service, p.Name, p.Address, p.Apartment, p.MainUser = a.Service, a.Name, a.Address, a.Apartment, a.MainUser
	var fields []string
	for _, f := range []struct{ name, was, now string }{{"name", old.Name, p.Name}, {"address", old.Address, p.Address}, {"apartment", old.Apartment, p.Apartment}} {
		if f.was != "" && f.was != f.now {
			fields = append(fields, f.name)
		}
	}
	if len(fields) > 0 {
		err = h.Correct(ref, &p, fields...)
	} else {
		err = h.Put(ref, &p)
	}
	if err != nil {
		s.restoreApartment(m.building, subject, old, a)
		return "", stored("enter a person", err)
	}
	if old.Apartment != "" && old.Apartment != p.Apartment {
		return subject, m.render() // their username stands beside the former number
	}
	return subject, nil
}

// Grant is a permission to be given.
type Grant struct {
	Floors, Banks []string  // empty = all
	From, Until   time.Time // zero From = now, zero Until = no end
	Daily         string    // "07:00-19:00" UTC, also over midnight; "" = always
	MayGrant      bool      // visitor keys and sub-users; Flow only
}

// Grant gives a permission to somebody whom the building knows.
func (m *Manager) Grant(service string, subject registry.ID, g Grant) (_ registry.ID, err error) {
	defer m.logRefusal("grant", &err)
	s := m.s
	if err := g.check(m.site, service); err != nil {
		return "", err
	}
	if !subject.Valid() {
		return "", NotYourBuilding
	}
	defer s.turn(subject)()
	person, err := m.person(subject)
	if err != nil {
		return "", err
	}
	if person.Service != service {
		return "", field(MalformedField, "service", "is not the one that the person uses")
	}
	if s.account(subject) == nil {
		return "", NoAccount
	}
	if err := s.serves(subject); err != nil {
		return "", err
	}
	r := registry.Permission{Service: service, Floors: orAll(g.Floors), Banks: orAll(g.Banks), From: g.From.UTC(), Daily: g.Daily, MayGrant: g.MayGrant}
	if g.From.IsZero() {
		r.From = s.now()
	}
	if !g.Until.IsZero() {
		r.Until = g.Until.UTC()
		if !r.From.Before(r.Until) {
			return "", field(MalformedField, "until", "is not after from")
		}
	}
	id := s.c.IDs.New()
	err = m.handle(registry.ToProvide).Of(subject).Put(registry.Ref{Kind: registry.KindPermission, Subject: subject, Item: id}, &r)
	s.forgetStanding(subject)
	if err != nil {
		return "", stored("grant a permission", err)
	}
	return id, nil
}

func (g *Grant) check(b *site, service string) error {
	if _, err := b.floorList(g.Floors); err != nil {
		return err
	}
	for i, name := range g.Banks {
		if b.bank(name) < 0 {
			return NoBank
		}
		for _, other := range g.Banks[:i] {
			if other == name {
				return field(MalformedField, "banks", "name one bank twice")
			}
		}
	}
	if _, err := parseDaily(g.Daily); err != nil {
		return err
	}
	if g.MayGrant && service != Flow {
		return field(MalformedField, "may_grant", "is of Flow only")
	}
	return nil
}

func orAll(names []string) []string {
	if len(names) == 0 {
		return []string{all}
	}
	return append([]string(nil), names...)
}

// Withdraw ends a permission. Visitor keys that rested on it, and on no other,
// end with it.
func (m *Manager) Withdraw(subject, permission registry.ID) (err error) {
	defer m.logRefusal("withdraw", &err)
	s := m.s
	if !subject.Valid() || !permission.Valid() {
		return NoSuchEntry
	}
	defer s.turn(subject)()
	if _, err := m.person(subject); err != nil {
		return err
	}
	h, ref := m.handle(registry.ToProvide).Of(subject), registry.Ref{Kind: registry.KindPermission, Subject: subject, Item: permission}
	var r registry.Permission
	if err := h.Get(ref, &r); gone(err) {
		return NoSuchEntry
	} else if err != nil {
		return stored("read a permission", err)
	}
	err = h.Remove(ref)
	s.forgetStanding(subject)
	if err != nil {
		return stored("withdraw a permission", err)
	}
	if !r.MayGrant {
		return nil
	}
	return m.endUncovered(subject)
}

// endUncovered revokes the keys of a host that open a floor which the host's
// permissions no longer let them grant.
func (m *Manager) endUncovered(subject registry.ID) error {
	left, err := m.s.readPermissions(subject, m.site)
	if err != nil {
		return err
	}
	now := m.s.now()
	return m.s.endGrants(subject, m.building, func(k *registry.VisitorKey) bool {
		for _, name := range k.Floors {
			floor, known := m.site.floors[name]
			covered := false
			for i := range left {
				covered = covered || known && left[i].mayGrant && left[i].covers(floor) && !left[i].ended(now)
			}
			if !covered {
				return false
			}
		}
		return true
	})
}

// person reads what this building knows of somebody.
func (m *Manager) person(subject registry.ID) (registry.BuildingPerson, error) {
	var p registry.BuildingPerson
	if !subject.Valid() {
		return p, NotYourBuilding
	}
	err := m.handle(registry.ToProvide).Of(subject).Get(registry.Ref{Kind: registry.KindBuildingPerson, Subject: subject}, &p)
	if gone(err) {
		return p, NotYourBuilding
	}
	return p, stored("read a person", err)
}

// Log writes an entry of the Manager's own into a building-specific log that
// they ordered: declared logs and declared fields only (FL:L23). Calls are
// written by Service.Logged.
func (m *Manager) Log(log string, fields map[string]string) (err error) {
	defer m.logRefusal("log", &err)
	d, declared := m.site.logs[log]
	if !declared {
		return field(NotDeclared, "log", "is not in the building's configuration")
	}
	r := registry.BuildingLog{Log: log, Fields: map[string]string{}}
	for name, value := range fields {
		known := false
		for _, f := range d.Fields {
			known = known || f == name
		}
		if !known {
			return field(NotDeclared, "field", "is not in the log's declaration")
		}
		if len(value) > mostLogValue {
			return field(MalformedField, "field", "is longer than a log's value may be")
		}
		r.Fields[name] = value
	}
	return m.s.writeLog(m.site, d, &r)
}

const mostLogValue = 256 // bytes
