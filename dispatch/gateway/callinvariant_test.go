package gateway

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/live"
)

// follower checks what a client hears of calls against what the states mean.
type follower struct {
	rank  map[int64]int
	ended map[int64]string
	wrong []string
}

// order of the states as clients are told of it. being_allocated is another
// name of being_assigned.
var order = []string{"registered", "being_assigned", "being_allocated", "assigned", "being_fixed", "fixed", "being_served", "served_soon", "served", "cancelled"}

func (f *follower) hear(frame []byte) {
	var e struct {
		Subtopic string
		Data     struct {
			Decks  []int64 `json:"allocated_lift_deck"`
			ETA    string  `json:"eta"`
			Reason string  `json:"cancel_reason"`
			Time   string  `json:"time"`
		}
	}
	if err := json.Unmarshal(frame, &e); err != nil {
		f.wrong = append(f.wrong, err.Error())
		return
	}
	levels := strings.Split(e.Subtopic, "/")
	var session int64
	if _, err := fmt.Sscan(levels[1], &session); err != nil {
		f.wrong = append(f.wrong, e.Subtopic)
	}
	state, rank := levels[2], slices.Index(order, levels[2])
	fault := func(what string) { f.wrong = append(f.wrong, fmt.Sprintf("%s of %d: %s", state, session, what)) }
	before, known := f.rank[session]
	switch {
	case rank < 0:
		fault("no such state")
	case !known && rank != 0:
		fault("before it is registered")
	case known && f.ended[session] != "":
		fault("after " + f.ended[session])
	case known && rank < before:
		fault("after " + order[before])
	case known && rank == before && state != "assigned" && state != "fixed":
		fault("again")
	}
	allocated := rank >= 3 && state != "cancelled"
	if allocated != (len(e.Data.Decks) == 1) {
		fault(fmt.Sprintf("with decks %v", e.Data.Decks))
	}
	if (allocated && rank <= 5) != (e.Data.ETA != "") {
		fault("with eta " + e.Data.ETA)
	}
	if e.Data.ETA != "" && e.Data.ETA < e.Data.Time {
		fault("with an eta in the past")
	}
	if e.Data.Reason != "" && (state != "cancelled" || e.Data.Reason != floorIsLocked && e.Data.Reason != noLiftAvailable) {
		fault("with reason " + e.Data.Reason)
	}
	f.rank[session] = rank
	if state == "served" || state == "cancelled" {
		f.ended[session] = state
	}
}

// Every accepted call is heard to end once, served or cancelled, its states
// never go back, and nothing is left of it, whatever goes wrong meanwhile.
func TestEveryCallEndsOnce(t *testing.T) {
	buildings := map[string]func(rt *rapid.T) building.Building{
		"fake": func(*rapid.T) building.Building { return newFakeBuilding(8, 3) },
		"twin": func(rt *rapid.T) building.Building {
			text := strings.Replace(smallHouse, `"eta"`, `"`+rapid.SampledFrom([]string{"eta", "collective", "destination", "etd", "zoned"}).Draw(rt, "dispatcher")+`"`, 1)
			sc, err := scenarios.Parse("small.toml", []byte(text), scenarios.Options{Dispatchers: twin.Dispatchers()})
			if err != nil {
				rt.Fatal(err)
			}
			return live.New(sc, live.Options{Seed: 1, Quiet: rapid.Bool().Draw(rt, "quiet")})
		},
	}
	for name, build := range buildings {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) { randomCalls(t, rt, build(rt)) })
		})
	}
}

func randomCalls(t *testing.T, rt *rapid.T, b building.Building) {
	w := newTown(t, b, nil)
	cars := len(w.group.bank().Cars)
	f := &follower{rank: map[int64]int{}, ended: map[int64]string{}}
	all := w.listen(someone(), "call_state/+/+")
	all.deliver = f.hear
	renewed(w, all)
	var sessions []int64
	remotes, over := 0, map[int]int{}
	floor := rapid.Custom(func(rt *rapid.T) dispatch.Floor { return dispatch.Floor(rapid.IntRange(0, 7).Draw(rt, "floor")) })
	for range rapid.IntRange(1, 40).Draw(rt, "deeds") {
		w.until(w.s.now + time.Duration(rapid.IntRange(0, 8000).Draw(rt, "ms"))*time.Millisecond)
		from, to, car := floor.Draw(rt, "from"), floor.Draw(rt, "to"), rapid.IntRange(0, cars-1).Draw(rt, "car")
		a := w.ride(from, to)
		switch rapid.SampledFrom([]string{"ride", "ride", "up", "down", "inside", "delete", "remote", "out", "lock", "stuck"}).Draw(rt, "deed") {
		case "ride":
			a.Delay = time.Duration(rapid.IntRange(0, 30).Draw(rt, "delay")) * time.Second
			a.Group = rapid.IntRange(1, 20).Draw(rt, "group")
			if rapid.Bool().Draw(rt, "pinned") {
				a.Allowed = []int64{w.group.deckArea(car)}
			}
		case "up":
			a.Action = actionUp
		case "down":
			a.Action = actionDown
		case "inside":
			a.Action, a.Area = actionCar, w.group.deckArea(car)
		case "delete":
			if len(sessions) > 0 {
				w.group.remove(someone(), rapid.SampledFrom(sessions).Draw(rt, "session"))
			}
			continue
		case "remote":
			if from == to {
				continue
			}
			n := remotes
			if _, err := w.g.Call("twin1", "1", int(from), int(to), time.Duration(rapid.IntRange(0, 30).Draw(rt, "ready"))*time.Second, nil, func(bool) { over[n]++ }); err != nil {
				rt.Fatal(err)
			}
			remotes++
			w.s.drain()
			continue
		case "out":
			a = nil
			w.fault(rt, building.Fault{Kind: building.CarOutOfService, Car: car, For: time.Minute})
		case "lock":
			a = nil
			w.fault(rt, building.Fault{Kind: building.FloorLocked, Floor: to, For: time.Minute})
		case "stuck":
			a = nil
			w.fault(rt, building.Fault{Kind: building.StuckDoor, Car: car, For: time.Minute})
		}
		if a == nil {
			continue
		}
		if session, refused := w.act(someone(), a); refused == "" {
			sessions = append(sessions, session)
		}
	}
	w.until(w.s.now + lostAfter - 5*time.Minute) // none is lost
	for _, wrong := range f.wrong {
		rt.Error(wrong)
	}
	for _, s := range sessions {
		if f.ended[s] == "" {
			rt.Errorf("call %d is %s after 25 minutes", s, order[f.rank[s]])
		}
	}
	for _, s := range slices.Sorted(maps.Keys(f.rank)) {
		if !slices.Contains(sessions, s) {
			rt.Errorf("states of call %d, which nobody placed", s)
		}
	}
	for n := range remotes {
		if over[n] != 1 {
			rt.Errorf("remote call %d ended %d times", n, over[n])
		}
	}
	w.until(w.s.now + time.Minute)
	if k := &w.group.calls; k.live != 0 || len(k.sessions) != 0 || len(k.pending) != 0 {
		rt.Errorf("%d live calls, %d sessions, %d put off are left", k.live, len(k.sessions), len(k.pending))
	}
	if broken := w.s.building.Broken(); len(broken) > 0 {
		rt.Errorf("%d invariants of the building broke: %s", len(broken), broken[0])
	}
	if w.group.dropped != 0 || w.group.fallen {
		rt.Errorf("the controller refused %d events, fallen %v", w.group.dropped, w.group.fallen)
	}
}

func (w *town) fault(rt *rapid.T, f building.Fault) {
	if err := w.s.building.Fault(f); err != nil {
		rt.Fatal(err)
	}
	// The fake building ends none by itself.
	if _, fake := w.s.building.(*fakeBuilding); fake {
		w.s.after(f.For, func() {
			f.For = 0
			_ = w.s.building.Fault(f)
		})
	}
}

// renewed keeps a subscription from its end.
func renewed(w *town, s *subscription) {
	w.s.after(4*time.Minute, func() {
		w.group.monitor.end(s)
		again := *s
		again.ended, again.watches = false, nil
		w.group.monitor.begin(&again)
		renewed(w, &again)
	})
}
