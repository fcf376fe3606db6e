package people_test

import (
	"math"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/people"
)

// office is a building of a lobby, a basement entrance and ten floors with two
// tenants who share some of them.
func office() *scenarios.Scenario {
	sc := &scenarios.Scenario{Name: "office", Run: scenarios.Run{Duration: 4 * time.Hour}}
	for f := range 12 {
		floor := scenarios.Floor{Elevation: 4 * float64(f)}
		switch f {
		case 0:
			floor.Entrance = 0.25
		case 1:
			floor.Entrance = 0.75
		default:
			floor.Population = 20 * f
		}
		sc.Building.Floors = append(sc.Building.Floors, floor)
	}
	walks := scenarios.Dist{Mean: 1.3, SD: 0.3, Min: 0.4, Max: 2.5}
	mass := scenarios.Dist{Mean: 75, SD: 12, Min: 40, Max: 120}
	endless := scenarios.Dist{Mean: math.Inf(1)}
	sc.Tenants = []scenarios.Tenant{
		{Name: "brokers", Floors: []int{2, 3, 4, 5, 6}, Share: 1, WalkSpeed: walks, WalkDistance: 25, Mass: mass, RemoteShare: 0.4, NoShow: 0.1, Late: 0.2,
			LateBy: scenarios.Dist{Mean: 10, SD: 4, Min: 1, Max: 30}, Patience: scenarios.Dist{Mean: 120, SD: 40, Min: 30, Max: 600}},
		{Name: "lawyers", Floors: []int{6, 7, 8, 9, 10, 11}, Share: 0.5, WalkSpeed: walks, Mass: mass, RemoteShare: 0.5, Patience: endless},
	}
	sc.Tenants[0].Share = 0.5
	sc.Traffic = []scenarios.Stream{{
		Name: "day", Tenants: []string{"brokers", "lawyers"}, Kind: scenarios.Profile, Batch: 1,
		Phases: []scenarios.Phase{
			{Start: 0, End: time.Hour, Demand: 0.12, In: 0.85, Out: 0.1, Inter: 0.05},
			{Start: 90 * time.Minute, End: 4 * time.Hour, Demand: 0.06, In: 0.45, Out: 0.45, Inter: 0.1},
		},
	}}
	return sc
}

// all makes everybody of a replication.
func all(sc *scenarios.Scenario, seed uint64, replication int) []people.Person {
	var out []people.Person
	var p people.Person
	for s := people.NewSource(sc, seed, replication); s.Next(&p); {
		out = append(out, p)
	}
	return out
}
