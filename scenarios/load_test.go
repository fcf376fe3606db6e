package scenarios

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func mustParse(t *testing.T, text string, set ...string) *Scenario {
	t.Helper()
	s, err := Parse("good.toml", []byte(text), Options{Set: set})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func source(s *Scenario, key string) string {
	for _, x := range s.Settings() {
		if x.Key == key {
			return x.Value + " from " + x.Source
		}
	}
	return "not there"
}

func TestSetIsWrittenOverTheFile(t *testing.T) {
	for _, row := range []struct{ sentence, set, key, want string }{
		{"a number", "bank.main.cars=6", "bank.main.cars", `6 from --set`},
		{"a text without quotes", "bank.main.dispatcher=etd", "bank.main.dispatcher", `"etd" from --set`},
		{"a text with quotes", `bank.main.dispatcher="etd"`, "bank.main.dispatcher", `"etd" from --set`},
		{"a quantity without quotes", "bank.main.motion.speed=4m/s", "bank.main.motion.speed", `"4m/s" from --set`},
		{"a share without quotes", "traffic.morning.demand=7%", "traffic.morning.demand", `"7%" from --set`},
		{"a value with spaces", "expect.awt=<= 20s", "expect.awt", `"<= 20s" from --set`},
		{"a key that the file leaves out", "run.seed=7", "run.seed", `7 from --set`},
		{"a table that the file leaves out", "bank.main.control.parking=stay", "bank.main.control.parking", `"stay" from --set`},
		{"an inline table", `tenant.staff.mass={mean="80kg",sd="5kg",min="60kg",max="90kg"}`, "tenant.staff.mass", `{ mean = "80kg", sd = "5kg", min = "60kg", max = "90kg" } from --set`},
		{"one car", "bank.main.car.2.persons=8", "bank.main.car.2.persons", `8 from --set`},
		{"a key of the file stays", "run.seed=7", "bank.main.cars", `2 from scenario`},
		{"a default stays", "run.seed=7", "run.confidence", `"95%" from default: usual practice`},
		{"a first fault", "fault.f={kind=\"stuck-door\",car=1,at=\"1min\",for=\"1min\"}", "fault.f.at", `"1min" from --set`},
	} {
		t.Run(row.sentence, func(t *testing.T) {
			if got := source(mustParse(t, good, row.set), row.key); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
	if s := mustParse(t, good, "run.seed=7", "run.seed=8"); s.Run.Seed != 8 {
		t.Errorf("the last --set of a key must hold; seed is %d", s.Run.Seed)
	}
}

func TestSetRefuses(t *testing.T) {
	for _, row := range []struct{ sentence, set, want string }{
		{"no value", "run.seed", `--set 2: "run.seed" has no key and value (write --set KEY=VALUE, such as --set bank.main.cars=6)`},
		{"an empty value", "run.seed=", `--set 2: run.seed: has no value`},
		{"no key", "=3", `--set 2: "=3" has no key and value`},
		{"two lines", "run.seed=3\n[bank.x]", `--set 2: must be one line`},
		{"an unknown key", "run.sed=3", `--set 2: run.sed: unknown key (did you mean "seed"?)`},
		{"a wrong type", "run.seed=three", `--set 2: run.seed: "three" is text; expected a whole number`},
		{"a wrong unit", "bank.main.motion.speed=3m", `--set 2: bank.main.motion.speed: "3m" is not a speed`},
		{"a second bank by a misspelled name", "bank.mian.cars=3", `--set 2: bank.mian: the scenario has no bank "mian"; it has main (did you mean "main"?)`},
		{"a table header", "[run]=3", `--set 2: "[run]" is not a key`},
		{"a value over a table", "bank.main=3", `--set 2: bank.main: is a whole number; expected a table`},
		{"an impossible value", "building.floors=1", `--set 2: building.floors: 1 is too few; the least is 2`},
		{"a key of wrong case", "run.Seed=3", `--set 2: run.Seed: unknown key: keys are lower case (write "seed")`},
	} {
		t.Run(row.sentence, func(t *testing.T) {
			_, err := Parse("good.toml", []byte(good), Options{Set: []string{"run.seed=1", row.set}})
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got\n%v\nwant\n%s", err, row.want)
			}
		})
	}
}

func TestPassengersReplaceAllTraffic(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	const list, at = "few.csv", "sub/good.toml"
	if err := os.WriteFile(list, []byte(passengerHeader+"\n1.5,0,3,80\n2,5,0,75.5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := good + "[visitor.v]\nper_hour = \"4/h\"\nfloors = [1]\n"
	text = strings.Replace(text, "[run]", "[run]\nreplications = 5", 1)
	s, err := Parse(at, []byte(text), Options{Passengers: list})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Traffic) != 1 || len(s.Visitors) != 0 || s.Run.Replications != 1 {
		t.Fatalf("got %d streams, %d visitor streams and %d replications; want 1, 0 and 1", len(s.Traffic), len(s.Visitors), s.Run.Replications)
	}
	got := s.Traffic[0]
	want := Stream{
		Name: "passengers", Tenants: []string{"staff"}, Kind: List, List: "../few.csv", Batch: 1, digest: got.digest,
		Trips: []Trip{{1_500_000_000, 0, 3, 80_000}, {2_000_000_000, 5, 0, 75_500}},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(Stream{})); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if got := source(s, "traffic.passengers.list"); got != `"../few.csv" from --passengers` {
		t.Errorf("the list's source is %s", got)
	}
	same(t, s, at)

	_, err = Parse(at, []byte(good), Options{Passengers: "none.csv"})
	if err == nil || !strings.Contains(err.Error(), "--passengers: traffic.passengers.list: ") || !strings.Contains(err.Error(), "none.csv does not exist") {
		t.Errorf("a missing list gives %v", err)
	}
	_, err = Load("peer-std", Options{Passengers: dir})
	if err == nil || !strings.Contains(err.Error(), "is a folder; expected the file of a passenger list") {
		t.Errorf("a folder as list gives %v", err)
	}
	var ps Problems
	if !errors.As(err, &ps) {
		t.Errorf("the error is %T, not Problems", err)
	}
}

// A list counts by its contents: the same people under another file name are
// the same scenario, other people under the same name are not.
func TestHashCountsTheListsContents(t *testing.T) {
	hashOf := func(name, rows string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(passengerHeader+"\n"+rows), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Parse(filepath.Join(dir, "good.toml"), []byte(good), Options{Passengers: filepath.Join(dir, name)})
		if err != nil {
			t.Fatal(err)
		}
		return s.Hash
	}
	a := hashOf("a.csv", "1,0,3,80\n")
	if b := hashOf("b.csv", "1,0,3,80\n"); b != a {
		t.Error("another file name gives another hash")
	}
	if c := hashOf("a.csv", "1,0,4,80\n"); c == a {
		t.Error("other people give the same hash")
	}
	if mustParse(t, good).Hash == mustParse(t, good, "run.seed=2").Hash {
		t.Error("another seed gives the same hash")
	}
}

func TestListChecksumIsChecked(t *testing.T) {
	text := swap(t, "demand = \"5%\"\nmix = \"85/10/5\"", "list = \"library:std-1.csv\"\nlist_sha256 = \"00\"")
	_, err := Parse("good.toml", []byte(text), Options{Set: []string{"building.floors=11"}})
	if err == nil || !strings.Contains(err.Error(), "good.toml:16:15: traffic.morning.list_sha256: library:std-1.csv has checksum 9f60aea2") {
		t.Errorf("got %v", err)
	}
}

func TestReplicationsOfListsAreRefused(t *testing.T) {
	_, err := Load("peer-std", Options{Set: []string{"run.replications=3"}})
	if err == nil || !strings.Contains(err.Error(), "--set 1: run.replications: 3 replications of passenger lists would all be the same") {
		t.Errorf("got %v", err)
	}
}

func TestValues(t *testing.T) {
	for _, row := range []struct {
		sentence, old, new string
		got                func(*Scenario) any
		want               any
	}{
		{"the first car of a lift stands at the lobby", "", "", func(s *Scenario) any { return s.Banks[0].Cars[0].Home }, 0},
		{"cars spread from the lowest to the highest floor", "cars = 2", "cars = 3\nhome = \"spread\"", func(s *Scenario) any {
			return []int{s.Banks[0].Cars[0].Home, s.Banks[0].Cars[1].Home, s.Banks[0].Cars[2].Home}
		}, []int{0, 2, 5}},
		{"one car that spreads stands at the lowest floor", "cars = 2", "cars = 1\nhome = \"spread\"", func(s *Scenario) any { return s.Banks[0].Cars[0].Home }, 0},
		{"a car that does not serve the lobby stands at its lowest floor", "[bank.main.motion]", "interface = \"destination\"\n[bank.main.car.2]\nserves = \"2-5\"\n[bank.main.motion]", func(s *Scenario) any { return s.Banks[0].Cars[1].Home }, 2},
		{"the load follows the persons", "cars = 2", "cars = 2\npersons = 21", func(s *Scenario) any { return s.Banks[0].Cars[1].Load }, int64(1_575_000)},
		{"the persons follow the load, rounded down", "cars = 2", "cars = 2\nload = \"1600kg\"", func(s *Scenario) any { return s.Banks[0].Cars[1].Persons }, 21},
		{"the defaults are 1000 kg and 13 persons", "", "", func(s *Scenario) any { return []int64{s.Banks[0].Cars[0].Load, int64(s.Banks[0].Cars[0].Persons)} }, []int64{1_000_000, 13}},
		{"a car's own motion leaves the bank's other keys", "[bank.main.motion]", "[bank.main.car.2.motion]\nspeed = \"1m/s\"\n[bank.main.motion]\njerk = \"none\"", func(s *Scenario) any {
			a, b := s.Banks[0].Cars[0].Motion, s.Banks[0].Cars[1].Motion
			return []any{a.Speed, b.Speed, a.Jerk == b.Jerk}
		}, []any{1.6, 1.0, true}},
		{"changing banks takes 10 s unless it is said", "", "", func(s *Scenario) any { return s.Building.TransferWalk }, 10 * time.Second},
		{"changing banks takes as long as is said", "floors = 6", "floors = 6\ntransfer_walk = \"1min\"", func(s *Scenario) any { return s.Building.TransferWalk }, time.Minute},
		{"dwell extends unless it is fixed", "", "", func(s *Scenario) any { return s.Banks[0].Cars[0].Doors.DwellExtends }, true},
		{"a fixed dwell has no time after a transfer", `open = "2s"`, `dwell = "fixed"`, func(s *Scenario) any { return int64(s.Banks[0].Cars[0].Doors.AfterTransfer) }, int64(0)},
		{"nobody lives at the entrance", "", "", func(s *Scenario) any { return s.Building.Floors[0].Population }, 0},
		{"the lobby is the lowest entrance served", "floors = 6", "floors = 6\nentrances = [2]", func(s *Scenario) any { return s.Banks[0].Lobby }, 2},
		{"the destination dispatcher brings its panels", "cars = 2", "cars = 2\ndispatcher = \"destination\"", func(s *Scenario) any { return s.Banks[0].Interface }, Destination},
		{"heights add up without rounding", "floors = 6", "floors = 6\nheights = [\"0.7m\", \"0.7m\", \"70cm\", \"3.333333m\", \"1m\"]\n", func(s *Scenario) any {
			return []float64{s.Building.Floors[3].Elevation, s.Building.Floors[5].Elevation}
		}, []float64{2.1, 6.433333}},
		{"a step lasts until the next, the last until the end", "demand = \"5%\"", "steps = [{ start = \"0s\", demand = \"1%\" }, { start = \"10min\", demand = \"2%\" }]", func(s *Scenario) any {
			p := s.Traffic[0].Phases
			return []Instant{p[0].End, p[1].End}
		}, []Instant{600e9, 3600e9}},
		{"a demand is the decimal as written", `"5%"`, `"12.3%"`, func(s *Scenario) any { return s.Traffic[0].Phases[0].Demand }, 0.123},
		{"patience is for ever by default", "", "", func(s *Scenario) any { return s.Tenants[0].Patience.Mean > 1e300 }, true},
		{"a tenant lives on the floors with people", "", "", func(s *Scenario) any { return s.Tenants[0].Floors }, []int{1, 2, 3, 4, 5}},
		{"an expectation keeps its words", "", "", func(s *Scenario) any { return s.Expect }, []Expectation{{"awt", "<=", 30, "awt <= 30s"}}},
		{"expectations in minutes are judged in seconds", `"<= 30s"`, `"< 1.5min"`, func(s *Scenario) any { return s.Expect[0].Value }, 90.0},
		{"destination panels may stand before cars of different floors", "[bank.main.motion]", "interface = \"destination\"\n[bank.main.car.2]\nserves = \"0, 2-5\"\n[bank.main.motion]", func(s *Scenario) any { return s.Banks[0].Cars[1].Serves }, []int{0, 2, 3, 4, 5}},
		{"a car may say that it serves what the bank does", "[bank.main.motion]", "[bank.main.car.2]\nserves = \"0-5\"\n[bank.main.motion]", func(s *Scenario) any { return s.Banks[0].Interface }, Buttons},
		{"a list of bounds", `"<= 30s"`, `[">= 1s", "<= 30s"]`, func(s *Scenario) any { return len(s.Expect) }, 2},
		{"a scenario without tenants has everybody", "[tenant.staff]\nwalk_distance = \"10m\"\n", "", func(s *Scenario) any { return s.Tenants[0].Name }, "everybody"},
	} {
		t.Run(row.sentence, func(t *testing.T) {
			text := good
			if row.old != "" {
				text = swap(t, row.old, row.new)
			}
			if d := cmp.Diff(row.want, row.got(mustParse(t, text))); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestFaultsAreOrderedByStart(t *testing.T) {
	one := func(name, at string) string {
		return "[fault." + name + "]\nkind = \"stuck-door\"\ncar = 2\nat = \"" + at + "\"\nfor = \"1min\"\n"
	}
	s := mustParse(t, good+one("a", "3min")+one("c", "1min")+one("b", "1min"))
	got := ""
	for _, f := range s.Faults {
		got += f.Name
		if f.Car != 1 || f.Floor != -1 {
			t.Errorf("fault %s is on car %d, floor %d; want index 1 and -1", f.Name, f.Car, f.Floor)
		}
	}
	if got != "bca" {
		t.Errorf("got the order %s, want bca", got)
	}
}

// TestWhatOnlyAServedBuildingHas reads the faults and the load that the twin
// leaves out, with their defaults.
func TestWhatOnlyAServedBuildingHas(t *testing.T) {
	s := mustParse(t, good+`load_ack_p99 = "<= 250ms"
load_throughput = ">= 40/s"
[fault.a]
kind = "link-down"
at = "1min"
for = "30s"
[fault.b]
kind = "cold-start"
at = "2min"
for = "30s"
[fault.c]
kind = "stale-events"
at = "3min"
for = "30s"
share = "25%"
[fault.d]
kind = "floor-locked"
floor = 3
at = "4min"
for = "30s"
[load]
profile = "spike"
rate = "6/s"
`)
	wantFaults := []Fault{
		{Name: "a", Kind: LinkDown, Car: -1, Floor: -1, At: time.Minute, For: 30 * time.Second},
		{Name: "b", Kind: ColdStart, Car: -1, Floor: -1, At: 2 * time.Minute, For: 30 * time.Second, Delay: 10 * time.Second},
		{Name: "c", Kind: StaleEvents, Car: -1, Floor: -1, At: 3 * time.Minute, For: 30 * time.Second, Delay: 2 * time.Second, Share: 0.25},
		{Name: "d", Kind: FloorLocked, Car: -1, Floor: 3, At: 4 * time.Minute, For: 30 * time.Second},
	}
	if d := cmp.Diff(wantFaults, s.Faults); d != "" {
		t.Errorf("faults (-want +got)\n%s", d)
	}
	for i, f := range s.Faults {
		if served := i < 3; f.Kind.ServedOnly() != served {
			t.Errorf("%v: for served buildings only: %v, want %v", f.Kind, !served, served)
		}
	}
	wantLoad := &LoadTest{Profile: LoadSpike, Rate: 6, Sessions: 10, Duration: 30 * time.Second, Spike: 5 * time.Second, SpikeRate: 24, Seed: 1}
	if d := cmp.Diff(wantLoad, s.Load); d != "" {
		t.Errorf("load (-want +got)\n%s", d)
	}
	var forLoad []string
	for _, e := range s.Expect {
		if e.ForLoad() {
			forLoad = append(forLoad, fmt.Sprintf("%s %s %v", e.Metric, e.Op, e.Value))
		}
	}
	if d := cmp.Diff([]string{"load_ack_p99 <= 0.25", "load_throughput >= 40"}, forLoad); d != "" {
		t.Errorf("expectations of the load (-want +got)\n%s", d)
	}

	if s := mustParse(t, good); s.Load != nil {
		t.Errorf("a scenario without [load] has %+v", s.Load)
	}
	wantDefault := mustParse(t, good+"[load]\n").Load
	if d := cmp.Diff(wantDefault, DefaultLoad()); d != "" {
		t.Errorf("the load of a scenario without [load] is not that of an empty one (-empty +without)\n%s", d)
	}
	if wantDefault.Rate != 5 || wantDefault.Duration != 30*time.Second {
		t.Errorf("the default load is %+v", wantDefault)
	}
	if soak := mustParse(t, good+"[load]\nprofile = \"soak\"\n").Load; soak.Duration != 10*time.Minute || soak.Ramp != 200*time.Second || soak.SpikeRate != 0 {
		t.Errorf("a soak is %+v", soak)
	}
}

// TestLoadMetricsAreTheirOwn: whose a line of [expect] is, its name tells.
func TestLoadMetricsAreTheirOwn(t *testing.T) {
	for _, m := range LoadMetrics() {
		if !(Expectation{Metric: m.Name}).ForLoad() {
			t.Errorf("%s is not for load", m.Name)
		}
	}
	for _, m := range Metrics() {
		if (Expectation{Metric: m.Name}).ForLoad() {
			t.Errorf("%s is for load", m.Name)
		}
	}
}

func TestListsThatDoNotFitAreRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, row := range []struct{ sentence, rows, want string }{
		{"a passenger whom no car can lift", "1,0,3,75\n2,0,3,480\n", "good.toml:8:8: traffic.morning.list: the passenger on line 3 of l.csv weighs 480 kg; no car carries more than 400 kg"},
		{"a passenger after the end of the run", "3600,0,3,75\n", "the last passenger of l.csv comes at 1h, not before the end of run.duration, 1h (lengthen run.duration)"},
	} {
		if err := os.WriteFile("l.csv", []byte(header+row.rows), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Parse("good.toml", []byte(`schema = 1
[building]
floors = 6
[bank.main]
cars = 2
load = "400kg"
[traffic.morning]
list = "l.csv"
[run]
duration = "1h"
`), Options{})
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got\n%v\nwant\n%s", row.sentence, err, row.want)
		}
	}
}
