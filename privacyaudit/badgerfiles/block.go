package badgerfiles

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

var checksumAlgorithms = [...]pb.Checksum_Algorithm{pb.Checksum_CRC32C, pb.Checksum_XXHash64}

// A block, when unpacked, is entries, the offset of each, their number, a
// checksum of all that, and the checksum's length. An entry holds how much of
// its key it shares with the first key of the block, how long the rest is, the
// rest, and the value with its marks.

// block is an unpacked block whose checksum is right.
type block struct {
	entries []byte
	offsets []byte // of entries, 4 bytes each in the order of the writer's machine: little-endian
}

// entryHead is the length of the two lengths before an entry's key.
const entryHead = 4

// parseBlock checks an unpacked block and finds its parts.
func parseBlock(b []byte) (block, error) {
	if len(b) < 2*footerLength {
		return block{}, errors.New("it is too short")
	}
	sumLength := int(binary.BigEndian.Uint32(b[len(b)-footerLength:]))
	b = b[:len(b)-footerLength]
	if sumLength > mostInChecksum || sumLength > len(b)-footerLength {
		return block{}, errChecksum
	}
	sum, b := b[len(b)-sumLength:], b[:len(b)-sumLength]
	if err := verify(b, sum); err != nil {
		return block{}, err
	}
	n := int64(binary.BigEndian.Uint32(b[len(b)-footerLength:]))
	b = b[:len(b)-footerLength]
	if n == 0 || n*4 > int64(len(b)) {
		return block{}, fmt.Errorf("it promises %d records", n)
	}
	cut := int64(len(b)) - n*4
	return block{entries: b[:cut], offsets: b[cut:]}, nil
}

// cursor walks through the entries of a block. Its zero value stands before
// the first.
type cursor struct {
	at         int // index of the next entry
	base       []byte
	start      int // where the entry begins in the block
	key, value []byte
	meta, user byte
	expires    uint64
	spare      []byte
}

var errEntry = errors.New("its list of records is damaged")

// next moves to the next entry. The key is valid until the call after the next
// one, so that neighbours can be compared.
func (c *cursor) next(b *block) (bool, error) {
	if c.at*4 >= len(b.offsets) {
		return false, nil
	}
	start, end := int(binary.LittleEndian.Uint32(b.offsets[c.at*4:])), len(b.entries)
	if c.at*4+4 < len(b.offsets) {
		end = int(binary.LittleEndian.Uint32(b.offsets[c.at*4+4:]))
	}
	if c.at == 0 && start != 0 || end > len(b.entries) || end-start < entryHead {
		return false, errEntry
	}
	entry := b.entries[start:end]
	shared, rest := int(binary.LittleEndian.Uint16(entry)), int(binary.LittleEndian.Uint16(entry[2:]))
	entry = entry[entryHead:]
	if shared > len(c.base) || rest > len(entry) || shared+rest < stamp {
		return false, errEntry
	}
	key := append(append(c.spare[:0], c.base[:shared]...), entry[:rest]...)
	if c.at == 0 {
		c.base = append(c.base[:0], key...)
	}
	c.spare, c.key = c.key, key
	entry = entry[rest:]
	if len(entry) < 3 {
		return false, errEntry
	}
	c.meta, c.user = entry[0], entry[1]
	expires, n := binary.Uvarint(entry[2:])
	if n <= 0 {
		return false, errEntry
	}
	c.expires, c.value, c.start = expires, entry[2+n:], start
	c.at++
	return true, nil
}

// rewind puts the cursor before the first entry of another block.
func (c *cursor) rewind() { c.at, c.base = 0, c.base[:0] }

// unpacker reads and unpacks blocks into buffers of its own.
type unpacker struct {
	packed, unpacked []byte
	zstd             *zstd.Decoder
}

func (u *unpacker) close() {
	if u.zstd != nil {
		u.zstd.Close()
	}
}

// mostUnpacked bounds one block: a value within a table has 1 MiB at most.
const mostUnpacked = 64 << 20

// read reads block i of a table from its file.
func (u *unpacker) read(f io.ReaderAt, t *table, i int, into *block) error {
	ref := t.blocks[i]
	if cap(u.packed) < int(ref.len) {
		u.packed = make([]byte, ref.len)
	}
	u.packed = u.packed[:ref.len]
	if err := readAt(f, u.packed, int64(ref.offset)); err != nil {
		return errors.New(cause(err))
	}
	return u.parse(u.packed, t, into)
}

// parse unpacks a block. The result is valid until the next call.
func (u *unpacker) parse(packed []byte, t *table, into *block) error {
	b, err := u.unpack(packed, t.compression, min(mostUnpacked, int64(t.uncompressed)))
	if err != nil {
		return err
	}
	*into, err = parseBlock(b)
	return err
}

var errUnpack = errors.New("it cannot be unpacked")

// unpack undoes the compression. What a block says of its own length is not
// trusted beyond most, which the index vouches for.
func (u *unpacker) unpack(packed []byte, c options.CompressionType, most int64) (b []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			b, err = nil, errUnpack
		}
	}()
	switch c {
	case options.None:
		return packed, nil
	case options.Snappy:
		n, err := snappy.DecodedLen(packed)
		if err != nil || int64(n) > most {
			return nil, errUnpack
		}
		if cap(u.unpacked) < n {
			u.unpacked = make([]byte, n)
		}
		if b, err = snappy.Decode(u.unpacked[:cap(u.unpacked)], packed); err != nil {
			return nil, errUnpack
		}
		return b, nil
	case options.ZSTD:
		var h zstd.Header
		if h.Decode(packed) != nil || h.HasFCS && h.FrameContentSize > uint64(most) {
			return nil, errUnpack
		}
		if u.zstd == nil {
			if u.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(mostUnpacked), zstd.WithDecoderLowmem(true)); err != nil {
				return nil, err
			}
		}
		b, err := u.zstd.DecodeAll(packed, u.unpacked[:0])
		u.unpacked = b[:0]
		if err != nil {
			return nil, errUnpack
		}
		return b, nil
	}
	return nil, fmt.Errorf("it is packed with the unknown algorithm %d", c)
}
