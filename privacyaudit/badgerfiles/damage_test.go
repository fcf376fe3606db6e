package badgerfiles

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	gocmp "github.com/google/go-cmp/cmp"
)

// buildMixed writes a store that has all there is: tables on several levels,
// values inside and in value logs, deleted, superseded and expiring entries,
// and a memtable that was not flushed. It is copied while it is open.
func buildMixed(t testing.TB, dir string, c options.CompressionType) {
	t.Helper()
	live := t.TempDir()
	o := storeOptions(live, c).WithMemTableSize(64 << 10).WithValueLogFileSize(1 << 20).WithValueThreshold(700).
		WithBaseTableSize(16 << 10).WithBaseLevelSize(32 << 10).WithLevelSizeMultiplier(2).
		WithNumCompactors(0).WithNumLevelZeroTablesStall(100) // only when asked: the files are to stand still
	db := openStore(t, o)
	defer db.Close()
	rng := rand.New(rand.NewPCG(3, uint64(c)))
	size := func() int {
		if rng.IntN(40) == 0 {
			return 700 + rng.IntN(900)
		}
		return rng.IntN(90)
	}
	fill(t, db, 900, rng, size)
	for i := range 40 {
		e := badger.NewEntry(fmt.Appendf(nil, "session/%04d", i), []byte("lapses"))
		e.ExpiresAt = 4102444800 + uint64(i) // 2100: the database keeps it for now
		if err := db.Update(func(txn *badger.Txn) error { return txn.SetEntry(e) }); err != nil {
			t.Fatal(err)
		}
	}
	// Dropping a prefix under which there is something flushes the memtables and
	// moves level 0 down.
	if err := db.Update(func(txn *badger.Txn) error { return txn.Set([]byte("~"), nil) }); err != nil {
		t.Fatal(err)
	}
	if err := db.DropPrefix([]byte("~")); err != nil {
		t.Fatal(err)
	}
	fill(t, db, 700, rng, size)
	fill(t, db, 300, rng, size)
	// The last record of the value log is one to which a live key points.
	if err := db.Update(func(txn *badger.Txn) error {
		return txn.Set([]byte("zz/last"), bytes.Repeat([]byte("long "), 200))
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Sync(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		mems, err := filepath.Glob(filepath.Join(live, "*.mem"))
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("the memtables are not flushed: %v (%v)", mems, err)
		}
		if len(mems) == 1 { // the one in use
			break
		}
	}
	copyDir(t, live, dir)
}

// cutBetween is the one silent loss, which the package names: only zeros from
// exactly the beginning of a transaction on look like a log that ends there. A
// cut at any other byte is a damaged record.
const cutBetween = "a memtable that ends in zeros from exactly the beginning of a transaction on"

// harmless names why a change of a file may go unnoticed: nobody reads the bytes
// that it touches. Everything else must be a problem.
func harmless(name string, before, after []byte, packed bool) string {
	same := func(from, to int) bool { // but for these bytes
		return len(before) == len(after) && to <= len(before) && bytes.Equal(before[:from], after[:from]) && bytes.Equal(before[to:], after[to:])
	}
	trimmed := func(b []byte) []byte { return bytes.TrimRight(b, "\x00") }
	switch kind := kindOf(name); {
	case bytes.Equal(before, after):
		return "the file is what it was"
	case kind == KindLock:
		if _, err := strconv.Atoi(strings.TrimSpace(string(after))); err == nil || len(after) == 0 {
			return "the number of a process in LOCK"
		}
	case kind == KindKeyRegistry && same(0, registryIV):
		return "the random vector of a key registry without keys"
	case kind == KindManifest && same(4, 6):
		return "the application's own number in the manifest"
	case kind == KindDiscard:
		return "counters of DISCARD"
	case (kind == KindMemtable || kind == KindValueLog) && same(8, logHead):
		return "the random vector of a log that is not encrypted"
	case (kind == KindMemtable || kind == KindValueLog) && bytes.Equal(trimmed(before), trimmed(after)):
		return "zeros behind the end of a log"
	case kind == KindMemtable && len(after) == len(before) && len(trimmed(after)) < len(trimmed(before)) && bytes.HasPrefix(before, trimmed(after)):
		return cutBetween
	case kind == KindTable && packed && len(before) == len(after):
		return "bits of a packed block that make no difference to what it unpacks to"
	}
	return ""
}

// damage changes a file's bytes in a random way. A nil result removes the file.
func damage(rng *rand.Rand, b []byte) (what string, changed []byte) {
	changed = bytes.Clone(b)
	used := len(bytes.TrimRight(b, "\x00")) + 8
	place := func() int {
		if len(b) == 0 {
			return 0
		}
		switch rng.IntN(4) {
		case 0: // near the beginning
			return rng.IntN(min(len(b), 64))
		case 1: // near the end of what is used
			return max(0, min(len(b), used)-1-rng.IntN(min(len(b), 96)))
		}
		return rng.IntN(min(len(b), used))
	}
	switch rng.IntN(11) {
	case 0:
		return "removed", nil
	case 1:
		return "emptied", []byte{}
	case 2:
		n := place()
		return fmt.Sprintf("cut at byte %d", n), changed[:n]
	case 3:
		n := 1 + rng.IntN(40)
		for range n {
			changed = append(changed, byte(rng.Uint32()))
		}
		return fmt.Sprintf("%d random bytes appended", n), changed
	case 4:
		n := 1 + rng.IntN(5000)
		return fmt.Sprintf("%d zeros appended", n), append(changed, make([]byte, n)...)
	case 5:
		at, n := place(), 1+rng.IntN(600)
		clear(changed[at:min(len(b), at+n)])
		return fmt.Sprintf("%d bytes zeroed at %d", n, at), changed
	case 6:
		at, n := place(), 1+rng.IntN(20)
		if at+n > len(b) {
			n = len(b) - at
		}
		return fmt.Sprintf("%d bytes left out at %d", n, at), slices.Delete(changed, at, at+n)
	case 7:
		at, from, n := place(), place(), 1+rng.IntN(300)
		copy(changed[at:], b[from:min(len(b), from+n)])
		return fmt.Sprintf("%d bytes from %d written over %d", n, from, at), changed
	case 8:
		at, n := place(), 1+rng.IntN(16)
		for i := at; i < min(len(b), at+n); i++ {
			changed[i] = byte(rng.Uint32())
		}
		return fmt.Sprintf("%d random bytes at %d", n, at), changed
	case 9:
		at := place()
		for i := at; i < min(len(b), at+4); i++ {
			changed[i] = 0xff
		}
		return fmt.Sprintf("four bytes of ones at %d", at), changed
	}
	at := place()
	if at < len(b) {
		changed[at] ^= 1 << rng.IntN(8)
	}
	return fmt.Sprintf("a bit flipped at byte %d", at), changed
}

// A damaged store never crashes the reader, and never passes for a sound one
// with other content. HOISTWAY_DAMAGES sets the number of cases, and
// HOISTWAY_DAMAGE repeats a single one.
func TestDamageNeverPasses(t *testing.T) {
	cases := 300
	if s := os.Getenv("HOISTWAY_DAMAGES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n <= 0 {
			t.Fatalf("HOISTWAY_DAMAGES=%q is no number of cases", s)
		}
		cases = n
	}
	type sound struct {
		dir      string
		versions []told
		names    []string
		bytes    map[string][]byte
	}
	var stores []sound
	for _, c := range []options.CompressionType{options.None, options.Snappy, options.ZSTD} {
		s := sound{dir: t.TempDir(), bytes: map[string][]byte{}}
		buildMixed(t, s.dir, c)
		store, all := readStore(t, s.dir, 1)
		s.versions = sorted(all)
		if diff := gocmp.Diff([]Problem(nil), store.Problems); diff != "" {
			t.Fatalf("problems of a sound store (-want +got):\n%s", diff)
		}
		mustBeMixed(t, s.dir, store, all)
		for _, f := range store.Files {
			b, err := os.ReadFile(filepath.Join(s.dir, f.Name))
			if err != nil {
				t.Fatal(err)
			}
			s.names = append(s.names, f.Name)
			s.bytes[f.Name] = b
			if sum := sha256.Sum256(b); f.SHA256 != hex.EncodeToString(sum[:]) || f.Orphan {
				t.Fatalf("%+v, but the hash is %x and the manifest names it", f, sum)
			}
		}
		stores = append(stores, s)
	}
	from, to := 0, cases
	if one := os.Getenv("HOISTWAY_DAMAGE"); one != "" {
		n, err := strconv.Atoi(one)
		if err != nil {
			t.Fatalf("HOISTWAY_DAMAGE=%q is no number of a case", one)
		}
		from, to = n, n+1
	}
	silent := map[string]int{}
	dir := t.TempDir()
	for i := from; i < to; i++ {
		rng := rand.New(rand.NewPCG(11, uint64(i)))
		s := stores[i%len(stores)]
		name := s.names[rng.IntN(len(s.names))]
		if rng.IntN(2) == 0 { // tables are many; give the others their share
			name = pickKind(rng, s.names)
		}
		what, after := damage(rng, s.bytes[name])
		hurt := filepath.Join(dir, strconv.Itoa(i))
		if err := os.Mkdir(hurt, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, n := range s.names {
			if n != name {
				if err := os.Link(filepath.Join(s.dir, n), filepath.Join(hurt, n)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if after != nil {
			writeSparse(t, filepath.Join(hurt, name), after)
		}
		store, all := readStore(t, hurt, 1+i%2)
		reported := len(store.Problems) > 0
		for _, f := range store.Files {
			reported = reported || f.Orphan
		}
		if !reported {
			reason := harmless(name, s.bytes[name], after, i%len(stores) != 0)
			if reason == "" {
				t.Errorf("%s: %s, and no problem was reported; repeat with HOISTWAY_DAMAGE=%d go test -run TestDamageNeverPasses", name, what, i)
			}
			if sorted(all); reason == cutBetween {
				mustBePart(t, s.versions, all)
			} else if !slices.Equal(s.versions, all) { // a comparison of thousands in words takes a second
				t.Errorf("%s: %s, and other versions without a problem; repeat with HOISTWAY_DAMAGE=%d go test -run TestDamageNeverPasses\n%.2000s", name, what, i, gocmp.Diff(s.versions, all))
			}
			silent[reason]++
		}
		if err := os.RemoveAll(hurt); err != nil {
			t.Fatal(err)
		}
	}
	for reason, n := range silent {
		t.Logf("%d of %d cases changed nothing that is read: %s", n, to-from, reason)
	}
}

// mustBePart fails when something was told that the sound store does not hold.
func mustBePart(t *testing.T, sound, all []told) {
	t.Helper()
	holds := map[told]bool{}
	for _, v := range sound {
		v.Newest = false
		holds[v] = true
	}
	for _, v := range all {
		v.Newest = false
		if kindOf(v.File) != KindValueLog && !holds[v] { // records of value logs may have lost their pointers
			t.Errorf("%s: commit %d of %q is not in the sound store", v.File, v.Commit, v.Key)
		}
	}
}

func sorted(all []told) []told {
	slices.SortFunc(all, func(a, b told) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(b.Commit, a.Commit), cmp.Compare(a.File, b.File))
	})
	return all
}

func pickKind(rng *rand.Rand, names []string) string {
	kinds := []Kind{KindManifest, KindMemtable, KindValueLog, KindKeyRegistry, KindDiscard, KindLock}
	kind := kinds[min(len(kinds)-1, rng.IntN(9)/2)]
	var of []string
	for _, n := range names {
		if kindOf(n) == kind {
			of = append(of, n)
		}
	}
	if len(of) == 0 {
		return names[rng.IntN(len(names))]
	}
	return of[rng.IntN(len(of))]
}

// mustBeMixed fails when the store has lost a feature that it is meant to have.
func mustBeMixed(t testing.TB, dir string, s *Store, all []told) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "MANIFEST"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := parseManifest(b)
	if err != nil {
		t.Fatal(err)
	}
	levels := map[uint32]bool{}
	for _, table := range m.tables {
		levels[table.level] = true
	}
	kinds, has := map[Kind]int{}, map[string]int{}
	for _, f := range s.Files {
		kinds[f.Kind]++
	}
	for _, v := range all {
		switch {
		case kindOf(v.File) == KindMemtable:
			has["in a memtable"]++
		case len(v.Value) >= 700 && kindOf(v.File) == KindTable:
			has["in a value log, from a table"]++
		case v.Deleted:
			has["deleted"]++
		case v.Expires != 0:
			has["expiring"]++
		case !v.Newest:
			has["superseded"]++
		}
	}
	if len(levels) < 2 || len(has) != 5 || kinds[KindValueLog] == 0 || kinds[KindDiscard] == 0 || kinds[KindLock] == 0 {
		t.Fatalf("the store is not as mixed as it should be: levels %v, kinds %v, versions %v", levels, kinds, has)
	}
	t.Logf("levels %v, kinds %v, versions %v", levels, kinds, has)
}
