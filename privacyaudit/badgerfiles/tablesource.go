package badgerfiles

import (
	"bytes"
	"errors"
	"os"
	"sort"

	"github.com/dgraph-io/badger/v4/options"
)

// spanSize is how much of a table is read at once.
const spanSize = 256 << 10

// tableSource is the part of a table within a range.
type tableSource struct {
	record
	m      *merger
	t      *table
	within keyRange
	f      *os.File
	blocks int // index of the next block
	span   []byte
	from   int64 // where the span begins in the file
	unpack unpacker
	block  block
	cursor cursor
	inside bool // a block is at hand
	last   bool // the cursor's previous key is of this table
	below  bool // the records may still lie before the range
	across bool // the block at hand may reach beyond the range
}

// tableSource prepares a table for a range, with the buffers of an earlier one.
func (m *merger) tableSource(t *table, within keyRange, rank int) *tableSource {
	s := &tableSource{m: m}
	if n := len(m.free); n > 0 {
		s, m.free = m.free[n-1], m.free[:n-1]
	}
	s.record = record{file: t.name, rank: rank, counts: t.counts}
	s.t, s.within, s.inside, s.last, s.below = t, within, false, false, true
	s.span, s.from = s.span[:0], 0
	// The versions of the range's first key may begin in the block before the
	// first that begins with that key or a later one.
	s.blocks = max(0, sort.Search(len(t.blocks), func(i int) bool {
		return bytes.Compare(userKey(t.blocks[i].key), within.lo) >= 0
	})-1)
	return s
}

func (s *tableSource) done() {
	if s.f != nil {
		s.f.Close()
		s.f = nil
	}
	s.m.free = append(s.m.free, s)
}

// advance moves to the next record of the range. A block that is damaged is
// reported and left out.
func (s *tableSource) advance() bool {
	for {
		if !s.inside && !s.nextBlock() {
			return false
		}
		previous := s.cursor.key
		more, err := s.cursor.next(&s.block)
		if err != nil {
			s.fault(err)
			s.inside = false
			continue
		}
		if !more {
			s.inside = false
			continue
		}
		key := s.cursor.key
		if s.cursor.at == 1 && !bytes.Equal(key, s.t.blocks[s.blocks-1].key) {
			s.fault(errors.New("the index gives it another first key"))
		}
		s.again = false
		if s.last {
			c := bytes.Compare(userKey(previous), userKey(key))
			if s.again = c == 0; s.again {
				c = bytes.Compare(previous[len(previous)-stamp:], key[len(key)-stamp:])
			}
			if c >= 0 {
				s.fault(errors.New("its records are out of order"))
				s.inside = false // a merge needs order: without it, versions would be told apart wrongly
				continue
			}
		}
		s.last = true
		if s.below {
			if bytes.Compare(userKey(key), s.within.lo) < 0 {
				continue
			}
			s.below = false
		}
		if s.across && bytes.Compare(userKey(key), s.within.hi) >= 0 {
			return false
		}
		s.key, s.value = key, s.cursor.value
		s.meta, s.user, s.expires = s.cursor.meta, s.cursor.user, s.cursor.expires
		s.offset = int64(s.t.blocks[s.blocks-1].offset)
		if s.t.compression == options.None {
			s.offset += int64(s.cursor.start)
		}
		return true
	}
}

// nextBlock reads the next block that may hold keys of the range.
func (s *tableSource) nextBlock() bool {
	for s.blocks < len(s.t.blocks) {
		ref := s.t.blocks[s.blocks]
		if s.within.hi != nil && bytes.Compare(userKey(ref.key), s.within.hi) >= 0 {
			return false
		}
		s.blocks++
		packed, err := s.read(ref)
		if err == nil {
			err = s.unpack.parse(packed, s.t, &s.block)
		}
		if err != nil {
			s.fault(err)
			continue
		}
		s.cursor.rewind()
		// A block that ends before the range does need not be compared with it.
		s.across = s.within.hi != nil && (s.blocks == len(s.t.blocks) || s.beyond(s.blocks))
		s.inside = true
		return true
	}
	return false
}

func (s *tableSource) fault(err error) {
	s.m.r.problem(s.t.name, "has a damaged block at byte %d: %s", s.t.blocks[s.blocks-1].offset, cause(err))
}

// read gives the bytes of a block, which lie in the span or begin a new one.
func (s *tableSource) read(ref blockRef) ([]byte, error) {
	start, end := int64(ref.offset), int64(ref.offset)+int64(ref.len)
	if start < s.from || end > s.from+int64(len(s.span)) {
		if s.f == nil {
			f, err := s.m.r.open(s.t.name)
			if err != nil {
				return nil, err
			}
			s.f = f
		}
		last := s.blocks - 1
		for last+1 < len(s.t.blocks) && s.t.blockEnd(last+1)-start <= spanSize && !s.beyond(last+1) {
			last++
		}
		size := s.t.blockEnd(last) - start
		if int64(cap(s.span)) < size {
			s.span = make([]byte, max(size, spanSize))
		}
		s.span, s.from = s.span[:size], start
		if err := readAt(s.f, s.span, start); err != nil {
			s.span = s.span[:0]
			return nil, err
		}
	}
	return s.span[start-s.from:][:ref.len], nil
}

func (t *table) blockEnd(i int) int64 { return int64(t.blocks[i].offset) + int64(t.blocks[i].len) }

func (s *tableSource) beyond(block int) bool {
	return s.within.hi != nil && bytes.Compare(userKey(s.t.blocks[block].key), s.within.hi) >= 0
}
