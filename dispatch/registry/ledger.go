package registry

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// ledger is the evidence: entries of declared acts, one after the other, each
// bound to the one before by its hash. Nothing in it is ever changed or
// deleted, so nothing in it may be about a person.
type ledger struct {
	s *store

	mu       sync.Mutex
	sequence uint64    // of the last entry; 0 = none
	hash     string    // of the last entry
	at       time.Time // of the last entry
	lost     bool      // a write failed and may yet have happened: read the head again
	settled  map[string]uint64

	erasing    sync.Mutex  // one erasure at a time
	pseudonyms map[ID][]ID // of erasures that may yet be verified, by the erasure

	syncing sync.Mutex
	synced  uint64 // entries up to this one are on the disk
}

// openLedger finds the last entry.
func openLedger(s *store) (*ledger, error) {
	l := &ledger{s: s}
	return l, l.readHead()
}

func (l *ledger) readHead() error {
	return l.s.db.View(func(t *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.Reverse, o.PrefetchSize = true, 1
		prefix := []byte(KindEntry.Prefix + "/")
		it := t.NewIterator(o)
		defer it.Close()
		it.Seek(append(prefix, 0xff))
		if !it.ValidForPrefix(prefix) {
			l.sequence, l.hash, l.at = 0, "", time.Time{}
			return nil
		}
		e, sequence, err := l.entry(it.Item())
		if err != nil {
			return err
		}
		l.sequence, l.hash, l.at = sequence, e.Hash, e.At
		return nil
	})
}

func (l *ledger) entry(item *badger.Item) (*Entry, uint64, error) {
	ref, err := parseKey(item.Key())
	if err != nil {
		return nil, 0, fmt.Errorf("store %s: %w", l.s.name, err)
	}
	e := new(Entry)
	err = item.Value(func(b []byte) error { return l.s.decode(KindEntry, item.Key(), b, e) })
	return e, ref.Sequence, err
}

// Append writes an entry into the ledger and gives its ID when entry.ID is
// empty. With durable it returns after the entry is on the disk. It takes
// declared acts and facts only, see Acts. When it fails, whoever called must
// not go on with what the entry was to be evidence of.
func (r *Registry) Append(e Entry, durable bool) (ID, error) {
	if e.ID == "" {
		e.ID = r.o.IDs.New()
	}
	if err := r.checkFacts(&e); err != nil {
		return "", err
	}
	e.Controller, e.Processor, e.Building = KindEntry.Controller, KindEntry.Processor, ""
	sequence, err := r.ledger.append(&e, r.o.Now)
	if err != nil {
		return "", fmt.Errorf("ledger: entry %s was not written, so the act must not be done: %w", e.Act, err)
	}
	r.log(&e)
	if durable {
		if err := r.ledger.sync(sequence); err != nil {
			return "", fmt.Errorf("ledger: entry %s is not on the disk, so the act must not be done: %w", e.Act, err)
		}
	}
	return e.ID, nil
}

// append writes an entry behind the last. Its instant is never before that of
// the last: whoever writes at the same time does not come here in the order of
// their clocks, and clocks are put back.
func (l *ledger) append(e *Entry, now func() time.Time) (sequence uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost {
		if err := l.readHead(); err != nil {
			return 0, err
		}
		l.lost, l.settled = false, nil
	}
	if e.At.IsZero() {
		e.At = now()
	}
	if e.At = e.At.UTC().Round(0); e.At.Before(l.at) {
		e.At = l.at
	}
	e.Previous = l.hash
	if e.Hash, err = chainHash(e.Previous, e); err != nil {
		return 0, err
	}
	ref := Ref{Kind: KindEntry, Sequence: l.sequence + 1}
	key, err := keyOf(ref)
	if err != nil {
		return 0, err
	}
	value, err := l.s.encode(ref, key, e, false)
	if err != nil {
		return 0, err
	}
	if err := l.s.update(func(t *badger.Txn) error { return t.Set(key, value) }); err != nil {
		l.lost = true
		return 0, err
	}
	l.sequence, l.hash, l.at = ref.Sequence, e.Hash, e.At
	if l.settled != nil && e.Act == ActErasureSettled {
		l.settled[e.Facts["ref"]] = l.sequence
	}
	return l.sequence, nil
}

// sync returns when the entry is on the disk. Those who wait at the same time
// share one write to the disk.
func (l *ledger) sync(sequence uint64) error {
	l.syncing.Lock()
	defer l.syncing.Unlock()
	if l.synced >= sequence {
		return nil
	}
	l.mu.Lock()
	head := l.sequence
	l.mu.Unlock()
	if err := l.s.sync(); err != nil {
		return err
	}
	l.synced = head
	return nil
}

// ledgerHead gives the number and hash of the last entry, 0 and "" when there
// is none.
func (r *Registry) ledgerHead() (sequence uint64, hash string) {
	r.ledger.mu.Lock()
	defer r.ledger.mu.Unlock()
	return r.ledger.sequence, r.ledger.hash
}

// Entries calls f for the entries of the ledger from the first on.
func (r *Registry) Entries(f func(sequence uint64, e *Entry) error) error { return r.ledger.each(f) }

func (l *ledger) each(f func(sequence uint64, e *Entry) error) error {
	return l.s.db.View(func(t *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.Prefix = []byte(KindEntry.Prefix + "/")
		it := t.NewIterator(o)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			e, sequence, err := l.entry(it.Item())
			if err != nil {
				return err
			}
			if err := f(sequence, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// settledErasure finds the certificate of a subject that was erased, nil when
// there is none.
func (l *ledger) settledErasure(ref string) (*Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.settled == nil {
		settled := map[string]uint64{}
		err := l.each(func(sequence uint64, e *Entry) error {
			if e.Act == ActErasureSettled {
				settled[e.Facts["ref"]] = sequence
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		l.settled = settled
	}
	sequence, found := l.settled[ref]
	if !found {
		return nil, nil
	}
	key, err := keyOf(Ref{Kind: KindEntry, Sequence: sequence})
	if err != nil {
		return nil, err
	}
	var e *Entry
	err = l.s.db.View(func(t *badger.Txn) error {
		item, err := t.Get(key)
		if err != nil {
			return err
		}
		e, _, err = l.entry(item)
		return err
	})
	return e, err
}

// CheckLedger verifies the chain: no entry is missing, changed, added or out
// of its place. That nothing is missing at the end it can tell only while the
// registry that wrote it is open; backups name an entry for the time after.
func (r *Registry) CheckLedger() error {
	var problems []error
	var last uint64
	var previous string
	head, headHash := r.ledgerHead()
	err := r.Entries(func(sequence uint64, e *Entry) error {
		wrong := func(what string) { problems = append(problems, fmt.Errorf("entry %d %s", sequence, what)) }
		if sequence != last+1 {
			wrong(fmt.Sprintf("follows entry %d: those between are missing", last))
		} else if e.Previous != previous {
			wrong("is not chained to the one before")
		}
		hash, err := chainHash(e.Previous, e)
		if err != nil {
			return err
		}
		if hash != e.Hash {
			wrong("was changed: its hash is another")
		}
		if err := r.checkFacts(e); err != nil {
			wrong("holds what is not declared: " + err.Error())
		}
		if sequence == head && e.Hash != headHash {
			wrong("is not the last one that was written")
		}
		last, previous = sequence, e.Hash
		return nil
	})
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	if last < head {
		problems = append(problems, fmt.Errorf("entries %d to %d are missing at the end", last+1, head))
	}
	if len(problems) > 0 {
		return fmt.Errorf("ledger is damaged, so it is no evidence; restore it from a copy: %w", errors.Join(problems...))
	}
	return nil
}
