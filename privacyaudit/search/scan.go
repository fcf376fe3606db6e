package search

import (
	"bytes"
	"encoding/binary"
)

// Scan calls f with every occurrence of a needle in b: first those that are
// found by long windows, then by short ones, then those of which all characters
// are escapes; each part in the order of offsets of these windows. It is safe
// for concurrent use, and allocates nothing when there is no hit.
func (x *Index) Scan(b []byte, f func(Hit)) {
	x.scanLong(b, f)
	if len(x.short.slots) > 0 {
		x.scanShort(b, f)
	}
	x.scanEscaped(b, f)
}

func (x *Index) scanLong(b []byte, f func(Hit)) {
	filter, shift := x.long.filter, x.long.shift&63
	if len(filter) == 0 {
		return
	}
	for i := 0; i+windowLong <= len(b); i++ {
		h := hash(binary.LittleEndian.Uint64(b[i:]), windowLong)
		word := filter[h>>shift]
		if word>>(h&63)&(word>>(h>>6&63))&1 != 0 {
			x.probe(&x.long, h, b, i, f)
		}
	}
}

func (x *Index) scanShort(b []byte, f func(Hit)) {
	filter, shift := x.short.filter, x.short.shift&63
	for i := 0; i+windowShort <= len(b); i++ {
		var window uint64
		if i+8 <= len(b) {
			window = binary.LittleEndian.Uint64(b[i:])
		} else {
			var last [8]byte
			copy(last[:], b[i:])
			window = binary.LittleEndian.Uint64(last[:])
		}
		h := hash(window, windowShort)
		word := filter[h>>shift]
		if word>>(h&63)&(word>>(h>>6&63))&1 != 0 {
			x.probe(&x.short, h, b, i, f)
		}
	}
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
