package check

import "time"

// plantedPeople are faults in what people do, and in the record itself.
var plantedPeople = []plant{
	// existence
	{rule: RuleExistence, sentence: "a car the building does not have", text: "car index 4; the building has 4 cars", plant: func(s *script) { s.car(Closing, 4, 0, 0) }},
	{rule: RuleExistence, sentence: "a car below the first", text: "car index -1", plant: func(s *script) { s.car(InService, None, 0, 0) }},
	{rule: RuleExistence, sentence: "a floor above the roof", text: "floor index 10; the building has 10 floors", plant: func(s *script) { s.car(Departed, 0, 0, 10) }},
	{rule: RuleExistence, sentence: "a lock on a floor below the ground", text: "floor index -1", plant: func(s *script) { s.add(Observation{Kind: FloorLocked, Floor: -1}) }},
	{rule: RuleExistence, sentence: "a bank the building does not have", text: "bank index 3", plant: func(s *script) { s.person(Observation{Person: 1, Bank: 3, To: 1}) }},
	{rule: RuleExistence, sentence: "a tenant the building does not have", text: "tenant index 1", plant: func(s *script) {
		s.add(Observation{Kind: Appeared, Person: 1, To: 1, Mass: 1, Tenant: 1, Permit: None})
	}},
	{rule: RuleExistence, sentence: "a slot below the first", text: "slot -3", plant: func(s *script) {
		s.add(Observation{Kind: Appeared, Person: 1, Slot: -3, To: 1, Mass: 1, Tenant: None, Permit: None})
	}},
	{rule: RuleExistence, sentence: "a slot that is an ordinal by mistake", text: "small numbers", plant: func(s *script) {
		s.add(Observation{Kind: Appeared, Person: 1, Slot: 1 << 30, To: 1, Mass: 1, Tenant: None, Permit: None})
	}},
	{rule: RuleExistence, sentence: "a person without mass", text: "0 g", plant: func(s *script) {
		s.add(Observation{Kind: Appeared, Person: 1, To: 1, Tenant: None, Permit: None})
	}},
	{rule: RuleExistence, sentence: "a car slowed down to nothing", text: "0 per mille", plant: func(s *script) { s.add(Observation{Kind: Slow, Car: 0}) }},

	// time-order
	{rule: RuleTimeOrder, sentence: "doors open a second before what came last", text: "opening was observed at 9s after something at 10s", plant: func(s *script) {
		s.wait(10 * second)
		s.car(InService, 0, 0, 0)
		s.t = 9 * second
		s.car(Opening, 0, 0, 0)
		s.wait(2 * second)
	}},
	{rule: RuleTimeOrder, sentence: "something before the start", text: "-1s", plant: func(s *script) {
		s.wait(-second)
		s.car(InService, 0, 0, 0)
		s.wait(second)
	}},
	{rule: RuleTimeOrder, sentence: "something after the end", text: "after the end", plant: func(s *script) {
		s.end(0)
		s.car(InService, 0, 0, 0)
		s.end(0)
	}},
	{rule: RuleTimeOrder, sentence: "a run that ends at another instant than was observed", text: "end was observed at 0s", plant: func(s *script) {
		s.end(0)
		s.t = second
	}},

	// conservation
	{rule: RuleConservation, sentence: "boards twice", text: "person 1 boards car 1 of bank low", plant: func(s *script) {
		aboard(s, 5)
		s.board(1, 0, 0)
		s.close(0, 0)
		s.fly(0, 0, 5)
		s.open(0, 5)
		s.alight(1, 0, 5)
		s.close(0, 5)
	}},
	{rule: RuleConservation, sentence: "rides in two cars", text: "while riding", plant: func(s *script) {
		aboard(s, 5)
		s.open(1, 0)
		s.board(1, 1, 0)
		s.close(1, 0)
		s.close(0, 0)
		s.fly(0, 0, 5)
		s.open(0, 5)
		s.alight(1, 0, 5)
		s.close(0, 5)
	}},
	{rule: RuleConservation, sentence: "alights without having boarded", text: "while waiting at the landing", plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.open(0, 0)
		s.alight(1, 0, 0)
		s.close(0, 0)
		s.leave(1, Refused)
	}},
	{rule: RuleConservation, sentence: "alights twice", text: "not in the building", plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.ride(1, 0, 0, 5)
		s.open(0, 5)
		s.alight(1, 0, 5)
		s.close(0, 5)
	}},
	{rule: RuleConservation, sentence: "alights from another car than they boarded", text: "boarded car 1 of bank low and alights from car 2", plant: func(s *script) {
		aboard(s, 5)
		s.close(0, 0)
		s.fly(0, 0, 5)
		s.fly(1, 0, 5)
		s.open(1, 5)
		s.alight(1, 1, 5)
		s.close(1, 5)
	}},
	{rule: RuleConservation, sentence: "boards a car at another floor", text: "waits at floor A (index 0) and boards car 1 of bank low at floor C (index 2)", still: 1, atCap: true, plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.fly(0, 0, 2)
		s.open(0, 2)
		s.board(1, 0, 2)
		s.close(0, 2)
	}},
	{rule: RuleConservation, sentence: "boards a car of another bank", text: "waits for bank low and boards car 1 of bank high", still: 1, atCap: true, plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.open(2, 0)
		s.board(1, 2, 0)
		s.close(2, 0)
	}},
	{rule: RuleConservation, sentence: "boards before they are at the landing", text: "walking to the landing", still: 1, atCap: true, plant: func(s *script) {
		s.person(Observation{Person: 1, To: 5})
		s.open(0, 0)
		s.board(1, 0, 0)
		s.close(0, 0)
	}},
	{rule: RuleConservation, sentence: "comes to the landing twice", text: "comes to the landing", plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.add(Observation{Kind: Waiting, Person: 1, Slot: 1})
		s.leave(1, Abandoned)
	}},
	{rule: RuleConservation, sentence: "appears twice", text: "a second time", plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.person(Observation{Person: 1, To: 5})
		s.leave(1, Abandoned)
	}},
	{rule: RuleConservation, sentence: "appears twice, in two slots", text: "ordinal above 1", plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.add(Observation{Kind: Appeared, Person: 1, Slot: 2, To: 5, Mass: 1, Tenant: None, Permit: None})
		s.leave(1, Abandoned)
	}},
	{rule: RuleConservation, sentence: "takes the slot of somebody who is still there", text: "slot 1, where person 1 is still waiting", still: 1, plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.add(Observation{Kind: Appeared, Person: 2, Slot: 1, To: 5, Mass: 1, Tenant: None, Permit: None})
		s.leave(1, Abandoned)
	}},
	{rule: RuleConservation, sentence: "waits in a slot that nobody has had", text: "seen waiting in slot 2", plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.add(Observation{Kind: Waiting, Person: 2, Slot: 2})
		s.leave(1, Abandoned)
	}},
	{rule: RuleConservation, sentence: "is put out and goes on with a leg far ahead", text: "ended leg 0 and appears on leg 5", plant: func(s *script) {
		aboard(s, 5)
		s.car(OutOfService, 0, 0, 0)
		s.alight(1, 0, 0)
		s.person(Observation{Person: 1, To: 5, Leg: 5})
		s.leave(1, Refused)
		s.close(0, 0)
	}},
	{rule: RuleConservation, sentence: "first appears in the middle of a journey", text: "on leg 1", plant: func(s *script) { s.person(Observation{Person: 1, To: 5, Leg: 1}) }},
	{rule: RuleConservation, sentence: "boards without having appeared", text: "person 4 is seen boarded in slot 4", plant: func(s *script) {
		s.open(0, 0)
		s.board(4, 0, 0)
		s.close(0, 0)
	}},
	{rule: RuleConservation, sentence: "leaves while riding", text: "leaves the building while riding", still: 1, atCap: true, plant: func(s *script) {
		aboard(s, 5)
		s.leave(1, Abandoned)
	}},
	{rule: RuleConservation, sentence: "gives up waiting before they came", text: "gives up waiting while walking", plant: func(s *script) {
		s.person(Observation{Person: 1, To: 5})
		s.leave(1, Abandoned)
	}},
	{rule: RuleConservation, sentence: "never came but stood at the landing", text: "never having come", plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.leave(1, NoShow)
	}},
	{rule: RuleConservation, sentence: "leaves as served", text: "outcome 0", plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.leave(1, 0)
	}},
	{rule: RuleConservation, sentence: "is at another floor after the first leg", text: "left a car at floor F (index 5) and appears at floor G (index 6)", plant: func(s *script) {
		s.person(Observation{Person: 1, To: 5, Further: 1})
		s.add(Observation{Kind: Waiting, Person: 1, Slot: 1})
		s.ride(1, 0, 0, 5)
		s.person(Observation{Person: 1, Bank: 1, Floor: 6, To: 8, Leg: 1})
		s.leave(1, Refused)
	}},
	{rule: RuleConservation, sentence: "skips a leg", text: "ended leg 0 and appears on leg 2", plant: func(s *script) {
		s.person(Observation{Person: 1, To: 5, Further: 1})
		s.add(Observation{Kind: Waiting, Person: 1, Slot: 1})
		s.ride(1, 0, 0, 5)
		s.person(Observation{Person: 1, Bank: 1, Floor: 5, To: 8, Leg: 2})
		s.leave(1, Refused)
	}},
	{rule: RuleConservation, sentence: "vanishes between two legs", text: "to change banks and was not seen again", plant: func(s *script) {
		s.person(Observation{Person: 1, To: 5, Further: 1})
		s.add(Observation{Kind: Waiting, Person: 1, Slot: 1})
		s.ride(1, 0, 0, 5)
	}},

	// right-floor
	{rule: RuleRightFloor, sentence: "alights elsewhere with no fault", text: "wants to go to floor F (index 5) and alights from car 1 of bank low at floor D (index 3)", plant: func(s *script) {
		aboard(s, 5)
		s.close(0, 0)
		s.fly(0, 0, 3)
		s.open(0, 3)
		s.alight(1, 0, 3)
		s.leave(1, Refused)
		s.close(0, 3)
	}},
	{rule: RuleRightFloor, sentence: "alights elsewhere although the fault was over before they boarded", text: "no fault", plant: func(s *script) {
		s.car(OutOfService, 0, 0, 0)
		s.add(Observation{Kind: FloorLocked, Floor: 5})
		s.car(InService, 0, 0, 0)
		s.add(Observation{Kind: FloorUnlocked, Floor: 5})
		aboard(s, 5)
		s.alight(1, 0, 0)
		s.leave(1, Refused)
		s.close(0, 0)
	}},
	{rule: RuleRightFloor, sentence: "is put out and forgotten", text: "was not seen again", still: 1, plant: func(s *script) {
		aboard(s, 5)
		s.car(OutOfService, 0, 0, 0)
		s.alight(1, 0, 0)
		s.close(0, 0)
	}},

	// capacity
	{rule: RuleCapacity, sentence: "a fourth person in a car for three", text: "3 persons", still: 4, atCap: true, plant: func(s *script) {
		for p := range int64(4) {
			s.person(Observation{Person: p, To: 5, Mass: 1})
			s.add(Observation{Kind: Waiting, Person: p, Slot: int32(p)})
		}
		s.open(0, 0)
		for p := range int64(4) {
			s.board(p, 0, 0)
		}
	}},
	{rule: RuleCapacity, sentence: "a gram above the rated load", text: "120000 g aboard; it is rated for 3 persons and 240000 g", still: 2, atCap: true, plant: func(s *script) {
		s.person(Observation{Person: 1, To: 5, Mass: 120_000})
		s.person(Observation{Person: 2, To: 5, Mass: 120_001})
		s.open(0, 0)
		for p := range int64(2) {
			s.add(Observation{Kind: Waiting, Person: p + 1, Slot: int32(p + 1)})
			s.board(p+1, 0, 0)
		}
	}},

	// boarding-with-open-doors
	{rule: RuleOpenDoors, sentence: "boards while the doors open", text: "doors of car 1 of bank low are opening", still: 1, atCap: true, plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.car(Opening, 0, 0, 0)
		s.board(1, 0, 0)
	}},
	{rule: RuleOpenDoors, sentence: "boards while the doors close", text: "are closing", still: 1, atCap: true, plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.open(0, 0)
		s.car(Closing, 0, 0, 0)
		s.board(1, 0, 0)
	}},
	{rule: RuleOpenDoors, sentence: "alights from a moving car", text: "moves from floor A (index 0) to floor F (index 5)", plant: func(s *script) {
		aboard(s, 5)
		s.close(0, 0)
		s.car(Departed, 0, 0, 5)
		s.alight(1, 0, 5)
	}},
	{rule: RuleOpenDoors, sentence: "alights at a floor where the car does not stand", text: "stands at floor A (index 0)", plant: func(s *script) {
		aboard(s, 5)
		s.alight(1, 0, 5)
	}},
	{rule: RuleOpenDoors, sentence: "boards a car that stands at another floor", text: "stands at floor A (index 0)", still: 1, atCap: true, plant: func(s *script) {
		s.appear(1, 0, 4, 5)
		s.open(0, 0)
		s.board(1, 0, 4)
	}},

	// everybody-accounted
	{rule: RuleEverybodyCounted, sentence: "the run says nothing of its end", text: "without an End observation", noEnd: true, plant: func(s *script) { s.wait(second) }},
	{rule: RuleEverybodyCounted, sentence: "the run forgets somebody who waits", text: "counts 0 people still there at its end; 1 were seen", atCap: true, plant: func(s *script) { s.appear(1, 0, 0, 5) }},
	{rule: RuleEverybodyCounted, sentence: "the run counts somebody who has arrived", text: "counts 1 people still there at its end; 0 were seen", still: 1, atCap: true, plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.ride(1, 0, 0, 5)
	}},
	{rule: RuleEverybodyCounted, sentence: "the run stops by itself with somebody waiting whom a car could take", text: "a car in service could take them", still: 1, plant: func(s *script) { s.appear(1, 0, 0, 5) }},
	{rule: RuleEverybodyCounted, sentence: "the run stops by itself with somebody walking", text: "still walking", still: 1, plant: func(s *script) { s.person(Observation{Person: 1, To: 5}) }},
	{rule: RuleEverybodyCounted, sentence: "the run stops by itself with somebody riding", text: "still riding", still: 1, plant: func(s *script) { aboard(s, 5) }},
	{rule: RuleEverybodyCounted, sentence: "somebody waits for more than an hour while no car boards anybody", text: "bank low has boarded nobody for 1h0m1s", still: 1, atCap: true, plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.wait(hours(1) + second)
	}},
	{rule: RuleEverybodyCounted, sentence: "somebody gives up after more than an hour in which no car boarded anybody", text: "boarded nobody for 1h0m1s", plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.wait(hours(1) + second)
		s.leave(1, Abandoned)
	}},
	{rule: RuleEverybodyCounted, sentence: "somebody boards after more than an hour in which no car boarded anybody", text: "boarded nobody for 1h0m3s", plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.wait(hours(1) + second)
		s.ride(1, 0, 0, 5)
	}},
	{rule: RuleEverybodyCounted, sentence: "somebody boards an hour after the fault that kept them waiting is over", text: "boarded nobody for", plant: func(s *script) {
		s.car(OutOfService, 0, 0, 0)
		s.car(OutOfService, 1, 0, 0)
		s.appear(1, 0, 0, 5)
		s.wait(hours(2))
		s.car(InService, 0, 0, 0)
		s.wait(hours(1) + second)
		s.ride(1, 0, 0, 5)
	}},
	{rule: RuleEverybodyCounted, sentence: "somebody is passed over for people who come more than an hour later", text: "has boarded before them", still: 1, atCap: true, plant: func(s *script) {
		s.appear(0, 0, 0, 5)
		for p := int64(1); s.t < hours(1)+second; p++ {
			s.appear(p, 0, 0, 5)
			s.ride(p, 0, 0, 5)
			s.fly(0, 5, 0)
			s.wait(10 * time.Minute)
		}
		s.appear(99, 0, 0, 5)
		s.ride(99, 0, 0, 5)
	}},

	// key
	{rule: RuleKey, sentence: "rides to a locked floor without a key", text: "person 1 boards for locked floor J (index 9) without a key", still: 1, atCap: true, plant: func(s *script) { visit(s, None, None) }},
	{rule: RuleKey, sentence: "rides on a key that was never issued", text: "never issued", still: 1, atCap: true, plant: func(s *script) { visit(s, None, 7) }},
	{rule: RuleKey, sentence: "rides on a key a nanosecond before it is valid", text: "valid only from 2.000000001s", still: 1, atCap: true, plant: func(s *script) {
		s.add(Observation{Kind: KeyIssued, Permit: 0, Floor: 9, From: 2*second + 1, Until: 9 * second})
		visit(s, None, 0)
	}},
	{rule: RuleKey, sentence: "rides on a key at the instant it expires", text: "was valid until 2s", still: 1, atCap: true, plant: func(s *script) {
		s.add(Observation{Kind: KeyIssued, Permit: 0, Floor: 9, Until: 2 * second})
		visit(s, None, 0)
	}},
	{rule: RuleKey, sentence: "rides on a revoked key", text: "was revoked", still: 1, atCap: true, plant: func(s *script) {
		s.add(Observation{Kind: KeyIssued, Permit: 0, Floor: 9, Until: 9 * second})
		s.add(Observation{Kind: KeyRevoked, Permit: 0})
		visit(s, None, 0)
	}},
	{rule: RuleKey, sentence: "rides on a key for another floor", text: "which opens floor I (index 8)", still: 1, atCap: true, plant: func(s *script) {
		s.add(Observation{Kind: KeyIssued, Permit: 0, Floor: 8, Until: 9 * second})
		visit(s, None, 0)
	}},
	{rule: RuleKey, sentence: "a key is issued out of order", text: "the next is 1", plant: func(s *script) {
		s.add(Observation{Kind: KeyIssued, Permit: 0, Floor: 9, Until: hours(1)})
		s.add(Observation{Kind: KeyIssued, Permit: 0, Floor: 9, Until: hours(1)})
	}},
	{rule: RuleKey, sentence: "a key is revoked that was never issued", text: "key 5 is revoked but was never issued", plant: func(s *script) { s.add(Observation{Kind: KeyRevoked, Permit: 5}) }},

	// out-of-service
	{rule: RuleOutOfService, sentence: "boards a car out of service", text: "it has been out of service since 2s", still: 1, atCap: true, plant: func(s *script) {
		s.appear(1, 0, 0, 5)
		s.open(0, 0)
		s.car(OutOfService, 0, 0, 0)
		s.wait(1001 * time.Millisecond)
		s.board(1, 0, 0)
	}},
}

// visit lets person 1 board car 2 for the locked floor.
func visit(s *script, tenant int16, permit int32) {
	s.add(Observation{Kind: Appeared, Person: 1, Slot: 1, Bank: 1, To: 9, Mass: 75_000, Tenant: tenant, Permit: permit})
	s.add(Observation{Kind: Waiting, Person: 1, Slot: 1})
	s.open(2, 0)
	s.board(1, 2, 0)
}
