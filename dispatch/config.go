package dispatch

import (
	"errors"
	"fmt"
	"time"
)

// MaxCars a bank can have.
const MaxCars = 64

// Parking says where an idle car goes. The zero value is ParkStay.
type Parking uint8

// The parking rules.
const (
	ParkStay   Parking = iota // where it became idle
	ParkLobby                 // to the lobby
	ParkSpread                // to the middle of its share of the floors
)

// Config describes a bank to its controller. New copies what it needs.
type Config struct {
	Floors       int // floors of the building; floor numbers are 0..Floors-1
	Lobby        Floor
	Cars         []Car
	Policy       Policy
	Reassign     bool // assigned calls may move until the car begins to slow down for them
	BypassLoad   int  // per cent of rated load from which a car passes landing calls by
	Parking      Parking
	ParkingDelay time.Duration // idle time before a car is parked
	HoldLimit    time.Duration // longest hold for a caller who is not ready yet
	Explain      bool          // fill Command.Why
}

// Car describes one car to the controller.
type Car struct {
	Serves       []Floor
	Home         Floor // where it stands at the start, doors closed
	Load         int64 // rated, g
	Persons      int   // rated
	Flights      *Flights
	Open, Close  time.Duration // door times
	Advance      time.Duration // the doors begin to open this long before the car stands level
	DwellLanding time.Duration // fully open after answering a landing call
	DwellCar     time.Duration // fully open after answering a car call only
	Transfer     time.Duration // least time per person in or out; 0 when people move within the dwell
}

// personMass is the rated mass of one person in grams (EN 81-20: rated load /
// 75 kg), used to turn a weighed load into people.
const personMass = 75_000

// validate reports every fault at once.
func (c *Config) validate() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf("dispatch: "+format, args...)) }
	floorOK := func(f Floor) bool { return f >= 0 && int(f) < c.Floors }
	if c.Floors < 2 || c.Floors > MaxFloors {
		fault("Floors is %d, want 2 to %d", c.Floors, MaxFloors)
	}
	if len(c.Cars) < 1 || len(c.Cars) > MaxCars {
		fault("%d cars, want 1 to %d", len(c.Cars), MaxCars)
	}
	if !floorOK(c.Lobby) {
		fault("Lobby is %d, want 0 to %d", c.Lobby, c.Floors-1)
	}
	if c.Policy == nil {
		fault("Policy is nil, want one of Policies")
	}
	if c.BypassLoad < 1 || c.BypassLoad > 200 {
		fault("BypassLoad is %d %%, want 1 to 200", c.BypassLoad)
	}
	if c.ParkingDelay < 0 || c.HoldLimit < 0 {
		fault("ParkingDelay %v and HoldLimit %v must not be negative", c.ParkingDelay, c.HoldLimit)
	}
	for i, car := range c.Cars {
		if len(car.Serves) < 2 {
			fault("car %d serves %d floors, want at least 2", i, len(car.Serves))
		}
		for _, f := range car.Serves {
			if !floorOK(f) {
				fault("car %d serves floor %d, want 0 to %d", i, f, c.Floors-1)
			}
		}
		if !floorOK(car.Home) {
			fault("car %d has home %d, want 0 to %d", i, car.Home, c.Floors-1)
		}
		if car.Flights == nil || car.Flights.floors != c.Floors {
			fault("car %d has no flight table for %d floors", i, c.Floors)
		}
		if car.Load <= 0 || car.Persons <= 0 {
			fault("car %d has rated load %d g and %d persons, want both positive", i, car.Load, car.Persons)
		}
		if min(car.Open, car.Close, car.Advance, car.DwellLanding, car.DwellCar, car.Transfer) < 0 {
			fault("car %d has a negative door time", i)
		}
	}
	return errors.Join(faults...)
}
