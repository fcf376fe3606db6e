package dispatch_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hoistway/dispatch"
)

// TestTimersFirst feeds one stream of events by two drivers. Where an event
// comes at the very instant of a deadline, one delivers a Tick before it and
// the other does not. Both get the same commands at the same instants.
func TestTimersFirst(t *testing.T) {
	ties := 0
	eachPolicy(t, func(t *rapid.T, p dispatch.Policy) {
		cfg, events := recorded(t, p)
		var ticked, plain []dispatch.Event
		for i, ev := range events {
			tie := ev.Kind == dispatch.Tick && i+1 < len(events) && events[i+1].At == ev.At && events[i+1].Kind != dispatch.Tick
			ticked = append(ticked, ev)
			if tie {
				ties++
				continue
			}
			plain = append(plain, ev)
		}
		equal(t, "the driver that ticks at ties gets other commands", replay(t, cfg, plain), replay(t, cfg, ticked))
	})
	if ties == 0 {
		t.Error("no event came at the instant of a deadline: the test has tested nothing")
	}
}

// TestLateTicks leaves ticks out, as a driver does that sleeps too long: the
// timers fire inside the next Step, each at its own instant. The commands are
// the same and come in the same order, and once both have taken an event the
// two controllers do not differ in any field.
func TestLateTicks(t *testing.T) {
	left := 0
	eachPolicy(t, func(t *rapid.T, p dispatch.Policy) {
		cfg, events := recorded(t, p)
		prompt, late := newController(t, cfg), newController(t, cfg)
		var want, got []string
		for _, ev := range events {
			want = append(want, transcript("", mustStep(t, prompt, ev, nil))...)
			if ev.Kind == dispatch.Tick && rapid.IntRange(0, 4).Draw(t, "leave out") > 0 {
				left++
				continue
			}
			got = append(got, transcript("", mustStep(t, late, ev, nil))...)
			sameDeadline(t, prompt, late)
			if !reflect.DeepEqual(prompt, late) {
				t.Fatalf("after %v the controllers differ", ev)
			}
		}
		end := dispatch.Event{Kind: dispatch.Tick, At: events[len(events)-1].At + time.Hour}
		want = append(want, transcript("", mustStep(t, prompt, end, nil))...)
		got = append(got, transcript("", mustStep(t, late, end, nil))...)
		equal(t, "without ticks the commands are others", want, got)
	})
	if left == 0 {
		t.Error("no tick was left out: the test has tested nothing")
	}
}

// TestIdleTicks puts in ticks when no timer is due. Nothing comes of them.
func TestIdleTicks(t *testing.T) {
	eachPolicy(t, func(t *rapid.T, p dispatch.Policy) {
		cfg, events := recorded(t, p)
		plain, ticked := newController(t, cfg), newController(t, cfg)
		now := dispatch.Instant(0)
		for _, ev := range events {
			latest := ev.At
			if due, ok := ticked.Deadline(); ok {
				latest = min(latest, due-1)
			}
			for range rapid.IntRange(0, 2).Draw(t, "ticks") {
				if latest < now {
					break
				}
				now += time.Duration(rapid.Int64Range(0, int64(latest-now)).Draw(t, "after"))
				if out := mustStep(t, ticked, dispatch.Event{Kind: dispatch.Tick, At: now}, nil); len(out) > 0 {
					t.Fatalf("a tick at %v, before every deadline, leads to %v", now, out)
				}
			}
			want, got := mustStep(t, plain, ev, nil), mustStep(t, ticked, ev, nil)
			equal(t, fmt.Sprintf("%v: idle ticks change the commands", ev), transcript("", want), transcript("", got))
			sameDeadline(t, plain, ticked)
			now = ev.At
		}
	})
}

func sameDeadline(t *rapid.T, a, b *dispatch.Controller) {
	d1, ok1 := a.Deadline()
	d2, ok2 := b.Deadline()
	if d1 != d2 || ok1 != ok2 {
		t.Fatalf("the deadlines differ: %v %v and %v %v", d1, ok1, d2, ok2)
	}
}

// TestDeadlineIsStable: asking for the deadline changes nothing.
func TestDeadlineIsStable(t *testing.T) {
	eachPolicy(t, func(t *rapid.T, p dispatch.Policy) {
		cfg, events := recorded(t, p)
		k := newController(t, cfg)
		var got []string
		for _, ev := range events {
			for range 3 {
				k.Deadline()
			}
			got = append(got, transcript(fmt.Sprintf("%v ", ev.At), mustStep(t, k, ev, nil))...)
		}
		equal(t, "asking for the deadline changes the commands", replay(t, cfg, events), got)
	})
}
