package load

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// senders is how many goroutines send. Each has sockets of its own, so that
// nobody waits for another's turn to write.
const senders = 4

// tooLate is how far a sender may fall behind before it drops what is due: the
// run is invalid then, and should end in time all the same.
const tooLate = 10 * time.Second

// follow is something to do because of an answer, at an instant.
type follow struct {
	due time.Duration
	do  func(due time.Duration)
}

type follows []follow

func (f follows) Len() int           { return len(f) }
func (f follows) Less(i, j int) bool { return f[i].due < f[j].due }
func (f follows) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *follows) Push(x any)        { *f = append(*f, x.(follow)) }
func (f *follows) Pop() any {
	old := *f
	last := old[len(old)-1]
	*f = old[:len(old)-1]
	return last
}

// sender sends what the schedule and earlier answers make due. It waits for no
// answer.
type sender struct {
	fleet *fleet
	wake  chan struct{} // holds one: a follow-up came in front

	mu      sync.Mutex
	follows follows
}

// later puts a follow-up in.
func (s *sender) later(f follow) {
	s.mu.Lock()
	heap.Push(&s.follows, f)
	first := s.follows[0].due == f.due
	s.mu.Unlock()
	if first {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// dueFollow takes the first follow-up that is due, else tells when the next is.
func (s *sender) dueFollow(now time.Duration) (f follow, at time.Duration, some bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.follows) == 0 {
		return follow{}, 0, false
	}
	if s.follows[0].due > now {
		return follow{}, s.follows[0].due, true
	}
	return heap.Pop(&s.follows).(follow), 0, true
}

// drop forgets the follow-ups of an earlier load.
func (s *sender) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.follows = nil
}

// play sends a schedule whose instant 0 is the record's base, until ctx ends.
// over is called when all of the load, without what keeps sockets alive
// afterwards, has been sent.
func (s *sender) play(ctx context.Context, sch *schedule, r *record, over func()) {
	defer func() { over() }()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		now := s.fleet.now()
		next, some := sch.peek()
		next += r.base
		if !some || next >= r.to {
			over()
			over = func() {}
		}
		if some && next <= now {
			s.request(sch.next(), r, now)
			continue
		}
		f, at, follows := s.dueFollow(now)
		if f.do != nil {
			f.do(f.due)
			continue
		}
		wait := time.Second
		if some {
			wait = min(wait, next-now)
		}
		if follows {
			wait = min(wait, at-now)
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-s.wake:
		case <-ctx.Done():
		}
	}
}

// request sends what the schedule has.
func (s *sender) request(d Due, r *record, now time.Duration) {
	due := r.base + d.At
	late := now - due
	if r.measured(due) {
		r.lateness.record(late)
		if late > tooLate {
			r.unsent.Add(1)
			return
		}
	}
	k := s.fleet.sockets[d.Socket]
	g := k.bank.group
	if d.Ping {
		k.send(&pending{kind: kindPing, record: r, due: due}, func(id uint64) []byte { return pingFrame(g, id) })
		return
	}
	from, to := k.bank.ride(d.Trip)
	k.send(&pending{kind: kindCall, record: r, due: due, remove: d.Delete}, func(id uint64) []byte {
		return callFrame(g, id, k.bank.terminal, from, to, time.Now())
	})
}
