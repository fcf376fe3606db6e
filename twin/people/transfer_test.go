package people

import (
	"math"
	"testing"
	"time"

	"hoistway/scenarios"
)

// TestTransfer holds the mean and the range of drawn transfer times against
// those of the truncated Erlang that elevator-traffic literature uses.
func TestTransfer(t *testing.T) {
	d := scenarios.Doors{TransferShape: 20, TransferMin: 600 * time.Millisecond, TransferMax: 6 * time.Second}
	const n = 200_000
	sum, least, most := 0.0, time.Hour, time.Duration(0)
	for j := range int64(n) {
		v := Transfer(&d, time.Second, Passage{Seed: 3, Journey: j, In: j%2 == 0})
		sum += v.Seconds()
		least, most = min(least, v), max(most, v)
	}
	if least < d.TransferMin || most > d.TransferMax {
		t.Errorf("times from %v to %v leave the range %v to %v", least, most, d.TransferMin, d.TransferMax)
	}
	// An Erlang of order 20 and mean 1 s cut at 0.6 s has mean 1.0099 s; its
	// standard deviation is about 0.22 s.
	if got := sum / n; math.Abs(got-1.0099) > 4*0.22/math.Sqrt(n) {
		t.Errorf("mean transfer time %.4f s, want 1.0099", got)
	}
}

// TestTransferStaysWithThePerson: the same passage takes the same time; another
// direction, leg, journey or replication takes its own.
func TestTransferStaysWithThePerson(t *testing.T) {
	d := scenarios.Doors{TransferShape: 20, TransferMin: 0, TransferMax: time.Hour}
	at := Passage{Seed: 7, Replication: 1, Journey: 5, Leg: 0, In: true}
	want := Transfer(&d, time.Second, at)
	if got := Transfer(&d, time.Second, at); got != want {
		t.Fatalf("the same passage took %v, then %v", want, got)
	}
	for name, p := range map[string]Passage{
		"seed": {8, 1, 5, 0, true}, "replication": {7, 2, 5, 0, true}, "journey": {7, 1, 6, 0, true}, "leg": {7, 1, 5, 1, true}, "direction": {7, 1, 5, 0, false},
	} {
		if got := Transfer(&d, time.Second, p); got == want {
			t.Errorf("another %s takes the same %v", name, got)
		}
	}
}
