package people

import (
	"math/rand/v2"
	"slices"

	"hoistway/scenarios"
	"hoistway/twin/draw"
)

// profile brings the people of one tenant of a profile stream.
type profile struct {
	arrivals arrivals
	traits   traits
	journeys rand.PCG
	tenant   *scenarios.Tenant
	phases   []mix
	homes    weights // by floor, the tenant's own people
	callers  weights // of homes, those with an entrance on another floor
	doors    weights // entrances
	movers   weights // of homes, those with another floor to go to
	others   weights // floors that inter-floor traffic goes to
	person   Person  // of the group that sets out now
	left     int64   // of it
}

// mix is how a phase's people split over the directions. Directions that the
// building does not offer are 0.
type mix struct{ in, out, inter float64 }

// newProfile takes a tenant's part of a stream. Incoming people enter by the
// entrances' shares and go to a home floor by the tenant's people there;
// outgoing people do the reverse. Inter-floor traffic goes from a home floor to
// another floor on which tenants of the stream live, by that floor's
// population, and never to a floor that is locked to the tenant.
func newProfile(sc *scenarios.Scenario, o draw.Owner, r *residents, stream, tenant int) *profile {
	st, t := &sc.Traffic[stream], &sc.Tenants[tenant]
	floors := sc.Building.Floors
	home, door, other := make([]float64, len(floors)), make([]float64, len(floors)), make([]float64, len(floors))
	for f := range floors {
		door[f] = floors[f].Entrance
	}
	for _, f := range t.Floors {
		home[f] = float64(t.Share * float64(floors[f].Population))
	}
	for _, name := range st.Tenants {
		for i := range sc.Tenants {
			if peer := &sc.Tenants[i]; peer.Name == name {
				for _, f := range peer.Floors {
					if !floors[f].Locked || slices.Contains(t.Floors, f) {
						other[f] = float64(floors[f].Population)
					}
				}
			}
		}
	}
	p := &profile{tenant: t, homes: newWeights(home), doors: newWeights(door), others: newWeights(other), journeys: o.Stream("journeys")}
	caller, mover := slices.Clone(home), slices.Clone(home)
	for f := range floors {
		if !(p.doors.without(f) > 0) {
			caller[f] = 0
		}
		if !(p.others.without(f) > 0) {
			mover[f] = 0
		}
	}
	p.callers, p.movers = newWeights(caller), newWeights(mover)

	var stretches []stretch
	for i := range st.Phases {
		ph := &st.Phases[i]
		m := mix{ph.In, ph.Out, ph.Inter}
		if p.callers.total() == 0 {
			m.in, m.out = 0, 0
		}
		if p.movers.total() == 0 {
			m.inter = 0
		}
		p.phases = append(p.phases, m)
		rate := ph.Demand * p.homes.total() * (m.in + m.out + m.inter) * perSecond
		stretches = append(stretches, stretch{ph.Start, ph.End, rate})
	}
	p.arrivals = newArrivals(o, stretches, sc.Run.Duration, st.Repeat, st.Batch)
	p.traits = newTraits(o, r)
	p.person = nobody()
	p.person.Stream, p.person.Tenant, p.person.Group = int32(stream), int32(tenant), -1
	return p
}

func (s *profile) next(p *Person) bool {
	if s.left == 0 {
		at, in, size, ok := s.arrivals.next()
		if !ok {
			return false
		}
		s.left = size
		s.person.At = at
		s.person.Group++
		s.journey(&s.phases[in])
	}
	s.left--
	*p = s.person
	s.traits.give(p, s.tenant)
	return true
}

// journey draws where a group goes.
func (s *profile) journey(m *mix) {
	f := draw.Further(s.journeys.Uint64())
	which, home, far := draw.Unit(f.Draw())*(m.in+m.out+m.inter), draw.Unit(f.Draw()), draw.Unit(f.Draw())
	switch {
	case m.inter > 0 && which >= m.in+m.out:
		from := s.movers.pick(home)
		s.person.Origin, s.person.Destination = int32(from), int32(s.others.pickWithout(far, from))
	case m.out > 0 && which >= m.in:
		from := s.callers.pick(home)
		s.person.Origin, s.person.Destination = int32(from), int32(s.doors.pickWithout(far, from))
	default:
		to := s.callers.pick(home)
		s.person.Origin, s.person.Destination = int32(s.doors.pickWithout(far, to)), int32(to)
	}
}
