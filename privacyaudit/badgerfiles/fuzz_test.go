package badgerfiles

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/dgraph-io/badger/v4/options"
	badgertable "github.com/dgraph-io/badger/v4/table"
	"github.com/dgraph-io/badger/v4/y"
)

// buildTable makes a table with Badger's own builder.
func buildTable(c options.CompressionType, n int) []byte {
	rng := rand.New(rand.NewPCG(5, uint64(n)))
	b := badgertable.NewTableBuilder(badgertable.Options{BlockSize: 512, TableSize: 1 << 20, Compression: c, ZSTDCompressionLevel: 1, BloomFalsePositive: 0.01})
	defer b.Close()
	for i := range n {
		key := y.KeyWithTs([]byte{'k', byte(i >> 8), byte(i)}, uint64(i+1))
		v := y.ValueStruct{Value: bytes.Repeat([]byte{byte(rng.Uint32())}, rng.IntN(60)), Meta: byte(rng.IntN(2))}
		b.Add(key, v, 0)
	}
	return b.Finish()
}

// readTable walks through every block of a table as the merge does.
func readTable(b []byte, c options.CompressionType) (versions int, err error) {
	f := bytes.NewReader(b)
	t, err := parseIndex(f, int64(len(b)))
	if err != nil {
		return 0, err
	}
	t.compression = c
	var u unpacker
	defer u.close()
	for i := range t.blocks {
		var bl block
		if err := u.read(f, t, i, &bl); err != nil {
			return versions, err
		}
		var c cursor
		for {
			more, err := c.next(&bl)
			if err != nil {
				return versions, err
			}
			if !more {
				break
			}
			versions++
		}
	}
	return versions, nil
}

var compressions = []options.CompressionType{options.None, options.Snappy, options.ZSTD}

// FuzzTable damages tables. So that the fuzzer gets behind the checksums, a
// table is also read with its index checksum corrected, and a block without one.
func FuzzTable(f *testing.F) {
	for _, c := range compressions {
		f.Add(buildTable(c, 60), byte(c))
		f.Add(buildTable(c, 1), byte(c))
	}
	f.Fuzz(func(t *testing.T, b []byte, c byte) {
		algorithm := options.CompressionType(c % 4) // one is unknown
		readTable(b, algorithm)
		readTable(withChecksum(b), algorithm)
		decodeIndex(b, int64(len(b)))
		var u unpacker
		defer u.close()
		if unpacked, err := u.unpack(b, algorithm, 1<<20); err == nil && algorithm != options.None && len(unpacked) > 1<<20 {
			t.Errorf("%d bytes were unpacked, more than allowed", len(unpacked))
		}
		// Entries in any disorder, as if the checksum were right.
		if len(b) > 4 {
			cut := int(b[0]) % (len(b)/4 + 1) * 4
			bl := block{entries: b[:len(b)-cut], offsets: b[len(b)-cut:]}
			var cur cursor
			for {
				if more, err := cur.next(&bl); err != nil || !more {
					break
				}
			}
		}
	})
}

// withChecksum takes the last bytes of b for a footer without checksum, and puts
// the right checksum of the index there.
func withChecksum(b []byte) []byte {
	if len(b) < footerLength {
		return b
	}
	body, length := b[:len(b)-footerLength], int64(binary.BigEndian.Uint32(b[len(b)-footerLength:]))
	if length > int64(len(body)) {
		length = int64(len(body))
	}
	sum := crc32.Checksum(body[int64(len(body))-length:], y.CastagnoliCrcTable)
	checksum := binary.AppendUvarint([]byte{2 << 3}, uint64(sum))
	out := append(bytes.Clone(body), binary.BigEndian.AppendUint32(nil, uint32(length))...)
	out = append(out, checksum...)
	return binary.BigEndian.AppendUint32(out, uint32(len(checksum)))
}

// logBytes writes a log with two transactions and a single record.
func logBytes() []byte {
	b := make([]byte, logHead)
	add := func(meta byte, key string, ts uint64, value string) {
		k := y.KeyWithTs([]byte(key), ts)
		r := []byte{meta, 0}
		for _, n := range []int{len(k), len(value), 0} {
			r = binary.AppendUvarint(r, uint64(n))
		}
		r = append(append(r, k...), value...)
		b = append(b, binary.BigEndian.AppendUint32(r, crc32.Checksum(r, y.CastagnoliCrcTable))...)
	}
	add(bitTxn, "a", 3, "first")
	add(bitTxn|bitDelete, "b", 3, "")
	add(bitFinTxn, "!badger!txn", 3, "3")
	add(0, "c", 2, "moved by the clean-up of a value log")
	add(bitTxn, "a", 4, "second")
	add(bitFinTxn, "!badger!txn", 4, "4")
	return append(b, make([]byte, 40)...)
}

func FuzzLog(f *testing.F) {
	f.Add(logBytes())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, _, faults := parseMemtable(bytes.NewReader(b), int64(len(b)), []extent{{0, int64(len(b))}})
		if m != nil && cap(m.arena) > 4*len(b)+64 {
			t.Errorf("%d bytes were kept of a log of %d", cap(m.arena), len(b))
		}
		if m == nil && len(faults) == 0 && (len(b) < logHead || allZero(b[:8])) {
			t.Error("a log was left out in silence")
		}
		// Any place may be pointed to.
		if len(b) > 0 {
			l := &logReader{f: bytes.NewReader(b), size: int64(len(b))}
			var rec logRecord
			if err := l.record(int64(b[0]), &rec); err == nil && rec.length > int64(len(b)) {
				t.Errorf("a record of %d bytes in a log of %d", rec.length, len(b))
			}
		}
	})
}

func FuzzManifest(f *testing.F) {
	dir := f.TempDir()
	buildMixed(f, dir, options.Snappy)
	b, err := os.ReadFile(filepath.Join(dir, "MANIFEST"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:8])
	f.Fuzz(func(t *testing.T, b []byte) {
		parseManifest(b)
		// As one change set with a right checksum.
		sealed := append([]byte("Bdgr\x00\x00\x00\x08"), binary.BigEndian.AppendUint32(nil, uint32(len(b)))...)
		sealed = binary.BigEndian.AppendUint32(sealed, crc32.Checksum(b, y.CastagnoliCrcTable))
		if m, err := parseManifest(append(sealed, b...)); err == nil && len(m.tables) > len(b) {
			t.Errorf("%d tables in %d bytes", len(m.tables), len(b))
		}
	})
}

// The generator's seeds must be what they claim, or the fuzzers start nowhere.
func TestSeedsAreSound(t *testing.T) {
	for _, c := range compressions {
		if n, err := readTable(buildTable(c, 60), c); n != 60 || err != nil {
			t.Errorf("%s: %d versions, %v", compressionName(c), n, err)
		}
	}
	b := logBytes()
	m, locked, faults := parseMemtable(bytes.NewReader(b), int64(len(b)), []extent{{0, int64(len(b))}})
	if locked || len(faults) > 0 || len(m.records) != 4 {
		t.Fatalf("locked %v, faults %q, records %+v", locked, faults, m)
	}
	for i := range m.records {
		if !m.records[i].counts {
			t.Errorf("record %d does not count", i)
		}
	}
	if err := (&logReader{f: bytes.NewReader(b), size: int64(len(b))}).record(int64(len(b)), &logRecord{}); err != io.EOF {
		t.Errorf("behind the end: %v", err)
	}
}
