package registry

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"
)

// rawCount counts the files' bytes of a folder that spell a needle.
func rawCount(t testing.TB, dir string, needle []byte) (n int) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		in, err := os.Open(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		err = eachExtent(in, 0, func(offset, size int64) error {
			b := make([]byte, size)
			got, _ := in.ReadAt(b, offset)
			n += bytes.Count(b[:got], needle)
			return nil
		})
		in.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// physicalFolder is a copy of a store with a table and a log, of whose records
// the tests know.
func physicalFolder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	db, err := badger.Open(badgerOptions(dir, Cloud, nil))
	if err != nil {
		t.Fatal(err)
	}
	set := func(from, to int) {
		err := db.Update(func(txn *badger.Txn) error {
			for i := from; i < to; i++ {
				if err := txn.Set(fmt.Appendf(nil, "k/%04d", i), bytes.Repeat([]byte{byte(i)}, 100)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	set(0, 100)
	if err := db.Close(); err != nil { // into a table
		t.Fatal(err)
	}
	if db, err = badger.Open(badgerOptions(dir, Cloud, nil)); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	set(50, 150) // into the log
	if err := db.Update(func(txn *badger.Txn) error { return txn.Delete([]byte("k/0000")) }); err != nil {
		t.Fatal(err)
	}
	if err := db.Sync(); err != nil {
		t.Fatal(err)
	}
	copied := t.TempDir()
	if err := copyLogs(dir, copied); err != nil {
		t.Fatal(err)
	}
	if complete, err := copyTables(dir, copied); err != nil || !complete {
		t.Fatal(complete, err)
	}
	return copied
}

func TestDecodeFolder(t *testing.T) {
	dir := physicalFolder(t)
	versions, deleted := map[string]int{}, 0
	damaged, err := decodeFolder(dir, func(v version) error {
		versions[string(v.Key)]++
		if v.Deleted {
			deleted++
		} else if i := len(v.Value); i != 100 {
			t.Errorf("a value has %d bytes, want 100", i)
		}
		if v.Expires != 0 {
			t.Error("a record expires by Badger's clock")
		}
		return nil
	})
	if err != nil || len(damaged) > 0 {
		t.Fatal(err, damaged)
	}
	// Badger adds a key of its own, !badger!..., only where it needs one.
	want := map[string]int{"k/0000": 2, "k/0049": 1, "k/0050": 2, "k/0099": 2, "k/0100": 1, "k/0149": 1}
	for key, n := range want {
		if versions[key] != n {
			t.Errorf("%d versions of %s, want %d", versions[key], key, n)
		}
	}
	if deleted != 1 {
		t.Errorf("%d deletions, want 1", deleted)
	}
}

func TestDecodeFolderReportsDamage(t *testing.T) {
	// change edits the one file of an ending.
	change := func(ending string, f func(b []byte) []byte) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			files, err := filepath.Glob(filepath.Join(dir, "*"+ending))
			if err != nil || len(files) != 1 {
				t.Fatalf("%d files %s: %v", len(files), ending, err)
			}
			b, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(files[0], f(b), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	flip := func(at int) func(b []byte) []byte {
		return func(b []byte) []byte { b[at] ^= 0x20; return b }
	}
	tests := []struct {
		name   string
		change func(t *testing.T, dir string)
		want   string
	}{
		{"a byte of a log's value", change(".mem", flip(100)), "its checksum is wrong"},
		{"a length in a log", change(".mem", flip(logHeader+3)), "damaged record"},
		{"a log that is cut short", change(".mem", func(b []byte) []byte { return b[:logHeader+60] }), "cut short"},
		{"a log that ends within its header", change(".mem", func(b []byte) []byte { return b[:7] }), "within its header"},
		{"bytes behind the end of a log", change(".mem", func(b []byte) []byte { b[len(b)/2] = 1; return b }), "behind its last record"},
		{"an encrypted log", change(".mem", func(b []byte) []byte { b[7] = 1; return b }), "is encrypted"},
		{"a byte of a table's block", change(".sst", flip(30)), ""},
		{"a byte of a table's end", change(".sst", func(b []byte) []byte { b[len(b)-6] ^= 1; return b }), ""},
		{"an empty table", change(".sst", func(b []byte) []byte { return nil }), ""},
		{"a table that is missing", func(t *testing.T, dir string) {
			files, _ := filepath.Glob(filepath.Join(dir, "*.sst"))
			if err := os.Remove(files[0]); err != nil {
				t.Fatal(err)
			}
		}, "is missing"},
		{"a file that Badger does not write", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "no file that Badger writes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := physicalFolder(t)
			tt.change(t, dir)
			damaged, err := decodeFolder(dir, func(version) error { return nil })
			if err != nil || len(damaged) != 1 || !strings.Contains(damaged[0].What, tt.want) {
				t.Errorf("got %v, %v, want one damage with %q", damaged, err, tt.want)
			}
		})
	}
}

func TestDecodeFolderPassesErrorsOn(t *testing.T) {
	stop := errors.New("stop")
	if _, err := decodeFolder(physicalFolder(t), func(version) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

// FuzzDecodeLog gives the decoder of logs any bytes: it reads, reports or ends,
// and does not allocate what a wrong length asks for.
func FuzzDecodeLog(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(physicalFolder(f), "*.mem"))
	if err != nil || len(files) != 1 {
		f.Fatal(files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b[:400])
	f.Add(b[:logHeader])
	f.Add(append(make([]byte, logHeader), 0, 0, 0xff, 0xff, 0x03, 0xff, 0xff, 0xff, 0xff, 0x03, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "00001.mem")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		n := 0
		err := decodeLog(path, func(v version) error { n += len(v.Key) + len(v.Value); return nil })
		if err != nil && !errors.As(err, new(damage)) {
			t.Errorf("neither read nor reported as damaged: %v", err)
		}
		if n > len(b) {
			t.Errorf("%d bytes of records from %d bytes", n, len(b))
		}
	})
}

func TestRemoveUnborn(t *testing.T) {
	dir := physicalFolder(t)
	for _, name := range []string{"00099.mem", "000099.vlog"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := removeUnborn(dir); err != nil {
		t.Fatal(err)
	}
	db, err := badger.Open(badgerOptions(dir, Cloud, nil))
	if err != nil {
		t.Fatalf("open after empty logs are removed: %v", err)
	}
	defer db.Close()
	if err := db.View(func(txn *badger.Txn) error { _, err := txn.Get([]byte("k/0149")); return err }); err != nil {
		t.Errorf("a record of a log that is not empty: %v", err)
	}
}
