package load

import (
	"fmt"
	"slices"
	"sort"

	"hoistway/scenarios"
)

// trips are the journeys of a scenario's people by how many make them, over all
// of its time: load runs do not follow its clock.
type trips struct {
	from, to []int // floors
	upTo     []float64
}

// Trip is a journey between two floors of the scenario.
type Trip struct{ From, To int }

// pick gives the trip at u in [0, 1).
func (t *trips) pick(u float64) Trip {
	u *= t.upTo[len(t.upTo)-1]
	i := min(sort.Search(len(t.upTo), func(i int) bool { return t.upTo[i] > u }), len(t.upTo)-1)
	return Trip{t.from[i], t.to[i]}
}

// tripsOf finds the trips that a bank can serve. A scenario whose people never
// ride that bank is an error: nothing may be made up.
func tripsOf(sc *scenarios.Scenario, bank int) (*trips, error) {
	n := len(sc.Building.Floors)
	people := make([][]float64, n)
	for i := range people {
		people[i] = make([]float64, n)
	}
	for i := range sc.Traffic {
		addStream(people, sc, &sc.Traffic[i])
	}
	for i := range sc.Visitors {
		addVisitors(people, sc, &sc.Visitors[i])
	}
	t := &trips{}
	sum, serves := 0.0, sc.Banks[bank].Serves
	for _, from := range serves {
		for _, to := range serves {
			if from == to || !(people[from][to] > 0) {
				continue
			}
			sum += people[from][to]
			t.from, t.to, t.upTo = append(t.from, from), append(t.to, to), append(t.upTo, sum)
		}
	}
	if len(t.upTo) == 0 {
		return nil, fmt.Errorf("scenario %s: nobody travels between two floors of bank %s: choose another bank or scenario", sc.Name, sc.Banks[bank].Name)
	}
	return t, nil
}

// addStream adds the people of a stream.
func addStream(people [][]float64, sc *scenarios.Scenario, s *scenarios.Stream) {
	switch s.Kind {
	case scenarios.List:
		for _, trip := range s.Trips {
			people[trip.Origin][trip.Destination]++
		}
	case scenarios.Matrix:
		for _, p := range s.Phases {
			for from, row := range p.Rates {
				for to, rate := range row {
					people[from][to] += rate * fives(p)
				}
			}
		}
	case scenarios.Profile:
		homes := homesOf(sc, s)
		total := 0.0
		for _, h := range homes {
			total += h
		}
		for _, p := range s.Phases {
			addPhase(people, sc, homes, total, p)
		}
	}
}

// fives is a phase's length in spans of 5 min, which rates are counted by.
func fives(p scenarios.Phase) float64 { return (p.End - p.Start).Minutes() / 5 }

// homesOf is how many of a stream's people belong to each floor.
func homesOf(sc *scenarios.Scenario, s *scenarios.Stream) []float64 {
	homes := make([]float64, len(sc.Building.Floors))
	for _, t := range sc.Tenants {
		if !slices.Contains(s.Tenants, t.Name) {
			continue
		}
		for _, f := range t.Floors {
			homes[f] += t.Share * float64(sc.Building.Floors[f].Population)
		}
	}
	return homes
}

// addPhase spreads a phase over its directions: in from the entrances by their
// shares to home floors by their people, out in reverse, and between home
// floors by the people of both.
func addPhase(people [][]float64, sc *scenarios.Scenario, homes []float64, total float64, p scenarios.Phase) {
	if total == 0 {
		return
	}
	volume := p.Demand * total * fives(p)
	for home, h := range homes {
		for door := range sc.Building.Floors {
			w := volume * h / total * sc.Building.Floors[door].Entrance
			people[door][home] += w * p.In
			people[home][door] += w * p.Out
		}
		for other, o := range homes {
			if rest := total - h; other != home && rest > 0 {
				people[home][other] += volume * p.Inter * h / total * o / rest
			}
		}
	}
}

// addVisitors adds the ways up and down of a stream of visitors.
func addVisitors(people [][]float64, sc *scenarios.Scenario, v *scenarios.Visitor) {
	count := v.PerHour * (v.End - v.Start).Hours() / float64(max(1, len(v.Floors)))
	for _, host := range v.Floors {
		for door, f := range sc.Building.Floors {
			people[door][host] += count * f.Entrance
			people[host][door] += count * f.Entrance
		}
	}
}
