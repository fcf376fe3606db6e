package registry

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/table"
	"github.com/dgraph-io/badger/v4/y"
	"github.com/dgraph-io/ristretto/v2/z"
	"golang.org/x/sys/unix"
)

// A deleted or overwritten record stays in Badger's files until a compaction
// drops it. This decoder reads the files themselves, without opening the
// database, and so sees every version of every record that is physically
// there. It must be given a copy: the files of a running store change and
// shrink under a reader.

// version is one physical version of one key in one file.
type version struct {
	File    string
	Key     []byte // valid during the call only, like Value
	Value   []byte
	At      uint64 // Badger's commit number
	Deleted bool   // it marks a deletion
	Expires uint64 // Badger's own expiry, which we never use: 0
}

// damage is a place that could not be read in full. What is not read has not
// been searched.
type damage struct {
	File string
	What string
}

func (d damage) Error() string { return d.File + ": " + d.What }

// Bits of a record's meta byte and sizes in a log, from Badger's value.go.
const (
	bitDelete   = 1 << 0
	bitFinTxn   = 1 << 7
	logHeader   = 20 // key ID 8, base IV 12
	longestKey  = 1 << 16
	mostInValue = 1 << 30
)

// decodeFolder calls f for every physical version in the files of a Badger
// folder, and lists what it could not read. An error of f ends it.
func decodeFolder(dir string, f func(version) error) ([]damage, error) {
	tables, err := manifestTables(dir)
	if err != nil {
		return nil, err
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var damaged []damage
	for _, file := range files {
		path, name := filepath.Join(dir, file.Name()), file.Name()
		var err error
		switch ext := filepath.Ext(name); {
		case ext == ".sst":
			err = decodeTable(path, tables, f)
		case ext == ".mem" || ext == ".vlog":
			err = decodeLog(path, f)
		case slices.Contains([]string{"MANIFEST", "DISCARD", "KEYREGISTRY", "LOCK"}, name):
		default:
			err = damage{name, "is no file that Badger writes"}
		}
		var d damage
		if errors.As(err, &d) {
			damaged = append(damaged, d)
		} else if err != nil {
			return damaged, err
		}
	}
	for id := range tables {
		name := table.IDToFilename(id)
		if !slices.ContainsFunc(files, func(f os.DirEntry) bool { return f.Name() == name }) {
			damaged = append(damaged, damage{name, "is missing"})
		}
	}
	slices.SortFunc(damaged, func(a, b damage) int { return strings.Compare(a.File, b.File) })
	return damaged, nil
}

// manifestTables reads how each table is compressed. A folder without a
// manifest has no tables.
func manifestTables(dir string) (map[uint64]badger.TableManifest, error) {
	f, err := os.Open(filepath.Join(dir, badger.ManifestFilename))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, _, err := badger.ReplayManifestFile(f, 0, badger.DefaultOptions(dir))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return m.Tables, nil
}

// decodeTable reads a table after it has verified the checksum of every block.
func decodeTable(path string, tables map[uint64]badger.TableManifest, f func(version) error) (err error) {
	name := filepath.Base(path)
	id, ok := table.ParseFileID(name)
	if !ok {
		return damage{name, "is no name of a table"}
	}
	m, listed := tables[id]
	if !listed { // left behind by a crash; our stores do not compress, and a checksum tells otherwise
		m.Compression = options.None
	}
	if m.KeyID != 0 {
		return damage{name, "is encrypted by Badger; our stores never are"}
	}
	// Badger's reader takes a file for its own and panics when it is not.
	calling := false
	defer func() {
		if p := recover(); p != nil {
			if calling {
				panic(p)
			}
			err = damage{name, fmt.Sprintf("cannot be read: %v", p)}
		}
	}()
	mapped, err := z.OpenMmapFile(path, os.O_RDONLY, 0)
	if err != nil {
		return damage{name, "cannot be mapped: " + err.Error()}
	}
	defer mapped.Close(-1)
	t, err := table.OpenTable(mapped, table.Options{ReadOnly: true, BlockSize: 4 << 10, Compression: m.Compression, ChkMode: options.OnTableRead})
	if err != nil {
		return damage{name, err.Error()}
	}
	it := t.NewIterator(table.NOCACHE)
	defer it.Close()
	var n uint32
	for it.Rewind(); it.Valid(); it.Next() {
		n++
		v := it.Value()
		calling = true
		err := f(version{File: name, Key: y.ParseKey(it.Key()), Value: v.Value, At: y.ParseTs(it.Key()), Deleted: v.Meta&bitDelete != 0, Expires: v.ExpiresAt})
		calling = false
		if err != nil {
			return err
		}
	}
	if n != t.KeyCount() {
		return damage{name, fmt.Sprintf("holds %d records of the %d its index promises", n, t.KeyCount())}
	}
	return nil
}

// decodeLog reads a write-ahead log or value log up to the zeros that follow
// its last record, and checks the checksum of each.
func decodeLog(path string, f func(version) error) error {
	name := filepath.Base(path)
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	r := bufio.NewReaderSize(file, 1<<20)
	var header [logHeader]byte
	switch _, err := io.ReadFull(r, header[:]); {
	case err == io.EOF:
		return nil // just created
	case err != nil:
		return damage{name, "ends within its header"}
	}
	if binary.BigEndian.Uint64(header[:8]) != 0 {
		return damage{name, "is encrypted by Badger; our stores never are"}
	}
	offset := int64(logHeader)
	for {
		v, n, err := readLogRecord(r)
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, errLogEnds):
			return restIsZero(file, name, offset)
		case err != nil:
			return damage{name, fmt.Sprintf("has a damaged record at byte %d: %v", offset, err)}
		}
		offset += n
		if v == nil {
			continue // end of a transaction
		}
		v.File = name
		if err := f(*v); err != nil {
			return err
		}
	}
}

var errLogEnds = errors.New("no record")

// readLogRecord reads one record and gives its length. The record is nil where
// it only marks the end of a transaction.
func readLogRecord(r *bufio.Reader) (*version, int64, error) {
	sum := &summing{r: r, hash: crc32.New(y.CastagnoliCrcTable)}
	meta, err := sum.ReadByte()
	if err != nil {
		return nil, 0, err
	}
	var fields [3]uint64
	_, err = sum.ReadByte() // the user's meta byte
	for i := range fields {
		if err == nil {
			fields[i], err = binary.ReadUvarint(sum)
		}
	}
	if err != nil {
		return nil, 0, fmt.Errorf("its header is cut short: %w", io.ErrUnexpectedEOF)
	}
	keyLen, valueLen, expires := fields[0], fields[1], fields[2]
	if keyLen == 0 && valueLen == 0 && meta == 0 && expires == 0 {
		return nil, 0, errLogEnds
	}
	if keyLen < 8 || keyLen > longestKey || valueLen > mostInValue {
		return nil, 0, fmt.Errorf("a key of %d and a value of %d bytes", keyLen, valueLen)
	}
	// Read in steps, so that a wrong length costs no more than the file has.
	body, err := io.ReadAll(io.LimitReader(sum, int64(keyLen+valueLen)))
	if err != nil || uint64(len(body)) != keyLen+valueLen {
		return nil, 0, errors.New("its key or value is cut short")
	}
	var crc [crc32.Size]byte
	if _, err := io.ReadFull(r, crc[:]); err != nil {
		return nil, 0, errors.New("its checksum is cut short")
	}
	if binary.BigEndian.Uint32(crc[:]) != sum.hash.Sum32() {
		return nil, 0, errors.New("its checksum is wrong")
	}
	n := sum.n + crc32.Size
	if meta&bitFinTxn != 0 {
		return nil, n, nil
	}
	key := body[:keyLen]
	return &version{Key: y.ParseKey(key), Value: body[keyLen:], At: y.ParseTs(key), Deleted: meta&bitDelete != 0, Expires: expires}, n, nil
}

// summing computes the checksum of what is read through it.
type summing struct {
	r    *bufio.Reader
	hash interface {
		io.Writer
		Sum32() uint32
	}
	n int64
}

func (s *summing) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	s.hash.Write(b[:n])
	s.n += int64(n)
	return n, err
}

func (s *summing) ReadByte() (byte, error) {
	b, err := s.r.ReadByte()
	if err == nil {
		s.hash.Write([]byte{b})
		s.n++
	}
	return b, err
}

// restIsZero looks for bytes behind the end of a log: remains that its reader
// no longer sees.
func restIsZero(f *os.File, name string, from int64) error {
	buf := make([]byte, 1<<20)
	return eachExtent(f, from, func(offset, size int64) error {
		for size > 0 {
			n, err := f.ReadAt(buf[:min(size, int64(len(buf)))], offset)
			if i := slices.IndexFunc(buf[:n], func(b byte) bool { return b != 0 }); i >= 0 {
				return damage{name, fmt.Sprintf("has bytes behind its last record, at %d", offset+int64(i))}
			}
			if err != nil && err != io.EOF {
				return err
			}
			if n == 0 {
				return nil
			}
			offset, size = offset+int64(n), size-int64(n)
		}
		return nil
	})
}

// eachExtent calls f for the parts of a file that are not holes. Badger's logs
// are created at twice their size and are holes for the most part.
func eachExtent(f *os.File, from int64, do func(offset, size int64) error) error {
	for {
		data, err := unix.Seek(int(f.Fd()), from, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) {
			return nil // only holes, or nothing, to the end
		}
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(f.Name()), err)
		}
		hole, err := unix.Seek(int(f.Fd()), data, unix.SEEK_HOLE)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(f.Name()), err)
		}
		if err := do(data, hole-data); err != nil {
			return err
		}
		from = hole
	}
}

// removeUnborn deletes empty logs from a store's folder before it is opened. A
// process that is killed just after Badger created a log, or just before it
// deletes one that it has emptied, leaves such a file, and Badger refuses to
// open with it ("Create a new file"). It holds nothing.
func removeUnborn(dir string) error {
	files, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, f := range files {
		if ext := filepath.Ext(f.Name()); ext != ".mem" && ext != ".vlog" {
			continue
		}
		info, err := f.Info()
		if err != nil {
			return err
		}
		if info.Size() == 0 {
			if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
