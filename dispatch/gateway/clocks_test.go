package gateway

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/live"
	"hoistway/twin/people"
)

// clockScenario is an office with two banks, so that a site has several group
// controllers with timers of their own.
const clockScenario = `
schema = 1
[building]
floors = 12
height = "3.8m"
population = 40
[bank.high]
cars = 2
dispatcher = "eta"
[bank.low]
cars = 2
dispatcher = "destination"
[traffic.lunch]
demand = "13%"
mix = "45/45/10"
[fault.out]
kind = "car-out-of-service"
bank = "high"
car = 2
at = "90s"
for = "60s"
[fault.lock]
kind = "floor-locked"
floor = 7
at = "120s"
for = "45s"
[run]
duration = "4min"
warm_up = "0s"
cool_down = "0s"
`

// deed is something that a script does at an instant, in the order of the
// script where two have the same.
type deed struct {
	at dispatch.Instant
	do func(b building.Building)
}

// script is a random script of what clients do, on whole and broken
// milliseconds, so that some of it coincides with what the cars do.
func script(seed uint64) []deed {
	r := rand.New(rand.NewPCG(seed, 5))
	var all []deed
	for at := time.Duration(0); at < 4*time.Minute; at += time.Duration(r.IntN(6000)) * time.Millisecond {
		bank, from, to, kind := r.IntN(2), dispatch.Floor(r.IntN(12)), dispatch.Floor(r.IntN(12)), r.IntN(8)
		ready := at + time.Duration(r.IntN(30))*time.Second
		all = append(all, deed{at, func(b building.Building) {
			switch {
			case kind == 0 && from > 0:
				b.Press(bank, from, dispatch.Down)
			case kind == 1:
				b.PressInside(bank, 0, to)
			case kind == 2:
				_ = b.Fault(building.Fault{Kind: building.StuckDoor, Bank: bank, Car: 1, For: 20 * time.Second})
			case kind == 3 && from != to:
				id := b.Ride(bank, building.Ride{From: from, To: to, Group: 1, Ready: ready})
				b.Cancel(bank, id)
			case from != to:
				b.Ride(bank, building.Ride{From: from, To: to, Group: 1 + int(from)%3, Ready: ready, Cars: uint64(kind % 4)})
			}
		}})
	}
	return all
}

const clockEnd = 6 * time.Minute

func line(bank int, ev dispatch.Event, out []dispatch.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %+v", bank, ev)
	for _, c := range out {
		c.Why = nil
		fmt.Fprintf(&b, "\n    %+v", c)
	}
	return b.String()
}

// recorder is a group controller that writes down what it hears and commands.
type recorder struct {
	*dispatch.Controller
	bank  int
	lines *[]string
}

func (r recorder) StepAt(ev *dispatch.Event, out []dispatch.Command) ([]dispatch.Command, error) {
	before := len(out)
	out, err := r.Controller.StepAt(ev, out)
	if err == nil {
		*r.lines = append(*r.lines, line(r.bank, *ev, out[before:]))
	}
	return out, err
}

func recording(lines *[]string) func(int, dispatch.Config) (building.Control, error) {
	return func(bank int, c dispatch.Config) (building.Control, error) {
		k, err := dispatch.New(c)
		return recorder{k, bank, lines}, err
	}
}

// inVirtualTime plays a script as a simulation would.
func inVirtualTime(t *testing.T, sc *scenarios.Scenario, seed uint64, deeds []deed) []string {
	var lines []string
	b := live.New(sc, live.Options{Seed: seed})
	if err := b.Connect(recording(&lines), nil); err != nil {
		t.Fatal(err)
	}
	for _, d := range deeds {
		if err := b.Play(d.at); err != nil {
			t.Fatal(err)
		}
		d.do(b)
	}
	if err := b.Play(clockEnd); err != nil {
		t.Fatal(err)
	}
	if broken := b.Broken(); len(broken) > 0 {
		t.Errorf("script %d broke %d invariants: %s", seed, len(broken), broken[0])
	}
	return lines
}

// inRealTime plays it through a gateway, by the clock of a bubble.
func inRealTime(t *testing.T, sc *scenarios.Scenario, o live.Options, deeds []deed) (lines []string, journal []byte) {
	var text bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		g, err := Open(Config{
			Speed: 1, Journal: &text, JournalScenarios: []string{sc.Canonical()},
			Buildings: []Building{{ID: "clock", Building: live.New(sc, o)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			if err := g.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		s := g.sites[0]
		for _, d := range deeds {
			time.Sleep(d.at - g.instant())
			if err := s.ask(ctx, func() { d.do(s.building) }); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(clockEnd - g.instant())
		synctest.Wait()
		stop()
		all.Wait()
	})
	journal = bytes.Clone(text.Bytes())
	in := bufio.NewReader(&text)
	if _, err := in.ReadBytes('\n'); err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(in); d.More(); {
		var e entry
		if err := d.Decode(&e); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line(e.Bank, e.Event, e.Commands))
	}
	return lines, journal
}

// TestTwoClocks plays one script in virtual time and through a gateway in real
// time: group controllers hear and command the same, a hundred times (25 with
// -short, which CI gives the race detector).
func TestTwoClocks(t *testing.T) {
	t.Parallel()
	sc, err := scenarios.Parse("clock.toml", []byte(clockScenario), scenarios.Options{Dispatchers: twin.Dispatchers()})
	if err != nil {
		t.Fatal(err)
	}
	scripts, events := 100, 0
	if testing.Short() {
		scripts = 25
	}
	for seed := range uint64(scripts) {
		deeds := script(seed)
		want := inVirtualTime(t, sc, seed, deeds)
		got, journal := inRealTime(t, sc, live.Options{Seed: seed}, deeds)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("script %d: virtual time (-) and the gateway (+) differ:\n%.3000s", seed, diff)
		}
		events += len(got)
		done, err := Replay(bytes.NewReader(journal), func(head JournalHead) ([][]dispatch.Config, error) {
			configs, err := live.Configs(sc, head.Dispatcher)
			return [][]dispatch.Config{configs}, err
		})
		if err != nil {
			t.Fatalf("script %d: replaying the journal: %v", seed, err)
		}
		if done.Events != len(got) || done.Groups != 2 {
			t.Fatalf("script %d: the replay has %d events of %d groups, want %d of 2", seed, done.Events, done.Groups, len(got))
		}
	}
	if events < scripts*200 {
		t.Errorf("%d events in %d scripts: too few to mean anything", events, scripts)
	}
}

// TestSimulationAndService plays a scenario with nobody calling from outside: a
// simulation and a gateway do the same, event for event.
func TestSimulationAndService(t *testing.T) {
	sc, err := scenarios.Parse("clock.toml", []byte(clockScenario), scenarios.Options{Dispatchers: twin.Dispatchers()})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	run, err := twin.New(sc, twin.Options{Seed: 3, Control: recording(&want)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, _ := inRealTime(t, sc, live.Options{People: people.NewSource(sc, 3, 0)}, nil)
	if len(want) < 200 || len(got) < len(want) {
		t.Fatalf("%d events in the simulation, %d in service", len(want), len(got))
	}
	// A simulation ends when everybody has arrived; in service cars still park.
	if diff := cmp.Diff(want, got[:len(want)]); diff != "" {
		t.Errorf("the simulation (-) and the service (+) differ:\n%.3000s", diff)
	}
}
