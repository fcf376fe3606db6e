package main

import (
	"sync"

	"hoistway/bench/estate"
	"hoistway/scenarios"
	"hoistway/twin/study"
)

// services opens the real services for the replications of a study, each on
// stores of its own. With a folder, those of one replication leave evidence
// there; the others, and passes that only measure time, work in memory.
type services struct {
	seed     uint64
	evidence string // "" = none
	of       int    // replication that leaves evidence

	mu   sync.Mutex
	left bool // evidence was left
}

func (s *services) open(sc *scenarios.Scenario, replication int) (study.Service, error) {
	dir := ""
	s.mu.Lock()
	if s.evidence != "" && replication == s.of && !s.left {
		dir, s.left = s.evidence, true
	}
	s.mu.Unlock()
	return estate.New(sc, s.seed, replication, dir)
}
