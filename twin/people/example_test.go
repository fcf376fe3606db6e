package people_test

import (
	"fmt"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/people"
)

func ExampleSource() {
	sc := &scenarios.Scenario{
		Building: scenarios.Building{Floors: []scenarios.Floor{{Entrance: 1}, {Elevation: 4, Population: 50}}},
		Tenants:  []scenarios.Tenant{{Name: "everybody", Floors: []int{1}, Share: 1, Mass: scenarios.Dist{Mean: 75}}},
		Traffic: []scenarios.Stream{{
			Name: "morning", Kind: scenarios.Profile, Tenants: []string{"everybody"}, Batch: 1,
			Phases: []scenarios.Phase{{End: 5 * time.Minute, Demand: 0.12, In: 1}},
		}},
		Run: scenarios.Run{Duration: 5 * time.Minute},
	}
	var p people.Person
	n := 0
	for source := people.NewSource(sc, 1, 0); source.Next(&p); {
		n++
	}
	fmt.Printf("%d of %d people, the last from floor %d to floor %d\n", n, 50, p.Origin, p.Destination)
	// Output: 7 of 50 people, the last from floor 0 to floor 1
}
