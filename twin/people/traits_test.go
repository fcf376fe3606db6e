package people_test

import (
	"math"
	"testing"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/people"
)

// share fails when a count is off by more than four standard deviations of a
// binomial variate.
func share(t *testing.T, name string, got, of int, want float64) {
	t.Helper()
	n := float64(of)
	if of < 100 {
		t.Fatalf("%s: only %d cases", name, of)
	}
	if off := math.Abs(float64(got) - n*want); off > 4*math.Sqrt(n*want*(1-want)) {
		t.Errorf("%s: %d of %d, want %v %% within 4 sigma", name, got, of, 100*want)
	}
}

func TestTraitsOfPeople(t *testing.T) {
	sc := office()
	var callers, missing, late, n int
	for rep := range 10 {
		for _, p := range all(sc, 6, rep) {
			tenant := &sc.Tenants[p.Tenant]
			if p.Mass < int64(tenant.Mass.Min*1000) || p.Mass > int64(tenant.Mass.Max*1000) {
				t.Fatalf("mass of %d g outside the limits", p.Mass)
			}
			if p.Visitor != people.None || p.KeyFloor != people.None || p.KeyFrom != scenarios.Forever || p.KeyUntil != scenarios.Forever || p.RevokeAt != scenarios.Forever {
				t.Fatalf("a tenant has a visitor's key: %+v", p)
			}
			if tenant.Name == "lawyers" { // who start at the landing, too late for a call
				if p.Walk != 0 || p.Remote || p.NoShow || p.Late != 0 || p.Patience != scenarios.Forever {
					t.Fatalf("without a walk: %+v", p)
				}
				continue
			}
			if p.Walk < 10*time.Second || p.Walk > 62500*time.Millisecond {
				t.Fatalf("25 m at 0.4 to 2.5 m/s take %v", p.Walk)
			}
			if p.Patience < 30*time.Second || p.Patience > 10*time.Minute {
				t.Fatalf("patience of %v outside the limits", p.Patience)
			}
			n++
			if !p.Remote {
				if p.NoShow || p.Late != 0 {
					t.Fatalf("no-show or late without a call: %+v", p)
				}
				continue
			}
			callers++
			switch {
			case p.NoShow && p.Late != 0:
				t.Fatalf("a no-show who comes late: %+v", p)
			case p.NoShow:
				missing++
			case p.Late != 0:
				late++
				if p.Late < time.Second || p.Late > 30*time.Second {
					t.Fatalf("late by %v, outside the limits", p.Late)
				}
			}
		}
	}
	share(t, "remote callers", callers, n, 0.4)
	share(t, "no-shows", missing, callers, 0.1)
	share(t, "dawdlers", late, callers-missing, 0.2)
}

func TestWalkIsDistanceBySpeed(t *testing.T) {
	for _, row := range []struct {
		name     string
		distance float64
		speed    scenarios.Dist
		want     time.Duration
	}{
		{"25 m at 1.34 m/s", 25, scenarios.Dist{Mean: 1.34}, 18656716 * time.Microsecond},
		{"25 m at 0.76 m/s, frail", 25, scenarios.Dist{Mean: 0.76}, 32894737 * time.Microsecond},
		{"no distance takes no time, whatever the speed", 0, scenarios.Dist{}, 0},
	} {
		sc := office()
		sc.Tenants[0].WalkDistance, sc.Tenants[0].WalkSpeed = row.distance, row.speed
		sc.Traffic[0].Tenants = []string{"brokers"}
		persons := all(sc, 1, 0)
		if len(persons) == 0 {
			t.Fatal("nobody comes")
		}
		for _, p := range persons {
			if p.Walk != row.want {
				t.Fatalf("%s: %v, want %v", row.name, p.Walk, row.want)
			}
		}
	}
}

func TestVisitors(t *testing.T) {
	sc := visited()
	const reps = 60
	v := &sc.Visitors[0]
	var n, early, expired, revoked, wrong int
	hosts := map[int]float64{}
	for rep := range reps {
		for _, p := range all(sc, 2, rep) {
			if p.Visitor == people.None {
				continue
			}
			n++
			if p.At < v.Start || p.At >= v.End || p.Stream != people.None || p.Tenant != people.None || p.Remote || p.Patience != scenarios.Forever {
				t.Fatalf("a visitor like no visitor: %+v", p)
			}
			if p.Origin > 1 || sc.Building.Floors[p.Destination].Entrance > 0 {
				t.Fatalf("a visitor goes from %d to %d", p.Origin, p.Destination)
			}
			if p.KeyUntil-p.KeyFrom != v.ValidFor {
				t.Fatalf("a key valid for %v, want %v", p.KeyUntil-p.KeyFrom, v.ValidFor)
			}
			if want := map[int32]time.Duration{8: 0, 6: 25 * time.Second}[p.KeyFloor]; p.Walk != want {
				t.Fatalf("walk of %v to the host on floor %d, want that of the first tenant there, %v", p.Walk, p.KeyFloor, want)
			}
			hosts[int(p.KeyFloor)]++
			faults := 0
			if p.At < p.KeyFrom {
				early++
				faults++
			}
			if p.At >= p.KeyUntil {
				expired++
				faults++
			}
			if p.RevokeAt != scenarios.Forever {
				if p.RevokeAt > p.At || p.RevokeAt < 0 {
					t.Fatalf("revoked at %v, want between 0 and the arrival at %v", p.RevokeAt, p.At)
				}
				revoked++
				faults++
			}
			if p.Destination != p.KeyFloor {
				if !sc.Building.Floors[p.Destination].Locked {
					t.Fatalf("asks for floor %d, which is open to all", p.Destination)
				}
				wrong++
				faults++
			}
			if faults > 1 {
				t.Fatalf("more than one thing is wrong: %+v", p)
			}
			if faults == 0 && p.KeyFrom != p.At {
				t.Fatalf("a key in order is valid from %v, want from the arrival at %v", p.KeyFrom, p.At)
			}
		}
	}
	within4(t, "visitors", n, reps*v.PerHour*2, 1)
	share(t, "early", early, n, v.Early)
	share(t, "expired", expired, n, v.Expired)
	share(t, "revoked", revoked, n, v.Revoked)
	share(t, "wrong floor", wrong, n, v.WrongFloor)
	tally{map[int]float64{6: float64(n) / 2, 8: float64(n) / 2}, hosts}.fits(t, "hosts")
}

// visited is the office with locked floors and visitors.
func visited() *scenarios.Scenario {
	sc := office()
	for _, f := range []int{6, 7, 8} {
		sc.Building.Floors[f].Locked = true
	}
	sc.Visitors = []scenarios.Visitor{{
		Name: "guests", PerHour: 40, Start: time.Hour, End: 3 * time.Hour, Floors: []int{6, 8}, Stay: 20 * time.Minute, ValidFor: 45 * time.Minute,
		Early: 0.1, Expired: 0.15, Revoked: 0.05, WrongFloor: 0.2, WalkSpeed: scenarios.Dist{Mean: 1}, Mass: scenarios.Dist{Mean: 75},
	}}
	return sc
}

func TestMistakesWithoutAnotherLockedFloor(t *testing.T) {
	for _, row := range []struct {
		name   string
		locked []int
		floors int // of the building that is left
		want   func(p people.Person) bool
	}{
		{"no other floor is locked: any but an entrance", []int{3}, 12, func(p people.Person) bool { return p.Destination > 1 && p.Destination != 3 }},
		{"two locked floors: the other one", []int{3, 5}, 12, func(p people.Person) bool { return p.Destination == 5 }},
		{"no other floor at all: the host's", []int{}, 3, func(p people.Person) bool { return p.Destination == p.KeyFloor }},
	} {
		sc := visited()
		sc.Traffic, sc.Tenants = nil, nil
		sc.Building.Floors = sc.Building.Floors[:row.floors]
		for f := range sc.Building.Floors {
			sc.Building.Floors[f].Locked = false
		}
		for _, f := range row.locked {
			sc.Building.Floors[f].Locked = true
		}
		v := &sc.Visitors[0]
		v.Floors = []int{min(3, row.floors-1)}
		v.Early, v.Expired, v.Revoked, v.WrongFloor = 0, 0, 0, 1
		persons := all(sc, 1, 0)
		if len(persons) == 0 {
			t.Fatal("nobody comes")
		}
		for _, p := range persons {
			if !row.want(p) {
				t.Errorf("%s: asks for floor %d with a key to %d", row.name, p.Destination, p.KeyFloor)
				break
			}
		}
	}
}
