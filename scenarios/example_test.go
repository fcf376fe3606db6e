package scenarios_test

import (
	"fmt"

	"hoistway/scenarios"
)

func ExampleLoad() {
	s, err := scenarios.Load("office-up-peak", scenarios.Options{Set: []string{"bank.main.cars=5"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	from, to := s.Run.Window()
	fmt.Printf("%s: %d floors, %d cars, measured from %v to %v\n",
		s.Title, len(s.Building.Floors), len(s.Banks[0].Cars), from, to)
	// Output: Office, morning up-peak: 15 floors, 5 cars, measured from 15m0s to 1h55m0s
}

func ExampleParse() {
	_, err := scenarios.Parse("tower.toml", []byte(`schema = 1
[building]
floors = 12
population = 40
[bank.main]
carz = 4
cars = 4
motion.speed = 2.5
[traffic.morning]
demand = "12%"
mix = "85/10/5"
`), scenarios.Options{})
	fmt.Println(err)
	// Output:
	// tower.toml:6:1: bank.main.carz: unknown key (did you mean "cars"?)
	// tower.toml:8:16: bank.main.motion.speed: 2.5 has no unit; expected a speed in m/s, such as "2.5m/s" (write the unit behind the number, such as "2.5m/s")
}
