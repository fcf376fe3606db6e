package remotecall

import (
	"testing"
	"time"
)

// A way to the landing finer than phones send would give the position away.
func TestAWayThatIsTooPrecise(t *testing.T) {
	h := newHouse(t)
	p := h.resident(RemoteCall, "rc@example.org", "")
	for _, c := range []struct {
		sentence string
		distance float64
		walk     time.Duration
		want     Refusal
	}{
		{"whole metres", 12, 0, ""},
		{"whole seconds", 0, 7 * time.Second, ""},
		{"half a metre", 12.5, 0, TooPrecise},
		{"a tenth of a second", 0, 7100 * time.Millisecond, TooPrecise},
		{"a nanosecond", 0, 7*time.Second + 1, TooPrecise},
	} {
		r := upFrom("G", "1")
		r.Distance, r.Walk = c.distance, c.walk
		if _, err := h.s.Call(p.token, r); Reason(err) != c.want {
			t.Errorf("%s: got %v, want %q", c.sentence, err, c.want)
		}
	}
}
