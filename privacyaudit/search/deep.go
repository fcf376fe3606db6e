package search

import (
	"errors"
	"fmt"
	"strings"
)

const (
	// MaxDepth is how many layers of compression and encoding Deep looks
	// through.
	MaxDepth = 4
	// MaxInflated is how many bytes Deep inflates in one call, all layers
	// together.
	MaxInflated = 64 << 20
)

// Errors of Deep, to be tested with errors.Is. Each means that something was
// there which could not be searched.
var (
	ErrTooLarge = errors.New("inflates to too many bytes")
	ErrTooDeep  = errors.New("has too many layers")
	ErrDamaged  = errors.New("is damaged or cut off")
)

// Deep is Scan, and also looks within what b holds compressed or encoded:
//
//   - gzip, zlib, zstd and framed snappy anywhere in b,
//   - snappy blocks, which have no mark, if b as a whole is one,
//   - base64 and hexadecimal digits, 24 and 32 characters of them or more,
//     anywhere in b; up to three characters that are none of it may stand in
//     front if it is compressed data that are encoded,
//
// and all of these within each other, MaxDepth layers. Within base64 and
// hexadecimal digits only that is reported which Scan does not find from
// outside.
//
// Compressed data must be in b as a whole. What looks like gzip, zstd or framed
// snappy and cannot be inflated to its end is an error, as is what inflates to
// more than MaxInflated or has more than MaxDepth layers. The two bytes that
// begin zlib occur too often by chance: if what follows them is not zlib, that
// is no error. Whatever could be inflated is searched also when there is an
// error, and the search goes on behind it.
func (x *Index) Deep(b []byte, f func(Hit)) error {
	in := x.inflate.Get().(*inflater)
	defer x.inflate.Put(in)
	in.left, in.work = x.bound, x.bound+16*int64(len(b))
	d := &dive{index: x, inflater: in, report: f}
	d.search(layer{}, b)
	return errors.Join(d.errs...)
}

// dive is one call of Deep.
type dive struct {
	index    *Index
	inflater *inflater
	report   func(Hit)
	errs     []error
	told     [3]bool // which errors are in errs; each is enough once
}

// layer is where something was found: in how many layers, their names, where
// the outermost begins.
type layer struct {
	depth   int
	form    string
	offset  int64
	encoded bool // directly within base64 or hexadecimal digits
}

// within is the layer of something at an offset of this layer.
func (l layer) within(name string, offset int) layer {
	if l.depth == 0 {
		l.offset = int64(offset)
	}
	return layer{depth: l.depth + 1, form: l.form + name + ":", offset: l.offset}
}

func (d *dive) search(l layer, b []byte) {
	d.index.Scan(b, func(h Hit) {
		if l.depth > 0 {
			if l.encoded && fromOutside(h, strings.HasSuffix(l.form, "hex:")) {
				return
			}
			h.Form, h.Offset = Form(l.form)+h.Form, l.offset
		}
		d.report(h)
	})
	d.compressed(l, b)
	d.encoded(l, b)
}

// fromOutside tells whether Scan finds a hit in the text that was decoded, too:
// a value in base64 or hexadecimal digits, and a digest that is written so.
func fromOutside(h Hit, hexadecimal bool) bool {
	if h.Form == formNames[formRaw] {
		return true
	}
	name, _, _ := strings.Cut(string(h.Form), "/")
	for _, digest := range digestNames {
		if name == digest {
			return hexadecimal || h.Offset == 0
		}
	}
	return false
}

// compressed searches what is compressed in b.
func (d *dive) compressed(l layer, b []byte) {
	if d.blockOf(l, b) {
		return
	}
	for at := 0; at < len(b); {
		n, c := nextMark(b[at:])
		if c == nil {
			return
		}
		at += n
		used := d.inflate(l, b, at, c)
		at += max(used, 1)
	}
}

// inflate searches what begins at b[at:] with the mark of a codec, and gives
// how many bytes of b that was; 0 if it was a mark by chance.
func (d *dive) inflate(l layer, b []byte, at int, c *codec) int {
	plain, used, err := d.inflater.run(c, b[at:])
	inner := l.within(c.name, at)
	chance := errors.Is(err, errChance)
	if err != nil && !chance {
		d.fail(inner, err)
	}
	switch {
	case len(plain) == 0:
	case inner.depth <= MaxDepth:
		d.search(inner, plain)
	case !chance:
		d.fail(inner, ErrTooDeep)
	}
	if err != nil {
		return 0
	}
	return used
}

// blockOf searches b if it is a block of snappy.
func (d *dive) blockOf(l layer, b []byte) bool {
	plain, err := d.inflater.snappyBlock(b)
	inner := l.within("snappy", 0)
	switch {
	case errors.Is(err, ErrTooLarge):
		d.fail(inner, err)
		return false
	case err != nil:
		return false
	case inner.depth > MaxDepth:
		// A block has no mark: at this depth, in data that happen to be one,
		// it is no proof that anything is hidden.
		return false
	}
	d.search(inner, plain)
	return true
}

// fail notes an error; the first of each kind is enough to fail an audit.
func (d *dive) fail(l layer, err error) {
	for i, kind := range []error{ErrTooLarge, ErrTooDeep, ErrDamaged} {
		if !errors.Is(err, kind) {
			continue
		}
		if !d.told[i] {
			d.told[i] = true
			d.errs = append(d.errs, fmt.Errorf("search: %s at byte %d %w; unpack it and search the parts", strings.TrimSuffix(l.form, ":"), l.offset, err))
		}
		return
	}
	panic("BUG: search: an error of no kind: " + err.Error())
}
