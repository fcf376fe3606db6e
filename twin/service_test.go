package twin_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/people"
	"hoistway/twin/script"
	"hoistway/twin/twintest"
)

// lived is the small building with people who have apps, and visitors; floor 4
// is locked.
func lived(cars int) *scenarios.Scenario {
	sc := small(cars)
	sc.Building.Floors[4].Locked = true
	sc.Tenants = []scenarios.Tenant{{
		Name: "flats", Floors: []int{1, 2, 3, 4, 5}, Share: 1, WalkDistance: 36, RemoteShare: 1, App: scenarios.FlowApp, WalkSpeed: scenarios.Dist{Mean: 1.2},
	}}
	sc.Visitors = []scenarios.Visitor{{Name: "guests", Stay: time.Minute}}
	sc.Service = &scenarios.Service{Start: time.Date(2026, 1, 5, 18, 0, 0, 0, time.UTC), Residential: true, Apartments: 2}
	return sc
}

// resident is a resident who calls from the phone and walks.
func resident(at, walk time.Duration, from, to int32) people.Person {
	p := caller(at, walk, from, to)
	p.Tenant, p.Resident = 0, 7
	return p
}

// visitor rings at the entrance.
func visitor(at time.Duration, to int32, answered bool) people.Person {
	p := rider(at, 0, to)
	p.Visitor, p.Host, p.Rings, p.Answered, p.RevokeAt = 0, 3, true, answered, scenarios.Forever
	return p
}

// TestServiceIsAsked plays small scripts and holds what the service was asked,
// and what came of it, against a transcript that was read line by line when it
// was written.
func TestServiceIsAsked(t *testing.T) {
	refuse := func(word string) func(int, float64) (time.Duration, string) {
		return func(int, float64) (time.Duration, string) { return 0, word }
	}
	takes := func(d time.Duration) func(int, float64) (time.Duration, string) {
		return func(int, float64) (time.Duration, string) { return d, "" }
	}
	hosted := func(p people.Person) people.Person { p.Host = 3; return p }
	for _, tt := range []struct {
		name, sentence string
		cars           int
		change         func(*scenarios.Scenario)
		buttons        bool
		service        twintest.Service
		people         peopleInOrder
	}{
		{"call", "A resident calls, is told the car, walks, and the call ends when they have boarded.", 1, nil, false, twintest.Service{}, peopleInOrder{resident(0, 30*time.Second, 3, 0)}},
		{"slower-than-told", "The service knows of no walking speed: the caller comes later than it promised the controller.", 1, nil, false, twintest.Service{Near: takes(20 * time.Second)},
			peopleInOrder{resident(0, 40*time.Second, 3, 0)}},
		{"faster-than-told", "The caller is there before the instant that was promised, and waits for the car.", 1, nil, false, twintest.Service{Near: takes(40 * time.Second)},
			peopleInOrder{resident(0, 20*time.Second, 3, 0)}},
		{"refused-call", "Whom the service refuses walks and presses; the record keeps the word.", 1, nil, false, twintest.Service{Near: refuse("not-near")}, peopleInOrder{resident(0, 30*time.Second, 3, 0)}},
		{"refused-call-and-tag", "Whom service and key tag refuse goes nowhere.", 1, nil, false, twintest.Service{Near: refuse("not-permitted"), Tag: func(int, int) string { return "no-key-tag" }},
			peopleInOrder{resident(0, 30*time.Second, 0, 4)}},
		{"key-tag", "Without a call the key tag opens the locked floor.", 1, nil, false, twintest.Service{}, peopleInOrder{with(resident(0, 30*time.Second, 0, 4), func(p *people.Person) { p.Remote = false })}},
		{"buttons", "In a run of buttons nobody asks the service for a car.", 1, nil, true, twintest.Service{}, peopleInOrder{resident(0, 30*time.Second, 3, 0)}},
		{"missed", "A caller who finds the car gone presses: the call was not served.", 1, nil, false, twintest.Service{},
			peopleInOrder{with(resident(0, 15*time.Second, 3, 0), func(p *people.Person) { p.Late = 40 * time.Second }), rider(20*time.Second, 0, 5)}},
		{"absent", "The call of somebody who never comes ends when its car has come.", 1, nil, false, twintest.Service{},
			peopleInOrder{with(resident(0, 15*time.Second, 3, 0), func(p *people.Person) { p.NoShow = true }), rider(60*time.Second, 5, 2)}},
		{"absent-before-the-car", "So does the call of somebody who is expected before the car can be there.", 1, nil, false, twintest.Service{},
			peopleInOrder{with(resident(0, time.Second, 5, 0), func(p *people.Person) { p.NoShow = true })}},
		{"moved-to-another-car", "A call that another car takes over is reported again.", 2, func(sc *scenarios.Scenario) {
			sc.Banks[0].Cars[1].Home = 5
			sc.Faults = []scenarios.Fault{{Name: "fault", Kind: scenarios.CarOutOfService, Bank: "main", Car: 1, Floor: -1, At: 28 * time.Second, For: time.Hour}}
		}, false, twintest.Service{}, peopleInOrder{resident(time.Second, 30*time.Second, 4, 0)}},
		{"let-in", "A visitor rings, is let in, rides to the locked floor, and goes home again.", 1, nil, false, twintest.Service{}, peopleInOrder{visitor(0, 4, true)}},
		{"left-outside", "A visitor whose host does not answer stays outside.", 1, nil, false, twintest.Service{}, peopleInOrder{visitor(0, 4, false)}},
		{"let-in-too-long-ago", "What the host opened for ends: who still waits does not ride.", 1, nil, false, twintest.Service{Admission: 10 * time.Second}, peopleInOrder{rider(0, 0, 5), visitor(12*time.Second, 4, true)}},
		{"key-used-at-the-entrance", "A key is used once and checked on the way, on an open floor only at the entrance.", 1, nil, false, twintest.Service{},
			peopleInOrder{hosted(guest(0, 4, 4, 0, time.Hour)), hosted(guest(2*time.Minute, 3, 3, 0, time.Hour)), hosted(guest(4*time.Minute, 3, 2, 0, time.Hour))}},
		{"host-erased", "An act that ends a permit ends the journey of who waits with it.", 1, func(sc *scenarios.Scenario) {
			sc.Events = []scenarios.Event{{Name: "erased", Kind: scenarios.Erased, Count: 1, From: 14 * time.Second, To: 14 * time.Second, Tenant: "flats"}}
		}, false, twintest.Service{Play: func(*script.Act) []twin.Permit { return []twin.Permit{1} }}, peopleInOrder{rider(0, 0, 5), hosted(guest(12*time.Second, 4, 4, 0, time.Hour))}},
		{"cut-short", "What the end of the run cuts short ends with the service, too.", 1, func(sc *scenarios.Scenario) { sc.Run.Cap = 20 * time.Second }, false, twintest.Service{},
			peopleInOrder{resident(0, 30*time.Second, 3, 0), with(resident(0, time.Second, 5, 0), func(p *people.Person) { p.NoShow = true })}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sc := lived(tt.cars)
			sc.Run.Duration = 10 * time.Minute
			if tt.change != nil {
				tt.change(sc)
			}
			var s story
			tt.service.Keep = true
			tw, err := twin.New(sc, twin.Options{Sink: &s, People: &tt.people, Service: &tt.service, Buttons: tt.buttons})
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
			if tt.service.Open != 0 {
				t.Errorf("%d calls never ended", tt.service.Open)
			}
			transcript(t, filepath.Join("testdata", "service", tt.name+".txt"), tt.sentence+"\n\n"+strings.Join(tt.service.Log, "\n")+"\n\n"+s.text.String())
		})
	}
}

// TestServiceIsTended counts the days of a run: it is tended at 03:00 of each
// and once at the end, and acts are played when nobody travels any more.
func TestServiceIsTended(t *testing.T) {
	for _, c := range []struct {
		sentence string
		start    int // hour of the day
		duration time.Duration
		days     int
	}{
		{"a run that is over before three o'clock", 18, 8 * time.Hour, 1},
		{"a run over one night", 18, 10 * time.Hour, 2},
		{"a run that starts at three", 3, time.Hour, 2},
		{"a run of ten days", 18, 240 * time.Hour, 11},
	} {
		sc := lived(1)
		sc.Service.Start = time.Date(2026, 1, 5, c.start, 0, 0, 0, time.UTC)
		sc.Run.Duration, sc.Run.Cap = c.duration, c.duration+time.Hour
		last := c.duration - time.Minute
		sc.Events = []scenarios.Event{{Name: "late", Kind: scenarios.BackedUp, Count: 1, From: last, To: last}}
		acts := 0
		service := twintest.Service{Play: func(a *script.Act) []twin.Permit {
			if a.At != last {
				t.Errorf("%s: the act came at %v, want %v", c.sentence, a.At, last)
			}
			acts++
			return nil
		}}
		tw, err := twin.New(sc, twin.Options{People: &peopleInOrder{rider(0, 0, 2)}, Service: &service})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if service.Days != c.days || acts != 1 {
			t.Errorf("%s: tended %d times and %d acts, want %d and 1", c.sentence, service.Days, acts, c.days)
		}
	}
}

func TestServiceThatFailsEndsTheRun(t *testing.T) {
	broken := errors.New("the store is gone")
	for _, after := range []int64{0, 1} {
		service := twintest.Service{Failure: broken, Broken: after}
		tw, err := twin.New(lived(1), twin.Options{People: &peopleInOrder{resident(0, time.Second, 1, 0), resident(time.Minute, time.Second, 2, 0)}, Service: &service})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Run(context.Background()); !errors.Is(err, broken) {
			t.Errorf("a service that fails after %d calls: error %v, want its own", after, err)
		}
		if service.Granted > 1 {
			t.Errorf("%d calls were placed after the failure", service.Granted-1)
		}
	}
}

func TestNewNeedsAServiceWhereTheScenarioDoes(t *testing.T) {
	bare := small(1)
	visited := small(1)
	visited.Visitors = []scenarios.Visitor{{Name: "guests"}}
	for _, c := range []struct {
		sentence string
		sc       *scenarios.Scenario
		needs    bool
	}{
		{"nobody has an app or a key", bare, false},
		{"visitors have keys", visited, true},
		{"people use the apps", lived(1), true},
	} {
		_, err := twin.New(c.sc, twin.Options{People: &peopleInOrder{}})
		if (err != nil) != c.needs || err != nil && !strings.Contains(err.Error(), "remote-call service") {
			t.Errorf("%s: error %v", c.sentence, err)
		}
	}
}

// TestDigestIsTheServicesWordsAlone plays the same people with services that
// differ in nothing the twin may see.
func TestDigestIsTheServicesWordsAlone(t *testing.T) {
	run := func(service *twintest.Service) string {
		people := peopleInOrder{resident(0, 30*time.Second, 3, 0), visitor(time.Minute, 4, true)}
		tw, err := twin.New(lived(1), twin.Options{People: &people, Service: service})
		if err != nil {
			t.Fatal(err)
		}
		out, err := tw.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return out.Digest
	}
	first := run(&twintest.Service{})
	if again := run(&twintest.Service{Keep: true}); again != first {
		t.Errorf("digests %s and %s of the same answers", first, again)
	}
	refused := &twintest.Service{Near: func(int, float64) (time.Duration, string) { return 0, "not-near" }}
	if other := run(refused); other == first {
		t.Error("a refused call leaves the digest as it was")
	}
}

// transcript holds a text against its file.
func transcript(t *testing.T, file, got string) {
	t.Helper()
	if *rewrite {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s differs (-want +got), see -rewrite:\n%s", file, d)
	}
}
