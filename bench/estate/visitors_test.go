package estate_test

import (
	"slices"
	"testing"
	"time"

	"hoistway/bench/estate"
	"hoistway/scenarios"
	"hoistway/twin/script"
)

// newEstate plays nothing by itself. In the library's blocks of flats everybody
// may go to every floor; here nobody lives on the topmost, nor may go there.
func newEstate(t *testing.T, ref string) (*estate.Estate, *scenarios.Scenario) {
	t.Helper()
	sc := load(t, ref)
	top := len(sc.Building.Floors) - 1
	sc.Building.Floors[top].Population = 0
	for i := range sc.Tenants {
		sc.Tenants[i].Floors = slices.DeleteFunc(slices.Clone(sc.Tenants[i].Floors), func(f int) bool { return f == top })
	}
	e, err := estate.New(sc, sc.Run.Seed, 0, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e, sc
}

// host finds a main user of Flow, and a locked floor that is not theirs.
func host(t *testing.T, sc *scenarios.Scenario) (resident, own, foreign int) {
	t.Helper()
	for i, r := range script.Residents(sc, sc.Run.Seed, 0) {
		if !r.Main || sc.Tenants[r.Tenant].App != scenarios.FlowApp {
			continue
		}
		own, foreign = -1, -1
		for f, floor := range sc.Building.Floors {
			mine := false
			for _, x := range sc.Tenants[r.Tenant].Floors {
				mine = mine || x == f
			}
			switch {
			case !floor.Locked:
			case mine:
				own = f
			default:
				foreign = f
			}
		}
		if own >= 0 && foreign >= 0 {
			return i, own, foreign
		}
	}
	t.Fatal("the scenario has no main user with a floor that is not theirs")
	return 0, 0, 0
}

// What lets somebody in who rang is the service's to say: for how long, where
// to, and whether it still knows them.
func TestTheServiceAdmitsWhoRings(t *testing.T) {
	e, sc := newEstate(t, "residential-year")
	resident, own, foreign := host(t, sc)
	until, refused := e.Ring(0, 1, resident, own, true)
	if refused != "" || until <= 0 {
		t.Fatalf("ring: until %s, %q", until, refused)
	}
	for _, row := range []struct {
		says  string
		at    scenarios.Instant
		floor int
		want  string
	}{
		{"to the host", time.Minute, own, ""},
		{"not to others", time.Minute, foreign, "not-permitted"},
		{"not for ever", until, own, "key-expired"},
	} {
		if got := e.CheckKey(row.at, 1, row.floor); got != row.want {
			t.Errorf("%s: %q, want %q", row.says, got, row.want)
		}
	}
}

// After a restart nobody is known to have been let in, and the building is told.
func TestARestartEndsVisits(t *testing.T) {
	e, sc := newEstate(t, "residential-year")
	resident, own, _ := host(t, sc)
	if _, refused := e.Ring(0, 1, resident, own, true); refused != "" {
		t.Fatal(refused)
	}
	ended := e.Do(&script.Act{At: time.Minute, Event: event(t, sc, scenarios.Restarted), Resident: script.None})
	if len(ended) != 1 || ended[0] != 1 {
		t.Errorf("permits %v ended, want [1]", ended)
	}
	if got := e.CheckKey(2*time.Minute, 1, own); got != "no-key" {
		t.Errorf("the visitor rides on: %q", got)
	}
}

// event finds an event of a kind.
func event(t *testing.T, sc *scenarios.Scenario, kind scenarios.EventKind) int {
	t.Helper()
	for i := range sc.Events {
		if sc.Events[i].Kind == kind {
			return i
		}
	}
	t.Fatalf("%s has no event of kind %d", sc.Name, kind)
	return 0
}

// Tags go on opening what the Manager gave them for when another provider
// reads them (FL:L51).
func TestTagsOutlastAHandOver(t *testing.T) {
	e, sc := newEstate(t, "provider-handover")
	resident, own, foreign := host(t, sc)
	check := func(at scenarios.Instant, when string) {
		t.Helper()
		for floor, want := range map[int]string{own: "", 0: "", foreign: "not-permitted"} {
			if got := e.CheckTag(at, resident, floor); got != want {
				t.Errorf("%s the hand-over: floor %d: %q, want %q", when, floor, got, want)
			}
		}
	}
	check(0, "before")
	e.Do(&script.Act{At: time.Hour, Event: event(t, sc, scenarios.HandedOver), Resident: script.None})
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	check(2*time.Hour, "after")
}
