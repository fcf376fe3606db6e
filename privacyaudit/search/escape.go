package search

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	lowerDigits = "0123456789abcdef"
	upperDigits = "0123456789ABCDEF"
)

// digitValue is what a hexadecimal digit of either case stands for; -1 for
// other characters.
func digitValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// appendJSON writes a value as encoding/json writes a string, without the
// quotes.
func appendJSON(dst, v []byte, forHTML bool, digits string) []byte {
	for len(v) > 0 {
		r, size := utf8.DecodeRune(v)
		c := v[0]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\b':
			dst = append(dst, `\b`...)
		case c == '\f':
			dst = append(dst, `\f`...)
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\r':
			dst = append(dst, `\r`...)
		case c == '\t':
			dst = append(dst, `\t`...)
		case c < ' ', forHTML && (c == '<' || c == '>' || c == '&'), r == '\u2028', r == '\u2029', r == utf8.RuneError && size == 1:
			dst = appendUnit(dst, uint16(r), digits)
		default:
			dst = append(dst, v[:size]...)
		}
		v = v[size:]
	}
	return dst
}

// appendASCII writes a value as a JSON encoder does that leaves nothing but
// ASCII.
func appendASCII(dst, v []byte, digits string) []byte {
	var units [2]uint16
	for len(v) > 0 {
		r, size := utf8.DecodeRune(v)
		if r < utf8.RuneSelf {
			dst = appendJSON(dst, v[:1], false, digits)
		} else {
			for _, u := range utf16.AppendRune(units[:0], r) {
				dst = appendUnit(dst, u, digits)
			}
		}
		v = v[size:]
	}
	return dst
}

func appendUnit(dst []byte, u uint16, digits string) []byte {
	return append(dst, '\\', 'u', digits[u>>12], digits[u>>8&15], digits[u>>4&15], digits[u&15])
}

// appendQuoted writes a value as strconv.Quote does, without the quotes.
func appendQuoted(dst, v []byte) []byte {
	start := len(dst)
	dst = strconv.AppendQuote(dst, string(v))
	n := copy(dst[start:], dst[start+1:len(dst)-1])
	return dst[:start+n]
}

// urlPlace is where in a URL a value is written: what needs no escape there
// beside letters, digits and -_.~, and what a space becomes.
type urlPlace struct {
	plain string
	space string
}

var (
	inQuery  = urlPlace{plain: "", space: "+"}
	inPath   = urlPlace{plain: "$&+=:@", space: "%20"}
	inScript = urlPlace{plain: "!*'()", space: "%20"} // encodeURIComponent
)

func appendURL(dst, v []byte, place urlPlace, digits string) []byte {
	for _, c := range v {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '-', c == '_', c == '.', c == '~', strings.IndexByte(place.plain, c) >= 0:
			dst = append(dst, c)
		case c == ' ':
			dst = append(dst, place.space...)
		default:
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		}
	}
	return dst
}

// appendHTML writes a value as html.EscapeString does.
func appendHTML(dst, v []byte) []byte {
	for _, c := range v {
		switch c {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case '"':
			dst = append(dst, "&#34;"...)
		case '\'':
			dst = append(dst, "&#39;"...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
