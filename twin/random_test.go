package twin_test

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/result"
	"hoistway/twin/script"
	"hoistway/twin/twintest"
)

// tally is a sink that keeps an account of its own.
type tally struct {
	trips, last [5]int64 // by outcome; last counts final legs only
	reasons     map[string]int
	stops       int
	calls       int
	bad         []string
}

func (c *tally) Trip(t *result.Trip) error {
	c.trips[t.Outcome]++
	if t.Leg == t.Legs-1 || t.Outcome != result.Served {
		c.last[t.Outcome]++
	}
	if t.Reason != "" {
		if c.reasons == nil {
			c.reasons = map[string]int{}
		}
		c.reasons[t.Reason]++
	}
	if t.Outcome == result.Served {
		in := []result.Instant{t.Begin, t.Arrive, max(t.Arrive, t.Opening), t.Board, t.Reached, t.Alight}
		for i := 1; i < len(in); i++ {
			if in[i] < in[i-1] {
				c.bad = append(c.bad, fmt.Sprintf("journey %d: instants out of order: %v", t.Journey, in))
				break
			}
		}
	}
	return nil
}
func (c *tally) Call(*result.Call) error { c.calls++; return nil }
func (c *tally) Stop(*result.Stop) error { c.stops++; return nil }

func (c *tally) ended() (n int64) {
	for _, v := range c.last {
		n += v
	}
	return n
}

// building draws a small building with people and trouble of every kind.
func building(t *rapid.T) *scenarios.Scenario {
	span := func(name string, lo, hi time.Duration) time.Duration {
		return time.Duration(rapid.Int64Range(int64(lo/time.Millisecond), int64(hi/time.Millisecond)).Draw(t, name)) * time.Millisecond
	}
	share := func(name string) float64 { return float64(rapid.IntRange(0, 100).Draw(t, name)) / 100 }
	some := func(name string, percent int) bool { return rapid.IntRange(0, 99).Draw(t, name) < percent }
	sc := &scenarios.Scenario{Name: "random", Run: scenarios.Run{Seed: 1, Replications: 1, Duration: 20 * time.Minute, Cap: 2 * time.Hour, Confidence: 0.95}}
	floors := rapid.IntRange(2, 24).Draw(t, "floors")
	height := 0.0
	for i := range floors {
		f := scenarios.Floor{Name: fmt.Sprint(i), Elevation: height, Population: rapid.IntRange(1, 60).Draw(t, "population")}
		if i == 0 {
			f.Entrance, f.Population = 1, 0
		}
		if i > 1 && some("locked", 10) {
			f.Locked = true
		}
		height += 2.5 + 4*share("height")
		sc.Building.Floors = append(sc.Building.Floors, f)
	}
	sc.Building.TransferWalk = span("transfer walk", 0, 30*time.Second)

	all := make([]int, floors)
	for i := range all {
		all[i] = i
	}
	names := []string{"high", "low"}
	banks := 1
	if floors >= 6 && some("two banks", 40) {
		banks = 2
	}
	for b := range banks {
		serves := all
		if banks == 2 { // they meet at one floor only
			meet := floors / 2
			serves = all[meet:]
			if b == 1 {
				serves = all[:meet+1]
			}
		}
		bank := scenarios.Bank{Name: names[b], Dispatcher: rapid.SampledFrom(twin.Dispatchers()).Draw(t, "dispatcher"), Serves: serves, Lobby: serves[0]}
		bank.Interface = rapid.SampledFrom([]scenarios.Interface{scenarios.Buttons, scenarios.Destination}).Draw(t, "interface")
		bank.Control = scenarios.Control{
			Reassign:     rapid.SampledFrom([]scenarios.Reassignment{scenarios.ReassignUntilCommitted, scenarios.ReassignNever}).Draw(t, "reassign"),
			BypassLoad:   rapid.SampledFrom([]float64{0.6, 0.8, 1}).Draw(t, "bypass"),
			Parking:      rapid.SampledFrom([]scenarios.Parking{scenarios.ParkStay, scenarios.ParkLobby, scenarios.ParkSpread}).Draw(t, "parking"),
			ParkingDelay: span("parking delay", 0, 20*time.Second), HoldLimit: span("hold limit", 0, 30*time.Second),
		}
		motion := scenarios.Motion{
			Speed: 0.6 + 5*share("speed"), Acceleration: 0.4 + share("acceleration"), Jerk: 0.4 + 1.5*share("jerk"),
			StartDelay: span("start delay", 0, time.Second), Levelling: span("levelling", 0, time.Second),
		}
		doors := scenarios.Doors{
			Open: span("open", 500*time.Millisecond, 3*time.Second), Close: span("close", 500*time.Millisecond, 4*time.Second),
			DwellLanding: span("dwell landing", 0, 5*time.Second), DwellCar: span("dwell car", 0, 4*time.Second),
			DwellExtends: some("extends", 50), AfterTransfer: span("after", 0, 2*time.Second),
			ReopenLimit: rapid.IntRange(0, 3).Draw(t, "reopen"), NudgeAfter: span("nudge", 5*time.Second, 20*time.Second), NudgeClose: 5 * time.Second,
		}
		switch rapid.IntRange(0, 2).Draw(t, "transfer") {
		case 1:
			doors.TransferIn, doors.TransferOut = span("in", 1, 2*time.Second), span("out", 1, 2*time.Second)
		case 2:
			doors.TransferIn, doors.TransferOut, doors.TransferShape = time.Second, time.Second, 20
			doors.TransferMin, doors.TransferMax = 600*time.Millisecond, 6*time.Second
		}
		if some("no jerk", 30) {
			motion.Jerk = math.Inf(1)
		}
		if some("fixed flights", 20) {
			motion = scenarios.Motion{Model: scenarios.FloorStopTurn, FloorTime: 1450 * time.Millisecond, StopTime: doors.Open + doors.Close + span("run", time.Second, 5*time.Second), TurnTime: span("turn", 0, 2*time.Second)}
		} else if some("advance", 40) {
			doors.AdvanceOpening = min(motion.Levelling, doors.Open)
		}
		for c := range rapid.IntRange(1, 5).Draw(t, "cars") {
			persons := rapid.IntRange(2, 16).Draw(t, "persons")
			bank.Cars = append(bank.Cars, scenarios.Car{
				Name: fmt.Sprint(c + 1), Serves: serves, Home: serves[rapid.IntRange(0, len(serves)-1).Draw(t, "home")], Persons: persons, Load: int64(persons) * 75_000, Motion: motion, Doors: doors,
			})
		}
		if c := &bank.Cars[len(bank.Cars)-1]; bank.Interface == scenarios.Destination && len(bank.Cars) > 1 && len(serves) > 3 && some("skips a floor", 30) {
			skip := rapid.IntRange(1, len(serves)-2).Draw(t, "skipped")
			c.Serves = append(append([]int{}, serves[:skip]...), serves[skip+1:]...)
			c.Home = c.Serves[0]
		}
		sc.Banks = append(sc.Banks, bank)
	}

	people := scenarios.Tenant{
		Name: "people", Floors: all, Share: 1, WalkSpeed: scenarios.Dist{Mean: 1.3, SD: 0.3, Min: 0.4, Max: 2.5}, WalkDistance: 40 * share("walk"),
		Mass: scenarios.Dist{Mean: 75, SD: 12, Min: 30, Max: 140}, RemoteShare: share("remote"), NoShow: share("no-show") / 3, Late: share("late") / 2,
		LateBy: scenarios.Dist{Mean: 10, SD: 5, Min: 0, Max: 60}, Patience: scenarios.Dist{Mean: math.Inf(1), Min: 0, Max: math.Inf(1)},
	}
	if some("patience", 40) {
		people.Patience = scenarios.Dist{Mean: 60, SD: 30, Min: 5, Max: 300}
	}
	sc.Tenants = []scenarios.Tenant{people}
	in := share("in")
	out := (1 - in) * share("out")
	stream := scenarios.Stream{Name: "traffic", Tenants: []string{"people"}, Kind: scenarios.Profile, Batch: 1 + 2*share("batch"),
		Phases: []scenarios.Phase{{End: sc.Run.Duration, Demand: 0.02 + 0.15*share("demand"), In: in, Out: out, Inter: 1 - in - out}}}
	sc.Traffic = []scenarios.Stream{stream}
	if some("apps", 50) {
		sc.Service = &scenarios.Service{Start: time.Date(2026, 1, 5, rapid.IntRange(0, 23).Draw(t, "hour"), 0, 0, 0, time.UTC), Residential: true, Apartments: 3}
		sc.Tenants[0].App, sc.Tenants[0].Speaks, sc.Tenants[0].Favourite = scenarios.FlowApp, 0.5, 0.5
		sc.Events = []scenarios.Event{{Name: "erased", Kind: scenarios.Erased, Count: 5, To: sc.Run.Duration}}
	}
	if some("visitors", 40) {
		sc.Visitors = []scenarios.Visitor{{
			Name: "guests", PerHour: 60, End: sc.Run.Duration, Floors: all[1:], Stay: span("stay", time.Second, 5*time.Minute), ValidFor: span("valid", time.Second, time.Hour),
			Early: 0.1, Expired: 0.2, Revoked: 0.2, WrongFloor: 0.1, Ring: 0.2, Answered: 0.7, WalkSpeed: people.WalkSpeed, Mass: people.Mass,
		}}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "faults") {
		b := &sc.Banks[rapid.IntRange(0, banks-1).Draw(t, "fault bank")]
		f := scenarios.Fault{
			Name: fmt.Sprint("fault", i), Kind: scenarios.FaultKind(rapid.IntRange(0, 3).Draw(t, "fault kind")), Bank: b.Name,
			Car: rapid.IntRange(0, len(b.Cars)-1).Draw(t, "fault car"), Floor: -1,
			At: span("fault at", 0, 15*time.Minute), For: span("fault for", time.Second, 10*time.Minute), Factor: 0.3 + 0.6*share("factor"),
		}
		if f.Kind == scenarios.FloorLocked {
			f.Car, f.Floor = -1, rapid.IntRange(0, floors-1).Draw(t, "fault floor")
		}
		sc.Faults = append(sc.Faults, f)
	}
	return sc
}

// moody refuses one call in seven and one key tag in nine, takes everybody for
// a slow or a fast walker, and ends a permit with every act.
func moody(sc *scenarios.Scenario, seed uint64) *twintest.Service {
	calls, tags, acts := 0, 0, twin.Permit(0)
	belongs := twintest.Tenants(sc, seed, 0)
	return &twintest.Service{
		Near: func(_ int, distance float64) (time.Duration, string) {
			if calls++; calls%7 == 0 {
				return 0, "not-near"
			}
			return time.Duration(distance/(0.6+float64(calls%5)/3)*1e3) * time.Millisecond, ""
		},
		Tag: func(resident, floor int) string {
			if tags++; tags%9 == 0 {
				return "no-key-tag"
			}
			return belongs(resident, floor)
		},
		Play: func(*script.Act) []twin.Permit {
			acts++
			return []twin.Permit{3 * acts}
		},
		Admission: 3 * time.Minute,
	}
}

// TestRandomBuildings plays random days in random buildings: the checkers stay
// silent, everybody is accounted for, every call from a phone ends, and a
// second run gives the same digest.
func TestRandomBuildings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sc := building(t)
		seed := rapid.Uint64().Draw(t, "seed")
		run := func() (twin.Outcome, *tally) {
			var count tally
			o := twin.Options{Seed: seed, Sink: &count}
			service := &twintest.Service{}
			if sc.Service != nil {
				service = moody(sc, seed)
			}
			if twin.NeedsService(sc) {
				o.Service = service
			}
			tw, err := twin.New(sc, o)
			if err != nil {
				t.Fatal(err)
			}
			out, err := tw.Run(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if service.Open != 0 {
				t.Errorf("%d of %d calls from phones never ended", service.Open, service.Granted)
			}
			return out, &count
		}
		out, count := run()
		for _, v := range out.Violations {
			t.Errorf("%s broken at %v: %s", v.Rule, v.At, v.Text)
		}
		for _, b := range count.bad {
			t.Error(b)
		}
		if got := count.ended(); got != out.Journeys {
			t.Errorf("%d journeys began, %d are accounted for: %v", out.Journeys, got, count.trips)
		}
		was := runtime.GOMAXPROCS(1)
		again, _ := run()
		runtime.GOMAXPROCS(was)
		if again.Digest != out.Digest {
			t.Errorf("the same run gave digests %s and %s", out.Digest, again.Digest)
		}
	})
}
