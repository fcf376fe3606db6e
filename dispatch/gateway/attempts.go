package gateway

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// attempts slow down who guesses a client's secret: from one address, ten wrong
// secrets for one client ID at once and then one every six seconds. Neither
// other addresses nor other clients behind the same address notice. It is safe
// for concurrent use.
type attempts struct {
	mu     sync.Mutex
	recent *list.List // of *attempt, the latest first
	by     map[attempter]*list.Element
}

// Bounds of attempts. Who makes it forget by trying other IDs has to try
// maxAttempters of them for ten guesses.
const (
	maxAttempters = 4096
	wrongAtOnce   = 10
	wrongEvery    = 6 * time.Second
)

// attempter is who fails: an address, and the client ID it tries.
type attempter struct {
	address netip.Prefix
	client  string
}

type attempt struct {
	who   attempter
	limit *rate.Limiter
}

func newAttempts() *attempts {
	return &attempts{recent: list.New(), by: map[attempter]*list.Element{}}
}

// guard does an authentication, one at a time so that guesses that come together
// count each. Or it does not, and tells how long to wait.
func (a *attempts) guard(remote, client string, right func() bool) (ok bool, wait time.Duration) {
	who := attempter{network(remote), client[:min(len(client), 64)]}
	a.mu.Lock()
	defer a.mu.Unlock()
	e, before := a.by[who]
	if before && e.Value.(*attempt).limit.Tokens() < 1 {
		return false, wrongEvery
	}
	if right() {
		return true, 0
	}
	if !before {
		if a.recent.Len() >= maxAttempters {
			last := a.recent.Back()
			delete(a.by, last.Value.(*attempt).who)
			a.recent.Remove(last)
		}
		e = a.recent.PushFront(&attempt{who, rate.NewLimiter(rate.Every(wrongEvery), wrongAtOnce)})
		a.by[who] = e
	}
	a.recent.MoveToFront(e)
	e.Value.(*attempt).limit.Allow()
	return false, 0
}

// network is the address that a request comes from; of IPv6 the part that a
// network is given, since its owner has all the rest.
func network(remote string) netip.Prefix {
	from, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	address := from.Addr().Unmap().WithZone("")
	bits := 32
	if address.Is6() {
		bits = 64
	}
	p, _ := address.Prefix(bits) // of a valid address
	return p
}
