package dispatch_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hoistway/dispatch"
)

// wildEvent draws any event at all, most of them faulty.
func wildEvent() *rapid.Generator[dispatch.Event] {
	return rapid.Custom(func(t *rapid.T) dispatch.Event {
		return dispatch.Event{
			At:    time.Duration(rapid.Int64().Draw(t, "at")),
			Call:  dispatch.CallID(rapid.Int64().Draw(t, "call")),
			Ready: time.Duration(rapid.Int64().Draw(t, "ready")), Load: rapid.Int64().Draw(t, "load"), Cars: rapid.Uint64().Draw(t, "cars"),
			Group: rapid.Int32().Draw(t, "group"), Permit: dispatch.Permit(rapid.Int32().Draw(t, "permit")),
			Car: dispatch.CarID(rapid.Int16().Draw(t, "car")), Floor: dispatch.Floor(rapid.Int16().Draw(t, "floor")), To: dispatch.Floor(rapid.Int16().Draw(t, "to")),
			Dir: dispatch.Direction(rapid.Int8().Draw(t, "dir")), Kind: dispatch.EventKind(rapid.Byte().Draw(t, "kind")),
			Door: dispatch.Door(rapid.Byte().Draw(t, "door")), Mode: dispatch.Mode(rapid.Byte().Draw(t, "mode")), Locked: rapid.Bool().Draw(t, "locked"),
		}
	})
}

// fault is a way to be faulty. Of a sound event of one of its kinds, or of any
// if it names none, it makes one that Step refuses with an error.
type fault struct {
	name  string
	want  error
	kinds []dispatch.EventKind
	make  func(ev *dispatch.Event, w *wrong)
}

// wrong is what a fault knows of the controller, and values out of range.
type wrong struct {
	cfg   *dispatch.Config
	now   dispatch.Instant // of the last event taken
	call  dispatch.CallID  // the highest taken
	above int              // 0 or more
	below int              // 1 or more
	high  bool             // out of range at the upper end
}

func (w *wrong) floor() dispatch.Floor {
	if w.high {
		return dispatch.Floor(w.cfg.Floors + w.above)
	}
	return -dispatch.Floor(w.below)
}

func faults() []fault {
	k := func(kinds ...dispatch.EventKind) []dispatch.EventKind { return kinds }
	return []fault{
		{"time before the last event", dispatch.ErrTime, nil, func(ev *dispatch.Event, w *wrong) { ev.At = w.now - time.Duration(w.below) }},
		{"a call number used before", dispatch.ErrCall, k(dispatch.LandingCall, dispatch.DestinationCall), func(ev *dispatch.Event, w *wrong) { ev.Call = w.call - dispatch.CallID(w.above) }},
		{"a car that is not there", dispatch.ErrCar, k(dispatch.CarCall, dispatch.CarStatus, dispatch.DoorStatus, dispatch.CarMode), func(ev *dispatch.Event, w *wrong) {
			ev.Car = dispatch.CarID(len(w.cfg.Cars) + w.above)
			if !w.high {
				ev.Car = -dispatch.CarID(w.below)
			}
		}},
		{"a floor that is not there", dispatch.ErrFloor, k(dispatch.LandingCall, dispatch.DestinationCall, dispatch.CarCall, dispatch.CarStatus, dispatch.DoorStatus, dispatch.FloorLock), func(ev *dispatch.Event, w *wrong) { ev.Floor = w.floor() }},
		{"a destination that is not there", dispatch.ErrEvent, k(dispatch.DestinationCall), func(ev *dispatch.Event, w *wrong) { ev.To = w.floor() }},
		{"a target that is not there", dispatch.ErrFloor, k(dispatch.CarStatus), func(ev *dispatch.Event, w *wrong) {
			if ev.To = w.floor(); ev.To == dispatch.NoFloor {
				ev.To--
			}
		}},
		{"a landing call in no direction", dispatch.ErrEvent, k(dispatch.LandingCall), func(ev *dispatch.Event, _ *wrong) { ev.Dir = dispatch.None }},
		{"a direction there is not", dispatch.ErrEvent, k(dispatch.LandingCall), func(ev *dispatch.Event, w *wrong) { ev.Dir = dispatch.Direction(2 + w.above) }},
		{"a group of nobody", dispatch.ErrEvent, k(dispatch.DestinationCall), func(ev *dispatch.Event, w *wrong) { ev.Group = int32(1 - w.below) }},
		{"an allowed car that is not there", dispatch.ErrEvent, k(dispatch.DestinationCall), func(ev *dispatch.Event, w *wrong) {
			ev.Cars = 1 | 1<<min(len(w.cfg.Cars)+w.above, 63)
		}},
		{"no door phase", dispatch.ErrEvent, k(dispatch.DoorStatus), func(ev *dispatch.Event, _ *wrong) { ev.Door = 0 }},
		{"a door phase there is not", dispatch.ErrEvent, k(dispatch.DoorStatus), func(ev *dispatch.Event, w *wrong) { ev.Door = dispatch.DoorsClosed + dispatch.Door(w.below) }},
		{"a negative load", dispatch.ErrEvent, k(dispatch.DoorStatus), func(ev *dispatch.Event, w *wrong) { ev.Load = -int64(w.below) }},
		{"a mode there is not", dispatch.ErrEvent, k(dispatch.CarMode), func(ev *dispatch.Event, w *wrong) { ev.Mode = dispatch.OutOfService + dispatch.Mode(w.below) }},
		{"no kind", dispatch.ErrEvent, nil, func(ev *dispatch.Event, _ *wrong) { ev.Kind = 0 }},
		{"a kind there is not", dispatch.ErrEvent, nil, func(ev *dispatch.Event, w *wrong) { ev.Kind = dispatch.Tick + dispatch.EventKind(w.below) }},
	}
}

// soundEvent is an event of a kind that a controller in any state takes. It
// lies far ahead: if it fired timers before it was found faulty, all would go.
func soundEvent(kind dispatch.EventKind, w *wrong) dispatch.Event {
	return dispatch.Event{
		At: w.now + time.Hour, Kind: kind, Call: w.call + 1, Dir: dispatch.Up, To: 1, Group: 1, Door: dispatch.DoorsOpening,
	}
}

var everyKind = [...]dispatch.EventKind{
	dispatch.LandingCall, dispatch.CarCall, dispatch.DestinationCall, dispatch.Cancel, dispatch.CarStatus,
	dispatch.DoorStatus, dispatch.CarMode, dispatch.FloorLock, dispatch.PermitRevoked, dispatch.Tick,
}

// TestErrorsChangeNothing puts faulty events anywhere into a sound stream. Step
// returns the error for each fault and no command, and the controller stays,
// to the last field, like one that never saw them.
func TestErrorsChangeNothing(t *testing.T) {
	eachPolicy(t, func(t *rapid.T, p dispatch.Policy) {
		cfg, events := recorded(t, p)
		one, two := newController(t, cfg), newController(t, cfg)
		w := wrong{cfg: &cfg, call: -1}
		for i := 0; i <= len(events); i++ {
			if rapid.IntRange(0, 3).Draw(t, "insert") == 0 {
				f := rapid.SampledFrom(faults()).Draw(t, "fault")
				kinds := f.kinds
				if kinds == nil {
					kinds = everyKind[:]
				}
				w.above, w.below, w.high = rapid.IntRange(0, 50).Draw(t, "above"), rapid.IntRange(1, 50).Draw(t, "below"), rapid.Bool().Draw(t, "high")
				ev := soundEvent(rapid.SampledFrom(kinds).Draw(t, "kind"), &w)
				f.make(&ev, &w)
				out, err := two.Step(ev, nil)
				if !errors.Is(err, f.want) {
					t.Fatalf("%s: %v: error %v, want %v", f.name, ev, err, f.want)
				}
				if len(out) > 0 {
					t.Fatalf("%s: %v: an error, and the commands %v", f.name, ev, out)
				}
				if !reflect.DeepEqual(one, two) {
					t.Fatalf("%s: %v: the error has changed the controller", f.name, ev)
				}
			}
			if i == len(events) {
				break
			}
			ev := events[i]
			want, got := mustStep(t, one, ev, nil), mustStep(t, two, ev, nil)
			equal(t, "the commands differ after an error", transcript("", want), transcript("", got))
			w.now = ev.At
			if ev.Kind == dispatch.LandingCall || ev.Kind == dispatch.DestinationCall {
				w.call = ev.Call
			}
		}
	})
}

// TestSoundEventsAreSound keeps the test above honest: without its fault every
// event is taken.
func TestSoundEventsAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg, events := recorded(t, dispatch.Policies()[0])
		k := newController(t, cfg)
		w := wrong{cfg: &cfg, call: -1}
		for _, ev := range events {
			mustStep(t, k, ev, nil)
			w.now = ev.At
			w.call = max(w.call, ev.Call)
		}
		for _, kind := range everyKind {
			mustStep(t, k, soundEvent(kind, &w), nil)
			w.now, w.call = w.now+time.Hour, w.call+1
		}
	})
}

// TestWildEvents: whatever comes, Step takes it or returns one of its errors.
func TestWildEvents(t *testing.T) {
	eachPolicy(t, func(t *rapid.T, p dispatch.Policy) {
		cfg, events := recorded(t, p)
		k := newController(t, cfg)
		for _, ev := range events {
			wild := wildEvent().Draw(t, "wild")
			if rapid.Bool().Draw(t, "at a possible time") {
				wild.At = ev.At
			}
			if _, err := k.Step(wild, nil); err != nil && !isErrorOfStep(err) {
				t.Fatalf("%v: %v is not one of Step's errors", wild, err)
			}
			if _, err := k.Step(ev, nil); err != nil && !isErrorOfStep(err) {
				t.Fatalf("%v: %v is not one of Step's errors", ev, err)
			}
		}
	})
}
