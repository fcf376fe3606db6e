package registry

import (
	"errors"
	"slices"

	"github.com/dgraph-io/badger/v4"
)

// purge removes whole buckets and single records from the store's files. A
// drop compares every key of the tables that it rewrites with each of its
// prefixes: it is for buckets, and for a few records. More of them are deleted
// and merged away. Buckets go first: Badger drops nothing
// under a prefix whose records have been deleted already.
func (s *store) purge(buckets, keys [][]byte) error {
	const few = 20
	if len(keys) <= few {
		return s.dropNow(append(slices.Clone(buckets), keys...))
	}
	if err := s.dropNow(buckets); err != nil {
		return err
	}
	for batch := range slices.Chunk(keys, 2000) {
		err := s.update(func(txn *badger.Txn) error {
			for _, key := range batch {
				if err := txn.Delete(key); err != nil {
					return err
				}
			}
			return s.noteChange(txn)
		})
		if err != nil {
			return err
		}
		s.addChanged(batch...)
	}
	return s.merge()
}

// dropNow is drop for what the journal does not name: what is cut short here
// is found again by the next sweep.
func (s *store) dropNow(prefixes [][]byte) error {
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
