package gateway

import (
	"slices"

	"hoistway/dispatch"
)

// memory is what a new group controller has to be told to take over a bank in
// motion: where cars are, what their passengers want, which calls are open.
type memory struct {
	cars   []remembered
	calls  []keptCall // by rising number
	locked []bool
}

// remembered is a car.
type remembered struct {
	floor, to dispatch.Floor
	door      dispatch.Door // 0 = closed since its last flight
	shown     dispatch.Direction
	load      int64
	out       bool
	wants     []bool // floors where somebody aboard wants to leave
}

// keptCall is a call that is neither answered nor rejected nor cancelled.
type keptCall struct {
	dispatch.Event
	car dispatch.CarID // that has it; NoCar = none
}

func newMemory(c dispatch.Config) memory {
	m := memory{cars: make([]remembered, len(c.Cars)), locked: make([]bool, c.Floors)}
	for i := range m.cars {
		m.cars[i] = remembered{floor: c.Cars[i].Home, to: dispatch.NoFloor, wants: make([]bool, c.Floors)}
	}
	return m
}

// note keeps what an event and its commands change.
func (m *memory) note(ev *dispatch.Event, out []dispatch.Command) {
	m.happened(ev)
	for i := range out {
		m.commanded(&out[i])
	}
}

func (m *memory) happened(ev *dispatch.Event) {
	switch ev.Kind {
	case dispatch.LandingCall, dispatch.DestinationCall:
		m.calls = append(m.calls, keptCall{*ev, dispatch.NoCar})
	case dispatch.CarCall:
		if c := &m.cars[ev.Car]; c.door != dispatch.DoorsOpening || c.floor != ev.Floor { // else they are there
			c.wants[ev.Floor] = true
		}
	case dispatch.Cancel:
		m.forget(ev.Call)
	case dispatch.CarStatus:
		c := &m.cars[ev.Car]
		c.floor, c.to, c.door = ev.Floor, ev.To, 0
	case dispatch.DoorStatus:
		c := &m.cars[ev.Car]
		c.floor, c.to, c.door, c.load = ev.Floor, dispatch.NoFloor, ev.Door, ev.Load
		if ev.Door == dispatch.DoorsOpening {
			c.wants[ev.Floor] = false
		}
	case dispatch.CarMode:
		c := &m.cars[ev.Car]
		if c.out = ev.Mode == dispatch.OutOfService; c.out {
			clear(c.wants)
			for i := range m.calls {
				if m.calls[i].car == ev.Car {
					m.calls[i].car = dispatch.NoCar
				}
			}
		}
	case dispatch.FloorLock:
		m.locked[ev.Floor] = ev.Locked
	}
}

func (m *memory) commanded(cmd *dispatch.Command) {
	switch cmd.Kind {
	case dispatch.Assign, dispatch.Reassign:
		if at, ok := m.find(cmd.Call); ok {
			m.calls[at].car = cmd.Car
		}
	case dispatch.Answer:
		if at, ok := m.find(cmd.Call); ok && m.calls[at].Kind == dispatch.DestinationCall {
			m.cars[cmd.Car].wants[m.calls[at].To] = true
		}
		m.forget(cmd.Call)
	case dispatch.Reject:
		if cmd.Car == dispatch.NoCar {
			m.forget(cmd.Call)
		} else {
			m.cars[cmd.Car].wants[cmd.Floor] = false
		}
	case dispatch.Serve, dispatch.Park:
		c := &m.cars[cmd.Car]
		if cmd.Kind == dispatch.Serve {
			c.shown = cmd.Dir
		}
		if c.door == 0 || c.door == dispatch.DoorsClosed {
			if cmd.Floor != c.floor {
				c.to, c.door = cmd.Floor, 0
			}
		}
	}
}

func (m *memory) find(id dispatch.CallID) (int, bool) {
	return slices.BinarySearchFunc(m.calls, id, func(c keptCall, id dispatch.CallID) int { return int(c.Call - id) })
}

func (m *memory) forget(id dispatch.CallID) {
	if at, ok := m.find(id); ok {
		m.calls = slices.Delete(m.calls, at, at+1)
	}
}

// recover puts a fresh controller under collective control in the place of one
// that failed, tells it all that is remembered, and then the event on which the
// other failed. Collective control is the one policy that needs nothing but
// what buttons say. Cars stay where they become idle: a car that is on its way
// must not be taken for one that could be parked.
func (g *group) recover(ev *dispatch.Event, out []dispatch.Command) ([]dispatch.Command, error) {
	c := g.config
	policy, err := dispatch.PolicyByName("collective")
	if err != nil {
		return out, bug{err}
	}
	c.Policy, c.Parking = policy, dispatch.ParkStay
	ctrl, err := dispatch.New(c)
	if err != nil {
		return out, bug{err}
	}
	g.ctrl, g.config, g.fallen = ctrl, c, true
	tell := func(e dispatch.Event) {
		e.At = ev.At
		if done, err := g.try(&e, out); err == nil {
			out = done
		} else {
			g.dropped++
		}
	}
	g.memory.forbidden(ev)
	for f, locked := range g.memory.locked {
		if locked {
			tell(dispatch.Event{Kind: dispatch.FloorLock, Floor: dispatch.Floor(f), Locked: true})
		}
	}
	for i := range g.memory.cars {
		g.memory.cars[i].tell(dispatch.CarID(i), tell)
	}
	for _, call := range g.memory.calls {
		tell(call.Event)
	}
	return g.try(ev, out)
}

// forbidden takes note of what an event forbids before a controller is told the
// rest: nothing may be commanded that is against it.
func (m *memory) forbidden(ev *dispatch.Event) {
	switch {
	case ev.Kind == dispatch.CarMode && ev.Mode == dispatch.OutOfService:
		m.cars[ev.Car].out = true
		clear(m.cars[ev.Car].wants)
	case ev.Kind == dispatch.FloorLock && ev.Locked:
		m.locked[ev.Floor] = true
	}
}

// tell tells a controller where a car is and where the people in it want to go:
// first those in the direction that the car has shown them, while its doors are
// open, so that it does not turn round with them.
func (c *remembered) tell(id dispatch.CarID, tell func(dispatch.Event)) {
	open := c.door == dispatch.DoorsOpening || c.door == dispatch.DoorsClosing
	if open {
		tell(dispatch.Event{Kind: dispatch.DoorStatus, Car: id, Floor: c.floor, Door: dispatch.DoorsOpening, Load: c.load})
	} else {
		tell(dispatch.Event{Kind: dispatch.CarStatus, Car: id, Floor: c.floor, To: c.to})
	}
	if c.out {
		tell(dispatch.Event{Kind: dispatch.CarMode, Car: id, Mode: dispatch.OutOfService})
	}
	press := func(on bool) {
		for f, wanted := range c.wants {
			if shown := (f-int(c.floor))*int(c.shown) > 0; wanted && shown == on {
				tell(dispatch.Event{Kind: dispatch.CarCall, Car: id, Floor: dispatch.Floor(f)})
			}
		}
	}
	press(true)
	press(false)
	if c.door == dispatch.DoorsClosing {
		tell(dispatch.Event{Kind: dispatch.DoorStatus, Car: id, Floor: c.floor, Door: c.door, Load: c.load})
	}
}

// known takes out of commands the assignments that everybody knows of: the new
// controller has left the call where it was. Of those that change a call's car it
// makes reassignments. It gives the commands that are left. Calls may come up
// long after the recovery: those whose callers are not there yet wait for a car
// once more, while everybody holds them for assigned.
func (m *memory) known(out []dispatch.Command) []dispatch.Command {
	var cars map[dispatch.CallID]dispatch.CarID // assigned among these commands
	left := out[:0]
	for _, cmd := range out {
		if cmd.Kind == dispatch.Assign || cmd.Kind == dispatch.Reassign {
			held, ok := cars[cmd.Call]
			if !ok {
				held = m.holder(cmd.Call)
			}
			if cars == nil {
				cars = map[dispatch.CallID]dispatch.CarID{}
			}
			cars[cmd.Call] = cmd.Car
			switch held {
			case cmd.Car:
				continue
			case dispatch.NoCar:
				cmd.Kind = dispatch.Assign
			default:
				cmd.Kind = dispatch.Reassign
			}
		}
		left = append(left, cmd)
	}
	return left
}

// holder is the car that has a call, or NoCar.
func (m *memory) holder(id dispatch.CallID) dispatch.CarID {
	if at, ok := m.find(id); ok {
		return m.calls[at].car
	}
	return dispatch.NoCar
}
