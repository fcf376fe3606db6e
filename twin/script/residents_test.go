package script

import (
	"math"
	"testing"

	"hoistway/scenarios"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// flats is a residential building of a lobby and four floors with four
// apartments each: two tenants with Flow, one with Remote Call and one without
// an app.
func flats() *scenarios.Scenario {
	sc := &scenarios.Scenario{
		Name: "flats", Run: scenarios.Run{Duration: 100 * 24 * scenarios.Instant(3600e9)},
		Service: &scenarios.Service{Residential: true, Apartments: 4},
	}
	for f := range 5 {
		floor := scenarios.Floor{Elevation: 3 * float64(f), Population: 20}
		if f == 0 {
			floor.Entrance, floor.Population = 1, 0
		}
		sc.Building.Floors = append(sc.Building.Floors, floor)
	}
	all := []int{1, 2, 3, 4}
	slow := scenarios.Dist{Mean: 0.76, SD: 0.2, Min: 0.4, Max: 1.2}
	fast := scenarios.Dist{Mean: 1.38, SD: 0.2, Min: 0.8, Max: 2}
	sc.Tenants = []scenarios.Tenant{
		{Name: "adults", Floors: all, Share: 0.5, WalkSpeed: fast, App: scenarios.FlowApp, Favourite: 0.5, Speaks: 0.5},
		{Name: "frail", Floors: all, Share: 0.2, WalkSpeed: slow, App: scenarios.FlowApp, Favourite: 1, Speaks: 0},
		{Name: "remote", Floors: all, Share: 0.2, WalkSpeed: fast, App: scenarios.RemoteCallApp, Favourite: 1, Speaks: 1},
		{Name: "without", Floors: all, Share: 0.1, WalkSpeed: fast},
	}
	return sc
}

func TestResidents(t *testing.T) {
	sc := flats()
	rs := Residents(sc, 1, 0)
	if len(rs) != 80 {
		t.Fatalf("%d residents, want 80", len(rs))
	}
	perTenant := map[int]int{}
	mains := map[[2]int]int{}
	spoken, favourites := 0, 0
	for i, r := range rs {
		perTenant[r.Tenant]++
		if i > 0 && r.Floor < rs[i-1].Floor {
			t.Fatalf("resident %d lives below the one before", i)
		}
		if r.Floor == 0 || r.Apartment < 0 || r.Apartment >= 4 {
			t.Errorf("resident %d lives in apartment %d of floor %d", i, r.Apartment, r.Floor)
		}
		if r.Main {
			mains[[2]int{r.Floor, r.Apartment}]++
			if sc.Tenants[r.Tenant].App != scenarios.FlowApp {
				t.Errorf("the main user of apartment %d on floor %d has no Flow, although somebody there does", r.Apartment, r.Floor)
			}
		}
		d := sc.Tenants[r.Tenant].WalkSpeed
		if v := float64(r.Speed) / 1000; v < d.Min-0.001 || v > d.Max+0.001 {
			t.Errorf("resident %d of %s walks at %v m/s", i, sc.Tenants[r.Tenant].Name, v)
		}
		switch r.Tenant {
		case 0:
			if r.Speaks {
				spoken++
			}
			if r.Favourite == 0 {
				favourites++
			}
		case 1:
			if r.Speaks || r.Favourite != 0 {
				t.Errorf("a frail resident told their speed: %t; favourite floor %d, want the entrance", r.Speaks, r.Favourite)
			}
		default:
			if r.Speaks || r.Favourite != None {
				t.Errorf("resident %d has preferences without Flow: %+v", i, r)
			}
		}
	}
	if want := (map[int]int{0: 40, 1: 16, 2: 16, 3: 8}); !cmp.Equal(want, perTenant) {
		t.Errorf("by tenant %v, want %v", perTenant, want)
	}
	if len(mains) != 16 {
		t.Errorf("%d apartments have a main user, want 16", len(mains))
	}
	for at, n := range mains {
		if n != 1 {
			t.Errorf("apartment %d of floor %d has %d main users", at[1], at[0], n)
		}
	}
	if spoken < 8 || spoken > 32 || favourites < 8 || favourites > 32 {
		t.Errorf("of 40 adults %d told their speed and %d have a favourite floor, want about half", spoken, favourites)
	}
	if !cmp.Equal(rs, Residents(sc, 1, 0)) {
		t.Error("the same seed and replication give others")
	}
	for _, other := range [][]Resident{Residents(sc, 2, 0), Residents(sc, 1, 1)} {
		same := 0
		for i := range rs {
			if rs[i].Speed == other[i].Speed {
				same++
			}
			if rs[i].Tenant != other[i].Tenant || rs[i].Apartment != other[i].Apartment {
				t.Fatalf("resident %d is somebody else with another seed", i)
			}
		}
		if same > 10 {
			t.Errorf("%d of %d residents walk at the same speed with another seed", same, len(rs))
		}
	}
}

func TestResidentsOfOffices(t *testing.T) {
	sc := flats()
	sc.Service.Residential, sc.Service.Apartments = false, 0
	for i, r := range Residents(sc, 1, 0) {
		if r.Apartment != None || !r.Main {
			t.Fatalf("resident %d has apartment %d and is a main user: %t", i, r.Apartment, r.Main)
		}
	}
	sc.Service = nil
	if rs := Residents(sc, 1, 0); rs != nil {
		t.Errorf("%d residents without a service, want none", len(rs))
	}
}

func TestHouseholds(t *testing.T) {
	for _, row := range []struct {
		sentence   string
		apartments int
		tenants    []scenarios.Tenant
		people     int
		want       []int // apartments' main users, by index on the floor
	}{
		{"the first is the main user", 2, []scenarios.Tenant{{Share: 1, App: scenarios.FlowApp}}, 5, []int{0, 1}},
		{"fewer people than apartments", 8, []scenarios.Tenant{{Share: 1, App: scenarios.FlowApp}}, 3, []int{0, 1, 2}},
		{"Flow comes before others", 2, []scenarios.Tenant{{Name: "a", Share: 0.5}, {Name: "b", Share: 0.5, App: scenarios.FlowApp}}, 6, []int{4, 3}},
		{"without Flow it is the first", 2, []scenarios.Tenant{{Name: "a", Share: 0.5}, {Name: "b", Share: 0.5, App: scenarios.RemoteCallApp}}, 6, []int{0, 1}},
	} {
		sc := flats()
		sc.Tenants, sc.Service.Apartments = row.tenants, row.apartments
		for i := range sc.Tenants {
			sc.Tenants[i].Floors, sc.Tenants[i].WalkSpeed = []int{1}, scenarios.Dist{Mean: 1, Min: 1, Max: 1}
		}
		sc.Building.Floors[1].Population = row.people
		got := make([]int, min(row.apartments, row.people))
		for i, r := range Residents(sc, 1, 0) {
			if r.Main {
				got[r.Apartment] = i
			}
		}
		if !cmp.Equal(row.want, got) {
			t.Errorf("%s: main users %v, want %v", row.sentence, got, row.want)
		}
	}
}

// Whole people are divided so that nobody is lost or made, a tenant is at most
// one person off its share, or two for the sake of another who would have none.
func TestHeadcount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sc := flats()
		sc.Building.Floors[1].Population = rapid.IntRange(0, 60).Draw(t, "people")
		people := sc.Building.Floors[1].Population
		left, tenants, shares := 100, 0, 0 // in per cent
		for i := range sc.Tenants {
			percent := rapid.IntRange(0, left).Draw(t, "share")
			left -= percent
			sc.Tenants[i].Share = float64(percent) / 100
			if rapid.Bool().Draw(t, "elsewhere") {
				sc.Tenants[i].Floors = []int{2}
				continue
			}
			if percent > 0 {
				tenants++
			}
			shares += percent
		}
		total := 0
		for i, n := range headcount(sc, 1) {
			total += n
			tn := &sc.Tenants[i]
			if tn.Floors[0] == 2 || tn.Share == 0 {
				if n != 0 {
					t.Fatalf("%d people of a tenant who is not on the floor", n)
				}
				continue
			}
			if n == 0 && people >= tenants {
				t.Fatalf("a tenant with %v of %d people has nobody", tn.Share, people)
			}
			if off := math.Abs(float64(n) - tn.Share*float64(people)); off >= 1+float64(tenants) {
				t.Fatalf("a tenant with %v of %d people has %d", tn.Share, people, n)
			}
		}
		// Half a person may be rounded either way: a product of shares is not exact.
		down, up := (shares*people+49)/100, (shares*people+50)/100
		if total != min(people, max(down, tenants)) && total != min(people, max(up, tenants)) {
			t.Fatalf("%d people on the floor, want %d or %d of %d", total, down, up, people)
		}
	})
}

func TestHosts(t *testing.T) {
	sc := flats()
	rs := Residents(sc, 1, 0)
	hosts := Hosts(sc, rs)
	if len(hosts[0]) != 0 || len(hosts[1]) != 4 || len(hosts[4]) != 4 {
		t.Errorf("hosts by floor %v, want the main users of four apartments on each", hosts)
	}
	for f := range hosts {
		for _, i := range hosts[f] {
			if r := rs[i]; r.Floor != f || !r.Main || sc.Tenants[r.Tenant].App != scenarios.FlowApp {
				t.Errorf("host %d of floor %d is %+v", i, f, r)
			}
		}
	}
}

// A tenant's traits are its own: another one's speed or app moves none.
func TestResidentsDoNotShiftEachOther(t *testing.T) {
	before := Residents(flats(), 3, 1)
	sc := flats()
	sc.Tenants[1].WalkSpeed.Mean = 1
	sc.Tenants[1].App = scenarios.NoApp
	after := Residents(sc, 3, 1)
	changed := 0
	for i := range before {
		if before[i].Tenant == 1 {
			if before[i].Speed != after[i].Speed {
				changed++
			}
			continue
		}
		a, b := before[i], after[i]
		a.Main, b.Main = false, false // may go to somebody else in the apartment
		if a != b {
			t.Errorf("resident %d was %+v and is %+v", i, a, b)
		}
	}
	if changed < 10 {
		t.Errorf("only %d of 16 frail residents walk at another speed, so the change does not test anything", changed)
	}
}
