package people

import (
	"math/rand/v2"
	"slices"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/draw"
)

// visitors brings the people of a visitor stream. A key is valid from the
// planned arrival on, which is the arrival itself unless one of these is drawn,
// at most one of them:
//
//   - early: the plan was for up to ValidFor later;
//   - expired: the key ended up to ValidFor before;
//   - revoked: at some time from the start of the scenario to the arrival;
//   - wrong floor: the visitor asks for another floor than the host's, a locked
//     one if there is any, never an entrance;
//   - ring: the visitor has no key and rings the intercom.
//
// Visitors walk as far to the landing as the people of the first tenant on the
// host's floor.
type visitors struct {
	sc                                *scenarios.Scenario
	visitor                           *scenarios.Visitor
	arrivals                          arrivals
	journeys, mass, walk, cases, keys rand.PCG
	hosts, answers                    rand.PCG
	atHome                            [][]int32 // hosts by floor; nil without a service
	doors                             weights
	wrong                             []int // floors that a visitor may ask for by mistake
	distance                          []float64
	person                            Person
}

func newVisitors(sc *scenarios.Scenario, o draw.Owner, r *residents, index int) *visitors {
	v := &sc.Visitors[index]
	s := &visitors{
		sc: sc, visitor: v, journeys: o.Stream("journeys"), mass: o.Stream("mass"), walk: o.Stream("walk"), cases: o.Stream("cases"), keys: o.Stream("keys"),
		hosts: o.Stream("hosts"), answers: o.Stream("answers"),
		distance: make([]float64, len(sc.Building.Floors)), person: nobody(),
	}
	door := make([]float64, len(sc.Building.Floors))
	for f, floor := range sc.Building.Floors {
		door[f] = floor.Entrance
		if floor.Entrance > 0 && slices.Contains(v.Floors, f) {
			panic("BUG: people: visitors " + v.Name + " have a host on the entrance " + floor.Name)
		}
		for i := range sc.Tenants {
			if t := &sc.Tenants[i]; slices.Contains(t.Floors, f) {
				s.distance[f] = t.WalkDistance
				break
			}
		}
	}
	s.doors = newWeights(door)
	rate := v.PerHour / 3600
	if s.doors.total() == 0 || len(v.Floors) == 0 {
		rate = 0
	}
	if r != nil {
		s.atHome = r.hosts
	}
	s.wrong = s.mistakes()
	s.arrivals = newArrivals(o, []stretch{{v.Start, v.End, rate}}, sc.Run.Duration, v.Repeat, 1)
	s.person.Visitor, s.person.Group = int32(index), -1
	return s
}

// mistakes are the floors to ask for wrongly: the locked ones, or all when none
// but one is locked; never an entrance.
func (s *visitors) mistakes() []int {
	var locked, all []int
	for f, floor := range s.sc.Building.Floors {
		if floor.Entrance > 0 {
			continue
		}
		all = append(all, f)
		if floor.Locked {
			locked = append(locked, f)
		}
	}
	if len(locked) > 1 {
		return locked
	}
	return all
}

func (s *visitors) next(p *Person) bool {
	at, _, _, ok := s.arrivals.next()
	if !ok {
		return false
	}
	v := s.visitor
	journey, mass, walk, which, key := draw.Further(s.journeys.Uint64()), s.mass.Uint64(), s.walk.Uint64(), draw.Unit(s.cases.Uint64()), draw.Further(s.keys.Uint64())
	hosts, answer := s.hosts.Uint64(), draw.Unit(s.answers.Uint64())
	host := v.Floors[draw.Below(journey.Draw(), uint64(len(v.Floors)))]
	s.person.Group++
	*p = s.person
	p.At = at
	p.Origin, p.Destination = int32(s.doors.pickWithout(draw.Unit(journey.Draw()), host)), int32(host)
	p.Mass = grams(mass, &v.Mass)
	p.Walk = stroll(walk, &v.WalkSpeed, s.distance[host])
	if s.atHome != nil {
		if at := s.atHome[host]; len(at) > 0 {
			p.Host = at[draw.Below(hosts, uint64(len(at)))]
		}
	}
	p.KeyFloor, p.KeyFrom = int32(host), at
	by := draw.Span(key.Draw(), v.ValidFor)
	switch {
	case which < v.Early:
		p.KeyFrom = at + by + time.Microsecond
	case which < v.Early+v.Expired:
		p.KeyFrom = at - v.ValidFor - by
	case which < v.Early+v.Expired+v.Revoked:
		p.RevokeAt = draw.Span(key.Draw(), at+time.Microsecond)
	case which < v.Early+v.Expired+v.Revoked+v.WrongFloor:
		p.Destination = s.mistake(key.Draw(), int32(host), p.Origin)
	case which < v.Early+v.Expired+v.Revoked+v.WrongFloor+v.Ring:
		p.Rings, p.Answered = true, answer < v.Answered
		p.KeyFloor, p.KeyFrom = None, scenarios.Forever
		return true
	}
	p.KeyUntil = p.KeyFrom + v.ValidFor
	return true
}

// mistake is a floor that is neither the host's nor where the visitor enters;
// the host's when there is none.
func (s *visitors) mistake(number uint64, host, origin int32) int32 {
	n := uint64(0)
	for _, f := range s.wrong {
		if int32(f) != host && int32(f) != origin {
			n++
		}
	}
	if n == 0 {
		return host
	}
	k := draw.Below(number, n)
	for _, f := range s.wrong {
		if int32(f) == host || int32(f) == origin {
			continue
		}
		if k == 0 {
			return int32(f)
		}
		k--
	}
	panic("BUG: people: fewer floors than were counted")
}
