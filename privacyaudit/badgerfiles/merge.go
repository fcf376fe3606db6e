package badgerfiles

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
)

// Which version a reader of the database sees is known only when all files that
// may hold a key are looked at together. The keys are cut into ranges of about
// a megabyte, and each range is merged from the blocks that reach into it: every
// block is read once (those at a cut twice), and nothing has to be remembered
// but the key at hand.

// usualRange is how many stored bytes of tables a range has, about.
const usualRange = 1 << 20

// keyRange is from lo up to, not including, hi; both without timestamp. The
// first begins with no key, the last has a nil hi.
type keyRange struct{ lo, hi []byte }

// ranges cuts the keys of all tables at first keys of blocks, each about
// rangeSize bytes from the one before.
func ranges(tables []*table, rangeSize int64) []keyRange {
	type sample struct {
		key  []byte
		size int64
	}
	var samples []sample
	for _, t := range tables {
		size := int64(0)
		for i := range t.blocks {
			size += int64(t.blocks[i].len)
			if size >= rangeSize/16 || i == len(t.blocks)-1 {
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
	list := ranges(r.tables, r.rangeSize)
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
	sources []head // room for heads
	heads   []head // the sources that are not used up, least record first
	free    []*tableSource
	follow  follower
	settled bool   // the newest that counts has been told of the key at hand
	last    source // whose record was told last
	group   []byte // the key at hand, kept where more than one source has records
	told    int
	version Version
}

// head is a source with its record at hand, which the source changes in place.
type head struct {
	*record
	source source
}

// source gives the records of one file within a range in Badger's order.
type source interface {
	advance() bool
	done()
}

// record is a version before it is known whether it is the newest.
type record struct {
	file       string
	offset     int64
	key, value []byte // key with timestamp; valid until the source advances
	meta, user byte
	again      bool // the source's previous record has the same key
	counts     bool
	expires    uint64
	rank       int // of two copies of one version, the reader meets the lower rank
}

func less(a, b *record) bool {
	c := compareKeys(a.key, b.key)
	return c < 0 || c == 0 && a.rank < b.rank
}

func (m *merger) close() {
	for _, s := range m.free {
		s.unpack.close()
	}
}

func (m *merger) merge(within keyRange) error {
	m.heads = m.sources[:0]
	defer func() {
		for _, h := range m.heads {
			h.source.done()
		}
	}()
	for i, mem := range m.r.mems {
		s := newMemSource(mem, within, i)
		m.start(&s.record, s)
	}
	for i, t := range m.r.tables {
		if within.hi != nil && bytes.Compare(userKey(t.blocks[0].key), within.hi) >= 0 || bytes.Compare(userKey(t.biggest), within.lo) < 0 {
			continue
		}
		s := m.tableSource(t, within, len(m.r.mems)+i)
		m.start(&s.record, s)
	}
	m.sources = m.heads
	slices.SortFunc(m.heads, func(a, b head) int {
		if less(a.record, b.record) {
			return -1
		}
		return 1
	})
	m.last = nil
	for len(m.heads) > 0 {
		if err := m.tell(m.heads[0]); err != nil {
			return err
		}
		m.step()
	}
	return nil
}

func (m *merger) start(r *record, s source) {
	if s.advance() {
		m.heads = append(m.heads, head{r, s})
	} else {
		s.done()
	}
}

// step advances the source in front and puts it where it now belongs.
func (m *merger) step() {
	h := m.heads[0]
	if !h.source.advance() {
		h.source.done()
		m.heads = m.heads[1:]
		return
	}
	for i := 1; i < len(m.heads) && less(m.heads[i].record, h.record); i++ {
		m.heads[i-1], m.heads[i] = m.heads[i], h
	}
}

// tell hands a record to the caller of Read.
func (m *merger) tell(h head) error {
	rec, v := h.record, &m.version
	key := userKey(rec.key)
	same := rec.again
	if m.last != h.source {
		same = m.last != nil && bytes.Equal(key, m.group)
		m.last = h.source
	}
	if len(m.heads) > 1 {
		m.group = append(m.group[:0], key...) // the source moves on, and then another may be in front
	}
	if !same {
		m.settled = false
	}
	if v.File != rec.file {
		v.File = rec.file
	}
	v.Offset, v.Key, v.Value, v.Commit, v.UserMeta, v.Expires = rec.offset, key, rec.value, commit(rec.key), rec.user, rec.expires
	v.Deleted = rec.meta&bitDelete != 0
	v.Newest = rec.counts && !m.settled
	m.settled = m.settled || rec.counts
	if rec.meta&bitPointer != 0 {
		value, err := m.follow.fetch(rec.value, rec.key)
		if err != nil && !m.collected(err) {
			m.r.problem(rec.file, "at byte %d %s", rec.offset, err)
		}
		v.Value = value
	}
	m.told++
	return m.r.f(m.worker, v)
}

// collected tells whether a value may be gone without harm: the database's
// clean-up of value logs removes a log whose values are all superseded or
// expired, and leaves the pointers.
func (m *merger) collected(err error) bool {
	return errors.Is(err, errNoLog) && (!m.version.Newest || m.version.Expires != 0)
}
