package remotecall

import (
	"fmt"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// misuse counts the calls of one account, and that is all it knows: no
// instants, no floors, no positions (FL:L25). It counts by hours of the clock
// and weighs the hour before by the part of it that lies within the last sixty
// minutes, so that nobody gets two hours' worth of calls around a full hour.
type misuse struct {
	hour          int64 // since 1970
	count, before int
}

// call counts a call unless there were too many.
func (m *misuse) call(now time.Time, most int) error {
	const seconds = 3600
	hour, within := now.Unix()/seconds, int(now.Unix()%seconds)
	switch hour - m.hour {
	case 0:
	case 1:
		*m = misuse{hour, 0, m.count}
	default:
		*m = misuse{hour: hour}
	}
	if (m.count+1)*seconds+m.before*(seconds-within) > most*seconds {
		return TooManyCalls
	}
	m.count++
	return nil
}

// counts are the service's metrics. Their labels are the service and the
// outcome, both of closed lists; "granted" is the outcome without a refusal.
type counts struct {
	set *metrics.Set
	mu  sync.Mutex
	of  map[counted]*metrics.Counter
}

type counted struct {
	what, service string
	outcome       Refusal
}

func newCounts(set *metrics.Set) *counts {
	return &counts{set: set, of: map[counted]*metrics.Counter{}}
}

func (c *counts) call(service string, err error)  { c.add("calls", service, err) }
func (c *counts) login(service string, err error) { c.add("logins", service, err) }
func (c *counts) key(err error)                   { c.add("key_uses", Flow, err) }
func (c *counts) tag(err error)                   { c.add("key_tag_uses", "any", err) }
func (c *counts) ring(err error)                  { c.add("intercom_rings", Flow, err) }

func (c *counts) add(what, service string, err error) {
	if c.set == nil {
		return
	}
	if service != RemoteCall && service != Flow && service != "any" {
		service = "unknown" // somebody else's word must not become a label
	}
	k := counted{what, service, Reason(err)}
	if err == nil {
		k.outcome = "granted"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.of[k]
	if n == nil {
		n = c.set.GetOrCreateCounter(fmt.Sprintf("hoistway_remotecall_%s_total{service=%q,outcome=%q}", k.what, k.service, string(k.outcome)))
		c.of[k] = n
	}
	n.Inc()
}
