package check_test

import (
	"fmt"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/check"
)

// A car leaves while its doors still close.
func Example() {
	sc := &scenarios.Scenario{
		Building: scenarios.Building{Floors: []scenarios.Floor{{Name: "G"}, {Name: "1", Elevation: 4}}},
		Banks: []scenarios.Bank{{Name: "main", Serves: []int{0, 1}, Cars: []scenarios.Car{{
			Name: "A", Serves: []int{0, 1}, Persons: 8, Load: 600_000,
			Motion: scenarios.Motion{Speed: 1, Acceleration: 0.5, Jerk: 0.8},
			Doors:  scenarios.Doors{Open: 2 * time.Second, Close: 2 * time.Second},
		}}}},
		Run: scenarios.Run{Cap: time.Hour},
	}
	c := check.New(sc)
	for _, o := range []check.Observation{
		{At: 0, Kind: check.Opening, Car: 0, Floor: 0},
		{At: 2 * time.Second, Kind: check.Opened, Car: 0, Floor: 0},
		{At: 5 * time.Second, Kind: check.Closing, Car: 0, Floor: 0},
		{At: 6 * time.Second, Kind: check.Departed, Car: 0, Floor: 0, To: 1},
		{At: 9 * time.Second, Kind: check.End, Person: 0},
	} {
		c.Observe(&o)
	}
	c.Finish(9 * time.Second)
	for _, v := range c.Violations() {
		fmt.Println(v)
	}
	// Output:
	// at 6s: doors: car A of bank main departed for floor 1 (index 1) with its doors closing
}
