package dispatch_test

import (
	"strings"
	"testing"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/dispatchtest"
)

// soundConfig is two cars in ten floors.
func soundConfig(tb testing.TB, policy string) dispatch.Config {
	p, err := dispatch.PolicyByName(policy)
	if err != nil {
		tb.Fatal(err)
	}
	pace := dispatchtest.WholeSeconds()
	flights, err := pace.Flights(10)
	if err != nil {
		tb.Fatal(err)
	}
	return dispatch.Config{
		Floors: 10, Policy: p, Reassign: true, BypassLoad: 80, ParkingDelay: 10 * time.Second, HoldLimit: 20 * time.Second,
		Cars: []dispatch.Car{pace.Car(flights, 0, allFloors(10), 8), pace.Car(flights, 9, allFloors(10), 8)},
	}
}

// TestConfigFaults breaks one thing in a sound configuration at a time, and in
// the end all of them: New names each.
func TestConfigFaults(t *testing.T) {
	if _, err := dispatch.New(soundConfig(t, "eta")); err != nil {
		t.Fatalf("a sound configuration is refused: %v", err)
	}
	other, err := dispatch.NewFixedFlights(11, time.Second, time.Second, 0)
	if err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		says  string
		want  string
		spoil func(*dispatch.Config)
	}{
		{"the lobby is above the building", "Lobby is 10, want 0 to 9", func(c *dispatch.Config) { c.Lobby = 10 }},
		{"there is no policy", "Policy is nil", func(c *dispatch.Config) { c.Policy = nil }},
		{"the bypass load is unset", "BypassLoad is 0 %, want 1 to 200", func(c *dispatch.Config) { c.BypassLoad = 0 }},
		{"the parking delay is negative", "ParkingDelay -1s", func(c *dispatch.Config) { c.ParkingDelay = -time.Second }},
		{"the hold limit is negative", "HoldLimit -2s", func(c *dispatch.Config) { c.HoldLimit = -2 * time.Second }},
		{"a car serves a single floor", "car 0 serves 1 floors, want at least 2", func(c *dispatch.Config) { c.Cars[0].Serves = []dispatch.Floor{3} }},
		{"a car serves a floor there is not", "car 1 serves floor -2, want 0 to 9", func(c *dispatch.Config) { c.Cars[1].Serves = []dispatch.Floor{3, -2} }},
		{"a car stands nowhere", "car 0 has home 77, want 0 to 9", func(c *dispatch.Config) { c.Cars[0].Home = 77 }},
		{"a car has no flight table", "car 1 has no flight table for 10 floors", func(c *dispatch.Config) { c.Cars[1].Flights = nil }},
		{"a car has the flight table of another building", "car 0 has no flight table for 10 floors", func(c *dispatch.Config) { c.Cars[0].Flights = other }},
		{"a car carries nothing", "car 0 has rated load 0 g and 8 persons", func(c *dispatch.Config) { c.Cars[0].Load = 0 }},
		{"a car has room for nobody", "car 1 has rated load 600000 g and 0 persons", func(c *dispatch.Config) { c.Cars[1].Persons = 0 }},
		{"a door opens before it is told", "car 1 has a negative door time", func(c *dispatch.Config) { c.Cars[1].Open = -1 }},
	}
	all := soundConfig(t, "eta")
	for _, row := range rows {
		cfg := soundConfig(t, "eta")
		row.spoil(&cfg)
		row.spoil(&all)
		if k, err := dispatch.New(cfg); err == nil || k != nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: controller %v and error %v, want none and one that says %q", row.says, k != nil, err, row.want)
		}
	}
	_, err = dispatch.New(all)
	if err == nil {
		t.Fatal("a configuration with every fault is taken")
	}
	for _, row := range rows {
		if !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s, among other faults: %q is missing in\n%v", row.says, row.want, err)
		}
	}
	for _, row := range []struct {
		says, want string
		cfg        dispatch.Config
	}{
		{"nothing is set", "Floors is 0, want 2 to 256", dispatch.Config{}},
		{"nothing is set, and no car", "0 cars, want 1 to 64", dispatch.Config{}},
		{"too many floors", "Floors is 257", dispatch.Config{Floors: 257}},
		{"too many cars", "65 cars", dispatch.Config{Cars: make([]dispatch.Car, 65)}},
	} {
		if _, err := dispatch.New(row.cfg); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: error %v, want one that says %q", row.says, err, row.want)
		}
	}
}

// TestPolicyNames: scenarios find each policy by its name, and learn the names
// from the error.
func TestPolicyNames(t *testing.T) {
	seen := map[string]bool{}
	for _, want := range []string{"collective", "eta", "etd", "destination", "zoned"} {
		seen[want] = true
		if p, err := dispatch.PolicyByName(want); err != nil || p.Name() != want {
			t.Errorf("PolicyByName(%q) = %v, %v", want, p, err)
		}
	}
	_, err := dispatch.PolicyByName("best")
	for i, name := range dispatch.PolicyNames() {
		if dispatch.Policies()[i].Name() != name {
			t.Errorf("name %d is %q, the policy is called %q", i, name, dispatch.Policies()[i].Name())
		}
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("the error for an unknown dispatcher is %v, want it to name %q", err, name)
		}
		if !seen[name] {
			t.Errorf("policy %q is not one of those scenarios know", name)
		}
	}
}
