package people

import (
	"fmt"
	"math"
	"math/rand/v2"

	"hoistway/scenarios"
	"hoistway/twin/draw"
)

// ratedMass of a person in kg, EN 81-20.
const ratedMass = 75

// matrix brings the people of an origin-destination stream. Its tenants share
// one process, because the rates are those of all of them together.
type matrix struct {
	sc       *scenarios.Scenario
	stream   *scenarios.Stream
	arrivals arrivals
	traits   traits
	journeys rand.PCG
	members  rand.PCG
	tenants  []int32          // indices of the stream's tenants
	stranger scenarios.Tenant // how people behave when it has none
	cells    weights          // of the phase below, by origin*floors+destination
	phase    int
	person   Person // of the group that sets out now
	left     int64  // of it
}

func newMatrix(sc *scenarios.Scenario, o draw.Owner, r *residents, stream int, tenants []int32) *matrix {
	st := &sc.Traffic[stream]
	n := len(sc.Building.Floors)
	m := &matrix{
		sc: sc, stream: st, tenants: tenants, traits: newTraits(o, r), journeys: o.Stream("journeys"), members: o.Stream("tenants"),
		cells: weights{make([]float64, n*n)}, phase: -1, person: nobody(),
		stranger: scenarios.Tenant{Mass: scenarios.Dist{Mean: ratedMass}, Patience: scenarios.Dist{Mean: math.Inf(1)}},
	}
	m.person.Stream, m.person.Group = int32(stream), -1
	var stretches []stretch
	for i := range st.Phases {
		ph := &st.Phases[i]
		m.tabulate(i)
		stretches = append(stretches, stretch{ph.Start, ph.End, m.cells.total() * perSecond})
	}
	m.arrivals = newArrivals(o, stretches, sc.Run.Duration, st.Repeat, st.Batch)
	return m
}

// tabulate sums the rates of a phase up; nobody rides from a floor to itself.
func (s *matrix) tabulate(phase int) {
	if s.phase == phase {
		return
	}
	s.phase = phase
	n := len(s.sc.Building.Floors)
	rates := s.stream.Phases[phase].Rates
	if len(rates) != n {
		panic(fmt.Sprintf("BUG: people: stream %s has rates from %d floors of %d", s.stream.Name, len(rates), n))
	}
	sum := 0.0
	for i, row := range rates {
		if len(row) != n {
			panic(fmt.Sprintf("BUG: people: stream %s has rates to %d floors of %d", s.stream.Name, len(row), n))
		}
		for j, rate := range row {
			if i != j {
				sum += rate
			}
			s.cells.upTo[i*n+j] = sum
		}
	}
}

func (s *matrix) next(p *Person) bool {
	if s.left == 0 {
		at, in, size, ok := s.arrivals.next()
		if !ok {
			return false
		}
		s.tabulate(in)
		s.left = size
		s.person.At = at
		s.person.Group++
		cell := s.cells.pick(draw.Unit(s.journeys.Uint64()))
		n := len(s.sc.Building.Floors)
		s.person.Origin, s.person.Destination = int32(cell/n), int32(cell%n)
	}
	s.left--
	*p = s.person
	s.give(p)
	return true
}

// give draws whose tenant somebody is, and their traits.
func (s *matrix) give(p *Person) {
	u := draw.Unit(s.members.Uint64())
	p.Tenant = s.member(u, p.Origin, p.Destination)
	if p.Tenant == None {
		s.traits.give(p, &s.stranger)
		return
	}
	s.traits.give(p, &s.sc.Tenants[p.Tenant])
}

// member is the tenant of somebody who rides between two floors: by the
// tenants' people on the two, of floors where none of them lives by all their
// people, and evenly when there are none at all.
func (s *matrix) member(u float64, from, to int32) int32 {
	if len(s.tenants) == 0 {
		return None
	}
	for _, share := range [...]func(t *scenarios.Tenant) float64{
		func(t *scenarios.Tenant) float64 { return s.lives(t, int(from)) + s.lives(t, int(to)) },
		func(t *scenarios.Tenant) float64 {
			sum := 0.0
			for _, f := range t.Floors {
				sum += s.lives(t, f)
			}
			return sum
		},
		func(*scenarios.Tenant) float64 { return 1 },
	} {
		total := 0.0
		for _, t := range s.tenants {
			total += share(&s.sc.Tenants[t])
		}
		if total == 0 {
			continue
		}
		x, last := float64(u*total), int32(None)
		for _, t := range s.tenants {
			w := share(&s.sc.Tenants[t])
			if w == 0 {
				continue
			}
			last = t
			if x -= w; x < 0 {
				return t
			}
		}
		return last // rounding left a rest
	}
	panic("BUG: people: tenants of even shares sum to 0")
}

// lives is how many of a tenant's people live on a floor.
func (s *matrix) lives(t *scenarios.Tenant, floor int) float64 {
	for _, f := range t.Floors {
		if f == floor {
			return float64(t.Share * float64(s.sc.Building.Floors[f].Population))
		}
	}
	return 0
}
