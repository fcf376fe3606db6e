package gateway

import (
	"testing"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

func someone() *client { return &client{grant: &grant{client: "robots"}} }

// What clients hear of typical calls, frame by frame, in a house with two cars
// and nobody else. The transcripts are in testdata/calls.
func TestTranscripts(t *testing.T) {
	t.Run("destination", func(t *testing.T) {
		w := newTown(t, house(t), nil)
		c := someone()
		w.note("subscribes")
		w.listen(c, "call_state/+/+", "action/+/+", "+/doors", "+/status", "+/next_stop_eta", "+/stopping")
		w.note("calls from floor 2 to 5")
		session, refused := w.act(c, w.ride(2, 5))
		w.note("result: %d %q", session, refused)
		w.until(2 * time.Minute)
		w.transcript()
	})
	t.Run("position", func(t *testing.T) {
		w := newTown(t, house(t), nil)
		c := someone()
		w.listen(c, "lift_1/position")
		w.note("calls from floor 0 to 3")
		w.act(c, w.ride(0, 3))
		w.until(time.Minute)
		w.transcript()
	})
	t.Run("delay", func(t *testing.T) {
		w := newTown(t, house(t), nil)
		c := someone()
		w.listen(c, "call_state/+/+")
		w.note("calls from floor 2 to 5, ready in 30 s")
		a := w.ride(2, 5)
		a.Delay = 30 * time.Second
		w.act(c, a)
		w.until(2 * time.Minute)
		w.transcript()
	})
	t.Run("landing call of two clients", func(t *testing.T) {
		w := newTown(t, house(t), nil)
		first, second := someone(), someone()
		w.listen(first, "call_state/+/+", "+/stopping")
		a := &action{Action: actionDown, Area: w.group.floorArea(6)}
		w.note("the first calls down from floor 6")
		one, _ := w.act(first, a)
		w.until(time.Second)
		w.note("the second calls down from floor 6")
		w.act(second, a)
		w.until(2 * time.Second)
		w.note("the first no longer wants it")
		w.group.remove(first, one)
		w.until(time.Minute)
		w.transcript()
	})
	t.Run("car call", func(t *testing.T) {
		w := newTown(t, house(t), nil)
		c := someone()
		w.listen(c, "call_state/+/+", "lift_2/stopping")
		to := w.group.floorArea(4)
		w.note("presses 4 in car 2")
		w.act(c, &action{Action: actionCar, Area: w.group.deckArea(1), Destination: &to})
		w.until(time.Minute)
		w.transcript()
	})
	t.Run("delete", func(t *testing.T) {
		w := newTown(t, house(t), nil)
		c := someone()
		w.listen(c, "call_state/+/+")
		session, _ := w.act(c, w.ride(7, 1))
		w.until(3 * time.Second)
		w.note("deletes %d", session)
		w.group.remove(c, session)
		w.until(time.Minute)
		w.note("deletes it again")
		w.group.remove(c, session)
		w.until(2 * time.Minute)
		w.transcript()
	})
	t.Run("all cars go out of service", func(t *testing.T) {
		w := newTown(t, house(t), nil)
		c := someone()
		w.listen(c, "call_state/+/+", "+/status")
		w.act(c, w.ride(7, 1))
		w.until(time.Second)
		for car := range 2 {
			w.note("car %d goes out", car+1)
			if err := w.s.building.Fault(building.Fault{Kind: building.CarOutOfService, Car: car, For: time.Hour}); err != nil {
				t.Fatal(err)
			}
			w.until(w.s.now + time.Second)
		}
		w.note("another call")
		w.act(c, w.ride(3, 1))
		w.until(time.Minute)
		w.transcript()
	})
	t.Run("locked floor", func(t *testing.T) {
		w := newTown(t, house(t), nil)
		c := someone()
		w.listen(c, "call_state/+/+")
		w.act(c, w.ride(7, 3))
		w.until(time.Second)
		w.note("floor 3 is locked")
		if err := w.s.building.Fault(building.Fault{Kind: building.FloorLocked, Floor: dispatch.Floor(3), For: time.Hour}); err != nil {
			t.Fatal(err)
		}
		w.until(2 * time.Second)
		w.note("another call there")
		w.act(c, w.ride(5, 3))
		w.until(time.Minute)
		w.transcript()
	})
}
