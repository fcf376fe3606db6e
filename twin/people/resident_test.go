package people_test

import (
	"slices"
	"testing"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/people"
	"hoistway/twin/script"

	"github.com/google/go-cmp/cmp"
)

// served is busy with a service: brokers have Flow, lawyers Remote Call and a
// walk as well.
func served() *scenarios.Scenario {
	sc := busy()
	sc.Service = &scenarios.Service{}
	sc.Tenants[0].App, sc.Tenants[1].App = scenarios.FlowApp, scenarios.RemoteCallApp
	sc.Tenants[1].WalkDistance = 12.5
	sc.Visitors[0].Floors = []int{2, 6}
	return sc
}

// TestAServiceShiftsNobody: with a service people get names and a pace of their
// own, and nothing else about them changes.
func TestAServiceShiftsNobody(t *testing.T) {
	before, after := served(), served()
	before.Service = nil
	was, is := all(before, 21, 1), all(after, 21, 1)
	if len(was) != len(is) {
		t.Fatalf("%d people without a service, %d with one", len(was), len(is))
	}
	paced := 0
	for i := range was {
		if was[i].Resident != people.None || was[i].Host != people.None {
			t.Fatalf("person %d is resident %d and visits %d without a service", i, was[i].Resident, was[i].Host)
		}
		a, b := journeyOf(was[i]), journeyOf(is[i])
		if a.Walk != b.Walk {
			paced++
			if is[i].Resident == people.None {
				t.Fatalf("person %d is no resident but walks another time", i)
			}
		}
		a.Walk, b.Walk = 0, 0
		if a != b {
			t.Fatalf("person %d was %+v and is %+v", i, a, b)
		}
	}
	if paced < 1000 {
		t.Errorf("only %d of %d people walk at another pace, so the test does not test anything", paced, len(was))
	}
}

func TestResidentsTravel(t *testing.T) {
	sc := served()
	rs := script.Residents(sc, 5, 0)
	trips := make([]int, len(rs))
	walks := make([]time.Duration, len(rs))
	strangers := 0
	for _, p := range all(sc, 5, 0) {
		switch {
		case p.Visitor != people.None:
			if p.Resident != people.None {
				t.Fatalf("a visitor is resident %d", p.Resident)
			}
			continue
		case p.Resident == people.None:
			t.Fatalf("nobody travels: %+v", p)
		case p.Host != people.None || p.Rings:
			t.Fatalf("a resident visits %d, rings %t", p.Host, p.Rings)
		}
		r := rs[p.Resident]
		if r.Tenant != int(p.Tenant) {
			t.Fatalf("a person of tenant %d is resident %d of tenant %d", p.Tenant, p.Resident, r.Tenant)
		}
		homes := sc.Tenants[p.Tenant].Floors
		switch {
		case slices.Contains(homes, int(p.Origin)):
			if r.Floor != int(p.Origin) {
				t.Fatalf("resident of floor %d leaves %d for %d", r.Floor, p.Origin, p.Destination)
			}
		case slices.Contains(homes, int(p.Destination)):
			if r.Floor != int(p.Destination) {
				t.Fatalf("resident of floor %d goes from %d to %d", r.Floor, p.Origin, p.Destination)
			}
		default:
			strangers++
		}
		if trips[p.Resident]++; trips[p.Resident] > 1 && p.Walk != walks[p.Resident] {
			t.Fatalf("resident %d walks %v and %v", p.Resident, walks[p.Resident], p.Walk)
		}
		walks[p.Resident] = p.Walk
	}
	still := 0
	for _, n := range trips {
		if n == 0 {
			still++
		}
	}
	if still > len(rs)/4 {
		t.Errorf("%d of %d residents never travel", still, len(rs))
	}
	if strangers == 0 {
		t.Error("nobody rides between two floors of others, so the test misses a case")
	}
}

// The walk is the distance by the resident's own speed in whole mm/s, to the
// nearest microsecond.
func TestPace(t *testing.T) {
	for _, row := range []struct {
		sentence string
		distance float64
		speed    scenarios.Dist
		want     time.Duration
	}{
		{"a whole result", 25, scenarios.Dist{Mean: 1.25}, 20 * time.Second},
		{"rounded up", 25, scenarios.Dist{Mean: 1.34}, 18656716 * time.Microsecond},
		{"rounded down", 10, scenarios.Dist{Mean: 1.5}, 6666667 * time.Microsecond},
		{"a speed between two mm/s", 10, scenarios.Dist{Mean: 1.0004}, 10 * time.Second},
		{"no distance", 0, scenarios.Dist{Mean: 1}, 0},
		{"the longest walk at a crawl", 10_000, scenarios.Dist{Mean: 0.05}, 200_000 * time.Second},
	} {
		sc := served()
		sc.Tenants[0].WalkDistance, sc.Tenants[0].WalkSpeed = row.distance, row.speed
		sc.Traffic = sc.Traffic[:1]
		sc.Traffic[0].Tenants = []string{"brokers"}
		for _, p := range all(sc, 1, 0) {
			if p.Visitor == people.None && p.Walk != row.want {
				t.Fatalf("%s: %v, want %v", row.sentence, p.Walk, row.want)
			}
		}
	}
}

// Two members of a group are different people.
func TestGroupsAreOfDifferentResidents(t *testing.T) {
	sc := served()
	sc.Traffic = sc.Traffic[:1]
	sc.Traffic[0].Batch = 3
	groups, largest := map[int64]map[int32]bool{}, 0
	for _, p := range all(sc, 1, 0) {
		if p.Visitor != people.None {
			continue
		}
		g := groups[p.Group]
		if g == nil {
			g = map[int32]bool{}
			groups[p.Group] = g
		}
		if g[p.Resident] {
			t.Fatalf("resident %d is twice in a group", p.Resident)
		}
		g[p.Resident] = true
		largest = max(largest, len(g))
	}
	if largest < 4 {
		t.Errorf("the largest group has %d people, too few to tell", largest)
	}
}

// Who is on no list of residents cannot call a service that knows residents.
func TestRemoteCallersAreResidents(t *testing.T) {
	sc := served()
	for f := range sc.Building.Floors {
		sc.Building.Floors[f].Population = 0
	}
	sc.Traffic = sc.Traffic[1:]
	for _, p := range all(sc, 1, 0) {
		if p.Resident != people.None || p.Remote {
			t.Fatalf("in an empty building resident %d calls: %t", p.Resident, p.Remote)
		}
	}
}

func TestHostsAndRings(t *testing.T) {
	sc := served()
	v := &sc.Visitors[0]
	v.Ring, v.Answered = 0.5, 0.7
	v.Early, v.Expired, v.Revoked, v.WrongFloor = 0.1, 0.1, 0.1, 0.1
	hosts := map[int32]bool{}
	var n, rings, answered int
	for rep := range 60 {
		rs := script.Residents(sc, 3, rep)
		for _, p := range all(sc, 3, rep) {
			if p.Visitor == people.None {
				continue
			}
			n++
			h := rs[p.Host]
			hosts[p.Host] = true
			if h.Tenant != 0 || !h.Main || h.Floor != 2 && h.Floor != 6 {
				t.Fatalf("the host is %+v", h)
			}
			if !p.Rings {
				if p.Answered || int(p.KeyFloor) != h.Floor {
					t.Fatalf("a visitor with a key for %d: %+v", p.KeyFloor, p)
				}
				continue
			}
			rings++
			if p.Answered {
				answered++
			}
			if p.KeyFloor != people.None || p.KeyFrom != scenarios.Forever || p.KeyUntil != scenarios.Forever || p.RevokeAt != scenarios.Forever {
				t.Fatalf("who rings has a key: %+v", p)
			}
			if int(p.Destination) != h.Floor {
				t.Fatalf("who rings on floor %d goes to %d", h.Floor, p.Destination)
			}
		}
	}
	share(t, "rings", rings, n, 0.5)
	share(t, "answers", answered, rings, 0.7)
	if len(hosts) < 20 {
		t.Errorf("only %d hosts are visited", len(hosts))
	}
}

// Rings take the place of keys that are in order; answers take nobody's draws.
func TestRingsShiftNobody(t *testing.T) {
	before, after := served(), served()
	after.Visitors[0].Ring, after.Visitors[0].Answered = 0.2, 0.5
	was, is := all(before, 3, 0), all(after, 3, 0)
	rang := 0
	for i := range was {
		a, b := was[i], is[i]
		if b.Rings {
			rang++
			a.KeyFloor, a.KeyFrom, a.KeyUntil = b.KeyFloor, b.KeyFrom, b.KeyUntil
			b.Rings, b.Answered = false, false
		}
		if d := cmp.Diff(a, b); d != "" {
			t.Fatalf("person %d differs (-without rings +with):\n%s", i, d)
		}
	}
	if rang < 10 {
		t.Errorf("only %d rings, too few to tell", rang)
	}
}
