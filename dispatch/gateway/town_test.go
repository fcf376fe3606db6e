package gateway

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/live"
)

var rewrite = flag.Bool("rewrite", false, "write the transcripts under testdata anew")

// town is a gateway with one building whose time goes on as the test says.
type town struct {
	t      *testing.T
	g      *Gateway
	s      *site
	group  *group // the first
	frames []string
	shown  int
	log    strings.Builder
}

var dawn = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

func newTown(t *testing.T, b building.Building, change func(*Config)) *town {
	t.Helper()
	c := Config{Buildings: []Building{{ID: "twin1", Building: b}}, Clients: []Client{{ID: "robots", Secret: "secret"}}, Speed: 1, Start: dawn}
	if change != nil {
		change(&c)
	}
	g, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return &town{t: t, g: g, s: g.sites[0], group: g.sites[0].groups[0]}
}

const smallHouse = `
schema = 1
title = "Small house"
[building]
floors = 8
height = "3.6m"
population = 10
[bank.main]
cars = 2
dispatcher = "eta"
persons = 13
load = "1000kg"
[traffic.none]
demand = "1%"
mix = "45/45/10"
[run]
duration = "30min"
warm_up = "0s"
cool_down = "0s"
`

func house(t *testing.T, change ...string) building.Building {
	t.Helper()
	sc, err := scenarios.Parse("small.toml", []byte(strings.NewReplacer(change...).Replace(smallHouse)), scenarios.Options{Dispatchers: twin.Dispatchers()})
	if err != nil {
		t.Fatal(err)
	}
	return live.New(sc, live.Options{Seed: 1, Quiet: true})
}

// until plays on.
func (w *town) until(at time.Duration) {
	w.t.Helper()
	if w.s.play(at); w.s.fault != nil {
		w.t.Fatal(w.s.fault)
	}
}

// listen subscribes a client to topics.
func (w *town) listen(c *client, topics ...string) *subscription {
	s := &subscription{client: c, requestID: "m1", topics: topics, sub: "phone", duration: 300 * time.Second}
	s.deliver = func(frame []byte) { w.frames = append(w.frames, string(frame)) }
	w.group.subscribe(s)
	return s
}

// act does an action that has been admitted.
func (w *town) act(c *client, a *action) (int64, string) {
	if a.Group == 0 {
		a.Group = 1
	}
	a.Admitted = w.group.admits(a)
	return w.group.act(c, a)
}

func (w *town) ride(from, to dispatch.Floor) *action {
	dest := w.group.floorArea(to)
	return &action{Action: actionDestination, Area: w.group.floorArea(from), Destination: &dest}
}

// topics lists the subtopics of the events so far that begin with a prefix.
func (w *town) topics(prefix string) []string {
	w.t.Helper()
	var all []string
	for _, f := range w.frames {
		var e struct{ Subtopic string }
		if err := json.Unmarshal([]byte(f), &e); err != nil {
			w.t.Fatalf("%s: %v", f, err)
		}
		if strings.HasPrefix(e.Subtopic, prefix) {
			all = append(all, strings.TrimPrefix(e.Subtopic, prefix))
		}
	}
	return all
}

// events are the data of the events of one topic so far.
func (w *town) events(topic string) []map[string]any {
	w.t.Helper()
	var all []map[string]any
	for _, f := range w.frames {
		var e struct {
			Subtopic string
			Data     map[string]any
		}
		if err := json.Unmarshal([]byte(f), &e); err != nil {
			w.t.Fatalf("%s: %v", f, err)
		}
		if e.Subtopic == topic {
			all = append(all, e.Data)
		}
	}
	return all
}

// note writes into the transcript what has been sent since the last note, and
// then a line of the test's own.
func (w *town) note(format string, args ...any) {
	for ; w.shown < len(w.frames); w.shown++ {
		fmt.Fprintf(&w.log, "  %s\n", w.frames[w.shown])
	}
	if format != "" {
		fmt.Fprintf(&w.log, "%v %s\n", w.s.now, fmt.Sprintf(format, args...))
	}
}

// transcript compares the notes with those kept.
func (w *town) transcript() {
	w.t.Helper()
	w.note("")
	file := filepath.Join("testdata", "calls", strings.ReplaceAll(w.t.Name(), "/", "_")+".txt")
	if *rewrite {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			w.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(w.log.String()), 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		w.t.Fatalf("%v: write it with -rewrite", err)
	}
	if diff := cmp.Diff(string(want), w.log.String()); diff != "" {
		w.t.Errorf("not as in %s (-want +got):\n%s", file, diff)
	}
}
