package gateway

import (
	"testing"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// deafWatcher counts what it hears.
type deafWatcher struct{ heard int }

func (w *deafWatcher) CarChanged(dispatch.Instant, int, int) { w.heard++ }

func TestFakeBuildingServesAndCancelsRides(t *testing.T) {
	b := newFakeBuilding(8, 2, 1)
	w := &deafWatcher{}
	if err := b.Connect(func(_ int, c dispatch.Config) (building.Control, error) { return dispatch.New(c) }, w); err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		from := dispatch.Floor(i % 8)
		call := b.Ride(i%2, building.Ride{From: from, To: (from + 3) % 8, Group: 1})
		if i%5 == 0 {
			b.Cancel(i%2, call)
		}
		if err := b.Play(time.Duration(i) * 700 * time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Play(time.Hour); err != nil {
		t.Fatal(err)
	}
	for i, k := range b.banks {
		if len(k.calls) > 0 {
			t.Errorf("bank %d has %d calls open after an hour", i, len(k.calls))
		}
		for _, c := range k.cars {
			if len(c.wanted) > 0 {
				t.Errorf("bank %d, car %d still has people aboard for %v", i, c.index, c.wanted)
			}
		}
	}
	if w.heard < 40 {
		t.Errorf("the watcher heard of %d changes", w.heard)
	}
}
