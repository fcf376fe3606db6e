package badgerfiles

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// storeOptions are those of a small store whose shape a test chooses.
func storeOptions(dir string, c options.CompressionType) badger.Options {
	return badger.DefaultOptions(dir).WithLogger(nil).WithCompression(c).WithMetricsEnabled(false).
		WithMemTableSize(1 << 20).WithValueLogFileSize(1 << 20).WithNumCompactors(2).WithNumVersionsToKeep(3).
		WithBaseTableSize(128 << 10).WithBaseLevelSize(256 << 10).WithNumLevelZeroTables(2)
}

func openStore(t testing.TB, o badger.Options) *badger.DB {
	t.Helper()
	db, err := badger.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// copyDir copies the regular files of a directory.
func copyDir(t testing.TB, from, to string) {
	t.Helper()
	files, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(from, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		writeSparse(t, filepath.Join(to, f.Name()), b)
	}
}

// writeSparse writes a file and leaves holes for its pages of zeros.
func writeSparse(t testing.TB, path string, b []byte) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(int64(len(b))); err != nil {
		t.Fatal(err)
	}
	const page = 4096
	for at := 0; at < len(b); at += page {
		if p := b[at:min(at+page, len(b))]; !allZero(p) {
			if _, err := f.WriteAt(p, int64(at)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// told is a version in a form that can be compared and kept.
type told struct {
	File, Key, Value string
	Commit, Expires  uint64
	Deleted, Newest  bool
}

func readStore(t testing.TB, dir string, workers int) (*Store, []told) {
	t.Helper()
	each := make([][]told, workers)
	s, err := Read(dir, workers, func(w int, v *Version) error {
		each[w] = append(each[w], told{v.File, string(v.Key), string(v.Value), v.Commit, v.Expires, v.Deleted, v.Newest})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var all []told
	for _, e := range each {
		all = append(all, e...)
	}
	return s, all
}

// fill writes n keys, some of them again, some deleted.
func fill(t testing.TB, db *badger.DB, n int, rng *rand.Rand, valueSize func() int) {
	t.Helper()
	set := func(key string) {
		v := make([]byte, valueSize())
		for i := range v {
			v[i] = byte('a' + rng.IntN(26))
		}
		if err := db.Update(func(txn *badger.Txn) error { return txn.Set([]byte(key), v) }); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		set(fmt.Sprintf("person/%06d/name", i))
	}
	for range n / 4 {
		set(fmt.Sprintf("person/%06d/name", rng.IntN(n)))
	}
	for range n / 8 {
		key := fmt.Appendf(nil, "person/%06d/name", rng.IntN(n))
		if err := db.Update(func(txn *badger.Txn) error { return txn.Delete(key) }); err != nil {
			t.Fatal(err)
		}
	}
}
