package load

import (
	"math"
	"sync"
	"time"
)

// clock compares the server's clock, as ping results show it, with ours. The
// two need not agree: the least difference that was seen is that of the clocks,
// what is above is the way.
type clock struct {
	mu    sync.Mutex
	began time.Time // our wall clock at instant 0
	n     int
	least time.Duration
	first [2]time.Duration // of our clock and of the server's
	last  [2]time.Duration
}

// read parses an instant of the server.
func (c *clock) read(text string) (time.Duration, bool) {
	t, err := time.Parse(time.RFC3339Nano, text)
	return t.Sub(c.began), err == nil
}

// heard takes the time of a ping result.
func (c *clock) heard(now time.Duration, text string) {
	at, ok := c.read(text)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == 0 || now-at < c.least {
		c.least = now - at
	}
	if c.n == 0 {
		c.first = [2]time.Duration{now, at}
	}
	c.last = [2]time.Duration{now, at}
	c.n++
}

// lag is how long an event took to come; false before the clocks were compared.
func (c *clock) lag(now time.Duration, text string) (time.Duration, bool) {
	at, ok := c.read(text)
	if !ok {
		return 0, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return max(0, now-at-c.least), c.n > 0
}

// withheld says why lags mean nothing; "" when they do.
func (c *clock) withheld() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	ours, theirs := (c.last[0] - c.first[0]).Seconds(), (c.last[1] - c.first[1]).Seconds()
	switch {
	case c.n < 2 || ours < 1:
		return "too few ping results showed the target's clock"
	case math.Abs(theirs/ours-1) > 0.02:
		return "the target's clock does not run at the speed of ours"
	}
	return ""
}
