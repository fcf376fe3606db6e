package dispatchtest

import (
	"time"

	"hoistway/dispatch"
)

// Pace is how long a car takes for everything it does.
type Pace struct {
	Run     time.Duration // a flight of one floor, from doors closed to standing
	Floor   time.Duration // every further floor
	Open    time.Duration // doors, from beginning to open to fully open
	Dwell   time.Duration // fully open
	Close   time.Duration // doors, from beginning to close to closed
	Advance time.Duration // the doors begin to open this long before the car stands
}

// WholeSeconds is the pace of the scripts: a flight of n floors takes n+3 s, a
// stop 7 s, and a car can stop at a floor until 2 s before it stands there.
func WholeSeconds() Pace {
	return Pace{Run: 4 * time.Second, Floor: time.Second, Open: 2 * time.Second, Dwell: 3 * time.Second, Close: 2 * time.Second}
}

// Flights tells a controller of the pace.
func (p Pace) Flights(floors int) (*dispatch.Flights, error) {
	return dispatch.NewFixedFlights(floors, p.Floor, p.Run, 0)
}

// Car describes a car of this pace to a controller. It has room for a number
// of persons of 75 kg.
func (p Pace) Car(flights *dispatch.Flights, home dispatch.Floor, serves []dispatch.Floor, persons int) dispatch.Car {
	return dispatch.Car{
		Serves: serves, Home: home, Persons: persons, Load: int64(persons) * personMass, Flights: flights,
		Open: p.Open, Close: p.Close, Advance: p.Advance, DwellLanding: p.Dwell, DwellCar: p.Dwell,
	}
}

// personMass is what everybody weighs, in grams.
const personMass = 75_000

// flight is the time between two different floors.
func (p Pace) flight(from, to dispatch.Floor) time.Duration {
	return p.Run + time.Duration(apart(from, to)-1)*p.Floor
}

// branch is the latest time after leaving at which the car can still be made
// to stop at a floor: half a flight of one floor before it stands there.
func (p Pace) branch(from, to dispatch.Floor) time.Duration {
	return p.flight(from, to) - p.Run + p.Run/2
}

func apart(a, b dispatch.Floor) dispatch.Floor { return max(a-b, b-a) }
