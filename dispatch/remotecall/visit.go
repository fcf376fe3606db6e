package remotecall

import (
	"time"

	"hoistway/dispatch/registry"
)

// Visit lets somebody whom a main user let in at the intercom ride to a floor
// of the main user's. The building's equipment holds it for the visitor,
// who has no key. It is random, says nothing about anybody, and does not outlive
// the service's process: whoever is on the way then rings again.
type Visit struct {
	ID    registry.ID
	Until time.Time
}

// visit is what memory knows of a Visit, which is in no store.
type visit struct {
	building string
	host     registry.ID
	until    time.Time
}

// letIn is how long after the door was opened a visitor may ride.
const letIn = time.Hour

// admit lets whoever rings ride, under mu. To open again prolongs the visit.
func (s *Service) admit(r *ring, now time.Time) {
	if r.visit.ID == "" {
		r.visit.ID = s.c.IDs.New()
	}
	r.visit.Until = now.Add(letIn)
	if s.intercom.visits == nil {
		s.intercom.visits = map[registry.ID]visit{}
	}
	s.intercom.visits[r.visit.ID] = visit{r.phone.building, r.phone.session.subject, r.visit.Until}
}

// Visit gives the visit of a call at the intercom whose main user opened. The panel
// asks before it hangs up.
func (s *Service) Visit(id uint64) (Visit, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.intercom.rings[id]
	switch {
	case r == nil:
		return Visit{}, NoSuchCall
	case !r.opened:
		return Visit{}, NotPermitted
	}
	return r.visit, nil
}

// CheckVisit tells whether a visit opens a floor now: cars and doors
// ask it on the way, as they ask CheckKey of a key. It opens what the
// permissions of the main user who opened cover at this moment, and ends with
// their account.
func (s *Service) CheckVisit(building string, id registry.ID, floor string) error {
	b, asked, err := s.landing(building, Flow, floor)
	if err != nil {
		return err
	}
	now := s.now()
	s.mu.Lock()
	a, found := s.intercom.visits[id]
	there := s.accounts[a.host] != nil
	s.mu.Unlock()
	switch {
	case !found, a.building != building:
		return KeyUnknown
	case !now.Before(a.until):
		return KeyExpired
	case !there:
		return KeyRevoked
	}
	st, err := s.standing(a.host, Flow, b)
	if err != nil {
		return err
	}
	if st.stopped {
		return ProcessingStopped
	}
	if !st.reaches(b, asked, now) {
		return NotPermitted
	}
	return nil
}

// expireVisits forgets the visits that have ended, under mu.
func (s *Service) expireVisits(now time.Time) {
	for id, a := range s.intercom.visits {
		if !now.Before(a.until) {
			delete(s.intercom.visits, id)
		}
	}
}
