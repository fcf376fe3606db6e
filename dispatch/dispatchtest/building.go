package dispatchtest

import (
	"errors"
	"fmt"
	"slices"

	"hoistway/dispatch"
)

// Building is a bank of fake cars around a controller. Its clock starts at 0
// and moves only in Until and Settle. Instants are those of its events.
//
// A car obeys at the instant of the command. One that is told to go where it
// can no longer stop goes on as it was, and says so with a CarStatus. People
// who made a destination call board when it is answered and leave at their
// destination; who boards on a landing call is up to Boards and Board.
type Building struct {
	// Boards, if set, says who boards when a landing call is answered and the
	// car has room for so many persons: where they go, and how many they are.
	// With 0 people nobody does.
	Boards func(call dispatch.Event, room int) (to dispatch.Floor, people int)
	// Watch, if set, sees every event with the commands it led to, which it
	// must not keep.
	Watch func(dispatch.Event, []dispatch.Command)

	ctrl     Controller
	pace     Pace
	config   dispatch.Config
	now      dispatch.Instant
	cars     []*car
	calls    map[dispatch.CallID]dispatch.Event // placed and not over; looked up only
	replies  []dispatch.Event                   // what the cars have to say to the last commands
	moved    []*car                             // standing cars told to open
	returned []*car                             // cars back in service that have not said yet where they are
	out      []dispatch.Command
	history  []dispatch.Event
	ledger   *Ledger
	atOnce   int // steps since the clock last moved
}

// manyAtOnce is how many events at one instant are too many to end.
const manyAtOnce = 10_000

// ErrEndless says that the controller and the cars answer one another without
// end, at one instant or beyond the limit of Settle.
var ErrEndless = errors.New("no end in sight")

// Controller is what a building is built around. A dispatch.Controller is one.
type Controller interface {
	Step(ev dispatch.Event, out []dispatch.Command) ([]dispatch.Command, error)
	Deadline() (dispatch.Instant, bool)
}

// New builds a bank. Its cars keep to pace, whatever the configuration tells
// the controller.
func New(cfg dispatch.Config, pace Pace) (*Building, error) {
	ctrl, err := dispatch.New(cfg)
	if err != nil {
		return nil, err
	}
	return Around(ctrl, cfg, pace), nil
}

// Around builds a bank around a controller at its start, which was made from the
// configuration.
func Around(ctrl Controller, cfg dispatch.Config, pace Pace) *Building {
	b := &Building{ctrl: ctrl, pace: pace, config: cfg, calls: map[dispatch.CallID]dispatch.Event{}, ledger: NewLedger(cfg)}
	for i := range cfg.Cars {
		b.cars = append(b.cars, &car{id: dispatch.CarID(i), floor: cfg.Cars[i].Home, due: never})
	}
	return b
}

// Now is the time on the building's clock.
func (b *Building) Now() dispatch.Instant { return b.now }

// Deadline is the controller's.
func (b *Building) Deadline() (dispatch.Instant, bool) { return b.ctrl.Deadline() }

// Aboard counts the people in the cars.
func (b *Building) Aboard() int {
	n := 0
	for _, c := range b.cars {
		n += c.persons()
	}
	return n
}

// Ledger holds what was found wrong so far.
func (b *Building) Ledger() *Ledger { return b.ledger }

// History lists the events the controller has taken, ticks included.
func (b *Building) History() []dispatch.Event { return b.history }

// Do lets something happen now: a call, a cancel, a mode, a lock, a permit
// revoked. A car changes its mode with it, and tells where it is when it comes
// back. Do returns the controller's error; then nothing has happened.
func (b *Building) Do(ev dispatch.Event) error {
	if err := b.fire(); err != nil {
		return err
	}
	if err := b.step(ev); err != nil {
		return err
	}
	return b.drain()
}

// turn takes a car out of service or back.
func (b *Building) turn(c *car, out bool) {
	if c.out == out {
		return
	}
	c.out = out
	if out {
		if c.phase == standing && len(c.riders) > 0 {
			b.moved = append(b.moved, c)
		}
		if c.phase == open {
			c.riders = nil
		}
		return
	}
	if c.phase == flying || c.phase == standing {
		b.returned = append(b.returned, c)
	}
	for _, r := range c.riders {
		b.reply(dispatch.Event{Kind: dispatch.CarCall, Car: c.id, Floor: r.to})
	}
}

// Board lets people enter a car and press its button for a floor.
func (b *Building) Board(id dispatch.CarID, to dispatch.Floor, people int) error {
	c := b.cars[id]
	c.riders = append(c.riders, rider{to, people})
	b.reply(dispatch.Event{Kind: dispatch.CarCall, Car: id, Floor: to})
	return b.drain()
}

// Reopen opens the closing doors of a car again. It reports false when they
// are not closing.
func (b *Building) Reopen(id dispatch.CarID) (bool, error) {
	c := b.cars[id]
	if c.phase != closing {
		return false, nil
	}
	if err := b.opening(c); err != nil {
		return true, err
	}
	return true, b.drain()
}

// Refuse makes a car not obey the next command that would move it elsewhere.
func (b *Building) Refuse(id dispatch.CarID) { b.cars[id].refuse = true }

// Until plays on to an instant, and through everything due then. A timer and a
// car due together go in that order, so that the timer gets a Tick of its own.
func (b *Building) Until(t dispatch.Instant) error {
	for {
		if err := b.fire(); err != nil {
			return err
		}
		next := t
		c := b.nextCar()
		if c != nil {
			next = min(next, c.due)
		}
		if due, ok := b.ctrl.Deadline(); ok && due <= next {
			b.clock(due)
			continue
		}
		b.clock(next)
		if c == nil || c.due > b.now {
			return nil
		}
		if err := b.end(c); err != nil {
			return err
		}
		if err := b.drain(); err != nil {
			return err
		}
	}
}

// fire gives the controller its ticks due by now.
func (b *Building) fire() error {
	for {
		if due, ok := b.ctrl.Deadline(); !ok || due > b.now {
			return nil
		}
		if err := b.tell(dispatch.Event{Kind: dispatch.Tick}); err != nil {
			return err
		}
		if err := b.drain(); err != nil {
			return err
		}
	}
}

// Settle plays on until no car moves and no timer runs, but not past an
// instant: then it returns ErrEndless.
func (b *Building) Settle(limit dispatch.Instant) error {
	for {
		next := never
		if c := b.nextCar(); c != nil {
			next = c.due
		}
		if due, ok := b.ctrl.Deadline(); ok {
			next = min(next, due)
		}
		if next == never {
			return nil
		}
		if next > limit {
			return fmt.Errorf("dispatchtest: at %v a car still moves or a timer runs: %w", limit, ErrEndless)
		}
		if err := b.Until(next); err != nil {
			return err
		}
	}
}

func (b *Building) clock(t dispatch.Instant) {
	if t > b.now {
		b.now, b.atOnce = t, 0
	}
}

// nextCar is the car whose phase ends first, of equals the lowest numbered.
func (b *Building) nextCar() *car {
	var first *car
	for _, c := range b.cars {
		if c.due != never && (first == nil || c.due < first.due) {
			first = c
		}
	}
	return first
}

func (b *Building) reply(ev dispatch.Event) { b.replies = append(b.replies, ev) }

// drain tells the controller what the cars answer to its commands.
func (b *Building) drain() error {
	for len(b.replies)+len(b.moved) > 0 {
		if len(b.moved) > 0 {
			c := b.moved[0]
			b.moved = b.moved[1:]
			if c.phase == standing {
				if err := b.opening(c); err != nil {
					return err
				}
			}
			continue
		}
		ev := b.replies[0]
		b.replies = b.replies[1:]
		if err := b.tell(ev); err != nil {
			return err
		}
	}
	return nil
}

// tell is step for what the cars say, which the controller must take.
func (b *Building) tell(ev dispatch.Event) error {
	if err := b.step(ev); err != nil {
		return fmt.Errorf("dispatchtest: the controller refuses what a car says: %w", err)
	}
	return nil
}

// step puts one event to the controller and obeys.
func (b *Building) step(ev dispatch.Event) error {
	ev.At = b.now
	out, err := b.ctrl.Step(ev, b.out[:0])
	if err != nil {
		return err
	}
	if b.atOnce++; b.atOnce > manyAtOnce {
		return fmt.Errorf("dispatchtest: %d events at %v: %w", b.atOnce, b.now, ErrEndless)
	}
	b.out = out
	b.history = append(b.history, ev)
	due, ok := b.ctrl.Deadline()
	b.ledger.Step(ev, out)
	b.ledger.Deadline(b.now, due, ok)
	if b.Watch != nil {
		b.Watch(ev, out)
	}
	if ev.Kind == dispatch.LandingCall || ev.Kind == dispatch.DestinationCall {
		b.calls[ev.Call] = ev
	}
	if ev.Kind == dispatch.CarMode {
		b.turn(b.cars[ev.Car], ev.Mode == dispatch.OutOfService)
	}
	for i := range out {
		b.obey(&out[i])
	}
	// A car that comes back says where it is, unless it has been sent already.
	for _, c := range b.returned {
		if c.phase == standing && !slices.Contains(b.moved, c) || c.phase == flying && c.leftAt < b.now {
			b.reply(b.status(c))
		}
	}
	b.returned = b.returned[:0]
	return nil
}

// obey carries out one command.
func (b *Building) obey(cmd *dispatch.Command) {
	switch cmd.Kind {
	case dispatch.Serve:
		b.move(b.cars[cmd.Car], cmd.Floor, true)
	case dispatch.Park:
		b.move(b.cars[cmd.Car], cmd.Floor, false)
	case dispatch.HoldDoor:
		if c := b.cars[cmd.Car]; c.phase == open {
			c.due = max(c.due, cmd.Until)
		}
	case dispatch.Answer:
		b.answered(cmd)
	case dispatch.Reject:
		if cmd.Car == dispatch.NoCar {
			delete(b.calls, cmd.Call)
			return
		}
		b.cars[cmd.Car].leave(func(r rider) bool { return r.to == cmd.Floor })
	}
}

// answered lets the people of a call board.
func (b *Building) answered(cmd *dispatch.Command) {
	call, c := b.calls[cmd.Call], b.cars[cmd.Car]
	delete(b.calls, cmd.Call)
	if call.Kind == dispatch.DestinationCall {
		c.riders = append(c.riders, rider{call.To, int(call.Group)})
		return
	}
	if b.Boards == nil {
		return
	}
	if to, people := b.Boards(call, b.config.Cars[c.id].Persons-c.persons()); people > 0 {
		c.riders = append(c.riders, rider{to, people})
		b.reply(dispatch.Event{Kind: dispatch.CarCall, Car: c.id, Floor: to})
	}
}
