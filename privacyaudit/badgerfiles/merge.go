package badgerfiles

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"sort"
)

// Which version a reader of the database sees is known only when all files that
// may hold a key are looked at together. The keys are cut into ranges of about
// a megabyte, and each range is merged from the blocks that reach into it: every
// block is read once (those at a cut twice), and nothing has to be remembered
// but the key at hand.

// rangeSize is how many stored bytes of tables a range has, about, and
// sampleSize how finely they are counted.
const (
	rangeSize  = 1 << 20
	sampleSize = 64 << 10
)

// keyRange is from lo up to, not including, hi; both without timestamp. The
// first begins with no key, the last has a nil hi.
type keyRange struct{ lo, hi []byte }

// ranges cuts the keys of all tables at first keys of blocks.
func ranges(tables []*table) []keyRange {
	type sample struct {
		key  []byte
		size int64
	}
	var samples []sample
	for _, t := range tables {
		size := int64(0)
		for i := range t.blocks {
			size += int64(t.blocks[i].len)
			if size >= sampleSize || i == len(t.blocks)-1 {
				samples = append(samples, sample{userKey(t.blocks[i].key), size})
				size = 0
			}
		}
	}
	slices.SortFunc(samples, func(a, b sample) int { return bytes.Compare(a.key, b.key) })
	var list []keyRange
	var lo []byte
	size := int64(0)
	for _, s := range samples {
		if size >= rangeSize && !bytes.Equal(s.key, lo) && len(s.key) > 0 {
			list = append(list, keyRange{lo, s.key})
			lo, size = s.key, 0
		}
		size += s.size
	}
	return append(list, keyRange{lo, nil})
}

// mergeAll merges all ranges.
func (r *reading) mergeAll() error {
	slices.SortFunc(r.tables, func(a, b *table) int {
		return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(b.id, a.id))
	})
	slices.SortFunc(r.mems, func(a, b *memtable) int { return cmp.Compare(b.id, a.id) })
	list := ranges(r.tables)
	mergers := make([]*merger, r.workers)
	err := r.each(len(list), func(worker, i int) error {
		if mergers[worker] == nil {
			mergers[worker] = &merger{r: r, worker: worker, follow: follower{logs: r.logs}}
		}
		return mergers[worker].merge(list[i])
	})
	for _, m := range mergers {
		if m != nil {
			r.pointers = append(r.pointers, m.follow.seen...)
			r.store.Versions += m.told
			m.close()
		}
	}
	return err
}

// merger is what one worker keeps from range to range.
type merger struct {
	r       *reading
	worker  int
	sources []source // room for heads
	heads   []source // the sources that are not used up, least record first
	free    []*tableSource
	follow  follower
	group   []byte // the key whose versions are being told
	settled bool   // the newest that counts has been told
	told    int
	version Version
}

func (m *merger) close() {
	for _, s := range m.free {
		s.unpack.close()
	}
}

// source gives the records of one file within a range in Badger's order.
type source interface {
	// head is the record at hand, valid until advance.
	head() *record
	advance() bool
	done()
}

// record is a version before it is known whether it is the newest.
type record struct {
	file       string
	offset     int64
	key, value []byte // key with timestamp
	meta, user byte
	expires    uint64
	counts     bool
	rank       int // of two copies of one version, the reader meets the lower rank
}

func less(a, b *record) bool {
	c := compareKeys(a.key, b.key)
	return c < 0 || c == 0 && a.rank < b.rank
}

func (m *merger) merge(within keyRange) error {
	m.heads = m.sources[:0]
	defer func() {
		for _, s := range m.heads {
			s.done()
		}
	}()
	for i, mem := range m.r.mems {
		m.start(&memSource{mem: mem, within: within, record: record{file: mem.name, rank: i}})
	}
	for i, t := range m.r.tables {
		if within.hi != nil && bytes.Compare(userKey(t.blocks[0].key), within.hi) >= 0 || bytes.Compare(userKey(t.biggest), within.lo) < 0 {
			continue
		}
		m.start(m.tableSource(t, within, len(m.r.mems)+i))
	}
	m.sources = m.heads
	slices.SortStableFunc(m.heads, func(a, b source) int {
		if less(a.head(), b.head()) {
			return -1
		}
		return 1
	})
	m.settled, m.group = false, m.group[:0]
	for first := true; len(m.heads) > 0; first = false {
		if err := m.tell(m.heads[0].head(), first); err != nil {
			return err
		}
		m.step()
	}
	return nil
}

func (m *merger) start(s source) {
	if s.advance() {
		m.heads = append(m.heads, s)
	} else {
		s.done()
	}
}

// step advances the source in front and puts it where it now belongs.
func (m *merger) step() {
	s := m.heads[0]
	if !s.advance() {
		s.done()
		m.heads = m.heads[1:]
		return
	}
	head := s.head()
	for i := 1; i < len(m.heads) && less(m.heads[i].head(), head); i++ {
		m.heads[i-1], m.heads[i] = m.heads[i], s
	}
}

// tell hands a record to the caller of Read.
func (m *merger) tell(rec *record, first bool) error {
	key := userKey(rec.key)
	if first || !bytes.Equal(key, m.group) {
		m.group, m.settled = append(m.group[:0], key...), false
	}
	m.version = Version{
		File: rec.file, Offset: rec.offset, Key: key, Value: rec.value, Commit: commit(rec.key),
		UserMeta: rec.user, Deleted: rec.meta&bitDelete != 0, Expires: rec.expires,
		Newest: rec.counts && !m.settled,
	}
	m.settled = m.settled || rec.counts
	if rec.meta&bitPointer != 0 {
		value, err := m.follow.fetch(rec.value, rec.key)
		if err != nil && !m.collected(err) {
			m.r.problem(rec.file, "at byte %d %s", rec.offset, err)
		}
		m.version.Value = value
	}
	m.told++
	return m.r.f(m.worker, &m.version)
}

// collected tells whether a value may be gone without harm: the database's
// clean-up of value logs removes a log whose values are all superseded or
// expired, and leaves the pointers.
func (m *merger) collected(err error) bool {
	return errors.Is(err, errNoLog) && (!m.version.Newest || m.version.Expires != 0)
}

// memSource is the part of a memtable within a range.
type memSource struct {
	record
	mem    *memtable
	within keyRange
	at     int // of the next record
	placed bool
}

func (s *memSource) head() *record { return &s.record }
func (s *memSource) done()         {}

func (s *memSource) advance() bool {
	if !s.placed {
		s.placed = true
		s.at = sort.Search(len(s.mem.records), func(i int) bool {
			return bytes.Compare(userKey(s.mem.key(i)), s.within.lo) >= 0
		})
	}
	if s.at == len(s.mem.records) {
		return false
	}
	r := &s.mem.records[s.at]
	s.key = s.mem.key(s.at)
	if s.within.hi != nil && bytes.Compare(userKey(s.key), s.within.hi) >= 0 {
		return false
	}
	s.value, s.offset, s.meta, s.user, s.expires, s.counts = s.mem.value(s.at), r.offset, r.meta, r.user, r.expires, r.counts
	s.at++
	return true
}
