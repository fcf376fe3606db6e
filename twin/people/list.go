package people

import (
	"hoistway/scenarios"
	"hoistway/twin/draw"
)

// list brings the people of a passenger list as they are written. When they
// all belong to one tenant they walk, call and wait like its people; otherwise
// they begin at the landing and wait for ever. Their mass is the list's.
type list struct {
	trips  []scenarios.Trip
	tenant *scenarios.Tenant // nil = none
	traits traits
	person Person
}

func newList(sc *scenarios.Scenario, o draw.Owner, r *residents, stream int, tenants []int32) *list {
	l := &list{trips: sc.Traffic[stream].Trips, person: nobody()}
	l.person.Stream, l.person.Group = int32(stream), -1
	if len(tenants) == 1 {
		l.person.Tenant = tenants[0]
		l.tenant = &sc.Tenants[tenants[0]]
		l.traits = newTraits(o, r)
	}
	return l
}

func (s *list) next(p *Person) bool {
	if len(s.trips) == 0 {
		return false
	}
	t := &s.trips[0]
	s.trips = s.trips[1:]
	s.person.Group++
	*p = s.person
	p.At, p.Origin, p.Destination = t.At, int32(t.Origin), int32(t.Destination)
	if s.tenant != nil {
		s.traits.give(p, s.tenant)
	}
	p.Mass = t.Mass
	return true
}
