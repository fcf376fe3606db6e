package dispatch

import (
	"errors"
	"fmt"
	"slices"
)

// Controller is the group controller of one bank. It is not safe for
// concurrent use: one goroutine owns it.
type Controller struct {
	floors    int
	lobby     Floor
	policy    Policy
	rules     Rules
	moves     bool // assigned calls may change cars
	config    Config
	explained bool

	now      Instant
	lastCall CallID
	cars     []car
	zones    [][2]Floor
	calls    []call
	free     []int32
	live     []int32 // slots of open calls
	landing  [2][]int32
	locked   floorSet

	out           []Command // of the Step in hand
	stepping      bool
	touched       []CarID // cars whose next stop may have changed
	candidate     Candidate
	insertion     insertion // scratch of price and schedule
	why           []CarCost
	deadline      Instant
	deadlineStale bool
}

// New checks a configuration, reporting every fault, and returns a controller
// at instant 0 with every car standing at its home, doors closed.
func New(cfg Config) (*Controller, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	k := &Controller{
		floors: cfg.Floors, lobby: cfg.Lobby, policy: cfg.Policy, rules: cfg.Policy.Rules(), config: cfg,
		explained: cfg.Explain, lastCall: -1, deadline: never, deadlineStale: true,
	}
	k.moves = cfg.Reassign && !k.rules.Sticky
	k.config.Cars = nil
	k.zones = zones(cfg.Cars, cfg.Lobby)
	k.cars = make([]car, len(cfg.Cars))
	for i := range cfg.Cars {
		c := &k.cars[i]
		*c = car{Car: cfg.Cars[i], id: CarID(i), floor: cfg.Cars[i].Home, target: NoFloor, parkAt: never, plan: newPlan(cfg.Floors), stale: true}
		c.Serves = nil
		for _, f := range cfg.Cars[i].Serves {
			c.serves.add(f)
		}
		c.full = min(int64(c.Persons)*1000, c.Load*1000/personMass)
		c.capacity = c.full * int64(cfg.BypassLoad) / 100
		c.bound = make([]int64, cfg.Floors)
		k.park(c)
	}
	for i := range k.landing {
		k.landing[i] = slices.Repeat([]int32{-1}, cfg.Floors)
	}
	k.candidate.Cars, k.candidate.Floors, k.candidate.Lobby = len(k.cars), k.floors, k.lobby
	return k, nil
}

// zones shares the floors above the lobby out among the cars that serve the
// same floors.
func zones(cars []Car, lobby Floor) [][2]Floor {
	z := make([][2]Floor, len(cars))
	for i, c := range cars {
		place, alike := 0, 0
		for j := range cars {
			if slices.Equal(cars[j].Serves, c.Serves) {
				if j < i {
					place++
				}
				alike++
			}
		}
		var above []Floor
		for _, f := range c.Serves {
			if f > lobby {
				above = append(above, f)
			}
		}
		if len(above) == 0 {
			above = slices.Clone(c.Serves)
		}
		slices.Sort(above)
		lo := place * len(above) / alike
		hi := max(lo, (place+1)*len(above)/alike-1)
		z[i] = [2]Floor{above[lo], above[hi]}
	}
	return z
}

// Deadline is the instant at which the controller wants a Tick if nothing
// happens before; false when it has no timer running.
func (k *Controller) Deadline() (Instant, bool) {
	if k.deadlineStale {
		k.deadlineStale = false
		k.deadline = never
		for i := range k.cars {
			k.deadline = min(k.deadline, k.cars[i].parkAt)
		}
		for _, slot := range k.live {
			if cl := &k.calls[slot]; cl.state == callWaiting {
				k.deadline = min(k.deadline, cl.due)
			}
		}
	}
	return k.deadline, k.deadline != never
}

// Step takes one event and appends the commands it leads to. An event that is
// an error fires no timer and changes nothing; what it returns wraps one of
// the package's errors. Timers due at or before a valid event's instant fire
// first, each at its own instant. Step keeps no reference to out.
func (k *Controller) Step(ev Event, out []Command) ([]Command, error) {
	return k.StepAt(&ev, out)
}

// StepAt is Step for drivers that count nanoseconds: the event is passed by
// reference. It is neither changed nor kept.
func (k *Controller) StepAt(ev *Event, out []Command) ([]Command, error) {
	if err := k.check(ev); err != nil {
		return out, err
	}
	k.out, k.stepping = out, true
	for {
		due, ok := k.Deadline()
		if !ok || due > ev.At {
			break
		}
		k.now = max(k.now, due)
		k.fire(due)
		k.steerTouched()
	}
	k.now = ev.At
	k.handle(ev)
	k.steerTouched()
	out, k.out, k.stepping = k.out, nil, false
	return out, nil
}

// The errors of Step. They mean that the caller is at fault.
var (
	ErrTime  = errors.New("time went back")
	ErrCar   = errors.New("unknown car")
	ErrFloor = errors.New("unknown floor")
	ErrCall  = errors.New("call number not above the last")
	ErrEvent = errors.New("malformed event")
)

func (k *Controller) check(ev *Event) error {
	fail := func(err error, format string, args ...any) error {
		return fmt.Errorf("dispatch: %v at %v: %w: %s", ev.Kind, ev.At, err, fmt.Sprintf(format, args...))
	}
	if ev.At < k.now {
		return fail(ErrTime, "last event was at %v", k.now)
	}
	floorOK := func(f Floor) bool { return f >= 0 && int(f) < k.floors }
	switch ev.Kind {
	case LandingCall, DestinationCall:
		if ev.Call <= k.lastCall {
			return fail(ErrCall, "call %d after %d", ev.Call, k.lastCall)
		}
		if ev.Kind == LandingCall && ev.Dir != Up && ev.Dir != Down {
			return fail(ErrEvent, "direction %d, want up or down", ev.Dir)
		}
		if ev.Kind == DestinationCall && (ev.Group < 1 || !floorOK(ev.To)) {
			return fail(ErrEvent, "group of %d to floor %d, want at least 1 and floor 0 to %d", ev.Group, ev.To, k.floors-1)
		}
		if ev.Kind == DestinationCall && ev.Cars>>uint(len(k.cars)) != 0 {
			return fail(ErrEvent, "allowed cars %s, want 0 to %d", carList(ev.Cars), len(k.cars)-1)
		}
	case CarCall, CarStatus, DoorStatus, CarMode:
		if ev.Car < 0 || int(ev.Car) >= len(k.cars) {
			return fail(ErrCar, "car %d, want 0 to %d", ev.Car, len(k.cars)-1)
		}
		if ev.Kind == CarMode {
			if ev.Mode > OutOfService {
				return fail(ErrEvent, "mode %d", ev.Mode)
			}
			return nil
		}
		if ev.Kind == CarStatus && ev.To != NoFloor && !floorOK(ev.To) {
			return fail(ErrFloor, "target %d, want 0 to %d", ev.To, k.floors-1)
		}
		if ev.Kind == DoorStatus && (ev.Door < DoorsOpening || ev.Door > DoorsClosed || ev.Load < 0) {
			return fail(ErrEvent, "door phase %d, load %d g", ev.Door, ev.Load)
		}
	case FloorLock:
	case Cancel, PermitRevoked, Tick:
		return nil
	default:
		return fail(ErrEvent, "kind %d", uint8(ev.Kind))
	}
	if !floorOK(ev.Floor) {
		return fail(ErrFloor, "floor %d, want 0 to %d", ev.Floor, k.floors-1)
	}
	return nil
}

func (k *Controller) emit(c Command) { k.out = append(k.out, c) }

func (k *Controller) reject(id CallID, why Reason) {
	k.emit(Command{Kind: Reject, Call: id, Car: NoCar, Floor: NoFloor, Reason: why})
}

// touch marks a car whose next stop may have changed.
func (k *Controller) touch(id CarID) {
	if !slices.Contains(k.touched, id) {
		k.touched = append(k.touched, id)
	}
}

func (k *Controller) handle(ev *Event) {
	switch ev.Kind {
	case LandingCall:
		k.landingCall(ev)
	case DestinationCall:
		k.destinationCall(ev)
	case CarCall:
		k.carCall(ev)
	case Cancel:
		for _, slot := range k.live {
			if k.calls[slot].id == ev.Call {
				k.drop(slot)
				break
			}
		}
	case CarStatus:
		k.carStatus(ev)
	case DoorStatus:
		k.doorStatus(ev)
	case CarMode:
		k.carMode(ev)
	case FloorLock:
		k.floorLock(ev)
	case PermitRevoked:
		k.dropAll(RevokedPermit, func(c *call) bool { return c.permit == ev.Permit && ev.Permit != NoPermit })
	}
}

// drop ends a call unanswered.
func (k *Controller) drop(slot int32) {
	if id := k.calls[slot].car; id != NoCar {
		k.release(slot)
		k.touch(id)
	}
	k.close(slot)
}

// dropAll rejects every open call that match picks, in the order of their
// numbers.
func (k *Controller) dropAll(why Reason, match func(*call) bool) {
	for _, slot := range k.inOrder(match) {
		id := k.calls[slot].id
		k.drop(slot)
		k.reject(id, why)
	}
}
