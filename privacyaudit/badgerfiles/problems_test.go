package badgerfiles

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/google/go-cmp/cmp"
)

func glob(t testing.TB, dir, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no %s in the store (%v)", pattern, err)
	}
	return names
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// edit changes a file in place.
func edit(t testing.TB, path string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	writeSparse(t, path, change(b))
}

func TestProblems(t *testing.T) {
	sound := t.TempDir()
	buildMixed(t, sound, options.Snappy)
	_, before := readStore(t, sound, 1)
	for _, row := range []struct {
		name    string
		harm    func(t *testing.T, dir string)
		problem string // file and text; empty: none
		check   func(t *testing.T, s *Store, all []told)
	}{
		{name: "an empty LOCK is no problem", harm: func(t *testing.T, dir string) {
			must(t, os.Truncate(filepath.Join(dir, "LOCK"), 0))
		}},
		{name: "without a manifest every table is read as an orphan, and the newest is told all the same", harm: func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, "MANIFEST")))
		}, problem: "MANIFEST: is missing; every table is read as an orphan", check: func(t *testing.T, s *Store, all []told) {
			for _, f := range s.Files {
				if f.Orphan != (f.Kind == KindTable) {
					t.Errorf("%s: orphan %v", f.Name, f.Orphan)
				}
			}
			if diff := cmp.Diff(sorted(slices.Clone(before)), sorted(all)); diff != "" {
				t.Errorf("versions (-before +without manifest):\n%.2000s", diff)
			}
		}},
		{name: "a manifest that is cut short is not forgiven", harm: func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, "MANIFEST"), func(b []byte) []byte { return b[:len(b)-3] })
		}, problem: "MANIFEST: is cut short at byte "},
		{name: "a table of another store is an orphan, no reader of the database sees it", harm: func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "000900.sst"), buildTable(options.ZSTD, 60), 0o600))
		}, check: func(t *testing.T, s *Store, all []told) {
			n := 0
			for _, v := range all {
				if v.File == "000900.sst" {
					n++
					if v.Newest {
						t.Errorf("%q is told as the newest", v.Key)
					}
				}
			}
			if n != 60 {
				t.Errorf("%d of its 60 versions were told", n)
			}
			for _, f := range s.Files {
				if f.Orphan != (f.Name == "000900.sst") {
					t.Errorf("%s: orphan %v", f.Name, f.Orphan)
				}
			}
		}},
		{name: "a table written over another is seen by its content", harm: func(t *testing.T, dir string) {
			names := glob(t, dir, "*.sst")
			b, err := os.ReadFile(names[0])
			must(t, err)
			must(t, os.WriteFile(names[1], b, 0o600))
		}, problem: ".sst: has the content of 0000"},
		{name: "a table of the manifest that is missing", harm: func(t *testing.T, dir string) {
			must(t, os.Remove(glob(t, dir, "*.sst")[0]))
		}, problem: ".sst: is missing, although the manifest names it"},
		{name: "an empty table", harm: func(t *testing.T, dir string) {
			must(t, os.Truncate(glob(t, dir, "*.sst")[0], 0))
		}, problem: ".sst: is empty"},
		{name: "a damaged block costs its records only", harm: func(t *testing.T, dir string) {
			edit(t, glob(t, dir, "*.sst")[0], func(b []byte) []byte { b[100] ^= 0x55; return b })
		}, problem: ".sst: has a damaged block at byte 0: ", check: func(t *testing.T, s *Store, all []told) {
			if lost := len(before) - len(all); lost <= 0 || lost > 200 {
				t.Errorf("%d records of one block were lost", lost)
			}
		}},
		{name: "the value log that live values point to is missing", harm: func(t *testing.T, dir string) {
			must(t, os.Remove(glob(t, dir, "*.vlog")[0]))
		}, problem: "has a value in 000001.vlog at byte "},
		{name: "a flipped byte in a value log is met from both sides", harm: func(t *testing.T, dir string) {
			edit(t, glob(t, dir, "*.vlog")[0], func(b []byte) []byte { b[300] ^= 1; return b })
		}, problem: "000001.vlog: has a damaged record at byte 20 (its checksum is wrong); what follows was not decoded"},
		{name: "bytes behind the end of a memtable", harm: func(t *testing.T, dir string) {
			edit(t, glob(t, dir, "*.mem")[0], func(b []byte) []byte { b[len(b)-9] = 'x'; return b })
		}, problem: ".mem: has bytes behind its last record, from byte 131063"},
		{name: "a memtable that ends with its last record may have lost the next", harm: func(t *testing.T, dir string) {
			must(t, os.WriteFile(glob(t, dir, "*.mem")[0], logBytes()[:len(logBytes())-40], 0o600))
		}, problem: ".mem: ends with its last record; it may be cut short"},
		{name: "a file that Badger does not write", harm: func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("x"), 0o600))
		}, problem: "notes.txt: is no file that Badger writes"},
		{name: "a table with a name that Badger would not give it", harm: func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "7.sst"), buildTable(options.None, 3), 0o600))
		}, problem: "7.sst: is no file that Badger writes"},
		{name: "a folder", harm: func(t *testing.T, dir string) {
			must(t, os.Mkdir(filepath.Join(dir, "old"), 0o700))
		}, problem: "old: is no regular file"},
		{name: "a link is not followed", harm: func(t *testing.T, dir string) {
			must(t, os.Symlink(filepath.Join(dir, "MANIFEST"), filepath.Join(dir, "000901.sst")))
		}, problem: "000901.sst: is no regular file"},
		{name: "a key registry of an encrypted store", harm: func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, "KEYREGISTRY"), func(b []byte) []byte { b[20] ^= 1; return b })
		}, problem: "KEYREGISTRY: locked: encrypted by Badger; the auditor has no master key", check: func(t *testing.T, s *Store, _ []told) {
			if !s.Encrypted {
				t.Error("the store is not told as encrypted")
			}
		}},
		{name: "an open store without its memtable", harm: func(t *testing.T, dir string) {
			must(t, os.Remove(glob(t, dir, "*.mem")[0]))
		}, problem: "LOCK: says that a process had the store open"},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			copyDir(t, sound, dir)
			row.harm(t, dir)
			s, all := readStore(t, dir, 2)
			if s.Versions != len(all) {
				t.Errorf("%d versions were counted, %d told", s.Versions, len(all))
			}
			found := row.problem == "" && len(s.Problems) == 0
			for _, p := range s.Problems {
				found = found || row.problem != "" && strings.Contains(p.Error(), row.problem)
				if strings.Contains(p.Error(), dir) {
					t.Errorf("a problem tells a path of the machine: %v", p)
				}
			}
			if !found {
				t.Errorf("problems %q, want one with %q", s.Problems, row.problem)
			}
			if row.check != nil {
				row.check(t, s, all)
			}
		})
	}
}

func TestEncryptedStoreIsLocked(t *testing.T) {
	dir := t.TempDir()
	db := openStore(t, storeOptions(dir, options.None).WithEncryptionKey([]byte("0123456789abcdef")).WithIndexCacheSize(1<<20).WithValueThreshold(1000))
	must(t, db.Update(func(txn *badger.Txn) error { return txn.Set([]byte("k"), []byte("v")) }))
	must(t, db.Close())
	s, all := readStore(t, dir, 1)
	locked := map[Kind]bool{}
	for _, p := range s.Problems {
		if p.What == lockedText {
			locked[kindOf(p.File)] = true
		}
	}
	if !s.Encrypted || !locked[KindTable] || !locked[KindKeyRegistry] || !locked[KindValueLog] || len(all) > 0 {
		t.Errorf("encrypted %v, locked %v, %d versions", s.Encrypted, locked, len(all))
	}
}

// A value of a value log is told with the version that points to it, and a
// record to which nothing points for itself.
func TestValueLogRecordsAreToldOnce(t *testing.T) {
	dir := t.TempDir()
	db := openStore(t, storeOptions(dir, options.None).WithValueThreshold(32).WithNumVersionsToKeep(1))
	first, second, dropped := strings.Repeat("first ", 20), strings.Repeat("second ", 20), strings.Repeat("dropped ", 20)
	for _, kv := range [][2]string{{"k", first}, {"k", second}, {"gone", dropped}} {
		must(t, db.Update(func(txn *badger.Txn) error { return txn.Set([]byte(kv[0]), []byte(kv[1])) }))
	}
	must(t, db.DropPrefix([]byte("gone"))) // from the tables with the first of k, not from the log
	must(t, db.Close())
	s, all := readStore(t, dir, 1)
	for i := range all {
		all[i].File = filepath.Ext(all[i].File)
	}
	want := []told{
		{File: ".sst", Key: "k", Value: second, Commit: 2, Newest: true},
		{File: ".vlog", Key: "k", Value: first, Commit: 1},
		{File: ".vlog", Key: "gone", Value: dropped, Commit: 3},
	}
	if diff := cmp.Diff(want, all); diff != "" || len(s.Problems) > 0 {
		t.Errorf("problems %v, versions (-want +got):\n%s", s.Problems, diff)
	}
}

// A transaction that was not finished when the process died is there, and no
// reader of the database sees it.
func TestUnfinishedTransactionIsNotTheNewest(t *testing.T) {
	dir := t.TempDir()
	sound := logBytes()
	mark := len("!badger!txn") + stamp + 1 + 5 + 4 // the end mark of the second transaction
	b := append(sound[:len(sound)-40-mark:len(sound)-40-mark], make([]byte, 200)...)
	must(t, os.WriteFile(filepath.Join(dir, "00001.mem"), b, 0o600))
	s, all := readStore(t, dir, 1)
	want := []told{
		{File: "00001.mem", Key: "a", Value: "second", Commit: 4},
		{File: "00001.mem", Key: "a", Value: "first", Commit: 3, Newest: true},
		{File: "00001.mem", Key: "b", Commit: 3, Deleted: true, Newest: true},
		{File: "00001.mem", Key: "c", Value: "moved by the clean-up of a value log", Commit: 2, Newest: true},
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	if !slices.ContainsFunc(s.Problems, func(p Problem) bool { return strings.HasPrefix(p.What, "ends within a transaction") }) {
		t.Errorf("problems %v", s.Problems)
	}
}

func TestAnErrorOfTheCallerEndsTheReading(t *testing.T) {
	dir := t.TempDir()
	buildMixed(t, dir, options.None)
	stop := errors.New("enough")
	var calls, inside atomic.Int32
	s, err := Read(dir, 1, func(w int, _ *Version) error {
		if w != 0 || inside.Add(1) != 1 {
			t.Errorf("worker %d is called while another call runs", w)
		}
		defer inside.Add(-1)
		if calls.Add(1) == 10 {
			return stop
		}
		return nil
	})
	if err != stop || s != nil || calls.Load() != 10 {
		t.Errorf("%d calls, store %v, error %v", calls.Load(), s, err)
	}
	if _, err := Read(filepath.Join(dir, "absent"), 1, nil); err == nil {
		t.Error("an absent directory was read")
	}
}

// What a store holds does not depend on how many read it.
func TestWorkersChangeNothing(t *testing.T) {
	dir := t.TempDir()
	buildMixed(t, dir, options.Snappy)
	s1, one := readStore(t, dir, 1)
	s5, five := readStore(t, dir, 5)
	if diff := cmp.Diff(s1, s5); diff != "" {
		t.Errorf("stores (-one +five workers):\n%s", diff)
	}
	if diff := cmp.Diff(sorted(one), sorted(five)); diff != "" {
		t.Errorf("versions (-one +five workers):\n%s", diff)
	}
}

// Files that shrink under the reader are problems, not crashes.
func TestFilesThatShrinkMeanwhile(t *testing.T) {
	dir := t.TempDir()
	buildMixed(t, dir, options.None)
	cut := false
	s, err := Read(dir, 1, func(int, *Version) error {
		if !cut {
			cut = true
			for _, name := range append(glob(t, dir, "*.sst"), glob(t, dir, "*.vlog")...) {
				must(t, os.Truncate(name, 100))
			}
		}
		return nil
	})
	if err != nil || len(s.Problems) == 0 {
		t.Errorf("error %v, problems %v", err, s)
	}
}
