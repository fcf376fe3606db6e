package search

import (
	"encoding/base64"
	"encoding/hex"
)

// The shortest runs that are decoded.
const (
	minBase64 = 24
	minHex    = 32
)

// Classes of characters.
const (
	classHex = 1 << iota
	classStd
	classURL
)

var classes = classify()

func classify() (classes [256]uint8) {
	for c := range classes {
		switch {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'f', 'A' <= c && c <= 'F':
			classes[c] = classHex | classStd | classURL
		case 'g' <= c && c <= 'z', 'G' <= c && c <= 'Z':
			classes[c] = classStd | classURL
		case c == '+', c == '/':
			classes[c] = classStd
		case c == '-', c == '_':
			classes[c] = classURL
		}
	}
	return classes
}

// encoded searches what is encoded in b as base64 or hexadecimal digits.
func (d *dive) encoded(l layer, b []byte) {
	d.runs(l, b, classStd, minBase64)
	d.runs(l, b, classURL, minBase64)
	d.runs(l, b, classHex, minHex)
}

// runs decodes the runs of characters of a class.
func (d *dive) runs(l layer, b []byte, class uint8, shortest int) {
	for at := 0; at+shortest <= len(b); {
		// A long run holds the last character of the next so many.
		if last := at + shortest - 1; classes[b[last]]&class == 0 {
			at = last + 1
			continue
		}
		start := at + shortest - 1
		for start > at && classes[b[start-1]]&class != 0 {
			start--
		}
		end := at + shortest
		for end < len(b) && classes[b[end]]&class != 0 {
			end++
		}
		if end-start >= shortest {
			d.decode(l, b[start:end], start, class)
		}
		at = end + 1
	}
}

// decode searches what a run stands for. Characters in front of it, such as a
// byte of length that happens to be a letter, may belong to the run: where
// something compressed comes to light behind them, that is searched, too.
func (d *dive) decode(l layer, run []byte, at int, class uint8) {
	name, group, from := "base64", 4, func(run []byte) []byte { return decodeBase64(run, class) }
	if class == classHex {
		name, group, from = "hex", 2, decodeHex
	}
	if class == classURL && !has(run, '-', '_') {
		return // decoded as the other alphabet
	}
	inner := l.within(name, at)
	inner.encoded = true
	for skip := range group {
		plain := from(run[skip:])
		if skip > 0 {
			if n, c := nextMark(plain[:min(len(plain), 16)]); c == nil || n > 0 {
				continue
			}
		}
		if inner.depth <= MaxDepth {
			d.search(inner, plain)
		} else if readable(plain) || d.inflates(plain) {
			d.fail(inner, ErrTooDeep)
		}
	}
}

// inflates tells whether b begins with something compressed.
func (d *dive) inflates(b []byte) bool {
	n, c := nextMark(b)
	if c == nil || n > 0 {
		return false
	}
	_, _, err := d.inflater.run(c, b)
	return err == nil
}

// readable tells whether b is text, as which random bytes hardly pass.
func readable(b []byte) bool {
	for _, c := range b {
		if (c < ' ' || c > '~') && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return len(b) > 0
}

func has(run []byte, some ...byte) bool {
	for _, c := range run {
		for _, s := range some {
			if c == s {
				return true
			}
		}
	}
	return false
}

func decodeBase64(run []byte, class uint8) []byte {
	enc := base64.RawStdEncoding
	if class == classURL {
		enc = base64.RawURLEncoding
	}
	if len(run)%4 == 1 {
		run = run[:len(run)-1] // one character alone stands for nothing
	}
	plain := make([]byte, enc.DecodedLen(len(run)))
	n, _ := enc.Decode(plain, run) // all characters are of the alphabet
	return plain[:n]
}

func decodeHex(run []byte) []byte {
	plain := make([]byte, len(run)/2)
	n, _ := hex.Decode(plain, run[:len(run)&^1]) // all characters are digits
	return plain[:n]
}
