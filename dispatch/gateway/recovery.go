package gateway

import (
	"slices"

	"hoistway/dispatch"
)

// memory is what a new group controller has to be told to take over a bank in
// motion: where cars are, what their passengers want, which calls are open.
type memory struct {
	cars   []remembered
	calls  []dispatch.Event // open, by rising number
	locked []bool
}

// remembered is a car.
type remembered struct {
	floor, to dispatch.Floor
	door      dispatch.Door // 0 = closed since its last flight
	load      int64
	out       bool
	wants     []bool // floors where somebody aboard wants to leave
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
	switch ev.Kind {
	case dispatch.LandingCall, dispatch.DestinationCall:
		m.calls = append(m.calls, *ev)
	case dispatch.CarCall:
		m.cars[ev.Car].wants[ev.Floor] = true
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
		}
	case dispatch.FloorLock:
		m.locked[ev.Floor] = ev.Locked
	}
	for i := range out {
		switch cmd := &out[i]; cmd.Kind {
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
			if c := &m.cars[cmd.Car]; c.door == 0 || c.door == dispatch.DoorsClosed {
				if cmd.Floor != c.floor {
					c.to, c.door = cmd.Floor, 0
				}
			}
		}
	}
}

func (m *memory) find(id dispatch.CallID) (int, bool) {
	return slices.BinarySearchFunc(m.calls, id, func(e dispatch.Event, id dispatch.CallID) int { return int(e.Call - id) })
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
	for f, locked := range g.memory.locked {
		if locked {
			tell(dispatch.Event{Kind: dispatch.FloorLock, Floor: dispatch.Floor(f), Locked: true})
		}
	}
	for i := range g.memory.cars {
		m, car := &g.memory.cars[i], dispatch.CarID(i)
		switch m.door {
		case dispatch.DoorsOpening, dispatch.DoorsClosing:
			tell(dispatch.Event{Kind: dispatch.DoorStatus, Car: car, Floor: m.floor, Door: dispatch.DoorsOpening, Load: m.load})
			if m.door == dispatch.DoorsClosing {
				tell(dispatch.Event{Kind: dispatch.DoorStatus, Car: car, Floor: m.floor, Door: m.door, Load: m.load})
			}
		default:
			tell(dispatch.Event{Kind: dispatch.CarStatus, Car: car, Floor: m.floor, To: m.to})
		}
		if m.out {
			tell(dispatch.Event{Kind: dispatch.CarMode, Car: car, Mode: dispatch.OutOfService})
		}
	}
	for i := range g.memory.cars {
		for f, wanted := range g.memory.cars[i].wants {
			if wanted {
				tell(dispatch.Event{Kind: dispatch.CarCall, Car: dispatch.CarID(i), Floor: dispatch.Floor(f)})
			}
		}
	}
	for _, call := range g.memory.calls {
		tell(call)
	}
	return g.try(ev, out)
}
