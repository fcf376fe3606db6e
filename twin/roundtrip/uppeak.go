package roundtrip

import (
	"fmt"
	"math"
	"slices"

	"hoistway/scenarios"
)

// CapacityFactor is the share of rated capacity with which cars are assumed to
// leave the main terminal (ISO 8100-32, CIBSE Guide D).
const CapacityFactor = 0.8

// personMass is the rated mass of a person in grams (EN 81-20).
const personMass = 75_000

// Analysis is what the textbook says of a bank in up-peak. Figures are rounded
// to six decimals, so that they do not depend on the processor.
type Analysis struct {
	Bank            string
	Cars            int
	Floors          int     // served above the main terminal
	Population      int     // of those floors, whoever else serves them
	Persons         float64 // P, people a trip: CapacityFactor of rated capacity by persons or 75 kg each; mean over cars
	Stops           float64 // S; of cars that differ, the first one's, as with the next three
	HighestFloor    float64 // H
	HighestDistance float64 // m above the main terminal
	ReachesSpeed    bool    // rated speed is reached between any two floors, so the classical formula holds

	RoundTrip        float64 // s, leg by leg; of cars that differ, the harmonic mean
	ClassicRoundTrip float64 // s, by the classical formula with the mean storey; see ReachesSpeed
	Interval         float64 // UPPINT, s, from RoundTrip
	HandlingCapacity float64 // UPPHC, persons per 5 min, from RoundTrip
	PercentOfPeople  float64 // %POP: HandlingCapacity as % of Population
	Wait             float64 // estimate of average waiting time, s
}

// UpPeak analyses a bank, given by its index. People go from the bank's lobby
// to the floors above it that its cars serve, by population; transfer, dwell,
// door and drive times are the cars' own. It is an error, told with the bank's
// name, when the cars do not all serve the same floors, or nobody lives above
// the lobby.
func UpPeak(sc *scenarios.Scenario, bank int) (Analysis, error) {
	if bank < 0 || bank >= len(sc.Banks) {
		panic(fmt.Sprintf("BUG: roundtrip: bank %d of %d", bank, len(sc.Banks)))
	}
	b := &sc.Banks[bank]
	fail := func(format string, args ...any) (Analysis, error) {
		return Analysis{}, fmt.Errorf("up-peak analysis of bank %s: %s", b.Name, fmt.Sprintf(format, args...))
	}
	if len(b.Cars) == 0 {
		return fail("it has no cars")
	}
	t := trip{base: sc.Building.Floors[b.Lobby].Elevation}
	a := Analysis{Bank: b.Name, Cars: len(b.Cars)}
	for i := range b.Cars {
		if c := &b.Cars[i]; !slices.Equal(c.Serves, b.Cars[0].Serves) {
			return fail("car %s does not serve the same floors as car %s; the analysis is for cars that do", c.Name, b.Cars[0].Name)
		}
	}
	if !slices.Contains(b.Cars[0].Serves, b.Lobby) {
		return fail("its cars do not serve its lobby, floor %s", sc.Building.Floors[b.Lobby].Name)
	}
	for _, f := range b.Cars[0].Serves {
		if f > b.Lobby {
			t.add(&sc.Building.Floors[f], f-b.Lobby)
			a.Population += sc.Building.Floors[f].Population
		}
	}
	if a.Population == 0 {
		return fail("nobody lives on the floors it serves above its lobby, floor %s", sc.Building.Floors[b.Lobby].Name)
	}
	a.Floors = len(t.weights)

	var trips, carried, classic, persons float64 // the first two per second
	a.ReachesSpeed = true
	for i := range b.Cars {
		t.car = &b.Cars[i]
		p := t.persons()
		rtt := t.roundTrip(p)
		if i == 0 {
			a.Stops, a.HighestFloor, a.HighestDistance = round(Stops(t.weights, p)), round(HighestFloor(t.weights, p)), round(HighestDistance(t.weights, t.heights, p))
		}
		a.ReachesSpeed = a.ReachesSpeed && t.reachesSpeed()
		trips += 1 / rtt
		carried += p / rtt
		classic += 1 / t.classic(p)
		persons += p
	}
	cars := float64(len(b.Cars))
	a.Persons = round(persons / cars)
	a.RoundTrip, a.ClassicRoundTrip, a.Interval = round(cars/trips), round(cars/classic), round(1/trips)
	a.HandlingCapacity = round(300 * carried)
	a.PercentOfPeople = round(100 * 300 * carried / float64(a.Population))
	wait, ok := Wait(1/trips, CapacityFactor)
	if !ok {
		panic("BUG: roundtrip: no estimate of waiting time at the capacity factor")
	}
	a.Wait = round(wait)
	return a, nil
}

func round(x float64) float64 { return math.Round(x*1e6) / 1e6 }
