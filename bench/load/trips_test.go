package load

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/scenarios"
)

// house is four floors with people on two and three and the entrance below.
func house(streams ...scenarios.Stream) *scenarios.Scenario {
	return &scenarios.Scenario{
		Building: scenarios.Building{Floors: []scenarios.Floor{{Name: "G", Entrance: 1}, {Name: "1", Population: 10}, {Name: "2", Population: 30}, {Name: "3"}}},
		Banks:    []scenarios.Bank{{Name: "main", Serves: []int{0, 1, 2, 3}}, {Name: "high", Serves: []int{0, 2}}, {Name: "none", Serves: []int{0, 3}}},
		Tenants:  []scenarios.Tenant{{Name: "all", Floors: []int{1, 2}, Share: 1}},
		Traffic:  streams,
	}
}

// shares are the trips of a bank by their share.
func shares(t *testing.T, sc *scenarios.Scenario, bank int) map[Trip]float64 {
	t.Helper()
	all, err := tripsOf(sc, bank)
	if err != nil {
		t.Fatal(err)
	}
	got, before, sum := map[Trip]float64{}, 0.0, all.upTo[len(all.upTo)-1]
	for i := range all.from {
		got[Trip{all.from[i], all.to[i]}] = math.Round(1000*(all.upTo[i]-before)/sum) / 1000
		before = all.upTo[i]
	}
	return got
}

func TestTrips(t *testing.T) {
	hour := []scenarios.Phase{{End: time.Hour, Demand: 0.1, In: 0.5, Out: 0.25, Inter: 0.25}}
	profile := scenarios.Stream{Tenants: []string{"all"}, Phases: hour}
	for _, c := range []struct {
		sentence string
		sc       *scenarios.Scenario
		bank     int
		want     map[Trip]float64
	}{
		{"in and out by the people of a floor, between floors by those of both", house(profile), 0,
			map[Trip]float64{{0, 1}: 0.125, {0, 2}: 0.375, {1, 0}: 0.063, {2, 0}: 0.188, {1, 2}: 0.063, {2, 1}: 0.188}},
		{"a bank has the trips that it serves", house(profile), 1, map[Trip]float64{{0, 2}: 0.667, {2, 0}: 0.333}},
		{"rates of a matrix", house(scenarios.Stream{Kind: scenarios.Matrix, Phases: []scenarios.Phase{{End: time.Hour, Rates: [][]float64{{0, 0, 0, 3}, {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 0, 0, 0}}}}}), 0,
			map[Trip]float64{{0, 3}: 0.75, {2, 0}: 0.25}},
		{"a list counts its people", house(scenarios.Stream{Kind: scenarios.List, Trips: []scenarios.Trip{{Origin: 0, Destination: 1}, {Origin: 3, Destination: 0}, {Origin: 0, Destination: 1}, {Origin: 0, Destination: 1}}}), 0,
			map[Trip]float64{{0, 1}: 0.75, {3, 0}: 0.25}},
	} {
		if diff := cmp.Diff(c.want, shares(t, c.sc, c.bank)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.sentence, diff)
		}
	}
	if _, err := tripsOf(house(profile), 2); err == nil {
		t.Error("trips are made up for a bank that nobody rides")
	}
	visited := house()
	visited.Visitors = []scenarios.Visitor{{PerHour: 6, End: time.Hour, Floors: []int{3}}}
	if diff := cmp.Diff(map[Trip]float64{{0, 3}: 0.5, {3, 0}: 0.5}, shares(t, visited, 2)); diff != "" {
		t.Errorf("visitors come and go (-want +got):\n%s", diff)
	}
}

func TestPickFollowsTheShares(t *testing.T) {
	all := &trips{from: []int{0, 1}, to: []int{1, 0}, upTo: []float64{3, 4}}
	for _, c := range []struct {
		u    float64
		want Trip
	}{{0, Trip{0, 1}}, {0.74, Trip{0, 1}}, {0.76, Trip{1, 0}}, {math.Nextafter(1, 0), Trip{1, 0}}} {
		if got := all.pick(c.u); got != c.want {
			t.Errorf("at %v the trip is %v, want %v", c.u, got, c.want)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		sentence string
		landings []landing
		want     map[int]int
		noted    bool
	}{
		{"by name, whatever the order", []landing{{3000, 1, 1, "3"}, {1000, 2, 1, "G"}, {9000, 3, 1, "1"}, {2000, 4, 1, "2"}}, map[int]int{0: 1000, 1: 9000, 2: 2000, 3: 3000}, false},
		{"by order when names differ, fronts only", []landing{{1000, 1, 1, "A"}, {1010, 1, 2, "AR"}, {2000, 2, 1, "B"}, {3000, 3, 1, "C"}, {4000, 4, 1, "D"}}, map[int]int{0: 1000, 1: 2000, 2: 3000, 3: 4000}, false},
		{"by height in another building", []landing{{1000, 1, 1, "A"}, {2000, 2, 1, "B"}}, map[int]int{0: 1000, 1: 1000, 2: 1000, 3: 2000}, true},
	} {
		b := &bank{}
		note, err := b.match(house(), c.landings)
		if err != nil || (note != "") != c.noted || !cmp.Equal(c.want, b.areas) {
			t.Errorf("%s: areas %v, note %q, error %v", c.sentence, b.areas, note, err)
		}
	}
	if _, err := (&bank{}).match(house(), []landing{{1000, 1, 1, "A"}}); err == nil {
		t.Error("a building of one floor is matched")
	}
}

// Every scenario of the library has trips for each of its banks that anybody
// rides.
func TestTripsOfTheLibrary(t *testing.T) {
	for _, e := range scenarios.Library() {
		sc, err := scenarios.Load(e.Name, scenarios.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tripsOf(sc, 0); err != nil {
			t.Errorf("%s: %v", e.Name, err)
		}
	}
}
