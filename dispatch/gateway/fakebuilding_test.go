package gateway

import (
	"fmt"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// The fake building's timing, building time.
const (
	fakeFlight = time.Second // from any floor to any other
	fakeOpen   = 500 * time.Millisecond
	fakeDwell  = time.Second // fully open
	fakeClose  = 500 * time.Millisecond
)

// fakeBuilding is a building of cars that fly from any floor to any other in a
// second. People who call from outside board when they are answered and leave
// where they wanted to go. It is enough for tests of what clients see, and
// wrong about everything else.
type fakeBuilding struct {
	layout  building.Layout
	watch   building.Watcher
	now     dispatch.Instant
	banks   []*fakeBank
	faults  []building.Fault // as they came
	ridden  []building.Ride
	held    []fakeHold
	cancels []dispatch.CallID
	failing error // Play gives it
}

// fakeHold is a Hold that was asked for.
type fakeHold struct {
	bank, car  int
	floor      dispatch.Floor
	hard, soft time.Duration
	done       bool
}

type fakeBank struct {
	index   int
	control building.Control
	cars    []*fakeCar
	calls   map[dispatch.CallID]dispatch.Event // placed and not over
	last    dispatch.CallID
}

type fakeCar struct {
	index  int
	is     building.Car
	opens  bool             // at the end of the flight
	due    dispatch.Instant // end of the phase; negative = it has none
	wanted []dispatch.Floor // by people aboard
	next   dispatch.Floor   // to serve when the doors have closed; NoFloor = nothing
}

// newFakeBuilding has floors 0.., and of each bank so many cars that serve all
// of them.
func newFakeBuilding(floors int, cars ...int) *fakeBuilding {
	b := &fakeBuilding{layout: building.Layout{Name: "Fake house"}}
	var all []dispatch.Floor
	for f := range floors {
		b.layout.Floors = append(b.layout.Floors, building.Floor{Name: fmt.Sprint(f + 1), Elevation: 3 * float64(f), Exit: f == 0})
		all = append(all, dispatch.Floor(f))
	}
	for i, n := range cars {
		bank := building.Bank{Name: fmt.Sprintf("Bank %d", i+1), Serves: all}
		fake := &fakeBank{index: i, calls: map[dispatch.CallID]dispatch.Event{}}
		for c := range n {
			bank.Cars = append(bank.Cars, building.CarMake{Name: string(rune('A' + c)), Serves: all, Speed: 2.5, Persons: 13, Load: 1_000_000})
			fake.cars = append(fake.cars, &fakeCar{index: c, due: -1, next: dispatch.NoFloor})
		}
		b.layout.Banks = append(b.layout.Banks, bank)
		b.banks = append(b.banks, fake)
	}
	return b
}

func (b *fakeBuilding) Layout() *building.Layout { return &b.layout }

func (b *fakeBuilding) Connect(control func(int, dispatch.Config) (building.Control, error), w building.Watcher) error {
	b.watch = w
	flights, err := dispatch.NewFixedFlights(len(b.layout.Floors), time.Millisecond, fakeFlight, 0)
	if err != nil {
		return err
	}
	policy, err := dispatch.PolicyByName("eta")
	if err != nil {
		return err
	}
	for i, bank := range b.layout.Banks {
		c := dispatch.Config{Floors: len(b.layout.Floors), Policy: policy, BypassLoad: 80, HoldLimit: 10 * time.Second}
		for _, k := range bank.Cars {
			c.Cars = append(c.Cars, dispatch.Car{Serves: k.Serves, Load: k.Load, Persons: k.Persons, Flights: flights, Open: fakeOpen, Close: fakeClose, DwellLanding: fakeDwell, DwellCar: fakeDwell})
		}
		if b.banks[i].control, err = control(i, c); err != nil {
			return err
		}
	}
	return nil
}

func (b *fakeBuilding) Next() (dispatch.Instant, bool) {
	at, ok := dispatch.Instant(0), false
	sooner := func(t dispatch.Instant) {
		if !ok || t < at {
			at, ok = t, true
		}
	}
	for _, bank := range b.banks {
		if t, running := bank.control.Deadline(); running {
			sooner(t)
		}
		for _, c := range bank.cars {
			if c.due >= 0 {
				sooner(c.due)
			}
		}
	}
	return at, ok
}

func (b *fakeBuilding) Play(until dispatch.Instant) error {
	for b.failing == nil {
		at, ok := b.Next()
		if !ok || at > until {
			break
		}
		b.now = max(b.now, at)
		for _, bank := range b.banks {
			if t, running := bank.control.Deadline(); running && t <= b.now {
				b.tell(bank, dispatch.Event{Kind: dispatch.Tick})
			}
			for _, c := range bank.cars {
				if c.due >= 0 && c.due <= b.now {
					b.end(bank, c)
				}
			}
		}
	}
	b.now = max(b.now, until)
	return b.failing
}

// end lets a car come to the end of its phase.
func (b *fakeBuilding) end(bank *fakeBank, c *fakeCar) {
	c.due = -1
	switch {
	case c.is.Motion == building.Moving:
		c.is.Floor, c.is.Advance, c.is.Motion, c.is.Travel, c.is.DoorZone = c.is.Target, c.is.Target, building.Standing, dispatch.None, true
		if c.opens {
			b.open(bank, c)
			return
		}
		b.watch.CarChanged(b.now, bank.index, c.index)
		b.tell(bank, dispatch.Event{Kind: dispatch.CarStatus, Car: dispatch.CarID(c.index), Floor: c.is.Floor, To: dispatch.NoFloor})
	case c.is.Doors == building.Opening:
		c.is.Doors, c.due = building.Opened, b.now+fakeDwell
		b.watch.CarChanged(b.now, bank.index, c.index)
	case c.is.Doors == building.Opened:
		c.is.Doors, c.due = building.Closing, b.now+fakeClose
		b.watch.CarChanged(b.now, bank.index, c.index)
		b.doors(bank, c, dispatch.DoorsClosing)
	case c.is.Doors == building.Closing:
		c.is.Doors, c.is.Motion = building.Closed, building.Standing
		b.watch.CarChanged(b.now, bank.index, c.index)
		b.doors(bank, c, dispatch.DoorsClosed)
		if c.next != dispatch.NoFloor && c.is.Motion == building.Standing && c.is.Doors == building.Closed {
			next := c.next
			c.next = dispatch.NoFloor
			b.move(bank, c, next, true)
		}
	}
}

func (b *fakeBuilding) open(bank *fakeBank, c *fakeCar) {
	c.is.Motion, c.is.Doors, c.is.Opens, c.due = building.Stopped, building.Opening, false, b.now+fakeOpen
	kept := c.wanted[:0]
	for _, f := range c.wanted {
		if f != c.is.Floor {
			kept = append(kept, f)
		}
	}
	c.is.Persons -= len(c.wanted) - len(kept)
	c.wanted = kept
	b.watch.CarChanged(b.now, bank.index, c.index)
	b.doors(bank, c, dispatch.DoorsOpening)
}

func (b *fakeBuilding) doors(bank *fakeBank, c *fakeCar, d dispatch.Door) {
	b.tell(bank, dispatch.Event{Kind: dispatch.DoorStatus, Car: dispatch.CarID(c.index), Floor: c.is.Floor, Door: d, Load: int64(c.is.Persons) * 75_000})
}

// tell steps a controller and obeys it.
func (b *fakeBuilding) tell(bank *fakeBank, ev dispatch.Event) {
	ev.At = b.now
	out, err := bank.control.StepAt(&ev, nil)
	if err != nil {
		b.failing = err
		return
	}
	if ev.Kind == dispatch.DestinationCall || ev.Kind == dispatch.LandingCall {
		bank.calls[ev.Call] = ev
	}
	for _, cmd := range out {
		switch cmd.Kind {
		case dispatch.Serve:
			b.move(bank, bank.cars[cmd.Car], cmd.Floor, true)
		case dispatch.Park:
			b.move(bank, bank.cars[cmd.Car], cmd.Floor, false)
		case dispatch.HoldDoor:
			if c := bank.cars[cmd.Car]; c.is.Doors == building.Opened {
				c.due = max(c.due, cmd.Until)
			}
		case dispatch.Answer:
			if call := bank.calls[cmd.Call]; call.Kind == dispatch.DestinationCall {
				c := bank.cars[cmd.Car]
				c.wanted = append(c.wanted, call.To)
				c.is.Persons++
			}
			delete(bank.calls, cmd.Call)
		case dispatch.Reject:
			if cmd.Car == dispatch.NoCar {
				delete(bank.calls, cmd.Call)
			}
		}
	}
}

// move sends a car, or opens its doors where it stands. A car under way goes on.
func (b *fakeBuilding) move(bank *fakeBank, c *fakeCar, f dispatch.Floor, opens bool) {
	switch {
	case c.is.Motion == building.Moving && f == c.is.Target:
		c.opens, c.is.Opens = opens, opens
	case c.is.Motion == building.Moving:
		b.tell(bank, dispatch.Event{Kind: dispatch.CarStatus, Car: dispatch.CarID(c.index), Floor: c.is.Floor, To: c.is.Target})
	case c.is.Doors != building.Closed:
		if opens {
			c.next = f
		}
	case f == c.is.Floor:
		if opens {
			b.open(bank, c)
		}
	default:
		c.opens = opens
		c.is.Left, c.is.LeftAt, c.is.Target, c.is.Arrives = c.is.Floor, b.now, f, b.now+fakeFlight
		c.is.Advance, c.is.Motion, c.is.Opens, c.is.DoorZone, c.due = f, building.Moving, opens, false, c.is.Arrives
		c.is.Travel = dispatch.Up
		if f < c.is.Floor {
			c.is.Travel = dispatch.Down
		}
		b.watch.CarChanged(b.now, bank.index, c.index)
	}
}

func (b *fakeBuilding) Ride(bank int, r building.Ride) dispatch.CallID {
	k := b.banks[bank]
	k.last++
	b.ridden = append(b.ridden, r)
	b.tell(k, dispatch.Event{Kind: dispatch.DestinationCall, Call: k.last, Floor: r.From, To: r.To, Group: int32(max(1, r.Group)), Ready: r.Ready, Permit: r.Permit})
	return k.last
}

func (b *fakeBuilding) Press(bank int, f dispatch.Floor, d dispatch.Direction) dispatch.CallID {
	k := b.banks[bank]
	k.last++
	b.tell(k, dispatch.Event{Kind: dispatch.LandingCall, Call: k.last, Floor: f, Dir: d})
	return k.last
}

func (b *fakeBuilding) PressInside(bank, car int, f dispatch.Floor) {
	b.tell(b.banks[bank], dispatch.Event{Kind: dispatch.CarCall, Car: dispatch.CarID(car), Floor: f})
}

func (b *fakeBuilding) Cancel(bank int, c dispatch.CallID) bool {
	k := b.banks[bank]
	b.cancels = append(b.cancels, c)
	if _, open := k.calls[c]; !open {
		return false
	}
	delete(k.calls, c)
	b.tell(k, dispatch.Event{Kind: dispatch.Cancel, Call: c})
	return true
}

func (b *fakeBuilding) Hold(bank, car int, f dispatch.Floor, hard, soft time.Duration) bool {
	c := b.banks[bank].cars[car]
	done := c.is.Floor == f && (c.is.Doors == building.Opening || c.is.Doors == building.Opened)
	if done && c.is.Doors == building.Opened {
		c.due = b.now + hard + soft
	}
	b.held = append(b.held, fakeHold{bank, car, f, hard, soft, done})
	return done
}

func (b *fakeBuilding) Car(bank, car int) building.Car { return b.banks[bank].cars[car].is }

func (b *fakeBuilding) Waiting(bank int, up, down []int) {}

func (b *fakeBuilding) Fault(f building.Fault) error {
	b.faults = append(b.faults, f)
	switch f.Kind {
	case building.CarOutOfService:
		mode := dispatch.InService
		if f.For > 0 {
			mode = dispatch.OutOfService
		}
		b.banks[f.Bank].cars[f.Car].is.Out = f.For > 0
		b.tell(b.banks[f.Bank], dispatch.Event{Kind: dispatch.CarMode, Car: dispatch.CarID(f.Car), Mode: mode})
		b.watch.CarChanged(b.now, f.Bank, f.Car)
	case building.FloorLocked:
		for _, k := range b.banks {
			b.tell(k, dispatch.Event{Kind: dispatch.FloorLock, Floor: f.Floor, Locked: f.For > 0})
		}
	}
	return nil
}

func (b *fakeBuilding) Broken() []string { return nil }

var _ building.Building = (*fakeBuilding)(nil)
