// Package script says who lives and works in a building and what happens to
// them over days and years: the residents behind the tenants of a scenario, and
// its scripted events one by one.
//
// [Residents] and [Acts] depend on the scenario, the seed and the replication
// alone. They draw from streams of their own (package twin/draw), so that a
// further event or another walking speed shifts nobody's journeys.
//
// The package says what is asked of the service and when, not what comes of it.
package script

import (
	"slices"

	"hoistway/scenarios"
)

// None marks a resident, apartment or floor that does not apply.
const None = -1

// Resident is a place in the building that one person at a time fills: who
// moves out is followed by somebody else, of the same tenant and pace.
type Resident struct {
	Tenant    int  // index into Scenario.Tenants
	Floor     int  // home floor
	Apartment int  // number within the floor, from 0; None in offices
	Main      bool // the main user of the apartment; true for all in offices
	Speed     int  // walking speed, mm/s, drawn from the tenant's distribution
	Speaks    bool // told the app their walking speed; Flow only
	Favourite int  // favourite floor, an entrance; None. Flow only
}

// Act is one scripted event at its instant.
type Act struct {
	At       scenarios.Instant
	Event    int    // index into Scenario.Events
	Number   int    // of the Count of the event, from 0, in order of At
	Resident int    // whom it befalls, an index of Residents; None for the kinds that befall nobody in particular
	Draw     uint64 // for what else is random about it
}

// Hosts lists for every floor the residents who can make a visitor's key: main
// users with Flow.
func Hosts(sc *scenarios.Scenario, residents []Resident) [][]int32 {
	hosts := make([][]int32, len(sc.Building.Floors))
	for i := range residents {
		if r := &residents[i]; r.Main && sc.Tenants[r.Tenant].App == scenarios.FlowApp {
			hosts[r.Floor] = append(hosts[r.Floor], int32(i))
		}
	}
	return hosts
}

// tenantNamed is the index of a tenant; None for "".
func tenantNamed(sc *scenarios.Scenario, name string) int {
	if name == "" {
		return None
	}
	i := slices.IndexFunc(sc.Tenants, func(t scenarios.Tenant) bool { return t.Name == name })
	if i < 0 {
		panic("BUG: script: an event names tenant " + name + ", which the scenario does not have")
	}
	return i
}
