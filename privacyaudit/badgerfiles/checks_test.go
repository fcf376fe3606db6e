package badgerfiles

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/pb"
	badgertable "github.com/dgraph-io/badger/v4/table"
	"github.com/dgraph-io/badger/v4/y"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/proto"
)

// manifestOf writes a manifest of change sets, each of some changes.
func manifestOf(t *testing.T, sets ...[]*pb.ManifestChange) []byte {
	t.Helper()
	b := []byte("Bdgr\x00\x00\x00\x08")
	for _, changes := range sets {
		body, err := proto.Marshal(&pb.ManifestChangeSet{Changes: changes})
		must(t, err)
		b = binary.BigEndian.AppendUint32(b, uint32(len(body)))
		b = binary.BigEndian.AppendUint32(b, crc32.Checksum(body, y.CastagnoliCrcTable))
		b = append(b, body...)
	}
	return b
}

func TestParseManifest(t *testing.T) {
	add := func(id uint64, level uint32) *pb.ManifestChange {
		return &pb.ManifestChange{Id: id, Op: pb.ManifestChange_CREATE, Level: level, Compression: 1}
	}
	remove := func(id uint64) *pb.ManifestChange {
		return &pb.ManifestChange{Id: id, Op: pb.ManifestChange_DELETE}
	}
	type set = []*pb.ManifestChange
	for _, row := range []struct {
		name    string
		b       []byte
		fault   string
		tables  int
		unknown int
	}{
		{name: "tables come and go", b: manifestOf(t, set{}, set{add(1, 0), add(2, 3)}, set{remove(1)}), tables: 1},
		{name: "a table is removed that was not added", b: manifestOf(t, set{remove(7)}), unknown: 1},
		{name: "a table is added twice", b: manifestOf(t, set{add(1, 0)}, set{add(1, 0)}), fault: "adds table 1 twice"},
		{name: "a level that would cost memory", b: manifestOf(t, set{add(1, 1<<31)}), fault: "puts table 1 on level 2147483648"},
		{name: "an operation that nobody knows", b: manifestOf(t, set{{Id: 1, Op: 9}}), fault: "unknown operation 9"},
		{name: "zeros look like an empty change with the right checksum", b: append(manifestOf(t, set{add(1, 0)}), make([]byte, 8)...), fault: "has an empty change"},
		{name: "another file", b: []byte("Badgers!"), fault: "does not begin as a manifest"},
		{name: "another format", b: []byte("Bdgr\x00\x00\x00\x07"), fault: "has format 7"},
		{name: "half a head of a change", b: append(manifestOf(t, set{add(1, 0)}), 1, 2, 3), fault: "is cut short"},
		{name: "a length beyond the file", b: append(manifestOf(t), 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0), fault: "is cut short"},
		{name: "a wrong checksum", b: append(manifestOf(t), 0, 0, 0, 1, 0, 0, 0, 0, 9), fault: "has a wrong checksum"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m, err := parseManifest(row.b)
			if row.fault != "" {
				if err == nil || !strings.Contains(err.Error(), row.fault) {
					t.Errorf("error %v, want one with %q", err, row.fault)
				}
				return
			}
			must(t, err)
			if len(m.tables) != row.tables || len(m.unknown) != row.unknown {
				t.Errorf("%d tables and %d unknown, want %d and %d", len(m.tables), len(m.unknown), row.tables, row.unknown)
			}
		})
	}
}

// forgedTable is a table whose checksums are right and whose content is not.
func forgedTable(keys ...string) []byte {
	b := badgertable.NewTableBuilder(badgertable.Options{BlockSize: 4096, TableSize: 1 << 20})
	defer b.Close()
	for _, k := range keys {
		b.Add(y.KeyWithTs([]byte(k), 1), y.ValueStruct{Value: []byte("v")}, 0)
	}
	return b.Finish()
}

// renameInIndex changes a key in a table's index and corrects the checksum.
func renameInIndex(b []byte, from, to string) []byte {
	sumLength := int(binary.BigEndian.Uint32(b[len(b)-4:]))
	body := b[:len(b)-4-sumLength]
	length := int(binary.BigEndian.Uint32(body[len(body)-4:]))
	index := bytes.Replace(body[len(body)-4-length:len(body)-4], []byte(from), []byte(to), 1)
	out := append(bytes.Clone(body[:len(body)-4-length]), index...)
	out = binary.BigEndian.AppendUint32(out, uint32(length))
	sum := binary.AppendUvarint([]byte{2 << 3}, uint64(crc32.Checksum(index, y.CastagnoliCrcTable)))
	return binary.BigEndian.AppendUint32(append(out, sum...), uint32(len(sum)))
}

// Checksums keep chance away, not a forger, nor a writer's own fault.
func TestFaultsBehindRightChecksums(t *testing.T) {
	for _, row := range []struct {
		name    string
		file    string
		content []byte
		problem string
	}{
		{"a table whose keys are out of order", "000001.sst", forgedTable("b", "a", "c"), "its records are out of order"},
		{"a table with a key twice", "000001.sst", forgedTable("a", "a"), "its records are out of order"},
		{"an index that names another key than the block begins with", "000001.sst", renameInIndex(forgedTable("b", "c"), "b", "a"), "the index gives it another first key"},
		{"an index of no table", "000001.sst", withChecksum(append(bytes.Repeat([]byte{7}, 60), 0, 0, 0, 60)), "has an index that"},
		{"a transaction mark with another number", "00001.mem", markOf("9"), "ends a transaction that did not begin"},
		{"a discard file with bytes behind its counters", "DISCARD", append(make([]byte, 1000), "hidden here"...), "is cut short"},
		{"a discard file with whole pairs behind its counters", "DISCARD", append(make([]byte, 1600), "hidden in a pair"...), "has bytes behind its counters"},
		{"a LOCK file that is a note", "LOCK", []byte("call me at 5"), "holds more than the number of a process"},
		{"keys behind the plain text of a key registry", "KEYREGISTRY", append(make([]byte, 16), "Hello Badger and a key"...), "holds keys, although it is not encrypted"},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			must(t, os.WriteFile(filepath.Join(dir, row.file), row.content, 0o600))
			s, _ := readStore(t, dir, 1)
			for _, p := range s.Problems {
				if p.File == row.file && strings.Contains(p.What, row.problem) {
					return
				}
			}
			t.Errorf("problems %q, want one of %s with %q", s.Problems, row.file, row.problem)
		})
	}
}

// markOf is a log whose first transaction ends with another number.
func markOf(n string) []byte {
	b := logBytes()
	i := bytes.Index(b, []byte("!badger!txn"))
	start := i - 5 // two marks, two lengths and the expiry, of a byte each
	record := b[start : i+len("!badger!txn")+stamp+1]
	record[len(record)-1] = n[0]
	binary.BigEndian.PutUint32(b[start+len(record):], crc32.Checksum(record, y.CastagnoliCrcTable))
	return b
}

func TestCheckLevels(t *testing.T) {
	span := func(id uint64, level uint32, first, last string) *table {
		return &table{name: tableName(id), id: id, level: level, blocks: []blockRef{{key: y.KeyWithTs([]byte(first), 1)}}, biggest: y.KeyWithTs([]byte(last), 1)}
	}
	for _, row := range []struct {
		name   string
		tables []*table
		want   int
	}{
		{"tables of level 0 may reach into each other", []*table{span(1, 0, "a", "k"), span(2, 0, "b", "c")}, 0},
		{"neighbours do not", []*table{span(2, 1, "l", "z"), span(1, 1, "a", "k")}, 0},
		{"tables of two levels may", []*table{span(1, 1, "a", "k"), span(2, 2, "b", "c")}, 0},
		{"two of one level that share a key", []*table{span(1, 1, "a", "k"), span(2, 1, "k", "z")}, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := &reading{tables: row.tables}
			r.checkLevels()
			if len(r.problems) != row.want {
				t.Errorf("problems %v, want %d", r.problems, row.want)
			}
		})
	}
}

func TestFetch(t *testing.T) {
	b := logBytes()
	first := 20
	length := 2 + 3 + 1 + stamp + len("first") + 4
	key := y.KeyWithTs([]byte("a"), 3)
	logs := map[uint32]*valueLog{4: {f: nil, size: int64(len(b))}, 5: {locked: true}}
	for _, row := range []struct {
		name               string
		id, length, offset int
		key                []byte
		fault              string
	}{
		{"a pointer to its record", 4, length, first, key, ""},
		{"a pointer to another key's record", 4, length, first, y.KeyWithTs([]byte("b"), 3), "where another record lies"},
		{"a pointer to another version", 4, length, first, y.KeyWithTs([]byte("a"), 2), "where another record lies"},
		{"a pointer with another length", 4, length + 1, first, key, "where another record lies"},
		{"a pointer into the middle of a record", 4, length, first + 3, key, "where the log has a damaged record"},
		{"a pointer behind the end", 4, length, len(b) + 100, key, "where the log has ended"},
		{"a pointer to no log", 6, length, first, key, "of which there is no file"},
		{"a pointer into an encrypted log", 5, length, first, key, "locked"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := &follower{logs: logs, readers: map[uint32]*logReader{4: {f: bytes.NewReader(b), size: int64(len(b))}}}
			var p []byte
			for _, n := range []int{row.id, row.length, row.offset} {
				p = binary.LittleEndian.AppendUint32(p, uint32(n))
			}
			got, err := w.fetch(p, row.key)
			if row.fault == "" {
				if string(got) != "first" || err != nil || len(w.seen) != 1 {
					t.Errorf("%q, %v, seen %v", got, err, w.seen)
				}
			} else if err == nil || !strings.Contains(err.Error(), row.fault) || len(w.seen) != 0 {
				t.Errorf("%q, error %v, want one with %q", got, err, row.fault)
			}
		})
	}
	if _, err := (&follower{}).fetch([]byte("short"), key); err == nil {
		t.Error("a pointer of five bytes was followed")
	}
}

// The clean-up of value logs leaves pointers of versions that nobody sees; only
// a value that a reader of the database would miss is a problem.
func TestCollected(t *testing.T) {
	for _, row := range []struct {
		name string
		err  error
		v    Version
		want bool
	}{
		{"superseded, and the log is gone", errNoLog, Version{}, true},
		{"expiring, and the log is gone", errNoLog, Version{Newest: true, Expires: 1}, true},
		{"live, and the log is gone", errNoLog, Version{Newest: true}, false},
		{"superseded, and the log holds something else there", errOther, Version{}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := &merger{version: row.v}
			if got := m.collected(fmt.Errorf("at byte 1: %w", row.err)); got != row.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// Two tables packed in another way than the manifest says are read all the same.
func TestCompressionOtherThanTheManifestSays(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "MANIFEST"), manifestOf(t, []*pb.ManifestChange{{Id: 1, Op: pb.ManifestChange_CREATE, Compression: uint32(options.ZSTD)}}), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "000001.sst"), buildTable(options.Snappy, 60), 0o600))
	s, all := readStore(t, dir, 1)
	if len(all) != 60 || s.Compression["snappy"] != 1 || s.Problems[0].What != "is packed with snappy, although the manifest says zstd" {
		t.Errorf("%d versions, packed %v, problems %v", len(all), s.Compression, s.Problems)
	}
}

// However finely the keys are cut into ranges, the same versions come in the
// same order with the same newest.
func TestRangesChangeNothing(t *testing.T) {
	dir := t.TempDir()
	buildMixed(t, dir, options.None)
	sequence := func(rangeSize int64) (all []told) {
		r := &reading{dir: dir, workers: 1, rangeSize: rangeSize, store: &Store{Compression: map[string]int{}}, buffers: make([][]byte, 1)}
		r.f = func(_ int, v *Version) error {
			all = append(all, told{v.File, string(v.Key), string(v.Value), v.Commit, v.Expires, v.Deleted, v.Newest})
			return nil
		}
		s, err := r.read()
		must(t, err)
		if len(s.Problems) > 0 {
			t.Errorf("ranges of %d bytes: %v", rangeSize, s.Problems)
		}
		if n := len(ranges(r.tables, rangeSize)); rangeSize < 1<<20 && n < 10 {
			t.Errorf("ranges of %d bytes are only %d", rangeSize, n)
		}
		return all
	}
	want := sequence(1 << 30)
	for _, size := range []int64{1, 1000, 9000} {
		if got := sequence(size); !slices.Equal(want, got) {
			t.Errorf("ranges of %d bytes (-one range +these):\n%.2000s", size, cmp.Diff(want, got))
		}
	}
}

// Two memtables may hold the same version, after a crash. The database meets
// that of the later one.
func TestOfTwoCopiesOneIsTheNewest(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "00001.mem"), logBytes(), 0o600))
	later := append(bytes.Clone(logBytes()), 0) // else they would be twins
	must(t, os.WriteFile(filepath.Join(dir, "00002.mem"), later, 0o600))
	_, all := readStore(t, dir, 1)
	newest := map[string]string{}
	for _, v := range all {
		if v.Newest {
			newest[v.Key] += v.File
		}
	}
	want := map[string]string{"a": "00002.mem", "b": "00002.mem", "c": "00002.mem"}
	if diff := cmp.Diff(want, newest); diff != "" || len(all) != 8 {
		t.Errorf("%d versions, newest (-want +got):\n%s", len(all), diff)
	}
}

func TestIndexWithAGap(t *testing.T) {
	b := buildTable(options.None, 200)
	sumLength := int(binary.BigEndian.Uint32(b[len(b)-4:]))
	body := b[:len(b)-4-sumLength]
	length := int(binary.BigEndian.Uint32(body[len(body)-4:]))
	start := len(body) - 4 - length
	index := body[start : start+length]
	if _, err := decodeIndex(index, int64(start)); err != nil {
		t.Fatal(err)
	}
	if _, err := decodeIndex(index, int64(start)+1); err == nil {
		t.Error("a byte between the blocks and the index went unnoticed")
	}
	var second fb.BlockOffset
	if !fb.GetRootAsTableIndex(index, 0).Offsets(&second, 1) || !second.MutateOffset(second.Offset()+1) {
		t.Fatal("the index has no second block")
	}
	if _, err := decodeIndex(index, int64(start)); err == nil || !strings.Contains(err.Error(), "belong to no block") {
		t.Errorf("a byte between two blocks: %v", err)
	}
}

// A small block that unpacks to much more than its table holds is damage.
func TestBombsAreNotUnpacked(t *testing.T) {
	much := make([]byte, 8<<20)
	w, err := zstd.NewWriter(nil)
	must(t, err)
	for c, packed := range map[options.CompressionType][]byte{
		options.ZSTD:   w.EncodeAll(much, nil),
		options.Snappy: snappy.Encode(nil, much),
	} {
		var u unpacker
		if b, err := u.unpack(packed, c, 1<<20); err == nil {
			t.Errorf("%s: %d bytes were unpacked", compressionName(c), len(b))
		}
		if b, err := u.unpack(packed, c, 16<<20); err != nil || len(b) != len(much) {
			t.Errorf("%s: %d bytes, %v, although so many are allowed", compressionName(c), len(b), err)
		}
		u.close()
	}
}
