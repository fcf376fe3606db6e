package registry

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// Dropping is for what never comes back; settle.go says how it differs from
// settling.
const (
	// A drop compares each key of the tables it rewrites with each prefix.
	mostDropped = 200
	mostDrops   = 5 // attempts; settling makes as many
)

// subjectPrefixes are those of everything about a subject in a store: of the
// kinds, or of all whose keys begin with a subject.
func (s *store) subjectPrefixes(subject ID, kinds ...*Kind) ([][]byte, error) {
	if len(kinds) == 0 {
		for _, k := range Kinds() {
			if k.in(s.kind) && k.bySubject() {
				kinds = append(kinds, k)
			}
		}
	}
	var prefixes [][]byte
	for _, k := range kinds {
		p, _, err := keyPrefix(Ref{Kind: k, Subject: subject})
		if err != nil {
			return nil, err
		}
		prefixes = append(prefixes, p)
	}
	return prefixes, nil
}

// deleteUnder deletes all records under some prefixes in one transaction. The
// records are gone for readers when it returns, and from the files after drop.
func (s *store) deleteUnder(prefixes [][]byte) error {
	return s.update(func(txn *badger.Txn) error { return deleteWithin(txn, prefixes) })
}

func deleteWithin(txn *badger.Txn, prefixes [][]byte) error {
	for _, p := range prefixes {
		keys, err := keysUnder(txn, p, false)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if err := txn.Delete(key); err != nil {
				return err
			}
		}
	}
	return nil
}

// keysUnder lists the keys under a prefix; with all versions also those of
// which only remains are in the files.
func keysUnder(txn *badger.Txn, prefix []byte, allVersions bool) (keys [][]byte, err error) {
	o := badger.DefaultIteratorOptions
	o.PrefetchValues, o.AllVersions, o.Prefix = false, allVersions, prefix
	it := txn.NewIterator(o)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		keys = append(keys, it.Item().KeyCopy(nil))
	}
	return keys, nil
}

// drop removes all versions of everything under some prefixes from the store's
// files. There is something under each, be it a mark; see settle.go.
func (s *store) drop(prefixes [][]byte) error {
	if len(prefixes) == 0 {
		return nil
	}
	if !s.gate.TryRLock() {
		return errClosed
	}
	defer s.gate.RUnlock()
	s.settling.Lock()
	defer s.settling.Unlock()
	for batch := range slices.Chunk(prefixes, mostDropped) {
		if err := s.dropMarked(batch); err != nil {
			return err
		}
	}
	return errors.Join(s.forsaken(), s.sync())
}

func (s *store) dropMarked(prefixes [][]byte) error {
	left := 0
	for range mostDrops {
		err := s.update(func(txn *badger.Txn) error {
			for _, p := range prefixes {
				if err := txn.Set(append(bytes.Clone(p), markSuffix), nil); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := s.dropPrefixes(prefixes...); err != nil {
			return err
		}
		if left, err = s.versionsUnder(prefixes); err != nil || left == 0 {
			return err
		}
		// Somebody wrote under a prefix meanwhile, who had the subject's key
		// from before it was destroyed.
	}
	return fmt.Errorf("store %s: %d versions of records that were deleted are still in the files after %d attempts; somebody writes them again and again", s.name, left, mostDrops)
}

// dropPrefixes is Badger's DropPrefix. Another drop and the closing of the
// store hold it off.
func (s *store) dropPrefixes(prefixes ...[]byte) error {
	for range mostTries {
		err := s.alone(func() error { return s.db.DropPrefix(prefixes...) })
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, badger.ErrBlockedWrites):
			return fmt.Errorf("store %s: %w", s.name, err)
		}
		time.Sleep(longestWait)
	}
	return fmt.Errorf("store %s: writing stayed blocked; something else is dropping records all the time", s.name)
}

// versionsUnder counts what Badger's tables and memtables hold under some
// prefixes, deleted or not.
func (s *store) versionsUnder(prefixes [][]byte) (n int, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		for _, p := range prefixes {
			keys, err := keysUnder(txn, p, true)
			if err != nil {
				return err
			}
			n += len(keys)
		}
		return nil
	})
	return n, err
}
