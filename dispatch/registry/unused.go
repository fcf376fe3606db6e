package registry

import (
	"errors"
	"slices"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// links deletes what erasures left unreadable in the usage log, and links of
// randomized IDs that nothing in the log stands under any longer: who they
// lead to is then no longer needed to secure the building (FL:L21).
func (s *sweep) links() error {
	st, err := s.r.store(Cloud, "")
	if err != nil {
		return err
	}
	vault, err := s.r.store(Vault, "")
	if err != nil {
		return err
	}
	if s.now.Sub(s.memory.looked) < unreadableEvery {
		return nil
	}
	shreds := s.r.ring.shredded()
	cutoff := s.now.Add(-s.r.o.Limits.LogData)
	old, err := s.oldLinks(vault, cutoff)
	if err != nil {
		return err
	}
	if len(old) == 0 && !s.memory.looked.IsZero() && shreds == s.memory.shreds {
		s.memory.looked = s.now
		return nil
	}

	used := map[ID]bool{} // by randomized ID: whether it has a key
	var orphans [][]byte
	err = vault.view(func(keys *badger.Txn) error {
		return st.view(func(txn *badger.Txn) error {
			return eachKey(txn, []byte(KindUsageLog.Prefix+"/"), func(item *badger.Item) error {
				var id ID
				if err := item.Value(func(v []byte) (err error) { id, err = keyID(v); return err }); err != nil {
					return err
				}
				readable, known := used[id]
				if !known {
					key, err := keyOf(Ref{Kind: KindWrappedKey, Subject: id})
					if err != nil {
						return err
					}
					_, err = keys.Get(key)
					if err != nil && !errors.Is(err, badger.ErrKeyNotFound) {
						return err
					}
					readable = err == nil
					used[id] = readable
				}
				if !readable {
					orphans = append(orphans, item.KeyCopy(nil))
				}
				return nil
			})
		})
	})
	if err != nil {
		return err
	}
	if err := st.purge(nil, orphans); err != nil {
		return err
	}
	s.count(KindUsageLog, len(orphans))

	old = slices.DeleteFunc(old, func(id ID) bool { return used[id] })
	if err := s.r.unlink(vault, old); err != nil {
		return err
	}
	s.count(KindLink, len(old))
	s.memory.looked, s.memory.shreds = s.now, shreds
	return nil
}

// oldLinks lists the randomized IDs that were registered before a log record
// that is still kept can have been collected.
func (s *sweep) oldLinks(vault *store, cutoff time.Time) (old []ID, err error) {
	err = vault.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte(KindLink.Prefix+"/"), func(item *badger.Item) error {
			ref, err := parseKey(item.Key())
			if err != nil {
				return err
			}
			var l Link
			if err := item.Value(func(v []byte) error { return vault.decode(KindLink, item.Key(), v, &l) }); err != nil {
				return err
			}
			if !l.At.After(cutoff) {
				old = append(old, ref.Item)
			}
			return nil
		})
	})
	return old, err
}

// unlink deletes the links and keys of randomized IDs, and the IDs from what
// their subjects' erasure would reach, for good.
func (r *Registry) unlink(vault *store, ids []ID) error {
	var drops [][]byte
	for _, id := range ids {
		link, err := keyOf(Ref{Kind: KindLink, Item: id})
		if err != nil {
			return err
		}
		wrapped, err := keyOf(Ref{Kind: KindWrappedKey, Subject: id})
		if err != nil {
			return err
		}
		err = vault.update(func(txn *badger.Txn) error {
			if err := r.unlist(vault, txn, id); err != nil {
				return err
			}
			if err := txn.Delete(link); err != nil {
				return err
			}
			return r.ring.shred(txn, id)
		})
		r.remembered.forget() // also when it failed: the commit may have happened
		if err != nil {
			return err
		}
		r.ring.forget(id)
		drops = append(drops, link, wrapped)
	}
	return vault.purge(nil, drops)
}

// unlist takes a randomized ID off its subject's list.
func (r *Registry) unlist(vault *store, txn *badger.Txn, id ID) error {
	target, err := r.readLink(txn, vault, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	l, err := r.listOf(txn, target.Subject)
	if errors.Is(err, ErrShredded) {
		return nil // the subject's erasure deletes the list
	}
	if err != nil {
		return err
	}
	ids, err := l.read(txn, vault)
	if err != nil || !slices.Contains(ids, id) {
		return err
	}
	ids = slices.DeleteFunc(ids, func(other ID) bool { return other == id })
	return l.write(txn, vault, ids, metaOf(KindPseudonyms, r.today()))
}

// shredded counts the keys that were destroyed since the registry was opened.
func (g *ring) shredded() uint64 {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.shreds
}

// inactive lists the subjects whose accounts have all been unused for
// Limits.Inactivity. It looks through the accounts when one of those that it
// saw last may have become inactive, and every lookEvery for others.
func (s *sweep) inactive() ([]ID, error) {
	m := &s.memory.accounts
	if s.now.Before(m.due) && s.now.Sub(m.looked) < lookEvery && !s.now.Before(m.looked) {
		return nil, nil
	}
	st, err := s.r.store(Cloud, "")
	if err != nil {
		return nil, err
	}
	used := map[ID]time.Time{}
	err = st.view(func(txn *badger.Txn) error {
		for _, kind := range []*Kind{KindRemoteCallAccount, KindFlowProfile} {
			err := eachKey(txn, []byte(kind.Prefix+"/"), func(item *badger.Item) error {
				ref, err := parseKey(item.Key())
				if err != nil {
					return err
				}
				rec := kind.New()
				switch err := item.Value(func(v []byte) error { return st.decode(kind, item.Key(), v, rec) }); {
				case errors.Is(err, ErrShredded): // an erasure is on its way
					return nil
				case err != nil:
					return err
				}
				last := rec.Head().At
				switch rec := rec.(type) {
				case *RemoteCallAccount:
					last = later(last, rec.Active)
				case *FlowProfile:
					last = later(last, rec.Active)
				}
				used[ref.Subject] = later(used[ref.Subject], last)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var gone []ID
	m.looked, m.due = s.now, s.now.Add(lookEvery)
	for subject, last := range used {
		due := last.Add(s.r.o.Limits.Inactivity)
		if !due.After(s.now) {
			gone = append(gone, subject)
		}
		if due.Before(m.due) {
			m.due = due
		}
	}
	slices.Sort(gone)
	return gone, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
