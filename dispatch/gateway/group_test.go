package gateway

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch"
)

// TestARefusedEventIsLeftOut: what a controller refuses is counted, and nobody
// hears, remembers or writes it; the bank goes on.
func TestARefusedEventIsLeftOut(t *testing.T) {
	eta, err := dispatch.PolicyByName("eta")
	if err != nil {
		t.Fatal(err)
	}
	var journal bytes.Buffer
	g := lonelyGroup(t, smallBank(t, eta), &journal)
	var heard []dispatch.CallID
	g.listener = func(ev *dispatch.Event, _ []dispatch.Command) { heard = append(heard, ev.Call) }
	for _, ev := range []dispatch.Event{
		{Kind: dispatch.LandingCall, Call: 1, Floor: 3, Dir: dispatch.Up},
		{Kind: dispatch.LandingCall, Call: 1, Floor: 4, Dir: dispatch.Up}, // the number again
		{Kind: dispatch.LandingCall, Call: 2, Floor: 77, Dir: dispatch.Up},
		{Kind: dispatch.DestinationCall, Call: 3, Floor: 4, To: 9, Group: 1, Cars: 1 << 40},
		{Kind: dispatch.CarCall, Car: 9, Floor: 4},
		{Kind: dispatch.LandingCall, Call: 4, Floor: 5, Dir: dispatch.Up},
	} {
		before := []dispatch.Command{{Kind: dispatch.Park}}
		out, err := g.StepAt(&ev, before)
		if err != nil {
			t.Fatalf("%v: %v: a group never gives the building an error", ev, err)
		}
		if len(out) == 0 || out[0].Kind != dispatch.Park {
			t.Errorf("%v: what was in the list of commands is gone: %v", ev, out)
		}
	}
	if diff := cmp.Diff([]dispatch.CallID{1, 4}, heard); diff != "" || g.dropped != 4 || g.fallen {
		t.Errorf("%d left out, under collective control: %v; heard (-want +got):\n%s", g.dropped, g.fallen, diff)
	}
	if len(g.memory.calls) != 2 {
		t.Errorf("%d calls are remembered, want 2", len(g.memory.calls))
	}
	if err := g.journal.close(); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(journal.String(), "\n"); n != 3 {
		t.Errorf("the journal has %d lines, want its head and two events:\n%s", n, journal.String())
	}
	var shown bytes.Buffer
	g.site.gateway.metrics.WritePrometheus(&shown)
	if want := `hoistway_controller_faults_total{building="house",group="1"} 4`; !strings.Contains(shown.String(), want) {
		t.Errorf("the metrics have no %s:\n%s", want, shown.String())
	}
}

// TestCollectiveControlFailsToo: a controller that cannot be replaced leaves the
// event out and lives on; the bank is not lost with it.
func TestCollectiveControlFailsToo(t *testing.T) {
	eta, err := dispatch.PolicyByName("eta")
	if err != nil {
		t.Fatal(err)
	}
	c := smallBank(t, &failing{eta, 0})
	g := lonelyGroup(t, c, nil)
	g.config.Cars[0].Home = 99 // what nobody could have opened
	ev := dispatch.Event{Kind: dispatch.LandingCall, Call: 1, Floor: 3, Dir: dispatch.Up}
	out, err := g.StepAt(&ev, nil)
	if err != nil || len(out) > 0 || g.dropped != 1 || g.fallen {
		t.Errorf("commands %v, error %v, %d left out, fallen %v; want nothing commanded and one event left out", out, err, g.dropped, g.fallen)
	}
}
