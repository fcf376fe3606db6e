package registry

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// replayed counts what the ledger took from a restored store.
type replayed struct {
	purged  int // records under keys that have been destroyed since
	removed int // single records
	blanked int // records with fields that were corrected since
	left    int // records afterwards
}

// Restore replaces the cloud store with a backup and replays the ledger.
// Without the ledger that the backup names, it refuses: nobody could say who
// was erased since.
//
// Gone from the restored store is every record whose key has been destroyed,
// which is all of an erased subject; every record that was removed since; and
// every record of a building whose service has ended since. Of a record that
// was corrected since, the fields that the ledger names get the values that they
// have in the present store, or are emptied where it has none, because the
// backup has their former values; the whole record goes where the ledger names
// none. Objections, entries of the key audit and used-up uses of visitor keys
// are taken from the present store too, as far as it can be read. What else was
// written since the backup is lost, as with any restore.
//
// The old store serves until the new one is complete; for the time of the
// exchange, accesses to the cloud fail. It ends with a sweep.
func (r *Registry) Restore(name string) error {
	r.keeping.mu.Lock()
	defer r.keeping.mu.Unlock()
	r.ledger.erasing.Lock() // what is erased while the ledger is replayed would come back
	defer r.ledger.erasing.Unlock()
	m, stream, err := r.keeping.shelf.open(name)
	if err != nil {
		return err
	}
	defer stream.Close()
	if err := r.knows(name, m); err != nil {
		return err
	}
	id := r.o.IDs.New()
	facts := map[string]string{"name": name, "state": "intended", "sequence": strconv.FormatUint(m.Sequence, 10)}
	if _, err := r.Append(Entry{Act: ActRestore, ID: id, Facts: facts}, true); err != nil {
		return err
	}
	r.step("restore:intended")

	staging := ""
	if r.o.Dir != "" {
		staging = filepath.Join(r.o.Dir, restoringDir)
		if err := os.RemoveAll(staging); err != nil {
			return fmt.Errorf("restore %s: %w", name, err)
		}
	}
	fresh, err := openStore(staging, Cloud, "", r.o.Log)
	if err != nil {
		return fmt.Errorf("restore %s: %w", name, err)
	}
	fresh.ring = r.ring
	ours := true
	defer func() {
		if ours {
			fresh.close() // the next restore, or start, removes what is left of it
		}
	}()
	if err := fresh.db.Load(stream, 16); err != nil {
		return fmt.Errorf("restore %s: %w", name, err)
	}
	r.step("restore:loaded")
	present, err := r.store(Cloud, "")
	if err != nil {
		return fmt.Errorf("restore %s: %w", name, err)
	}
	if err := carryOver(present, fresh, m); err != nil {
		return fmt.Errorf("restore %s: take over what the present store says: %w", name, err)
	}
	n, err := r.replay(fresh, present, m)
	if err != nil {
		return fmt.Errorf("restore %s: replay the ledger: %w", name, err)
	}
	if err := r.anchorAgain(m.Audit); err != nil {
		return fmt.Errorf("restore %s: %w", name, err)
	}
	r.step("restore:replayed")

	ours = false
	if err := r.exchange(fresh, restoreMark{name, id}); err != nil {
		return fmt.Errorf("restore %s: %w", name, err)
	}
	r.keeping.swept = sweepMemory{}
	if _, _, err := r.sweep(); err != nil {
		return fmt.Errorf("restore %s: %w", name, err)
	}
	facts = map[string]string{
		"name": name, "state": "complete", "erased": strconv.Itoa(n.purged), "removed": strconv.Itoa(n.removed + n.blanked), "records": strconv.Itoa(n.left),
	}
	if _, err := r.Append(Entry{Act: ActRestore, ID: id, Facts: facts}, true); err != nil {
		return err
	}
	r.step("restore:evident")
	if staging != "" {
		if err := os.RemoveAll(staging); err != nil {
			return fmt.Errorf("restore %s: %w", name, err)
		}
		return syncFolder(r.o.Dir)
	}
	return nil
}

func (r *Registry) step(name string) {
	if r.o.Step != nil {
		r.o.Step(name)
	}
}

// knows tells whether the ledger is the one that a backup names.
func (r *Registry) knows(name string, m Manifest) error {
	if m.Sequence == 0 {
		return nil
	}
	found := ""
	err := r.Entries(func(sequence uint64, e *Entry) error {
		if sequence == m.Sequence {
			found = e.Hash
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case found == "":
		return fmt.Errorf("backup %s: the ledger has no entry %d, which the backup names: without the ledger, those who were erased since would come back; put the ledger back first", name, m.Sequence)
	case found != m.Hash:
		return fmt.Errorf("backup %s: entry %d of the ledger is not the one that the backup names: this is another ledger, or it was changed; put the right one back first", name, m.Sequence)
	}
	return nil
}

// fate is what the ledger says of one record.
type fate struct {
	removed time.Time // last time
	gone    bool      // removed after the backup
	fields  []string  // corrected after the backup
	whole   bool      // the same, without the names of fields
}

// replay deletes from a restored store what the ledger says is gone.
//
// An erased subject is known by the key that the vault no longer has. A record
// that was removed or corrected is known by its hash. Entries from before the
// backup count too where they are younger than the record: the ledger is
// written first, so the backup may have been made between the entry and the
// act.
func (r *Registry) replay(s, present *store, m Manifest) (n replayed, err error) {
	records := map[string]*fate{}
	ended := map[string]bool{}
	err = r.Entries(func(sequence uint64, e *Entry) error {
		after := sequence > m.Sequence
		f := records[e.Facts["ref"]]
		if f == nil {
			f = &fate{}
		}
		switch {
		case (e.Act == ActHandOver || e.Act == ActServiceEnded) && after:
			ended[e.Facts["building"]] = true
			return nil
		case e.Facts["store"] != s.name:
			return nil
		case e.Act == ActRemoved:
			f.removed, f.gone = e.At, f.gone || after
		case e.Act == ActCorrected && after && e.Facts["fields"] == "":
			f.whole = true
		case e.Act == ActCorrected && after:
			f.fields = append(f.fields, strings.Split(e.Facts["fields"], ",")...)
		default:
			return nil
		}
		records[e.Facts["ref"]] = f
		return nil
	})
	if err != nil {
		return n, err
	}
	type change struct {
		key   []byte
		value []byte
	}
	var gone [][]byte
	var changed []change
	err = s.view(func(txn *badger.Txn) error {
		return eachKey(txn, nil, func(item *badger.Item) error {
			n.left++
			key := item.KeyCopy(nil)
			drop := func(counter *int) error {
				gone = append(gone, key)
				*counter++
				n.left--
				return nil
			}
			ref, err := parseKey(key)
			if err != nil {
				return fmt.Errorf("store %s: %w", s.name, err)
			}
			rec := ref.Kind.New()
			switch err := item.Value(func(v []byte) error { return s.decode(ref.Kind, key, v, rec) }); {
			case errors.Is(err, ErrShredded):
				return drop(&n.purged)
			case err != nil:
				return err
			case ended[rec.Head().Building] && goesWithBuilding(ref.Kind):
				return drop(&n.removed)
			}
			f := records[recordRef(s.name, key)]
			switch {
			case f == nil:
			case f.gone, f.whole, f.removed.After(rec.Head().At), !ref.Kind.blank(rec, f.fields):
				return drop(&n.removed)
			case len(f.fields) > 0:
				present.fill(ref, key, rec, f.fields)
				value, err := s.encode(ref, key, rec, false)
				if err != nil {
					return err
				}
				changed = append(changed, change{key, value})
				n.blanked++
			}
			return nil
		})
	})
	if err != nil {
		return n, err
	}
	for _, c := range changed {
		err := s.update(func(txn *badger.Txn) error {
			if err := txn.Set(c.key, c.value); err != nil {
				return err
			}
			return s.noteChange(txn, c.key)
		})
		if err != nil {
			return n, err
		}
	}
	if err := s.purge(nil, gone); err != nil {
		return n, err
	}
	return n, s.settle()
}

// carryOver takes into a restored store what must not be lost with a restore:
// objections, the end of the key audit, and that visitor keys were used. A
// record of the present store that cannot be read is passed over. Values are
// sealed for a store of this name and a key, so that they are taken as they are.
func carryOver(present, restored *store, m Manifest) error {
	last := uint64(0) // of the key audit, in the backup
	for _, a := range m.Audit {
		last = max(last, a.Sequence)
	}
	audit := []byte(KindKeyAudit.Prefix + "/")
	err := restored.view(func(txn *badger.Txn) error {
		return eachKey(txn, audit, func(item *badger.Item) error {
			ref, err := parseKey(item.Key())
			last = max(last, ref.Sequence)
			return err
		})
	})
	if err != nil {
		return err
	}
	taken := map[string][]byte{}
	err = present.view(func(txn *badger.Txn) error {
		for _, kind := range []*Kind{KindObjection, KindKeyAudit, KindVisitorKey} {
			err := eachKey(txn, []byte(kind.Prefix+"/"), func(item *badger.Item) error {
				ref, err := parseKey(item.Key())
				if err != nil || kind == KindKeyAudit && ref.Sequence <= last {
					return nil
				}
				value, err := item.ValueCopy(nil)
				if err != nil {
					return nil
				}
				is := kind.New()
				if present.decode(kind, item.Key(), value, is) != nil {
					return nil
				}
				if k, used := is.(*VisitorKey); used {
					var was VisitorKey
					if restored.read(kind, item.Key(), &was) != nil || k.Uses >= was.Uses {
						return nil
					}
				}
				taken[string(item.Key())] = value
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(sortedKeys(taken), 1000) {
		err := restored.update(func(txn *badger.Txn) error {
			for _, key := range batch {
				if err := txn.Set([]byte(key), taken[key]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// read decodes the record under a key.
func (s *store) read(kind *Kind, key []byte, into Record) error {
	return s.view(func(txn *badger.Txn) error {
		item, err := txn.Get(key)
		if err != nil {
			return err
		}
		return item.Value(func(v []byte) error { return s.decode(kind, key, v, into) })
	})
}

// fill gives fields of a record the values that they have in the store, where
// it has a record there that can be read.
func (s *store) fill(ref Ref, key []byte, rec Record, fields []string) {
	is := ref.Kind.New()
	if s.read(ref.Kind, key, is) != nil {
		return
	}
	for _, name := range fields {
		name = strings.ReplaceAll(name, "-", "_")
		ref.Kind.field(rec, name).Set(ref.Kind.field(is, name))
	}
}

// blank empties fields, given by the ledger's names for them, which have
// hyphens where the fields' own have underscores. It is false when one of them
// is not declared.
func (k *Kind) blank(rec Record, fields []string) bool {
	for _, name := range fields {
		name = strings.ReplaceAll(name, "-", "_")
		if !slices.ContainsFunc(k.Fields, func(f Field) bool { return f.Name == name }) {
			return false
		}
		k.field(rec, name).SetZero()
	}
	return true
}

// anchorAgain writes the anchors of a backup's key audit into the ledger where
// the ledger has none that is later.
func (r *Registry) anchorAgain(backup []Anchor) error {
	known, err := r.anchors()
	if err != nil {
		return err
	}
	again := map[string]Anchor{}
	for _, a := range backup {
		if a.Sequence > known[a.Building].Sequence {
			again[a.Building] = a
		}
	}
	return r.anchor(again)
}
