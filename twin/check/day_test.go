package check

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"hoistway/scenarios"

	"pgregory.net/rapid"
)

// TestLegalDays draws buildings and days that obey every rule, by a model that
// knows nothing of the checker, and expects silence.
func TestLegalDays(t *testing.T) {
	var seen [End + 1]int
	rapid.Check(t, func(t *rapid.T) {
		d := newDay(t)
		d.run()
		for k, n := range d.seen {
			seen[k] += n
		}
		for _, v := range d.checker.Violations() {
			t.Error(v)
		}
		if d.checker.present != int64(d.still()) {
			t.Errorf("the checker counts %d people, the model %d", d.checker.present, d.still())
		}
	})
	for k := Appeared; k <= End; k++ {
		if seen[k] == 0 && k != FloorLocked && k != FloorUnlocked && k != KeyRevoked {
			t.Errorf("no day has %v in it", k)
		}
	}
	t.Logf("observed %v", seen)
}

// day is a plain model of lifts: every car for itself takes whoever waits
// where it happens to go.
type day struct {
	t       *rapid.T
	sc      *scenarios.Scenario
	checker *Checker
	now     scenarios.Instant
	until   scenarios.Instant
	todo    []deed
	cars    []*dayCar
	people  []*dayPerson // present
	persons int64
	permits int32
	freed   []int32
	slots   int32
	seen    [End + 1]int
}

// deed is something to do at an instant.
type deed struct {
	at scenarios.Instant
	do func()
}

type dayCar struct {
	index, bank int16
	spec        *scenarios.Car
	floor, dir  int
	factor      int // per mille of rated speed
	out         bool
	riders      []*dayPerson
}

type dayPerson struct {
	ordinal  int64
	slot     int32
	bank     int16
	from, to int
	mass     int64
	permit   int32
	tenant   int16
	here     bool // at the landing
}

func newDay(t *rapid.T) *day {
	floors := rapid.IntRange(2, 70).Draw(t, "floors")
	sc := &scenarios.Scenario{Name: "day", Run: scenarios.Run{Cap: 100 * time.Hour}}
	all := make([]int, floors)
	for f := range floors {
		all[f] = f
		sc.Building.Floors = append(sc.Building.Floors, scenarios.Floor{Name: fmt.Sprint(f), Elevation: 3.3 * float64(f)})
	}
	sc.Building.Floors[floors-1].Locked = rapid.Bool().Draw(t, "top floor locked")
	sc.Tenants = []scenarios.Tenant{{Name: "top", Floors: []int{floors - 1}}}
	seconds := func(label string, least, most int) time.Duration {
		return time.Duration(rapid.IntRange(least*1000, most*1000).Draw(t, label)) * time.Millisecond
	}
	d := &day{t: t, sc: sc}
	for b := range rapid.IntRange(1, 2).Draw(t, "banks") {
		bank := scenarios.Bank{Name: fmt.Sprint("b", b), Serves: all}
		for i := range rapid.IntRange(1, 3).Draw(t, "cars") {
			spec := scenarios.Car{
				Name: fmt.Sprint(i), Serves: all, Home: rapid.IntRange(0, floors-1).Draw(t, "home"),
				Persons: rapid.IntRange(1, 5).Draw(t, "persons"), Load: 400_000,
				Doors: scenarios.Doors{Open: seconds("open", 0, 3), Close: seconds("close", 0, 3), TransferIn: time.Second},
			}
			if i > 0 && floors > 3 {
				spec.Serves = slices.Concat(all[:1], all[floors/2:])
				spec.Home = 0
			}
			spec.Doors.AdvanceOpening = min(spec.Doors.Open, seconds("advance", 0, 1))
			if rapid.Bool().Draw(t, "kinematic") {
				spec.Motion = scenarios.Motion{
					Speed: float64(rapid.IntRange(5, 80).Draw(t, "dm/s")) / 10, Acceleration: float64(rapid.IntRange(5, 15).Draw(t, "dm/s2")) / 10,
					Jerk: float64(rapid.IntRange(4, 20).Draw(t, "dm/s3")) / 10, StartDelay: seconds("start", 0, 1), Levelling: seconds("level", 0, 1),
				}
				if rapid.Bool().Draw(t, "no jerk limit") {
					spec.Motion.Jerk = math.Inf(1)
				}
			} else {
				spec.Motion = scenarios.Motion{
					Model: scenarios.FloorStopTurn, FloorTime: seconds("floor", 1, 3),
					StopTime: spec.Doors.Open + spec.Doors.Close + seconds("stop", 2, 5), TurnTime: seconds("turn", 0, 2),
				}
			}
			bank.Cars = append(bank.Cars, spec)
		}
		sc.Banks = append(sc.Banks, bank)
	}
	for b := range sc.Banks {
		for i := range sc.Banks[b].Cars {
			d.cars = append(d.cars, &dayCar{index: int16(len(d.cars)), bank: int16(b), spec: &sc.Banks[b].Cars[i], factor: 1000, floor: sc.Banks[b].Cars[i].Home})
		}
	}
	d.checker = New(sc)
	return d
}

func (d *day) run() {
	d.until = time.Duration(d.draw("minutes", 1, 40)) * time.Minute
	for _, car := range d.cars {
		d.in(d.some("first decision", 10), func() { d.decide(car) })
	}
	d.in(0, d.arrive)
	if rapid.Bool().Draw(d.t, "faults") {
		d.in(d.some("first fault", 600), d.fault)
	}
	for len(d.todo) > 0 {
		next := 0
		for i := range d.todo {
			if d.todo[i].at < d.todo[next].at {
				next = i
			}
		}
		do := d.todo[next]
		d.todo = slices.Delete(d.todo, next, next+1)
		if d.now = do.at; d.now >= d.until {
			d.now = d.until
			break
		}
		do.do()
	}
	d.sc.Run.Cap = d.now
	d.see(Observation{Kind: End, Person: int64(d.still())})
	d.checker.Finish(d.now)
}

func (d *day) still() int { return len(d.people) }

func (d *day) draw(label string, least, most int) int {
	return rapid.IntRange(least, most).Draw(d.t, label)
}

// some is a span of up to most seconds.
func (d *day) some(label string, most int) time.Duration {
	return time.Duration(d.draw(label, 0, most*1000)) * time.Millisecond
}

func (d *day) in(span time.Duration, do func()) { d.todo = append(d.todo, deed{d.now + span, do}) }

func (d *day) see(o Observation) {
	o.At = d.now
	d.checker.Observe(&o)
	d.seen[o.Kind]++
}

func (d *day) carSees(k Kind, car *dayCar, floor, to int) {
	d.see(Observation{Kind: k, Car: car.index, Floor: int16(floor), To: int16(to)})
}

func (d *day) personSees(k Kind, p *dayPerson, car *dayCar, to int16) {
	o := Observation{Kind: k, Person: p.ordinal, Slot: p.slot, To: to}
	if car != nil {
		o.Car, o.Floor = car.index, int16(car.floor)
	}
	d.see(o)
}

// arrive lets somebody appear and walk to the landing, or not come at all.
func (d *day) arrive() {
	d.in(d.some("next arrival", 60), d.arrive)
	car := d.cars[d.draw("for car", 0, len(d.cars)-1)]
	p := &dayPerson{ordinal: d.persons, bank: car.bank, permit: None, tenant: None, mass: int64(d.draw("mass", 40_000, 120_000))}
	p.from = car.spec.Serves[d.draw("from", 0, len(car.spec.Serves)-1)]
	p.to = car.spec.Serves[d.draw("to", 0, len(car.spec.Serves)-1)]
	if p.from == p.to {
		return
	}
	d.persons += int64(d.draw("ordinals skipped", 1, 3))
	if d.sc.Building.Floors[p.to].Locked {
		if rapid.Bool().Draw(d.t, "staff") {
			p.tenant = 0
		} else {
			p.permit = d.permits
			d.permits++
			d.see(Observation{Kind: KeyIssued, Permit: p.permit, Floor: int16(p.to), From: d.now, Until: d.now + 200*time.Hour})
		}
	}
	if n := len(d.freed); n > 0 {
		p.slot, d.freed = d.freed[n-1], d.freed[:n-1]
	} else {
		p.slot = d.slots
		d.slots++
	}
	d.appear(p, 0)
	d.people = append(d.people, p)
}

func (d *day) appear(p *dayPerson, leg uint8) {
	d.see(Observation{
		Kind: Appeared, Person: p.ordinal, Slot: p.slot, Bank: p.bank, Floor: int16(p.from), To: int16(p.to),
		Mass: p.mass, Permit: p.permit, Tenant: p.tenant, Leg: leg,
	})
	p.here = false
	d.in(d.some("walk", 30), func() {
		if d.draw("comes", 0, 19) == 0 {
			d.personSees(Left, p, nil, NoShow)
			d.forget(p)
			return
		}
		d.personSees(Waiting, p, nil, 0)
		p.here = true
		if d.draw("patient", 0, 3) == 0 {
			d.in(d.some("patience", 90), func() {
				if p.here {
					d.personSees(Left, p, nil, Abandoned)
					d.forget(p)
				}
			})
		}
	})
}

func (d *day) forget(p *dayPerson) {
	p.here = false
	d.people = slices.DeleteFunc(d.people, func(q *dayPerson) bool { return q == p })
	d.freed = append(d.freed, p.slot)
}

// fault takes a car out of service or slows it down for a while.
func (d *day) fault() {
	d.in(d.some("next fault", 900), d.fault)
	car := d.cars[d.draw("at fault", 0, len(d.cars)-1)]
	switch rapid.Bool().Draw(d.t, "slow") {
	case true:
		if car.factor < 1000 {
			return
		}
		car.factor = d.draw("factor", 100, 999)
		d.see(Observation{Kind: Slow, Car: car.index, Factor: int16(car.factor)})
		d.in(d.some("slow for", 300), func() {
			car.factor = 1000
			d.see(Observation{Kind: Slow, Car: car.index, Factor: 1000})
		})
	default:
		if car.out {
			return
		}
		car.out = true
		d.carSees(OutOfService, car, 0, 0)
		d.in(d.some("out for", 300), func() {
			car.out = false
			d.carSees(InService, car, 0, 0)
		})
	}
}

// decide sends a standing car with closed doors somewhere: to the nearest
// rider's floor ahead, back when nobody wants ahead, to anybody who waits, or
// nowhere in particular.
func (d *day) decide(car *dayCar) {
	if len(car.riders) > 0 {
		target, found := 0, false
		for _, dir := range []int{car.dir, -car.dir, 1, -1} {
			for _, p := range car.riders {
				if way := (p.to - car.floor) * dir; way > 0 && (!found || way < (target-car.floor)*dir) {
					target, found = p.to, true
				}
			}
			if found {
				break
			}
		}
		if car.floor == target || !found {
			d.t.Fatalf("the model has a rider for the floor where car %d stands", car.index)
		}
		d.fly(car, target, true)
		return
	}
	for _, p := range d.people {
		if p.here && d.takes(car, p) {
			if p.from == car.floor {
				d.carSees(Opening, car, car.floor, 0)
				d.opened(car, car.spec.Doors.Open)
			} else {
				d.fly(car, p.from, true)
			}
			return
		}
	}
	if to := car.spec.Serves[d.draw("parks", 0, len(car.spec.Serves)-1)]; to != car.floor && d.draw("goes to park", 0, 2) == 0 {
		d.fly(car, to, false)
		return
	}
	d.in(time.Second+d.some("idle", 20), func() { d.decide(car) })
}

func (d *day) takes(car *dayCar, p *dayPerson) bool {
	return p.bank == car.bank && !car.out && slices.Contains(car.spec.Serves, p.from) && slices.Contains(car.spec.Serves, p.to)
}

// fly moves a car. Without riders it may be bound further on the way.
func (d *day) fly(car *dayCar, to int, stop bool) {
	from := car.floor
	dir := 1
	if to < from {
		dir = -1
	}
	turn := time.Duration(0)
	if dir == -car.dir {
		turn = car.spec.Motion.TurnTime
	}
	d.carSees(Departed, car, from, to)
	car.dir = dir
	begun := d.now
	if further := to + dir; len(car.riders) == 0 && slices.Contains(car.spec.Serves, further) && d.draw("bound further", 0, 3) == 0 {
		to = further
		d.in(d.flight(car, from, further-dir)/4, func() { d.carSees(Retargeted, car, 0, further) })
	}
	span := d.flight(car, from, to) + turn + d.some("slack", 2)
	advance := time.Duration(0)
	if stop {
		advance = min(car.spec.Doors.AdvanceOpening, d.some("advance", 1))
		d.in(begun+span-advance-d.now, func() { d.carSees(Opening, car, to, 0) })
	}
	d.in(begun+span-d.now, func() {
		d.carSees(Stopped, car, to, 0)
		car.floor = to
		if stop {
			d.opened(car, car.spec.Doors.Open-advance)
		} else {
			d.in(0, func() { d.decide(car) })
		}
	})
}

// flight is the time of a flight at the car's present factor.
func (d *day) flight(car *dayCar, from, to int) time.Duration {
	m := car.spec.Motion
	factor := float64(car.factor) / 1000
	if m.Model == scenarios.FloorStopTurn {
		n := to - from
		if n < 0 {
			n = -n
		}
		run := m.StopTime - car.spec.Doors.Open - car.spec.Doors.Close + time.Duration(n-1)*m.FloorTime
		return time.Duration(float64(run)/factor) + 1
	}
	way := math.Abs(d.sc.Building.Floors[to].Elevation - d.sc.Building.Floors[from].Elevation)
	v, a, j := m.Speed*factor, m.Acceleration*factor, m.Jerk*factor
	return m.StartDelay + m.Levelling + 1 + time.Duration(1e9*curve(way, v, a, j))
}

// curve finds the time of an S-curve of length way by bisection on the speed
// reached: half of the way is covered while speeding up, or the rest at full
// speed.
func curve(way, v, a, j float64) float64 {
	build := func(peak float64) (t, x float64) {
		t = peak/a + a/j
		if j < math.Inf(1) && peak < a*a/j {
			t = 2 * math.Sqrt(peak/j)
		}
		return t, t * peak / 2 // symmetrical, so half the peak on average
	}
	if t, x := build(v); 2*x <= way {
		return 2*t + (way-2*x)/v
	}
	low, high := 0.0, v
	for range 60 {
		mid := (low + high) / 2
		if _, x := build(mid); 2*x < way {
			low = mid
		} else {
			high = mid
		}
	}
	t, _ := build(high)
	return 2 * t
}

// opened lets doors that open already be open after span, and people out and
// in.
func (d *day) opened(car *dayCar, span time.Duration) {
	d.in(span, func() {
		d.carSees(Opened, car, car.floor, 0)
		d.in(d.some("dwell", 5), func() { d.transfer(car) })
	})
}

func (d *day) transfer(car *dayCar) {
	for _, p := range slices.Clone(car.riders) {
		if p.to == car.floor {
			d.personSees(Alighted, p, car, 0)
			d.forget(p)
		} else if car.out {
			d.personSees(Alighted, p, car, 0)
			p.from = car.floor
			d.appear(p, 0)
		} else {
			continue
		}
		car.riders = slices.DeleteFunc(car.riders, func(q *dayPerson) bool { return q == p })
	}
	dir, load := 0, int64(0)
	for _, p := range car.riders {
		dir, load = p.to-car.floor, load+p.mass
	}
	for _, p := range slices.Clone(d.people) {
		if p.here && p.from == car.floor && d.takes(car, p) && (p.to-car.floor)*dir >= 0 &&
			len(car.riders) < car.spec.Persons && load+p.mass <= car.spec.Load {
			d.personSees(Boarded, p, car, 0)
			p.here = false
			car.riders, dir, load = append(car.riders, p), p.to-car.floor, load+p.mass
		}
	}
	d.shut(car)
}

// shut closes the doors, perhaps only at the second attempt.
func (d *day) shut(car *dayCar) {
	d.carSees(Closing, car, car.floor, 0)
	if d.draw("open again", 0, 9) == 0 && car.spec.Doors.Close > 0 {
		d.in(car.spec.Doors.Close/2, func() {
			d.carSees(Opening, car, car.floor, 0)
			d.opened(car, car.spec.Doors.Open/2)
		})
		return
	}
	d.in(car.spec.Doors.Close, func() {
		d.carSees(Closed, car, car.floor, 0)
		d.in(0, func() { d.decide(car) })
	})
}
