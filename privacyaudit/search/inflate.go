package search

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// codec is a kind of compression that begins with a mark.
type codec struct {
	name string
	// real tells whether b begins with the mark, and not by a chance that can
	// be seen at once.
	real func(b []byte) bool
	// run inflates what b begins with, and gives its length in b.
	run func(in *inflater, b []byte) (plain []byte, used int, err error)
}

// codecs are the codecs by the first byte of their mark.
var codecs = [256]*codec{
	0x1f: {"gzip", realGzip, (*inflater).gzip},
	0x78: {"zlib", realZlib, (*inflater).zlib},
	0x28: {"zstd", realZstd, (*inflater).zstd},
	0xff: {"snappy", realSnappy, (*inflater).snappy},
}

// realGzip looks at the fixed fields of a header of RFC 1952: the method, no
// reserved flag, and a known strength and system.
func realGzip(b []byte) bool {
	return len(b) >= 10 && b[1] == 0x8b && b[2] == 8 && b[3]&0xe0 == 0 && (b[8] == 0 || b[8] == 2 || b[8] == 4) && (b[9] <= 13 || b[9] == 255)
}

// realZlib takes the headers of RFC 1950 that have the usual window and no
// dictionary.
func realZlib(b []byte) bool {
	return len(b) > 2 && (b[1] == 0x01 || b[1] == 0x5e || b[1] == 0x9c || b[1] == 0xda)
}

// realZstd wants the reserved bit of the header to be 0.
func realZstd(b []byte) bool {
	return len(b) > 5 && b[1] == 0xb5 && b[2] == 0x2f && b[3] == 0xfd && b[4]&0x08 == 0
}

const snappyMark = "\xff\x06\x00\x00sNaPpY"

func realSnappy(b []byte) bool { return bytes.HasPrefix(b, []byte(snappyMark)) }

// nextMark is the first place in b where compressed data seem to begin, and
// their codec; nil if there is none.
func nextMark(b []byte) (at int, c *codec) {
	for i, first := range b {
		if c := codecs[first]; c != nil && c.real(b[i:]) {
			return i, c
		}
	}
	return len(b), nil
}

// errChance says that a mark was there by chance.
var errChance = errors.New("not compressed")

// inflater holds what is costly to make, and what one call of Deep may still
// spend.
type inflater struct {
	left int64 // bytes to inflate
	work int64 // bytes to read
	zip  gzip.Reader
	zl   io.ReadCloser
	zs   *zstd.Decoder
}

func newInflater() *inflater {
	zs, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(MaxInflated))
	if err != nil {
		panic("BUG: search: options of zstd: " + err.Error())
	}
	return &inflater{zs: zs}
}

func (in *inflater) run(c *codec, b []byte) (plain []byte, used int, err error) {
	if in.left <= 0 || in.work <= 0 {
		return nil, 0, ErrTooLarge
	}
	plain, used, err = c.run(in, b)
	in.work -= int64(used)
	return plain, used, err
}

// all reads until the end, at most what may still be inflated.
func (in *inflater) all(r io.Reader) ([]byte, error) {
	var plain bytes.Buffer
	n, err := io.Copy(&plain, io.LimitReader(r, in.left+1))
	in.left -= n
	if in.left < 0 {
		return plain.Bytes(), ErrTooLarge
	}
	if err != nil {
		return plain.Bytes(), fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return plain.Bytes(), nil
}

func (in *inflater) gzip(b []byte) ([]byte, int, error) {
	r := bytes.NewReader(b)
	if err := in.zip.Reset(r); err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	in.zip.Multistream(false)
	plain, err := in.all(&in.zip)
	return plain, len(b) - r.Len(), err
}

func (in *inflater) zlib(b []byte) ([]byte, int, error) {
	r := bytes.NewReader(b)
	var err error
	if in.zl == nil {
		in.zl, err = zlib.NewReader(r)
	} else {
		err = in.zl.(zlib.Resetter).Reset(r, nil)
	}
	if err != nil {
		return nil, 0, errChance
	}
	plain, err := in.all(in.zl)
	if errors.Is(err, ErrDamaged) {
		err = errChance
	}
	return plain, len(b) - r.Len(), err
}

func (in *inflater) zstd(b []byte) ([]byte, int, error) {
	size, err := zstdFrame(b)
	if err != nil {
		size = len(b)
	}
	if err := in.zs.Reset(bytes.NewReader(b[:size])); err != nil {
		return nil, size, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	plain, errRead := in.all(in.zs)
	if errRead == nil {
		errRead = err
	}
	return plain, size, errRead
}

// zstdFrame is the length of the frame of RFC 8878 that b begins with.
func zstdFrame(b []byte) (int, error) {
	var h zstd.Header
	if err := h.Decode(b); err != nil || h.Skippable {
		return 0, fmt.Errorf("%w: header of zstd", ErrDamaged)
	}
	at := h.HeaderSize
	for {
		if at+3 > len(b) {
			return 0, fmt.Errorf("%w: block of zstd", ErrDamaged)
		}
		block := int(b[at]) | int(b[at+1])<<8 | int(b[at+2])<<16
		at += 3
		const repeated = 1
		if block>>1&3 == repeated {
			at++
		} else {
			at += block >> 3
		}
		if block&1 == 1 {
			break
		}
	}
	if h.HasCheckSum {
		at += 4
	}
	if at > len(b) {
		return 0, fmt.Errorf("%w: end of zstd", ErrDamaged)
	}
	return at, nil
}
