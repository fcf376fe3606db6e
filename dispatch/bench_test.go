package dispatch_test

import (
	"testing"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/dispatchtest"
)

// day plays a lively bank of 20 floors and 6 cars, drawn from a fixed sequence
// of calls, and returns the events its controller took. Every 6 s on average
// somebody calls: of 10 calls, 4 go up from the lobby, 4 down to it and 2
// between floors; with destinations under the destination policy.
func day(tb testing.TB, policy dispatch.Policy, calls int) (dispatch.Config, []dispatch.Event) {
	const floors = 20
	pace := dispatchtest.Pace{Run: 4 * time.Second, Floor: 1500 * time.Millisecond, Open: 2 * time.Second, Dwell: 3 * time.Second, Close: 2500 * time.Millisecond}
	flights, err := pace.Flights(floors)
	if err != nil {
		tb.Fatal(err)
	}
	cfg := dispatch.Config{
		Floors: floors, Policy: policy, Reassign: true, BypassLoad: 80,
		Parking: dispatch.ParkLobby, ParkingDelay: 15 * time.Second, HoldLimit: 20 * time.Second,
	}
	for range 6 {
		cfg.Cars = append(cfg.Cars, pace.Car(flights, 0, allFloors(floors), 13))
	}
	b, err := dispatchtest.New(cfg, pace)
	if err != nil {
		tb.Fatal(err)
	}
	seq := uint64(1)
	draw := func(n int) int { // xorshift, so that the stream is the same everywhere
		seq ^= seq << 13
		seq ^= seq >> 7
		seq ^= seq << 17
		return int(seq % uint64(n))
	}
	b.Boards = func(call dispatch.Event, room int) (dispatch.Floor, int) {
		if call.Dir == dispatch.Up {
			return call.Floor + 1 + dispatch.Floor(draw(floors-1-int(call.Floor))), min(room, 1+draw(3))
		}
		return 0, min(room, 1+draw(3))
	}
	for id := range calls {
		from, to := dispatch.Floor(1+draw(floors-1)), dispatch.Floor(0)
		switch draw(10) {
		case 0, 1, 2, 3:
			from, to = 0, from
		case 4, 5:
			if to = dispatch.Floor(1 + draw(floors-1)); to == from {
				to = 0
			}
		}
		ev := dispatch.Event{Kind: dispatch.LandingCall, Call: dispatch.CallID(id), Floor: from, Dir: dispatch.Up}
		if to < from {
			ev.Dir = dispatch.Down
		}
		if policy.Name() == "destination" {
			ev.Kind, ev.To, ev.Group = dispatch.DestinationCall, to, 1
		}
		if err := b.Do(ev); err != nil {
			tb.Fatal(err)
		}
		if err := b.Until(b.Now() + time.Duration(draw(12_000))*time.Millisecond); err != nil {
			tb.Fatal(err)
		}
	}
	if faults := b.Ledger().Faults(); len(faults) > 0 {
		tb.Fatalf("the ledger: %s", faults[0])
	}
	return cfg, b.History()
}

// BenchmarkStep is the cost of one event under each policy, on a stream of
// calls, car reports and ticks.
func BenchmarkStep(b *testing.B) {
	for _, p := range dispatch.Policies() {
		b.Run(p.Name(), func(b *testing.B) {
			cfg, events := day(b, p, 2000)
			var k *dispatch.Controller
			var buf []dispatch.Command
			commands, i := 0, len(events)
			b.ReportAllocs()
			for b.Loop() {
				if i == len(events) {
					var err error
					if k, err = dispatch.New(cfg); err != nil {
						b.Fatal(err)
					}
					i = 0
				}
				var err error
				if buf, err = k.Step(events[i], buf[:0]); err != nil {
					b.Fatal(err)
				}
				commands += len(buf)
				i++
			}
			b.ReportMetric(float64(commands)/float64(b.N), "commands/op")
		})
	}
}
