package search

import (
	"encoding/binary"
	"math/bits"
)

// Every second place of a text is looked at. Two windows of each pattern are in
// the tables for that, which begin one byte apart: wherever the pattern stands,
// one of them begins at an even place. A window has one byte less than the
// shortest pattern.
const (
	stride      = 2
	windowLong  = 7
	windowShort = 5
)

// Letters count without their case, so that a text in upper and in lower case
// takes one place in the filter; comparing is exact.
const (
	caseBits = 0x2020202020202020
	mixer    = 0x9e3779b97f4a7c15
)

// table says which anchors a window belongs to. In front of it stand two
// filters, with one word per window of which up to four bits are set. The first
// is asked at each place, and small enough for a processor's second-level cache.
// The second has another hash and more room; what it lets through by chance is
// too little to count.
type table struct {
	width  int    // of the windows, in bytes
	keep   uint64 // the bits of a window in 8 bytes
	filter []uint64
	shift  uint8
	second []uint64
	narrow uint8  // the shift of second
	slots  []slot // open addressing, linear probing, at most two thirds full
	mask   uint64
}

// slot is one anchor: the tag of its window, and its number plus one.
type slot struct {
	tag    uint32
	anchor uint32
}

const (
	// maxFilter is the most words of the first filter: 2 MiB.
	maxFilter = 1 << 18
	// perWord and perSecond are how many windows share a word. Of the first
	// filter: more of them, and too many places of a text pass; fewer, and the
	// filter leaves the cache.
	perWord   = 8
	perSecond = 4
)

// newTable makes the table of these windows, which belong to the anchors with
// the numbers from first on.
func newTable(width int, windows []uint64, first int) table {
	t := table{width: width, keep: 1<<(8*width) - 1}
	if len(windows) == 0 {
		return t
	}
	t.filter, t.shift = newFilter(min(len(windows)/perWord, maxFilter))
	t.second, t.narrow = newFilter(len(windows) / perSecond)
	slots := 1 << 4
	for slots*2 < len(windows)*3 {
		slots <<= 1
	}
	t.slots, t.mask = make([]slot, slots), uint64(slots-1)
	for i, w := range windows {
		s := spread(w)
		t.filter[s>>(t.shift&63)] |= filterBits[filterRow(s)]
		h := hashOf(w)
		t.second[h>>(t.narrow&63)] |= filterBits[secondRow(h)]
		at := place(h) & t.mask
		for t.slots[at].anchor != 0 {
			at = (at + 1) & t.mask
		}
		t.slots[at] = slot{tag: tag(h), anchor: uint32(first + i + 1)}
	}
	return t
}

// newFilter makes a filter of at least so many words, and says by how much a
// hash must be shifted to be the number of a word.
func newFilter(atLeast int) (words []uint64, shift uint8) {
	n := bits.Len(uint(max(atLeast, 1<<6) - 1))
	return make([]uint64, 1<<n), uint8(64 - n)
}

// window is the window at b[i:], without the case of its letters. There need
// not be 8 bytes.
func (t *table) window(b []byte, i int) uint64 {
	if i+8 <= len(b) {
		return binary.LittleEndian.Uint64(b[i:])&t.keep | caseBits
	}
	var last [8]byte
	copy(last[:], b[i:])
	return binary.LittleEndian.Uint64(last[:])&t.keep | caseBits
}

// spread is the hash of the filter. Its upper bits depend on the whole window,
// and that is all the filter needs; it costs one multiplication.
func spread(window uint64) uint64 { return window * mixer }

// hashOf is the hash of the slots.
func hashOf(window uint64) uint64 {
	hi, lo := bits.Mul64(window^0x1b873593cc9e2d51, mixer)
	return hi ^ lo
}

func place(h uint64) uint64 { return h >> 12 }
func tag(h uint64) uint32   { return uint32(h >> 20) }

// filterBits are the bits that a window may set in its word.
var filterBits = spreadBits()

func filterRow(s uint64) uint8 { return uint8(s >> 38) }
func secondRow(h uint64) uint8 { return uint8(h) }

func spreadBits() (rows [256]uint64) {
	for i := range rows {
		h := hashOf(uint64(i))
		rows[i] = 1<<(h&63) | 1<<(h>>6&63) | 1<<(h>>12&63) | 1<<(h>>18&63)
	}
	return rows
}
