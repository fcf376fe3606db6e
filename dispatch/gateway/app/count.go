package app

import (
	"fmt"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"hoistway/dispatch/remotecall"
)

// counts are the API's metrics. Their labels are routes, statuses and words of
// refusals, all of closed lists.
type counts struct {
	set *metrics.Set

	mu       sync.Mutex
	requests map[counted]*metrics.Counter
	times    map[*route]*metrics.Histogram
}

type counted struct {
	route   string
	status  int
	outcome remotecall.Refusal
}

func newCounts(set *metrics.Set) *counts {
	return &counts{set: set, requests: map[counted]*metrics.Counter{}, times: map[*route]*metrics.Histogram{}}
}

// request counts a request that was answered. No refusal is "done".
func (c *counts) request(r *route, status int, outcome remotecall.Refusal) {
	if c.set == nil {
		return
	}
	if outcome == "" {
		outcome = "done"
	}
	k := counted{r.String(), status, outcome}
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.requests[k]
	if n == nil {
		n = c.set.GetOrCreateCounter(fmt.Sprintf("hoistway_app_requests_total{route=%q,status=\"%d\",outcome=%q}", k.route, k.status, string(k.outcome)))
		c.requests[k] = n
	}
	n.Inc()
}

// took notes how long a request took.
func (c *counts) took(r *route, d time.Duration) {
	if c.set == nil {
		return
	}
	c.mu.Lock()
	h := c.times[r]
	if h == nil {
		h = c.set.GetOrCreateHistogram(fmt.Sprintf("hoistway_app_request_seconds{route=%q}", r.String()))
		c.times[r] = h
	}
	c.mu.Unlock()
	h.Update(d.Seconds())
}
