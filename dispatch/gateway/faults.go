package gateway

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// The kinds of faults that the gateway can let happen: four in the building,
// three between it and the clients.
const (
	carOutOfService = "car-out-of-service"
	stuckDoor       = "stuck-door"
	slowCar         = "slow-car"
	floorLocked     = "floor-locked"
	linkDown        = "link-down"    // no request reaches the building, no event comes out
	coldStart       = "cold-start"   // the first request after a minute's silence waits for Delay
	staleEvents     = "stale-events" // a share of the events comes Delay late, and so out of order
)

var (
	networkFaults = []string{linkDown, coldStart, staleEvents}
	faultKinds    = append([]string{carOutOfService, stuckDoor, slowCar, floorLocked}, networkFaults...)
)

// What a fault takes when nothing is said.
const (
	usualDelay  = 10 * time.Second // as cold cloud functions are known to add
	usualStale  = 2 * time.Second
	usualShare  = 0.1
	usualFactor = 0.5
)

// What a fault may be asked to take.
const (
	shortestFault, longestFault = time.Second, 24 * time.Hour
	longestDelay                = time.Minute
)

// NetworkFault is a fault between clients and a building, at an instant of the
// building's time.
type NetworkFault struct {
	Building int    // index in Config.Buildings
	Kind     string // "link-down", "cold-start" or "stale-events"
	At, For  time.Duration
	Delay    time.Duration // cold-start, stale-events; 0 = 10 s and 2 s
	Share    float64       // stale-events: of all events; 0 = 0.1
}

// activeFault is a fault that lasts.
type activeFault struct {
	id     int64
	site   *site
	kind   string
	place  building.Fault // of car and floor faults
	delay  time.Duration
	share  float64
	lasts  time.Duration
	until  dispatch.Instant
	source string // who asked for it: "admin", "page" or "scenario"
}

// same tells whether b would be the same thing gone wrong.
func (a *activeFault) same(b *activeFault) bool {
	return a.site == b.site && a.kind == b.kind && a.place.Bank == b.place.Bank && a.place.Car == b.place.Car && a.place.Floor == b.place.Floor
}

// faults are the faults that last, by rising ID. Any goroutine.
type faults struct {
	mu     sync.Mutex
	last   int64
	active []*activeFault
}

// begin lets a fault happen; one of the same kind at the same place is replaced.
func (f *faults) begin(ctx context.Context, a *activeFault) error {
	if err := a.apply(ctx, a.lasts); err != nil {
		return err
	}
	f.note(a)
	return nil
}

// note lists a fault that has begun.
func (f *faults) note(a *activeFault) {
	now := a.site.gateway.instant()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.active = slices.DeleteFunc(f.active, func(b *activeFault) bool { return b.until <= now || b.same(a) })
	f.last++
	a.id, a.until = f.last, now+a.lasts
	f.active = append(f.active, a)
}

// end ends a fault. It reports false when there is none of that ID.
func (f *faults) end(ctx context.Context, g *Gateway, id int64) (bool, error) {
	f.mu.Lock()
	i := slices.IndexFunc(f.active, func(a *activeFault) bool { return a.id == id && a.until > g.instant() })
	if i < 0 {
		f.mu.Unlock()
		return false, nil
	}
	a := f.active[i]
	f.mu.Unlock()
	if err := a.apply(ctx, 0); err != nil {
		return true, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.active = slices.DeleteFunc(f.active, func(b *activeFault) bool { return b == a })
	return true, nil
}

// list gives the faults that last at an instant, of one site or, with nil, of
// all.
func (f *faults) list(now dispatch.Instant, of *site) (all []activeFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.active {
		if a.until > now && (of == nil || a.site == of) {
			all = append(all, *a)
		}
	}
	return all
}

// apply begins or, with 0, ends a fault where it happens.
func (a *activeFault) apply(ctx context.Context, d time.Duration) error {
	if a.applyLink(d) {
		return nil
	}
	b := a.place
	b.For = d
	var failed error
	if err := a.site.ask(ctx, func() { failed = a.site.building.Fault(b) }); err != nil {
		return fmt.Errorf("building %s: %w", a.site.id, err)
	}
	if failed != nil {
		return fmt.Errorf("building %s: %w", a.site.id, failed)
	}
	return nil
}

// applyLink does the same for the faults between clients and building, and
// reports whether it is one.
func (a *activeFault) applyLink(d time.Duration) bool {
	switch link := &a.site.link; a.kind {
	case linkDown:
		link.setDown(d)
	case coldStart:
		link.setCold(d, a.delay)
	case staleEvents:
		link.setStale(d, a.delay, a.share)
	default:
		return false
	}
	return true
}

// Schedule lets faults of a scenario happen in their time. It is called before
// Run, and finds all that is wrong with them at once; faults of cars and floors
// are the building's own affair.
func (g *Gateway) Schedule(scheduled ...NetworkFault) error {
	var wrong []error
	for i, n := range scheduled {
		bad := func(format string, args ...any) {
			wrong = append(wrong, fmt.Errorf("scheduled fault %d: %w", i+1, fmt.Errorf(format, args...)))
		}
		if n.Building < 0 || n.Building >= len(g.sites) {
			bad("building %d: there are %d", n.Building, len(g.sites))
		}
		if !slices.Contains(networkFaults, n.Kind) {
			bad("kind %q: want one of %q", n.Kind, networkFaults)
		}
		if n.At < 0 || n.For <= 0 {
			bad("at %v for %v: want an instant from the start and a time above 0", n.At, n.For)
		}
		if n.Delay < 0 || n.Delay > longestDelay {
			bad("delay %v: want at most %v", n.Delay, longestDelay)
		}
		if n.Share < 0 || n.Share > 1 {
			bad("share %v: want above 0 and at most 1", n.Share)
		}
	}
	if len(wrong) > 0 {
		return errors.Join(wrong...)
	}
	for _, n := range scheduled {
		s := g.sites[n.Building]
		a := &activeFault{site: s, kind: n.Kind, delay: n.Delay, share: n.Share, lasts: n.For, source: "scenario"}
		a.fill()
		if err := s.post(func() {
			s.after(max(0, n.At-s.now), func() {
				a.applyLink(a.lasts)
				g.faults.note(a)
			})
		}); err != nil {
			return fmt.Errorf("building %s: %d scheduled faults: %w", s.id, len(scheduled), err)
		}
	}
	return nil
}

// fill gives what was not said its usual size.
func (a *activeFault) fill() {
	switch a.kind {
	case coldStart:
		fill(&a.delay, usualDelay)
	case staleEvents:
		fill(&a.delay, usualStale)
		fill(&a.share, usualShare)
	case slowCar:
		fill(&a.place.Factor, usualFactor)
	}
}
