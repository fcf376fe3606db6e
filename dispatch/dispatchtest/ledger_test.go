package dispatchtest

import (
	"strings"
	"testing"
	"time"

	"hoistway/dispatch"
)

// named is a policy that only has rules.
type named struct{ sticky bool }

func (named) Name() string                           { return "named" }
func (n named) Rules() dispatch.Rules                { return dispatch.Rules{Sticky: n.sticky} }
func (named) Cost(*dispatch.Candidate) dispatch.Cost { return 0 }

// bank of 10 floors: car 0 serves all, car 1 serves 0 to 5, both start at 0.
func bank(sticky bool) dispatch.Config {
	all := []dispatch.Floor{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	return dispatch.Config{
		Floors: 10, Policy: named{sticky}, Reassign: true, HoldLimit: 10 * time.Second,
		Cars: []dispatch.Car{{Serves: all, Persons: 4, Load: 4 * personMass}, {Serves: all[:6], Persons: 4, Load: 4 * personMass}},
	}
}

type step struct {
	ev  dispatch.Event
	out []dispatch.Command
}

// TestLedgerFindsBreaches plants each breach in a stream of events and
// commands that is sound but for its last step.
func TestLedgerFindsBreaches(t *testing.T) {
	const none = dispatch.NoCar
	call := dispatch.Event{Kind: dispatch.LandingCall, Call: 1, Floor: 3, Dir: dispatch.Up}
	panel := dispatch.Event{Kind: dispatch.DestinationCall, Call: 1, Floor: 3, To: 8, Group: 1}
	phone := dispatch.Event{Kind: dispatch.DestinationCall, Call: 1, Floor: 3, To: 5, Group: 1, Ready: time.Minute}
	tick := dispatch.Event{Kind: dispatch.Tick, At: time.Second}
	late := dispatch.Event{Kind: dispatch.Tick, At: time.Minute}
	inside := func(f dispatch.Floor) dispatch.Event { return dispatch.Event{Kind: dispatch.CarCall, Floor: f} }
	door := func(f dispatch.Floor, d dispatch.Door) dispatch.Event {
		return dispatch.Event{Kind: dispatch.DoorStatus, Floor: f, Door: d}
	}
	out := func(id dispatch.CarID) dispatch.Event {
		return dispatch.Event{Kind: dispatch.CarMode, Car: id, Mode: dispatch.OutOfService}
	}
	lock := func(f dispatch.Floor) dispatch.Event {
		return dispatch.Event{Kind: dispatch.FloorLock, Floor: f, Locked: true}
	}
	do := func(k dispatch.CommandKind, c dispatch.CarID) dispatch.Command {
		return dispatch.Command{Kind: k, Call: 1, Car: c}
	}
	serve := func(c dispatch.CarID, f dispatch.Floor, d dispatch.Direction) dispatch.Command {
		return dispatch.Command{Kind: dispatch.Serve, Car: c, Floor: f, Dir: d}
	}
	park := func(c dispatch.CarID, f dispatch.Floor) dispatch.Command {
		return dispatch.Command{Kind: dispatch.Park, Car: c, Floor: f}
	}
	reject := func(r dispatch.Reason) dispatch.Command {
		return dispatch.Command{Kind: dispatch.Reject, Call: 1, Car: none, Reason: r}
	}
	cmds := func(c ...dispatch.Command) []dispatch.Command { return c }
	assigned := step{call, cmds(do(dispatch.Assign, 0), serve(0, 3, dispatch.Up))}
	told := step{panel, cmds(do(dispatch.Assign, 0), serve(0, 3, dispatch.Up))}
	open := step{door(3, dispatch.DoorsOpening), nil}
	upward := []step{assigned, {open.ev, cmds(do(dispatch.Answer, 0))}, {inside(8), nil}, {door(3, dispatch.DoorsClosed), nil}}

	for _, row := range []struct {
		breach string
		before []step
		last   step
		want   string
		sticky bool
	}{
		{"a call nobody placed is assigned", nil, step{tick, cmds(do(dispatch.Assign, 0))}, "not open", false},
		{"a call is answered twice", []step{assigned}, step{open.ev, cmds(do(dispatch.Answer, 0), do(dispatch.Answer, 0))}, "not open", false},
		{"a call is rejected after it was cancelled", []step{assigned, {dispatch.Event{Kind: dispatch.Cancel, Call: 1}, nil}}, step{lock(3), cmds(reject(dispatch.FloorLocked))}, "not open", false},
		{"a call is neither assigned nor rejected", nil, step{call, nil}, "call 1 has no car", false},
		{"a remote call is not assigned when its caller is there", []step{{phone, nil}}, step{late, nil}, "call 1 has no car", false},
		{"a call of a car out of service is not given away", []step{{call, cmds(do(dispatch.Assign, 1))}}, step{out(1), nil}, "call 1 has no car", false},
		{"a call is assigned twice", []step{assigned}, step{tick, cmds(do(dispatch.Assign, 1))}, "car 0 has it already", false},
		{"a call is moved to the car it has", []step{assigned}, step{tick, cmds(do(dispatch.Reassign, 0))}, "the car has it already", false},
		{"a call is moved under a policy that keeps its word", []step{assigned}, step{tick, cmds(do(dispatch.Reassign, 1))}, "calls keep their car", true},
		{"a call is given to a car that does not serve the destination", nil, step{panel, cmds(do(dispatch.Assign, 1))}, "cannot take the call", false},
		{"a call is given to a car out of service", []step{{out(1), nil}}, step{call, cmds(do(dispatch.Assign, 1))}, "cannot take the call", false},
		{"a call up is given to a car that goes no higher", nil, step{dispatch.Event{Kind: dispatch.LandingCall, Call: 1, Floor: 5, Dir: dispatch.Up}, cmds(do(dispatch.Assign, 1))}, "cannot take the call", false},
		{"a group is given to a car too small for it", nil, step{dispatch.Event{Kind: dispatch.DestinationCall, Call: 1, Floor: 3, To: 8, Group: 5}, cmds(do(dispatch.Assign, 0))}, "cannot take the call", false},
		{"a call is given to a car that it does not allow", nil, step{dispatch.Event{Kind: dispatch.DestinationCall, Call: 1, Floor: 3, To: 5, Group: 1, Cars: 1 << 1}, cmds(do(dispatch.Assign, 0))}, "cannot take the call", false},
		{"a call is answered by another car than it was given to", []step{assigned, {dispatch.Event{Kind: dispatch.DoorStatus, Car: 1, Floor: 3, Door: dispatch.DoorsOpening}, nil}}, step{tick, cmds(do(dispatch.Answer, 1))}, "last given to car 0", false},
		{"a call is answered with the doors closed", []step{assigned}, step{tick, cmds(do(dispatch.Answer, 0))}, "doors are not open at floor 3", false},
		{"a call is answered at another floor", []step{assigned}, step{door(2, dispatch.DoorsOpening), cmds(do(dispatch.Answer, 0))}, "doors are not open at floor 3", false},
		{"a call up is answered by a car that announces down", []step{assigned}, step{open.ev, cmds(do(dispatch.Answer, 0), serve(0, 3, dispatch.Down))}, "the caller goes up, the car announces down", false},
		{"a destination call is answered by a car that announces nothing", []step{told}, step{open.ev, cmds(do(dispatch.Answer, 0), serve(0, 3, dispatch.None))}, "the caller goes up, the car announces none", false},
		{"a car the bank does not have is sent", nil, step{tick, cmds(serve(2, 3, dispatch.Up))}, "no such car", false},
		{"a car is sent to a floor it does not serve", nil, step{tick, cmds(serve(1, 6, dispatch.Up))}, "does not serve the floor", false},
		{"a car is parked at a floor the building does not have", nil, step{tick, cmds(park(0, 10))}, "does not serve the floor", false},
		{"a car out of service is sent", []step{{out(0), nil}}, step{tick, cmds(serve(0, 3, dispatch.Up))}, "out of service", false},
		{"a car is parked with open doors", []step{assigned, {open.ev, cmds(do(dispatch.Answer, 0))}}, step{tick, cmds(park(0, 3))}, "doors are open at floor 3", false},
		{"a car with open doors is sent away", []step{assigned, {open.ev, cmds(do(dispatch.Answer, 0))}}, step{tick, cmds(serve(0, 5, dispatch.Up))}, "doors are open at floor 3", false},
		{"a car is sent to a locked floor", []step{{lock(4), nil}}, step{tick, cmds(serve(0, 4, dispatch.None))}, "the floor is locked", false},
		{"a car turns back though a rider wants to go on", upward, step{tick, cmds(serve(0, 1, dispatch.Down))}, "a rider wants floor 8", false},
		{"closed doors are held", nil, step{tick, cmds(dispatch.Command{Kind: dispatch.HoldDoor, Until: 2 * time.Second})}, "doors are closed", false},
		{"doors are held beyond the limit", []step{assigned, {open.ev, cmds(do(dispatch.Answer, 0))}}, step{tick, cmds(dispatch.Command{Kind: dispatch.HoldDoor, Until: 12 * time.Second})}, "at most 10s", false},
		{"doors are held until now", []step{assigned, {open.ev, cmds(do(dispatch.Answer, 0))}}, step{tick, cmds(dispatch.Command{Kind: dispatch.HoldDoor, Until: time.Second})}, "want later than now", false},
		{"a reject has no reason", nil, step{call, cmds(reject(dispatch.NoReason))}, "not on the list", false},
		{"a car call is rejected that was not made", nil, step{tick, cmds(dispatch.Command{Kind: dispatch.Reject, Floor: 4, Reason: dispatch.FloorLocked})}, "no such call", false},
		{"an open call is rejected for what should have been said at once", []step{assigned}, step{tick, cmds(reject(dispatch.NoWayOn))}, "only end by a lock or a revoked permit", false},
		{"a command has no kind", nil, step{tick, cmds(dispatch.Command{})}, "no such kind", false},
	} {
		t.Run(row.breach, func(t *testing.T) {
			l := NewLedger(bank(row.sticky))
			for _, s := range row.before {
				l.Step(s.ev, s.out)
			}
			if len(l.Faults()) > 0 {
				t.Fatalf("the ledger finds faults in what is sound: %q", l.Faults())
			}
			l.Step(row.last.ev, row.last.out)
			if len(l.Faults()) == 0 || !strings.Contains(l.Faults()[0], row.want) {
				t.Errorf("the ledger finds %q, want %q", l.Faults(), row.want)
			}
		})
	}

	t.Run("the deadline is now", func(t *testing.T) {
		l := NewLedger(bank(false))
		l.Deadline(time.Second, 2*time.Second, true)
		l.Deadline(time.Second, 0, false)
		if len(l.Faults()) > 0 {
			t.Fatalf("the ledger finds faults in what is sound: %q", l.Faults())
		}
		l.Deadline(time.Second, time.Second, true)
		if len(l.Faults()) != 1 {
			t.Errorf("the ledger finds %q, want one fault", l.Faults())
		}
	})
	t.Run("what is open is counted", func(t *testing.T) {
		l := NewLedger(bank(false))
		for _, s := range upward {
			l.Step(s.ev, s.out)
		}
		if len(l.Open()) != 0 || l.CarCalls() != 1 {
			t.Errorf("open calls %v and %d car calls, want none and 1", l.Open(), l.CarCalls())
		}
	})
}

// TestPlayFaults shows that a script with a mistake is refused, with its line.
func TestPlayFaults(t *testing.T) {
	head := "bank floors=5 policy=eta\ncar home=0\n"
	for _, row := range []struct{ mistake, script, want string }{
		{"an empty script", "", "no event"},
		{"no such line", head + "dance\n", "line 3: dance: no such line"},
		{"a word too many", head + "cancel call=1 please\n", `what is "please"?`},
		{"a key misspelt", head + "landing-call call=1 flor=3 up\n", `what is "flor=3"?`},
		{"no number", head + "cancel call=x\n", "call=x, want a number"},
		{"neither up nor down", head + "landing-call call=1 floor=3\n", "want up or down"},
		{"no such car to board", head + "board car=1 to=3\n", "car 1, want 0 to 0"},
		{"time goes back", head + "until 5s\nuntil 4s\n", "it is 5s already"},
		{"reopening open doors", head + "reopen car=0\n", "not closing"},
		{"an unknown policy", "bank floors=5 policy=best\n", "unknown dispatcher"},
		{"a car after an event", head + "deadline\ncar home=0\n", "cars come after the bank"},
		{"a bank without cars", "bank floors=5 policy=eta\ndeadline\n", "0 cars"},
	} {
		if _, err := Play(row.script); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: error %v, want one that says %q", row.mistake, err, row.want)
		}
	}
}
