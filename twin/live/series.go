package live

import (
	"hoistway/scenarios"
	"hoistway/twin/people"
)

// series is the people of one replication after the other, each beginning where
// the one before ended.
type series struct {
	sc          *scenarios.Scenario
	seed        uint64
	replication int
	begins      scenarios.Instant
	source      *people.Source
	brought     bool // this replication brought somebody
}

func newSeries(sc *scenarios.Scenario, seed uint64) *series {
	return &series{sc: sc, seed: seed, source: people.NewSource(sc, seed, 0)}
}

// Next implements twin.Journeys. It ends with a replication in which nobody
// travels: no later one would be different.
func (s *series) Next(p *people.Person) bool {
	for !s.source.Next(p) {
		if !s.brought {
			return false
		}
		s.replication++
		s.begins += s.sc.Run.Duration
		s.source, s.brought = people.NewSource(s.sc, s.seed, s.replication), false
	}
	s.brought = true
	p.At += s.begins
	return true
}
