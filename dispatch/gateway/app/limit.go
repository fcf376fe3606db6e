package app

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// attempts counts, by client address, what could be guesses: at signing in and
// up, and with a Manager's credential. Each address has a bucket that refills
// with time. The table is bounded: once it is full of addresses whose buckets
// are not, all others share one bucket.
type attempts struct {
	most  int
	again time.Duration
	size  int

	mu     sync.Mutex
	by     map[string]bucket
	others bucket
	swept  time.Time
}

// bucket is when it will be full again. That says how full it is: a bucket that
// is full now, or that nobody ever used, is in the past.
type bucket struct{ full time.Time }

func newAttempts(l Limits) *attempts {
	return &attempts{most: l.Attempts, again: l.Again, size: l.Addresses, by: map[string]bucket{}}
}

// wait is how long an address has to wait for one more attempt; 0 = it need not.
func (a *attempts) wait(address string, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	b, _ := a.find(address, now)
	return a.left(b, now)
}

// take counts an attempt, or gives how long to wait for it.
func (a *attempts) take(address string, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	b, own := a.find(address, now)
	if wait := a.left(b, now); wait > 0 {
		return wait
	}
	if b.full.Before(now) {
		b.full = now
	}
	b.full = b.full.Add(a.again)
	if own {
		a.by[address] = b
	} else {
		a.others = b
	}
	return 0
}

// left is how long until a bucket has an attempt in it.
func (a *attempts) left(b bucket, now time.Time) time.Duration {
	if !b.full.After(now) {
		return 0
	}
	return max(0, b.full.Sub(now)-time.Duration(a.most-1)*a.again)
}

// find gives the bucket of an address, and whether it is its own.
func (a *attempts) find(address string, now time.Time) (b bucket, own bool) {
	b, known := a.by[address]
	if known || len(a.by) < a.size {
		return b, true
	}
	if now.Sub(a.swept) >= a.again { // looking through the table costs, so not each time
		a.swept = now
		for other, b := range a.by {
			if !b.full.After(now) {
				delete(a.by, other)
			}
		}
	}
	if len(a.by) < a.size {
		return bucket{}, true
	}
	return a.others, false
}

// peer is the IP address of whoever connected. All of an IPv6 /64 is one
// client: it is what one household is given.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip = ip.Unmap().WithZone(""); ip.Is6() {
		if net, err := ip.Prefix(64); err == nil {
			return net.String()
		}
	}
	return ip.String()
}
