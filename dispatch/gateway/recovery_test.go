package gateway

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch"
	"hoistway/dispatch/dispatchtest"
)

// failing is a policy with a bug that shows after so many prices.
type failing struct {
	dispatch.Policy
	left int
}

func (f *failing) Cost(c *dispatch.Candidate) dispatch.Cost {
	if f.left--; f.left < 0 {
		panic("BUG: planted")
	}
	return f.Policy.Cost(c)
}

// stepper lets a building of dispatchtest be built around a group.
type stepper struct{ *group }

func (s stepper) Step(ev dispatch.Event, out []dispatch.Command) ([]dispatch.Command, error) {
	return s.StepAt(&ev, out)
}

// smallBank is four cars in twelve floors, of which the last serves the lower
// seven.
func smallBank(tb testing.TB, p dispatch.Policy) dispatch.Config {
	tb.Helper()
	pace := dispatchtest.WholeSeconds()
	flights, err := pace.Flights(12)
	if err != nil {
		tb.Fatal(err)
	}
	c := dispatch.Config{
		Floors: 12, Policy: p, Reassign: true, BypassLoad: 80, Parking: dispatch.ParkSpread,
		ParkingDelay: 10 * time.Second, HoldLimit: 20 * time.Second,
	}
	var all []dispatch.Floor
	for f := range dispatch.Floor(12) {
		all = append(all, f)
	}
	for i := range 4 {
		serves := all
		if i == 3 {
			serves = all[:7]
		}
		c.Cars = append(c.Cars, pace.Car(flights, dispatch.Floor(2*i), serves, 8))
	}
	return c
}

// lonelyGroup is a group without a gateway, that may keep a journal.
func lonelyGroup(tb testing.TB, c dispatch.Config, out *bytes.Buffer) *group {
	tb.Helper()
	g := newGroup(nil, 0, "1")
	if err := g.open(c); err != nil {
		tb.Fatal(err)
	}
	g.site = &site{id: "house", gateway: &Gateway{log: slog.New(slog.DiscardHandler), metrics: metrics.NewSet()}}
	if out != nil {
		j, err := newJournal(&Config{Journal: out, JournalScenarios: []string{"house"}})
		if err != nil {
			tb.Fatal(err)
		}
		g.journal = j
	}
	return g
}

// day lets all kinds of things happen in a bank, then repairs everything and
// lets the cars work off what is open.
func day(t *testing.T, b *dispatchtest.Building, c dispatch.Config, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	b.Boards = func(call dispatch.Event, room int) (dispatch.Floor, int) {
		to := dispatch.Floor((int(call.Floor)*7 + int(call.Call)*3) % c.Floors) // at times against the call's direction
		if to == call.Floor {
			return 0, 0
		}
		return to, min(room, int(call.Call)%3)
	}
	floor := func() dispatch.Floor { return dispatch.Floor(r.IntN(c.Floors)) }
	var out [4]bool
	var locked [12]bool
	for id := range 150 {
		switch r.IntN(14) {
		case 0, 1, 2, 3:
			check(b.Do(dispatch.Event{Kind: dispatch.LandingCall, Call: dispatch.CallID(id), Floor: floor(), Dir: dispatch.Direction(1 - 2*r.IntN(2))}))
		case 4, 5, 6, 7:
			ev := dispatch.Event{Kind: dispatch.DestinationCall, Call: dispatch.CallID(id), Floor: floor(), To: floor(), Group: 1 + int32(r.IntN(3)), Permit: dispatch.Permit(r.IntN(3))}
			if r.IntN(2) == 0 {
				ev.Ready = b.Now() + time.Duration(r.IntN(60))*time.Second
			}
			if r.IntN(3) == 0 {
				ev.Cars = 1 + uint64(r.IntN(15))
			}
			check(b.Do(ev))
		case 8:
			check(b.Do(dispatch.Event{Kind: dispatch.Cancel, Call: dispatch.CallID(max(0, id-r.IntN(4)))}))
		case 9:
			car := r.IntN(4)
			out[car] = !out[car]
			ev := dispatch.Event{Kind: dispatch.CarMode, Car: dispatch.CarID(car)}
			if out[car] {
				ev.Mode = dispatch.OutOfService
			}
			check(b.Do(ev))
		case 10:
			f := floor()
			locked[f] = !locked[f]
			check(b.Do(dispatch.Event{Kind: dispatch.FloorLock, Floor: f, Locked: locked[f]}))
		case 11:
			check(b.Do(dispatch.Event{Kind: dispatch.PermitRevoked, Permit: dispatch.Permit(r.IntN(3))}))
		case 12:
			_, err := b.Reopen(dispatch.CarID(r.IntN(4)))
			check(err)
		case 13:
			b.Refuse(dispatch.CarID(r.IntN(4)))
		}
		check(b.Until(b.Now() + time.Duration(r.IntN(9))*time.Second))
	}
	for car, is := range out {
		if is {
			check(b.Do(dispatch.Event{Kind: dispatch.CarMode, Car: dispatch.CarID(car)}))
		}
	}
	for f, is := range locked {
		if is {
			check(b.Do(dispatch.Event{Kind: dispatch.FloorLock, Floor: dispatch.Floor(f)}))
		}
	}
	check(b.Settle(b.Now() + 2*time.Hour))
}

// TestRecovery lets a policy fail in the middle of all kinds of days. The bank
// goes on under collective control: the ledger, which knows nothing of it, finds
// no breach, every call is answered in the end, and everybody aboard has got out
// where they wanted.
func TestRecovery(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"eta", "etd", "destination"} {
		t.Run(name, func(t *testing.T) {
			fell := 0
			for seed := range uint64(300) {
				p, err := dispatch.PolicyByName(name)
				if err != nil {
					t.Fatal(err)
				}
				c := smallBank(t, &failing{p, int(seed%40) * 2})
				g := lonelyGroup(t, c, nil)
				b := dispatchtest.Around(stepper{g}, c, dispatchtest.WholeSeconds())
				var last []string
				b.Watch = func(ev dispatch.Event, out []dispatch.Command) {
					if last = append(last, fmt.Sprintf("%v -> %v", ev, out)); len(last) > 30 {
						last = last[1:]
					}
					for _, fault := range b.Ledger().Faults() {
						// Who was told a car at a panel may have to be told another.
						if name == "destination" && strings.Contains(fault, "calls keep their car") {
							continue
						}
						t.Fatalf("seed %d: %s\n%s", seed, fault, strings.Join(last, "\n"))
					}
				}
				day(t, b, c, seed)
				if g.fallen {
					fell++
				}
				if open := b.Ledger().Open(); len(open) > 0 || b.Ledger().CarCalls() > 0 || b.Aboard() > 0 {
					t.Fatalf("seed %d: in the end calls %v and %d car calls are open, and %d people are aboard", seed, open, b.Ledger().CarCalls(), b.Aboard())
				}
				if g.dropped > 0 {
					t.Fatalf("seed %d: %d events were refused", seed, g.dropped)
				}
			}
			if fell < 250 {
				t.Errorf("the policy failed on %d of 300 days: too few to mean anything", fell)
			}
		})
	}
}

// fall makes the policy of a group fail on its next price.
func fall(g *group) { g.config.Policy.(*failing).left = 0 }

// TestRecoveryKeepsWhatIsOrdered: cars out of service stay out, locked floors
// stay locked, and nobody is told again what they know.
func TestRecoveryKeepsWhatIsOrdered(t *testing.T) {
	eta, err := dispatch.PolicyByName("eta")
	if err != nil {
		t.Fatal(err)
	}
	c := smallBank(t, &failing{eta, 1000})
	g := lonelyGroup(t, c, nil)
	var out []dispatch.Command
	do := func(ev dispatch.Event) []dispatch.Command {
		t.Helper()
		if out, err = g.StepAt(&ev, nil); err != nil {
			t.Fatal(err)
		}
		return out
	}
	do(dispatch.Event{Kind: dispatch.CarMode, Car: 1, Mode: dispatch.OutOfService})
	do(dispatch.Event{Kind: dispatch.FloorLock, Floor: 5, Locked: true})
	do(dispatch.Event{Kind: dispatch.LandingCall, Call: 1, Floor: 0, Dir: dispatch.Up}) // car 0 stands there
	do(dispatch.Event{Kind: dispatch.DestinationCall, Call: 2, Floor: 8, To: 0, Group: 1, Cars: 1 << 1})
	do(dispatch.Event{Kind: dispatch.CarCall, Car: 2, Floor: 9})
	fall(g)
	// Events fall into the failure, and are dealt with all the same.
	got := do(dispatch.Event{At: time.Second, Kind: dispatch.LandingCall, Call: 3, Floor: 9, Dir: dispatch.Down})
	if !g.fallen {
		t.Fatal("the policy has not failed")
	}
	for _, cmd := range got {
		if cmd.Car == 1 || cmd.Kind == dispatch.Assign && cmd.Call != 3 || cmd.Kind == dispatch.Reassign {
			t.Errorf("%v: car 1 is out of service, and call 1 has its car", cmd)
		}
	}
	if !strings.Contains(fmt.Sprint(got), "assign call=3") {
		t.Errorf("the call on which the policy failed is not assigned: %v", got)
	}
	reject := []dispatch.Command{{Kind: dispatch.Reject, Call: 4, Car: dispatch.NoCar, Floor: dispatch.NoFloor, Reason: dispatch.FloorLocked}}
	if diff := cmp.Diff(reject, do(dispatch.Event{At: 2 * time.Second, Kind: dispatch.LandingCall, Call: 4, Floor: 5, Dir: dispatch.Up})); diff != "" {
		t.Errorf("a call on the locked floor (-want +got):\n%s", diff)
	}
	if got := fmt.Sprint(do(dispatch.Event{At: 3 * time.Second, Kind: dispatch.CarMode, Car: 1})); !strings.Contains(got, "assign call=2 car=1") {
		t.Errorf("car 1 is back, and the call that waits for it is not assigned: %s", got)
	}
}

// TestRecoveryDoesNotTurnRound: a car with people for both directions, of whom it
// has shown one, goes on that way.
func TestRecoveryDoesNotTurnRound(t *testing.T) {
	eta, err := dispatch.PolicyByName("eta")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		says     string
		dir      dispatch.Direction
		pressed  []dispatch.Floor
		next     dispatch.Floor
		otherWay dispatch.Floor
	}{
		{"up", dispatch.Up, []dispatch.Floor{9, 1}, 9, 1},
		{"down", dispatch.Down, []dispatch.Floor{1, 9}, 1, 9},
	} {
		t.Run(row.says, func(t *testing.T) {
			c := smallBank(t, &failing{eta, 1000})
			c.Cars = c.Cars[2:3] // stands on floor 4
			g := lonelyGroup(t, c, nil)
			var told []dispatch.Command
			do := func(ev dispatch.Event) {
				t.Helper()
				out, err := g.StepAt(&ev, nil)
				if err != nil {
					t.Fatal(err)
				}
				told = append(told, out...)
			}
			do(dispatch.Event{Kind: dispatch.LandingCall, Call: 1, Floor: 4, Dir: row.dir})
			do(dispatch.Event{Kind: dispatch.DoorStatus, Floor: 4, Door: dispatch.DoorsOpening})
			for _, f := range row.pressed {
				do(dispatch.Event{At: time.Second, Kind: dispatch.CarCall, Floor: f})
			}
			fall(g)
			do(dispatch.Event{At: 2 * time.Second, Kind: dispatch.LandingCall, Call: 2, Floor: 6, Dir: dispatch.Down})
			if !g.fallen {
				t.Fatal("the policy has not failed")
			}
			told = nil
			do(dispatch.Event{At: 5 * time.Second, Kind: dispatch.DoorStatus, Floor: 4, Door: dispatch.DoorsClosing, Load: 150_000})
			do(dispatch.Event{At: 7 * time.Second, Kind: dispatch.DoorStatus, Floor: 4, Door: dispatch.DoorsClosed, Load: 150_000})
			if len(told) != 1 || told[0].Kind != dispatch.Serve || told[0].Floor != row.next {
				t.Errorf("after the doors have closed: %v, want the car sent to floor %d and not to %d", told, row.next, row.otherWay)
			}
		})
	}
}
