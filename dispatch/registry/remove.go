package registry

import (
	"errors"
	"sync"

	"github.com/dgraph-io/badger/v4"
)

// Remove deletes single records for good: a revoked key, a withdrawn
// permission, a removed preference. Each stands in the ledger before it goes,
// by the hash of its store and key, so that a restore does not bring it back.
// The next Settle makes it physical. A record that is not there is
// ErrNotFound, after the others were removed.
func (h Handle) Remove(refs ...Ref) error {
	var missing error
	for _, ref := range refs {
		s, allowed, err := h.admit(ref, actDelete)
		if err != nil {
			return err
		}
		key, err := keyOf(ref)
		if err != nil {
			return err
		}
		err = s.view(func(txn *badger.Txn) error { _, err := h.find(s, txn, allowed, ref); return err })
		if errors.Is(err, ErrNotFound) {
			missing = ErrNotFound
			continue
		}
		if err != nil {
			return err
		}
		facts := map[string]string{"ref": recordRef(s.name, key), "kind": ref.Kind.Name, "store": s.name}
		if _, err := h.r.Append(Entry{Act: ActRemoved, Facts: facts}, false); err != nil {
			return err
		}
		err = h.one(ref, actDelete, func(s *store, txn *badger.Txn, rule *rule) error {
			if err := h.delete(s, txn, rule, ref); err != nil {
				return err
			}
			return s.noteChange(txn, key)
		})
		if err != nil {
			return err
		}
	}
	return missing
}

// Settle makes all deletions and corrections so far physical. Stores in which
// there were none cost nothing.
//
// The ledger's entries of them are on the disk before anything goes from the
// files.
func (r *Registry) Settle() error {
	head, _ := r.ledgerHead()
	if err := r.ledger.sync(head); err != nil {
		return err
	}
	var all sync.WaitGroup
	stores := r.allStores()
	errs := make([]error, len(stores))
	for i, s := range stores {
		if s.kind != Ledger && !s.handedOver.Load() {
			all.Go(func() { errs[i] = s.settle() })
		}
	}
	all.Wait()
	return errors.Join(errs...)
}
