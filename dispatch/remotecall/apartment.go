package remotecall

import "hoistway/dispatch/registry"

// apartment is under what an apartment is found in memory.
func (s *Service) apartment(building, number string) digest {
	return s.digest("apartment", building, number)
}

// claimApartment makes a person the main user of an apartment, as an admission
// says, and frees the one they had before. An apartment has one main user: the
// intercom rings at nobody else's phone (FL:L27).
func (s *Service) claimApartment(building string, subject registry.ID, old registry.BuildingPerson, a Admission) error {
	return s.moveMain(building, subject, mainApartment(old), mainApartment(registry.BuildingPerson{Apartment: a.Apartment, MainUser: a.MainUser}))
}

// restoreApartment undoes claimApartment.
func (s *Service) restoreApartment(building string, subject registry.ID, old registry.BuildingPerson, a Admission) {
	// The former apartment can only be somebody else's now if they claimed it
	// within this moment; it is theirs then.
	_ = s.moveMain(building, subject, mainApartment(registry.BuildingPerson{Apartment: a.Apartment, MainUser: a.MainUser}), mainApartment(old))
}

// leaveApartment frees the apartment of somebody who moved out.
func (s *Service) leaveApartment(building string, subject registry.ID, old registry.BuildingPerson) {
	_ = s.moveMain(building, subject, mainApartment(old), "") // freeing is never refused
}

// mainApartment is the apartment of which somebody is the main user, "" when
// there is none.
func mainApartment(p registry.BuildingPerson) string {
	if !p.MainUser {
		return ""
	}
	return p.Apartment
}

func (s *Service) moveMain(building string, subject registry.ID, from, to string) error {
	if from == to {
		return nil
	}
	before, after := s.apartment(building, from), s.apartment(building, to)
	s.mu.Lock()
	if holder, taken := s.mains[after]; to != "" && taken && holder.subject != subject {
		s.mu.Unlock()
		return TwoMainUsers
	}
	var gone parting
	if from != "" && s.mains[before].subject == subject {
		delete(s.mains, before)
		gone = s.disconnectApartment(before)
	}
	if to != "" {
		s.mains[after] = place{building, subject}
	}
	s.mu.Unlock()
	gone.tell()
	return nil
}
