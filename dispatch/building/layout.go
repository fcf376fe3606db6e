package building

import "hoistway/dispatch"

// Layout is what a building is made of, lowest floor first.
type Layout struct {
	Name   string // for people
	Floors []Floor
	Banks  []Bank
}

// Floor is a landing level.
type Floor struct {
	Name      string  // never empty
	Elevation float64 // m above floor 0
	Exit      bool    // people enter and leave the building here
	Locked    bool    // only who has a key, a tag or a card may go here
}

// Bank is a group of cars under one group controller.
type Bank struct {
	Name   string
	Serves []dispatch.Floor // ascending
	Lobby  dispatch.Floor
	Cars   []CarMake
}

// CarMake is what is fixed about a car.
type CarMake struct {
	Name    string
	Serves  []dispatch.Floor // ascending
	Speed   float64          // rated, m/s; 0 = not known
	Persons int              // rated
	Load    int64            // rated, g
}
