package selftest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"
)

// record is one live record as Badger has it.
type record struct {
	key     string
	value   []byte
	commit  uint64
	expires uint64 // of Badger, Unix seconds; 0 = never
}

// kind is the prefix of a key.
func (r *record) kind() string { kind, _, _ := strings.Cut(r.key, "/"); return kind }

// part is a component of the key, from 0, the prefix.
func (r *record) part(n int) string {
	parts := strings.Split(r.key, "/")
	if n >= len(parts) {
		return ""
	}
	return parts[n]
}

func options(dir string) badger.Options {
	return badger.DefaultOptions(dir).WithLogger(nil).WithMemTableSize(8 << 20).WithSyncWrites(false).WithMetricsEnabled(false)
}

// readStore gives the live records of a store. It opens a copy of its files:
// Badger writes wherever it opens.
func readStore(dir string) (all []record, err error) {
	copied, err := os.MkdirTemp(filepath.Dir(filepath.Dir(filepath.Dir(dir))), "reading-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(copied)
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		return nil, err
	}
	db, err := badger.Open(options(copied))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	err = db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			value, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			all = append(all, record{key: string(it.Item().KeyCopy(nil)), value: value, commit: it.Item().Version()})
		}
		return nil
	})
	return all, err
}

// contents is the live records of one store, for a mutant to change.
type contents struct {
	*Bench
	name    string
	records []record
	next    uint64 // number of the next commit
}

// edit lets a mutant change what is in a store, and writes it anew: as if the
// service had written it so from the beginning, with nothing superseded in the
// files. Records keep the numbers of their commits.
func (b *Bench) edit(name string, change func(*contents) error) error {
	records, err := b.records(name)
	if err != nil {
		return err
	}
	s := &contents{Bench: b, name: name, records: records}
	for _, r := range records {
		s.next = max(s.next, r.commit)
	}
	s.next++
	if err := change(s); err != nil {
		return fmt.Errorf("store %s: %w", name, err)
	}
	dir := filepath.Join(b.Dir, "stores", name)
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	db, err := badger.OpenManaged(options(dir))
	if err != nil {
		return err
	}
	slices.SortStableFunc(s.records, func(a, b record) int { return strings.Compare(a.key, b.key) })
	batch := db.NewManagedWriteBatch()
	defer batch.Cancel()
	for _, r := range s.records {
		e := badger.NewEntry([]byte(r.key), r.value)
		e.ExpiresAt = r.expires
		if err := batch.SetEntryAt(e, r.commit); err != nil {
			db.Close()
			return err
		}
	}
	if err := batch.Flush(); err != nil {
		db.Close()
		return err
	}
	b.changed[name] = s.records
	return db.Close()
}

// records are the live records of a store as the mutant has left them.
func (b *Bench) records(name string) ([]record, error) {
	if records, ok := b.changed[name]; ok {
		return slices.Clone(records), nil
	}
	records, ok := b.Clean.stores[name]
	if !ok {
		return nil, fmt.Errorf("the evidence has no store %s", name)
	}
	return slices.Clone(records), nil
}

// live lets a mutant loose on the store as Badger has it, so that what it
// deletes or overwrites stays in the files.
func (b *Bench) live(name string, write func(db *badger.DB) error) error {
	dir := filepath.Join(b.Dir, "stores", name)
	if err := unshare(dir); err != nil {
		return err
	}
	db, err := badger.Open(options(dir))
	if err != nil {
		return err
	}
	if err := write(db); err != nil {
		db.Close()
		return err
	}
	return db.Close()
}

// unshare gives a folder files of its own.
func unshare(dir string) error {
	if err := os.CopyFS(dir+".own", os.DirFS(dir)); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(dir+".own", dir)
}

// put writes a record, in a commit of its own.
func (s *contents) put(key string, value []byte) {
	if i := s.index(key); i >= 0 {
		s.records[i].value = value
		return
	}
	s.records = append(s.records, record{key: key, value: value, commit: s.next})
	s.next++
}

// drop deletes the records that match, and gives how many.
func (s *contents) drop(match func(*record) bool) int {
	before := len(s.records)
	s.records = slices.DeleteFunc(s.records, func(r record) bool { return match(&r) })
	return before - len(s.records)
}

func (s *contents) index(key string) int {
	return slices.IndexFunc(s.records, func(r record) bool { return r.key == key })
}

// of are the records of a kind, by its prefix, in the order of their keys.
func (s *contents) of(kind string) (all []*record) {
	for i := range s.records {
		if s.records[i].kind() == kind {
			all = append(all, &s.records[i])
		}
	}
	return all
}

// plain is a value that is not sealed.
func plain(json []byte) []byte { return append([]byte{1, 0}, json...) }

// body is what a plain value holds.
func body(value []byte) ([]byte, bool) { return bytes.CutPrefix(value, []byte{1, 0}) }
