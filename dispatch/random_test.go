package dispatch_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hoistway/dispatch"
	"hoistway/dispatch/dispatchtest"
)

// stage is a random building in use: random calls come in, the cars obey, and
// riders press buttons. All its times are whole seconds, so that many things
// happen at one instant.
type stage struct {
	*dispatchtest.Building
	cfg    dispatch.Config
	calls  dispatch.CallID
	out    []bool // cars out of service
	locked []bool
}

// seconds draws a whole number of seconds.
func seconds(t *rapid.T, low, high int, label string) time.Duration {
	return time.Duration(rapid.IntRange(low, high).Draw(t, label)) * time.Second
}

// randomStage draws a bank of 2 to 80 floors and 1 to 8 cars. Its cars are
// slower or quicker than the controller believes in one bank out of four.
func randomStage(t *rapid.T, policy dispatch.Policy) *stage {
	floors := rapid.IntRange(2, 80).Draw(t, "floors")
	pace := dispatchtest.Pace{
		Run: seconds(t, 2, 6, "run"), Floor: seconds(t, 1, 2, "floor"), Open: seconds(t, 1, 3, "open"),
		Dwell: seconds(t, 0, 4, "dwell"), Close: seconds(t, 1, 3, "close"), Advance: seconds(t, 0, 1, "advance"),
	}
	flights, err := pace.Flights(floors)
	if err != nil {
		t.Fatal(err)
	}
	cfg := dispatch.Config{
		Floors: floors, Lobby: dispatch.Floor(rapid.IntRange(0, floors-1).Draw(t, "lobby")), Policy: policy,
		Reassign: rapid.Bool().Draw(t, "reassign"), BypassLoad: rapid.IntRange(30, 100).Draw(t, "bypass"),
		Parking:      rapid.SampledFrom([]dispatch.Parking{dispatch.ParkStay, dispatch.ParkLobby, dispatch.ParkSpread}).Draw(t, "parking"),
		ParkingDelay: seconds(t, 0, 20, "parking delay"), HoldLimit: seconds(t, 0, 30, "hold limit"),
		Explain: rapid.Bool().Draw(t, "explain"),
	}
	for _, r := range rapid.SliceOfN(randomCar(floors), 1, 8).Draw(t, "cars") {
		car := pace.Car(flights, r.Home, r.Serves, r.Persons)
		car.Load += 75_000 * int64(r.Stronger)
		cfg.Cars = append(cfg.Cars, car)
	}
	if rapid.IntRange(0, 3).Draw(t, "odd pace") == 0 {
		pace.Floor = pace.Floor * time.Duration(rapid.IntRange(5, 20).Draw(t, "tenths of the pace believed")) / 10
	}
	b, err := dispatchtest.New(cfg, pace)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{Building: b, cfg: cfg, out: make([]bool, len(cfg.Cars)), locked: make([]bool, floors)}
	b.Watch = func(ev dispatch.Event, out []dispatch.Command) { t.Logf("%v -> %v", ev, out) }
	b.Boards = func(call dispatch.Event, room int) (dispatch.Floor, int) {
		// Every other group presses a floor, at times one against its direction.
		return dispatch.Floor((int(call.Floor)*7 + int(call.Call)*3) % floors), min(room, int(call.Call)%3)
	}
	return s
}

// carDraw is what differs between the cars of a random bank.
type carDraw struct {
	Home     dispatch.Floor
	Serves   []dispatch.Floor // in any order
	Persons  int
	Stronger int // rated load above 75 kg a person, in persons
}

func randomCar(floors int) *rapid.Generator[carDraw] {
	return rapid.Custom(func(t *rapid.T) carDraw {
		serves := allFloors(floors)
		if rapid.Bool().Draw(t, "some only") {
			serves = rapid.Permutation(serves).Draw(t, "order")[:rapid.IntRange(2, floors).Draw(t, "served")]
		}
		return carDraw{
			Home: rapid.SampledFrom(serves).Draw(t, "home"), Serves: serves,
			Persons: rapid.IntRange(1, 20).Draw(t, "persons"), Stronger: rapid.IntRange(0, 2).Draw(t, "stronger"),
		}
	})
}

func allFloors(n int) []dispatch.Floor {
	all := make([]dispatch.Floor, n)
	for i := range all {
		all[i] = dispatch.Floor(i)
	}
	return all
}

func (s *stage) floor(t *rapid.T, label string) dispatch.Floor {
	return dispatch.Floor(rapid.IntRange(0, s.cfg.Floors-1).Draw(t, label))
}

func (s *stage) car(t *rapid.T) dispatch.CarID {
	return dispatch.CarID(rapid.IntRange(0, len(s.cfg.Cars)-1).Draw(t, "car"))
}

func (s *stage) do(t *rapid.T, ev dispatch.Event) {
	if err := s.Do(ev); err != nil {
		t.Fatalf("%v: %v", ev, err)
	}
}

// actions are what can happen to the building from outside.
func (s *stage) actions() map[string]func(*rapid.T) {
	landing := func(t *rapid.T) {
		s.calls++
		dir := rapid.SampledFrom([]dispatch.Direction{dispatch.Up, dispatch.Down}).Draw(t, "dir")
		s.do(t, dispatch.Event{Kind: dispatch.LandingCall, Call: s.calls, Floor: s.floor(t, "floor"), Dir: dir})
	}
	allowed := func(t *rapid.T) uint64 {
		if rapid.IntRange(0, 2).Draw(t, "any car") > 0 {
			return 0
		}
		return rapid.Uint64Range(1, 1<<len(s.cfg.Cars)-1).Draw(t, "cars")
	}
	destination := func(t *rapid.T) {
		s.calls++
		ready := s.Now()
		if rapid.Bool().Draw(t, "phone") {
			ready += seconds(t, 0, 90, "walk")
		}
		s.do(t, dispatch.Event{
			Kind: dispatch.DestinationCall, Call: s.calls, Floor: s.floor(t, "floor"), To: s.floor(t, "to"), Ready: ready,
			Group: rapid.Int32Range(1, 4).Draw(t, "group"), Permit: dispatch.Permit(rapid.IntRange(0, 3).Draw(t, "permit")), Cars: allowed(t),
		})
	}
	pass := func(t *rapid.T) {
		if err := s.Until(s.Now() + seconds(t, 0, 40, "for")); err != nil {
			t.Fatal(err)
		}
	}
	return map[string]func(*rapid.T){
		"landing call": landing, "another landing call": landing, "destination call": destination, "another destination call": destination,
		"time": pass, "more time": pass,
		"car call": func(t *rapid.T) {
			if err := s.Board(s.car(t), s.floor(t, "to"), 0); err != nil {
				t.Fatal(err)
			}
		},
		"cancel": func(t *rapid.T) {
			s.do(t, dispatch.Event{Kind: dispatch.Cancel, Call: s.calls - dispatch.CallID(rapid.IntRange(0, 3).Draw(t, "back"))})
		},
		"car mode": func(t *rapid.T) {
			car := s.car(t)
			s.out[car] = rapid.Bool().Draw(t, "out")
			ev := dispatch.Event{Kind: dispatch.CarMode, Car: car}
			if s.out[car] {
				ev.Mode = dispatch.OutOfService
			}
			s.do(t, ev)
		},
		"lock": func(t *rapid.T) {
			f := s.floor(t, "floor")
			s.locked[f] = rapid.Bool().Draw(t, "locked")
			s.do(t, dispatch.Event{Kind: dispatch.FloorLock, Floor: f, Locked: s.locked[f]})
		},
		"revoke": func(t *rapid.T) {
			s.do(t, dispatch.Event{Kind: dispatch.PermitRevoked, Permit: dispatch.Permit(rapid.IntRange(0, 3).Draw(t, "permit"))})
		},
		"reopen": func(t *rapid.T) {
			if _, err := s.Reopen(s.car(t)); err != nil {
				t.Fatal(err)
			}
		},
		"refuse": func(t *rapid.T) { s.Refuse(s.car(t)) },
	}
}

// sound fails the test when the ledger holds a fault.
func (s *stage) sound(t *rapid.T) {
	if faults := s.Ledger().Faults(); len(faults) > 0 {
		t.Fatalf("%s", faults[0])
	}
}

// restore ends every fault and lets the cars work off what is open, in a time
// that leaves room for a whole round per call.
func (s *stage) restore(t *rapid.T) {
	for id, out := range s.out {
		if out {
			s.do(t, dispatch.Event{Kind: dispatch.CarMode, Car: dispatch.CarID(id)})
		}
	}
	for f, locked := range s.locked {
		if locked {
			s.do(t, dispatch.Event{Kind: dispatch.FloorLock, Floor: dispatch.Floor(f)})
		}
	}
	round := time.Duration(s.cfg.Floors)*20*time.Second + time.Minute
	work := time.Duration(len(s.Ledger().Open()) + s.Ledger().CarCalls() + 3)
	err := s.Settle(s.Now() + 2*time.Minute + work*round)
	s.sound(t)
	if err != nil {
		t.Fatalf("%v; open calls %v, %d car calls", err, s.Ledger().Open(), s.Ledger().CarCalls())
	}
	if open := s.Ledger().Open(); len(open) > 0 {
		t.Fatalf("all is quiet at %v and the calls %v are open", s.Now(), open)
	}
	if n := s.Ledger().CarCalls(); n > 0 {
		t.Fatalf("all is quiet at %v and %d car calls are open", s.Now(), n)
	}
}

// eachPolicy runs a property for every policy there is.
func eachPolicy(t *testing.T, property func(*rapid.T, dispatch.Policy)) {
	if len(dispatch.Policies()) == 0 {
		t.Fatal("there is no policy")
	}
	for _, p := range dispatch.Policies() {
		t.Run(p.Name(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { property(t, p) })
		})
	}
}

// errorsOfStep are all the errors that Step knows.
var errorsOfStep = [...]error{dispatch.ErrTime, dispatch.ErrCar, dispatch.ErrFloor, dispatch.ErrCall, dispatch.ErrEvent}

func isErrorOfStep(err error) bool {
	for _, known := range errorsOfStep {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}
