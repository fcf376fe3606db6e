package scenarios

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// place is where something stands: a line and column of a file, or a --set.
type place struct {
	file      string
	line, col int
	set       bool
}

// mark holds the places of one key: of the key itself (for an element of an
// array: of the element) and of its value.
type mark struct{ key, value place }

// Bounds on the shape of a scenario file. The TOML library recurses once per
// nested bracket and walks a dotted key once per part of every prefix, and
// each value costs some hundred bytes here, so that a hostile file within the
// size limit would exhaust the stack or the memory, or run for hours. A
// matrix of 256 floors has 65,536 values.
const (
	deepestNesting = 16
	longestKey     = 16 // parts of a dotted key
	mostValues     = 250_000
)

// survey finds the places of all keys of a TOML text. It decides nothing
// about validity: what it does not understand ends the survey, and the TOML
// library, which reads the same text next, says what is wrong. It must
// understand the same text the same way up to the first fault, so that the
// bounds above hold for everything the library gets to see.
type survey struct {
	file   string
	text   string
	i      int // next byte
	line   int
	start  int // offset of the line's first byte
	seen   int // offset up to which the line's characters are counted
	chars  int // characters of the line before seen
	marks  map[string]mark
	arrays map[string]int // arrays of tables: path to number of elements
	fault  *Problem       // bounds exceeded
}

// places surveys text. The keys of the result are joined by pathSep; elements
// of arrays are numbered "#0", "#1" ...
func places(file, text string) (map[string]mark, *Problem) {
	s := &survey{file: file, text: text, line: 1, marks: map[string]mark{}, arrays: map[string]int{}}
	s.document()
	return s.marks, s.fault
}

const pathSep = "\x00"

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + pathSep + key
}

// here is the place of the next byte. It counts each character once: lines
// may be megabytes long.
func (s *survey) here() place {
	if s.seen < s.start {
		s.seen, s.chars = s.start, 0
	}
	s.chars += utf8.RuneCountInString(s.text[s.seen:s.i])
	s.seen = s.i
	return place{file: s.file, line: s.line, col: 1 + s.chars}
}

func (s *survey) peek() byte {
	if s.i < len(s.text) {
		return s.text[s.i]
	}
	return 0
}

func (s *survey) has(prefix string) bool { return strings.HasPrefix(s.text[s.i:], prefix) }

// step moves over n bytes and keeps count of lines.
func (s *survey) step(n int) {
	for range n {
		if s.text[s.i] == '\n' {
			s.line, s.start = s.line+1, s.i+1
		}
		s.i++
	}
}

// blank skips white space, and with lines also line ends and comments.
func (s *survey) blank(lines bool) {
	for s.i < len(s.text) {
		switch c := s.text[s.i]; {
		case c == ' ' || c == '\t':
			s.i++
		case lines && (c == '\n' || c == '\r'):
			s.step(1)
		case lines && c == '#':
			for s.i < len(s.text) && s.text[s.i] != '\n' {
				s.i++
			}
		default:
			return
		}
	}
}

// document reads statements until the end or until something is not TOML.
func (s *survey) document() {
	table := ""
	for {
		s.blank(true)
		if s.i >= len(s.text) {
			return
		}
		ok := false
		if s.peek() == '[' {
			table, ok = s.header()
		} else {
			ok = s.pair(table, 0)
		}
		if !ok || s.fault != nil {
			return
		}
	}
}

// header reads [a.b] or [[a.b]] and returns the path it opens.
func (s *survey) header() (string, bool) {
	at := s.here()
	s.i++
	double := s.peek() == '['
	if double {
		s.i++
	}
	parts, ok := s.key()
	if !ok {
		return "", false
	}
	path := ""
	for n, part := range parts {
		path = join(path, part)
		s.note(path, at, at)
		if last := n == len(parts)-1; last && double {
			s.arrays[path]++
		}
		if count := s.arrays[path]; count > 0 {
			path = join(path, fmt.Sprintf("#%d", count-1))
			s.note(path, at, at)
		}
	}
	for range 1 + rank(double) {
		if s.peek() != ']' {
			return "", false
		}
		s.i++
	}
	return path, true
}

func (s *survey) note(path string, key, value place) {
	if _, ok := s.marks[path]; !ok {
		s.marks[path] = mark{key, value}
	}
	if len(s.marks) > mostValues && s.fault == nil {
		s.fault = s.problem(key, "more than %d values", mostValues)
	}
}

// pair reads key = value.
func (s *survey) pair(table string, depth int) bool {
	at := s.here()
	parts, ok := s.key()
	if !ok || s.peek() != '=' {
		return false
	}
	s.i++
	s.blank(false)
	value := s.here()
	path := table
	for _, part := range parts {
		path = join(path, part)
		s.note(path, at, value)
	}
	return s.value(path, depth)
}

// key reads a dotted key and the white space behind it.
func (s *survey) key() ([]string, bool) {
	var parts []string
	at := s.here()
	for {
		s.blank(false)
		var part string
		switch c := s.peek(); c {
		case '"', '\'':
			raw, ok := s.quoted()
			if !ok {
				return nil, false
			}
			if part = raw[1 : len(raw)-1]; c == '"' {
				part = unescape(part)
			}
		default:
			from := s.i
			for s.i < len(s.text) && bare(s.text[s.i]) {
				s.i++
			}
			if part = s.text[from:s.i]; part == "" {
				return nil, false
			}
		}
		if parts = append(parts, part); len(parts) > longestKey {
			s.fault = s.problem(at, "a key of more than %d parts", longestKey)
			return nil, false
		}
		s.blank(false)
		if s.peek() != '.' {
			return parts, true
		}
		s.i++
	}
}

func (s *survey) problem(at place, format string, args ...any) *Problem {
	return &Problem{File: at.file, Line: at.line, Column: at.col, Message: fmt.Sprintf(format, args...)}
}

func bare(c byte) bool {
	return c == '-' || c == '_' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// value skips one value and notes the places of what is inside it.
func (s *survey) value(path string, depth int) bool {
	if s.fault != nil {
		return false
	}
	switch s.peek() {
	case '[', '{':
		if depth >= deepestNesting {
			s.fault = s.problem(s.here(), "brackets nested more than %d deep", deepestNesting)
			return false
		}
		if s.peek() == '[' {
			return s.array(path, depth+1)
		}
		return s.inline(path, depth+1)
	case '"', '\'':
		if s.has(`"""`) || s.has(`'''`) {
			return s.long()
		}
		_, ok := s.quoted()
		return ok
	}
	from := s.i
	for s.i < len(s.text) && !strings.ContainsRune(",]}#\r\n", rune(s.text[s.i])) {
		s.i++
	}
	return s.i > from
}

func (s *survey) array(path string, depth int) bool {
	s.i++
	for n := 0; ; n++ {
		s.blank(true)
		if s.peek() == ']' {
			s.i++
			return true
		}
		at, element := s.here(), join(path, "#"+strconv.Itoa(n))
		s.note(element, at, at)
		if !s.value(element, depth) {
			return false
		}
		s.blank(true)
		if s.peek() == ',' {
			s.i++
		} else if s.peek() != ']' {
			return false
		}
	}
}

func (s *survey) inline(path string, depth int) bool {
	s.i++
	for {
		s.blank(true)
		if s.peek() == '}' {
			s.i++
			return true
		}
		if !s.pair(path, depth) {
			return false
		}
		s.blank(true)
		if s.peek() == ',' {
			s.i++
		} else if s.peek() != '}' {
			return false
		}
	}
}

// quoted skips a string of one line and returns it with its quotes.
func (s *survey) quoted() (string, bool) {
	from, quote := s.i, s.peek()
	for s.i++; s.i < len(s.text); s.i++ {
		switch c := s.text[s.i]; {
		case c == '\n':
			return "", false
		case c == '\\' && quote == '"' && s.i+1 < len(s.text) && s.text[s.i+1] != '\n':
			s.i++
		case c == quote:
			s.i++
			return s.text[from:s.i], true
		}
	}
	return "", false
}

// long skips a string of several lines. Up to two quotes may stand right
// before the three that close it.
func (s *survey) long() bool {
	quote, three := s.peek(), s.text[s.i:s.i+3]
	s.i += 3
	for s.i < len(s.text) {
		switch {
		case s.text[s.i] == '\\' && quote == '"' && s.i+1 < len(s.text):
			s.step(2)
		case s.has(three):
			s.i += 3
			for range 2 {
				if s.peek() == quote {
					s.i++
				}
			}
			return true
		default:
			s.step(1)
		}
	}
	return false
}

// unescape decodes the escapes of a quoted key.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[i]]
		if digits > 0 && i+digits < len(s) {
			if r, err := strconv.ParseUint(s[i+1:i+1+digits], 16, 32); err == nil {
				b.WriteRune(rune(r))
			}
			i += digits
			continue
		}
		if n := strings.IndexByte("btnfre", s[i]); n >= 0 {
			b.WriteByte("\b\t\n\f\r\x1b"[n])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
