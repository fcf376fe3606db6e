package format

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep objects and lists of a record may be nested. Records
// are flat, apart from lists and a map; the bound keeps hostile values from
// the stack.
const maxDepth = 32

// Parse reads one JSON object and appends its members to dst in the order in
// which they are written. Nested values stay as they are, but are checked:
// everything must be UTF-8, every escape complete and every surrogate paired.
// The same name twice, and anything behind the object, is an error. Errors
// give the byte where reading stopped, never what stands there.
//
// With room in dst nothing is allocated, unless a name is written with
// escapes.
func Parse(dst []Member, json []byte) ([]Member, error) {
	s := scanner{b: json}
	first := len(dst)
	dst, err := s.object(dst)
	if err == nil {
		if s.space(); s.i < len(s.b) {
			err = s.fault("something follows the object")
		}
	}
	if err == nil {
		err = repeated(dst[first:])
	}
	if err != nil {
		return dst[:first], err
	}
	return dst, nil
}

// repeated refuses a name that occurs twice.
func repeated(members []Member) error {
	const few = 24 // up to here comparing all pairs is faster than a map
	if len(members) > few {
		names := make(map[string]bool, len(members))
		for i, m := range members {
			if names[string(m.Name)] {
				return fmt.Errorf("JSON: member %d of %d has the name of one before", i+1, len(members))
			}
			names[string(m.Name)] = true
		}
		return nil
	}
	for i := range members {
		for j := range i {
			if bytes.Equal(members[i].Name, members[j].Name) {
				return fmt.Errorf("JSON: member %d of %d has the name of member %d", i+1, len(members), j+1)
			}
		}
	}
	return nil
}

// Text gives the string that a member holds, unescaped; false where it holds
// none. It is a part of the record, or where there are escapes appended to dst.
func (m Member) Text(dst []byte) ([]byte, bool) { return text(dst, m.Raw) }

// Bytes appends what a member holds in base64 to dst; false where it holds none.
func (m Member) Bytes(dst []byte) ([]byte, bool) {
	b, ok := m.Text(nil)
	if !ok || !isBase64(b) {
		return nil, false
	}
	dst, err := base64.StdEncoding.AppendDecode(dst, b)
	return dst, err == nil
}

// text is Text for a raw value that Parse has checked.
func text(dst, raw []byte) ([]byte, bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return nil, false
	}
	raw = raw[1 : len(raw)-1]
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw, true
	}
	return unescape(dst, raw), true
}

// unescape appends what stands between the quotes of a checked string.
func unescape(dst, s []byte) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			dst = append(dst, s[i])
			continue
		}
		i++
		switch s[i] {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, _ := hex4(s[i+1:])
			i += 4
			if utf16.IsSurrogate(r) {
				low, _ := hex4(s[i+3:])
				r = utf16.DecodeRune(r, low)
				i += 6
			}
			dst = utf8.AppendRune(dst, r)
		default: // " \ /
			dst = append(dst, s[i])
		}
	}
	return dst
}

// hex4 reads four hexadecimal digits.
func hex4(s []byte) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range s[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// scanner walks over JSON and checks it.
type scanner struct {
	b     []byte
	i     int
	depth int
}

func (s *scanner) fault(what string) error { return fmt.Errorf("JSON: byte %d: %s", s.i, what) }

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return
		}
	}
}

// next skips space and takes the byte c if it is there.
func (s *scanner) next(c byte) bool {
	s.space()
	if s.i < len(s.b) && s.b[s.i] == c {
		s.i++
		return true
	}
	return false
}

// object reads an object and appends its members.
func (s *scanner) object(dst []Member) ([]Member, error) {
	if !s.next('{') {
		return dst, s.fault("not an object")
	}
	if s.next('}') {
		return dst, nil
	}
	for {
		name, err := s.name()
		if err != nil {
			return dst, err
		}
		s.space()
		start := s.i
		if err := s.value(); err != nil {
			return dst, err
		}
		dst = append(dst, Member{Name: name, Raw: s.b[start:s.i]})
		if s.next('}') {
			return dst, nil
		}
		if !s.next(',') {
			return dst, s.fault("neither a comma nor the end of the object")
		}
	}
}

// name reads a member's name and the colon.
func (s *scanner) name() ([]byte, error) {
	s.space()
	start := s.i
	if s.i >= len(s.b) || s.b[s.i] != '"' {
		return nil, s.fault("not the name of a member")
	}
	if err := s.str(); err != nil {
		return nil, err
	}
	name, _ := text(nil, s.b[start:s.i])
	if !s.next(':') {
		return nil, s.fault("no colon behind a name")
	}
	return name, nil
}

// value walks over one value of any sort.
func (s *scanner) value() error {
	s.space()
	if s.i >= len(s.b) {
		return s.fault("ends where a value should be")
	}
	switch c := s.b[s.i]; {
	case c == '"':
		return s.str()
	case c == '{' || c == '[':
		if s.depth++; s.depth > maxDepth {
			return s.fault("nested too deep")
		}
		err := s.nested(c)
		s.depth--
		return err
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	}
	return s.fault("not a value")
}

// nested walks over an object or list. Names within are checked for form, not
// for repetition: Parse of the raw value does that.
func (s *scanner) nested(opener byte) error {
	s.i++
	closer := opener + 2 // ] is two behind [, and } behind {
	if s.next(closer) {
		return nil
	}
	for {
		if opener == '{' {
			if _, err := s.name(); err != nil {
				return err
			}
		}
		if err := s.value(); err != nil {
			return err
		}
		if s.next(closer) {
			return nil
		}
		if !s.next(',') {
			return s.fault("neither a comma nor the end of a nested value")
		}
	}
}

func (s *scanner) word(w string) error {
	if len(s.b)-s.i < len(w) || string(s.b[s.i:s.i+len(w)]) != w {
		return s.fault("not a value")
	}
	s.i += len(w)
	return nil
}

// number walks over -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
func (s *scanner) number() error {
	if s.b[s.i] == '-' {
		s.i++
	}
	if s.i < len(s.b) && s.b[s.i] == '0' {
		s.i++
	} else if !s.digits() {
		return s.fault("a number without digits")
	}
	if s.i < len(s.b) && s.b[s.i] == '.' {
		if s.i++; !s.digits() {
			return s.fault("a number without digits behind its point")
		}
	}
	if s.i < len(s.b) && s.b[s.i]|0x20 == 'e' {
		s.i++
		if s.i < len(s.b) && (s.b[s.i] == '+' || s.b[s.i] == '-') {
			s.i++
		}
		if !s.digits() {
			return s.fault("a number without digits in its exponent")
		}
	}
	return nil
}

func (s *scanner) digits() bool {
	start := s.i
	for s.i < len(s.b) && '0' <= s.b[s.i] && s.b[s.i] <= '9' {
		s.i++
	}
	return s.i > start
}

// ordinary are the bytes that stand for themselves in a string and need no
// further look.
var ordinary = func() (o [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		o[c] = c != '"' && c != '\\'
	}
	return o
}()

// str walks over a string.
func (s *scanner) str() error {
	b, i := s.b, s.i+1
	for i < len(b) {
		c := b[i]
		if ordinary[c] {
			i++
			continue
		}
		switch {
		case c == '"':
			s.i = i + 1
			return nil
		case c == '\\':
			n := escape(b[i:])
			if n == 0 {
				s.i = i
				return s.fault("no escape that JSON has")
			}
			i += n
		case c < 0x20:
			s.i = i
			return s.fault("a control character in a string")
		default:
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 {
				s.i = i
				return s.fault("not UTF-8")
			}
			i += n
		}
	}
	s.i = i
	return s.fault("a string without end")
}

// escape gives the length of the escape at the beginning of b, a surrogate pair
// counting as one; 0 where it is none.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		r, ok := hex4(b[2:])
		if !ok {
			return 0
		}
		if !utf16.IsSurrogate(r) {
			return 6
		}
		if len(b) < 12 || b[6] != '\\' || b[7] != 'u' {
			return 0
		}
		low, ok := hex4(b[8:])
		if !ok || utf16.DecodeRune(r, low) == utf8.RuneError {
			return 0
		}
		return 12
	}
	return 0
}
