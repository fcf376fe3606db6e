package registry

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/dgraph-io/badger/v4"
)

// HandOver ends our service in a building, and its successor or the building's
// Manager goes on with the server (RC:L45). The key-encryption keys of the
// server become the Manager's, our copy is destroyed, and every access but the
// Manager's is denied from then on with ErrNotProvider, after a restart too.
// What the server holds is left as it is.
//
// The cloud keeps nothing of the building: visitor keys, sub-users, usage
// logs, key audit and links that belong to it go, and so do all backups, which
// may hold them; a new one is made. Accounts stay, because their users may use
// the service elsewhere: whoever has no other building is erased by the
// caller.
func (r *Registry) HandOver(building, successor string) error {
	facts := map[string]string{"building": building, "state": "intended"}
	if successor != "" {
		facts["successor"] = successor
	}
	return r.end(building, Entry{Act: ActHandOver, Facts: facts})
}

// EndService ends the service in a building of our own accord: everything of
// the building goes, from its own server too, with the server's keys.
func (r *Registry) EndService(building string) error {
	return r.end(building, Entry{Act: ActServiceEnded, Facts: map[string]string{"building": building, "state": "intended"}})
}

func (r *Registry) end(building string, intent Entry) error {
	r.keeping.mu.Lock()
	defer r.keeping.mu.Unlock()
	s, err := r.store(Building, building)
	if err != nil {
		return err
	}
	if s.handedOver.Load() {
		return ErrNotProvider
	}
	if intent.ID, err = r.Append(intent, true); err != nil {
		return err
	}
	r.step(intent.Act + ":intended")
	return r.finishEnding(s, intent)
}

// finishEndings completes endings that a crash cut short.
func (r *Registry) finishEndings() error {
	var open []Entry
	err := r.Entries(func(_ uint64, e *Entry) error {
		switch {
		case e.Act != ActHandOver && e.Act != ActServiceEnded:
		case e.Facts["state"] == "intended":
			open = append(open, *e)
		default:
			open = slices.DeleteFunc(open, func(o Entry) bool { return o.ID == e.ID })
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, e := range open {
		s, err := r.store(Building, e.Facts["building"])
		if err != nil {
			return err
		}
		if err := r.finishEnding(s, e); err != nil {
			return err
		}
	}
	return nil
}

// finishEnding does what an ending intends. Each step may be done again.
func (r *Registry) finishEnding(s *store, intent Entry) error {
	if intent.Act == ActHandOver {
		s.handedOver.Store(true)
		if err := r.giveKeys(s); err != nil {
			return err
		}
		r.step(intent.Act + ":keys-given")
	} else {
		if err := s.destroyAll(); err != nil {
			return err
		}
		delete(r.keeping.swept.declared, s.building)
		r.step(intent.Act + ":server-emptied")
	}
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

// giveKeys puts the key-encryption keys of a building's server into its
// Manager's custody and destroys ours. The Manager's are on the disk before.
func (r *Registry) giveKeys(s *store) error {
	keks, err := r.keys.load(s.name)
	if err != nil {
		return err
	}
	for _, epoch := range sortedKeys(keks) {
		if err := r.keys.save(managerRing(s.building), epoch, keks[epoch]); err != nil {
			return err
		}
	}
	for _, epoch := range sortedKeys(keks) {
		if err := r.keys.destroy(s.name, epoch); err != nil {
			return err
		}
	}
	return nil
}

// destroyAll empties a building's server. Its key-encryption key gives way to
// a new one, so that copies of the server cannot be read either.
func (s *store) destroyAll() error {
	before, last := s.ring.epochs()
	if _, err := s.ring.addEpoch(last + 1); err != nil {
		return err
	}
	for _, epoch := range before {
		if err := s.ring.dropEpoch(epoch); err != nil {
			return err
		}
	}
	s.ring.forgetAll()
	var prefixes [][]byte
	for _, k := range kinds {
		if k.in(s.kind) {
			prefixes = append(prefixes, []byte(k.Prefix+"/"))
		}
	}
	if err := s.dropNow(prefixes); err != nil {
		return err
	}
	s.ring.forgetAll()
	return s.settle()
}

// forgetAll drops all opened keys from memory.
func (g *ring) forgetAll() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shreds++
	clear(g.cache)
	g.order = nil
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
