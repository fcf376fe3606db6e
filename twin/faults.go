package twin

import (
	"hoistway/dispatch"
	"hoistway/scenarios"
	"hoistway/twin/check"
	"hoistway/twin/result"
)

func (t *Twin) faultCar(f *scenarios.Fault) *car {
	for i := range t.sc.Banks {
		if t.sc.Banks[i].Name == f.Bank {
			return &t.cars[t.banks[i].first+f.Car]
		}
	}
	panic("BUG: fault " + f.Name + " names no bank")
}

// reviewFaults brings the car or floor of a fault that begins or ends into the
// state that all faults now in force leave it in: faults may overlap.
func (t *Twin) reviewFaults(f *scenarios.Fault) {
	inForce, factor, until := false, 1.0, scenarios.Instant(0)
	for i := range t.faults {
		g := &t.faults[i]
		if g.Kind == f.Kind && g.Bank == f.Bank && g.Car == f.Car && g.Floor == f.Floor && g.At <= t.now && t.now < g.At+g.For {
			inForce, factor, until = true, min(factor, g.Factor), max(until, g.At+g.For)
		}
	}
	switch f.Kind {
	case scenarios.CarOutOfService:
		if c := t.faultCar(f); c.out != inForce {
			t.takeOut(c, inForce)
		}
	case scenarios.StuckDoor:
		c := t.faultCar(f)
		c.stuckUntil = until
		if c.stuck && !inForce {
			c.stuck = false
			t.resume(c)
			t.exchange(c)
		}
	case scenarios.SlowCar:
		c := t.faultCar(f)
		c.table, c.pace = c.sound, 1
		if inForce {
			c.table, c.pace = table(t.elevations(), c.spec, factor), factor
		}
		t.observe(check.Observation{Kind: check.Slow, Car: int16(c.id), Factor: int16(max(1, factor*1000))})
	case scenarios.FloorLocked:
		if t.locked[f.Floor] == inForce {
			return
		}
		if inForce {
			t.lockFloor(int32(f.Floor))
		} else {
			t.unlockFloor(int32(f.Floor))
		}
	}
}

// takeOut takes a car out of service, or back in.
func (t *Twin) takeOut(c *car, out bool) {
	c.out = out
	if !out {
		t.resume(c)
		return
	}
	t.suspend(c)
	t.exchange(c)
	t.letOut(c)
}

// letOut opens the doors of a car that is out of service and stands with people
// aboard. Where the floor is locked it first brings them to the nearest that is
// not; where there is none they stay.
func (t *Twin) letOut(c *car) {
	if !c.out || c.phase != standing || len(c.riders) == 0 {
		return
	}
	if !t.locked[c.floor] {
		t.beginOpening(c, false)
		return
	}
	refuge := int32(nobody)
	for f := range c.serves {
		if g := int32(f); c.serves[f] && !t.locked[f] && (refuge < 0 || max(g-c.floor, c.floor-g) < max(refuge-c.floor, c.floor-refuge)) {
			refuge = g
		}
	}
	if refuge >= 0 {
		t.depart(c, refuge, true)
	}
}

// sticks is found out when the doors are to close and do not.
func (t *Twin) sticks(c *car) {
	c.stuck = true
	t.suspend(c)
}

// suspend tells everybody that a car takes nobody any more.
func (t *Twin) suspend(c *car) {
	t.observe(check.Observation{Kind: check.OutOfService, Car: int16(c.id)})
	t.shows(c)
	clear(c.pressed)
	c.forgot = true
	t.tell(&t.banks[c.bank], dispatch.Event{Kind: dispatch.CarMode, Car: dispatch.CarID(c.index), Mode: dispatch.OutOfService})
	if c.phase == opening || c.phase == open { // who waits in front of it calls another
		t.leftBehind(c, c.floor)
	}
}

// resume takes a car back into service where it is.
func (t *Twin) resume(c *car) {
	if c.out || c.stuck {
		return
	}
	t.observe(check.Observation{Kind: check.InService, Car: int16(c.id)})
	t.shows(c)
	b := &t.banks[c.bank]
	t.tell(b, dispatch.Event{Kind: dispatch.CarMode, Car: dispatch.CarID(c.index), Mode: dispatch.InService})
	status := dispatch.Event{Kind: dispatch.CarStatus, Car: dispatch.CarID(c.index), Floor: dispatch.Floor(c.floor), To: dispatch.NoFloor}
	switch c.phase {
	case flying:
		status.To = dispatch.Floor(c.target)
		t.tell(b, status)
	case standing:
		t.tell(b, status)
	}
	for _, slot := range c.riders {
		t.pressInside(c, &t.persons[slot])
	}
}

// lockFloor closes a floor to everybody: who waits there or wants to go there
// is refused, who is on the way there is carried to the lobby.
func (t *Twin) lockFloor(f int32) {
	t.locked[f] = true
	t.observe(check.Observation{Kind: check.FloorLocked, Floor: int16(f)})
	reason := dispatch.FloorLocked.String()
	for slot := range t.persons {
		p := &t.persons[slot]
		if p.where == landing && p.line == anyCar && p.via == f {
			t.leaves(int32(slot), result.Refused, reason)
		}
	}
	for i := range t.banks {
		t.tell(&t.banks[i], dispatch.Event{Kind: dispatch.FloorLock, Floor: dispatch.Floor(f), Locked: true})
	}
	for i := range t.cars {
		c := &t.cars[i]
		t.carryElsewhere(c, f, reason)
		if c.out && c.phase == flying && c.target == f && c.opens { // nobody else tells it to keep its doors closed
			c.opens = false
			t.schedule(c)
		}
	}
}

func (t *Twin) unlockFloor(f int32) {
	t.locked[f] = false
	t.observe(check.Observation{Kind: check.FloorUnlocked, Floor: int16(f)})
	for i := range t.banks {
		t.tell(&t.banks[i], dispatch.Event{Kind: dispatch.FloorLock, Floor: dispatch.Floor(f)})
	}
	for i := range t.cars {
		t.letOut(&t.cars[i])
	}
}

// carryElsewhere sends the riders for a locked floor to the lobby, or to the
// lowest floor that is open where the lobby is locked too.
func (t *Twin) carryElsewhere(c *car, f int32, reason string) {
	if c.floor == f && (c.phase == opening || c.phase == open) {
		return // they are there, and get out
	}
	to := int32(t.sc.Banks[c.bank].Lobby)
	if to == f || t.locked[to] || !c.serves[to] {
		to = -1
		for g := range c.serves {
			if c.serves[g] && !t.locked[g] && int32(g) != f {
				to = int32(g)
				break
			}
		}
	}
	for _, slot := range c.riders {
		if p := &t.persons[slot]; p.via == f && to >= 0 {
			p.via, p.to, p.refused = to, to, reason
			t.pressInside(c, p)
		}
	}
	t.exchange(c) // who is at the lobby already gets out
}
