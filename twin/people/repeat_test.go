package people_test

import (
	"math"
	"testing"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/people"
	"hoistway/twin/script"
)

const day = 24 * time.Hour

// daily is the office whose traffic and visitors come again every day.
func daily(days int) *scenarios.Scenario {
	sc := visited()
	sc.Run.Duration = time.Duration(days) * day
	sc.Traffic[0].Repeat = day
	sc.Visitors[0].Repeat = day
	return sc
}

// The first round is the one that would come without a repeat.
func TestTheFirstRoundIsAsWithoutRepeat(t *testing.T) {
	once := daily(3)
	once.Traffic[0].Repeat, once.Visitors[0].Repeat = 0, 0
	first, rounds := all(once, 1, 0), all(daily(3), 1, 0)
	if len(first) < 100 || len(rounds) < 2*len(first) {
		t.Fatalf("%d people in a round and %d in three", len(first), len(rounds))
	}
	for i := range first {
		if first[i] != rounds[i] {
			t.Fatalf("person %d is %+v, want %+v", i, rounds[i], first[i])
		}
	}
}

// Every round has the demand of the first, at its own times of the day, and
// people of its own.
func TestRoundsAreAlike(t *testing.T) {
	sc := daily(40)
	const hours = 4
	byDay := map[int]int{}
	hour := [hours]float64{}
	visitors := 0
	var last scenarios.Instant
	for _, p := range all(sc, 1, 0) {
		if p.At < last || p.At >= sc.Run.Duration {
			t.Fatalf("somebody comes at %v after %v", p.At, last)
		}
		last = p.At
		at := p.At % day
		if p.Visitor != people.None {
			visitors++
			if v := &sc.Visitors[0]; at < v.Start || at >= v.End {
				t.Fatalf("a visitor comes at %v of a day", at)
			}
			continue
		}
		byDay[int(p.At/day)]++
		if at >= hours*time.Hour {
			t.Fatalf("somebody comes at %v of a day", at)
		}
		hour[at/time.Hour]++
	}
	per := 0.0
	for _, n := range byDay {
		per += float64(n) / 40
	}
	if len(byDay) != 40 {
		t.Errorf("people come on %d days, want 40", len(byDay))
	}
	for d, n := range byDay {
		if math.Abs(float64(n)-per) > 5*math.Sqrt(per) {
			t.Errorf("%d people on day %d, want %.0f within 5 sigma", n, d, per)
		}
	}
	// 12 % in the first hour, none until 1:30, then 6 %.
	if math.Abs(hour[1]/hour[0]-0.25) > 0.02 || math.Abs(hour[3]/hour[2]-1) > 0.03 {
		t.Errorf("by hour %v, want 1 : 0.25 : 0.5 : 0.5", hour)
	}
	v := &sc.Visitors[0]
	within4(t, "visitors", visitors, 40*v.PerHour*(v.End-v.Start).Hours(), 1)
}

// The last round ends with the run, in the middle of it as well.
func TestTheLastRoundIsCut(t *testing.T) {
	for _, row := range []struct {
		sentence string
		duration time.Duration
		last     time.Duration // nobody comes after it
	}{
		{"in the middle of a round", 2*day + 30*time.Minute, 2*day + 30*time.Minute},
		{"at the end of a round", 2 * day, day + 4*time.Hour},
		{"before the end of the first", time.Hour, time.Hour},
	} {
		sc := daily(1)
		sc.Run.Duration = row.duration
		sc.Visitors = nil
		persons := all(sc, 1, 0)
		if at := persons[len(persons)-1].At; at >= row.last || at < row.last-10*time.Minute {
			t.Errorf("%s: the last person comes at %v, want shortly before %v", row.sentence, at, row.last)
		}
	}
}

// A silent pattern ends, however often it comes again.
func TestNobodyComesAgainAndAgain(t *testing.T) {
	sc := daily(800)
	sc.Visitors = nil
	sc.Traffic[0].Repeat = time.Hour
	sc.Traffic[0].Phases = []scenarios.Phase{{End: time.Hour, Demand: 0, In: 1}}
	if n := len(all(sc, 1, 0)); n != 0 {
		t.Errorf("%d people of no demand", n)
	}
}

// The year of the library is as large as it has to be.
func TestResidentialYear(t *testing.T) {
	sc, err := scenarios.Load("residential-year", scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	calls, total, keys, rings := 0, 0, 0, 0
	faults := map[string]int{}
	var p people.Person
	for s := people.NewSource(sc, sc.Run.Seed, 0); s.Next(&p); {
		total++
		switch {
		case p.Remote:
			calls++
		case p.Visitor == people.None:
		case p.Rings:
			rings++
		default:
			keys++
			switch {
			case p.KeyFrom > p.At:
				faults["early"]++
			case p.KeyUntil <= p.At:
				faults["expired"]++
			case p.RevokeAt <= p.At:
				faults["revoked"]++
			case p.KeyFloor != p.Destination:
				faults["wrong floor"]++
			}
		}
	}
	if sc.Run.Duration != 400*day || calls < 200_000 || total > 260_000 || keys < 500 || rings < 100 {
		t.Errorf("%v with %d calls of %d journeys, %d keys and %d rings", sc.Run.Duration, calls, total, keys, rings)
	}
	for _, f := range []string{"early", "expired", "revoked", "wrong floor"} {
		if faults[f] < 10 {
			t.Errorf("%d visitors whose key is at fault: %s", faults[f], f)
		}
	}
	residents := script.Residents(sc, sc.Run.Seed, 0)
	apartments, using := map[[2]int]bool{}, 0
	for _, r := range residents {
		apartments[[2]int{r.Floor, r.Apartment}] = true
		if sc.Tenants[r.Tenant].App != scenarios.NoApp {
			using++
		}
	}
	if using < 300 || len(apartments) < 100 {
		t.Errorf("%d of %d residents use an app in %d apartments", using, len(residents), len(apartments))
	}
	acts := map[scenarios.EventKind]int{}
	for _, a := range script.Acts(sc, sc.Run.Seed, 0) {
		acts[sc.Events[a.Event].Kind]++
	}
	for kind, least := range map[scenarios.EventKind]int{
		scenarios.Erased: 50, scenarios.MovedOut: 30, scenarios.SubUserAdded: 20, scenarios.BackedUp: 2, scenarios.Restored: 1,
		scenarios.Held: 1, scenarios.Released: 1, scenarios.HandedOver: 1, scenarios.ServiceEnded: 1, scenarios.FellSilent: 5,
	} {
		if acts[kind] < least {
			t.Errorf("%d acts of kind %s, want at least %d", acts[kind], kind, least)
		}
	}
	for _, kind := range scenarios.EventKinds() {
		if acts[kind] == 0 {
			t.Errorf("nothing of kind %s happens in the year", kind)
		}
	}
}
