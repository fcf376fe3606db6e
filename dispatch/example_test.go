package dispatch_test

import (
	"fmt"
	"math"
	"time"

	"hoistway/dispatch"
)

// One car stands at the lobby of a building of four floors; somebody on floor
// 2 wants to go down.
func ExampleController_Step() {
	flights, err := dispatch.NewFlights([]float64{0, 4, 8, 12}, dispatch.Drive{Speed: 1.6, Acceleration: 0.8, Jerk: math.Inf(1)})
	if err != nil {
		panic(err)
	}
	policy, err := dispatch.PolicyByName("eta")
	if err != nil {
		panic(err)
	}
	k, err := dispatch.New(dispatch.Config{
		Floors: 4, Policy: policy, BypassLoad: 80,
		Cars: []dispatch.Car{{
			Serves: []dispatch.Floor{0, 1, 2, 3}, Load: 630_000, Persons: 8, Flights: flights,
			Open: 2 * time.Second, Close: 3 * time.Second, DwellLanding: 4 * time.Second, DwellCar: 3 * time.Second,
		}},
	})
	if err != nil {
		panic(err)
	}
	for _, ev := range []dispatch.Event{
		{At: time.Second, Kind: dispatch.LandingCall, Call: 0, Floor: 2, Dir: dispatch.Down},
		{At: 8 * time.Second, Kind: dispatch.DoorStatus, Car: 0, Floor: 2, Door: dispatch.DoorsOpening},
		{At: 11 * time.Second, Kind: dispatch.CarCall, Car: 0, Floor: 0},
		{At: 17 * time.Second, Kind: dispatch.DoorStatus, Car: 0, Floor: 2, Door: dispatch.DoorsClosed, Load: 75_000},
	} {
		commands, err := k.Step(ev, nil)
		if err != nil {
			panic(err)
		}
		fmt.Println(ev)
		for _, c := range commands {
			fmt.Println("   ", c)
		}
	}
	// Output:
	// 1s landing-call call=0 floor=2 down
	//     assign call=0 car=0
	//     serve car=0 floor=2 down
	// 8s door-status car=0 floor=2 opening load=0g
	//     answer call=0 car=0
	// 11s car-call car=0 floor=0
	// 17s door-status car=0 floor=2 closed load=75000g
	//     serve car=0 floor=0 none
}
