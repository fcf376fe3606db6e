package gateway

import (
	"strings"
	"testing"
	"time"

	"hoistway/dispatch"
)

// TestAFaultOfOursEndsItsWorkAlone lets work on a building's goroutine panic:
// the process lives, the next request is answered, and the fault is counted.
func TestAFaultOfOursEndsItsWorkAlone(t *testing.T) {
	d := newDesk(t, nil)
	s := d.site()
	if err := s.ask(t.Context(), func() { panic("BUG: planted") }); err != nil {
		t.Errorf("whoever asked is told %v, want an end", err)
	}
	if err := s.ask(t.Context(), func() { s.after(time.Nanosecond, func() { panic("BUG: planted") }) }); err != nil {
		t.Error(err)
	}
	time.Sleep(10 * time.Millisecond)
	l := d.robot()
	if answer := l.ask(ping(1)); !strings.Contains(answer, `"statusCode":201`) {
		t.Errorf("a ping afterwards: %s", answer)
	}
	if answer := l.next(); !strings.Contains(answer, `"request_id":1`) {
		t.Errorf("its result: %s", answer)
	}
	if n := d.gateway.metrics.GetOrCreateCounter("hoistway_handler_faults_total").Get(); n != 2 {
		t.Errorf("%d faults are counted, want 2", n)
	}
}

// crumbling is a building that fails of itself.
type crumbling struct{ *fakeBuilding }

func (b crumbling) Play(until dispatch.Instant) error {
	if until > 0 {
		panic("BUG: planted")
	}
	return b.fakeBuilding.Play(until)
}

// TestABuildingThatFailsEndsTheGateway holds that it ends with an error and not
// with the process.
func TestABuildingThatFailsEndsTheGateway(t *testing.T) {
	g, err := Open(Config{Buildings: []Building{{ID: "twin1", Building: crumbling{newFakeBuilding(8, 2)}}}, Speed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "building twin1: BUG: planted") {
		t.Errorf("it ended with %v", err)
	}
}
