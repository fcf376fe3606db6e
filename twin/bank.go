package twin

import (
	"fmt"
	"math"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
	"hoistway/scenarios"
	"hoistway/twin/motion"
)

// bank is a group of cars with their controller, and the landings it serves.
type bank struct {
	index   int
	name    string
	panel   bool // destination panels instead of buttons
	first   int  // index of its first car in Twin.cars
	ctrl    building.Control
	calls   callBook
	lit     [2][]dispatch.CallID // landing calls by side and floor; -1 dark
	queues  [2][]queue           // people who take any car, by side and floor
	pending []dispatch.Event     // to be told to the controller
	event   dispatch.Event       // being told
	busy    bool
	out     []dispatch.Command
}

// queue is a line of persons, by slot; -1 ends it.
type queue struct{ first, last int32 }

func queues(n int) []queue {
	q := make([]queue, n)
	for i := range q {
		q[i] = queue{-1, -1}
	}
	return q
}

// addBank builds a bank, its cars and its controller.
func (t *Twin) addBank(index int) error {
	sb := &t.sc.Banks[index]
	floors := len(t.sc.Building.Floors)
	b := bank{index: index, name: sb.Name, panel: sb.Interface == scenarios.Destination, first: len(t.cars), out: make([]dispatch.Command, 0, 64), pending: make([]dispatch.Event, 0, 64)}
	for s := range b.lit {
		b.lit[s] = make([]dispatch.CallID, floors)
		for f := range b.lit[s] {
			b.lit[s][f] = -1
		}
		b.queues[s] = queues(floors)
	}
	name := sb.Dispatcher
	if t.opt.Dispatcher != "" {
		name = t.opt.Dispatcher
	}
	policy, err := dispatch.PolicyByName(name)
	if err != nil {
		return err
	}
	b.panel = b.panel || policy.Rules().Panel
	cfg := dispatch.Config{
		Floors: floors, Lobby: dispatch.Floor(sb.Lobby), Policy: policy,
		Reassign: sb.Control.Reassign == scenarios.ReassignUntilCommitted, BypassLoad: int(math.Round(sb.Control.BypassLoad * 100)),
		ParkingDelay: sb.Control.ParkingDelay, HoldLimit: sb.Control.HoldLimit,
		Explain: t.opt.Trace != nil,
	}
	switch sb.Control.Parking {
	case scenarios.ParkLobby:
		cfg.Parking = dispatch.ParkLobby
	case scenarios.ParkSpread:
		cfg.Parking = dispatch.ParkSpread
	}
	elevations := t.elevations()
	made := map[carMake]tables{}
	for i := range sb.Cars {
		sc := &sb.Cars[i]
		key := carMake{sc.Motion, 0}
		if sc.Motion.Model == scenarios.FloorStopTurn {
			key.doors = sc.Doors.Open + sc.Doors.Close
		}
		tab, ok := made[key]
		if !ok {
			if tab.flights, err = flights(elevations, sc); err != nil {
				return fmt.Errorf("car %s: %w", sc.Name, err)
			}
			tab.motion = table(elevations, sc, 1)
			made[key] = tab
		}
		d := &sc.Doors
		cfg.Cars = append(cfg.Cars, dispatch.Car{
			Serves: floorsOf(sc.Serves), Home: dispatch.Floor(sc.Home), Load: sc.Load, Persons: sc.Persons, Flights: tab.flights,
			Open: d.Open, Close: d.Close, Advance: d.AdvanceOpening, DwellLanding: d.DwellLanding, DwellCar: d.DwellCar, Transfer: max(d.TransferIn, d.TransferOut),
		})
		c := car{
			spec: sc, pace: 1, bank: index, index: i, id: int32(len(t.cars)), table: tab.motion, sound: tab.motion, floor: int32(sc.Home), target: -1, came: int32(sc.Home),
			riders: make([]int32, 0, sc.Persons+1), waiting: queues(floors), serves: make([]bool, floors), pressed: make([]bool, floors),
		}
		for _, f := range sc.Serves {
			c.serves[f] = true
		}
		t.cars = append(t.cars, c)
	}
	control := t.opt.Control
	if control == nil {
		control = func(_ int, c dispatch.Config) (building.Control, error) { return dispatch.New(c) }
	}
	if b.ctrl, err = control(index, cfg); err != nil {
		return err
	}
	t.banks = append(t.banks, b)
	return nil
}

func (t *Twin) elevations() []float64 {
	e := make([]float64, len(t.sc.Building.Floors))
	for i, f := range t.sc.Building.Floors {
		e[i] = f.Elevation
	}
	return e
}

// carMake tells cars with different flight tables apart.
type carMake struct {
	scenarios.Motion
	doors scenarios.Instant
}

// tables are the controller's estimate and the physical truth of a make.
type tables struct {
	flights *dispatch.Flights
	motion  *motion.Table
}

func floorsOf(fs []int) []dispatch.Floor {
	out := make([]dispatch.Floor, len(fs))
	for i, f := range fs {
		out[i] = dispatch.Floor(f)
	}
	return out
}

// flights is the controller's estimate, made by its own code.
func flights(elevations []float64, c *scenarios.Car) (*dispatch.Flights, error) {
	m := &c.Motion
	if m.Model == scenarios.FloorStopTurn {
		return dispatch.NewFixedFlights(len(elevations), m.FloorTime, m.StopTime-c.Doors.Open-c.Doors.Close, m.TurnTime)
	}
	return dispatch.NewFlights(elevations, dispatch.Drive{Speed: m.Speed, Acceleration: m.Acceleration, Jerk: m.Jerk, StartDelay: m.StartDelay, Levelling: m.Levelling})
}

// table is how the car really moves, at a factor of its rated speed,
// acceleration and jerk.
func table(elevations []float64, c *scenarios.Car, factor float64) *motion.Table {
	m := &c.Motion
	if m.Model == scenarios.FloorStopTurn {
		slow := func(d scenarios.Instant) scenarios.Instant {
			return scenarios.Instant(math.Round(float64(d) / factor))
		}
		return motion.NewFloorStopTurn(len(elevations), slow(m.FloorTime), slow(m.StopTime-c.Doors.Open-c.Doors.Close))
	}
	l := motion.Limits{Speed: m.Speed * factor, Acceleration: m.Acceleration * factor, Jerk: m.Jerk * factor}
	return motion.NewTable(elevations, l, m.StartDelay, m.Levelling)
}
