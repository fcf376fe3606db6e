package twin_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/people"
	"hoistway/twin/result"
	"hoistway/twin/twintest"
)

var rewrite = flag.Bool("rewrite", false, "write the transcripts under testdata anew")

// peopleInOrder is a list of people who set out one after another.
type peopleInOrder []people.Person

func (s *peopleInOrder) Next(p *people.Person) bool {
	if len(*s) == 0 {
		return false
	}
	*p, *s = (*s)[0], (*s)[1:]
	return true
}

// rider is somebody who comes to a landing and presses what is there.
func rider(at time.Duration, from, to int32) people.Person {
	return people.Person{
		At: at, Origin: from, Destination: to, Tenant: -1, Visitor: -1, Mass: 75_000, Patience: scenarios.Forever,
		KeyFrom: -1, KeyUntil: -1, RevokeAt: -1, KeyFloor: -1, Resident: -1, Host: -1,
	}
}

// caller is somebody who calls from the phone and then walks.
func caller(at, walk time.Duration, from, to int32) people.Person {
	p := rider(at, from, to)
	p.Remote, p.Walk = true, walk
	return p
}

// guest is a visitor with a key.
func guest(at time.Duration, to, key int32, from, until time.Duration) people.Person {
	p := rider(at, 0, to)
	p.Visitor, p.KeyFloor, p.KeyFrom, p.KeyUntil, p.RevokeAt = 0, key, from, until, scenarios.Forever
	return p
}

func with(p people.Person, change func(*people.Person)) people.Person {
	change(&p)
	return p
}

// small is one car on six floors: 2 m/s, 1 m/s2, no jerk limit, so that flights
// are round figures: one floor of 4 m takes 4 s.
func small(cars int) *scenarios.Scenario {
	sc := &scenarios.Scenario{Name: "small", Run: scenarios.Run{Duration: time.Hour, Cap: 2 * time.Hour, Replications: 1}}
	var serves []int
	for i := range 6 {
		sc.Building.Floors = append(sc.Building.Floors, scenarios.Floor{Name: fmt.Sprint(i), Elevation: 4 * float64(i), Population: 10})
		serves = append(serves, i)
	}
	sc.Building.Floors[0].Entrance = 1
	b := scenarios.Bank{Name: "main", Dispatcher: "eta", Serves: serves, Control: scenarios.Control{BypassLoad: 0.8, HoldLimit: 20 * time.Second}}
	for i := range cars {
		b.Cars = append(b.Cars, scenarios.Car{
			Name: fmt.Sprint(i + 1), Serves: serves, Persons: 3, Load: 225_000,
			Motion: scenarios.Motion{Speed: 2, Acceleration: 1, Jerk: math.Inf(1)},
			Doors: scenarios.Doors{
				Open: 2 * time.Second, Close: 3 * time.Second, DwellLanding: 4 * time.Second, DwellCar: 3 * time.Second,
				DwellExtends: true, AfterTransfer: time.Second, TransferIn: time.Second, TransferOut: time.Second,
				ReopenLimit: 1, NudgeAfter: 20 * time.Second, NudgeClose: 6 * time.Second,
			},
		})
	}
	sc.Banks = []scenarios.Bank{b}
	return sc
}

// story writes records down in words.
type story struct {
	text strings.Builder
}

func (s *story) at(i result.Instant) string {
	if i == result.None {
		return "-"
	}
	return i.String()
}

func (s *story) Trip(t *result.Trip) error {
	fmt.Fprintf(&s.text, "person %d leg %d/%d %s %d->%d %s", t.Journey, t.Leg+1, t.Legs, [...]string{"button", "panel", "remote"}[t.Access], t.Origin, t.Destination,
		[...]string{"served", "abandoned", "no-show", "refused", "censored"}[t.Outcome])
	if t.Reason != "" {
		fmt.Fprintf(&s.text, " (%s)", t.Reason)
	}
	if t.Wished != result.None {
		fmt.Fprintf(&s.text, " wished to call at %s", s.at(t.Wished))
	}
	if t.Denied != "" {
		fmt.Fprintf(&s.text, " and was denied it (%s)", t.Denied)
	}
	if t.Again != result.None {
		fmt.Fprintf(&s.text, " found the car gone at %s", s.at(t.Again))
	}
	fmt.Fprintf(&s.text, ": arrive %s opening %s board %s reached %s alight %s car %d\n", s.at(t.Arrive), s.at(t.Opening), s.at(t.Board), s.at(t.Reached), s.at(t.Alight), t.Car)
	return nil
}

func (s *story) Call(c *result.Call) error {
	fmt.Fprintf(&s.text, "call at %d to %d up %v placed %s ready %s answered %s car %d moves %d\n", c.Floor, c.Destination, c.Up, s.at(c.Placed), s.at(c.Ready), s.at(c.Answered), c.Car, c.Moves)
	return nil
}

func (s *story) Stop(t *result.Stop) error {
	fmt.Fprintf(&s.text, "car %d stops at %d from %d: depart %s opening %s closed %s out %d in %d aboard %d direction %+d held %s reopened %d",
		t.Car, t.Floor, t.From, s.at(t.Depart), s.at(t.Opening), s.at(t.Closed), t.Alighted, t.Boarded, t.Persons, t.Up, t.Held, t.Reopened)
	if t.Absent > 0 {
		fmt.Fprintf(&s.text, " absent %d", t.Absent)
	}
	s.text.WriteString("\n")
	return nil
}

// TestBehaviour plays small scripts and holds what happened against a
// transcript that was read line by line when it was written.
func TestBehaviour(t *testing.T) {
	panel := func(sc *scenarios.Scenario) {
		sc.Banks[0].Interface, sc.Banks[0].Dispatcher = scenarios.Destination, "destination"
	}
	two := func(sc *scenarios.Scenario) { // a low and a high bank that meet at floor 3
		low, high := sc.Banks[0], sc.Banks[0]
		low.Name, low.Serves, low.Cars = "low", []int{0, 1, 2, 3}, append([]scenarios.Car{}, low.Cars...)
		high.Name, high.Serves, high.Lobby, high.Cars = "high", []int{3, 4, 5}, 3, append([]scenarios.Car{}, high.Cars...)
		low.Cars[0].Serves, high.Cars[0].Serves, high.Cars[0].Home = low.Serves, high.Serves, 3
		sc.Banks = []scenarios.Bank{high, low}
		sc.Building.TransferWalk = 7 * time.Second
	}
	fault := func(kind scenarios.FaultKind, at, span time.Duration) func(*scenarios.Scenario) {
		return func(sc *scenarios.Scenario) {
			f := scenarios.Fault{Name: "fault", Kind: kind, Bank: "main", Floor: -1, At: at, For: span, Factor: 0.5}
			if kind == scenarios.FloorLocked {
				f.Car, f.Floor = -1, 4
			}
			sc.Faults = []scenarios.Fault{f}
		}
	}
	guests := func(sc *scenarios.Scenario) {
		sc.Building.Floors[4].Locked = true
		sc.Visitors = []scenarios.Visitor{{Name: "guests", Stay: time.Minute}}
	}
	for _, tt := range []struct {
		name, sentence string
		cars           int
		change         func(*scenarios.Scenario)
		people         peopleInOrder
	}{
		{"one-rider", "Doors open, one person enters, rides two floors and leaves.", 1, nil, peopleInOrder{rider(time.Second, 0, 2)}},
		{"late-passenger", "Closing doors open again, once, for somebody who comes late; the next one waits.", 1, nil,
			peopleInOrder{rider(time.Second, 0, 2), rider(7*time.Second, 0, 3), rider(13*time.Second, 0, 3)}},
		{"full-car", "Three fit; the fourth presses again when the doors have closed.", 1, nil,
			peopleInOrder{rider(0, 0, 2), rider(0, 0, 2), rider(0, 0, 3), rider(0, 0, 3)}},
		{"picked-up-on-the-way", "A call ahead is picked up while the car can still slow down for it.", 1, nil,
			peopleInOrder{rider(0, 0, 5), rider(11*time.Second, 2, 5)}},
		{"just-too-late", "A call that the car can no longer stop for waits for its return.", 1, nil,
			peopleInOrder{rider(0, 0, 5), rider(14500*time.Millisecond, 2, 5)}},
		{"remote-call", "The car is sent while the caller walks, so that both arrive together.", 1, nil, peopleInOrder{caller(0, 30*time.Second, 3, 0)}},
		{"remote-call-far-car", "The caller is there before the car and waits.", 1, nil, peopleInOrder{caller(0, 2*time.Second, 5, 0)}},
		{"dawdler", "A caller who comes long after the promised instant finds the car gone and calls again.", 1, nil,
			peopleInOrder{with(caller(0, 15*time.Second, 3, 0), func(p *people.Person) { p.Late = 40 * time.Second }), rider(20*time.Second, 0, 5)}},
		{"no-show", "Nobody comes: the car stands open, and still goes where the call wanted.", 1, nil,
			peopleInOrder{with(caller(0, 15*time.Second, 3, 0), func(p *people.Person) { p.NoShow = true }), rider(30*time.Second, 5, 4)}},
		{"patience", "Somebody gives up before the car comes.", 1, nil, peopleInOrder{rider(0, 0, 5), with(rider(10*time.Second, 0, 3), func(p *people.Person) { p.Patience = 5 * time.Second })}},
		{"transfer", "Two rides with a walk between them, low bank to high bank.", 1, two, peopleInOrder{rider(0, 0, 5)}},
		{"panel", "Two cars; each person takes the car they were told.", 2, panel, peopleInOrder{rider(0, 0, 5), rider(0, 0, 5), rider(time.Second, 0, 1), rider(time.Second, 0, 4)}},
		{"no-way", "Nobody serves the floor.", 1, func(sc *scenarios.Scenario) {
			sc.Banks[0].Serves = []int{0, 1, 2}
			sc.Banks[0].Cars[0].Serves = []int{0, 1, 2}
		}, peopleInOrder{rider(0, 0, 5)}},
		{"key-valid", "A visitor with a valid key goes to the locked floor, stays and returns.", 1, guests, peopleInOrder{guest(0, 4, 4, 0, time.Hour)}},
		{"key-refused", "Expired, early, revoked and wrong keys do not open the floor.", 1, guests, peopleInOrder{
			guest(time.Minute, 4, 4, 0, time.Minute), guest(2*time.Minute, 4, 4, 3*time.Minute, time.Hour), guest(3*time.Minute, 4, 3, 0, time.Hour),
			with(guest(4*time.Minute, 4, 4, 0, time.Hour), func(p *people.Person) { p.RevokeAt = time.Minute }), rider(5*time.Minute, 0, 4)}},
		{"key-runs-out-at-the-landing", "A key that expires while its holder waits does not let them in.", 1, guests,
			peopleInOrder{rider(0, 0, 5), guest(12*time.Second, 4, 4, 0, 15*time.Second)}},
		{"key-revoked-while-waiting", "A key revoked while its holder waits ends their journey.", 1, func(sc *scenarios.Scenario) { guests(sc); panel(sc) },
			peopleInOrder{rider(0, 0, 5), with(guest(12*time.Second, 4, 4, 0, time.Hour), func(p *people.Person) { p.RevokeAt = 14 * time.Second })}},
		{"out-of-service", "A car taken out finishes its flight and lets its riders out; another takes them on.", 2, fault(scenarios.CarOutOfService, 12*time.Second, 5*time.Minute),
			peopleInOrder{rider(0, 0, 5), rider(0, 0, 3)}},
		{"stuck-door", "Doors that do not close keep the riders until they do; another car answers the calls.", 2, fault(scenarios.StuckDoor, 5*time.Second, 2*time.Minute),
			peopleInOrder{rider(0, 0, 5), rider(30*time.Second, 0, 3)}},
		{"stuck-open-at-the-landing", "Who finds a car stuck open calls another.", 2, fault(scenarios.StuckDoor, time.Second, 10*time.Minute),
			peopleInOrder{rider(0, 0, 5), rider(30*time.Second, 0, 3)}},
		{"turns-round-as-told", "A call beyond a stop that is no longer to be skipped does not send its caller away.", 1, nil,
			peopleInOrder{rider(0, 3, 0), rider(7*time.Second, 5, 0)}},
		{"slow-car", "At half its speed and acceleration the flight takes longer.", 1, fault(scenarios.SlowCar, 0, time.Hour), peopleInOrder{rider(time.Second, 0, 2)}},
		{"floor-locked", "Riders to a floor that is locked meanwhile are carried to the lobby; who waits for it is refused.", 1, fault(scenarios.FloorLocked, 12*time.Second, time.Minute),
			peopleInOrder{rider(0, 0, 4), rider(11*time.Second, 0, 4), rider(20*time.Second, 4, 0), rider(90*time.Second, 0, 4)}},
		{"floor-locked-before-boarding", "A lock that comes and goes while the doors open does not lose the destination of a caller not yet aboard.", 1, func(sc *scenarios.Scenario) {
			panel(sc)
			fault(scenarios.FloorLocked, time.Second, 500*time.Millisecond)(sc)
		}, peopleInOrder{rider(0, 0, 4)}},
		{"advance-opening", "The doors begin to open while the car levels.", 1, func(sc *scenarios.Scenario) {
			sc.Banks[0].Cars[0].Motion.Levelling = time.Second
			sc.Banks[0].Cars[0].Doors.AdvanceOpening = 800 * time.Millisecond
		}, peopleInOrder{rider(time.Second, 0, 2)}},
		{"nudging", "People who keep coming do not hold the doors for ever.", 1, func(sc *scenarios.Scenario) {
			c := &sc.Banks[0].Cars[0]
			c.Persons, c.Load, c.Doors.ReopenLimit, c.Doors.NudgeAfter = 9, 675_000, 9, 6*time.Second
		}, peopleInOrder{rider(0, 0, 2), rider(3*time.Second, 0, 2), rider(4500*time.Millisecond, 0, 2), rider(6*time.Second, 0, 2), rider(7500*time.Millisecond, 0, 2), rider(10*time.Second, 0, 2)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sc := small(tt.cars)
			if tt.change != nil {
				tt.change(sc)
			}
			var s story
			o := twin.Options{Sink: &s, People: &tt.people}
			if twin.NeedsService(sc) {
				o.Service = &twintest.Service{}
			}
			tw, err := twin.New(sc, o)
			if err != nil {
				t.Fatal(err)
			}
			out, err := tw.Run(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range out.Violations {
				t.Errorf("%s broken at %v: %s", v.Rule, v.At, v.Text)
			}
			got := tt.sentence + "\n\n" + s.text.String()
			transcript(t, filepath.Join("testdata", "behaviour", tt.name+".txt"), got)
		})
	}
}
