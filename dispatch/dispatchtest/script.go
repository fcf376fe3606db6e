package dispatchtest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"hoistway/dispatch"
)

// Play runs a script and returns it with the transcript of this run in place
// of the one it had.
//
// A script begins with the bank and its cars and goes on with what happens, a
// line each; # begins a comment. Indented lines are the transcript: what the
// cars and timers did by themselves, with the instant, and one level deeper
// what the controller commanded. The clock stands still but for "until".
//
//	bank floors=10 policy=eta [lobby=0] [bypass=80] [parking=stay|lobby|spread]
//	     [parking-delay=10s] [hold-limit=20s] [reassign] [explain]
//	car home=0 [serves=0,5-9] [persons=8] [load=600kg]
//
//	landing-call call=1 floor=3 up|down [permit=1]
//	destination-call call=2 floor=0 to=9 [group=1] [ready=30s] [permit=1] [cars=0,2]
//	cancel call=1
//	car-call car=0 floor=9
//	car-mode car=0 in-service|out-of-service
//	floor-lock floor=9 locked|unlocked
//	permit-revoked permit=1
//	board car=0 to=9 [people=1]     people enter and press the button
//	reopen car=0                    somebody steps between the closing doors
//	refuse car=0                    the car will not obey its next command to move
//	until 20s                       plays to the instant and through it
//	deadline                        prints the controller's deadline
//
// An event the controller refuses prints the error. Play fails on a line it
// cannot read, naming it, and on a breach the Ledger finds.
func Play(script string) (string, error) {
	s := stage{}
	var text strings.Builder
	for i, line := range strings.Split(strings.TrimRight(script, "\n"), "\n") {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			continue
		}
		text.WriteString(line + "\n")
		code, _, _ := strings.Cut(line, "#")
		if strings.TrimSpace(code) == "" {
			continue
		}
		a := parseLine(code)
		s.text.Reset()
		if err := s.play(a); err != nil {
			return "", fmt.Errorf("line %d: %s: %w", i+1, strings.TrimSpace(line), err)
		}
		if err := a.done(); err != nil {
			return "", fmt.Errorf("line %d: %s: %w", i+1, strings.TrimSpace(line), err)
		}
		text.WriteString(s.text.String())
	}
	if s.building == nil {
		return "", errors.New("the script has no event: want a bank, its cars and what happens")
	}
	if faults := s.building.Ledger().Faults(); len(faults) > 0 {
		return text.String(), fmt.Errorf("the ledger has %d faults:\n%s", len(faults), strings.Join(faults, "\n"))
	}
	return text.String(), nil
}

// stage is a script in progress.
type stage struct {
	config   dispatch.Config
	flights  *dispatch.Flights
	building *Building // nil until the first event
	text     strings.Builder
	scripted bool // the event in hand is a line of the script and need not be printed
}

func (s *stage) play(a *line) error {
	switch a.name {
	case "bank":
		return s.bank(a)
	case "car":
		return s.car(a)
	}
	if s.building == nil {
		b, err := New(s.config, WholeSeconds())
		if err != nil {
			return err
		}
		b.Watch = s.watch
		s.building = b
	}
	b := s.building
	switch a.name {
	case "until":
		t, err := time.ParseDuration(a.word())
		if err != nil {
			return err
		}
		if t < b.Now() {
			return fmt.Errorf("it is %v already", b.Now())
		}
		return b.Until(t)
	case "deadline":
		due, ok := b.Deadline()
		if !ok {
			s.text.WriteString("    none\n")
			return nil
		}
		fmt.Fprintf(&s.text, "    %v\n", due)
		return nil
	case "board":
		car, err := s.knownCar(a)
		if err != nil {
			return err
		}
		return b.Board(car, dispatch.Floor(a.number("to")), a.or("people", 1))
	case "reopen":
		car, err := s.knownCar(a)
		if err != nil {
			return err
		}
		ok, err := b.Reopen(car)
		if err == nil && !ok {
			err = errors.New("its doors are not closing")
		}
		return err
	case "refuse":
		car, err := s.knownCar(a)
		if err != nil {
			return err
		}
		b.Refuse(car)
		return nil
	}
	ev, err := event(a)
	if err != nil {
		return err
	}
	s.scripted = true
	err = b.Do(ev)
	s.scripted = false
	if err != nil && errors.Is(err, ErrEndless) {
		return err
	}
	if err != nil {
		fmt.Fprintf(&s.text, "    error: %v\n", err)
	}
	return nil
}

func (s *stage) knownCar(a *line) (dispatch.CarID, error) {
	n := a.number("car")
	if n < 0 || n >= len(s.config.Cars) {
		return 0, fmt.Errorf("car %d, want 0 to %d", n, len(s.config.Cars)-1)
	}
	return dispatch.CarID(n), nil
}

// watch writes the transcript.
func (s *stage) watch(ev dispatch.Event, cmds []dispatch.Command) {
	indent := "    "
	if !s.scripted || ev.Kind == dispatch.Tick {
		fmt.Fprintf(&s.text, "    %v\n", ev)
		indent = "        "
	} else {
		s.scripted = false
	}
	for _, c := range cmds {
		fmt.Fprintf(&s.text, "%s%v\n", indent, c)
		for _, w := range c.Why {
			if w.Reason != "" {
				fmt.Fprintf(&s.text, "%s    car=%d %s\n", indent, w.Car, w.Reason)
				continue
			}
			fmt.Fprintf(&s.text, "%s    car=%d cost=%v wait=%v ride=%v delay=%v\n", indent, w.Car, w.Cost, w.Wait, w.Ride, w.Delay)
		}
	}
}

func (s *stage) bank(a *line) error {
	if s.config.Policy != nil {
		return errors.New("a second bank")
	}
	policy, err := dispatch.PolicyByName(a.text("policy"))
	if err != nil {
		return err
	}
	floors := a.number("floors")
	if s.flights, err = WholeSeconds().Flights(floors); err != nil {
		return err
	}
	s.config = dispatch.Config{
		Floors: floors, Lobby: dispatch.Floor(a.or("lobby", 0)), Policy: policy, Reassign: a.flag("reassign"), Explain: a.flag("explain"),
		BypassLoad: a.or("bypass", 80), ParkingDelay: a.span("parking-delay", 10*time.Second), HoldLimit: a.span("hold-limit", 20*time.Second),
	}
	switch p := a.text("parking"); p {
	case "", "stay":
	case "lobby":
		s.config.Parking = dispatch.ParkLobby
	case "spread":
		s.config.Parking = dispatch.ParkSpread
	default:
		return fmt.Errorf("parking=%s, want stay, lobby or spread", p)
	}
	return nil
}

func (s *stage) car(a *line) error {
	if s.config.Policy == nil || s.building != nil {
		return errors.New("cars come after the bank and before everything else")
	}
	serves, err := floors(a.text("serves"), s.config.Floors)
	if err != nil {
		return err
	}
	home := dispatch.Floor(a.number("home"))
	car := WholeSeconds().Car(s.flights, home, serves, a.or("persons", 8))
	if load := a.text("load"); load != "" {
		var kg int64
		if _, err := fmt.Sscanf(load, "%dkg", &kg); err != nil {
			return fmt.Errorf("load=%s, want a load such as 600kg", load)
		}
		car.Load = kg * 1000
	}
	s.config.Cars = append(s.config.Cars, car)
	return nil
}

// event reads an event of the script.
func event(a *line) (dispatch.Event, error) {
	ev := dispatch.Event{Call: dispatch.CallID(a.or("call", 0)), Car: dispatch.CarID(a.or("car", 0)), Floor: dispatch.Floor(a.or("floor", 0)), Permit: dispatch.Permit(a.or("permit", 0))}
	switch a.name {
	case "landing-call":
		ev.Kind, ev.Dir = dispatch.LandingCall, dispatch.Down
		if a.choice("up", "down") {
			ev.Dir = dispatch.Up
		}
	case "destination-call":
		ev.Kind, ev.To, ev.Group, ev.Ready = dispatch.DestinationCall, dispatch.Floor(a.number("to")), int32(a.or("group", 1)), a.span("ready", 0)
		ev.Cars = a.cars("cars")
	case "cancel":
		ev.Kind = dispatch.Cancel
	case "car-call":
		ev.Kind = dispatch.CarCall
	case "car-mode":
		ev.Kind = dispatch.CarMode
		if a.choice("out-of-service", "in-service") {
			ev.Mode = dispatch.OutOfService
		}
	case "floor-lock":
		ev.Kind, ev.Locked = dispatch.FloorLock, a.choice("locked", "unlocked")
	case "permit-revoked":
		ev.Kind = dispatch.PermitRevoked
	default:
		return ev, errors.New("no such line in a script")
	}
	return ev, a.done()
}
