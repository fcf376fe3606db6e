package registry

import (
	"errors"
	"maps"

	"github.com/dgraph-io/badger/v4"
)

// eraseLeaving erases whoever is known in a building and in no other that we
// serve, and takes the building out of the accounts of the others. The keys of
// the server's records name them, so that it goes on from wherever it was cut
// short.
func (r *Registry) eraseLeaving(s *store) error {
	people, err := s.people()
	if err != nil {
		return err
	}
	if err := r.forgetOrigin(s.building, people); err != nil {
		return err
	}
	for _, other := range r.servedBuildings() {
		elsewhere, err := other.people()
		if err != nil {
			return err
		}
		for subject := range elsewhere {
			delete(people, subject)
		}
	}
	for _, subject := range sortedKeys(people) {
		// There is nothing of somebody who had a key tag alone.
		if _, err := r.Erase(subject, CauseServiceEnd); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}

// forgetOrigin takes a building out of the accounts that were opened in it, and
// the favourite floor out of their preferences and those of its people: it may
// be one of the building's. Backups of the former values are discarded, so the
// ledger needs no word of it.
func (r *Registry) forgetOrigin(building string, people map[ID]bool) error {
	cloud, err := r.store(Cloud, "")
	if err != nil {
		return err
	}
	came := maps.Clone(people)
	for _, kind := range []*Kind{KindRemoteCallAccount, KindFlowProfile, KindFlowPreferences} {
		var keys [][]byte
		err := cloud.view(func(txn *badger.Txn) error {
			return eachKey(txn, []byte(kind.Prefix+"/"), func(item *badger.Item) error {
				keys = append(keys, item.KeyCopy(nil))
				return nil
			})
		})
		if err != nil {
			return err
		}
		for _, key := range keys {
			err := cloud.update(func(txn *badger.Txn) error {
				changed := false
				ref, err := parseKey(key)
				if err != nil {
					return err
				}
				item, err := txn.Get(key)
				if errors.Is(err, badger.ErrKeyNotFound) {
					return nil
				}
				if err != nil {
					return err
				}
				rec := kind.New()
				if err := item.Value(func(v []byte) error { return cloud.decode(kind, key, v, rec) }); err != nil {
					return notShredded(err)
				}
				if m := rec.Head(); m.Building == building {
					m.Building, changed = "", true
					came[ref.Subject] = true
				}
				if p, is := rec.(*FlowPreferences); is && came[ref.Subject] && p.FavouriteFloor != "" {
					p.FavouriteFloor, changed = "", true
				}
				if !changed {
					return nil
				}
				value, err := cloud.encode(ref, key, rec, false)
				if err != nil {
					return err
				}
				return errors.Join(txn.Set(key, value), cloud.noteChange(txn, key))
			})
			if err != nil {
				return err
			}
		}
	}
	return cloud.settle()
}

// people are the subjects of whom a building's server has a record.
func (s *store) people() (map[ID]bool, error) {
	people := map[ID]bool{}
	err := s.view(func(txn *badger.Txn) error {
		for _, kind := range []*Kind{KindBuildingPerson, KindPermission, KindKeyTag} {
			err := eachKey(txn, []byte(kind.Prefix+"/"), func(item *badger.Item) error {
				ref, err := parseKey(item.Key())
				people[ref.Subject] = true
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return people, err
}
