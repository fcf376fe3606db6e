package search

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// escapeLength is the length of an escape as \u0041.
const escapeLength = 6

// scanEscaped reports values of which every character is written as \uXXXX. It
// looks for runs of such escapes, and for the values in what they stand for.
func (x *Index) scanEscaped(b []byte, f func(Hit)) {
	if len(x.values) == 0 {
		return
	}
	for i := 0; ; {
		n := bytes.IndexByte(b[i:], '\\')
		if n < 0 {
			return
		}
		i += n
		end := i
		for {
			if _, ok := escape(b[end:]); !ok {
				break
			}
			end += escapeLength
		}
		if end > i {
			x.scanRun(b[i:end], i, f)
		}
		i = max(end, i+1)
	}
}

// escapedMost is the length of a value when all of its characters are escapes.
func escapedMost(v []byte) int {
	n := 0
	for len(v) > 0 {
		r, size := utf8.DecodeRune(v)
		n += escapeLength * utf16.RuneLen(r)
		v = v[size:]
	}
	return n
}

// onlyEscapes tells whether a text is a run of escapes.
func onlyEscapes(p []byte) bool {
	for len(p) > 0 {
		if _, ok := escape(p); !ok {
			return false
		}
		p = p[escapeLength:]
	}
	return true
}

// scanRun looks for values in a run of escapes, which begins at an offset.
func (x *Index) scanRun(run []byte, offset int, f func(Hit)) {
	buffer := x.scratch.Get().(*[]byte)
	defer x.scratch.Put(buffer)
	plain := (*buffer)[:0]
	for at := 0; at < len(run); {
		r, n := escapedRune(run[at:])
		plain = utf8.AppendRune(plain, r)
		at += n
	}
	*buffer = plain
	if len(plain) < MinValue {
		return
	}
	found := func(h Hit) {
		if h.Form == formNames[formRaw] {
			f(Hit{Needle: h.Needle, Form: formEscaped, Offset: int64(offset + escapedLength(run, int(h.Offset)))})
		}
	}
	x.scanTables(plain, found)
}

// escapedLength is how many bytes of a run of escapes stand for the first bytes
// of its plain text.
func escapedLength(run []byte, plain int) int {
	at := 0
	for plain > 0 {
		r, n := escapedRune(run[at:])
		plain -= utf8.RuneLen(r)
		at += n
	}
	return at
}

// escapedRune is the first character of a run of escapes, and how many bytes it
// takes. Half a pair of surrogates is a replacement character.
func escapedRune(run []byte) (rune, int) {
	u, _ := escape(run)
	if utf16.IsSurrogate(rune(u)) {
		if low, ok := escape(run[escapeLength:]); ok {
			if r := utf16.DecodeRune(rune(u), rune(low)); r != utf8.RuneError {
				return r, 2 * escapeLength
			}
		}
		return utf8.RuneError, escapeLength
	}
	return rune(u), escapeLength
}

// escape reads an escape as \u0041 at the beginning of b.
func escape(b []byte) (unit uint16, ok bool) {
	if len(b) < escapeLength || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	for _, c := range b[2:escapeLength] {
		digit := digitValue(c)
		if digit < 0 {
			return 0, false
		}
		unit = unit<<4 | uint16(digit)
	}
	return unit, true
}
