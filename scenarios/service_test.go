package scenarios

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A scenario has a service as soon as something in it needs one, and then it
// has every default.
func TestWhenThereIsAService(t *testing.T) {
	for _, row := range []struct {
		sentence, old, new string
		want               bool
	}{
		{"nobody has an app", "[run]", "[run]", false},
		{"an empty table asks for it", "[run]", "[service]\n[run]", true},
		{"an event", "[run]", "[event.e]\nkind = \"restarted\"\n[run]", true},
		{"visitors", "[run]", "[visitor.v]\nper_hour = \"4/h\"\nfloors = [1]\n[run]", true},
		{"remote calls", "[tenant.staff]", "[tenant.staff]\nremote = \"1%\"", true},
		{"no remote calls, in so many words", "[tenant.staff]", "[tenant.staff]\nremote = \"0%\"", false},
	} {
		s := mustParse(t, swap(t, row.old, row.new))
		if got := s.Service != nil; got != row.want {
			t.Errorf("%s: a service: %t, want %t", row.sentence, got, row.want)
			continue
		}
		app := NoApp
		if row.want {
			app = FlowApp
			want := &Service{
				Start: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Region: "FI", Near: 200, Grid: 10,
				Inactivity: 730 * day, LogData: 365 * day, Backups: 90 * day, Rotation: 30 * day, Least: 5,
			}
			if d := cmp.Diff(want, s.Service); d != "" {
				t.Errorf("%s: other defaults (-want +got):\n%s", row.sentence, d)
			}
		}
		if got := s.Tenants[0].App; got != app {
			t.Errorf("%s: the tenant has app %d, want %d", row.sentence, got, app)
		}
	}
}

// What did not exist before must not change what a scenario without it is: the
// hash is in every result.
func TestScenariosWithoutAServiceKeepTheirHash(t *testing.T) {
	for name, want := range map[string]string{
		"crites-barto": "5a6ca9ec0883e9b822648ad402699ba16b6c41074a7b419e7b4493c1db75355c",
		"hotel":        "528161e4d302e497f1917fab4e0f5a1dc6837fa463dc3f43de76a6e06d55e4e1",
		"mixed-use":    "252c69c4323adbcd13b2581eec162e20e8be336c56b5047dc29f5d5240072239",
		"office-day":   "dd010120aa2156e9905939abc21d6c92cbf5279ccc2ec51fcfe06601ea815d71",
		"peer-tower":   "800088f2a7ba01ab8ca753113f4f72aaac54f07df9b8f44ff7ff0a8bdb945c04",
	} {
		s, err := Load(name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s.Hash != want {
			t.Errorf("%s has the hash %s, want %s: its canonical text has changed:\n%s", name, s.Hash, want, s.Canonical())
		}
	}
}

func TestServiceIsRead(t *testing.T) {
	s := mustParse(t, swap(t, "[run]", `[service]
start = "2027-03-28T03:30:00+02:00"
residential = true
intercom = true
region = "SE"
sites = ["b", "a"]
near = "50m"
grid = "1m"
[service.log.doors]
fields = ["result", "floor"]
retention = "30d"
[service.log.cars]
fields = ["bank"]
retention = "36h"
[run]`))
	want := &Service{
		Start: time.Date(2027, 3, 28, 1, 30, 0, 0, time.UTC), Residential: true, Apartments: 4, Intercom: true, Region: "SE", Sites: []string{"a", "b"},
		Near: 50, Grid: 1, Inactivity: 730 * day, LogData: 365 * day, Backups: 90 * day, Rotation: 30 * day, Least: 5,
		Logs: []BuildingLog{{"cars", []string{"bank"}, 36 * time.Hour}, {"doors", []string{"floor", "result"}, 30 * day}},
	}
	if d := cmp.Diff(want, s.Service); d != "" {
		t.Errorf("another service (-want +got):\n%s", d)
	}
}

func TestEventsAreRead(t *testing.T) {
	s := mustParse(t, swap(t, "[run]", `[event.late]
kind = "moved-out"
count = 3
from = "30min"
[event.b]
kind = "erased"
at = "10min"
tenant = "staff"
channel = "operator"
[event.a]
kind = "handed-over"
at = "10min"
site = "annex"
[service]
sites = ["annex"]
[run]`))
	want := []Event{
		{Name: "a", Kind: HandedOver, Count: 1, From: 10 * time.Minute, To: 10 * time.Minute, Site: "annex"},
		{Name: "b", Kind: Erased, Count: 1, From: 10 * time.Minute, To: 10 * time.Minute, Tenant: "staff", Channel: ByOperator},
		{Name: "late", Kind: MovedOut, Count: 3, From: 30 * time.Minute, To: time.Hour},
	}
	if d := cmp.Diff(want, s.Events); d != "" {
		t.Errorf("other events (-want +got):\n%s", d)
	}
}

func TestEventKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range EventKinds() {
		if k.String() == "" || seen[k.String()] || eventKinds[k].meaning == "" {
			t.Errorf("kind %d has the word %q and the meaning %q", k, k, eventKinds[k].meaning)
		}
		seen[k.String()] = true
		if k.NeedsFlow() && !k.Befalls() {
			t.Errorf("%s needs Flow but befalls nobody", k)
		}
		if NoApp.Knows(k) || !FlowApp.Knows(k) || RemoteCallApp.Knows(k) == k.NeedsFlow() {
			t.Errorf("%s is known to the wrong apps", k)
		}
	}
	if len(seen) != int(ServiceEnded)+1 {
		t.Errorf("%d kinds, want %d", len(seen), ServiceEnded+1)
	}
}

// What repeats is written within one round.
func TestRepeat(t *testing.T) {
	s := mustParse(t, swap(t, "demand = \"5%\"\n", "repeat = \"24h\"\nsteps = [{ start = \"8h\", demand = \"1%\" }, { start = \"20h\", demand = \"2%\" }]\n")+
		"[visitor.v]\nper_hour = \"4/h\"\nfloors = [1]\nstart = \"9h\"\nrepeat = \"12h\"\n", "run.duration=10d")
	p := s.Traffic[0].Phases
	if len(p) != 2 || p[1].Start != 20*time.Hour || p[1].End != 24*time.Hour || s.Traffic[0].Repeat != 24*time.Hour {
		t.Errorf("got the phases %+v, again after %v", p, s.Traffic[0].Repeat)
	}
	if v := s.Visitors[0]; v.End != 12*time.Hour || v.Repeat != 12*time.Hour {
		t.Errorf("visitors come until %v, again after %v", v.End, v.Repeat)
	}
	if s = mustParse(t, good); s.Traffic[0].Repeat != 0 {
		t.Errorf("traffic that does not repeat comes again after %v", s.Traffic[0].Repeat)
	}
}
