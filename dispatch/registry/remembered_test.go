package registry

import (
	"errors"
	"testing"
	"time"
)

// What an upload asks for again and again is remembered, and is never older
// than what took the ID away.
func TestRegisteredIsNotRememberedForTooLong(t *testing.T) {
	for _, row := range []struct {
		says string
		do   func(r *Registry, c *clock, p *resident) error
		want error
	}{
		{"nothing happens", func(*Registry, *clock, *resident) error { return nil }, nil},
		{"the key-encryption key is made anew", func(r *Registry, _ *clock, _ *resident) error { return r.Rotate() }, nil},
		{"the subject objects", func(r *Registry, _ *clock, p *resident) error { return r.Stop(p.subject) }, ErrStopped},
		{"the subject is erased", func(r *Registry, _ *clock, p *resident) error {
			_, err := r.Erase(p.subject, CauseRequest)
			return err
		}, ErrNotFound},
		{"nothing is logged under the ID any longer", func(r *Registry, c *clock, _ *resident) error {
			c.pass(366 * wholeDay)
			_, _, err := r.Sweep()
			return err
		}, ErrNotFound},
		{"the building is handed over", func(r *Registry, _ *clock, _ *resident) error { return r.HandOver("a", "ORG-2") }, ErrNotFound},
		{"the registry is closed", func(r *Registry, _ *clock, _ *resident) error { return r.Close() }, errClosed},
	} {
		t.Run(row.says, func(t *testing.T) {
			c := &clock{now: start}
			r := open(t, testOptions(c))
			p := moveIn(t, r, "flow")
			id := p.pseudonyms[0]
			for range 2 {
				if _, err := r.Registered(id); err != nil {
					t.Fatal(err)
				}
			}
			if _, known, _ := r.remembered.recall(id); !known {
				t.Fatal("an ID that was asked for is not remembered: the test shows nothing")
			}
			must(t, row.do(r, c, p))
			if _, err := r.Registered(id); !errors.Is(err, row.want) {
				t.Errorf("got %v, want %v", err, row.want)
			}
		})
	}
}

func TestRememberedForgets(t *testing.T) {
	var m remembered
	id := Random{}.New()
	_, _, before := m.recall(id)
	m.forget() // while somebody reads
	m.remember(id, start, before)
	if _, known, _ := m.recall(id); known {
		t.Error("a reader from before put in what is no longer so")
	}
	_, _, now := m.recall(id)
	m.remember(id, start, now)
	if since, known, _ := m.recall(id); !known || !since.Equal(start) {
		t.Errorf("remembered: %v, %s", known, since)
	}
	for range 3 * mostCached {
		m.remember(Random{}.New(), start.Add(time.Hour), now)
	}
	if len(m.since) > mostCached {
		t.Errorf("%d IDs are remembered, more than %d", len(m.since), mostCached)
	}
}
