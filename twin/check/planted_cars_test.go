package check

import "time"

// plantedCars are faults in what cars and their doors do.
var plantedCars = []plant{
	// doors
	{rule: RuleDoors, sentence: "departs with open doors", text: "car 1 of bank low departed for floor F (index 5) with its doors open", plant: func(s *script) {
		s.open(0, 0)
		s.car(Departed, 0, 0, 5)
	}},
	{rule: RuleDoors, sentence: "departs a moment before the doors are closed", text: "with its doors closing", plant: func(s *script) {
		s.open(0, 0)
		s.car(Closing, 0, 0, 0)
		s.wait(second)
		s.car(Departed, 0, 0, 5)
	}},
	{rule: RuleDoors, sentence: "is bound elsewhere while the doors open in advance", text: "retargeted", plant: func(s *script) {
		s.car(Departed, 0, 0, 5)
		s.wait(second)
		s.car(Opening, 0, 5, 0)
		s.car(Retargeted, 0, 0, 8)
	}},
	{rule: RuleDoors, sentence: "doors open too long before the car is level", text: "600ms before it stood level", plant: func(s *script) {
		s.car(Departed, 0, 0, 5)
		s.wait(12 * second)
		s.car(Opening, 0, 5, 0)
		s.wait(600 * time.Millisecond)
		s.car(Stopped, 0, 5, 0)
	}},
	{rule: RuleDoors, sentence: "doors are fully open before the car is level", text: "were fully open 100ms before it stood level", plant: func(s *script) {
		s.car(Departed, 3, 0, 1)
		s.wait(1500 * time.Millisecond)
		s.open(3, 1)
		s.wait(100 * time.Millisecond)
		s.car(Stopped, 3, 1, 0)
	}},
	{rule: RuleDoors, sentence: "doors open on the way and the run ends before the car is level", text: "does not stand level yet", plant: func(s *script) {
		s.car(Departed, 0, 0, 5)
		s.wait(2 * second)
		s.car(Opening, 0, 5, 0)
		s.wait(second)
	}},
	{rule: RuleDoors, sentence: "doors open on the way for a floor the car is not bound for", text: "bound for floor F", plant: func(s *script) {
		s.car(Departed, 0, 0, 5)
		s.wait(12 * second)
		s.car(Opening, 0, 4, 0)
		s.car(Stopped, 0, 5, 0)
	}},
	{rule: RuleDoors, sentence: "doors open at a floor where the car does not stand", text: "begin to open at floor B (index 1)", plant: func(s *script) { s.open(0, 1) }},
	{rule: RuleDoors, sentence: "doors are open without having opened", text: "seen opened while they were closed", plant: func(s *script) { s.car(Opened, 0, 0, 0) }},
	{rule: RuleDoors, sentence: "doors begin to open twice", text: "seen opening while they were opening", plant: func(s *script) {
		s.car(Opening, 0, 0, 0)
		s.open(0, 0)
	}},
	{rule: RuleDoors, sentence: "doors close before they are open", text: "seen closing while they were opening", plant: func(s *script) {
		s.car(Opening, 0, 0, 0)
		s.close(0, 0)
	}},
	{rule: RuleDoors, sentence: "doors are closed without having closed", text: "seen closed while they were open", plant: func(s *script) {
		s.open(0, 0)
		s.car(Closed, 0, 0, 0)
	}},
	{rule: RuleDoors, sentence: "doors open in no time", text: "opened in 1.9s; they need 2s", plant: func(s *script) {
		s.car(Opening, 0, 0, 0)
		s.wait(1900 * time.Millisecond)
		s.car(Opened, 0, 0, 0)
	}},
	{rule: RuleDoors, sentence: "doors close in no time", text: "closed in 0s", plant: func(s *script) {
		s.open(0, 0)
		s.car(Closing, 0, 0, 0)
		s.car(Closed, 0, 0, 0)
	}},
	{rule: RuleDoors, sentence: "jammed doors close", text: "keeps them from closing from 30m0s until 31m0s", plant: func(s *script) {
		s.wait(30 * time.Minute)
		s.open(1, 0)
		s.close(1, 0)
	}},

	// served-floor
	{rule: RuleServedFloor, sentence: "opens at a floor of the express zone", text: "car 1 of bank high opens at floor C (index 2), which it does not serve", plant: func(s *script) {
		s.fly(2, 0, 2)
		s.open(2, 2)
	}},
	{rule: RuleServedFloor, sentence: "boards a car that does not go where they want", text: "boards car 2 of bank low for floor I (index 8)", still: 1, atCap: true, plant: func(s *script) {
		s.appear(1, 0, 0, 8)
		s.open(1, 0)
		s.board(1, 1, 0)
	}},

	// motion
	{rule: RuleMotion, sentence: "flies faster than its acceleration allows", text: "in 11.499s; it needs 11.5s", plant: func(s *script) {
		s.car(Departed, 0, 0, 5)
		s.wait(11499 * time.Millisecond)
		s.car(Stopped, 0, 5, 0)
	}},
	{rule: RuleMotion, sentence: "flies one floor faster than its acceleration allows", text: "in 4.999s; it needs 5s", plant: func(s *script) {
		s.car(Departed, 0, 0, 1)
		s.wait(4999 * time.Millisecond)
		s.car(Stopped, 0, 1, 0)
	}},
	{rule: RuleMotion, sentence: "is not slow although a fault makes it slow", text: "in 19.4s; it needs 19.468", plant: func(s *script) {
		s.add(Observation{Kind: Slow, Car: 0, Factor: 500})
		s.car(Departed, 0, 0, 5)
		s.wait(19400 * time.Millisecond)
		s.car(Stopped, 0, 5, 0)
	}},
	{rule: RuleMotion, sentence: "takes far too long for a car in order", text: "out of the question", plant: func(s *script) {
		s.car(Departed, 0, 0, 5)
		s.wait(36 * second)
		s.car(Stopped, 0, 5, 0)
	}},
	{rule: RuleMotion, sentence: "with fixed times, flies three floors in the time of two", text: "in 4.64s; it needs 6.09s", plant: func(s *script) {
		s.car(Departed, 3, 0, 3)
		s.wait(4640 * time.Millisecond)
		s.car(Stopped, 3, 3, 0)
	}},
	{rule: RuleMotion, sentence: "with fixed times, turns in no time", text: "turn and flight need 4.19s", plant: func(s *script) {
		s.fly(3, 0, 3)
		s.car(Departed, 3, 3, 2)
		s.wait(3190 * time.Millisecond)
		s.car(Stopped, 3, 2, 0)
	}},
	{rule: RuleMotion, sentence: "departs from where it does not stand", text: "departs from floor D (index 3) but stands at floor A (index 0)", plant: func(s *script) { s.fly(0, 3, 5) }},
	{rule: RuleMotion, sentence: "departs twice", text: "still on its way", plant: func(s *script) {
		s.car(Departed, 0, 0, 5)
		s.car(Departed, 0, 0, 5)
	}},
	{rule: RuleMotion, sentence: "departs for where it stands", text: "for that same floor", plant: func(s *script) { s.car(Departed, 0, 0, 0) }},
	{rule: RuleMotion, sentence: "stops without having departed", text: "without having departed", plant: func(s *script) { s.car(Stopped, 0, 5, 0) }},
	{rule: RuleMotion, sentence: "stops where it was not bound", text: "was bound for floor F (index 5)", plant: func(s *script) {
		s.car(Departed, 0, 0, 5)
		s.wait(20 * second)
		s.car(Stopped, 0, 4, 0)
	}},
	{rule: RuleMotion, sentence: "is to stop at a floor it has passed", text: "had to slow down within 3.166", plant: func(s *script) {
		s.car(Departed, 0, 0, 8)
		s.wait(3200 * time.Millisecond)
		s.car(Retargeted, 0, 0, 1)
	}},
	{rule: RuleMotion, sentence: "with fixed times, is to stop at a floor it has passed", text: "had to slow down within 3.77", plant: func(s *script) {
		s.car(Departed, 3, 0, 8)
		s.wait(3780 * time.Millisecond)
		s.car(Retargeted, 3, 0, 2)
	}},

	// no-reversal
	{rule: RuleNoReversal, sentence: "turns down with a rider who wants to go further up", text: "1 aboard for floor F (index 5), which lay ahead", still: 1, atCap: true, plant: func(s *script) {
		aboard(s, 5)
		s.close(0, 0)
		s.fly(0, 0, 3)
		s.car(Departed, 0, 3, 1)
	}},
	{rule: RuleNoReversal, sentence: "turns for a fault that was over before anybody boarded", text: "1 aboard for floor F (index 5)", still: 1, atCap: true, plant: func(s *script) {
		s.car(OutOfService, 0, 0, 0)
		s.add(Observation{Kind: FloorLocked, Floor: 5})
		s.wait(second)
		s.car(InService, 0, 0, 0)
		s.add(Observation{Kind: FloorUnlocked, Floor: 5})
		aboard(s, 5)
		s.close(0, 0)
		s.fly(0, 0, 3)
		s.car(Departed, 0, 3, 1)
	}},
	{rule: RuleNoReversal, sentence: "turns up with a rider who wants to go further down", text: "1 aboard for floor B (index 1)", still: 1, atCap: true, plant: func(s *script) {
		s.fly(0, 0, 8)
		s.appear(1, 0, 8, 1)
		s.open(0, 8)
		s.board(1, 0, 8)
		s.close(0, 8)
		s.fly(0, 8, 4)
		s.car(Departed, 0, 4, 6)
	}},

	// retarget-direction
	{rule: RuleRetarget, sentence: "a flight up is bound below its start", text: "which lies behind", plant: func(s *script) {
		s.fly(0, 0, 4)
		s.car(Departed, 0, 4, 8)
		s.car(Retargeted, 0, 0, 2)
	}},
	{rule: RuleRetarget, sentence: "a flight down is bound back to its start", text: "left floor E (index 4) for floor A (index 0) and is now bound for floor E (index 4)", plant: func(s *script) {
		s.fly(0, 0, 4)
		s.car(Departed, 0, 4, 0)
		s.car(Retargeted, 0, 0, 4)
	}},
	{rule: RuleRetarget, sentence: "a standing car is bound elsewhere", text: "without having departed", plant: func(s *script) { s.car(Retargeted, 0, 0, 4) }},

	// locked-floor
	{rule: RuleLockedFloor, sentence: "opens at a floor that a fault locks", text: "opens at floor F (index 5), which is locked by a fault", plant: func(s *script) {
		s.fly(0, 0, 5)
		s.add(Observation{Kind: FloorLocked, Floor: 5})
		s.open(0, 5)
	}},
	{rule: RuleLockedFloor, sentence: "opens in advance at a floor that was locked under way", text: "locked by a fault", plant: func(s *script) {
		s.car(Departed, 0, 0, 5)
		s.add(Observation{Kind: FloorLocked, Floor: 5})
		s.wait(12 * second)
		s.car(Opening, 0, 5, 0)
		s.car(Stopped, 0, 5, 0)
	}},
}
