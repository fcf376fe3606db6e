package registry

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/dgraph-io/badger/v4"
)

// HandOver ends our service in a building, and its successor or the building's
// Manager goes on with the server (RC:L45). What the server holds is left as it
// is; its key-encryption keys become theirs, and ours are destroyed, on the disk
// and in memory. From then on every access to the server is denied here, with
// ErrNotProvider and for every role, after a restart too.
//
// Whoever goes on opens the server as a registry of their own: Dir with the
// server's folder, and Keys with the files that lie in the folder
// handed-over/BUILDING of our Keys. The server itself says that it was handed
// over, so of what they write in it the Manager is the controller, and we
// process nothing.
//
// The cloud keeps nothing of the building: visitor keys, sub-users, usage
// logs, key audit and links that belong to it go, and so do all backups, which
// may hold them; a new one is made. Whoever is known in no other building that
// we serve is erased. The others keep their accounts, which no longer say that
// they came from the building, nor which floor of it they liked to go to.
//
// What fails half way has shut the server already. A second call with the same
// arguments does the rest, and so does the next start.
func (r *Registry) HandOver(building, successor string) error {
	facts := map[string]string{"building": building, "state": "intended"}
	if successor != "" {
		facts["successor"] = successor
	}
	return r.end(building, Entry{Act: ActHandOver, Facts: facts})
}

// EndService ends the service in a building of our own accord. It is HandOver
// to the Manager of a server that holds nothing any more but what the Manager
// is the controller of: key tags, which have to work without the app (FL:L51),
// and the logs that the Manager ordered.
func (r *Registry) EndService(building string) error {
	return r.end(building, Entry{Act: ActServiceEnded, Facts: map[string]string{"building": building, "state": "intended"}})
}

// end also does the rest of an ending that failed half way, when it is asked for
// again.
func (r *Registry) end(building string, intent Entry) error {
	r.keeping.mu.Lock()
	defer r.keeping.mu.Unlock()
	s, err := r.store(Building, building)
	if errors.Is(err, ErrNotProvider) {
		return r.endRest(building, intent)
	}
	if err != nil {
		return err
	}
	if intent.ID, err = r.Append(intent, true); err != nil {
		return err
	}
	r.step(intent.Act + ":intended")
	return r.finishEnding(s, intent)
}

// endRest completes the ending of a building that is no longer served. One that
// is complete, and another one than was begun, is refused with ErrNotProvider.
func (r *Registry) endRest(building string, intent Entry) error {
	open, err := r.openEndings()
	if err != nil {
		return err
	}
	for _, e := range open {
		switch {
		case e.Facts["building"] != building:
		case e.Act != intent.Act || e.Facts["successor"] != intent.Facts["successor"]:
			return fmt.Errorf("%w: an ending of %s was begun as %s and did not come to its end: ask for that again, with the successor of then, if any", ErrNotProvider, building, e.Act)
		default:
			return r.completeEnding(e)
		}
	}
	return ErrNotProvider
}

// finishEndings completes endings that a crash cut short.
func (r *Registry) finishEndings() error {
	open, err := r.openEndings()
	if err != nil {
		return err
	}
	for _, e := range open {
		if err := r.completeEnding(e); err != nil {
			return err
		}
	}
	return nil
}

// openEndings are the intents in the ledger that have no end there.
func (r *Registry) openEndings() (open []Entry, err error) {
	err = r.Entries(func(_ uint64, e *Entry) error {
		switch {
		case e.Act != ActHandOver && e.Act != ActServiceEnded:
		case e.Facts["state"] == "intended":
			open = append(open, *e)
		default:
			open = slices.DeleteFunc(open, func(o Entry) bool { return o.ID == e.ID })
		}
		return nil
	})
	return open, err
}

func (r *Registry) completeEnding(intent Entry) error {
	building := intent.Facts["building"]
	r.mu.RLock()
	s := r.stores[storeName(Building, building)]
	r.mu.RUnlock()
	if s == nil {
		return fmt.Errorf("the service in %s was being ended: name the building in Options.Buildings until that is complete", building)
	}
	return r.finishEnding(s, intent)
}

// finishEnding does what an ending intends. Each step may be done again.
func (r *Registry) finishEnding(s *store, intent Entry) error {
	s.handedOver.Store(true)
	// Whoever was let in before has written once we are alone.
	if err := s.alone(func() error { return nil }); err != nil {
		return err
	}
	if err := r.eraseLeaving(s); err != nil {
		return fmt.Errorf("erase who is known in %s alone: %w", s.building, err)
	}
	r.step(intent.Act + ":people-erased")
	if intent.Act == ActServiceEnded {
		if err := r.leaveTheManagers(s); err != nil {
			return fmt.Errorf("empty the server of %s: %w", s.building, err)
		}
		r.step(intent.Act + ":server-emptied")
	}
	if err := s.markHandedOver(); err != nil {
		return err
	}
	if err := s.settle(); err != nil { // what was deleted before is not handed over
		return err
	}
	if err := r.giveKeys(s); err != nil {
		return err
	}
	delete(r.keeping.swept.declared, s.building)
	r.step(intent.Act + ":keys-given")
	n, err := r.clearBuilding(s.building)
	if err != nil {
		return err
	}
	if err := r.removeDisplay(s.building); err != nil {
		return err
	}
	r.step(intent.Act + ":cloud-cleared")
	old, err := r.Backups()
	if err != nil {
		return err
	}
	if _, err := r.backup(); err != nil {
		return err
	}
	if err := r.discard(old); err != nil {
		return err
	}
	r.step(intent.Act + ":backups-renewed")
	facts := map[string]string{"building": s.building, "state": "complete", "records": strconv.Itoa(n)}
	if successor := intent.Facts["successor"]; successor != "" {
		facts["successor"] = successor
	}
	_, err = r.Append(Entry{Act: intent.Act, ID: intent.ID, Facts: facts}, true)
	return err
}

// giveKeys puts the key-encryption keys of a building's server into custody
// for whoever goes on with it, and destroys ours. Theirs are on the disk
// before. In memory, nothing is left by which the server could be opened.
func (r *Registry) giveKeys(s *store) error {
	keks, err := r.keys.load(s.name)
	if err != nil {
		return err
	}
	custody := r.keys.custody(s.building)
	for _, epoch := range sortedKeys(keks) {
		if err := custody.save(s.name, epoch, keks[epoch]); err != nil {
			return err
		}
	}
	if len(keks) > 0 {
		if err := custody.syncFolders(); err != nil {
			return err
		}
	}
	if len(keks) > 0 { // what a rotation destroyed is on record as such
		if err := r.recordEpochs(s.ring); err != nil {
			return err
		}
	}
	for _, epoch := range sortedKeys(keks) {
		if err := r.keys.destroy(s.name, epoch); err != nil {
			return err
		}
	}
	s.ring.surrender()
	return r.recordEpochs(s.ring)
}

// leaveTheManagers empties a building's server of all but what its Manager is
// the controller of. The keys that stay are wrapped under a new key-encryption
// key, so that copies of the server open nothing else either.
func (r *Registry) leaveTheManagers(s *store) error {
	var buckets, keys [][]byte
	stay := map[ID]bool{} // keys that seal what stays
	err := s.view(func(txn *badger.Txn) error {
		for _, kind := range kinds {
			prefix := []byte(kind.Prefix + "/")
			switch {
			case !kind.in(s.kind) || kind == KindWrappedKey:
				continue
			case kind.Controller != ByManager:
				buckets = append(buckets, prefix)
				continue
			}
			err := eachKey(txn, prefix, func(item *badger.Item) error {
				return item.Value(func(v []byte) error {
					id, err := keyID(v)
					stay[id] = true
					return err
				})
			})
			if err != nil {
				return err
			}
		}
		return eachKey(txn, []byte(KindWrappedKey.Prefix+"/"), func(item *badger.Item) error {
			ref, err := parseKey(item.Key())
			if err == nil && !stay[ref.Subject] {
				keys = append(keys, item.KeyCopy(nil))
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	s.ring.forgetAll()
	if err := s.purge(buckets, keys); err != nil {
		return err
	}
	s.ring.forgetAll()
	_, present := s.ring.epochs()
	if present == 0 {
		return nil // given away before a crash
	}
	given, err := r.keys.custody(s.building).load(s.name)
	if err != nil || given[present] != nil { // made anew before it failed
		return err
	}
	if _, err := s.ring.addEpoch(present + 1); err != nil {
		return err
	}
	return r.completeRotation(s.ring)
}

// goesWithBuilding tells whether records of a kind in the cloud belong to the
// building that they name. Accounts, preferences and objections are their
// subject's.
func goesWithBuilding(k *Kind) bool {
	return slices.Contains([]*Kind{KindVisitorKey, KindSubUser, KindUsageLog, KindKeyAudit}, k)
}

// clearBuilding deletes what the cloud and the vault hold of a building.
func (r *Registry) clearBuilding(building string) (n int, err error) {
	cloud, err := r.store(Cloud, "")
	if err != nil {
		return 0, err
	}
	vault, err := r.store(Vault, "")
	if err != nil {
		return 0, err
	}
	var keys [][]byte
	anchors := map[string]Anchor{}
	err = cloud.view(func(txn *badger.Txn) error {
		for _, kind := range kinds {
			if !goesWithBuilding(kind) {
				continue
			}
			err := eachKey(txn, []byte(kind.Prefix+"/"), func(item *badger.Item) error {
				rec := kind.New()
				switch err := item.Value(func(v []byte) error { return cloud.decode(kind, item.Key(), v, rec) }); {
				case errors.Is(err, ErrShredded): // of an erased subject, and due to go anyway
					return nil
				case err != nil:
					return err
				case rec.Head().Building != building:
					return nil
				}
				if e, ok := rec.(*KeyAudit); ok {
					anchors[building] = Anchor{building, e.Sequence, e.Hash}
				}
				keys = append(keys, item.KeyCopy(nil))
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	var links []ID
	err = vault.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte(KindLink.Prefix+"/"), func(item *badger.Item) error {
			ref, err := parseKey(item.Key())
			if err != nil {
				return err
			}
			target, err := r.readLink(txn, vault, ref.Item)
			if err == nil && target.Building == building {
				links = append(links, ref.Item)
			}
			return err
		})
	})
	if err != nil {
		return 0, err
	}
	if err := r.anchor(anchors); err != nil {
		return 0, err
	}
	if err := cloud.purge(nil, keys); err != nil {
		return 0, fmt.Errorf("clear the cloud of %s: %w", building, err)
	}
	if err := r.unlink(vault, links); err != nil {
		return 0, fmt.Errorf("clear the links of %s: %w", building, err)
	}
	return len(keys), nil
}
