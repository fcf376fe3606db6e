package gateway

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/building"
	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/live"
)

func TestPresentStateComesAtOnce(t *testing.T) {
	w := newTown(t, newFakeBuilding(8, 2), nil)
	w.act(someone(), w.ride(3, 5))
	w.act(someone(), w.ride(6, 1))
	gone, _ := w.act(someone(), w.ride(6, 2))
	w.group.remove(someone(), gone)
	for _, row := range []struct {
		why    string
		topics []string
		want   []string
	}{
		{"one topic", []string{"lift_2/doors"}, []string{"lift_2/doors"}},
		{"a topic of all lifts", []string{"+/status"}, []string{"lift_1/status", "lift_2/status"}},
		{"both at once are sent once each", []string{"lift_2/doors", "+/doors", "lift_2/doors"}, []string{"lift_1/doors", "lift_2/doors"}},
		{"the next stop of who moves", []string{"+/next_stop_eta"}, []string{"lift_1/next_stop_eta", "lift_2/next_stop_eta"}},
		{"a call's last state", []string{"call_state/7001/+"}, []string{"call_state/7001/fixed"}},
		{"a state that is over is sent to who names it", []string{"call_state/7001/being_allocated"}, []string{"call_state/7001/being_allocated"}},
		{"but not to who asks for it of all calls", []string{"call_state/+/assigned"}, nil},
		{"a state that is still to come", []string{"call_state/7001/served"}, nil},
		{"named and present", []string{"call_state/7001/assigned", "call_state/7001/+"}, []string{"call_state/7001/assigned", "call_state/7001/fixed"}},
		{"nothing but the end of a cancelled call", []string{"call_state/7003/fixed", "call_state/7003/cancelled"}, []string{"call_state/7003/cancelled"}},
		{"all calls", []string{"call_state/+/+"}, []string{"call_state/7001/fixed", "call_state/7002/fixed", "call_state/7003/cancelled"}},
		{"a call that nobody placed", []string{"call_state/7004/+"}, nil},
		{"nothing is known of stops and actions", []string{"+/stopping", "action/+/+"}, nil},
		{"a lift that there is not", []string{"lift_3/doors"}, nil},
		{"a wildcard that is none", []string{"lift_+/doors", "#"}, nil},
	} {
		w.frames = nil
		w.listen(someone(), row.topics...)
		if diff := cmp.Diff(row.want, w.topics("")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.why, diff)
		}
	}
}

func TestEnvelopeOfEvents(t *testing.T) {
	w := newTown(t, newFakeBuilding(8, 1), nil)
	s := &subscription{client: someone(), requestID: `m"1`, topics: []string{"lift_1/doors"}, duration: time.Minute}
	s.deliver = func(f []byte) { w.frames = append(w.frames, string(f)) }
	w.group.subscribe(s)
	want := `{"data":{"time":"2026-01-05T08:00:00.000Z","area":1001010,"landing":1000,"lift_side":1,"state":"CLOSED"},"subtopic":"lift_1/doors","requestId":"m\"1","callType":"monitor","buildingId":"building:twin1","groupId":"1"}`
	if diff := cmp.Diff([]string{want}, w.frames); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSubscriptionsEnd(t *testing.T) {
	c := someone()
	sub := func(name string, d time.Duration, topics ...string) func(*town) {
		return func(w *town) {
			w.group.subscribe(&subscription{client: c, sub: name, duration: d, topics: topics, deliver: func([]byte) {}})
		}
	}
	play := func(d time.Duration) func(*town) { return func(w *town) { w.until(w.s.now + d) } }
	const long = 300 * time.Second
	for _, row := range []struct {
		why  string
		do   []func(*town)
		left int
	}{
		{"it lasts", []func(*town){sub("a", long, "x"), play(299 * time.Second)}, 1},
		{"until its duration is over", []func(*town){sub("a", 10*time.Second, "x"), play(10 * time.Second)}, 0},
		{"and not longer than the limit", []func(*town){sub("a", time.Hour, "x"), play(300 * time.Second)}, 0},
		{"to subscribe again renews it", []func(*town){sub("a", long, "x", "y"), play(200 * time.Second), sub("a", long, "y", "x"), play(200 * time.Second)}, 1},
		{"the same sub with other topics is another one", []func(*town){sub("a", long, "x"), sub("a", long, "y")}, 2},
		{"the same sub with more topics takes its place", []func(*town){sub("a", long, "x"), sub("a", long, "x", "y")}, 1},
		{"another sub is another one", []func(*town){sub("a", long, "x"), sub("b", long, "x")}, 2},
		{"a duration of 0 ends", []func(*town){sub("a", long, "x"), sub("b", long, "x"), sub("a", 0, "x")}, 1},
		{"a duration of 0 ends nothing else", []func(*town){sub("a", long, "x"), sub("a", 0, "y")}, 1},
		{"the oldest gives way to one too many", []func(*town){sub("a", long, "x"), sub("b", long, "x"), sub("c", long, "x"), sub("d", long, "x")}, 3},
		{"the session is over", []func(*town){sub("a", long, "x"), sub("b", long, "x"), func(w *town) { w.group.unsubscribe(c) }}, 0},
		{"one that gave way does not end again", []func(*town){sub("a", time.Minute, "x"), sub("a", long, "x"), play(2 * time.Minute)}, 1},
	} {
		w := newTown(t, newFakeBuilding(8, 1), func(c *Config) { c.Limits.Subscribed = 3 })
		for _, do := range row.do {
			do(w)
		}
		m := &w.group.monitor
		indexed := 0
		for at, all := range m.index {
			for i, watch := range all {
				if watch.at != i || watch.place != at || watch.sub.ended {
					t.Errorf("%s: the index has a wrong entry", row.why)
				}
				indexed++
			}
		}
		topics := 0
		for _, s := range m.clients[c] {
			topics += len(s.topics)
		}
		if len(m.clients[c]) != row.left || indexed != topics {
			t.Errorf("%s: %d are left with %d topics, %d in the index, want %d", row.why, len(m.clients[c]), topics, indexed, row.left)
		}
		if _, known := m.clients[c]; row.left == 0 && known {
			t.Errorf("%s: the client is still known", row.why)
		}
	}
}

func TestDurationIsOnTheWallClock(t *testing.T) {
	w := newTown(t, newFakeBuilding(8, 1), func(c *Config) { c.Speed = 10 })
	c := someone()
	w.group.subscribe(&subscription{client: c, duration: time.Minute, topics: []string{"x"}, deliver: func([]byte) {}})
	w.until(599 * time.Second)
	if len(w.group.monitor.clients[c]) != 1 {
		t.Error("over before a minute on the wall clock")
	}
	w.until(601 * time.Second)
	if len(w.group.monitor.clients[c]) != 0 {
		t.Error("not over after a minute on the wall clock")
	}
}

func TestEventsReachWhoAskedForThem(t *testing.T) {
	w := newTown(t, newFakeBuilding(8, 2), nil)
	heard := map[string][]string{}
	listen := func(name string, topics ...string) {
		w.group.subscribe(&subscription{client: someone(), sub: name, duration: time.Minute, topics: topics, deliver: func(f []byte) {
			var e struct{ Subtopic string }
			if err := json.Unmarshal(f, &e); err != nil {
				t.Error(err)
			}
			heard[name] = append(heard[name], e.Subtopic)
		}})
	}
	listen("exact", "call_state/7001/served")
	listen("session", "call_state/7002/+")
	listen("twice", "call_state/+/served", "+/7001/served")
	listen("actions", "action/4000/+")
	w.act(someone(), w.ride(3, 5))
	w.act(someone(), w.ride(6, 1))
	w.until(20 * time.Second)
	want := map[string][]string{
		"exact":   {"call_state/7001/served"},
		"session": {"call_state/7002/registered", "call_state/7002/being_assigned", "call_state/7002/being_allocated", "call_state/7002/assigned", "call_state/7002/being_fixed", "call_state/7002/fixed", "call_state/7002/being_served", "call_state/7002/served_soon", "call_state/7002/served"},
		"twice":   {"call_state/7001/served", "call_state/7002/served"},
		"actions": {"action/4000/1"},
	}
	slices.Sort(heard["twice"])
	if diff := cmp.Diff(want, heard); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRefusedActionsArePublished(t *testing.T) {
	w := newTown(t, newFakeBuilding(8, 2), nil)
	w.listen(someone(), "action/+/+")
	a := w.ride(3, 3)
	terminal := int64(10011)
	a.Terminal = &terminal
	w.act(someone(), a)
	if len(w.frames) > 0 {
		t.Error("an action was published before its client had the result")
	}
	w.until(time.Millisecond)
	e := w.events("action/4000/10011")
	if len(e) != 1 || e[0]["success"] != false || e[0]["error"] != "SAME_SOURCE_AND_DEST_FLOOR" {
		t.Errorf("events %v", e)
	}
}

func TestNothingComesThroughWhenTheLinkIsDown(t *testing.T) {
	w := newTown(t, newFakeBuilding(8, 2), nil)
	w.listen(someone(), "call_state/+/+")
	w.s.link.setDown(time.Hour)
	w.act(someone(), w.ride(3, 5))
	w.until(time.Second)
	w.listen(someone(), "+/doors")
	if len(w.frames) > 0 {
		t.Errorf("events %v", w.topics(""))
	}
	w.s.link.setDown(0)
	w.until(20 * time.Second)
	if got := w.last(7001); got != "served" {
		t.Errorf("the call is %s to clients after the link was mended, want served", got)
	}
}

func TestStaleEventsComeLateAndOutOfOrder(t *testing.T) {
	w := newTown(t, newFakeBuilding(8, 1), nil)
	w.listen(someone(), "lift_1/doors")
	// Every second event is late by more than its phase of the doors takes.
	w.s.link.setStale(time.Hour, 1200*time.Millisecond, 0.5)
	w.act(someone(), w.ride(3, 5))
	w.until(20 * time.Second)
	var states []string
	for _, e := range w.events("lift_1/doors") {
		states = append(states, e["state"].(string))
	}
	want := []string{"CLOSED", "OPENING", "CLOSING", "OPENED", "OPENING", "CLOSED", "CLOSING", "OPENED", "CLOSED"}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPositionsAreSampledOnlyForWhoListens(t *testing.T) {
	w := newTown(t, house(t), nil)
	w.act(someone(), w.ride(0, 7))
	w.until(10 * time.Second)
	if w.group.monitor.samples {
		t.Error("positions are sampled although nobody listens")
	}
	s := w.listen(someone(), "lift_1/position")
	if !w.group.monitor.samples {
		t.Error("the car is under way and somebody listens, but positions are not sampled")
	}
	w.group.monitor.end(s)
	w.until(11 * time.Second)
	if w.group.monitor.samples {
		t.Error("positions are sampled although nobody listens any more")
	}
}

func TestLiftEvents(t *testing.T) {
	b := newFakeBuilding(8, 1)
	w := newTown(t, b, nil)
	w.listen(someone(), "+/doors", "+/position", "+/stopping", "+/status", "+/next_stop_eta")
	car := &b.banks[0].cars[0].is
	for _, row := range []struct {
		why    string
		change building.Car
		want   []string
	}{
		{"it leaves", building.Car{Floor: 0, Target: 4, Advance: 1, Motion: building.Starting, Travel: 1, Opens: true, LeftAt: 1, Arrives: 9e9}, []string{
			`lift_1/position {"adv":2,"area":1001010,"coll":"UP","cur":1,"dir":"UP","door":false,"moving_state":"STARTING"}`,
			`lift_1/next_stop_eta {"decks":[{"area":1001010,"current_position":1,"last_start_position":1,"load_percentage":0,"next_stop":5}],"eta":"2026-01-05T08:00:09.000Z","last_start_time":"2026-01-05T08:00:00.000Z"}`,
		}},
		{"nothing is new", building.Car{Floor: 0, Target: 4, Advance: 1, Motion: building.Starting, Travel: 1, Opens: true, LeftAt: 1, Arrives: 9e9}, nil},
		{"it slows down", building.Car{Floor: 2, Target: 4, Advance: 4, Motion: building.Decelerating, Travel: 1, Opens: true, LeftAt: 1, Arrives: 9e9, Load: 500_000}, []string{
			`lift_1/position {"adv":5,"area":1001010,"coll":"UP","cur":3,"dir":"UP","door":false,"moving_state":"DECELERATING"}`,
			`lift_1/stopping {"decks":[{"area":1001010,"doors":[{"inbound":[],"landing":5000,"lift_side":1,"outbound":[]}]}]}`,
		}},
		{"it slows down further", building.Car{Floor: 3, Target: 4, Advance: 4, Motion: building.Decelerating, Travel: 1, Opens: true, LeftAt: 1, Arrives: 9e9, Load: 500_000}, []string{
			`lift_1/position {"adv":5,"area":1001010,"coll":"UP","cur":4,"dir":"UP","door":false,"moving_state":"DECELERATING"}`,
		}},
		{"it opens, full", building.Car{Floor: 4, Target: 4, Advance: 4, Motion: building.Stopped, Doors: building.Opening, Onward: -1, DoorZone: true}, []string{
			`lift_1/position {"adv":5,"area":1001010,"coll":"DOWN","cur":5,"dir":"NONE","door":true,"moving_state":"STOPPED"}`,
			`lift_1/doors {"area":1001010,"landing":5000,"lift_side":1,"state":"OPENING"}`,
		}},
		{"its doors are stuck", building.Car{Floor: 4, Target: 4, Advance: 4, Motion: building.Stopped, Doors: building.Stuck, Onward: -1, DoorZone: true, Out: true}, []string{
			`lift_1/status {"decks":[{"alarm":false,"area":1001010}],"fault_active":true,"lift_mode":-1,"nominal_speed":2.5}`,
			`lift_1/doors {"area":1001010,"landing":5000,"lift_side":1,"state":"ERROR"}`,
		}},
		{"it parks elsewhere with a load", building.Car{Floor: 4, Target: 1, Advance: 1, Left: 4, LeftAt: 1e9, Arrives: 5e9, Motion: building.Decelerating, Travel: -1, Load: 250_000}, []string{
			`lift_1/status {"decks":[{"alarm":false,"area":1001010}],"fault_active":false,"lift_mode":0,"nominal_speed":2.5}`,
			`lift_1/position {"adv":2,"area":1001010,"coll":"DOWN","cur":5,"dir":"DOWN","door":false,"moving_state":"DECELERATING"}`,
			`lift_1/doors {"area":1001010,"lift_side":1,"state":"CLOSED"}`,
			`lift_1/next_stop_eta {"decks":[{"area":1001010,"current_position":5,"last_start_position":5,"load_percentage":25,"next_stop":2}],"eta":"2026-01-05T08:00:05.000Z","last_start_time":"2026-01-05T08:00:01.000Z"}`,
		}},
	} {
		*car, w.frames = row.change, nil
		w.s.CarChanged(0, 0, 0)
		var got []string
		for _, f := range w.frames {
			var e struct {
				Subtopic string
				Data     map[string]any
			}
			if err := json.Unmarshal([]byte(f), &e); err != nil {
				t.Fatal(err)
			}
			delete(e.Data, "time")
			data, err := json.Marshal(e.Data)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s %s", e.Subtopic, data))
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.why, diff)
		}
	}
}

// BenchmarkPublish is one state of a call, with so many clients listening each
// to their own call, and one of them to this.
func BenchmarkPublish(b *testing.B) {
	for _, n := range []int{1, 10_000} {
		b.Run(fmt.Sprintf("subscriptions=%d", n), func(b *testing.B) {
			g, err := Open(Config{Buildings: []Building{{ID: "twin1", Building: newFakeBuilding(8, 2)}}, Clients: []Client{{ID: "robots", Secret: "secret"}}, Speed: 1, Start: dawn})
			if err != nil {
				b.Fatal(err)
			}
			group := g.sites[0].groups[0]
			sent := 0
			for i := range n {
				group.subscribe(&subscription{client: someone(), duration: time.Minute, topics: []string{fmt.Sprintf("call_state/%d/+", 7001+i)}, deliver: func([]byte) { sent++ }})
			}
			e := &callStateEvent{Time: "2026-01-05T08:00:00.000Z", Decks: []int64{1001010}, Subgroup: 1}
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				group.monitor.publish("call_state/7001/fixed", e)
			}
			if sent != b.N {
				b.Fatalf("%d events were sent, want %d", sent, b.N)
			}
		})
	}
}

// BenchmarkCall is a destination call from act to served in the twin's small
// house, with one client that hears all its states and doors. A call a minute:
// what is timed is everything that happens to it, the cars' physics included.
func BenchmarkCall(b *testing.B) {
	sc, err := scenarios.Parse("small.toml", []byte(smallHouse), scenarios.Options{Dispatchers: twin.Dispatchers()})
	if err != nil {
		b.Fatal(err)
	}
	g, err := Open(Config{Buildings: []Building{{ID: "twin1", Building: live.New(sc, live.Options{Seed: 1, Quiet: true})}}, Clients: []Client{{ID: "robots", Secret: "secret"}}, Speed: 1, Start: dawn})
	if err != nil {
		b.Fatal(err)
	}
	s, heard := g.sites[0], 0
	group := s.groups[0]
	group.monitor.begin(&subscription{client: someone(), topics: []string{"call_state/+/+", "+/doors"}, deliver: func([]byte) { heard++ }})
	to := group.floorArea(5)
	b.ReportAllocs()
	for b.Loop() {
		group.act(someone(), &action{Action: actionDestination, Area: group.floorArea(2), Destination: &to, Group: 1, Admitted: true})
		s.play(s.now + time.Minute)
	}
	b.ReportMetric(float64(heard)/float64(b.N), "events/call")
}
