package registry

import (
	"sync"
	"time"
)

// remembered knows of randomized IDs since when they are registered: a
// phone uploads under the same one for a month. It knows only IDs that are good
// to log under, and whatever takes that from one of them, or deletes its link,
// forgets all.
type remembered struct {
	mu         sync.Mutex
	generation uint64 // how often all was forgotten
	since      map[ID]time.Time
}

// recall gives what is remembered of an ID, and the generation for remember.
func (m *remembered) recall(id ID) (since time.Time, known bool, generation uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	since, known = m.since[id]
	return since, known, m.generation
}

// remember keeps what a reader found, unless all was forgotten since the
// generation in which it began to read: it may have read what stood before.
func (m *remembered) remember(id ID, since time.Time, generation uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.generation != generation {
		return
	}
	if m.since == nil || len(m.since) >= mostCached {
		m.since = map[ID]time.Time{}
	}
	m.since[id] = since
}

// forget is called after a transaction that stops IDs or deletes links, and
// before whoever asked for it is told.
func (m *remembered) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.generation++
	clear(m.since)
}
