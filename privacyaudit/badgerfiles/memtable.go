package badgerfiles

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"slices"
	"sort"
)

// memtable is the content of one memtable's log, sorted as the database would
// sort it.
type memtable struct {
	name    string
	id      uint64
	arena   []byte // keys and values, one behind the other
	records []memRecord
}

type memRecord struct {
	offset           int64
	at               int // of the key in the arena
	keyLen, valueLen int32
	meta, user       byte
	counts           bool // its transaction was finished
	expires          uint64
}

func (m *memtable) key(i int) []byte { r := &m.records[i]; return m.arena[r.at:][:r.keyLen] }
func (m *memtable) value(i int) []byte {
	r := &m.records[i]
	return m.arena[r.at+int(r.keyLen):][:r.valueLen]
}

func (r *reading) addMemtable(file *File, f *os.File) {
	extents, err := extentsOf(f, file.Size)
	if err != nil {
		r.problem(file.Name, "cannot be searched for holes: %s", cause(err))
		return
	}
	m, locked, faults := parseMemtable(f, file.Size, extents)
	for _, fault := range faults {
		r.problem(file.Name, "%s", fault)
	}
	if locked {
		r.lock(file.Name)
	}
	if m == nil {
		return
	}
	m.name = file.Name
	m.id, _ = fileID(file.Name, ".mem")
	r.mu.Lock()
	r.mems = append(r.mems, m)
	r.mu.Unlock()
}

// parseMemtable reads the records up to the first fault. As the database does
// when it opens the log, it counts those of finished transactions only; those
// behind the first transaction that is not finished lie there all the same.
func parseMemtable(f io.ReaderAt, size int64, extents []extent) (m *memtable, locked bool, faults []string) {
	l, locked, err := newLogReader(f, min(size, max(dataEnd(extents), logHead)))
	if err != nil {
		return nil, false, []string{err.Error()}
	}
	if locked {
		return nil, true, nil
	}
	m = &memtable{}
	var (
		rec     logRecord
		open    int // the records from here on belong to a transaction that is not finished
		inTxn   uint64
		stopped bool // the database stops reading here
	)
	stop := func(what string) {
		if !stopped {
			stopped = true
			faults = append(faults, what)
		}
	}
	for {
		if err = l.next(&rec); err != nil {
			break
		}
		switch ts := commit(rec.key); {
		case rec.meta&bitFinTxn != 0:
			if open == len(m.records) || inTxn != ts || !rec.endsTxn(ts) {
				stop(at("ends a transaction that did not begin", rec.offset))
				continue
			}
			for ; open < len(m.records); open++ {
				m.records[open].counts = !stopped
			}
			continue
		case rec.meta&bitTxn != 0:
			if open < len(m.records) && inTxn != ts {
				stop(at("begins a transaction within another", rec.offset))
				open = len(m.records)
			}
			inTxn = ts
		case open < len(m.records):
			stop(at("has a single record within a transaction", rec.offset))
			open = len(m.records)
		}
		m.add(&rec)
		if rec.meta&bitTxn == 0 {
			m.records[open].counts = !stopped
			open++
		}
	}
	switch {
	case err != io.EOF:
		faults = append(faults, err.Error())
	case l.at >= size:
		// The writer keeps zeros behind its last record.
		faults = append(faults, "ends with its last record; it may be cut short")
	default:
		if err := checkRest(f, extents, l.at); err != nil {
			faults = append(faults, err.Error())
		}
	}
	if open < len(m.records) {
		stop(at("ends within a transaction, which began", m.records[open].offset))
	}
	m.sort()
	return m, false, faults
}

func at(what string, offset int64) string { return what + " at byte " + itoa(offset) }

func (m *memtable) add(rec *logRecord) {
	m.records = append(m.records, memRecord{
		offset: rec.offset, at: len(m.arena), keyLen: int32(len(rec.key)), valueLen: int32(len(rec.value)),
		meta: rec.meta, user: rec.user, expires: rec.expires,
	})
	m.arena = append(append(m.arena, rec.key...), rec.value...)
}

// sort puts the records in Badger's order; of two with the same key and commit
// the later one, which replaces the other, comes first.
func (m *memtable) sort() {
	slices.SortFunc(m.records, func(a, b memRecord) int {
		return cmp.Or(
			compareKeys(m.arena[a.at:][:a.keyLen], m.arena[b.at:][:b.keyLen]),
			cmp.Compare(b.offset, a.offset))
	})
}

// memSource is the part of a memtable within a range.
type memSource struct {
	record
	mem     *memtable
	at, end int // of the next record, and where the range ends
}

func newMemSource(m *memtable, within keyRange, rank int) *memSource {
	s := &memSource{record: record{file: m.name, rank: rank}, mem: m, end: len(m.records)}
	s.at = m.search(within.lo)
	if within.hi != nil {
		s.end = m.search(within.hi)
	}
	return s
}

// search finds the first record whose key is at or behind one without timestamp.
func (m *memtable) search(key []byte) int {
	return sort.Search(len(m.records), func(i int) bool { return bytes.Compare(userKey(m.key(i)), key) >= 0 })
}

func (s *memSource) done() {}

func (s *memSource) advance() bool {
	if s.at == s.end {
		return false
	}
	r, key := &s.mem.records[s.at], s.mem.key(s.at)
	s.again = s.key != nil && bytes.Equal(userKey(key), userKey(s.key))
	s.key, s.value, s.offset, s.meta, s.user, s.expires, s.counts = key, s.mem.value(s.at), r.offset, r.meta, r.user, r.expires, r.counts
	s.at++
	return true
}
