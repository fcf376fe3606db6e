package live_test

import (
	"strings"
	"testing"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/live"
)

// tower is a quiet building: one bank of two cars over ten floors.
const tower = `
schema = 1
[building]
floors = 10
height = "3m"
population = 40
locked = [9]
[bank.main]
cars = 2
persons = 8
load = "630kg"
[bank.main.motion]
speed = "1.6m/s"
[traffic.day]
demand = "6%"
mix = "50/50/0"
`

// seen is a car as it was when it changed.
type seen struct {
	at  dispatch.Instant
	car int
	building.Car
}

// stage is a building under a clock of the test's own.
type stage struct {
	*live.Building
	t    *testing.T
	now  dispatch.Instant
	seen []seen
}

func (s *stage) CarChanged(at dispatch.Instant, _, car int) {
	s.seen = append(s.seen, seen{at, car, s.Car(0, car)})
}

func open(t *testing.T, o live.Options) *stage {
	t.Helper()
	sc, err := scenarios.Parse("tower.toml", []byte(tower), scenarios.Options{Dispatchers: twin.Dispatchers()})
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{Building: live.New(sc, o), t: t}
	if err := s.Connect(func(_ int, c dispatch.Config) (building.Control, error) { return dispatch.New(c) }, s); err != nil {
		t.Fatal(err)
	}
	return s
}

// until plays on, stopping at every instant of the building, and ends with
// check, which is asked at each.
func (s *stage) until(limit time.Duration, check func() bool) {
	s.t.Helper()
	for limit += s.now; s.now < limit; {
		if check() {
			return
		}
		at, ok := s.Next()
		if !ok || at > limit {
			at = limit
		}
		s.now = at
		if err := s.Play(at); err != nil {
			s.t.Fatal(err)
		}
	}
	if !check() {
		s.t.Fatalf("after %v it has not come about; cars: %+v, %+v", limit, s.Car(0, 0), s.Car(0, 1))
	}
}

func (s *stage) wait(d time.Duration) {
	s.t.Helper()
	end := s.now + d
	s.until(d, func() bool { return s.now >= end })
}

// sound fails the test when an invariant has broken.
func (s *stage) sound() {
	s.t.Helper()
	if broken := s.Broken(); len(broken) > 0 {
		s.t.Errorf("%d invariants broke: %s", len(broken), broken[0])
	}
}

func TestRide(t *testing.T) {
	for _, c := range []struct {
		sentence string
		ride     building.Ride
		car      int
		persons  int
	}{
		{"who calls a car is carried by it", building.Ride{From: 0, To: 6, Group: 1}, -1, 1},
		{"who may take one car only is carried by that one", building.Ride{From: 0, To: 6, Group: 1, Cars: 1 << 1}, 1, 1},
		{"a group goes as one", building.Ride{From: 3, To: 0, Group: 5}, -1, 5},
		{"who has shown that they may go to a private floor is brought there", building.Ride{From: 0, To: 9, Group: 1}, -1, 1},
		{"who is still walking is waited for", building.Ride{From: 5, To: 1, Group: 1, Ready: 25 * time.Second}, -1, 1},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			s := open(t, live.Options{Quiet: true})
			s.Ride(0, c.ride)
			car := -1
			s.until(3*time.Minute, func() bool {
				for i := range 2 {
					if v := s.Car(0, i); v.Persons > 0 {
						car = i
					}
				}
				return car >= 0
			})
			if c.car >= 0 && car != c.car {
				t.Errorf("car %d carries them, want %d", car, c.car)
			}
			s.until(3*time.Minute, func() bool { return s.Car(0, car).Doors == building.Closed })
			if v := s.Car(0, car); v.Persons != c.persons || v.Load != int64(c.persons)*75_000 {
				t.Errorf("car %d has %d persons, %d g aboard; want %d", car, v.Persons, v.Load, c.persons)
			}
			s.until(3*time.Minute, func() bool {
				v := s.Car(0, car)
				return v.Floor == c.ride.To && v.Doors == building.Opened && v.Persons == 0
			})
			s.sound()
		})
	}
}

func TestCancel(t *testing.T) {
	s := open(t, live.Options{Quiet: true})
	id := s.Ride(0, building.Ride{From: 8, To: 0, Group: 1})
	s.wait(2 * time.Second)
	if !s.Cancel(0, id) {
		t.Error("an open call could not be taken back")
	}
	if s.Cancel(0, id) {
		t.Error("a call was taken back twice")
	}
	lit := s.Press(0, 4, dispatch.Up)
	if again := s.Press(0, 4, dispatch.Up); again != lit {
		t.Errorf("the lit button stands for call %d, and pressed again for %d", lit, again)
	}
	if !s.Cancel(0, lit) {
		t.Error("a landing call that nobody waits for could not be taken back")
	}
	id = s.Ride(0, building.Ride{From: 0, To: 5, Group: 1}) // a car stands there
	s.wait(time.Second)
	if s.Cancel(0, id) {
		t.Error("a call was taken back that had been answered")
	}
	s.wait(time.Minute)
	s.sound()
}

func TestHold(t *testing.T) {
	stands := func(hold func(*stage)) time.Duration {
		s := open(t, live.Options{Quiet: true})
		s.Press(0, 0, dispatch.Up)
		s.until(time.Minute, func() bool { return s.Car(0, 0).Doors == building.Opened })
		from := s.now
		hold(s)
		s.until(time.Minute, func() bool { return s.Car(0, 0).Doors == building.Closing })
		s.sound()
		return s.now - from
	}
	usual := stands(func(*stage) {})
	if usual < time.Second || usual > 9*time.Second {
		t.Fatalf("doors stand open for %v without anybody holding them", usual)
	}
	if got := stands(func(s *stage) { s.Hold(0, 0, 0, 10*time.Second, 5*time.Second) }); got != 15*time.Second {
		t.Errorf("held for 10 s and 5 s the doors stand open for %v", got)
	}
	if got := stands(func(s *stage) { s.Hold(0, 0, 0, 10*time.Second, 0); s.Hold(0, 0, 0, 0, 0) }); got != usual {
		t.Errorf("held and let go the doors stand open for %v, want %v", got, usual)
	}
	got := stands(func(s *stage) {
		s.Hold(0, 0, 0, time.Second, 30*time.Second)
		s.wait(2 * time.Second)
		s.Ride(0, building.Ride{From: 0, To: 7, Group: 1})
	})
	if got > 12*time.Second {
		t.Errorf("somebody passed, and the doors stood open for %v", got)
	}
	s := open(t, live.Options{Quiet: true})
	if s.Hold(0, 0, 3, time.Second, 0) || s.Hold(0, 0, 0, time.Second, 0) {
		t.Error("doors were held that are closed, or at another floor")
	}
}

// TestCarInFlight watches a car on its way: what one sees of it fits together.
func TestCarInFlight(t *testing.T) {
	s := open(t, live.Options{Quiet: true})
	s.Ride(0, building.Ride{From: 0, To: 8, Group: 1})
	s.until(time.Minute, func() bool { return s.Car(0, 0).Travel == dispatch.Up })
	s.seen = nil
	height, motion, floor := -1.0, building.Starting, dispatch.Floor(-1)
	phases := map[building.Motion]bool{}
	for s.Car(0, 0).Travel == dispatch.Up {
		v := s.Car(0, 0)
		phases[v.Motion] = true
		if v.Height < height || v.Motion < motion || v.Floor < floor {
			t.Fatalf("at %v it is at %.2f m past floor %d in phase %d, after %.2f m, floor %d, phase %d", s.now, v.Height, v.Floor, v.Motion, height, floor, motion)
		}
		if v.Advance <= v.Floor && v.Floor != 8 || v.Target != 8 || v.Motion == building.Decelerating && v.Advance != 8 {
			t.Fatalf("at %v it could stop at %d next on the way from %d to %d, phase %d", s.now, v.Advance, v.Floor, v.Target, v.Motion)
		}
		height, motion, floor = v.Height, v.Motion, v.Floor
		s.wait(50 * time.Millisecond)
	}
	if len(phases) != 3 {
		t.Errorf("the flight had the phases %v, want starting, moving, decelerating", phases)
	}
	if v := s.Car(0, 0); v.Height != 24 || v.Doors != building.Opening {
		t.Errorf("it came to %.2f m with doors %d, want 24 m and opening", v.Height, v.Doors)
	}
	braked := false
	for _, c := range s.seen {
		braked = braked || c.Motion == building.Decelerating && c.Arrives > c.at
	}
	if !braked {
		t.Errorf("nobody was told that it slows down: %+v", s.seen)
	}
	s.sound()
}

func TestFaults(t *testing.T) {
	s := open(t, live.Options{Quiet: true})
	fault := func(f building.Fault) {
		t.Helper()
		if err := s.Fault(f); err != nil {
			t.Fatal(err)
		}
	}
	fault(building.Fault{Kind: building.CarOutOfService, Car: 0, For: time.Hour})
	if !s.Car(0, 0).Out {
		t.Error("a car taken out is in service")
	}
	s.Ride(0, building.Ride{From: 0, To: 5, Group: 1})
	s.until(time.Minute, func() bool { return s.Car(0, 1).Persons == 1 })
	fault(building.Fault{Kind: building.CarOutOfService, Car: 0})
	if s.Car(0, 0).Out {
		t.Error("a car put back is out of service")
	}
	fault(building.Fault{Kind: building.FloorLocked, Floor: 3, For: time.Minute})
	before := len(s.seen)
	s.Ride(0, building.Ride{From: 0, To: 3, Group: 1})
	s.wait(30 * time.Second)
	for _, c := range s.seen[before:] {
		if c.Target == 3 {
			t.Fatalf("car %d goes to a locked floor", c.car)
		}
	}
	s.wait(31 * time.Second)
	s.Ride(0, building.Ride{From: 0, To: 3, Group: 1})
	s.until(2*time.Minute, func() bool { return s.Car(0, 0).Floor == 3 || s.Car(0, 1).Floor == 3 })
	for _, wrong := range []building.Fault{{}, {Kind: building.SlowCar, For: 1, Factor: 2}, {Kind: building.FloorLocked, Floor: 99, For: 1}, {Kind: building.StuckDoor, Car: 7, For: 1}} {
		if err := s.Fault(wrong); err == nil {
			t.Errorf("the fault %+v was taken", wrong)
		}
	}
	s.sound()
}

// TestTrafficGoesOn holds that people still come after the scenario's duration,
// and none when the building is quiet.
func TestTrafficGoesOn(t *testing.T) {
	waiting := func(o live.Options) int {
		s := open(t, o)
		up, down := make([]int, 10), make([]int, 10)
		n := 0
		for s.now < 5*time.Hour {
			s.wait(time.Minute)
			if s.now < 3*time.Hour {
				continue
			}
			s.Waiting(0, up, down)
			for f := range up {
				n += up[f] + down[f]
			}
		}
		s.sound()
		return n
	}
	if n := waiting(live.Options{Seed: 1}); n < 20 {
		t.Errorf("in hours 3 to 5 of a scenario of one hour, %d people were seen waiting", n)
	}
	if n := waiting(live.Options{Quiet: true}); n != 0 {
		t.Errorf("%d people were seen waiting in a quiet building", n)
	}
}

func TestConfigs(t *testing.T) {
	sc, err := scenarios.Parse("tower.toml", []byte(tower), scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	configs, err := live.Configs(sc, "etd")
	if err != nil || len(configs) != 1 || configs[0].Policy.Name() != "etd" || len(configs[0].Cars) != 2 {
		t.Errorf("configs %+v, %v; want one bank of two cars under etd", configs, err)
	}
	if _, err := live.Configs(sc, "luck"); err == nil || !strings.Contains(err.Error(), "luck") {
		t.Errorf("a dispatcher that does not exist gives %v", err)
	}
}
