package registry

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"
)

// Badger's Delete writes a mark beside what it deletes, and an overwritten
// value stays as well. All of it remains in the files until a compaction meets
// it, which may be never. There are two ways to make it go.
//
// A drop rewrites only the tables that hold something under given prefixes. It
// takes a tenth of a second, and whatever is under the prefixes goes, so it is
// for what never comes back: the records of an erased subject. It is Badger's
// DropPrefix, which does nothing for a prefix without a visible key; therefore
// a mark that is no record is put under each prefix first. A crash in the
// middle may bring back what was deleted before, because Badger drops from the
// memory first and from the tables then: whoever drops has written elsewhere
// what is to go, and does it again after a restart, or finds it anew as a sweep
// does.
//
// Settling is for single records that were deleted or corrected. It writes the
// memory into a table, and Badger brings that together with the tables it
// overlaps. Where the key of such a record then still has more than one version
// in the files, or the mark of its deletion, a merge brings all tables of the
// store together, so that one version of each key is left. That takes seconds
// in a large store.
//
// A mark is a key with "~" behind; the key "~m" says that settling is due. No
// key of a record ends or begins so.
//
// A transaction that overwrites or deletes single records for good calls
// noteChange; Settle does the rest.
const (
	markSuffix = '~'

	// longestReader is how long settling waits for readers that still hold the
	// files of before open.
	longestReader = 30 * time.Second
)

// settlingDue is set by whatever wants something settled.
var settlingDue = []byte("~m")

// settling is what a store knows of its settling.
type settling struct {
	sync.Mutex // one at a time

	// unlisted tells that settling was due when the store was opened: which
	// keys were changed then only the store itself knows.
	unlisted bool

	mu      sync.Mutex
	changed [][]byte // keys that were deleted or overwritten since the last settling, of this process
}

// isMark tells whether a key is no record's but a mark of a drop under way.
func isMark(key []byte) bool { return len(key) > 0 && key[len(key)-1] == markSuffix }

// forsaken waits until the files are gone that Badger no longer uses. It
// deletes them when the last reader that began before lets go of them.
func (s *store) forsaken() error {
	if s.dir() == "" {
		return nil
	}
	files, err := s.unused()
	if err != nil {
		return err
	}
	const step = 5 * time.Millisecond
	for waited := time.Duration(0); len(files) > 0; waited += step {
		if waited >= longestReader {
			return fmt.Errorf("store %s: a reader has held %d files with deleted records open for %s; it has to end first", s.name, len(files), longestReader)
		}
		time.Sleep(step)
		now, err := s.unused()
		if err != nil {
			return err
		}
		files = slices.DeleteFunc(files, func(f string) bool { return !slices.Contains(now, f) })
	}
	return nil
}

// unused lists the files of tables that are in no level, and of memtables
// before the present one.
func (s *store) unused() ([]string, error) {
	entries, err := os.ReadDir(s.dir())
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", s.name, err)
	}
	used := map[string]bool{}
	for _, t := range s.db.Tables() {
		used[table.IDToFilename(t.ID)] = true
	}
	var unused, logs []string
	for _, e := range entries { // in order of their names, so in order of their age
		switch filepath.Ext(e.Name()) {
		case ".sst":
			if !used[e.Name()] {
				unused = append(unused, e.Name())
			}
		case ".mem":
			logs = append(logs, e.Name())
		}
	}
	if len(logs) > 1 {
		unused = append(unused, logs[:len(logs)-1]...)
	}
	return unused, nil
}

// noteChange makes settling due, within the update that deletes or overwrites
// the records under some keys for good. Nobody writes while settling looks what
// there is to do, so that it finds a transaction both noted and committed, or
// neither. Keys of a transaction that fails do no harm.
func (s *store) noteChange(txn *badger.Txn, keys ...[]byte) error {
	s.addChanged(keys...)
	return txn.Set(settlingDue, nil)
}

func (s *store) addChanged(keys ...[]byte) {
	s.settling.mu.Lock()
	defer s.settling.mu.Unlock()
	s.settling.changed = append(s.settling.changed, keys...)
}

// takeChanged gives the keys that were changed since it was last called, and
// the commit number of the mark that makes settling due, 0 when it is not.
func (s *store) takeChanged() (changed [][]byte, due uint64, err error) {
	err = s.alone(func() error {
		if due, err = s.versionOf(settlingDue); err != nil {
			return err
		}
		s.settling.mu.Lock()
		defer s.settling.mu.Unlock()
		changed, s.settling.changed = s.settling.changed, nil
		return nil
	})
	slices.SortFunc(changed, bytes.Compare)
	changed = slices.CompactFunc(changed, bytes.Equal) // some are written again and again
	return changed, due, err
}

// settle makes all single deletions and corrections so far physical. It does
// nothing where there were none.
func (s *store) settle() error {
	if !s.gate.TryRLock() {
		return errClosed
	}
	defer s.gate.RUnlock()
	s.settling.Lock()
	defer s.settling.Unlock()
	changed, due, err := s.takeChanged()
	if err != nil || due == 0 && len(changed) == 0 {
		return err
	}
	if s.settling.unlisted {
		all, err := s.allStale()
		if err != nil {
			s.addChanged(changed...)
			return err
		}
		changed = append(changed, all...)
	}
	if err := s.settleChanged(changed); err != nil {
		s.addChanged(changed...)
		return err
	}
	s.settling.unlisted = false
	return s.update(func(txn *badger.Txn) error {
		item, err := txn.Get(settlingDue)
		if err == nil && item.Version() == due { // no change came after it was read
			return txn.Delete(settlingDue)
		}
		if errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		return err
	})
}

func (s *store) settleChanged(changed [][]byte) error {
	for range mostDrops {
		// The transaction also moves Badger's mark of what readers may still
		// see beyond all that was committed before.
		flush := []byte("~f")
		if err := s.update(func(txn *badger.Txn) error { return txn.Set(flush, nil) }); err != nil {
			return err
		}
		if err := s.dropPrefixes(flush); err != nil {
			return err
		}
		stale, err := s.stale(changed)
		if err != nil {
			return err
		}
		if len(stale) > 0 {
			if err := s.db.Flatten(2); err != nil {
				return fmt.Errorf("store %s: %w", s.name, err)
			}
			if stale, err = s.stale(changed); err != nil {
				return err
			}
		}
		if len(stale) == 0 {
			return errors.Join(s.forsaken(), s.sync())
		}
		// A reader from before the change kept the former version through the
		// merge. Written once more, the two meet again in the next.
		if err := s.rewrite(stale); err != nil {
			return err
		}
		time.Sleep(longestWait)
	}
	return fmt.Errorf("store %s: former versions of corrected records are still in the files after %d attempts; a reader holds them: end it, and settle again", s.name, mostDrops)
}

// versionOf is Badger's commit number of a key, 0 when there is none.
func (s *store) versionOf(key []byte) (version uint64, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(key)
		if err == nil {
			version = item.Version()
		}
		if errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		return err
	})
	return version, err
}

// stale lists the keys of which the files hold what no reader sees: more than
// one version, or the mark of a deletion.
func (s *store) stale(keys [][]byte) (stale [][]byte, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		for _, key := range keys {
			it := txn.NewKeyIterator(key, badger.IteratorOptions{AllVersions: true})
			versions, deleted := 0, false
			for it.Rewind(); it.Valid(); it.Next() {
				versions++
				deleted = deleted || it.Item().IsDeletedOrExpired()
			}
			it.Close()
			if versions > 1 || deleted {
				stale = append(stale, key)
			}
		}
		return nil
	})
	return stale, err
}

// allStale is stale of all keys of records.
func (s *store) allStale() (stale [][]byte, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.PrefetchValues, o.AllVersions = false, true
		it := txn.NewIterator(o)
		defer it.Close()
		var last []byte
		for it.Rewind(); it.Valid(); it.Next() {
			item := it.Item()
			again := bytes.Equal(item.Key(), last)
			last = item.KeyCopy(last)
			if (again || item.IsDeletedOrExpired()) && !isMark(last) && last[0] != markSuffix {
				stale = append(stale, bytes.Clone(last))
			}
		}
		return nil
	})
	return stale, err
}

// rewrite writes the present values of some keys again, or deletes them again.
func (s *store) rewrite(keys [][]byte) error {
	for batch := range slices.Chunk(keys, 64) {
		if err := s.rewriteBatch(batch); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) rewriteBatch(keys [][]byte) error {
	return s.update(func(txn *badger.Txn) error {
		for _, key := range keys {
			item, err := txn.Get(key)
			if errors.Is(err, badger.ErrKeyNotFound) {
				if err := txn.Delete(key); err != nil {
					return err
				}
				continue
			}
			if err != nil {
				return err
			}
			value, err := item.ValueCopy(nil)
			if err != nil {
				return err
			}
			if err := txn.Set(key, value); err != nil {
				return err
			}
		}
		return nil
	})
}
