package gateway

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch"
)

func TestRefusals(t *testing.T) {
	w := newTown(t, newFakeBuilding(8, 2), nil)
	at := func(v int64) *int64 { return &v }
	for _, row := range []struct {
		why string
		a   action
		err string
	}{
		{"an action that is on no list", action{Action: 200, Area: 1000, Destination: at(2000)}, "Ignoring call, unknown call action: 200"},
		{"no action", action{Area: 1000, Destination: at(2000)}, "Ignoring call, unknown call action: UNDEFINED"},
		{"a listed action that is switched off", action{Action: 4, Area: 1000, Destination: at(2000)}, "Ignoring call, disabled call action: 4"},
		{"an unknown action comes before an unknown area", action{Action: 1, Area: 9999}, "Ignoring call, unknown call action: 1"},
		{"a source that is nowhere", action{Action: 2, Area: 9999, Destination: at(2000)}, "Ignoring call, unable to resolve area: area:9999"},
		{"source and destination nowhere: the source is told", action{Action: 2, Area: 9999, Destination: at(7777)}, "Ignoring call, unable to resolve area: area:9999"},
		{"a destination that is nowhere", action{Action: 2, Area: 1000, Destination: at(9999)}, "Ignoring call, unable to resolve destination: area:9999"},
		{"a destination of 0 is one that is nowhere", action{Action: 2, Area: 1000, Destination: at(0)}, "Ignoring call, unable to resolve destination: area:0"},
		{"no destination", action{Action: 3, Area: 1000}, "Ignoring call, destination not defined"},
		{"a car call without destination", action{Action: 5000, Area: 1001010}, "Ignoring call, destination not defined"},
		{"a car call from a landing", action{Action: 5000, Area: 1000, Destination: at(2000)}, "Ignoring call, unable to resolve area: area:1000"},
		{"a deck that is none", action{Action: 2, Area: 1000, Destination: at(2000), Allowed: []int64{1001010, 1}}, "Ignoring call, unable to convert allowed deck: area:1"},
		{"to where one is", action{Action: 2, Area: 3000, Destination: at(3000)}, "SAME_SOURCE_AND_DEST_FLOOR"},
		{"down from the lowest", action{Action: 2002, Area: 1000}, "INVALID_DIRECTION"},
		{"up from the highest", action{Action: 2001, Area: 8000}, "INVALID_DIRECTION"},
		{"a delay that is too long", action{Action: 2, Area: 1000, Destination: at(2000), Delay: 31 * time.Second}, "Invalid json payload"},
		{"the longest delay", action{Action: 2, Area: 1000, Destination: at(2000), Delay: 30 * time.Second}, ""},
		{"a landing call whose destination is 0", action{Action: 2001, Area: 1000, Destination: at(0)}, ""},
		{"a landing call with a destination", action{Action: 2002, Area: 5000, Destination: at(2000)}, ""},
		{"a landing call without one", action{Action: 2001, Area: 5000}, ""},
		{"the other destination action", action{Action: 3, Area: 5000, Destination: at(1000), Allowed: []int64{1001020}}, ""},
	} {
		session, refused := w.act(someone(), &row.a)
		if refused != row.err {
			t.Errorf("%s: %q, want %q", row.why, refused, row.err)
		}
		if (session == 0) != (row.err != "") {
			t.Errorf("%s: session %d", row.why, session)
		}
	}
}

func TestSessionIDsAreConsecutive(t *testing.T) {
	w := newTown(t, newFakeBuilding(8, 2, 2), nil)
	var got []int64
	for i := range 4 {
		g := w.s.groups[i%2]
		to := g.floorArea(3)
		session, _ := g.act(someone(), &action{Action: 2, Area: g.floorArea(1), Destination: &to, Group: 1, Admitted: true})
		got = append(got, session)
		g.act(someone(), &action{Action: 9})
	}
	if diff := cmp.Diff([]int64{7001, 7002, 7003, 7004}, got); diff != "" {
		t.Error(diff)
	}
}

func TestRideIsWhatWasAsked(t *testing.T) {
	b := newFakeBuilding(8, 3)
	w := newTown(t, b, nil)
	w.until(5 * time.Second)
	a := w.ride(2, 6)
	a.Delay, a.Group, a.Allowed = 10*time.Second, 4, []int64{1001010, 1001030}
	w.act(someone(), a)
	r := b.ridden[0]
	if r.From != 2 || r.To != 6 || r.Group != 4 || r.Ready != 15*time.Second || r.Cars != 0b101 {
		t.Errorf("ride %+v", r)
	}
}

// One lift is allocated whatever the size of a group.
func TestGroupOfAnySize(t *testing.T) {
	for _, row := range []struct {
		why     string
		size    int
		allowed []int64
		out     int // car; -1 = none
		want    int
	}{
		{"that fits", 13, nil, -1, 13},
		{"too large for any car fills the largest", 100, nil, -1, 13},
		{"too large for the cars allowed", 13, []int64{1001010}, -1, 8},
		{"too large for what is in service", 13, nil, 1, 8},
		{"of heavy people: the rated load decides", 20, []int64{1001030}, -1, 4},
	} {
		b := newFakeBuilding(8, 3)
		cars := b.layout.Banks[0].Cars
		cars[0].Persons, cars[2].Load = 8, 300_000
		w := newTown(t, b, nil)
		if row.out >= 0 {
			w.group.memory.cars[row.out].out = true
		}
		a := w.ride(2, 6)
		a.Group, a.Allowed = row.size, row.allowed
		w.act(someone(), a)
		if got := b.ridden[0].Group; got != row.want {
			t.Errorf("a group %s: %d are planned for, want %d", row.why, got, row.want)
		}
	}
}

// last is the state of the last event of a session and its reason.
func (w *town) last(session int64) string {
	w.t.Helper()
	states := w.topics(fmt.Sprintf("call_state/%d/", session))
	if len(states) == 0 {
		return "nothing"
	}
	state := states[len(states)-1]
	events := w.events(fmt.Sprintf("call_state/%d/%s", session, state))
	if reason, ok := events[len(events)-1]["cancel_reason"]; ok {
		state += " " + reason.(string)
	}
	return state
}

func TestCards(t *testing.T) {
	var asked []string
	b := newFakeBuilding(8, 2)
	b.layout.Floors[5].Locked = true
	w := newTown(t, b, func(c *Config) {
		c.Admit = func(building, card, floor string) error {
			asked = append(asked, building+" "+card+" "+floor)
			if card == "2b:0009" {
				return nil
			}
			return errors.New("no")
		}
	})
	w.listen(someone(), "call_state/+/+")
	for _, row := range []struct {
		why    string
		cc, id string
		a      *action
		asked  string
		state  string
	}{
		{"no card to an open floor", "", "", w.ride(1, 2), "", "fixed"},
		{"no card to a locked floor", "", "", w.ride(1, 5), "", "cancelled FLOOR_IS_LOCKED"},
		{"no card, from a locked floor", "", "", w.ride(5, 1), "", "fixed"},
		{"a card that may", "2b", "0009", w.ride(1, 5), "twin1 2b:0009 6", "fixed"},
		{"a card that may not, to a locked floor", "", "0007", w.ride(1, 5), "twin1 0007 6", "cancelled FLOOR_IS_LOCKED"},
		{"a card that may not, to an open floor", "", "0007", w.ride(1, 2), "twin1 0007 3", "cancelled FLOOR_IS_LOCKED"},
		{"a landing call without card on a locked floor", "", "", &action{Action: 2002, Area: 6000}, "", "assigned"},
		{"a landing call with a card that may not", "", "0007", &action{Action: 2002, Area: 6000}, "twin1 0007 6", "cancelled FLOOR_IS_LOCKED"},
	} {
		asked = nil
		row.a.MediaCC, row.a.MediaID = row.cc, row.id
		session, refused := w.act(someone(), row.a)
		w.s.groups[0].calls.flush()
		if refused != "" {
			t.Errorf("%s: refused: %s", row.why, refused)
		}
		want := []string{row.asked}
		if row.asked == "" {
			want = nil
		}
		if diff := cmp.Diff(want, asked); diff != "" {
			t.Errorf("%s: asked (-want +got):\n%s", row.why, diff)
		}
		// The fake house's controller may still move landing calls.
		if got := w.last(session); got != row.state && !(row.state == "assigned" && got == "fixed") {
			t.Errorf("%s: %s, want %s", row.why, got, row.state)
		}
	}
	if len(b.ridden) != 3 {
		t.Errorf("%d rides were placed, want the 3 admitted", len(b.ridden))
	}
}

func TestOneCallPerCard(t *testing.T) {
	for _, row := range []struct {
		why        string
		old, new   string // priorities
		wait       time.Duration
		first, sec string
	}{
		{"of equals the newer survives", "LOW", "LOW", 0, "cancelled", "fixed"},
		{"high replaces low", "", "HIGH", 0, "cancelled", "fixed"},
		{"low loses against high", "HIGH", "LOW", 0, "fixed", "cancelled"},
		{"high replaces high", "HIGH", "HIGH", 0, "cancelled", "fixed"},
		{"who is aboard has no active call", "HIGH", "LOW", 1200 * time.Millisecond, "being_served", "fixed"},
	} {
		w := newTown(t, newFakeBuilding(8, 2), func(c *Config) { c.Admit = func(string, string, string) error { return nil } })
		w.listen(someone(), "call_state/+/+")
		call := func(from, to dispatch.Floor, priority string) int64 {
			a := w.ride(from, to)
			a.MediaID, a.Priority = "0009", priority
			session, _ := w.act(someone(), a)
			w.group.calls.flush()
			return session
		}
		first := call(3, 5, row.old)
		w.until(row.wait)
		second := call(4, 1, row.new)
		if got := w.last(first); got != row.first {
			t.Errorf("%s: the first is %s, want %s", row.why, got, row.first)
		}
		if got := w.last(second); got != row.sec {
			t.Errorf("%s: the second is %s, want %s", row.why, got, row.sec)
		}
		w.until(time.Minute)
		if n := len(w.group.calls.users); n != 0 {
			t.Errorf("%s: %d cards are remembered after all is over", row.why, n)
		}
	}
}

func TestWhoMayDelete(t *testing.T) {
	user := func(app, user string) *client { return &client{grant: &grant{client: app, user: user}} }
	for _, row := range []struct {
		why         string
		placed, del *client
		want        bool
	}{
		{"its own", user("a", ""), user("a", ""), true},
		{"of another application", user("a", ""), user("b", ""), false},
		{"a user's own", user("a", "u"), user("a", "u"), true},
		{"of another user", user("a", "u"), user("a", "v"), false},
		{"the application's, by a user of it", user("a", ""), user("a", "u"), false},
		{"a user's, by the application", user("a", "u"), user("a", ""), true},
	} {
		b := newFakeBuilding(8, 2)
		w := newTown(t, b, nil)
		session, _ := w.act(row.placed, w.ride(3, 5))
		w.group.remove(row.del, session)
		if got := len(b.cancels) == 1; got != row.want {
			t.Errorf("%s: cancelled %v, want %v", row.why, got, row.want)
		}
	}
}

func TestAnsweredAndCarCallsAreNotCancelled(t *testing.T) {
	b := newFakeBuilding(8, 2)
	w := newTown(t, b, nil)
	w.listen(someone(), "call_state/+/+")
	aboard, _ := w.act(someone(), w.ride(3, 5))
	to := int64(7000)
	inside, _ := w.act(someone(), &action{Action: 5000, Area: 1001020, Destination: &to})
	w.until(1200 * time.Millisecond)
	w.group.remove(someone(), aboard)
	w.group.remove(someone(), inside)
	w.group.remove(someone(), 1)
	w.until(time.Minute)
	if len(b.cancels) != 0 || w.last(aboard) != "served" || w.last(inside) != "served" {
		t.Errorf("cancelled %v; the calls are %s and %s, want both served", b.cancels, w.last(aboard), w.last(inside))
	}
}

func TestHold(t *testing.T) {
	b := newFakeBuilding(8, 2)
	w := newTown(t, b, nil)
	w.group.hold(someone(), &holdOpen{Deck: 1001020, Area: 3000, Hard: 5 * time.Second, Soft: 10 * time.Second})
	w.group.hold(someone(), &holdOpen{Deck: 1009020, Area: 3000, Hard: 5 * time.Second})
	w.group.hold(someone(), &holdOpen{Deck: 1001020, Area: 3010, Hard: 5 * time.Second})
	want := []fakeHold{{bank: 0, car: 1, floor: 2, hard: 5 * time.Second, soft: 10 * time.Second}}
	if diff := cmp.Diff(want, b.held, cmp.AllowUnexported(fakeHold{})); diff != "" {
		t.Error(diff)
	}
}

func TestEndedCallsAreForgotten(t *testing.T) {
	w := newTown(t, newFakeBuilding(8, 2), nil)
	w.act(someone(), w.ride(3, 5))
	w.until(8 * time.Second)
	w.listen(someone(), "call_state/+/+")
	if diff := cmp.Diff([]string{"call_state/7001/served"}, w.topics("")); diff != "" {
		t.Errorf("a call that just ended (-want +got):\n%s", diff)
	}
	w.until(time.Minute)
	k := &w.group.calls
	if len(k.sessions)+len(k.open)+len(k.ended)+k.live != 0 || k.sweeping || len(w.s.alarms) > 1 {
		t.Errorf("a minute later %d sessions, %d open, %d ended, %d live are kept, sweeping %v, %d alarms", len(k.sessions), len(k.open), len(k.ended), k.live, k.sweeping, len(w.s.alarms))
	}
}

// The car stands with open doors where it is called: nobody will say again that
// they open.
func TestCallsAtOpenDoors(t *testing.T) {
	for _, row := range []struct {
		why  string
		a    func(w *town) *action
		want string
	}{
		{"a landing call is served", func(w *town) *action { return &action{Action: actionUp, Area: w.group.floorArea(3)} }, "served"},
		{"a car call to the floor is served", func(w *town) *action {
			to := w.group.floorArea(3)
			return &action{Action: actionCar, Area: w.group.deckArea(0), Destination: &to}
		}, "served"},
		{"a destination call boards", func(w *town) *action { return w.ride(3, 6) }, "being_served"},
	} {
		w := newTown(t, newFakeBuilding(8, 1), nil)
		w.listen(someone(), "call_state/+/+")
		w.act(someone(), w.ride(3, 5))
		w.until(1700 * time.Millisecond) // a flight, opened
		session, _ := w.act(someone(), row.a(w))
		w.until(1710 * time.Millisecond)
		if got := w.last(session); got != row.want {
			t.Errorf("%s: %s, want %s", row.why, got, row.want)
		}
	}
}

// brittle is a policy that fails at the third price.
type brittle struct {
	dispatch.Policy
	prices int
}

func (p *brittle) Cost(c *dispatch.Candidate) dispatch.Cost {
	if p.prices++; p.prices > 2 {
		panic("BUG: brittle")
	}
	return p.Policy.Cost(c)
}

func TestCallsOutliveTheirController(t *testing.T) {
	w := newTown(t, newFakeBuilding(8, 2), nil)
	w.group.config.Policy = &brittle{Policy: w.group.config.Policy}
	if err := w.group.open(w.group.config); err != nil {
		t.Fatal(err)
	}
	w.listen(someone(), "call_state/+/+")
	before, _ := w.act(someone(), w.ride(3, 5))
	w.until(500 * time.Millisecond)
	if w.group.fallen {
		t.Fatal("the controller failed at the first call: want it to fail at the second")
	}
	then, _ := w.act(someone(), w.ride(6, 1))
	w.until(30 * time.Second)
	if !w.group.fallen {
		t.Error("the controller has not failed")
	}
	for _, session := range []int64{before, then} {
		if got := w.last(session); got != "served" {
			t.Errorf("call %d is %s, want served", session, got)
		}
	}
}
