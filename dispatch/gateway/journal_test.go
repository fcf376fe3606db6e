package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hoistway/dispatch"
	"hoistway/dispatch/dispatchtest"
)

// TestEntriesSurviveJSON: every event and command there can be comes back from a
// line of a journal to the last bit.
func TestEntriesSurviveJSON(t *testing.T) {
	instant := func(t *rapid.T, label string) dispatch.Instant {
		return dispatch.Instant(rapid.Int64().Draw(t, label))
	}
	rapid.Check(t, func(t *rapid.T) {
		want := entry{
			Building: rapid.Int().Draw(t, "building"), Bank: rapid.Int().Draw(t, "bank"),
			Event: dispatch.Event{
				At: instant(t, "at"), Call: dispatch.CallID(rapid.Int64().Draw(t, "call")), Ready: instant(t, "ready"),
				Load: rapid.Int64().Draw(t, "load"), Cars: rapid.Uint64().Draw(t, "cars"), Group: rapid.Int32().Draw(t, "group"),
				Permit: dispatch.Permit(rapid.Int32().Draw(t, "permit")), Car: dispatch.CarID(rapid.Int16().Draw(t, "car")),
				Floor: dispatch.Floor(rapid.Int16().Draw(t, "floor")), To: dispatch.Floor(rapid.Int16().Draw(t, "to")),
				Dir: dispatch.Direction(rapid.Int8().Draw(t, "dir")), Kind: dispatch.EventKind(rapid.Byte().Draw(t, "kind")),
				Door: dispatch.Door(rapid.Byte().Draw(t, "door")), Mode: dispatch.Mode(rapid.Byte().Draw(t, "mode")), Locked: rapid.Bool().Draw(t, "locked"),
			},
		}
		for range rapid.IntRange(0, 3).Draw(t, "commands") {
			want.Commands = append(want.Commands, dispatch.Command{
				Call: dispatch.CallID(rapid.Int64().Draw(t, "of call")), Until: instant(t, "until"), Car: dispatch.CarID(rapid.Int16().Draw(t, "of car")),
				Floor: dispatch.Floor(rapid.Int16().Draw(t, "at floor")), Dir: dispatch.Direction(rapid.Int8().Draw(t, "shown")),
				Kind: dispatch.CommandKind(rapid.Byte().Draw(t, "command")), Reason: dispatch.Reason(rapid.Byte().Draw(t, "reason")),
			})
		}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got entry
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s comes back as another (-want +got):\n%s", text, diff)
		}
	})
}

// journalOf plays a day on a bank and gives its journal.
func journalOf(t *testing.T, c dispatch.Config, seed uint64) (journal []byte, g *group, b *dispatchtest.Building) {
	t.Helper()
	var text bytes.Buffer
	g = lonelyGroup(t, c, &text)
	b = dispatchtest.Around(stepper{g}, c, dispatchtest.WholeSeconds())
	day(t, b, c, seed)
	if err := g.journal.close(); err != nil {
		t.Fatal(err)
	}
	return text.Bytes(), g, b
}

// bankOf is a replay's view of one bank, configured anew every time.
func bankOf(c func() dispatch.Config) func(JournalHead) ([][]dispatch.Config, error) {
	return func(JournalHead) ([][]dispatch.Config, error) { return [][]dispatch.Config{{c()}}, nil }
}

// TestReplay plays days with calls, locks, revoked permits and, in half of them, a
// policy that fails, and replays their journals: nothing differs.
func TestReplay(t *testing.T) {
	eta, err := dispatch.PolicyByName("eta")
	if err != nil {
		t.Fatal(err)
	}
	revoked, fell := 0, 0
	for seed := range uint64(40) {
		left := 1 << 30
		if seed%2 == 0 {
			left = int(seed)
		}
		config := func() dispatch.Config { return smallBank(t, &failing{eta, left}) }
		journal, g, b := journalOf(t, config(), seed)
		if g.fallen {
			fell++
		}
		revoked += bytes.Count(journal, []byte(`"Reason":9`))
		if n := bytes.Count(journal, []byte(`"Permit":`)) - bytes.Count(journal, []byte(`"Permit":0`)); n > 0 {
			t.Fatalf("the journal has %d permits", n)
		}
		done, err := Replay(bytes.NewReader(journal), bankOf(config))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		want := Replayed{Events: len(b.History()), Commands: done.Commands, Groups: 1, Until: b.History()[len(b.History())-1].At}
		if diff := cmp.Diff(want, done); diff != "" || done.Commands == 0 {
			t.Errorf("seed %d, with %d commands: (-want +got):\n%s", seed, done.Commands, diff)
		}
	}
	if fell < 15 || revoked < 20 {
		t.Errorf("the policy failed on %d days, and revoked permits ended %d calls: too few to mean anything", fell, revoked)
	}
}

// TestReplayFindsTheFirstDifference alters journals in one place each.
func TestReplayFindsTheFirstDifference(t *testing.T) {
	eta, err := dispatch.PolicyByName("eta")
	if err != nil {
		t.Fatal(err)
	}
	config := func() dispatch.Config { return smallBank(t, &failing{eta, 1 << 30}) }
	journal, _, _ := journalOf(t, config(), 7)
	lines := strings.SplitAfter(string(journal), "\n")
	// at finds the first line of events, from a place on, with all of these.
	at := func(from int, parts ...string) int {
		t.Helper()
	lines:
		for i := from; i < len(lines); i++ {
			for _, p := range parts {
				if !strings.Contains(lines[i], p) {
					continue lines
				}
			}
			return i
		}
		t.Fatalf("no line has %q", parts)
		return 0
	}
	served := at(50, `"Kind":4,"Reason"`)
	call := at(50, `"Kind":1,"Door"`, `"Kind":1,"Reason"`)
	for _, row := range []struct {
		says    string
		line    int
		old     string
		new     string
		differs int // line of events; 0 = the journal is damaged
		want    string
	}{
		{"a command that was another", served, `"Kind":4,"Reason"`, `"Kind":5,"Reason"`, served, "journal: [park"},
		{"a command of another car", call, `"Kind":1,"Reason":0`, `"Kind":1,"Reason":3`, call, "replay:  [assign"},
		{"a command too many", call, `"c":[`, `"c":[{"Call":1,"Until":0,"Why":null,"Car":0,"Floor":0,"Dir":0,"Kind":1,"Reason":0},`, call, "differs: "},
		{"an event that went back in time", call, `"At":`, `"At":-`, call, "the controller refuses it"},
		{"an event of another building", call, `"b":0`, `"b":1`, 0, "damaged: event"},
		{"an event of a bank below the first", call, `"g":0`, `"g":-1`, 0, "damaged: event"},
		{"a word that no event has", call, `"Floor"`, `"Flor"`, 0, "damaged after event"},
		{"a number that no floor has", call, `"Floor":`, `"Floor":99999`, 0, "damaged after event"},
		{"something behind a line", call, "\n", "]\n", 0, "damaged after event"},
		{"a cut in a line", len(lines) - 2, "}\n", "", 0, "cut off after event"},
	} {
		altered := append([]string(nil), lines...)
		altered[row.line] = strings.Replace(altered[row.line], row.old, row.new, 1)
		if altered[row.line] == lines[row.line] {
			t.Fatalf("%s: line %d has no %s: %s", row.says, row.line, row.old, lines[row.line])
		}
		done, err := Replay(strings.NewReader(strings.Join(altered, "")), bankOf(config))
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: error %v, want one with %q", row.says, err, row.want)
			continue
		}
		var differs *Difference
		switch errors.As(err, &differs); {
		case row.differs == 0 && differs != nil:
			t.Errorf("%s: a damaged journal is taken for a difference: %v", row.says, err)
		case row.differs > 0 && (differs == nil || differs.At != row.differs || done.Events != row.differs-1):
			t.Errorf("%s: after %d events: %v; want a difference at event %d", row.says, done.Events, err, row.differs)
		}
	}
	// Another policy is a difference, too: it is what a replay is for.
	other, err := dispatch.PolicyByName("collective")
	if err != nil {
		t.Fatal(err)
	}
	var differs *Difference
	if _, err := Replay(bytes.NewReader(journal), bankOf(func() dispatch.Config { return smallBank(t, other) })); !errors.As(err, &differs) {
		t.Errorf("under another policy: %v, want a difference", err)
	}
}

// FuzzReplay: whatever a journal holds, reading it ends with a result or an error.
func FuzzReplay(f *testing.F) {
	head := `{"journal":1,"synthetic":true,"scenarios":["house"]}` + "\n"
	f.Add([]byte(head + `{"b":0,"g":0,"e":{"At":1,"Call":1,"Floor":3,"Dir":1,"Kind":1},"c":[{"Call":1,"Kind":1}]}` + "\n"))
	f.Add([]byte(head + `{"b":0,"g":0,"e":{"At":1,"Call":1,"Floor":3,"To":9,"Group":1,"Kind":3,"Cars":3}}` + "\n" + `{"e":{"At":2,"Kind":9}}`))
	f.Add([]byte(head + `{"e":{"At":9223372036854775807,"Car":2,"Floor":3,"To":5,"Kind":5}}`))
	f.Add([]byte(`{"journal":2}`))
	eta, err := dispatch.PolicyByName("eta")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<16 {
			return
		}
		done, err := Replay(bytes.NewReader(text), bankOf(func() dispatch.Config { return smallBank(t, eta) }))
		if err == nil && done.Until < 0 {
			t.Errorf("%d events until %v", done.Events, done.Until)
		}
	})
}

// TestJournalSaysThatItFailed: what could not be written is told at the end.
func TestJournalSaysThatItFailed(t *testing.T) {
	j, err := newJournal(&Config{Journal: brokenWriter{}})
	if err != nil {
		t.Fatal(err)
	}
	g := &group{site: &site{}}
	for range 1000 {
		j.write(g, &dispatch.Event{At: time.Second, Kind: dispatch.Tick}, nil)
	}
	if err := j.close(); !errors.Is(err, errBroken) {
		t.Errorf("closing gives %v, want the disk's error", err)
	}
}

var errBroken = errors.New("disk full")

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }
