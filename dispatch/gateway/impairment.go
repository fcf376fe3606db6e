package gateway

import (
	"sync"
	"sync/atomic"
	"time"

	"hoistway/dispatch"
)

// impairment is what is wrong between clients and a site, and not with its
// lifts. Every method may be called on any goroutine; instants and durations are
// the building's. What looks at it: requests ask down and cold, events of
// monitoring ask stale.
type impairment struct {
	gateway *Gateway

	downUntil atomic.Int64

	staleUntil atomic.Int64
	staleDelay atomic.Int64
	staleShare atomic.Int64 // in millionths of the events
	events     atomic.Int64 // since the fault began

	coldUntil atomic.Int64
	mu        sync.Mutex
	coldDelay time.Duration
	warm      dispatch.Instant // when the functions in front of the site will run
	used      dispatch.Instant // last
}

// coolsAfter is how long the functions in front of a site stay warm unused.
const coolsAfter = time.Minute

// down tells whether there is no link to the site's lifts (status code 1005).
func (i *impairment) down() bool {
	until := i.downUntil.Load()
	return until > 0 && int64(i.gateway.instant()) < until
}

// cold is how much longer than usual a request takes that arrives now: the
// first one after a while unused waits until the functions run, and so does who
// comes meanwhile.
func (i *impairment) cold() time.Duration {
	until := i.coldUntil.Load()
	if until == 0 {
		return 0
	}
	now := i.gateway.instant()
	if int64(now) >= until {
		return 0
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if now-i.used > coolsAfter {
		i.warm = now + i.coldDelay
	}
	i.used = max(now, i.warm)
	return max(0, i.warm-now)
}

// stale is how much later than usual an event is sent that happens now. It is 0
// for most: those that are late come out of order.
func (i *impairment) stale() time.Duration {
	until := i.staleUntil.Load()
	if until == 0 || int64(i.gateway.instant()) >= until {
		return 0
	}
	const million = 1_000_000
	n, share := i.events.Add(1), i.staleShare.Load()
	if n*share/million == (n-1)*share/million {
		return 0
	}
	return time.Duration(i.staleDelay.Load())
}

// setDown cuts the link for a while; 0 mends it.
func (i *impairment) setDown(d time.Duration) { i.downUntil.Store(i.until(d)) }

// setCold lets the functions in front of the site be cold, and get cold again
// unused, for a while; 0 ends it.
func (i *impairment) setCold(d, delay time.Duration) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.coldDelay, i.used = delay, -2*coolsAfter
	i.coldUntil.Store(i.until(d))
}

// setStale lets a share of the events, in (0, 1], be late for a while; 0 ends it.
func (i *impairment) setStale(d, delay time.Duration, share float64) {
	i.staleUntil.Store(0)
	i.staleDelay.Store(int64(delay))
	i.staleShare.Store(int64(share * 1_000_000))
	i.events.Store(0)
	i.staleUntil.Store(i.until(d))
}

func (i *impairment) until(d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return int64(i.gateway.instant() + d)
}
