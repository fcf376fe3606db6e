package twin_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/people"
	"hoistway/twin/twintest"
)

// daily brings a handful of people a day: residents who call, and a visitor
// with a key.
type daily struct {
	days, day int
	next      int
}

func (d *daily) Next(p *people.Person) bool {
	if d.day == d.days {
		return false
	}
	at := time.Duration(d.day)*24*time.Hour + time.Duration(d.next)*time.Hour
	switch d.next {
	case 0, 1, 2:
		*p = resident(at, 30*time.Second, int32(1+d.next), 0)
	case 3:
		*p = resident(at, 30*time.Second, 0, 4)
	default:
		*p = guest(at, 4, 4, at-time.Hour, at+time.Hour)
		p.Host = 3
	}
	if d.next++; d.next > 4 {
		d.day, d.next = d.day+1, 0
	}
	return true
}

// TestLongRunsCostWhatHappensInThem plays 400 and 4000 days of sparse traffic:
// ten times the events, so that no empty night costs any, and the same memory.
func TestLongRunsCostWhatHappensInThem(t *testing.T) {
	play := func(days int) (out twin.Outcome, heap uint64) {
		sc := lived(2)
		sc.Banks[0].Control.Parking, sc.Banks[0].Control.ParkingDelay = scenarios.ParkLobby, time.Minute
		sc.Run.Duration = time.Duration(days) * 24 * time.Hour
		sc.Run.Cap = sc.Run.Duration + time.Hour
		tw, err := twin.New(sc, twin.Options{People: &daily{days: days}, Service: forgetful{&twintest.Service{}}})
		if err != nil {
			t.Fatal(err)
		}
		if out, err = tw.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, v := range out.Violations {
			t.Errorf("%s broken at %v: %s", v.Rule, v.At, v.Text)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		runtime.KeepAlive(tw)
		return out, m.HeapAlloc
	}
	play(1) // what is made once for all
	few, small := play(400)
	many, large := play(4000)
	if few.Journeys != 400*6 || many.Journeys != 4000*6 {
		t.Fatalf("%d and %d journeys, want six a day", few.Journeys, many.Journeys)
	}
	if perDay := float64(many.Events-few.Events) / 3600; perDay > 150 {
		t.Errorf("a day of six journeys takes %.0f events", perDay)
	}
	if large > small+32<<10 {
		t.Errorf("4000 days leave %d bytes in memory, 400 days %d", large, small)
	}
}

// forgetful is a service that remembers no permit longer than it is asked
// about: what the test measures is the twin's own memory.
type forgetful struct{ *twintest.Service }

func (f forgetful) IssueKey(scenarios.Instant, twin.Permit, int, int, scenarios.Instant, scenarios.Instant, int) string {
	return ""
}
func (f forgetful) UseKey(scenarios.Instant, twin.Permit, int) string   { return "" }
func (f forgetful) CheckKey(scenarios.Instant, twin.Permit, int) string { return "" }
