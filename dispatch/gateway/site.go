package gateway

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"hoistway/dispatch"
	"hoistway/dispatch/building"
)

// errBusy says that a site has as many requests waiting as it takes.
var errBusy = errors.New("the building's queue is full")

// errClosed says that a site no longer runs.
var errClosed = errors.New("the building is closed")

// site is one building behind the gateway. Its goroutine, run, owns everything
// in it but what is marked; others post to it.
type site struct {
	gateway  *Gateway
	id       string // without "building:"
	index    int    // in Config.Buildings
	building building.Building
	layout   *building.Layout
	groups   []*group

	inbox chan func()   // any goroutine
	done  chan struct{} // closed when run has ended
	link  impairment    // any goroutine: what is wrong between clients and the site

	now      dispatch.Instant // of what is being done
	sessions int64            // of clients' calls so far
	alarms   alarms
	order    uint64 // of alarms
	fault    error  // the building failed; the site stands still
}

func newSite(g *Gateway, index int, b Building) (*site, error) {
	s := &site{gateway: g, id: b.ID, index: index, building: b.Building, layout: b.Building.Layout(), inbox: make(chan func(), g.config.Limits.Inbox), done: make(chan struct{})}
	s.link.gateway = g
	for i := range s.layout.Banks {
		s.groups = append(s.groups, newGroup(s, i, strconv.Itoa(i+1)))
	}
	if err := b.Building.Connect(func(bank int, c dispatch.Config) (building.Control, error) {
		return s.groups[bank], s.groups[bank].open(c)
	}, s); err != nil {
		return nil, fmt.Errorf("building %s: %w", b.ID, err)
	}
	return s, nil
}

// post hands work to the site's goroutine. It never waits: when the inbox is
// full, nothing is done and it gives errBusy.
func (s *site) post(work func()) error {
	select {
	case s.inbox <- work:
		return nil
	default:
		return errBusy
	}
}

// ask lets the site do work and waits for its end.
func (s *site) ask(ctx context.Context, work func()) error {
	over := make(chan struct{})
	if err := s.post(func() { defer close(over); work() }); err != nil {
		return err
	}
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.done:
		return errClosed
	}
}

// run is the site's goroutine: one clock, one timer, one queue.
func (s *site) run(ctx context.Context) error {
	defer close(s.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	s.play(s.gateway.instant())
	for {
		if s.fault != nil {
			return s.fault
		}
		if at, ok := s.next(); ok {
			timer.Reset(s.gateway.wait(at))
		} else {
			timer.Stop()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
			s.play(s.gateway.instant())
		case work := <-s.inbox:
			s.play(s.gateway.instant())
			s.do(work)
			s.drain()
		}
	}
}

// do does a piece of work. A fault of ours in it ends that work alone: whoever
// asked for it has no result, and the building goes on.
func (s *site) do(work func()) {
	defer func() {
		if what := recover(); what != nil {
			s.gateway.failed("a building's work failed", what)
		}
	}()
	work()
}

// advance plays the building. A fault of ours in there leaves nobody knows what
// behind: the building fails, and the gateway ends in order.
func (s *site) advance(until dispatch.Instant) (err error) {
	defer func() {
		if what := recover(); what != nil {
			s.gateway.failed("a building failed", what)
			err = bug{told(what)}
		}
	}()
	return s.building.Play(until)
}

// drain does what else waits, without reading the clock again for each.
func (s *site) drain() {
	for range cap(s.inbox) {
		select {
		case work := <-s.inbox:
			s.do(work)
		default:
			return
		}
	}
}

// next is when something is due at the site.
func (s *site) next() (dispatch.Instant, bool) {
	at, ok := s.building.Next()
	if len(s.alarms) > 0 && (!ok || s.alarms[0].at < at) {
		return s.alarms[0].at, true
	}
	return at, ok
}

// play lets everything happen that is due by an instant.
func (s *site) play(until dispatch.Instant) {
	until = max(until, s.now)
	for s.fault == nil {
		at, ok := s.building.Next()
		rings := len(s.alarms) > 0 && s.alarms[0].at <= until
		if rings && (!ok || s.alarms[0].at < at) {
			a := heap.Pop(&s.alarms).(*alarm)
			s.now = max(s.now, a.at)
			// The building's clock must show the alarm's instant, too.
			if s.fault = s.advance(s.now); s.fault == nil {
				s.do(a.do)
			}
			continue
		}
		if !ok || at > until {
			break
		}
		s.now = max(s.now, at)
		s.fault = s.advance(at)
	}
	s.now = until
	if s.fault == nil {
		s.fault = s.advance(until)
	}
	if s.fault != nil {
		s.fault = fmt.Errorf("building %s: %w", s.id, s.fault)
	}
}

// after lets the site's goroutine do something a while of building time later.
func (s *site) after(d time.Duration, do func()) *alarm {
	s.order++
	a := &alarm{at: s.now + d, order: s.order, do: do}
	heap.Push(&s.alarms, a)
	return a
}

// cancel forgets an alarm, which may have rung already. Who can set alarms at
// will has to: each is kept until its time otherwise.
func (s *site) cancel(a *alarm) {
	if a.index >= 0 {
		heap.Remove(&s.alarms, a.index)
	}
}

// time is the wall-clock time that an instant stands for.
func (s *site) time(at dispatch.Instant) time.Time { return s.gateway.start.Add(at) }

// alarm is something to be done at an instant.
type alarm struct {
	at    dispatch.Instant
	order uint64
	do    func()
	index int // in alarms; -1 = it is not there any more
}

// alarms is a heap.
type alarms []*alarm

func (a alarms) Len() int { return len(a) }
func (a alarms) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].order < a[j].order
}
func (a alarms) Swap(i, j int) {
	a[i], a[j] = a[j], a[i]
	a[i].index, a[j].index = i, j
}
func (a *alarms) Push(x any) {
	x.(*alarm).index = len(*a)
	*a = append(*a, x.(*alarm))
}
func (a *alarms) Pop() any {
	end := len(*a) - 1
	last := (*a)[end]
	(*a)[end] = nil
	*a = (*a)[:end]
	last.index = -1
	return last
}
