package badgerfiles

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"

	"github.com/dgraph-io/badger/v4/y"
)

// A log, whether of a memtable or of values, is the number of its data key, a
// random vector, and records: two bytes of marks, the lengths of key and value,
// the expiry, key, value, checksum. Zeros follow the last record.

// Bits of the first mark.
const (
	bitDelete  = 1 << 0
	bitPointer = 1 << 1 // the value lies in a value log
	bitTxn     = 1 << 6 // part of a transaction
	bitFinTxn  = 1 << 7 // end of a transaction
)

const (
	logHead       = 20
	mostInHeader  = 2 + 3*binary.MaxVarintLen64
	mostInValue   = 1 << 30
	readAheadSize = 256 << 10
)

// logRecord is one record. Its slices are valid until the next is read.
type logRecord struct {
	offset     int64
	length     int64 // checksum included
	key, value []byte
	meta, user byte
	expires    uint64
}

// logReader reads the records of a log one after the other.
type logReader struct {
	f    io.ReaderAt
	size int64 // up to the end of the last bytes that are no hole
	at   int64 // where the next record begins
	buf  []byte
	from int64 // where buf begins
}

// newLogReader checks a log's head.
func newLogReader(f io.ReaderAt, size int64) (l *logReader, locked bool, err error) {
	l = &logReader{f: f, size: size, at: logHead}
	head, err := l.bytes(0, logHead)
	if err != nil {
		return nil, false, errors.New("ends within its head")
	}
	return l, binary.BigEndian.Uint64(head) != 0, nil
}

// bytes gives n bytes of the file. It never asks for more memory than the file
// has bytes.
func (l *logReader) bytes(at, n int64) ([]byte, error) {
	if n > l.size-at {
		return nil, io.ErrUnexpectedEOF
	}
	if at < l.from || at+n > l.from+int64(len(l.buf)) {
		want := min(max(n, readAheadSize), l.size-at)
		if int64(cap(l.buf)) < want {
			l.buf = make([]byte, want)
		}
		l.buf, l.from = l.buf[:want], at
		if err := readAt(l.f, l.buf, at); err != nil {
			l.buf = l.buf[:0]
			return nil, err
		}
	}
	return l.buf[at-l.from:][:n], nil
}

// next reads a record. It returns io.EOF where the records end.
func (l *logReader) next(r *logRecord) error {
	err := l.record(l.at, r)
	if err == nil {
		l.at += r.length
	}
	return err
}

func (l *logReader) record(at int64, r *logRecord) error {
	if at >= l.size {
		return io.EOF
	}
	head, err := l.bytes(at, min(mostInHeader, l.size-at))
	if err != nil {
		return fmt.Errorf("cannot be read at byte %d: %s", at, cause(err))
	}
	r.offset = at
	n, keyLen, valueLen, ok := r.parseHeader(head)
	if head[0] == 0 && allZero(head[:min(len(head), 5)]) {
		return io.EOF
	}
	if !ok || keyLen < stamp || keyLen > longestKey+stamp || valueLen > mostInValue {
		return damaged(at, "its lengths make no sense")
	}
	r.length = int64(n) + int64(keyLen+valueLen) + crc32.Size
	b, err := l.bytes(at, r.length)
	if err == io.ErrUnexpectedEOF {
		return damaged(at, "it is cut short")
	}
	if err != nil {
		return fmt.Errorf("cannot be read at byte %d: %s", at, cause(err))
	}
	body, sum := b[:len(b)-crc32.Size], b[len(b)-crc32.Size:]
	if crc32.Checksum(body, y.CastagnoliCrcTable) != binary.BigEndian.Uint32(sum) {
		return damaged(at, errChecksum.Error())
	}
	r.key, r.value = body[n:][:keyLen], body[n+int(keyLen):]
	return nil
}

func (r *logRecord) parseHeader(b []byte) (n int, keyLen, valueLen uint64, ok bool) {
	if len(b) < 5 {
		return 0, 0, 0, false
	}
	r.meta, r.user = b[0], b[1]
	n = 2
	for _, field := range []*uint64{&keyLen, &valueLen, &r.expires} {
		v, size := binary.Uvarint(b[n:])
		if size <= 0 {
			return 0, 0, 0, false
		}
		*field = v
		n += size
	}
	return n, keyLen, valueLen, true
}

func damaged(at int64, what string) error {
	return fmt.Errorf("has a damaged record at byte %d (%s); what follows was not decoded", at, what)
}

// endsTxn tells whether a record ends the transaction of a commit number.
func (r *logRecord) endsTxn(of uint64) bool {
	n, err := strconv.ParseUint(string(r.value), 10, 64)
	return err == nil && n == of
}

// checkRest looks for bytes behind the end of a log: remains that its reader no
// longer sees.
func checkRest(f io.ReaderAt, extents []extent, from int64) error {
	buf := make([]byte, readAheadSize)
	for _, e := range extents {
		for at := max(e.offset, from); at < e.offset+e.length; {
			b := buf[:min(int64(len(buf)), e.offset+e.length-at)]
			if err := readAt(f, b, at); err != nil {
				return fmt.Errorf("cannot be read at byte %d: %s", at, cause(err))
			}
			if !allZero(b) {
				for b[0] == 0 {
					b, at = b[1:], at+1
				}
				return fmt.Errorf("has bytes behind its last record, from byte %d", at)
			}
			at += int64(len(b))
		}
	}
	return nil
}
