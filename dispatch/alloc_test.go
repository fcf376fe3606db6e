package dispatch_test

import (
	"testing"
	"time"

	"hoistway/dispatch"
)

// TestStreamDoesNotAllocate steps through the stream of BenchmarkStep. Once its
// first half has grown what there is to grow, a hundred events allocate less
// than once.
func TestStreamDoesNotAllocate(t *testing.T) {
	for _, p := range dispatch.Policies() {
		t.Run(p.Name(), func(t *testing.T) {
			cfg, events := day(t, p, 2000)
			k, err := dispatch.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			buf := make([]dispatch.Command, 0, 256)
			steps := func(n int) {
				for _, ev := range events[:n] {
					if buf, err = k.Step(ev, buf[:0]); err != nil {
						t.Fatal(err)
					}
				}
				events = events[n:]
			}
			steps(len(events) / 2)
			if n := testing.AllocsPerRun(len(events)/100-1, func() { steps(100) }); n != 0 {
				t.Errorf("a hundred events allocate %v times, want less than once", n)
			}
		})
	}
}

// TestStepDoesNotAllocate repeats one cycle of a landing call, a car call and
// the doors at both floors on a controller that has seen it before, under every
// policy. The second car is out of service.
func TestStepDoesNotAllocate(t *testing.T) {
	for _, p := range dispatch.Policies() {
		t.Run(p.Name(), func(t *testing.T) {
			k, err := dispatch.New(soundConfig(t, p.Name()))
			if err != nil {
				t.Fatal(err)
			}
			now, id, answers := dispatch.Instant(0), dispatch.CallID(0), 0
			buf := make([]dispatch.Command, 0, 16)
			step := func(ev dispatch.Event) {
				now += time.Second
				ev.At = now
				if buf, err = k.Step(ev, buf[:0]); err != nil {
					t.Fatal(err)
				}
				for i := range buf {
					if buf[i].Kind == dispatch.Answer {
						answers++
					}
				}
			}
			doors := func(f dispatch.Floor) {
				for d := dispatch.DoorsOpening; d <= dispatch.DoorsClosed; d++ {
					step(dispatch.Event{Kind: dispatch.DoorStatus, Floor: f, Door: d, Load: 75_000})
				}
			}
			cycle := func() {
				id++
				step(dispatch.Event{Kind: dispatch.LandingCall, Call: id, Floor: 2, Dir: dispatch.Up})
				doors(2)
				step(dispatch.Event{Kind: dispatch.CarCall, Floor: 6})
				id++
				step(dispatch.Event{Kind: dispatch.LandingCall, Call: id, Floor: 7, Dir: dispatch.Down})
				doors(6)
				doors(7)
				step(dispatch.Event{Kind: dispatch.CarCall, Floor: 0})
				doors(0)
			}
			step(dispatch.Event{Kind: dispatch.CarMode, Car: 1, Mode: dispatch.OutOfService})
			for range 10 {
				cycle()
			}
			answers = 0
			if n := testing.AllocsPerRun(100, cycle); n != 0 {
				t.Errorf("a cycle of 16 events allocates %v times, want 0", n)
			}
			if answers < 101 {
				t.Errorf("101 cycles have answered %d calls: they are not what they are meant to be", answers)
			}
		})
	}
}
