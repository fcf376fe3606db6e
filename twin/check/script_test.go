package check

import (
	"math"
	"testing"
	"time"

	"hoistway/scenarios"
)

// building has ten floors of 4 m. Floor 9 is locked and belongs to tenant 0.
// Bank low (0) has cars 0 and 1 for all floors but 9 and 8-9 respectively,
// bank high (1) has car 2 for 0 and 5-9, bank old (2) has car 3 with fixed
// times for floors.
func building() *scenarios.Scenario {
	sc := &scenarios.Scenario{Name: "script", Run: scenarios.Run{Duration: time.Hour, Cap: 3 * time.Hour}}
	for f := range 10 {
		sc.Building.Floors = append(sc.Building.Floors, scenarios.Floor{Name: string(rune('A' + f)), Elevation: float64(f) * 4, Locked: f == 9})
	}
	sc.Tenants = []scenarios.Tenant{{Name: "staff", Floors: []int{9}}}
	motion := scenarios.Motion{Speed: 2.5, Acceleration: 1, Jerk: 1.5, StartDelay: 500 * time.Millisecond, Levelling: 500 * time.Millisecond}
	doors := scenarios.Doors{Open: 2 * time.Second, Close: 2 * time.Second, AdvanceOpening: 500 * time.Millisecond, TransferIn: time.Second, NudgeClose: 4 * time.Second}
	kinematic := func(name string, serves ...int) scenarios.Car {
		return scenarios.Car{Name: name, Serves: serves, Persons: 3, Load: 240_000, Motion: motion, Doors: doors}
	}
	old := kinematic("1", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	old.Motion = scenarios.Motion{Model: scenarios.FloorStopTurn, FloorTime: 1450 * time.Millisecond, StopTime: 7190 * time.Millisecond, TurnTime: time.Second}
	old.Doors.AdvanceOpening = 3 * time.Second
	sc.Banks = []scenarios.Bank{
		{Name: "low", Cars: []scenarios.Car{kinematic("1", 0, 1, 2, 3, 4, 5, 6, 7, 8), kinematic("2", 0, 1, 2, 3, 4, 5, 6, 7)}},
		{Name: "high", Cars: []scenarios.Car{kinematic("1", 0, 5, 6, 7, 8, 9)}},
		{Name: "old", Cars: []scenarios.Car{old}},
	}
	sc.Faults = []scenarios.Fault{{Name: "jam", Kind: scenarios.StuckDoor, Bank: "low", Car: 1, Floor: None, At: 30 * time.Minute, For: time.Minute}}
	return sc
}

// script writes down observations with a running clock.
type script struct {
	t    scenarios.Instant
	seen []Observation
}

func (s *script) wait(d time.Duration) { s.t += d }

func (s *script) add(o Observation) {
	o.At = s.t
	s.seen = append(s.seen, o)
}

// car notes what a car does; floor and to as the kind needs them.
func (s *script) car(k Kind, car, floor, to int16) {
	s.add(Observation{Kind: k, Car: car, Floor: floor, To: to})
}

// appear lets a person of 75 kg appear in the slot of the same number at the
// car's bank and come to the landing at once.
func (s *script) appear(person int64, bank, from, to int16) {
	s.person(Observation{Person: person, Bank: bank, Floor: from, To: to})
	s.add(Observation{Kind: Waiting, Person: person, Slot: int32(person)})
}

// person lets a person appear who belongs to nobody; 75 kg unless o says
// otherwise.
func (s *script) person(o Observation) {
	o.Kind, o.Slot, o.Tenant, o.Permit = Appeared, int32(o.Person), None, None
	if o.Mass == 0 {
		o.Mass = 75_000
	}
	s.add(o)
}

func (s *script) board(person int64, car, floor int16) {
	s.add(Observation{Kind: Boarded, Person: person, Slot: int32(person), Car: car, Floor: floor})
}

func (s *script) alight(person int64, car, floor int16) {
	s.add(Observation{Kind: Alighted, Person: person, Slot: int32(person), Car: car, Floor: floor})
}

func (s *script) leave(person int64, outcome int16) {
	s.add(Observation{Kind: Left, Person: person, Slot: int32(person), To: outcome})
}

func (s *script) open(car, floor int16) {
	s.car(Opening, car, floor, 0)
	s.wait(2 * time.Second)
	s.car(Opened, car, floor, 0)
}

func (s *script) close(car, floor int16) {
	s.car(Closing, car, floor, 0)
	s.wait(2 * time.Second)
	s.car(Closed, car, floor, 0)
}

// fly takes 5 s and 2.5 s a floor, which every car can do.
func (s *script) fly(car, from, to int16) {
	s.car(Departed, car, from, to)
	s.wait(5*time.Second + time.Duration(math.Abs(float64(to-from))*2.5*float64(time.Second)))
	s.car(Stopped, car, to, 0)
}

// ride takes one person, who waits already, from floor to floor in a car that
// stands at from with closed doors.
func (s *script) ride(person int64, car, from, to int16) {
	s.open(car, from)
	s.board(person, car, from)
	s.close(car, from)
	s.fly(car, from, to)
	s.open(car, to)
	s.alight(person, car, to)
	s.close(car, to)
}

func (s *script) end(still int64) { s.add(Observation{Kind: End, Person: still}) }

// judge feeds a script to a new checker and finishes at its last instant.
func judge(sc *scenarios.Scenario, s *script) *Checker {
	c := New(sc)
	for i := range s.seen {
		c.Observe(&s.seen[i])
	}
	c.Finish(s.t)
	return c
}

func noViolations(t *testing.T, c *Checker) {
	t.Helper()
	for _, v := range c.Violations() {
		t.Error(v)
	}
}
