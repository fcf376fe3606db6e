package roundtrip_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/motion"
	"hoistway/twin/roundtrip"
)

// bank is a building with one bank of four equal cars over floors at the given
// elevations, whose lobby is floor 0.
func bank(elevations []float64, population int, m scenarios.Motion, d scenarios.Doors) *scenarios.Scenario {
	sc := &scenarios.Scenario{Name: "bank"}
	var serves []int
	for i, e := range elevations {
		f := scenarios.Floor{Name: "L" + string(rune('A'+i)), Elevation: e, Population: population}
		if i == 0 {
			f.Population, f.Entrance = 0, 1
		}
		sc.Building.Floors = append(sc.Building.Floors, f)
		serves = append(serves, i)
	}
	b := scenarios.Bank{Name: "main", Serves: serves}
	for _, name := range []string{"1", "2", "3", "4"} {
		b.Cars = append(b.Cars, scenarios.Car{Name: name, Serves: serves, Persons: 10, Load: 10 * 75_000, Motion: m, Doors: d})
	}
	sc.Banks = []scenarios.Bank{b}
	return sc
}

func storeys(n int, height float64) []float64 {
	e := make([]float64, n)
	for i := range e {
		e[i] = height * float64(i)
	}
	return e
}

func kinematic(v, a, j float64) scenarios.Motion {
	return scenarios.Motion{Speed: v, Acceleration: a, Jerk: j, StartDelay: 500 * time.Millisecond, Levelling: 700 * time.Millisecond}
}

var (
	extending = scenarios.Doors{
		Open: 1800 * time.Millisecond, Close: 2900 * time.Millisecond, AdvanceOpening: 300 * time.Millisecond, DwellLanding: 5 * time.Second, DwellCar: 3 * time.Second,
		DwellExtends: true, AfterTransfer: 1500 * time.Millisecond, TransferIn: 1200 * time.Millisecond, TransferOut: 900 * time.Millisecond,
	}
	fixed = scenarios.Doors{
		Open: 2 * time.Second, Close: 2 * time.Second, DwellLanding: 5 * time.Second, DwellCar: 3 * time.Second, TransferIn: 800 * time.Millisecond, TransferOut: 1300 * time.Millisecond,
	}
	atOnce = scenarios.Doors{Open: 2 * time.Second, Close: 2 * time.Second, DwellLanding: 4 * time.Second, DwellCar: 3 * time.Second}
)

// TestUpPeakAgainstMonteCarlo plays one car's round trips with dice, with the
// flight times of package motion, which shares no code with this one.
func TestUpPeakAgainstMonteCarlo(t *testing.T) {
	uneven := []float64{0, 12, 15, 19, 22.5, 26, 40, 44}
	fst := scenarios.Motion{Model: scenarios.FloorStopTurn, FloorTime: 1450 * time.Millisecond, StopTime: 7190 * time.Millisecond, TurnTime: time.Second}
	for _, row := range []struct {
		name       string
		elevations []float64
		m          scenarios.Motion
		d          scenarios.Doors
		persons    int  // rated; 80 % of it is a whole number
		speed      bool // rated speed is reached from floor to floor
	}{
		{"rated speed not reached in one storey", storeys(16, 3.3), kinematic(2.5, 1, 1.5), extending, 10, false},
		{"rated speed reached in one storey", storeys(11, 3.3), kinematic(1.0, 0.5, 0.8), extending, 10, true},
		{"storeys of all heights above an express zone", uneven, kinematic(4, 1, 1), extending, 20, false},
		{"slow car with soft jerk", storeys(8, 3), kinematic(0.6, 0.7, 0.5), extending, 10, true},
		{"no jerk limit, people move within a fixed dwell", storeys(11, 4), kinematic(2.5, 1, math.Inf(1)), fixed, 10, false},
		{"everybody at once", storeys(31, 4), kinematic(6, 1.2, math.Inf(1)), atOnce, 20, false},
		{"fixed flight times", storeys(10, 3.66), fst, extending, 20, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			sc := bank(row.elevations, 0, row.m, row.d)
			weights := []float64{}
			for i := 1; i < len(row.elevations); i++ {
				sc.Building.Floors[i].Population = 30 + 40*(i%3)
				weights = append(weights, float64(30+40*(i%3)))
			}
			for i := range sc.Banks[0].Cars {
				sc.Banks[0].Cars[i].Persons, sc.Banks[0].Cars[i].Load = row.persons, int64(row.persons)*75_000
			}
			got, err := roundtrip.UpPeak(sc, 0)
			if err != nil {
				t.Fatal(err)
			}
			p := row.persons * 4 / 5
			if got.Persons != float64(p) || got.Cars != 4 || got.Floors != len(weights) {
				t.Fatalf("%v persons in each of %d cars to %d floors, want %d in 4 to %d", got.Persons, got.Cars, got.Floors, p, len(weights))
			}
			if got.ReachesSpeed != row.speed {
				t.Errorf("rated speed reached from floor to floor: %v, want %v", got.ReachesSpeed, row.speed)
			}
			mean, sd := played(row.elevations, weights, &row.m, &row.d, p)
			if off := math.Abs(got.RoundTrip - mean); off > 4*sd {
				t.Errorf("round trip %.4f s, played %.4f s: off by %.4f, want within 4 sigma = %.4f", got.RoundTrip, mean, off, 4*sd)
			}
			if sd > 0.002*mean {
				t.Errorf("the play says no more than %v +- %v s", mean, sd)
			}
			if even := row.name == "fixed flight times"; even && math.Abs(got.ClassicRoundTrip-got.RoundTrip) > 1e-5 {
				t.Errorf("classical formula %v s, leg by leg %v s; they should be equal here", got.ClassicRoundTrip, got.RoundTrip)
			}
		})
	}
}

// played is the mean of many round trips and its standard error.
func played(elevations, weights []float64, m *scenarios.Motion, d *scenarios.Doors, persons int) (mean, sd float64) {
	var table *motion.Table
	if m.Model == scenarios.FloorStopTurn {
		table = motion.NewFloorStopTurn(len(elevations), m.FloorTime, m.StopTime-d.Open-d.Close)
	} else {
		table = motion.NewTable(elevations, motion.Limits{Speed: m.Speed, Acceleration: m.Acceleration, Jerk: m.Jerk}, m.StartDelay, m.Levelling)
	}
	var people []int // one entry for each who lives on a floor
	for i, w := range weights {
		for range int(w) {
			people = append(people, i+1)
		}
	}
	stop := func(n int, each, dwell time.Duration) time.Duration {
		open := time.Duration(n) * each
		if d.DwellExtends {
			open += d.AfterTransfer
		} else {
			open = max(open, dwell)
		}
		return d.Open + open + d.Close
	}
	dice := rand.New(rand.NewPCG(7, 11))
	const trips = 30_000
	sum, squares := 0.0, 0.0
	for range trips {
		leaving := make([]int, len(elevations))
		for range persons {
			leaving[people[dice.IntN(len(people))]]++
		}
		at := 0
		total := 2*m.TurnTime + stop(persons, d.TransferIn, d.DwellLanding)
		fly := func(to int) { total += table.Flight(at, to) - d.AdvanceOpening; at = to }
		for f, n := range leaving {
			if n > 0 {
				fly(f)
				total += stop(n, d.TransferOut, d.DwellCar)
			}
		}
		fly(0)
		sum += total.Seconds()
		squares += total.Seconds() * total.Seconds()
	}
	mean = sum / trips
	return mean, math.Sqrt((squares/trips - mean*mean) / trips)
}

// TestClassicFormulaWhereItHolds compares the two ways to the same number:
// equal storeys in which rated speed is reached.
func TestClassicFormulaWhereItHolds(t *testing.T) {
	for _, row := range []struct {
		name   string
		storey float64
		m      scenarios.Motion
		holds  bool
	}{
		{"no jerk limit: 1.6 m/s in 2.56 m", 3.3, kinematic(1.6, 1, math.Inf(1)), true},
		{"slow hydraulic car", 3.3, kinematic(0.63, 0.4, 0.6), true},
		{"fast car", 3.3, kinematic(2.5, 1, 1.5), false},
		{"storeys just high enough, 7.917 m", 7.92, kinematic(2.5, 1, 1.5), true},
		{"storeys just too low", 7.7, kinematic(2.5, 1, 1.5), false},
	} {
		got, err := roundtrip.UpPeak(bank(storeys(11, row.storey), 100, row.m, extending), 0)
		if err != nil {
			t.Fatal(err)
		}
		off := got.RoundTrip - got.ClassicRoundTrip
		if got.ReachesSpeed != row.holds || (math.Abs(off) < 1e-5) != row.holds {
			t.Errorf("%s: rated speed reached %v, leg by leg %v s, classical %v s; want agreement %v", row.name, got.ReachesSpeed, got.RoundTrip, got.ClassicRoundTrip, row.holds)
		}
	}
}

// TestHandExample is E2, given as a scenario: the doors' 8 s split at will.
func TestHandExample(t *testing.T) {
	m := scenarios.Motion{Speed: 1.6, Acceleration: 1, Jerk: math.Inf(1)}
	d := scenarios.Doors{Open: 3 * time.Second, Close: 4 * time.Second, DwellExtends: true, AfterTransfer: time.Second, TransferIn: 1100 * time.Millisecond, TransferOut: 1100 * time.Millisecond}
	sc := bank(storeys(11, 3.3), 100, m, d)
	for i := range sc.Banks[0].Cars {
		sc.Banks[0].Cars[i].Persons, sc.Banks[0].Cars[i].Load = 16, 937_500 // the load admits 12.5 persons, of which 80 % are 10
	}
	got, err := roundtrip.UpPeak(sc, 0)
	if err != nil {
		t.Fatal(err)
	}
	rtt := 133.34970
	for _, c := range []struct {
		name            string
		got, want, near float64
	}{
		{"persons, bound by the load", got.Persons, 10, 0},
		{"stops", got.Stops, 6.513216, 1e-6},
		{"highest floor", got.HighestFloor, 9.508566, 1e-6},
		{"highest distance", got.HighestDistance, 9.508566 * 3.3, 1e-5},
		{"population", float64(got.Population), 1000, 0},
		{"round trip", got.RoundTrip, rtt, 1e-3},
		{"interval", got.Interval, rtt / 4, 1e-3},
		{"handling capacity", got.HandlingCapacity, 300 * 10 * 4 / rtt, 1e-3},
		{"percentage of population", got.PercentOfPeople, 100 * 300 * 10 * 4 / rtt / 1000, 1e-3},
		{"waiting", got.Wait, 0.8489 * rtt / 4, 1e-2},
	} {
		if math.Abs(c.got-c.want) > c.near {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestPersonsBetweenWholeNumbers(t *testing.T) {
	// 80 % of 11 is 8.8. Without any dwell both kinds of doors are open for as
	// long as people move, and one of them is computed for whole numbers only.
	at := func(extends bool) float64 {
		d := fixed
		d.DwellLanding, d.DwellCar, d.DwellExtends = 0, 0, extends
		sc := bank(storeys(11, 3.3), 100, kinematic(1.6, 1, 1), d)
		for i := range sc.Banks[0].Cars {
			sc.Banks[0].Cars[i].Persons, sc.Banks[0].Cars[i].Load = 11, 1e9
		}
		a, err := roundtrip.UpPeak(sc, 0)
		if err != nil {
			t.Fatal(err)
		}
		return a.RoundTrip
	}
	if a, b := at(false), at(true); math.Abs(a-b) > 2e-6 {
		t.Errorf("8.8 persons: %v s with a fixed dwell of 0, %v s without, want the same", a, b)
	}
}

func TestFixedTimesPastFloorsNotServed(t *testing.T) {
	// A crowd stops everywhere: floors 0, 3, 5 and back.
	m := scenarios.Motion{Model: scenarios.FloorStopTurn, FloorTime: 1450 * time.Millisecond, StopTime: 7190 * time.Millisecond, TurnTime: time.Second}
	sc := bank(storeys(6, 3.66), 50, m, atOnce)
	for i := range sc.Banks[0].Cars {
		c := &sc.Banks[0].Cars[i]
		c.Serves, c.Persons, c.Load = []int{0, 3, 5}, 1000, 1e9
	}
	got, err := roundtrip.UpPeak(sc, 0)
	if err != nil {
		t.Fatal(err)
	}
	if want := 3*7.19 + (2+1+4)*1.45 + 2*1 + 4 + 3 + 3; math.Abs(got.RoundTrip-want) > 1e-6 {
		t.Errorf("round trip %v s, want %v s", got.RoundTrip, want)
	}
	if math.Abs(got.ClassicRoundTrip-got.RoundTrip) > 1e-6 {
		t.Errorf("classical formula %v s, leg by leg %v s; they should be equal here", got.ClassicRoundTrip, got.RoundTrip)
	}
}

func TestCarsOfTwoMakes(t *testing.T) {
	slow, fast := kinematic(1, 0.8, 1), kinematic(2.5, 1, 1.5)
	one := func(m scenarios.Motion) roundtrip.Analysis {
		a, err := roundtrip.UpPeak(bank(storeys(11, 3.3), 100, m, extending), 0)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	sc := bank(storeys(11, 3.3), 100, slow, extending)
	sc.Banks[0].Cars[2].Motion, sc.Banks[0].Cars[3].Motion = fast, fast
	got, err := roundtrip.UpPeak(sc, 0)
	if err != nil {
		t.Fatal(err)
	}
	if want := (one(slow).HandlingCapacity + one(fast).HandlingCapacity) / 2; math.Abs(got.HandlingCapacity-want) > 1e-5 {
		t.Errorf("handling capacity %v, want the mean of the two makes', %v", got.HandlingCapacity, want)
	}
	if want := got.RoundTrip / 4; math.Abs(got.Interval-want) > 1e-5 {
		t.Errorf("interval %v, want a quarter of the round trip, %v", got.Interval, want)
	}
}

func TestFloorsBelowAndBetween(t *testing.T) {
	// A bank from floor 2 to 5..8: floors below its lobby and those it passes
	// have no part in it.
	sc := bank(storeys(9, 4), 50, kinematic(2.5, 1, 1.5), extending)
	serves := []int{0, 2, 5, 6, 7, 8}
	b := &sc.Banks[0]
	b.Lobby, b.Serves = 2, serves
	for i := range b.Cars {
		b.Cars[i].Serves = serves
	}
	got, err := roundtrip.UpPeak(sc, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got.Floors != 4 || got.Population != 200 {
		t.Errorf("%d floors with %d people, want 4 with 200", got.Floors, got.Population)
	}
	if want := roundtrip.HighestDistance(equal(4), []float64{12, 16, 20, 24}, 8); math.Abs(got.HighestDistance-want) > 1e-6 {
		t.Errorf("highest distance %v m, want %v", got.HighestDistance, want)
	}
}

func TestBanksWithoutAnUpPeak(t *testing.T) {
	for _, row := range []struct {
		name  string
		spoil func(b *scenarios.Bank, sc *scenarios.Scenario)
		want  string
	}{
		{"no cars", func(b *scenarios.Bank, _ *scenarios.Scenario) { b.Cars = nil }, "has no cars"},
		{"cars that serve different floors", func(b *scenarios.Bank, _ *scenarios.Scenario) { b.Cars[3].Serves = []int{0, 1} }, "car 4 does not serve the same floors as car 1"},
		{"cars that never come to the lobby", func(b *scenarios.Bank, _ *scenarios.Scenario) {
			for i := range b.Cars {
				b.Cars[i].Serves = []int{1, 2}
			}
		}, "do not serve its lobby, floor LA"},
		{"nobody above the lobby", func(b *scenarios.Bank, sc *scenarios.Scenario) {
			for i := range sc.Building.Floors {
				sc.Building.Floors[i].Population = 0
			}
		}, "nobody lives on the floors it serves above its lobby, floor LA"},
		{"a lobby at the top", func(b *scenarios.Bank, _ *scenarios.Scenario) { b.Lobby = 4 }, "nobody lives on the floors it serves above its lobby, floor LE"},
	} {
		sc := bank(storeys(5, 3), 10, kinematic(1, 1, 1), extending)
		row.spoil(&sc.Banks[0], sc)
		_, err := roundtrip.UpPeak(sc, 0)
		if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "bank main") {
			t.Errorf("%s: error %v, want one with %q and the bank's name", row.name, err, row.want)
		}
	}
}
