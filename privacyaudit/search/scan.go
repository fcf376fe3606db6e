package search

import (
	"bytes"
	"encoding/binary"
)

// Scan calls f with every occurrence of a needle in b: first those of patterns
// of 8 bytes and more, then of shorter ones, then those of which all characters
// are escapes; each part in the order of the offsets of their windows. It is
// safe for concurrent use, and allocates nothing when there is no hit.
func (x *Index) Scan(b []byte, f func(Hit)) {
	x.scanTables(b, f)
	x.scanEscaped(b, f)
}

func (x *Index) scanTables(b []byte, f func(Hit)) {
	x.scanTable(&x.long, b, f)
	x.scanTable(&x.short, b, f)
}

// block is how many bytes of a text go through the filter at a time; an even
// number.
const block = 2048

// places are the places in a block that the filter lets through.
type places [block / stride]uint16

// scanTable reports what has a window in a table. It filters block by block, so
// that the processor waits for many words of a filter at once.
func (x *Index) scanTable(t *table, b []byte, f func(Hit)) {
	if len(t.slots) == 0 {
		return
	}
	var left places
	for from := 0; from+t.width <= len(b); from += block {
		piece := b[from:min(len(b), from+block+7)]
		n := t.pass(piece, &left)
		n = t.passSecond(piece, left[:n])
		for _, i := range left[:n] {
			at := from + int(i)
			x.probe(t, hashOf(t.window(b, at)), b, at, f)
		}
	}
}

// passSecond moves the places that the second filter lets through to the front,
// and gives their number.
func (t *table) passSecond(b []byte, left []uint16) int {
	second, shift := t.second, t.narrow&63
	n := 0
	for _, i := range left {
		h := hashOf(t.window(b, int(i)))
		row := filterBits[secondRow(h)]
		left[n] = i
		if second[h>>shift]&row == row {
			n++
		}
	}
	return n
}

// pass gives the number of places in b which the first filter lets through, and
// writes them into left. In b is a block, and 7 bytes more if there are.
func (t *table) pass(b []byte, left *places) int {
	filter, shift, keep := t.filter, t.shift&63, t.keep
	n, i := uint(0), 0
	// Two places at a time, without a branch that depends on the text: the
	// next place is overwritten unless this one counts.
	for ; i+16 <= len(b); i += 2 * stride {
		p := b[i : i+16 : i+16]
		s := spread(binary.LittleEndian.Uint64(p)&keep | caseBits)
		u := spread(binary.LittleEndian.Uint64(p[stride:])&keep | caseBits)
		sBits, uBits := filterBits[filterRow(s)], filterBits[filterRow(u)]
		left[n%uint(len(left))] = uint16(i)
		if filter[s>>shift]&sBits == sBits {
			n++
		}
		left[n%uint(len(left))] = uint16(i + stride)
		if filter[u>>shift]&uBits == uBits {
			n++
		}
	}
	for ; i < block && i+t.width <= len(b); i += stride {
		s := spread(t.window(b, i))
		if bits := filterBits[filterRow(s)]; filter[s>>shift]&bits == bits {
			left[n] = uint16(i)
			n++
		}
	}
	return int(n)
}

// probe reports the patterns whose window, with the hash h, is at b[i:].
func (x *Index) probe(t *table, h uint64, b []byte, i int, f func(Hit)) {
	want := tag(h)
	for at := place(h) & t.mask; t.slots[at].anchor != 0; at = (at + 1) & t.mask {
		if t.slots[at].tag == want {
			x.verify(x.anchors[t.slots[at].anchor-1], b, i, f)
		}
	}
}

// verify reports the pattern of an anchor if its window at b[i:] is part of it.
func (x *Index) verify(a anchor, b []byte, i int, f func(Hit)) {
	start := i - int(a.at)
	if start < 0 {
		return
	}
	v := &x.values[a.value]
	scratch := x.scratch.Get().(*[]byte)
	defer x.scratch.Put(scratch)
	if a.form < formCount {
		if bytes.HasPrefix(b[start:], spell((*scratch)[:0], v.bytes, int(a.form))) {
			report(v.all, formNames[a.form], start, f)
		}
		return
	}
	if form := matchDigest(*scratch, b[start:], v.bytes, a.form); form != "" {
		report(v.whole, form, start, f)
	}
}

func report(needles []int, form Form, at int, f func(Hit)) {
	for _, id := range needles {
		f(Hit{Needle: id, Form: form, Offset: int64(at)})
	}
}
