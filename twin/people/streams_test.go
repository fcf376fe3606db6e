package people_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"hoistway/scenarios"
	"hoistway/twin/people"
)

func TestListIsPlayedAsWritten(t *testing.T) {
	trips := []scenarios.Trip{
		{At: 0, Origin: 0, Destination: 5, Mass: 75_000},
		{At: 1234567 * time.Nanosecond, Origin: 5, Destination: 2, Mass: 61_400},
		{At: 1234567 * time.Nanosecond, Origin: 1, Destination: 9, Mass: 90_000},
		{At: time.Hour, Origin: 11, Destination: 0, Mass: 1},
	}
	for _, row := range []struct {
		name    string
		tenants []string
		tenant  int32
		walks   bool
	}{
		{"no tenant: everybody begins at the landing", nil, people.None, false},
		{"several tenants: nobody knows whose they are", []string{"brokers", "lawyers"}, people.None, false},
		{"a tenant who walks", []string{"brokers"}, 0, true},
		{"a tenant who does not", []string{"lawyers"}, 1, false},
	} {
		sc := office()
		sc.Traffic = []scenarios.Stream{{Name: "list", Kind: scenarios.List, Trips: trips, Tenants: row.tenants}}
		got := all(sc, 1, 0)
		if len(got) != len(trips) {
			t.Fatalf("%s: %d people, want %d", row.name, len(got), len(trips))
		}
		for i, p := range got {
			want := trips[i]
			if p.At != want.At || int(p.Origin) != want.Origin || int(p.Destination) != want.Destination || p.Mass != want.Mass {
				t.Errorf("%s: trip %d is %+v, want %+v", row.name, i, p, want)
			}
			if p.Tenant != row.tenant || p.Stream != 0 || p.Visitor != people.None || p.Group != int64(i) {
				t.Errorf("%s: trip %d belongs to tenant %d, stream %d, visitor %d, group %d", row.name, i, p.Tenant, p.Stream, p.Visitor, p.Group)
			}
			if (p.Walk > 0) != row.walks || !row.walks && p.Patience != scenarios.Forever {
				t.Errorf("%s: trip %d walks %v and waits %v", row.name, i, p.Walk, p.Patience)
			}
		}
	}
}

func TestMatrix(t *testing.T) {
	sc := office()
	n := len(sc.Building.Floors)
	rates := func(f func(i, j int) float64) [][]float64 {
		m := make([][]float64, n)
		for i := range m {
			m[i] = make([]float64, n)
			for j := range m[i] {
				m[i][j] = f(i, j)
			}
		}
		return m
	}
	sc.Traffic = []scenarios.Stream{{
		Name: "matrix", Kind: scenarios.Matrix, Tenants: []string{"lawyers", "brokers"}, Batch: 1,
		Phases: []scenarios.Phase{
			{Start: 0, End: time.Hour, Rates: rates(func(i, j int) float64 { return 4 + 4*float64((i+2*j)%3) })}, // the diagonal brings nobody
			{Start: time.Hour, End: 2 * time.Hour, Rates: rates(func(i, j int) float64 { return float64(i) / 20 })},
		},
	}}
	const reps = 60
	got := [2]map[int]float64{{}, {}}
	whose := [12]map[int]float64{}
	for f := range whose {
		whose[f] = map[int]float64{}
	}
	total := [2]float64{}
	for rep := range reps {
		for _, p := range all(sc, 8, rep) {
			phase := int(p.At / time.Hour)
			got[phase][int(p.Origin)*n+int(p.Destination)]++
			total[phase]++
			if p.Origin == 0 {
				whose[p.Destination][int(p.Tenant)]++
			}
			if (p.Tenant == 0) != (p.Walk > 0) {
				t.Fatalf("a person of tenant %d walks %v", p.Tenant, p.Walk)
			}
		}
	}
	for phase, ph := range sc.Traffic[0].Phases {
		want, sum := map[int]float64{}, 0.0
		for i, row := range ph.Rates {
			for j, r := range row {
				if i != j && r > 0 {
					want[i*n+j] = r
					sum += r
				}
			}
		}
		within4(t, "people of a phase", int(total[phase]), reps*sum*12, 1)
		for k := range want {
			want[k] *= total[phase] / sum
		}
		tally{want, got[phase]}.fits(t, "origins and destinations")
	}
	// To floor 4 go brokers only, to 9 lawyers only; 6 is shared in halves; the
	// entrance belongs to nobody, so everybody's people count.
	for f, row := range map[int]string{4: "brokers", 9: "lawyers", 6: "both", 1: "all"} {
		n := whose[f][0] + whose[f][1]
		if n < 100 {
			t.Fatalf("only %v people to floor %d", n, f)
		}
		switch row {
		case "brokers":
			share(t, "brokers to their floor", int(whose[f][0]), int(n), 1)
		case "lawyers":
			share(t, "lawyers to their floor", int(whose[f][1]), int(n), 1)
		case "both":
			share(t, "brokers to a shared floor", int(whose[f][0]), int(n), 0.5)
		case "all":
			_, brokers := homes(sc, 0)
			_, lawyers := homes(sc, 1)
			share(t, "brokers to the entrance", int(whose[f][0]), int(n), brokers/(brokers+lawyers))
		}
	}
}

func TestOrderOfTenantsDoesNotMatter(t *testing.T) {
	one, other := busy(), busy()
	for i := range one.Traffic {
		one.Traffic[i].Tenants = []string{"brokers", "lawyers"}
		other.Traffic[i].Tenants = []string{"lawyers", "brokers", "lawyers"}
	}
	if !slices.Equal(all(one, 1, 0), all(other, 1, 0)) {
		t.Error("tenants in another order, one of them twice, bring other people")
	}
}

func TestMatrixWithoutTenants(t *testing.T) {
	sc := office()
	rates := make([][]float64, len(sc.Building.Floors))
	for i := range rates {
		rates[i] = make([]float64, len(rates))
	}
	rates[0][1] = 9
	sc.Traffic = []scenarios.Stream{{Name: "matrix", Kind: scenarios.Matrix, Phases: []scenarios.Phase{{End: time.Hour, Rates: rates}}}}
	persons := all(sc, 1, 0)
	if len(persons) == 0 {
		t.Fatal("nobody comes")
	}
	for _, p := range persons {
		if p.Origin != 0 || p.Destination != 1 || p.Tenant != people.None || p.Mass != 75_000 || p.Walk != 0 || p.Patience != scenarios.Forever {
			t.Fatalf("%+v, want somebody of 75 kg from 0 to 1 who waits for ever", p)
		}
	}
}

// busy has a stream of every kind, and visitors.
func busy() *scenarios.Scenario {
	sc := visited()
	n := len(sc.Building.Floors)
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		for j := range m[i] {
			m[i][j] = 0.05
		}
	}
	list := scenarios.Stream{Name: "list", Kind: scenarios.List, Tenants: []string{"lawyers"}}
	for i := range 300 {
		list.Trips = append(list.Trips, scenarios.Trip{At: time.Duration(i) * 10 * time.Second, Origin: i % n, Destination: (i + 1) % n, Mass: 80_000})
	}
	sc.Traffic = append(sc.Traffic, list, scenarios.Stream{
		Name: "matrix", Kind: scenarios.Matrix, Tenants: []string{"brokers"}, Batch: 1.4, Phases: []scenarios.Phase{{End: 2 * time.Hour, Rates: m}},
	})
	sc.Traffic[0].Batch = 1.2
	return sc
}

func TestOrder(t *testing.T) {
	sc := busy()
	again := sc.Traffic[1] // the same instants
	again.Name = "list again"
	sc.Traffic = slices.Insert(sc.Traffic, 2, again)
	persons := all(sc, 1, 0)
	rank := func(p people.Person) [3]int64 {
		if p.Visitor != people.None {
			return [3]int64{int64(p.At), 1 << 20, int64(p.Visitor)}
		}
		return [3]int64{int64(p.At), int64(p.Stream), int64(p.Tenant)}
	}
	kinds := map[[2]int32]int{}
	for i, p := range persons {
		kinds[[2]int32{p.Stream, p.Visitor}]++
		if i > 0 && slices.Compare(slices.Collect(values(rank(persons[i-1]))), slices.Collect(values(rank(p)))) > 0 {
			t.Fatalf("%+v comes after %+v", p, persons[i-1])
		}
	}
	if len(kinds) != 5 {
		t.Errorf("people of %d streams, want 5: %v", len(kinds), kinds)
	}
}

func values(a [3]int64) func(func(int64) bool) {
	return func(yield func(int64) bool) {
		for _, v := range a {
			if !yield(v) {
				return
			}
		}
	}
}

func TestSourceEnds(t *testing.T) {
	source := people.NewSource(&scenarios.Scenario{}, 1, 0)
	p := people.Person{Mass: 5}
	if source.Next(&p) || p.Mass != 5 {
		t.Errorf("a scenario without traffic brings %+v", p)
	}
}

func TestNextDoesNotAllocate(t *testing.T) {
	sc := busy()
	var p people.Person
	source := people.NewSource(sc, 1, 0)
	left := 0
	if n := testing.AllocsPerRun(1000, func() {
		if source.Next(&p) {
			left++
		}
	}); n != 0 {
		t.Errorf("%v allocations a person, want 0", n)
	}
	if left < 1000 {
		t.Errorf("only %d people were made", left)
	}
}

func TestFaultyScenariosPanic(t *testing.T) {
	for _, row := range []struct {
		name  string
		spoil func(sc *scenarios.Scenario)
	}{
		{"a stream of unknown people", func(sc *scenarios.Scenario) { sc.Traffic[0].Tenants = []string{"bakers"} }},
		{"a stream of unknown kind", func(sc *scenarios.Scenario) { sc.Traffic[0].Kind = 9 }},
		{"a matrix of too few floors", func(sc *scenarios.Scenario) { sc.Traffic[2].Phases[0].Rates = [][]float64{{0, 9}} }},
		{"a host on an entrance", func(sc *scenarios.Scenario) { sc.Visitors[0].Floors = []int{1} }},
		{"people who do not move", func(sc *scenarios.Scenario) { sc.Tenants[0].WalkSpeed = scenarios.Dist{} }},
		{"a speed that is not a number", func(sc *scenarios.Scenario) { sc.Tenants[0].WalkSpeed = scenarios.Dist{Mean: math.NaN()} }},
	} {
		func() {
			defer func() {
				if s, ok := recover().(string); !ok || len(s) < 5 || s[:5] != "BUG: " {
					t.Errorf("%s: recovered %q, want a panic that starts BUG:", row.name, s)
				}
			}()
			sc := busy()
			row.spoil(sc)
			all(sc, 1, 0)
		}()
	}
}
