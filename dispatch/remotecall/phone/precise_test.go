package phone

import (
	"testing"
	"time"

	"hoistway/dispatch/remotecall"
)

// The way to the landing leaves the phone in whole seconds or whole metres.
func TestTheWayIsSentCoarsely(t *testing.T) {
	for _, row := range []struct {
		app      string
		walk     time.Duration
		distance float64
		wantWalk time.Duration
		want     float64
	}{
		{remotecall.RemoteCall, 7*time.Second + 499*time.Millisecond, 23.4, 7 * time.Second, 0},
		{remotecall.RemoteCall, time.Millisecond, 0.1, time.Second, 0},
		{remotecall.RemoteCall, 0, 60.3, 50 * time.Second, 0},
		{remotecall.Flow, 7 * time.Second, 23.6, 0, 24},
	} {
		b := newBackEnd(t)
		p := b.signedIn(row.app, "")
		_, err := p.Call(remotecall.CallRequest{Building: "main", From: "1", To: "2", Distance: row.distance, Walk: row.walk})
		b.must(err)
		if r := b.calls[0]; r.Walk != row.wantWalk || r.Distance != row.want {
			t.Errorf("%s: %v and %v m left the phone, want %v and %v m", row.app, r.Walk, r.Distance, row.wantWalk, row.want)
		}
	}
}
