package dispatch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hoistway/dispatch"
)

// recorded draws a bank in use and returns the events its controller took.
// There is at least one, and every tick is among them, at its deadline.
func recorded(t *rapid.T, p dispatch.Policy) (dispatch.Config, []dispatch.Event) {
	s := randomStage(t, p)
	s.Watch = nil
	actions := s.actions()
	actions["landing call"](t)
	t.Repeat(actions)
	if err := s.Until(s.Now() + 5*time.Minute); err != nil {
		t.Fatal(err)
	}
	return s.cfg, s.History()
}

func newController(t *rapid.T, cfg dispatch.Config) *dispatch.Controller {
	k, err := dispatch.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func mustStep(t *rapid.T, k *dispatch.Controller, ev dispatch.Event, out []dispatch.Command) []dispatch.Command {
	out, err := k.Step(ev, out)
	if err != nil {
		t.Fatalf("%v: %v", ev, err)
	}
	return out
}

// transcript renders commands, explanations included, one a line.
func transcript(stamp string, cmds []dispatch.Command) []string {
	var lines []string
	for _, c := range cmds {
		lines = append(lines, fmt.Sprintf("%s%v %v", stamp, c, c.Why))
	}
	return lines
}

// replay steps a fresh controller through events and renders every command
// with the instant at which a driver gets it.
func replay(t *rapid.T, cfg dispatch.Config, events []dispatch.Event) []string {
	k := newController(t, cfg)
	var lines []string
	for _, ev := range events {
		lines = append(lines, transcript(fmt.Sprintf("%v ", ev.At), mustStep(t, k, ev, nil))...)
	}
	return lines
}

func equal(t *rapid.T, what string, want, got []string) {
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// TestSameEventsSameCommands replays a journal.
func TestSameEventsSameCommands(t *testing.T) {
	eachPolicy(t, func(t *rapid.T, p dispatch.Policy) {
		cfg, events := recorded(t, p)
		equal(t, "the second replay differs from the first", replay(t, cfg, events), replay(t, cfg, events))
	})
}

// TestNewCopiesConfig changes everything New was given while the controller
// works.
func TestNewCopiesConfig(t *testing.T) {
	eachPolicy(t, func(t *rapid.T, p dispatch.Policy) {
		cfg, events := recorded(t, p)
		want := replay(t, cfg, events)
		for _, c := range cfg.Cars {
			slices.Reverse(c.Serves)
		}
		before := fmt.Sprintf("%v", cfg.Cars)
		k := newController(t, cfg)
		if after := fmt.Sprintf("%v", cfg.Cars); after != before {
			t.Fatalf("New changed its configuration from %s to %s", before, after)
		}
		for i := range cfg.Cars {
			for j := range cfg.Cars[i].Serves {
				cfg.Cars[i].Serves[j] = 0
			}
			cfg.Cars[i] = dispatch.Car{}
		}
		var got []string
		for _, ev := range events {
			got = append(got, transcript(fmt.Sprintf("%v ", ev.At), mustStep(t, k, ev, nil))...)
		}
		equal(t, "the controller looks at its configuration after New", want, got)
	})
}

// TestStepAppends gives Step one buffer, that is overwritten as soon as the
// commands are read. What was in it before the Step stays.
func TestStepAppends(t *testing.T) {
	eachPolicy(t, func(t *rapid.T, p dispatch.Policy) {
		cfg, events := recorded(t, p)
		want := replay(t, cfg, events)
		k := newController(t, cfg)
		poison := dispatch.Command{Kind: dispatch.Serve, Car: 63, Floor: 255, Call: -7, Until: -1}
		buf := make([]dispatch.Command, 1, 4)
		var got []string
		for _, ev := range events {
			buf[0] = poison
			out := mustStep(t, k, ev, buf[:1])
			if first := out[0].String(); first != poison.String() {
				t.Fatalf("%v: what was in the buffer became %s", ev, first)
			}
			got = append(got, transcript(fmt.Sprintf("%v ", ev.At), out[1:])...)
			for i := range out {
				for j := range out[i].Why {
					out[i].Why[j] = dispatch.CarCost{Car: 63}
				}
				out[i] = poison
			}
			if cap(out) > cap(buf) {
				buf = out
			}
		}
		equal(t, "the commands depend on what becomes of the buffer", want, got)
	})
}

// TestRenderings holds events and commands to rendering without verbs gone
// wrong, whatever is in them.
func TestRenderings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ev := wildEvent().Draw(t, "event")
		c := dispatch.Command{Kind: dispatch.CommandKind(rapid.Byte().Draw(t, "kind")), Car: ev.Car, Floor: ev.Floor, Dir: ev.Dir, Reason: dispatch.Reason(ev.Group)}
		for _, s := range []string{ev.String(), c.String()} {
			if s == "" || strings.Contains(s, "%!") {
				t.Fatalf("%#v and %#v render as %q", ev, c, s)
			}
		}
	})
}

// TestCommandsLast keeps all commands and reads them, explanations included,
// when the last event is over.
func TestCommandsLast(t *testing.T) {
	eachPolicy(t, func(t *rapid.T, p dispatch.Policy) {
		cfg, events := recorded(t, p)
		cfg.Explain = true
		k := newController(t, cfg)
		var want []string
		var kept []dispatch.Command
		for _, ev := range events {
			n := len(kept)
			kept = mustStep(t, k, ev, kept)
			want = append(want, transcript("", kept[n:])...)
		}
		equal(t, "later events change the commands of earlier ones", want, transcript("", kept))
	})
}
