package remotecall

import (
	"fmt"
	"time"

	"hoistway/dispatch/registry"
)

// all stands for all floors or all banks in a permission.
const all = "*"

// permission is a stored permission in the form in which it is looked at.
type permission struct {
	id            registry.ID
	floors, banks []bool // by index; nil = all
	from, until   time.Time
	daily         daily
	mayGrant      bool
}

// daily is the part of each day in which a permission is valid, in minutes
// after midnight UTC. It may run over midnight. The zero value is the whole day.
type daily struct{ from, until int }

// parseDaily reads "07:00-19:00".
func parseDaily(s string) (daily, error) {
	if s == "" {
		return daily{}, nil
	}
	wrong := field(MalformedField, "daily", "must be two different times such as 07:00-19:00")
	if len(s) != len("07:00-19:00") || s[5] != '-' {
		return daily{}, wrong
	}
	from, err1 := time.Parse("15:04", s[:5])
	until, err2 := time.Parse("15:04", s[6:])
	if err1 != nil || err2 != nil || from.Equal(until) {
		return daily{}, wrong
	}
	return daily{from.Hour()*60 + from.Minute(), until.Hour()*60 + until.Minute()}, nil
}

func (d daily) holds(t time.Time) bool {
	minute := t.Hour()*60 + t.Minute()
	switch {
	case d == daily{}:
		return true
	case d.from < d.until:
		return d.from <= minute && minute < d.until
	}
	return d.from <= minute || minute < d.until
}

// valid tells whether a permission holds at an instant: from its beginning
// until before its end, within its part of the day.
func (p *permission) valid(t time.Time) bool {
	return !t.Before(p.from) && !p.ended(t) && p.daily.holds(t)
}

func (p *permission) ended(t time.Time) bool { return !p.until.IsZero() && !t.Before(p.until) }

func (p *permission) covers(floor int) bool { return p.floors == nil || p.floors[floor] }
func (p *permission) serves(bank int) bool  { return p.banks == nil || p.banks[bank] }

// standing is what decisions about a subject rest on, as last read from the
// stores. It is kept while the subject is signed in, and every change through
// the service drops it.
type standing struct {
	stopped     bool // the subject objected to being provided the service
	speed       int  // mm/s, 0 = unknown
	favourite   string
	permissions map[string][]permission // by building
}

// may tells whether a permission covers a floor, by a bank, at an instant.
func (st *standing) may(b *site, floor, bank int, t time.Time) bool {
	for i := range st.permissions[b.name] {
		if p := &st.permissions[b.name][i]; p.covers(floor) && p.serves(bank) && p.valid(t) {
			return true
		}
	}
	return false
}

// mayGrant tells whether a permission to grant covers a floor at an instant.
// Floor -1 stands for any.
func (st *standing) mayGrant(b *site, floor int, t time.Time) bool {
	for i := range st.permissions[b.name] {
		if p := &st.permissions[b.name][i]; p.mayGrant && (floor < 0 || p.covers(floor)) && p.valid(t) {
			return true
		}
	}
	return false
}

// reaches tells whether a permission covers a floor at an instant, by whichever
// bank.
func (st *standing) reaches(b *site, floor int, t time.Time) bool {
	for i := range st.permissions[b.name] {
		if p := &st.permissions[b.name][i]; p.covers(floor) && p.valid(t) {
			return true
		}
	}
	return false
}

// anywhere tells whether any permission for the building is valid at an
// instant.
func (st *standing) anywhere(b *site, t time.Time) bool {
	for i := range st.permissions[b.name] {
		if st.permissions[b.name][i].valid(t) {
			return true
		}
	}
	return false
}

// standing gives the standing of a subject in a building. It reads the stores
// when memory does not know.
func (s *Service) standing(subject registry.ID, service string, b *site) (*standing, error) {
	if st := s.remembered(subject, b); st != nil {
		return st, nil
	}
	defer s.turn(subject)()
	return s.readStanding(subject, service, b)
}

// remembered gives a standing that is in memory and knows the building.
func (s *Service) remembered(subject registry.ID, b *site) *standing {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[subject]; a != nil && a.used != nil && a.used.standing != nil {
		if _, known := a.used.standing.permissions[b.name]; known {
			return a.used.standing
		}
	}
	return nil
}

// readStanding is standing within the subject's turn, which keeps a change
// from slipping between reading and remembering.
func (s *Service) readStanding(subject registry.ID, service string, b *site) (*standing, error) {
	if st := s.remembered(subject, b); st != nil {
		return st, nil
	}
	h := s.handle(registry.RoleService, registry.ToProvide).Of(subject)
	st := &standing{permissions: map[string][]permission{}}
	err := h.Each(registry.Ref{Kind: registry.KindObjection, Subject: subject}, func(_ registry.Ref, load func(registry.Record) error) error {
		var o registry.Objection
		if err := load(&o); err != nil {
			return err
		}
		st.stopped = st.stopped || o.Purpose == registry.ToProvide
		return nil
	})
	if err != nil {
		return nil, stored("read objections", err)
	}
	if service == Flow {
		var p registry.FlowPreferences
		err := h.Get(registry.Ref{Kind: registry.KindFlowPreferences, Subject: subject}, &p)
		if err != nil && !gone(err) {
			return nil, stored("read preferences", err)
		}
		st.speed, st.favourite = p.WalkingSpeed, p.FavouriteFloor
	}
	if st.permissions[b.name], err = s.readPermissions(subject, b); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[subject]; a != nil && a.used != nil && len(a.used.sessions) > 0 {
		if old := a.used.standing; old != nil { // knows other buildings; what is handed out never changes
			for name, list := range old.permissions {
				if name != b.name {
					st.permissions[name] = list
				}
			}
		}
		a.used.standing = st
	}
	return st, nil
}

// forgetStanding drops what memory knows of a subject's standing. Whoever
// changes preferences, objections or permissions calls it within the turn,
// after the change.
func (s *Service) forgetStanding(subject registry.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[subject]; a != nil && a.used != nil {
		a.used.standing = nil
	}
}

// forgetBuilding drops what memory knows of a building in which our service
// has ended. Whatever is asked for there from now on is refused.
func (s *Service) forgetBuilding(building string) {
	if b := s.sites[building]; b != nil {
		b.ended.Store(true)
	}
	s.mu.Lock()
	var gone parting
	for _, x := range s.sessions {
		if a := s.accounts[x.subject]; a != nil && a.used != nil {
			a.used.standing = nil
		}
	}
	for _, table := range []map[digest]place{s.tags, s.mains} {
		for d, p := range table {
			if p.building == building {
				delete(table, d)
			}
		}
	}
	gone = s.disconnectBuilding(building)
	s.mu.Unlock()
	gone.tell()
}

// readPermissions reads the permissions of a subject in a building. Floors and
// banks that the building no longer has are passed over.
func (s *Service) readPermissions(subject registry.ID, b *site) ([]permission, error) {
	list := []permission{}
	err := s.handle(registry.RoleService, registry.ToProvide).In(b.name).Of(subject).
		Each(registry.Ref{Kind: registry.KindPermission, Subject: subject}, func(ref registry.Ref, load func(registry.Record) error) error {
			var r registry.Permission
			if err := load(&r); err != nil {
				return err
			}
			d, err := parseDaily(r.Daily)
			if err != nil {
				return fmt.Errorf("permission %s: %w", ref.Item, err)
			}
			p := permission{id: ref.Item, from: r.From, until: r.Until, daily: d, mayGrant: r.MayGrant}
			p.floors = marks(r.Floors, len(b.floors), func(name string) int {
				if i, known := b.floors[name]; known {
					return i
				}
				return -1
			})
			p.banks = marks(r.Banks, len(b.banks), b.bank)
			list = append(list, p)
			return nil
		})
	return list, stored("read permissions", err)
}

// marks turns names into a mark for each index, nil when all are meant.
func marks(names []string, n int, index func(string) int) []bool {
	marked := make([]bool, n)
	for _, name := range names {
		if name == all {
			return nil
		}
		if i := index(name); i >= 0 {
			marked[i] = true
		}
	}
	return marked
}
