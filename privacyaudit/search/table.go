package search

import "math/bits"

// The hash of a window. Letters count without their case, so that a text in
// upper and in lower case takes one place in the filter; comparing is exact.
const (
	caseBits = 0x2020202020202020
	mixer    = 0x9e3779b97f4a7c15
)

func hash(window uint64, width int) uint64 {
	if width == windowShort {
		window &= 1<<48 - 1
	}
	hi, lo := bits.Mul64((window|caseBits)^0x1b873593cc9e2d51, mixer)
	return hi ^ lo
}

// table says which anchors a window belongs to. In front of it stands a filter
// that is small enough for a processor's second-level cache: one word per
// window, of which two bits are set.
type table struct {
	filter []uint64
	shift  uint8
	slots  []slot // open addressing, linear probing, at most two thirds full
	mask   uint64
}

// slot is one anchor: the tag of its window, and its number plus one.
type slot struct {
	tag    uint32
	anchor uint32
}

// maxFilter is the most words of a filter: 2 MiB.
const maxFilter = 1 << 18

// newTable makes the table of the windows with these hashes, which belong to
// the anchors with the numbers from first on.
func newTable(hashes []uint64, first int) table {
	if len(hashes) == 0 {
		return table{}
	}
	words := 1 << 6
	for words < len(hashes) && words < maxFilter {
		words <<= 1
	}
	slots := 1 << 4
	for slots*2 < len(hashes)*3 {
		slots <<= 1
	}
	t := table{
		filter: make([]uint64, words), shift: uint8(64 - bits.TrailingZeros(uint(words))),
		slots: make([]slot, slots), mask: uint64(slots - 1),
	}
	for i, h := range hashes {
		t.filter[h>>(t.shift&63)] |= filterBits(h)
		at := place(h) & t.mask
		for t.slots[at].anchor != 0 {
			at = (at + 1) & t.mask
		}
		t.slots[at] = slot{tag: tag(h), anchor: uint32(first + i + 1)}
	}
	return t
}

// filterBits are the bits of a window in its word of the filter.
func filterBits(h uint64) uint64 { return 1<<(h&63) | 1<<(h>>6&63) }

func place(h uint64) uint64 { return h >> 12 }
func tag(h uint64) uint32   { return uint32(h >> 20) }
