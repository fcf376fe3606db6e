package registry

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// start is the instant at which tests begin.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// clock is a clock that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// options are those of a registry with a residential building a, an office b,
// and a log that b's Manager ordered.
func testOptions(c *clock) Options {
	return Options{
		Now: c.Now, Limits: DefaultLimits(),
		Buildings: []BuildingConfig{
			{Name: "a", Region: "FI", Residential: true, Intercom: true},
			{Name: "b", Region: "FI", Logs: []LogDeclaration{{Name: "doors", Fields: []string{"door", "tag"}, Purpose: ToSecure, Retention: 30 * 24 * time.Hour}}},
		},
	}
}

func open(t testing.TB, o Options) *Registry {
	t.Helper()
	r, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// inRAM opens a registry in memory.
func inRAM(t testing.TB) *Registry { return open(t, testOptions(&clock{now: start})) }

// onDisk opens a registry in folders of the test.
func onDisk(t testing.TB) *Registry { return open(t, diskOptions(t, &clock{now: start})) }

func diskOptions(t testing.TB, c *clock) Options {
	o := testOptions(c)
	dir := t.TempDir()
	o.Dir, o.Keys = filepath.Join(dir, "stores"), filepath.Join(dir, "keys")
	return o
}

// shredded tells whether there is no key of a subject or randomized ID, so
// that what was sealed under it is noise.
func (r *Registry) shredded(id ID) bool {
	_, err := r.ring.key(id)
	return errors.Is(err, ErrShredded)
}
