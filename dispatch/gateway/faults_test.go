package gateway

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// played opens a gateway over fake buildings and runs it until the test ends.
// Inside a synctest bubble its time is the bubble's.
func played(t *testing.T, c Config, buildings ...*fakeBuilding) *Gateway {
	t.Helper()
	for i, b := range buildings {
		c.Buildings = append(c.Buildings, Building{ID: string(rune('a' + i)), Building: b})
	}
	if c.Speed == 0 {
		c.Speed = 1
	}
	g, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// run plays a gateway. The function given ends it.
func run(t *testing.T, g *Gateway) (end func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- g.Run(ctx) }()
	return func() {
		g.page.close()
		stop()
		if err := <-over; err != nil {
			t.Error(err)
		}
	}
}

func TestColdStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := played(t, Config{Speed: 2}, newFakeBuilding(5, 1))
		link := &g.sites[0].link
		waits := func(when string, want time.Duration) {
			t.Helper()
			if got := link.cold(); got != want {
				t.Errorf("%s a request waits %v, want %v", when, got, want)
			}
		}
		waits("without the fault", 0)
		link.setCold(10*time.Minute, 10*time.Second)
		waits("as the first", 10*time.Second)
		time.Sleep(2 * time.Second) // 4 s of the building
		waits("while the functions start", 6*time.Second)
		time.Sleep(4 * time.Second)
		waits("when they run", 0)
		time.Sleep(29 * time.Second)
		waits("within a minute", 0)
		time.Sleep(31 * time.Second)
		waits("after more than a minute unused", 10*time.Second)
		time.Sleep(10 * time.Minute)
		waits("after the fault", 0)
		link.setCold(time.Minute, time.Second)
		link.setCold(0, 0)
		waits("after the fault was ended", 0)
	})
}

func TestStaleEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := played(t, Config{}, newFakeBuilding(5, 1))
		link := &g.sites[0].link
		late := func() (n, longest int) {
			run := 0
			for range 1000 {
				if run++; link.stale() == 3*time.Second {
					n, longest, run = n+1, max(longest, run), 0
				}
			}
			return n, longest
		}
		if n, _ := late(); n != 0 {
			t.Errorf("without the fault %d events of 1000 are late", n)
		}
		for _, share := range []float64{0.001, 0.2, 0.37, 1} {
			link.setStale(time.Minute, 3*time.Second, share)
			if n, apart := late(); n != int(1000*share) || share > 0.1 && float64(apart) > 1/share+1 {
				t.Errorf("with a share of %v, %d events of 1000 are late and up to %d apart", share, n, apart)
			}
		}
		time.Sleep(time.Minute)
		if n, _ := late(); n != 0 {
			t.Errorf("after the fault %d events of 1000 are late", n)
		}
	})
}

func TestScheduledFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := played(t, Config{}, newFakeBuilding(5, 1), newFakeBuilding(5, 1))
		if err := g.Schedule(
			NetworkFault{Building: 1, Kind: "link-down", At: 10 * time.Second, For: 20 * time.Second},
			NetworkFault{Building: 0, Kind: "cold-start", At: 0, For: time.Minute, Delay: 3 * time.Second},
			NetworkFault{Building: 0, Kind: "stale-events", At: 10 * time.Second, For: time.Minute, Share: 1},
		); err != nil {
			t.Fatal(err)
		}
		end := run(t, g)
		at := func(seconds int) {
			time.Sleep(time.Duration(seconds)*time.Second - g.instant())
			synctest.Wait()
		}
		down := func(want bool) {
			t.Helper()
			if got := g.sites[1].link.down(); got != want {
				t.Errorf("at %v the link is down: %v, want %v", g.instant(), got, want)
			}
		}
		at(9)
		down(false)
		if got := g.sites[0].link.cold(); got != 3*time.Second {
			t.Errorf("the first request waits %v, want the 3 s of the scenario", got)
		}
		at(11)
		down(true)
		if g.sites[0].link.down() {
			t.Error("the link of the other building is down as well")
		}
		if got := g.sites[0].link.stale(); got != usualStale {
			t.Errorf("an event is %v late, want the usual %v", got, usualStale)
		}
		if got := len(g.faults.list(g.instant(), nil)); got != 3 {
			t.Errorf("%d faults are listed, want 3", got)
		}
		at(31)
		down(false)
		if got := g.faults.list(g.instant(), g.sites[1]); len(got) != 0 {
			t.Errorf("a fault that is over is listed: %v", got)
		}
		end()
	})
}

func TestScheduleFindsAllThatIsWrong(t *testing.T) {
	g := played(t, Config{}, newFakeBuilding(5, 1))
	err := g.Schedule(
		NetworkFault{Building: 1, Kind: "link-down", For: time.Second},
		NetworkFault{Kind: "floor-locked", For: time.Second},
		NetworkFault{Kind: "link-down", At: -1, For: time.Second},
		NetworkFault{Kind: "link-down"},
		NetworkFault{Kind: "cold-start", For: time.Second, Delay: time.Hour},
		NetworkFault{Kind: "stale-events", For: time.Second, Share: 1.5},
	)
	if err == nil {
		t.Fatal("nothing is wrong with it")
	}
	for i, want := range []string{
		"scheduled fault 1: building 1", `scheduled fault 2: kind "floor-locked"`, "scheduled fault 3: at -1ns", "scheduled fault 4: at 0s for 0s", "scheduled fault 5: delay 1h", "scheduled fault 6: share 1.5",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("fault %d: %q is not said in\n%v", i+1, want, err)
		}
	}
}

// A fault takes the place of one of its kind at its place, and of no other.
func TestFaultsReplaceEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFakeBuilding(5, 2)
		g := played(t, Config{}, b)
		end := run(t, g)
		begin := func(kind string, k building.FaultKind, car int, lasts time.Duration) int64 {
			t.Helper()
			a := &activeFault{site: g.sites[0], kind: kind, place: building.Fault{Kind: k, Car: car}, lasts: lasts}
			if err := g.faults.begin(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			return a.id
		}
		first := begin(carOutOfService, building.CarOutOfService, 0, time.Minute)
		other := begin(carOutOfService, building.CarOutOfService, 1, time.Minute)
		stuck := begin(stuckDoor, building.StuckDoor, 0, time.Minute)
		again := begin(carOutOfService, building.CarOutOfService, 0, time.Hour)
		var ids []int64
		for _, a := range g.faults.list(g.instant(), nil) {
			ids = append(ids, a.id)
		}
		if want := []int64{other, stuck, again}; len(ids) != 3 || ids[0] != want[0] || ids[1] != want[1] || ids[2] != want[2] {
			t.Errorf("the faults %v last, want %v: %d was replaced", ids, want, first)
		}
		if found, err := g.faults.end(t.Context(), g, first); found || err != nil {
			t.Errorf("the replaced fault can be ended: %v, %v", found, err)
		}
		if found, err := g.faults.end(t.Context(), g, again); !found || err != nil {
			t.Errorf("the fault cannot be ended: %v, %v", found, err)
		}
		if last := b.faults[len(b.faults)-1]; last != (building.Fault{Kind: building.CarOutOfService}) {
			t.Errorf("the building was told %+v, want the end of the fault", last)
		}
		end()
	})
}

func TestLastMinute(t *testing.T) {
	var m lastMinute
	want := func(when time.Duration, n int) {
		t.Helper()
		if got := m.count(when); got != n {
			t.Errorf("at %v: %d in the last minute, want %d", when, got, n)
		}
	}
	want(0, 0)
	for i := range 10 {
		m.add(dispatch.Instant(i) * 10 * time.Second)
	}
	want(90*time.Second, 6) // 40, 50, 60, 70, 80, 90 s
	want(95*time.Second, 6)
	want(100*time.Second, 5)
	want(149*time.Second, 1)
	want(150*time.Second, 0)
	m.add(1000 * time.Hour)
	want(1000*time.Hour, 1)
}
