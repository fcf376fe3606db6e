package search

import "encoding/binary"

// anchor says which pattern a window belongs to: that of a value in a form, of
// which the window is the part that begins at a place.
type anchor struct {
	value uint32
	at    uint32
	form  uint8
}

// reach is how many windows of a pattern are considered for its anchor. Within
// that many, a value that can be told from others at all differs from them.
const reach = 256

// build fills the tables. For each pattern it chooses the window that the
// fewest patterns share, and among those the one with the most different bytes:
// the domain that all mail addresses have in common would let every address
// through the filter.
func (x *Index) build() {
	// Shared windows need not be counted exactly, so that the counts of all
	// windows stand in one array without keys.
	crowd := newCrowd(len(x.values))
	scratch := make([]byte, 0, 6*x.widest+64)
	x.patterns(scratch, func(_ anchor, pattern []byte, _ int) {
		width := width(pattern)
		for i := 0; i < reach && i+width <= len(pattern); i++ {
			crowd.add(hashAt(pattern, i, width))
		}
	})
	var long, short []uint64
	var longAt, shortAt []anchor
	x.patterns(scratch, func(a anchor, pattern []byte, windows int) {
		x.longest = max(x.longest, len(pattern))
		width := width(pattern)
		best, bestCrowd, bestMix := 0, ^uint32(0), 0
		for i := 0; i < windows && i+width <= len(pattern); i++ {
			n := crowd.count(hashAt(pattern, i, width))
			if n > bestCrowd {
				continue
			}
			if mix := different(pattern[i : i+width]); n < bestCrowd || mix > bestMix {
				best, bestCrowd, bestMix = i, n, mix
			}
		}
		a.at = uint32(best)
		h := hashAt(pattern, best, width)
		if width == windowLong {
			long, longAt = append(long, h), append(longAt, a)
		} else {
			short, shortAt = append(short, h), append(shortAt, a)
		}
	})
	x.anchors = make([]anchor, 0, len(longAt)+len(shortAt))
	x.anchors = append(append(x.anchors, longAt...), shortAt...)
	x.long = newTable(long, 0)
	x.short = newTable(short, len(longAt))
}

// patterns calls f with every pattern to look for, and with how many of its
// windows may be the anchor. The pattern is valid until f returns.
func (x *Index) patterns(scratch []byte, f func(a anchor, pattern []byte, windows int)) {
	for i := range x.values {
		v := &x.values[i]
		a := anchor{value: uint32(i)}
		for form := range formCount {
			a.form = uint8(form)
			if p := writeForm(scratch, v.bytes, form); p != nil {
				f(a, p, reach)
			}
		}
		if len(v.whole) > 0 {
			digestPatterns(scratch, v.bytes, func(form uint8, pattern []byte, windows int) {
				a.form = form
				f(a, pattern, windows)
			})
		}
	}
}

// Windows.
const (
	windowLong  = 8
	windowShort = 6
)

func width(pattern []byte) int {
	if len(pattern) < windowLong {
		return windowShort
	}
	return windowLong
}

// hashAt is the hash of the window of a pattern.
func hashAt(pattern []byte, at, width int) uint64 {
	var w [8]byte
	copy(w[:], pattern[at:at+width])
	return hash(binary.LittleEndian.Uint64(w[:]), width)
}

func different(window []byte) int {
	var seen [4]uint64
	n := 0
	for _, c := range window {
		if seen[c>>6]>>(c&63)&1 == 0 {
			seen[c>>6] |= 1 << (c & 63)
			n++
		}
	}
	return n
}

// crowd counts windows, approximately: what falls on the same place is counted
// together.
type crowd struct {
	counts []uint32
	mask   uint64
}

func newCrowd(values int) *crowd {
	n := 1 << 12
	for n < values*256 && n < 1<<23 {
		n <<= 1
	}
	return &crowd{counts: make([]uint32, n), mask: uint64(n - 1)}
}

func (c *crowd) add(h uint64)          { c.counts[h>>20&c.mask]++ }
func (c *crowd) count(h uint64) uint32 { return c.counts[h>>20&c.mask] }
