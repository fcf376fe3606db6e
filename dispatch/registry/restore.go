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
// was corrected since, the fields that the ledger names are emptied, because
// the backup has their former values, and the whole record goes where the
// ledger names none. What was written since the backup is lost, as with any
// restore.
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
	n, err := r.replay(fresh, m)
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
func (r *Registry) replay(s *store, m Manifest) (n replayed, err error) {
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
			return s.noteChange(txn)
		})
		if err != nil {
			return n, err
		}
		s.addChanged(c.key)
	}
	if err := s.purge(nil, gone); err != nil {
		return n, err
	}
	return n, s.settle()
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
