package script

import (
	"hoistway/scenarios"
)

// None marks a resident that does not apply.
const None = -1

// Resident is a place in the building that one person at a time fills: who
// moves out is followed by somebody else, of the same tenant and pace.
type Resident struct {
	Tenant    int  // index into Scenario.Tenants
	Floor     int  // home floor
	Apartment int  // number within the floor, from 0; None in offices
	Main      bool // the main user of the apartment; true for all in offices
	Speed     int  // walking speed, mm/s, drawn from the tenant's distribution
	Speaks    bool // told the app their walking speed
	Favourite int  // favourite floor; None
}

// Residents lists everybody who has a home floor, in order of floor. Their
// number and tenants depend on the scenario alone, their traits also on seed
// and replication.
func Residents(sc *scenarios.Scenario, seed uint64, replication int) []Resident {
	panic("not yet")
}

// Act is one scripted event at its instant.
type Act struct {
	At       scenarios.Instant
	Event    int    // index into Scenario.Events
	Number   int    // of the Count of the event, from 0
	Resident int    // whom it befalls; None when nobody in particular
	Draw     uint64 // for what else is random about it
}

// Acts lists all scripted acts in order of At, then of event and number. A
// resident is drawn from those of the event's tenant who have an app.
func Acts(sc *scenarios.Scenario, seed uint64, replication int) []Act {
	panic("not yet")
}
