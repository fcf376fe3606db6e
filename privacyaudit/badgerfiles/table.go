package badgerfiles

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/y"
)

// A table is blocks one behind the other, an index, the index's length, its
// checksum, and the checksum's length.

// table is what the merge knows of one table file.
type table struct {
	name         string
	orphan       bool // named by no manifest
	counts       bool // a reader of the database meets its records
	level        uint32
	id           uint64
	blocks       []blockRef
	biggest      []byte // last key, with timestamp
	compression  options.CompressionType
	uncompressed uint32 // bytes of all blocks when unpacked
}

// blockRef is a block as the index describes it.
type blockRef struct {
	key         []byte // first key, with timestamp
	offset, len uint32
}

// stamp is the length of the timestamp behind every key.
const stamp = 8

func userKey(key []byte) []byte { return key[:len(key)-stamp] }
func commit(key []byte) uint64  { return ^binary.BigEndian.Uint64(key[len(key)-stamp:]) }

// compareKeys puts keys in Badger's order: by key, then the newest first.
func compareKeys(a, b []byte) int {
	if c := bytes.Compare(userKey(a), userKey(b)); c != 0 {
		return c
	}
	return bytes.Compare(a[len(a)-stamp:], b[len(b)-stamp:])
}

const (
	footerLength   = 4  // of each length in the footer
	mostInChecksum = 16 // a checksum is two small fields
	longestKey     = 1 << 16
)

// parseIndex reads the index at the end of a table of size bytes.
func parseIndex(f io.ReaderAt, size int64) (*table, error) {
	if size < 2*footerLength {
		return nil, errors.New("is too short for a table")
	}
	var footer [2*footerLength + mostInChecksum]byte
	tail := footer[max(0, int64(len(footer))-size):]
	if err := readAt(f, tail, size-int64(len(tail))); err != nil {
		return nil, fmt.Errorf("cannot be read at its end: %s", cause(err))
	}
	sumLength := int(binary.BigEndian.Uint32(tail[len(tail)-footerLength:]))
	if sumLength > mostInChecksum || sumLength > len(tail)-2*footerLength {
		return nil, fmt.Errorf("has a damaged end: a checksum of %d bytes", sumLength)
	}
	tail = tail[:len(tail)-footerLength]
	sum, tail := tail[len(tail)-sumLength:], tail[:len(tail)-sumLength]
	indexLength := int64(binary.BigEndian.Uint32(tail[len(tail)-footerLength:]))
	indexStart := size - 2*footerLength - int64(sumLength) - indexLength
	if indexStart < 0 {
		return nil, fmt.Errorf("has a damaged end: an index of %d bytes", indexLength)
	}
	index := make([]byte, indexLength)
	if err := readAt(f, index, indexStart); err != nil {
		return nil, fmt.Errorf("cannot be read in its index: %s", cause(err))
	}
	if err := verify(index, sum); err != nil {
		return nil, fmt.Errorf("has a damaged index: %w", err)
	}
	return decodeIndex(index, indexStart)
}

// decodeIndex reads an index whose checksum is right. The generated code that
// it calls panics where the content is no index all the same.
func decodeIndex(index []byte, indexStart int64) (t *table, err error) {
	defer func() {
		if p := recover(); p != nil {
			t, err = nil, errors.New("has an index that cannot be read, although its checksum is right; it may be encrypted by Badger")
		}
	}()
	root := fb.GetRootAsTableIndex(index, 0)
	n := root.OffsetsLength()
	if n <= 0 || n > len(index) {
		return nil, fmt.Errorf("has an index that names %d blocks", n)
	}
	t = &table{uncompressed: root.UncompressedSize(), blocks: make([]blockRef, n)}
	var offset fb.BlockOffset
	end := int64(0)
	for i := range t.blocks {
		if !root.Offsets(&offset, i) {
			return nil, fmt.Errorf("has an index that ends at block %d", i)
		}
		b := blockRef{offset.KeyBytes(), offset.Offset(), offset.Len()}
		switch {
		case int64(b.offset) != end:
			return nil, fmt.Errorf("has bytes that belong to no block, from byte %d", min(end, int64(b.offset)))
		case len(b.key) < stamp || len(b.key) > longestKey+stamp:
			return nil, fmt.Errorf("has a block at byte %d whose first key has %d bytes", b.offset, len(b.key))
		case i > 0 && compareKeys(t.blocks[i-1].key, b.key) >= 0:
			return nil, fmt.Errorf("has a block at byte %d that is out of order", b.offset)
		}
		t.blocks[i] = b
		end += int64(b.len)
	}
	if end != indexStart {
		return nil, fmt.Errorf("has bytes that belong to no block, from byte %d", min(end, indexStart))
	}
	return t, nil
}

// readAt fills b. An end of the file within b is an error.
func readAt(f io.ReaderAt, b []byte, offset int64) error {
	n, err := f.ReadAt(b, offset)
	if n == len(b) {
		return nil
	}
	if err == io.EOF || err == nil {
		err = errors.New("the file ends there")
	}
	return err
}

// verify compares b with a checksum in Badger's form: a protocol buffer of an
// algorithm (1) and a sum (2).
func verify(b, checksum []byte) error {
	var algorithm, sum uint64
	for len(checksum) > 0 {
		v, n := binary.Uvarint(checksum[1:])
		switch {
		case n <= 0:
			return errChecksum
		case checksum[0] == 1<<3:
			algorithm = v
		case checksum[0] == 2<<3:
			sum = v
		default:
			return errChecksum
		}
		checksum = checksum[1+n:]
	}
	if algorithm > 1 {
		return errChecksum
	}
	if checksumOf(b, algorithm) != sum {
		return errChecksum
	}
	return nil
}

var errChecksum = errors.New("its checksum is wrong")

// addTable reads a table's index and last block.
func (r *reading) addTable(file *File, f io.ReaderAt) {
	id, _ := fileID(file.Name, ".sst")
	var listed manifestTable
	named := false
	if r.manifest != nil {
		listed, named = r.manifest.tables[id]
	}
	file.Orphan = !named
	if listed.keyID != 0 || !named && r.locked {
		r.lock(file.Name)
		return
	}
	t, err := parseIndex(f, file.Size)
	if err != nil {
		r.problem(file.Name, "%s; none of its records could be read", err)
		return
	}
	t.name, t.id, t.orphan, t.level = file.Name, id, !named, listed.level
	t.counts = named || r.manifest == nil
	if !named {
		t.level = mostLevels
	}
	if !r.findCompression(t, f, listed.compression, named) {
		return
	}
	r.findBiggest(t, f)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tables = append(r.tables, t)
	r.store.Compression[compressionName(t.compression)]++
}

// findCompression tries the algorithm that the manifest names on the first
// block that it can read, then the others: the blocks' checksums tell.
func (r *reading) findCompression(t *table, f io.ReaderAt, named options.CompressionType, sure bool) bool {
	tries := []options.CompressionType{options.None, options.Snappy, options.ZSTD}
	if sure {
		tries = append([]options.CompressionType{named}, tries...)
	}
	var u unpacker
	defer u.close()
	for i := range t.blocks[:min(len(t.blocks), 8)] {
		for _, t.compression = range tries {
			var b block
			if u.read(f, t, i, &b) != nil {
				continue
			}
			if sure && t.compression != named {
				r.problem(t.name, "is packed with %s, although the manifest says %s", compressionName(t.compression), compressionName(named))
			}
			return true
		}
	}
	if sure && named <= options.ZSTD {
		t.compression = named // the merge reports each block
		return true
	}
	r.problem(t.name, "has no block that can be unpacked; none of its records could be read")
	return false
}

// findBiggest reads the last block for the table's last key. When that block
// is damaged it goes, since its records cannot be read anyway.
func (r *reading) findBiggest(t *table, f io.ReaderAt) {
	var u unpacker
	defer u.close()
	last := len(t.blocks) - 1
	var b block
	err := u.read(f, t, last, &b)
	var c cursor
	for err == nil {
		var more bool
		if more, err = c.next(&b); !more {
			break
		}
	}
	if err != nil || c.key == nil {
		t.biggest = t.blocks[last].key // the merge meets the same fault and reports it
		return
	}
	t.biggest = bytes.Clone(c.key)
}

func compressionName(c options.CompressionType) string {
	switch c {
	case options.None:
		return "none"
	case options.Snappy:
		return "snappy"
	case options.ZSTD:
		return "zstd"
	}
	return fmt.Sprintf("algorithm %d", c)
}

func checksumOf(b []byte, algorithm uint64) uint64 {
	return y.CalculateChecksum(b, checksumAlgorithms[algorithm])
}
