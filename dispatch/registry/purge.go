package registry

import (
	"slices"

	"github.com/dgraph-io/badger/v4"
)

// purge removes whole buckets and single records from the store's files. A
// drop compares every key of the tables that it rewrites with each of its
// prefixes: it is for buckets, and for a few records. More of them are deleted
// and settled. Buckets go first: Badger drops nothing under a prefix whose
// records have been deleted already.
func (s *store) purge(buckets, keys [][]byte) error {
	const few = 20
	if len(keys) <= few {
		return s.drop(append(slices.Clone(buckets), keys...))
	}
	if err := s.drop(buckets); err != nil {
		return err
	}
	if err := s.deleteKeys(keys, true); err != nil {
		return err
	}
	return s.settle()
}

// deleteKeys deletes records, as many as fit into a transaction at a time. For
// good means that the next settling removes them from the files; others go
// with their bucket.
func (s *store) deleteKeys(keys [][]byte, forGood bool) error {
	for batch := range slices.Chunk(keys, 2000) {
		err := s.update(func(txn *badger.Txn) error {
			for _, key := range batch {
				if err := txn.Delete(key); err != nil {
					return err
				}
			}
			if forGood {
				return s.noteChange(txn, batch...)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
