package people

import (
	"slices"

	"hoistway/scenarios"
	"hoistway/twin/draw"
)

// Source makes the persons of one replication, in order of At; of one instant
// in order of stream, tenant and sequence, visitors last. It is not safe for
// concurrent use.
type Source struct {
	flows []flow
	heads []head // by flow
	queue []int  // binary heap of the flows that have a person left
	group int64
}

// flow is an independent sequence of people in order of At, with groups counted
// from 0.
type flow interface {
	// next sets all of p, or reports that nobody else comes.
	next(p *Person) bool
}

// head is the next person of a flow.
type head struct {
	person Person
	group  int64 // that the flow counted last; -1 at first
}

// NewSource prepares the people of a replication, counted from 0. Two sources
// of the same scenario, seed and replication bring the same people; other seeds
// or replications bring people that have nothing to do with them.
func NewSource(sc *scenarios.Scenario, seed uint64, replication int) *Source {
	s := &Source{group: -1}
	homes := newResidents(sc, seed, replication)
	index := make(map[string]int32, len(sc.Tenants))
	for i := range sc.Tenants {
		index[sc.Tenants[i].Name] = int32(i)
	}
	for i := range sc.Traffic {
		st := &sc.Traffic[i]
		tenants := make([]int32, 0, len(st.Tenants))
		for _, name := range st.Tenants {
			t, ok := index[name]
			if !ok {
				panic("BUG: people: stream " + st.Name + " names tenant " + name + ", which the scenario does not have")
			}
			tenants = append(tenants, t)
		}
		slices.Sort(tenants)
		tenants = slices.Compact(tenants)
		o := draw.Owner{Seed: seed, Replication: replication, Kind: "stream", Name: st.Name}
		switch st.Kind {
		case scenarios.Profile:
			for _, t := range tenants {
				o.Tenant, o.HasOwnTenant = sc.Tenants[t].Name, true
				s.flows = append(s.flows, newProfile(sc, o, homes, i, int(t)))
			}
		case scenarios.Matrix:
			s.flows = append(s.flows, newMatrix(sc, o, homes, i, tenants))
		case scenarios.List:
			s.flows = append(s.flows, newList(sc, o, homes, i, tenants))
		default:
			panic("BUG: people: stream " + st.Name + " is of no known kind")
		}
	}
	for i := range sc.Visitors {
		s.flows = append(s.flows, newVisitors(sc, draw.Owner{Seed: seed, Replication: replication, Kind: "visitor", Name: sc.Visitors[i].Name}, homes, i))
	}
	s.heads = make([]head, len(s.flows))
	for i, f := range s.flows {
		s.heads[i].group = -1
		if f.next(&s.heads[i].person) {
			s.queue = append(s.queue, i)
		}
	}
	for i := len(s.queue)/2 - 1; i >= 0; i-- {
		s.sink(i)
	}
	return s
}

// Next sets p to the next person; false, with p as it was, when nobody else
// comes. It does not allocate.
func (s *Source) Next(p *Person) bool {
	if len(s.queue) == 0 {
		return false
	}
	first := s.queue[0]
	h := &s.heads[first]
	if h.person.Group != h.group {
		h.group = h.person.Group
		s.group++
	}
	*p = h.person
	p.Group = s.group
	if !s.flows[first].next(&h.person) {
		last := len(s.queue) - 1
		s.queue[0] = s.queue[last]
		s.queue = s.queue[:last]
	}
	s.sink(0)
	return true
}

// sink restores the heap below an entry that may have become later.
func (s *Source) sink(i int) {
	q := s.queue
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(q); child++ {
			if s.before(q[child], q[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		q[i], q[least] = q[least], q[i]
		i = least
	}
}

func (s *Source) before(a, b int) bool {
	x, y := s.heads[a].person.At, s.heads[b].person.At
	return x < y || x == y && a < b
}
