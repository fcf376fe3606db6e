package search

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/bits"

	"github.com/klauspost/compress/snappy"
)

// The chunks of framed snappy, as framing_format.txt of google/snappy describes
// them. They are read here and not by a library, so that it is known where they
// end.
const (
	chunkCompressed = 0x00
	chunkPlain      = 0x01
	chunkSkippable  = 0x80 // and above
	chunkLargest    = 1<<16 + 1<<14
	chunkMask       = 0xa282ead8
)

func (in *inflater) snappy(b []byte) (plain []byte, used int, err error) {
	for at := 0; at+4 <= len(b); {
		kind, size := b[at], int(b[at+1])|int(b[at+2])<<8|int(b[at+3])<<16
		data := kind == chunkCompressed || kind == chunkPlain
		switch {
		case data && (size < 4 || size > chunkLargest), !data && kind < chunkSkippable:
			return plain, used, nil // something else begins here
		case at+4+size > len(b):
			if data {
				return plain, used, fmt.Errorf("%w: chunk of snappy", ErrDamaged)
			}
			return plain, used, nil
		}
		if data {
			part, err := in.snappyChunk(kind, b[at+4:at+4+size])
			if err != nil {
				return plain, used, err
			}
			plain = append(plain, part...)
		}
		at += 4 + size
		if data || realSnappy(b[at-4-size:at]) {
			used = at // what can be skipped at the end may be something else
		}
	}
	return plain, used, nil
}

func (in *inflater) snappyChunk(kind byte, chunk []byte) ([]byte, error) {
	sum, part := binary.LittleEndian.Uint32(chunk), chunk[4:]
	if kind == chunkCompressed {
		n, err := snappy.DecodedLen(part)
		if err != nil || n > 1<<16 {
			return nil, fmt.Errorf("%w: chunk of snappy", ErrDamaged)
		}
		if part, err = snappy.Decode(nil, part); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
	}
	if in.left -= int64(len(part)); in.left < 0 {
		return nil, ErrTooLarge
	}
	if bits.RotateLeft32(crc32.Checksum(part, castagnoli), 17)+chunkMask != sum {
		return nil, fmt.Errorf("%w: checksum of snappy", ErrDamaged)
	}
	return part, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// snappyBlock inflates b if it is a block of snappy as a whole.
func (in *inflater) snappyBlock(b []byte) ([]byte, error) {
	n, ok := snappyLength(b)
	if !ok || n < MinValue {
		return nil, errChance
	}
	if in.left -= int64(n); in.left < 0 {
		return nil, ErrTooLarge
	}
	plain, err := snappy.Decode(nil, b)
	if err != nil {
		return nil, errChance
	}
	return plain, nil
}

// snappyLength is how many bytes a block of snappy holds. It walks the elements
// of the block without inflating them, so that most data which are no block
// cost nothing, and no memory is taken for what a false length promises.
func snappyLength(b []byte) (length int, ok bool) {
	n, at := binary.Uvarint(b)
	if at <= 0 || n > 1<<32-1 {
		return 0, false
	}
	done := uint64(0)
	for at < len(b) {
		tag := b[at]
		size, offset, width := uint64(tag>>2)+1, uint64(0), 1
		switch tag & 3 {
		case 0: // literal
			if extra := int(size) - 60; extra > 0 { // the length follows
				if at+1+extra > len(b) {
					return 0, false
				}
				size = littleEndian(b[at+1:at+1+extra]) + 1
				width += extra
			}
			if size > uint64(len(b)-at-width) {
				return 0, false
			}
			width += int(size)
		case 1:
			if width = 2; at+width > len(b) {
				return 0, false
			}
			size, offset = uint64(tag>>2&7)+4, uint64(tag>>5)<<8|uint64(b[at+1])
		case 2, 3:
			if width = 3 + 2*int(tag&1); at+width > len(b) {
				return 0, false
			}
			offset = littleEndian(b[at+1 : at+width])
		}
		if tag&3 != 0 && (offset == 0 || offset > done) {
			return 0, false
		}
		done += size
		at += width
		if done > n {
			return 0, false
		}
	}
	return int(n), done == n
}

func littleEndian(b []byte) (n uint64) {
	for i, c := range b {
		n |= uint64(c) << (8 * i)
	}
	return n
}
