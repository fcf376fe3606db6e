package scenarios

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

type failer interface {
	Helper()
	Fatalf(string, ...any)
}

// same checks that the canonical text of s, read from the same place, gives
// an equal scenario.
func same(t failer, s *Scenario, source string) {
	t.Helper()
	again, err := Parse(source, []byte(s.Canonical()), Options{})
	if err != nil {
		t.Fatalf("the canonical text is refused:\n%v\n%s", err, s.Canonical())
	}
	if d := cmp.Diff(s, again, cmpopts.IgnoreFields(Scenario{}, "settings"), cmp.AllowUnexported(Stream{})); d != "" {
		t.Fatalf("the canonical text gives another scenario (-scenario +from canonical text):\n%s", d)
	}
	if s.Canonical() != again.Canonical() {
		t.Fatalf("the canonical text of the canonical text differs")
	}
}

func TestCanonicalTextOfTheLibrary(t *testing.T) {
	for _, e := range Library() {
		s, err := Load(e.Name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		same(t, s, s.Source)
	}
}

func TestCanonicalTextOfCarsThatDiffer(t *testing.T) {
	for _, row := range []struct{ sentence, cars string }{
		{"the first car serves fewer floors", "[bank.main.car.1]\nserves = \"1-5\"\n"},
		{"the second car serves fewer floors", "[bank.main.car.2]\nserves = \"0, 2-4\"\n"},
		{"each car has its own home", "[bank.main.car.1]\nhome = 4\n[bank.main.car.2]\nhome = 2\n"},
		{"one car has another motion model", "[bank.main.car.2.motion]\nmodel = \"floor-stop-turn\"\nfloor_time = \"1s\"\nstop_time = \"9s\"\n"},
		{"the first car has another motion model", "[bank.main.car.1.motion]\nmodel = \"floor-stop-turn\"\nfloor_time = \"1s\"\nstop_time = \"9s\"\n"},
		{"one car has a fixed dwell", "[bank.main.car.2.doors]\ndwell = \"fixed\"\n"},
		{"the first car has a fixed dwell", "[bank.main.car.1.doors]\ndwell = \"fixed\"\n"},
		{"one car has drawn transfer times", "[bank.main.car.2.doors]\ntransfer_shape = 3\ntransfer_min = \"1s\"\ntransfer_max = \"2s\"\n"},
		{"the first car has drawn transfer times", "[bank.main.car.1.doors]\ntransfer_shape = 3\ntransfer_min = \"1s\"\ntransfer_max = \"2s\"\n"},
	} {
		t.Run(row.sentence, func(t *testing.T) {
			s := mustParse(t, good+row.cars, "bank.main.interface=destination")
			if cmp.Equal(s.Banks[0].Cars[0], s.Banks[0].Cars[1], cmpopts.IgnoreFields(Car{}, "Name")) {
				t.Fatal("the cars do not differ")
			}
			same(t, s, s.Source)
		})
	}
}

// scenarioText draws a scenario file that has no faults.
func scenarioText(t *rapid.T) string {
	var b strings.Builder
	pick := func(label string, words ...string) string { return rapid.SampledFrom(words).Draw(t, label) }
	maybe := func(format string, args ...any) {
		if rapid.Bool().Draw(t, "give "+format) {
			fmt.Fprintf(&b, format+"\n", args...)
		}
	}
	ms := func(label string, from, to int) string {
		return fmt.Sprintf("%dms", rapid.IntRange(from, to).Draw(t, label))
	}
	milli := func(label string, from, to int) string {
		return undecimal(int64(rapid.IntRange(from, to).Draw(t, label)), 3)
	}
	floors := rapid.IntRange(4, 40).Draw(t, "floors")
	fmt.Fprintf(&b, "schema = 1\n")
	maybe("title = %s", quoteTOML("a \"title\"\\ <b>"))
	fmt.Fprintf(&b, "[building]\nfloors = %d\npopulation = %d\n", floors, rapid.IntRange(1, 100).Draw(t, "population"))
	maybe("height = %q", milli("height", 2000, 9000)+"m")
	maybe("entrances = { 0 = %q, 1 = %q }", "66.7%", "33.3%")
	maybe("locked = [2]")
	maybe("transfer_walk = %q", ms("transfer_walk", 0, 90_000))
	cars := rapid.IntRange(1, 5).Draw(t, "cars")
	fmt.Fprintf(&b, "[bank.main]\ncars = %d\n", cars)
	maybe("dispatcher = %q", pick("dispatcher", "eta", "collective", "destination"))
	maybe("persons = %d", rapid.IntRange(4, 30).Draw(t, "persons"))
	maybe("home = %s", pick("home", `"lobby"`, `"spread"`, "1"))
	b.WriteString("[bank.main.motion]\n")
	if rapid.Bool().Draw(t, "floor-stop-turn") {
		fmt.Fprintf(&b, "model = \"floor-stop-turn\"\nfloor_time = %q\nstop_time = %q\n", ms("floor_time", 1, 3000), ms("stop_time", 13001, 20000))
	} else {
		maybe("speed = %q", milli("speed", 500, 9000)+"m/s")
		maybe("jerk = %q", pick("jerk", "none", "1.25m/s3"))
	}
	b.WriteString("[bank.main.doors]\n")
	maybe("open = %q", ms("open", 1, 4000))
	maybe("close = %q", ms("close", 1, 9000))
	maybe("dwell = %q", pick("dwell", "fixed", "extends"))
	if rapid.Bool().Draw(t, "shape") {
		fmt.Fprintf(&b, "transfer_shape = 4\ntransfer_min = %q\ntransfer_max = %q\n", ms("transfer_min", 1, 1100), ms("transfer_max", 1100, 9000))
	}
	if rapid.Bool().Draw(t, "car override") {
		fmt.Fprintf(&b, "[bank.main.car.%d]\n", rapid.IntRange(1, cars).Draw(t, "car"))
		maybe("load = %q", milli("load", 80_000, 3_000_000)+"kg")
		maybe("doors.transfer_in = %q", "1.1s")
		maybe("doors.dwell = %q", pick("car dwell", "fixed", "extends"))
		maybe("doors.reopen_limit = 9")
	}
	if rapid.Bool().Draw(t, "tenant") {
		fmt.Fprintf(&b, "[tenant.some]\nwalk_distance = %q\n", milli("walk", 1, 99000)+"m")
		maybe("share = %q", milli("share", 1000, 100000)+"%")
		maybe("remote = %q\nno_show = \"3%%\"\nlate = \"1%%\"\nlate_by = \"20s\"", "33.3%")
		maybe("patience = { mean = \"60s\", sd = \"20s\", min = \"10s\", max = \"300s\" }")
	}
	switch rapid.IntRange(0, 3).Draw(t, "traffic") {
	case 0:
		fmt.Fprintf(&b, "[traffic.t]\ndemand = %q\nmix = \"%d/%d/0\"\n", milli("demand", 1, 20000)+"%", 30, 70)
		maybe("start = %q", ms("start", 0, 1000))
		maybe("repeat = %q", pick("repeat", "1h", "90min", "24h"))
	case 1:
		fmt.Fprintf(&b, "[traffic.t]\ntemplate = %q\npeak = %q\nbatch_mean = 1.3\n", pick("template", templateWords...), milli("peak", 1, 20000)+"%")
	case 2:
		fmt.Fprintf(&b, "[traffic.t]\nmix = \"33.33/33.33/33.34\"\nsteps = [ { start = \"0s\", demand = %q }, { start = \"1h\", demand = \"3%%\" } ]\n", milli("step", 1, 20000)+"%")
	case 3:
		rates := make([][]float64, floors)
		for i := range rates {
			rates[i] = make([]float64, floors)
			rates[i][(i+1)%floors] = rapid.Float64Range(0, 50).Draw(t, "rate")
		}
		rates[0][1] = 1
		fmt.Fprintf(&b, "[traffic.t]\nmatrix = %s\n", matrixForm{}.encode(&rates))
	}
	if rapid.Bool().Draw(t, "service") {
		fmt.Fprintf(&b, "[service]\nresidential = true\nintercom = true\nsites = [\"b\", \"a\"]\n")
		maybe("start = %q", pick("start", "2027-01-01", "2027-03-28T03:00:00+02:00", "2100-12-31T23:59:59Z"))
		maybe("apartments = %d", rapid.IntRange(1, 9).Draw(t, "apartments"))
		maybe("near = %q", milli("near", 20_000, 900_000)+"m")
		maybe("log_data = %q", ms("log_data", 3_600_000, 86_400_000))
		maybe("rotation = %q", pick("rotation", "30d", "36h", "1d1h"))
		maybe("[service.log.doors]\nfields = [\"floor\", \"bank\"]\nretention = %q", "90d")
		maybe("[event.e]\nkind = %q\ncount = %d\nto = %q", pick("kind", "reviewed", "restarted", "sub-user-added"), rapid.IntRange(1, 9).Draw(t, "count"), ms("to", 1, 1_000_000))
		maybe("[event.f]\nkind = %q\nat = %q\nsite = \"a\"", pick("end", "handed-over", "service-ended"), ms("at", 0, 1_000_000))
		maybe("[event.g]\nkind = \"corrected\"\nchannel = %q\nat = \"1min\"", pick("channel", channelWords...))
		maybe("[visitor.v]\nper_hour = \"2/h\"\nfloors = [3]\nend = \"1h\"\nrepeat = %q\nring = \"20%%\"\nanswered = \"70%%\"", pick("visitors' repeat", "1h", "24h"))
	}
	if rapid.Bool().Draw(t, "fault") {
		fmt.Fprintf(&b, "[fault.f]\nkind = \"slow-car\"\ncar = 1\nat = %q\nfor = \"1min\"\nfactor = %q\n", ms("at", 0, 3_600_000), milli("factor", 5000, 99000)+"%")
	}
	if rapid.Bool().Draw(t, "between clients and building") {
		fmt.Fprintf(&b, "[fault.g]\nkind = %q\nat = %q\nfor = \"1min\"\n", pick("what", "link-down", "cold-start", "stale-events"), ms("since", 0, 3_600_000))
	}
	if rapid.Bool().Draw(t, "load") {
		fmt.Fprintf(&b, "[load]\nprofile = %q\n", pick("profile", loadProfiles...))
		maybe("rate = %q", milli("calls", 1, 99_999)+"/s")
		maybe("ping_rate = %q", milli("pings", 0, 99_999)+"/s")
		maybe("sessions = %d", rapid.IntRange(1, 1000).Draw(t, "sessions"))
		maybe("duration = %q", ms("load for", 1000, 3_600_000))
		maybe("delete = %q", milli("deleted", 0, 100_000)+"%")
	}
	b.WriteString("[run]\n")
	maybe("seed = %d", rapid.Int64Range(0, math.MaxInt64).Draw(t, "seed"))
	return b.String()
}

func TestCanonicalTextOfAnyScenario(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := scenarioText(t)
		s, err := Parse("drawn.toml", []byte(text), Options{})
		if err != nil {
			t.Fatalf("the drawn scenario is refused:\n%v\n%s", err, text)
		}
		same(t, s, s.Source)
		again, err := Parse("drawn.toml", []byte(text), Options{})
		if err != nil || !cmp.Equal(s.Settings(), again.Settings()) {
			t.Fatalf("reading twice gives other settings")
		}
	})
}

// Every setting of Settings can be written into a file again.
func TestSettingsAreTOML(t *testing.T) {
	for _, e := range Library() {
		s, err := Load(e.Name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Settings()) < 40 {
			t.Errorf("%s has only %d settings", e.Name, len(s.Settings()))
		}
		for _, x := range s.Settings() {
			if _, fault := plant("setting", x.Key+" = "+x.Value); fault != nil {
				t.Errorf("%s: %s = %s is not TOML: %v", e.Name, x.Key, x.Value, fault)
			}
			if x.Source == "" || x.Source == "default: " {
				t.Errorf("%s: %s has no source", e.Name, x.Key)
			}
		}
	}
}

func TestQuantitiesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(0, 1e9).Draw(t, "x")
		for _, d := range []dimension{lengths, speeds, shares, masses} {
			if got, ok := d.parse(d.format(x)); !ok || got != x {
				t.Fatalf("%s gives %v, want %v", d.format(x), got, x)
			}
		}
		span := time.Duration(rapid.Int64Range(0, int64(longestSpan)).Draw(t, "span"))
		if got, ok := parseSpan(formatSpan(span)); !ok || got != span {
			t.Fatalf("%s gives %v, want %v", formatSpan(span), got, span)
		}
	})
}

func TestSpans(t *testing.T) {
	for _, row := range []struct {
		sentence, text string
		want           time.Duration
		ok             bool
	}{
		{"seconds", "2s", 2 * time.Second, true},
		{"a decimal is exact", "0.1s", 100 * time.Millisecond, true},
		{"hours and minutes", "1h30m", 90 * time.Minute, true},
		{"minutes by their longer name", "1h30min", 90 * time.Minute, true},
		{"a space before the unit", "90 min", 90 * time.Minute, true},
		{"milliseconds are not minutes", "90ms", 90 * time.Millisecond, true},
		{"a third of an hour is not whole nanoseconds", "0.333333333333h", 0, false},
		{"below a nanosecond", "0.0000000001s", 0, false},
		{"units out of order", "30min1h", 0, false},
		{"a unit twice", "1h1h", 0, false},
		{"no unit", "2", 0, false},
		{"days", "400d", 400 * 24 * time.Hour, true},
		{"days and hours", "1d12h", 36 * time.Hour, true},
		{"an unknown unit", "2w", 0, false},
		{"no number", "s", 0, false},
		{"nothing", "", 0, false},
		{"a sign in the middle", "1h-30min", 0, false},
		{"more than fits", "99999999999999999999h", 0, false},
		{"a sum of more than fits", "2562047h47min59999999999s", 0, false},
		{"two points", "1.2.3s", 0, false},
		{"no digit before the point", ".5s", 0, false},
		{"no digit behind the point", "5.s", 0, false},
		{"a clock time", "08:00", 0, false},
	} {
		if got, ok := parseSpan(row.text); ok != row.ok || ok && got != row.want {
			t.Errorf("%s: %q gives %v, %t; want %v, %t", row.sentence, row.text, got, ok, row.want, row.ok)
		}
	}
}
