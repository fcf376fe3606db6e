package scenarios

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (b *builder) banks(n *node) {
	if n == nil || n.table && len(n.kids) == 0 {
		b.faults = append(b.faults, Problem{
			File: b.source, Line: 1, Column: 1, Key: "bank", Message: "the scenario has no bank", Hint: "add [bank.main] with cars",
		})
		return
	}
	for _, kid := range b.tables(n, "bank") {
		b.bank(kid)
	}
}

func (b *builder) bank(n *node) {
	path := "bank." + n.key
	d := bankDraft{dispatcher: "eta", car: carDraft{persons: 13, load: 1_000_000}, lobby: -1}
	t := b.read(bankSection, n, n, path, &d, false)
	b.dispatcher(t, &d)
	motion := b.read(motionSection, n.child("motion"), n, path+".motion", &d.car.motion, false)
	doors := b.read(doorsSection, n.child("doors"), n, path+".doors", &d.car.doors, false)
	b.read(controlSection, n.child("control"), n, path+".control", &d.control, false)
	if t.given["interface"] == nil {
		if needsPanels(d.dispatcher) {
			d.iface = Destination
		}
		t.derive("interface", &d)
	} else if needsPanels(d.dispatcher) && d.iface == Buttons {
		t.fault("interface", `write interface = "destination"`, "dispatcher %q needs destination panels", d.dispatcher)
	}
	b.capacity(t, &d)
	if doors.given["nudge_close"] == nil {
		d.car.doors.NudgeClose = 2 * d.car.doors.Close
		doors.derive("nudge_close", &d.car.doors)
	}
	checkDoors(doors, &d.car)
	checkMotion(motion, &d.car)
	bank := Bank{Name: n.key, Dispatcher: d.dispatcher, Interface: d.iface, Control: d.control}
	floors := len(b.sc.Building.Floors)
	if bank.Serves = b.servedFloors(t, d.car.with(d.serves).serves); len(bank.Serves) > 0 {
		b.lobby(t, &d, bank.Serves)
		bank.Lobby = d.lobby
	}
	d.car.serves = floorSet{floors: bank.Serves}
	if d.car.home.kind == homeFloor && floors > 0 && !slices.Contains(bank.Serves, d.car.home.floor) {
		t.fault("home", "", "floor %d is not served by the bank", d.car.home.floor)
	}
	cars := n.child("car")
	for i := range d.cars {
		bank.Cars = append(bank.Cars, b.car(cars.child(strconv.Itoa(i+1)), &bank, &d, i))
	}
	b.strayCars(cars, d.cars)
	if floors > 0 && len(bank.Serves) > 0 && d.cars > 0 {
		b.unserved(t, &bank)
		b.unequal(&bank, cars)
	}
	b.sc.Banks = append(b.sc.Banks, bank)
}

func (c carDraft) with(serves floorSet) carDraft {
	c.serves = serves
	return c
}

// dispatcher refuses a policy that is not among those the caller knows.
func (b *builder) dispatcher(t *sheet, d *bankDraft) {
	if len(b.dispatchers) > 0 && !slices.Contains(b.dispatchers, d.dispatcher) {
		t.fault("dispatcher", didYouMean(d.dispatcher, b.dispatchers), "there is no dispatcher %q; the dispatchers are %s", d.dispatcher, strings.Join(b.dispatchers, ", "))
	}
}

// capacity derives persons from load or load from persons.
func (b *builder) capacity(t *sheet, d *bankDraft) {
	switch {
	case t.given["load"] == nil && t.given["persons"] == nil:
		t.derive("load", d)
		t.derive("persons", d)
	case t.given["load"] == nil:
		d.car.load = max(75_000*int64(d.car.persons), loadForm.min)
		t.derive("load", d)
	case t.given["persons"] == nil:
		d.car.persons = min(int(d.car.load/75_000), int(personsForm.max))
		t.derive("persons", d)
	}
}

// servedFloors resolves the floors a bank or car serves.
func (b *builder) servedFloors(t *sheet, set floorSet) []int {
	n := len(b.sc.Building.Floors)
	floors := set.pick(n)
	if n == 0 {
		return floors
	}
	for _, f := range floors {
		if f >= n {
			t.fault("serves", "", "%s", noFloor(f, n))
			return nil
		}
	}
	if len(floors) < 2 {
		t.fault("serves", "", "a car needs at least two floors; this has %d", len(floors))
		return nil
	}
	return floors
}

func (b *builder) lobby(t *sheet, d *bankDraft, serves []int) {
	if t.given["lobby"] != nil {
		if !slices.Contains(serves, d.lobby) {
			t.fault("lobby", "", "floor %d is not served by the bank", d.lobby)
		}
		return
	}
	d.lobby = serves[0]
	for _, f := range serves {
		if b.sc.Building.Floors[f].Entrance > 0 {
			d.lobby = f
			break
		}
	}
	t.derive("lobby", d)
}

// car makes car i of a bank: the bank's values with the car's own over them.
func (b *builder) car(n *node, bank *Bank, d *bankDraft, i int) Car {
	c := d.car
	if n != nil {
		path := fmt.Sprintf("bank.%s.car.%d", bank.Name, i+1)
		t := b.read(carSection, n, n, path, &c, true)
		if t.given["serves"] != nil {
			c.serves.floors, c.serves.all = b.servedFloors(t, c.serves.within(bank.Serves)), false
			for _, f := range c.serves.floors {
				if !slices.Contains(bank.Serves, f) {
					t.fault("serves", "", "floor %d is not served by the bank", f)
				}
			}
		}
		if c.home.kind == homeFloor && c.serves.floors != nil && !slices.Contains(c.serves.floors, c.home.floor) {
			t.fault("home", "give the car a home of its own", "floor %d is not served by the car", c.home.floor)
		}
		motion := b.read(motionSection, n.child("motion"), n, path+".motion", &c.motion, true)
		doors := b.read(doorsSection, n.child("doors"), n, path+".doors", &c.doors, true)
		checkDoors(doors, &c)
		checkMotion(motion, &c)
	}
	car := Car{
		Name: strconv.Itoa(i + 1), Serves: slices.Clone(c.serves.floors), Home: c.home.floor,
		Persons: c.persons, Load: c.load, Motion: c.motion, Doors: c.doors,
	}
	if len(car.Serves) > 0 {
		switch c.home.kind {
		case homeLobby:
			if car.Home = bank.Lobby; !slices.Contains(car.Serves, car.Home) {
				car.Home = car.Serves[0]
			}
		case homeSpread:
			car.Home = car.Serves[spreadOver(i, d.cars, len(car.Serves))]
		}
	}
	b.served = append(b.served, car.Serves)
	return car
}

// within makes "all" mean all floors of the bank.
func (s floorSet) within(bank []int) floorSet {
	if s.all {
		return floorSet{floors: bank}
	}
	return s
}

// spreadOver places car i of n evenly over floors, the first at the bottom
// and the last at the top.
func spreadOver(i, n, floors int) int {
	if n < 2 {
		return 0
	}
	return i * (floors - 1) / (n - 1)
}

// strayCars refuses tables of cars that do not exist.
func (b *builder) strayCars(n *node, cars int) {
	if n == nil {
		return
	}
	if !n.table {
		b.faults = append(b.faults, wrong(n, "write [bank.NAME.car.2]", "%s; expected tables with the cars' numbers", n.kind())...)
		return
	}
	for _, kid := range n.kids {
		i, err := strconv.Atoi(kid.key)
		if err == nil && i >= 1 && i <= cars && strconv.Itoa(i) == kid.key {
			continue
		}
		b.faults = append(b.faults, Problem{
			File: kid.at.file, Line: kid.at.line, Column: kid.at.col, Key: kid.path,
			Message: fmt.Sprintf("there is no such car; the bank has cars 1 to %d", cars),
		})
	}
}

func checkMotion(t *sheet, c *carDraft) {
	m, d := &c.motion, &c.doors
	if m.Model == Kinematic {
		if m.Speed == 0 || m.Acceleration == 0 || m.Jerk == 0 {
			t.fault("model", "", "a kinematic car in a bank of another model needs its own speed, acceleration and jerk")
		}
		return
	}
	if m.FloorTime == 0 || m.StopTime == 0 {
		if t.given["model"] != nil && len(t.faults) == 0 {
			t.fault("model", "", "floor-stop-turn needs floor_time and stop_time")
		}
		return
	}
	if m.StopTime <= d.Open+d.Close {
		t.fault("stop_time", "stop_time is deceleration, doors and acceleration together", "%s is not longer than the doors' open %s and close %s",
			formatSpan(m.StopTime), formatSpan(d.Open), formatSpan(d.Close))
	}
	if d.AdvanceOpening > 0 {
		t.fault("model", "write doors.advance_opening = \"0s\"", "floor-stop-turn has no advance opening; it is part of stop_time")
	}
}

func checkDoors(t *sheet, c *carDraft) {
	d := &c.doors
	if d.AdvanceOpening > d.Open {
		t.fault("advance_opening", "", "%s is longer than open, %s", formatSpan(d.AdvanceOpening), formatSpan(d.Open))
	}
	if d.NudgeClose < d.Close {
		t.fault("nudge_close", "", "%s is shorter than close, %s", formatSpan(d.NudgeClose), formatSpan(d.Close))
	}
	if longest := max(d.DwellLanding, d.DwellCar); d.NudgeAfter < longest {
		t.fault("nudge_after", "", "%s is shorter than the dwell, %s", formatSpan(d.NudgeAfter), formatSpan(longest))
	}
	if d.TransferShape == 0 || t.given["transfer_shape"] == nil && len(t.faults) > 0 {
		return
	}
	if d.TransferMax == 0 || d.TransferMin > d.TransferMax {
		t.fault("transfer_max", "", "%s to %s is not a range", formatSpan(d.TransferMin), formatSpan(d.TransferMax))
		return
	}
	for _, mean := range []struct {
		key  string
		time time.Duration
	}{{"transfer_in", d.TransferIn}, {"transfer_out", d.TransferOut}} {
		if mean.time < d.TransferMin || mean.time > d.TransferMax {
			t.fault(mean.key, "", "the mean %s lies outside transfer_min %s and transfer_max %s", formatSpan(mean.time), formatSpan(d.TransferMin), formatSpan(d.TransferMax))
		}
	}
}

// unserved refuses floors of a bank that none of its cars serves.
func (b *builder) unserved(t *sheet, bank *Bank) {
	for _, f := range bank.Serves {
		if !slices.ContainsFunc(bank.Cars, func(c Car) bool { return slices.Contains(c.Serves, f) }) {
			t.fault("serves", "", "no car of the bank serves floor %d", f)
		}
	}
}

// unequal refuses a bank with buttons whose cars serve different floors. A
// landing button does not say where its caller goes, so that the controller
// may send a car that cannot take them there, time and again.
func (b *builder) unequal(bank *Bank, cars *node) {
	if bank.Interface != Buttons {
		return
	}
	for i, c := range bank.Cars {
		given := cars.child(strconv.Itoa(i + 1)).child("serves")
		if given == nil || len(c.Serves) == 0 || slices.Equal(c.Serves, bank.Serves) {
			continue
		}
		if slices.ContainsFunc(bank.Cars, func(other Car) bool { return len(other.Serves) > 0 && !slices.Equal(other.Serves, c.Serves) }) {
			b.faults = append(b.faults, wrong(given, `write interface = "destination", or give the car a bank of its own`,
				"car %s does not serve the same floors as the others, but landing buttons cannot say which car is wanted", c.Name)...)
			return
		}
	}
}

// reach refuses floors that no car serves and floors that nobody can get to,
// with any number of changes between cars.
func (b *builder) reach() {
	floors := b.sc.Building.Floors
	if b.broken || len(floors) == 0 {
		return
	}
	parts := b.parts()
	n := b.root.child("building")
	var apart []int
	for f := range floors {
		switch {
		case parts[f] < 0:
			b.faults = append(b.faults, wrong(n, "add it to a bank's serves, or add its height to a neighbour's and leave it out", "no car serves floor %d", f)...)
		case parts[f] != parts[0] && parts[0] >= 0:
			apart = append(apart, f)
		}
	}
	if apart != nil {
		b.faults = append(b.faults, wrong(n, "give the banks a floor in common", "no chain of cars leads from floor 0 to %s",
			floorsForm{}.encode(&floorSet{floors: apart}))...)
	}
}

// parts numbers the groups of floors between which one can ride; -1 is a
// floor no car serves.
func (b *builder) parts() []int {
	part := make([]int, len(b.sc.Building.Floors))
	for i := range part {
		part[i] = -1
	}
	for changed := true; changed; {
		changed = false
		for _, serves := range b.served {
			least := math.MaxInt
			for _, f := range serves {
				if part[f] >= 0 {
					least = min(least, part[f])
				} else {
					least = min(least, f)
				}
			}
			for _, f := range serves {
				if part[f] != least {
					part[f], changed = least, true
				}
			}
		}
	}
	return part
}

// needsPanels says which dispatchers are made for destination panels.
func needsPanels(dispatcher string) bool { return dispatcher == "destination" || dispatcher == "zoned" }
