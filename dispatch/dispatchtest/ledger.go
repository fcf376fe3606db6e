package dispatchtest

import (
	"fmt"
	"slices"

	"hoistway/dispatch"
)

// Ledger watches a controller from outside, event by event, and writes down
// every breach of what any group controller owes its callers and cars. It
// knows no policy and shares no code with the controller. It takes it that
// timers are given their own ticks, so that what a Step returns comes of the
// Step's event.
type Ledger struct {
	config dispatch.Config
	sticky bool
	cars   []carEntry
	calls  map[dispatch.CallID]*callEntry // open calls
	order  []dispatch.CallID              // of them, ascending
	locked map[dispatch.Floor]bool
	faults []string
}

type carEntry struct {
	out    bool
	open   bool // doors opening, open or closing
	moving bool
	floor  dispatch.Floor
	shows  dispatch.Direction      // of the last Serve, whatever became of it
	going  dispatch.Direction      // shown when its doors last opened, until it is sent on
	wanted map[dispatch.Floor]bool // car calls to be answered; looked up and counted only
}

type callEntry struct {
	ev  dispatch.Event
	car dispatch.CarID // NoCar while nobody has it
}

// NewLedger opens a ledger for a bank at its start.
func NewLedger(cfg dispatch.Config) *Ledger {
	l := &Ledger{config: cfg, calls: map[dispatch.CallID]*callEntry{}, locked: map[dispatch.Floor]bool{}}
	l.sticky = cfg.Policy.Rules().Sticky || !cfg.Reassign
	for _, c := range cfg.Cars {
		l.cars = append(l.cars, carEntry{floor: c.Home, wanted: map[dispatch.Floor]bool{}})
	}
	return l
}

// Faults lists the breaches, in order.
func (l *Ledger) Faults() []string { return l.faults }

// Open lists the calls that are neither answered nor rejected nor cancelled.
func (l *Ledger) Open() []dispatch.CallID { return slices.Clone(l.order) }

// CarCalls counts the car calls at which no car has opened its doors yet.
func (l *Ledger) CarCalls() int {
	n := 0
	for i := range l.cars {
		n += len(l.cars[i].wanted)
	}
	return n
}

// Deadline checks what the controller says after a Step at now.
func (l *Ledger) Deadline(now, due dispatch.Instant, running bool) {
	if running && due <= now {
		l.faults = append(l.faults, fmt.Sprintf("after the step at %v the deadline %v is not in the future", now, due))
	}
}

// Step checks the commands that an event led to.
func (l *Ledger) Step(ev dispatch.Event, cmds []dispatch.Command) {
	fault := func(format string, args ...any) {
		l.faults = append(l.faults, fmt.Sprintf("%v: ", ev)+fmt.Sprintf(format, args...))
	}
	l.happened(ev)
	for i := range cmds {
		cmd := &cmds[i]
		if wrong := l.names(cmd); wrong != "" {
			fault("%v: %s", cmd, wrong)
			continue
		}
		switch cmd.Kind {
		case dispatch.Assign, dispatch.Reassign:
			atDoors := i+1 < len(cmds) && slices.ContainsFunc(cmds[i+1:], func(a dispatch.Command) bool {
				return a.Kind == dispatch.Answer && a.Call == cmd.Call && a.Car == cmd.Car
			})
			if wrong := l.assigned(cmd, atDoors); wrong != "" {
				fault("%v: %s", cmd, wrong)
			}
		case dispatch.Answer:
			if wrong := l.answered(cmd); wrong != "" {
				fault("%v: %s", cmd, wrong)
			}
			call := l.calls[cmd.Call]
			l.over(cmd.Call)
			if announced := l.announced(cmds[i:], cmd.Car); call != nil && announced != direction(&call.ev) {
				fault("%v: the caller goes %v, the car announces %v", cmd, direction(&call.ev), announced)
			}
		case dispatch.Serve, dispatch.Park:
			if wrong := l.sent(cmd); wrong != "" {
				fault("%v: %s", cmd, wrong)
			}
		case dispatch.HoldDoor:
			switch c := &l.cars[cmd.Car]; {
			case !c.open:
				fault("%v: its doors are closed", cmd)
			case cmd.Until <= ev.At || cmd.Until > ev.At+l.config.HoldLimit:
				fault("%v: want later than now and at most %v from now", cmd, l.config.HoldLimit)
			}
		case dispatch.Reject:
			if wrong := l.rejected(&ev, cmd); wrong != "" {
				fault("%v: %s", cmd, wrong)
			}
		}
	}
	if id := l.forgotten(ev.At); id >= 0 {
		fault("call %d has no car, though one could take it", id)
	}
}

// happened notes an event.
func (l *Ledger) happened(ev dispatch.Event) {
	switch ev.Kind {
	case dispatch.LandingCall, dispatch.DestinationCall:
		l.calls[ev.Call] = &callEntry{ev: ev, car: dispatch.NoCar}
		l.order = append(l.order, ev.Call)
	case dispatch.CarCall:
		if c := &l.cars[ev.Car]; !c.out && !(c.open && c.floor == ev.Floor) {
			c.wanted[ev.Floor] = true
		}
	case dispatch.Cancel:
		l.over(ev.Call)
	case dispatch.CarStatus:
		c := &l.cars[ev.Car]
		c.floor, c.moving, c.open = ev.Floor, ev.To != dispatch.NoFloor, false
	case dispatch.DoorStatus:
		c := &l.cars[ev.Car]
		c.floor, c.moving, c.open = ev.Floor, false, ev.Door != dispatch.DoorsClosed
		if ev.Door == dispatch.DoorsOpening {
			delete(c.wanted, ev.Floor)
			c.going = dispatch.None
			if !c.out {
				c.going = c.shows
			}
		}
	case dispatch.CarMode:
		c := &l.cars[ev.Car]
		c.out = ev.Mode == dispatch.OutOfService
		if c.out {
			clear(c.wanted)
			c.going = dispatch.None
			for _, id := range l.order {
				if l.calls[id].car == ev.Car {
					l.calls[id].car = dispatch.NoCar
				}
			}
		}
	case dispatch.FloorLock:
		l.locked[ev.Floor] = ev.Locked
	}
}

func (l *Ledger) over(id dispatch.CallID) {
	delete(l.calls, id)
	l.order = slices.DeleteFunc(l.order, func(o dispatch.CallID) bool { return o == id })
}

// names says what a command names that there is not, or "".
func (l *Ledger) names(cmd *dispatch.Command) string {
	switch cmd.Kind {
	case dispatch.Assign, dispatch.Reassign, dispatch.Answer:
		if l.calls[cmd.Call] == nil {
			return "the call is not open"
		}
	case dispatch.Serve, dispatch.Park, dispatch.HoldDoor:
	case dispatch.Reject:
		if cmd.Car == dispatch.NoCar && l.calls[cmd.Call] == nil {
			return "the call is not open"
		}
		if cmd.Reason < dispatch.FloorLocked || cmd.Reason > dispatch.NoCarAllowed {
			return "the reason is not on the list"
		}
		if cmd.Car == dispatch.NoCar {
			return ""
		}
	default:
		return "no such kind of command"
	}
	if cmd.Car < 0 || int(cmd.Car) >= len(l.cars) {
		return "no such car"
	}
	if (cmd.Kind == dispatch.Serve || cmd.Kind == dispatch.Park) && !l.serves(cmd.Car, cmd.Floor) {
		return "the car does not serve the floor"
	}
	return ""
}

func (l *Ledger) serves(id dispatch.CarID, f dispatch.Floor) bool {
	return slices.Contains(l.config.Cars[id].Serves, f)
}

// assigned checks and notes an Assign or Reassign. atDoors marks one that the
// same Step answers.
func (l *Ledger) assigned(cmd *dispatch.Command, atDoors bool) string {
	call := l.calls[cmd.Call]
	held := call.car
	call.car = cmd.Car
	switch {
	case cmd.Kind == dispatch.Assign && held != dispatch.NoCar:
		return fmt.Sprintf("car %d has it already", held)
	case cmd.Kind == dispatch.Reassign && held == cmd.Car:
		return "the car has it already"
	case cmd.Kind == dispatch.Reassign && held != dispatch.NoCar && l.sticky && !atDoors:
		return fmt.Sprintf("taken from car %d, though calls keep their car", held)
	case !l.able(&call.ev, cmd.Car):
		return "the car cannot take the call"
	}
	return ""
}

// able reports whether a car can carry the people of a call at all.
func (l *Ledger) able(call *dispatch.Event, id dispatch.CarID) bool {
	if l.cars[id].out || !l.serves(id, call.Floor) {
		return false
	}
	if call.Kind == dispatch.DestinationCall {
		c := &l.config.Cars[id]
		if call.Cars != 0 && call.Cars&(1<<id) == 0 {
			return false
		}
		return l.serves(id, call.To) && int(call.Group) <= c.Persons && int64(call.Group)*personMass <= c.Load
	}
	return slices.ContainsFunc(l.config.Cars[id].Serves, func(f dispatch.Floor) bool {
		return call.Dir == dispatch.Up && f > call.Floor || call.Dir == dispatch.Down && f < call.Floor
	})
}

// answered checks an Answer, and notes where its people want to go.
func (l *Ledger) answered(cmd *dispatch.Command) string {
	call, c := l.calls[cmd.Call], &l.cars[cmd.Car]
	if call.ev.Kind == dispatch.DestinationCall {
		c.wanted[call.ev.To] = true
	}
	switch {
	case call.car != cmd.Car:
		return fmt.Sprintf("the call was last given to car %d", call.car)
	case !c.open || c.floor != call.ev.Floor:
		return fmt.Sprintf("the car's doors are not open at floor %d", call.ev.Floor)
	}
	return ""
}

// announced is the direction a car shows once the rest of a Step is done.
func (l *Ledger) announced(rest []dispatch.Command, id dispatch.CarID) dispatch.Direction {
	shows := l.cars[id].shows
	for i := range rest {
		if rest[i].Kind == dispatch.Serve && rest[i].Car == id {
			shows = rest[i].Dir
		}
	}
	return shows
}

func direction(call *dispatch.Event) dispatch.Direction {
	switch {
	case call.Kind == dispatch.LandingCall:
		return call.Dir
	case call.To > call.Floor:
		return dispatch.Up
	}
	return dispatch.Down
}

// sent checks and notes a Serve or Park.
func (l *Ledger) sent(cmd *dispatch.Command) string {
	c := &l.cars[cmd.Car]
	was := *c
	c.moving = c.moving || !c.open && cmd.Floor != c.floor
	if cmd.Kind == dispatch.Serve {
		c.shows = cmd.Dir
	}
	c.going = dispatch.None
	if c.open {
		c.going = c.shows
	}
	switch {
	case was.out:
		return "the car is out of service"
	case was.open && (cmd.Kind == dispatch.Park || cmd.Floor != was.floor):
		return fmt.Sprintf("its doors are open at floor %d", was.floor)
	case cmd.Kind == dispatch.Serve && l.locked[cmd.Floor] && cmd.Floor != was.floor:
		return "the floor is locked"
	}
	on := dispatch.Floor(was.going)
	if was.moving || was.open || (cmd.Floor-was.floor)*on >= 0 {
		return ""
	}
	for f := range dispatch.Floor(l.config.Floors) {
		if was.wanted[f] && (f-was.floor)*on > 0 {
			return fmt.Sprintf("the car announced %v, and a rider wants floor %d", was.going, f)
		}
	}
	return ""
}

// rejected checks and notes a Reject.
func (l *Ledger) rejected(ev *dispatch.Event, cmd *dispatch.Command) string {
	if cmd.Car != dispatch.NoCar {
		c := &l.cars[cmd.Car]
		known := c.wanted[cmd.Floor] || c.out || c.open && c.floor == cmd.Floor
		delete(c.wanted, cmd.Floor)
		if !known {
			return "the car has no such call"
		}
		return ""
	}
	own := (ev.Kind == dispatch.LandingCall || ev.Kind == dispatch.DestinationCall) && ev.Call == cmd.Call
	l.over(cmd.Call)
	if !own && cmd.Reason != dispatch.FloorLocked && cmd.Reason != dispatch.RevokedPermit {
		return "an open call can only end by a lock or a revoked permit"
	}
	return ""
}

// forgotten is a call that has no car though its people are there and a car in
// service could take it, or -1.
func (l *Ledger) forgotten(now dispatch.Instant) dispatch.CallID {
	for _, id := range l.order {
		call := l.calls[id]
		if call.car != dispatch.NoCar || call.ev.Kind == dispatch.DestinationCall && call.ev.Ready > now {
			continue
		}
		for i := range l.cars {
			if l.able(&call.ev, dispatch.CarID(i)) {
				return id
			}
		}
	}
	return -1
}
