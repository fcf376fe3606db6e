package result

import (
	"testing"
	"time"
)

// queueing gives trips that make the number of people waiting on floor 0
// follow a course over the window, in steps of 10 s. Everybody waits one step.
func queueing(h Header, course func(share float64) float64) recording {
	r := recording{end: h.Duration}
	const step = 10
	for s := h.From.Seconds(); s < h.To.Seconds(); s += step {
		n := course((s - h.From.Seconds()) / (h.To - h.From).Seconds())
		for range int(n + 0.5) {
			r.trips = append(r.trips, ride(s, s+step, s+step, s+step+20))
		}
	}
	return r
}

func TestSaturation(t *testing.T) {
	for _, c := range []struct {
		why    string
		course func(x float64) float64
		want   bool
	}{
		{"an empty landing", func(x float64) float64 { return 0 }, false},
		{"a steady queue, however long", func(x float64) float64 { return 300 }, false},
		{"steady growth from nothing", func(x float64) float64 { return 200 * x }, true},
		{"steady growth from a queue that the warm-up left", func(x float64) float64 { return 30 + 200*x }, true},
		{"more demand on a busy landing that keeps up", func(x float64) float64 { return 300 + 200*x }, false},
		{"growth by less than a car load", func(x float64) float64 { return 20 * x }, false},
		{"a rise and fall around the middle", func(x float64) float64 { return 200 * (1 - 4*(x-0.5)*(x-0.5)) }, false},
		{"a peak late in the window that falls again", func(x float64) float64 { return max(0, 200*(1-16*(x-0.8)*(x-0.8))) }, false},
		{"a demand that rose and whose queue has settled", func(x float64) float64 {
			if x < 0.7 {
				return 20
			}
			return 100
		}, false},
		{"a saturated second half", func(x float64) float64 { return max(0, 400*(x-0.5)) }, true},
		{"a queue that fell before the window's last quarter", func(x float64) float64 { return max(0, 200*(0.7-x)) }, false},
	} {
		h := twoBanks()
		r := queueing(h, c.course)
		if got := r.summary(t, h).Saturated == 1; got != c.want {
			t.Errorf("%s: saturated %v, want %v", c.why, got, c.want)
		}
	}
}

func TestSaturationOfALongQueue(t *testing.T) {
	h := twoBanks()
	h.From, h.To, h.Duration = 2*time.Hour, 170*time.Minute, 3*time.Hour
	for _, c := range []struct {
		why    string
		longer float64 // s that the wait grows by over the window
		want   bool
	}{
		{"one in five who come is left behind", 1000, true},
		{"everybody waits 25 min, but no longer than before", 0, false},
	} {
		r := recording{end: h.Duration}
		for come := 0.0; come < h.To.Seconds(); come += 5 {
			wait := 1500 + c.longer*max(0, (come-h.From.Seconds())/(h.To-h.From).Seconds())
			r.trips = append(r.trips, ride(come, come+wait, come+wait, come+wait+20))
		}
		s := r.summary(t, h)
		if got := s.Saturated == 1; got != c.want {
			t.Errorf("%s: saturated %v, want %v (%d then %d person-ms)", c.why, got, c.want, s.QueueFirst, s.QueueLast)
		}
	}
}

func TestSaturationSeesPeopleStillWaiting(t *testing.T) {
	h := twoBanks()
	r := recording{end: h.Duration}
	for s := h.From; s < h.To; s += 20 * time.Second {
		r.trips = append(r.trips, Trip{Legs: 1, Begin: s, Call: None, Promised: None, Wished: None, Again: None, Arrive: s, Opening: None, Board: None,
			Reached: None, Alight: None, Left: None, Car: None, Destination: 2, Outcome: Censored})
	}
	s := r.summary(t, h)
	if s.Saturated != 1 {
		t.Errorf("%d people who are never fetched do not saturate the queue (second quarter %d, last %d person-ms)", len(r.trips), s.QueueFirst, s.QueueLast)
	}
	if quarter := int64((h.To - h.From) / 4 / time.Millisecond); s.QueueLast <= s.QueueFirst || s.QueueLast < 100*quarter {
		t.Errorf("the last quarter holds %d person-ms, the second %d", s.QueueLast, s.QueueFirst)
	}
}
