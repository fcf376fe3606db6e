package check

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hoistway/scenarios"

	"pgregory.net/rapid"
)

const second = time.Second

// TestCleanScripts holds what is allowed, and near the edge of it.
func TestCleanScripts(t *testing.T) {
	for _, row := range []struct {
		sentence string
		write    func(s *script)
	}{
		{"an empty run is over at once", func(s *script) {}},
		{"somebody rides up, somebody else rides down, the slot of the first is used again", func(s *script) {
			s.appear(1, 0, 0, 5)
			s.ride(1, 0, 0, 5)
			s.add(Observation{Kind: Appeared, Person: 2, Slot: 1, Floor: 5, To: 2, Mass: 1, Tenant: None, Permit: None})
			s.add(Observation{Kind: Waiting, Person: 2, Slot: 1})
			s.open(0, 5)
			s.add(Observation{Kind: Boarded, Person: 2, Slot: 1, Car: 0, Floor: 5})
			s.close(0, 5)
			s.fly(0, 5, 2)
			s.open(0, 2)
			s.add(Observation{Kind: Alighted, Person: 2, Slot: 1, Car: 0, Floor: 2})
			s.close(0, 2)
		}},
		{"a car filled to its rating in persons turns only when it is empty", func(s *script) {
			for p := range int64(3) {
				s.appear(p, 0, 0, 3)
			}
			s.open(0, 0)
			for p := range int64(3) {
				s.board(p, 0, 0)
			}
			s.close(0, 0)
			s.fly(0, 0, 3)
			s.open(0, 3)
			for p := range int64(3) {
				s.alight(p, 0, 3)
			}
			s.close(0, 3)
			s.fly(0, 3, 0)
		}},
		{"two people of exactly the rated load", func(s *script) {
			for p := range int64(2) {
				s.person(Observation{Person: p, To: 3, Mass: 120_000})
				s.add(Observation{Kind: Waiting, Person: p, Slot: int32(p)})
			}
			s.open(0, 0)
			s.board(0, 0, 0)
			s.board(1, 0, 0)
			s.close(0, 0)
			s.fly(0, 0, 3)
			s.open(0, 3)
			s.alight(0, 0, 3)
			s.alight(1, 0, 3)
			s.close(0, 3)
		}},
		{"doors open again while they close", func(s *script) {
			s.open(0, 0)
			s.car(Closing, 0, 0, 0)
			s.wait(second)
			s.car(Opening, 0, 0, 0)
			s.wait(second)
			s.car(Opened, 0, 0, 0)
			s.close(0, 0)
		}},
		{"doors begin to open within the advance of a flight of the least time", func(s *script) {
			s.car(Departed, 0, 0, 5)
			s.wait(11 * second)
			s.car(Opening, 0, 5, 0)
			s.wait(500 * time.Millisecond)
			s.car(Stopped, 0, 5, 0)
			s.wait(1500 * time.Millisecond)
			s.car(Opened, 0, 5, 0)
			s.close(0, 5)
		}},
		{"a moving car is bound further, then nearer while it can still stop there", func(s *script) {
			s.car(Departed, 0, 0, 5)
			s.wait(second)
			s.car(Retargeted, 0, 0, 8)
			s.wait(8*second - 500*time.Millisecond)
			s.car(Retargeted, 0, 0, 5)
			s.wait(4 * second)
			s.car(Stopped, 0, 5, 0)
		}},
		{"a car with fixed times flies one floor, turns and flies two", func(s *script) {
			s.car(Departed, 3, 0, 1)
			s.wait(3190 * time.Millisecond)
			s.car(Stopped, 3, 1, 0)
			s.wait(second)
			s.car(Departed, 3, 1, 2)
			s.wait(3190 * time.Millisecond)
			s.car(Stopped, 3, 2, 0)
			s.car(Departed, 3, 2, 0)
			s.wait(3190*time.Millisecond + 1450*time.Millisecond + second)
			s.car(Stopped, 3, 0, 0)
		}},
		{"a slow car takes long, and may be put in order on the way", func(s *script) {
			s.add(Observation{Kind: Slow, Car: 0, Factor: 250})
			s.car(Departed, 0, 0, 5)
			s.wait(43 * second)
			s.car(Stopped, 0, 5, 0)
			s.car(Departed, 0, 5, 0)
			s.wait(second)
			s.add(Observation{Kind: Slow, Car: 0, Factor: 1000})
			s.wait(11 * second)
			s.car(Stopped, 0, 0, 0)
			s.add(Observation{Kind: Slow, Car: 0, Factor: 1000})
		}},
		{"a slow car is a little less slow than whole per mille can say", func(s *script) {
			s.add(Observation{Kind: Slow, Car: 0, Factor: 333})
			s.car(Departed, 0, 0, 5)
			s.wait(27510 * time.Millisecond) // 20 m at 0.3335 of the speed, no jerk
			s.car(Stopped, 0, 5, 0)
			s.add(Observation{Kind: Slow, Car: 0, Factor: 1000})
		}},
		{"a slow car with fixed times takes long", func(s *script) {
			s.add(Observation{Kind: Slow, Car: 3, Factor: 100})
			s.car(Departed, 3, 0, 9)
			s.wait(147900 * time.Millisecond)
			s.car(Stopped, 3, 9, 0)
			s.add(Observation{Kind: Slow, Car: 3, Factor: 1000})
		}},
		{"somebody is out of patience, somebody never comes, two are refused", func(s *script) {
			s.appear(1, 0, 0, 5)
			s.person(Observation{Person: 2, To: 5})
			s.person(Observation{Person: 3, To: 9})
			s.appear(7, 0, 0, 9)
			s.wait(second)
			s.leave(1, Abandoned)
			s.leave(2, NoShow)
			s.leave(3, Refused)
			s.leave(7, Refused)
		}},
		{"a journey changes banks", func(s *script) {
			s.person(Observation{Person: 1, To: 5, Further: 1})
			s.add(Observation{Kind: Waiting, Person: 1, Slot: 1})
			s.ride(1, 0, 0, 5)
			s.seen = s.seen[:len(s.seen)-2]
			s.t -= 2 * second
			s.person(Observation{Person: 1, Bank: 1, Floor: 5, To: 8, Leg: 1})
			s.wait(10 * second)
			s.add(Observation{Kind: Waiting, Person: 1, Slot: 1})
			s.fly(2, 0, 5)
			s.ride(1, 2, 5, 8)
			s.close(0, 5)
		}},
		{"a rider is put out of a car that goes out of service, and goes on with another", func(s *script) {
			s.appear(1, 0, 0, 5)
			s.open(0, 0)
			s.board(1, 0, 0)
			s.close(0, 0)
			s.car(Departed, 0, 0, 5)
			s.wait(second)
			s.car(Retargeted, 0, 0, 1)
			s.car(OutOfService, 0, 0, 0)
			s.wait(9 * second)
			s.car(Stopped, 0, 1, 0)
			s.open(0, 1)
			s.alight(1, 0, 1)
			s.person(Observation{Person: 1, Floor: 1, To: 5})
			s.add(Observation{Kind: Waiting, Person: 1, Slot: 1})
			s.close(0, 1)
			s.fly(1, 0, 1)
			s.ride(1, 1, 1, 5)
			s.car(InService, 0, 0, 0)
		}},
		{"a rider to a floor that is locked under way is taken back and refused", func(s *script) {
			s.appear(1, 0, 2, 5)
			s.fly(0, 0, 2)
			s.open(0, 2)
			s.board(1, 0, 2)
			s.close(0, 2)
			s.car(Departed, 0, 2, 4)
			s.wait(20 * second)
			s.car(Stopped, 0, 4, 0)
			s.add(Observation{Kind: FloorLocked, Floor: 5})
			s.fly(0, 4, 3)
			s.add(Observation{Kind: FloorUnlocked, Floor: 5})
			s.open(0, 3)
			s.alight(1, 0, 3)
			s.leave(1, Refused)
			s.close(0, 3)
		}},
		{"a car takes a rider back past a floor that was unlocked again under way", func(s *script) {
			s.appear(1, 0, 2, 5)
			s.fly(0, 0, 2)
			s.open(0, 2)
			s.board(1, 0, 2)
			s.close(0, 2)
			s.add(Observation{Kind: FloorLocked, Floor: 5})
			s.fly(0, 2, 3)
			s.add(Observation{Kind: FloorUnlocked, Floor: 5})
			s.fly(0, 3, 2)
			s.open(0, 2)
			s.alight(1, 0, 2)
			s.leave(1, Refused)
			s.close(0, 2)
		}},
		{"doors may open again at a floor that has been locked while they close", func(s *script) {
			s.open(0, 0)
			s.car(Closing, 0, 0, 0)
			s.add(Observation{Kind: FloorLocked, Floor: 0})
			s.wait(second)
			s.car(Opening, 0, 0, 0)
			s.wait(second)
			s.car(Opened, 0, 0, 0)
			s.close(0, 0)
		}},
		{"staff go to their locked floor, a visitor goes there on a key", func(s *script) {
			s.add(Observation{Kind: KeyIssued, Permit: 0, Floor: 9, From: 2 * second, Until: 3 * second})
			s.add(Observation{Kind: Appeared, Person: 1, Slot: 1, Bank: 1, To: 9, Mass: 75_000, Tenant: 0, Permit: None})
			s.add(Observation{Kind: Waiting, Person: 1, Slot: 1})
			s.add(Observation{Kind: Appeared, Person: 2, Slot: 2, Bank: 1, To: 9, Mass: 75_000, Tenant: None, Permit: 0})
			s.add(Observation{Kind: Waiting, Person: 2, Slot: 2})
			s.open(2, 0)
			s.board(1, 2, 0)
			s.board(2, 2, 0)
			s.close(2, 0)
			s.fly(2, 0, 9)
			s.open(2, 9)
			s.alight(1, 2, 9)
			s.alight(2, 2, 9)
			s.close(2, 9)
		}},
		{"somebody in the doorway still enters a car that has just gone out of service", func(s *script) {
			s.appear(1, 0, 0, 5)
			s.open(0, 0)
			s.car(OutOfService, 0, 0, 0)
			s.wait(second)
			s.board(1, 0, 0)
			s.alight(1, 0, 0)
			s.leave(1, Refused)
			s.close(0, 0)
			s.car(InService, 0, 0, 0)
		}},
		{"the run reaches its cap with somebody walking, waiting and riding", func(s *script) {
			s.wait(3*time.Hour - 10*second)
			s.person(Observation{Person: 1, To: 5})
			s.appear(2, 0, 0, 5)
			s.appear(3, 0, 0, 5)
			s.open(0, 0)
			s.board(3, 0, 0)
			s.wait(8 * second)
			s.end(3)
		}},
		{"somebody waits for hours with all cars of their bank out of service", func(s *script) {
			s.car(OutOfService, 0, 0, 0)
			s.car(OutOfService, 1, 0, 0)
			s.appear(1, 0, 0, 5)
			s.wait(2 * time.Hour)
			s.end(1)
		}},
		{"somebody waits for hours in a saturated bank that boards others in turn", func(s *script) {
			for p := range int64(200) {
				s.appear(p, 0, 0, 1)
			}
			for p := range int64(200) {
				s.ride(p, 0, 0, 1)
				s.wait(30 * second)
				s.fly(0, 1, 0)
			}
		}},
		{"a car out of service, and one that was until just now, turns with a rider aboard", func(s *script) {
			aboard(s, 5)
			s.close(0, 0)
			s.fly(0, 0, 3)
			s.car(OutOfService, 0, 0, 0)
			s.fly(0, 3, 2)
			s.fly(0, 2, 3)
			s.car(InService, 0, 0, 0)
			s.fly(0, 3, 1)
			s.open(0, 1)
			s.alight(1, 0, 1)
			s.leave(1, Refused)
			s.close(0, 1)
		}},
		{"somebody is expected for hours and never comes", func(s *script) {
			s.person(Observation{Person: 1, To: 5})
			s.wait(hours(2))
			s.leave(1, NoShow)
		}},
		{"somebody waits for hours for a floor that a fault locks, somebody else behind one", func(s *script) {
			s.add(Observation{Kind: FloorLocked, Floor: 5})
			s.appear(1, 0, 0, 5)
			s.appear(2, 0, 5, 0)
			s.wait(hours(2))
			s.end(2)
		}},
		{"somebody waits for hours for a locked floor without a key", func(s *script) {
			s.appear(1, 1, 0, 9)
			s.wait(hours(2))
			s.end(1)
		}},
		{"somebody waits for a car that is slow and one that is jammed", func(s *script) {
			s.add(Observation{Kind: Slow, Car: 0, Factor: 1})
			s.wait(30 * time.Minute)
			s.appear(1, 0, 0, 5)
			s.wait(second)
			s.end(1)
		}},
		{"somebody too heavy for any car waits for ever", func(s *script) {
			s.person(Observation{Person: 1, To: 5, Mass: 300_000})
			s.add(Observation{Kind: Waiting, Person: 1, Slot: 1})
			s.end(1)
		}},
		{"doors that open long in advance are open at the instant the car is level", func(s *script) {
			s.car(Departed, 3, 0, 1)
			s.wait(1190 * time.Millisecond)
			s.open(3, 1)
			s.car(Stopped, 3, 1, 0)
			s.close(3, 1)
		}},
		{"a flight takes its sweet time", func(s *script) {
			s.car(Departed, 0, 0, 5)
			s.wait(35600 * time.Millisecond)
			s.car(Stopped, 0, 5, 0)
		}},
		{"a car with fixed times is bound nearer when it has half a floor left to slow down", func(s *script) {
			s.car(Departed, 3, 0, 8)
			s.wait(3770 * time.Millisecond)
			s.car(Retargeted, 3, 0, 2)
			s.wait(4 * second)
			s.car(Stopped, 3, 2, 0)
		}},
		{"doors that were jammed close when the fault is over", func(s *script) {
			s.wait(30*time.Minute - second)
			s.open(1, 0)
			s.wait(time.Minute)
			s.close(1, 0)
		}},
		{"doors nudge slowly", func(s *script) {
			s.open(0, 0)
			s.car(Closing, 0, 0, 0)
			s.wait(4 * second)
			s.car(Closed, 0, 0, 0)
		}},
	} {
		s := &script{}
		row.write(s)
		if len(s.seen) == 0 || s.seen[len(s.seen)-1].Kind != End {
			s.end(0)
		}
		for _, v := range judge(building(), s).Violations() {
			t.Errorf("%s: %v", row.sentence, v)
		}
	}
}

// aboard boards person 1 from floor 0 for floor to of car 0, doors open.
func aboard(s *script, to int16) {
	s.appear(1, 0, 0, to)
	s.open(0, 0)
	s.board(1, 0, 0)
}

// TestPlantedFaults plants one fault a row, which its own rule and no other
// must catch.
func TestPlantedFaults(t *testing.T) {
	planted := slices.Concat(plantedPeople, plantedCars)
	for _, row := range planted {
		t.Run(row.rule+"/"+row.sentence, func(t *testing.T) {
			s := &script{}
			row.plant(s)
			if n := len(s.seen); !row.noEnd && (n == 0 || s.seen[n-1].Kind != End) {
				s.end(row.still)
			}
			sc := building()
			if row.atCap {
				sc.Run.Cap = s.t
			}
			c := judge(sc, s)
			if c.Total() == 0 {
				t.Fatalf("nothing was caught, want %s", row.rule)
			}
			for _, v := range c.Violations() {
				if v.Rule != row.rule {
					t.Errorf("caught by %v, want only %s", v, row.rule)
				}
			}
			if first := c.Violations()[0].Text; !strings.Contains(first, row.text) {
				t.Errorf("text %q lacks %q", first, row.text)
			}
		})
	}
	for _, r := range Rules() {
		if !slices.ContainsFunc(planted, func(p plant) bool { return p.rule == r.Name }) {
			t.Errorf("rule %s has not been seen to fail", r.Name)
		}
	}
}

type plant struct {
	rule, sentence string
	text           string // part of the first violation's text
	still          int64  // people the run counts at the end
	atCap          bool   // the run is cut off at the script's end; otherwise it stops by itself
	noEnd          bool   // the run says nothing of its end
	plant          func(s *script)
}

func hours(n int) scenarios.Instant { return time.Duration(n) * time.Hour }

// TestStaffOfALockedFloorAreNotForgotten: who belongs to a locked floor needs no
// key, so nothing but the dispatcher keeps them waiting.
func TestStaffOfALockedFloorAreNotForgotten(t *testing.T) {
	s := &script{}
	s.add(Observation{Kind: Appeared, Person: 1, Bank: 1, To: 9, Mass: 75_000, Tenant: 0, Permit: None})
	s.add(Observation{Kind: Waiting, Person: 1})
	s.end(1)
	if v := judge(building(), s).Violations(); len(v) != 1 || v[0].Rule != RuleEverybodyCounted {
		t.Errorf("got %v, want one violation of %s", v, RuleEverybodyCounted)
	}
}

// TestNothingUpsetsTheChecker feeds observations that make no sense at all: a
// checker that falls over finds nothing.
func TestNothingUpsetsTheChecker(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := New(building())
		number := func(label string, least, most int) int { return rapid.IntRange(least, most).Draw(t, label) }
		for range number("observations", 1, 200) {
			c.Observe(&Observation{
				At: scenarios.Instant(number("at", -1, 20)) * second, Kind: Kind(number("kind", int(Appeared), int(KeyRevoked))),
				Person: int64(number("person", -1, 5)), Mass: int64(number("mass", -1, 5)), Slot: int32(number("slot", -1, 3)),
				Car: int16(number("car", -1, 4)), Bank: int16(number("bank", -1, 3)), Floor: int16(number("floor", -1, 10)), To: int16(number("to", -1, 10)),
				Tenant: int16(number("tenant", -2, 1)), Permit: int32(number("permit", -2, 5)), Factor: int16(number("factor", -1, 1001)),
				From: scenarios.Instant(number("from", -1, 20)) * second, Until: scenarios.Instant(number("until", -1, 20)) * second,
				Leg: uint8(number("leg", 0, 2)), Further: uint8(number("further", 0, 1)),
			})
		}
		c.Finish(scenarios.Instant(number("end", 0, 20)) * second)
		for i := range c.cars {
			if car := &c.cars[i]; car.aboard < 0 || car.mass < 0 {
				t.Errorf("car %d holds %d persons and %d g", i, car.aboard, car.mass)
			}
		}
		if c.present < 0 {
			t.Errorf("%d people are present", c.present)
		}
	})
}
