package search

// anchor says which pattern a window belongs to: that of a value in a form, of
// which the window is the part that begins at a place.
type anchor struct {
	value uint32
	at    uint32
	form  uint8
}

// reach is how many windows of a pattern are considered for its anchors. Within
// that many, a value that can be told from others at all differs from them.
const reach = 256

// windows are the windows that belong to a list of anchors.
type windows struct {
	windows []uint64
	anchors []anchor
}

// build fills the tables. For each pattern it chooses the neighbouring windows
// that the fewest patterns share, and among those the ones with the most
// different bytes: the domain that all mail addresses have in common would let
// every address through the filter.
func (x *Index) build() {
	x.long, x.short = newTable(windowLong, nil, 0), newTable(windowShort, nil, 0)
	crowd := newCrowd(len(x.values))
	scratch := make([]byte, 0, 6*x.widest+64)
	x.patterns(scratch, func(_ anchor, pattern []byte, _ int) {
		t := x.tableOf(pattern)
		for i := 0; i < reach && i+t.width <= len(pattern); i++ {
			crowd.add(hashOf(t.window(pattern, i)))
		}
	})
	var long, short windows
	x.patterns(scratch, func(a anchor, pattern []byte, choice int) {
		x.longest = max(x.longest, len(pattern))
		t, list := x.tableOf(pattern), &long
		if t == &x.short {
			list = &short
		}
		best, bestCrowd, bestMix := 0, ^uint32(0), 0
		for i := 0; i < choice && i+t.width+stride-1 <= len(pattern); i++ {
			n := crowd.count(hashOf(t.window(pattern, i)))
			for k := 1; k < stride; k++ {
				n = max(n, crowd.count(hashOf(t.window(pattern, i+k))))
			}
			if n > bestCrowd {
				continue
			}
			if mix := different(pattern[i : i+t.width]); n < bestCrowd || mix > bestMix {
				best, bestCrowd, bestMix = i, n, mix
			}
		}
		for k := range stride {
			a.at = uint32(best + k)
			list.add(t.window(pattern, best+k), a)
		}
	})
	x.anchors = append(append(make([]anchor, 0, len(long.anchors)+len(short.anchors)), long.anchors...), short.anchors...)
	x.long = newTable(windowLong, long.windows, 0)
	x.short = newTable(windowShort, short.windows, len(long.anchors))
}

// tableOf is the table in which the windows of a pattern stand.
func (x *Index) tableOf(pattern []byte) *table {
	if len(pattern) < windowLong+stride-1 {
		return &x.short
	}
	return &x.long
}

// add adds a window, unless the pattern before had the same with the same
// anchor, as happens with the two alphabets of base64.
func (l *windows) add(window uint64, a anchor) {
	for i := max(0, len(l.anchors)-2*stride); i < len(l.anchors); i++ {
		if l.anchors[i] == a && l.windows[i] == window {
			return
		}
	}
	l.windows, l.anchors = append(l.windows, window), append(l.anchors, a)
}

// patterns calls f with every pattern to look for, and with how many of its
// windows may be an anchor. The pattern is valid until f returns.
func (x *Index) patterns(scratch []byte, f func(a anchor, pattern []byte, choice int)) {
	for i := range x.values {
		v := &x.values[i]
		x.longest = max(x.longest, escapedMost(v.bytes))
		a := anchor{value: uint32(i)}
		for form := range formCount {
			a.form = uint8(form)
			if p := writeForm(scratch, v.bytes, form); p != nil {
				f(a, p, reach)
			}
		}
		if len(v.whole) > 0 {
			digestPatterns(scratch, v.bytes, func(form uint8, pattern []byte, choice int) {
				a.form = form
				f(a, pattern, choice)
			})
		}
	}
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
