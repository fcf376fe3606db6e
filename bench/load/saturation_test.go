package load

import (
	"testing"
	"time"
)

// Both rates are measured, and a ping counts with its result: not more often
// than the server made one. Which is higher is no test's affair.
func TestAgainstEcho(t *testing.T) {
	f := newFake(t)
	o := f.options(t)
	r, err := Saturation{Sockets: 2, Duration: 200 * time.Millisecond}.AgainstEcho(t.Context(), o.Target, o.Client, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Pings of the measured spans alone are at least what was counted of one.
	if counted := float64(f.pings.Load()); r.Pings <= 0 || r.Echoes <= 0 || r.Pings*r.Seconds > counted || r.Share != r.Pings/r.Echoes {
		t.Errorf("%+v with %v pings counted by the server", r, counted)
	}
	f.refuse = func(string) int { return 429 }
	if _, err := (Saturation{Sockets: 1, Duration: 200 * time.Millisecond}).PingRate(t.Context(), o.Target, o.Client, Group{"b1", "1"}); err == nil {
		t.Error("a server that refuses pings has a rate")
	}
}
