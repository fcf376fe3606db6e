package dispatch_test

import (
	"testing"
	"time"

	"hoistway/dispatch"
)

// decodeEvents reads events out of bytes, eight a piece: the kind, what it
// needs, and by how much time goes on. Most are sound in themselves; in which
// order they make sense is not asked.
func decodeEvents(data []byte) []dispatch.Event {
	var events []dispatch.Event
	now, call := dispatch.Instant(0), dispatch.CallID(0)
	for len(data) >= 8 {
		b := data[:8]
		data = data[8:]
		now += time.Duration(b[7]) * 250 * time.Millisecond
		ev := dispatch.Event{
			At: now, Kind: dispatch.EventKind(b[0] % 12), Car: dispatch.CarID(b[1]%4) - 1, Floor: dispatch.Floor(b[2]%14) - 1, To: dispatch.Floor(b[3]%14) - 1,
			Dir: dispatch.Direction(b[4]%4) - 1, Door: dispatch.Door(b[4] >> 2 % 5), Mode: dispatch.Mode(b[4] >> 5 % 3), Locked: b[4]&128 != 0,
			Group: int32(b[5] % 12), Permit: dispatch.Permit(b[5] >> 6), Load: int64(b[5]) * 10_000, Ready: now + time.Duration(b[6])*time.Second,
		}
		call++
		ev.Call = call
		if b[1] >= 128 { // of two cars; every other set names one there is not
			ev.Cars = uint64(b[1] >> 2 % 8)
		}
		if ev.Kind == dispatch.Cancel {
			ev.Call -= dispatch.CallID(b[6])
		}
		events = append(events, ev)
	}
	return events
}

// FuzzStep: whatever is said in whatever order, Step takes it or returns one of
// its errors, never panics, never names a car or floor the bank does not have,
// and leaves no deadline behind. The first two bytes choose the policy and the
// settings.
func FuzzStep(f *testing.F) {
	for i := range 5 {
		f.Add([]byte{byte(i), byte(37 * i), 1, 1, 3, 7, 2, 1, 0, 4, 3, 1, 1, 8, 0, 1, 60, 4, 6, 1, 3, 0, 4, 0, 0, 20, 6, 1, 3, 0, 8, 75, 0, 12, 6, 1, 3, 0, 12, 75, 0, 8})
		f.Add([]byte{byte(i), 255, 7, 1, 0, 0, 32, 0, 0, 1, 1, 2, 5, 0, 0, 1, 0, 1, 8, 0, 5, 0, 128, 0, 0, 3, 5, 2, 5, 9, 0, 0, 0, 9, 7, 1, 0, 0, 0, 0, 0, 1, 10, 0, 0, 0, 0, 255, 255, 255})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 2 {
			return
		}
		policies := dispatch.Policies()
		cfg := soundConfig(t, policies[int(data[0])%len(policies)].Name())
		cfg.Reassign = data[1]&1 != 0
		cfg.Explain = data[1]&2 != 0
		cfg.Parking = dispatch.Parking(data[1] >> 2 % 3)
		if data[1]&16 != 0 {
			cfg.ParkingDelay = 0
		}
		if data[1]&32 != 0 {
			cfg.Cars[1].Serves = []dispatch.Floor{9, 0, 8, 3}
		}
		if data[1]&64 != 0 {
			cfg.Lobby = 4
		}
		k, err := dispatch.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range decodeEvents(data[2:]) {
			out, err := k.Step(ev, nil)
			if err != nil {
				if !isErrorOfStep(err) {
					t.Fatalf("%v: %v is not one of Step's errors", ev, err)
				}
				continue
			}
			if due, ok := k.Deadline(); ok && due <= ev.At {
				t.Fatalf("after %v the deadline is %v", ev, due)
			}
			for _, c := range out {
				if c.Car < dispatch.NoCar || int(c.Car) >= len(cfg.Cars) || c.Floor < dispatch.NoFloor || int(c.Floor) >= cfg.Floors {
					t.Fatalf("%v: %v names what there is not", ev, c)
				}
			}
		}
	})
}
