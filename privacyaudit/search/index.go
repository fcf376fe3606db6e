package search

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"unicode/utf8"
)

// MinValue is the length in bytes of the shortest value that can be searched
// for. A shorter one occurs by chance in any store.
const MinValue = 6

// Needle is one value to look for.
type Needle struct {
	// ID is the caller's name for the value; hits carry it. Several needles
	// may have the same ID or the same value.
	ID int
	// Value is what to look for, at least MinValue bytes. NewIndex copies it.
	Value []byte
	// Derived asks for the digests of the value, too.
	Derived bool
	// Lower asks for the value in lower case, too, in all forms; mail addresses
	// are often stored so. Such hits have the same forms as those of the
	// value. In base64, where a part of the first and last character is not
	// compared, both may be the same text; the hit is then reported twice.
	Lower bool
}

// Hit is one occurrence of a value. It holds no bytes of the value.
type Hit struct {
	// Needle is the ID of the needle.
	Needle int
	// Form is how the value was written.
	Form Form
	// Offset is where the form begins. For something within compressed or
	// encoded data it is where the outermost such data begin.
	Offset int64
}

// value is one distinct byte string to look for.
type value struct {
	bytes []byte
	all   []int // IDs of all needles with this value
	whole []int // IDs of those that ask for digests, too; a part of all
}

// Index is what a search needs to know about its needles. It is immutable and
// may be used by many goroutines at once. Make it with NewIndex.
type Index struct {
	values  []value
	anchors []anchor
	long    table // patterns of 8 bytes and more
	short   table // patterns of 6 and 7 bytes
	longest int   // bytes of the longest pattern
	widest  int   // bytes of the longest value
	scratch sync.Pool
	inflate sync.Pool // of *inflater
	bound   int64     // bytes to inflate, MaxInflated but for tests
}

// NewIndex prepares a search. It reports all values that are too short, by ID.
// Without needles the index finds nothing.
func NewIndex(needles []Needle) (*Index, error) {
	x := &Index{bound: MaxInflated}
	var faults []error
	known := make(map[string]int, len(needles))
	add := func(n Needle, v []byte) {
		at, ok := known[string(v)]
		if !ok {
			at = len(x.values)
			known[string(v)] = at
			x.values = append(x.values, value{bytes: bytes.Clone(v)})
			x.widest = max(x.widest, len(v))
		}
		e := &x.values[at]
		if !slices.Contains(e.all, n.ID) {
			e.all = append(e.all, n.ID)
		}
		if n.Derived && !slices.Contains(e.whole, n.ID) {
			e.whole = append(e.whole, n.ID)
		}
	}
	for _, n := range needles {
		if len(n.Value) < MinValue {
			faults = append(faults, fmt.Errorf("search: the value of needle %d has %d bytes, at least %d are needed: look for it by its field instead", n.ID, len(n.Value), MinValue))
			continue
		}
		add(n, n.Value)
		if n.Lower {
			add(n, lower(n.Value))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	room := 6*x.widest + 64
	x.scratch.New = func() any {
		b := make([]byte, 0, room)
		return &b
	}
	x.inflate.New = func() any { return newInflater() }
	x.build()
	return x, nil
}

// lower is a value in lower case. Of what is no text, ASCII letters count.
func lower(v []byte) []byte {
	if utf8.Valid(v) {
		return bytes.ToLower(v)
	}
	v = bytes.Clone(v)
	for i, c := range v {
		if 'A' <= c && c <= 'Z' {
			v[i] = c | 0x20
		}
	}
	return v
}

// Overlap is by how many bytes the pieces of a stream must overlap, so that a
// value that stands across the border of two pieces is found in one of them.
func (x *Index) Overlap() int { return max(0, x.longest-1) }
