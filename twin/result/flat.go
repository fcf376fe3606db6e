package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// flatObject is one line of records taken apart: an object of numbers,
// strings and booleans. Keys are asked for one by one; done then says what was
// wrong with any of them, and which were not asked for.
type flatObject struct {
	fields []flatField
	next   int // where the key asked for next is expected: records have a fixed order
	taken  int
	err    error
}

type flatField struct {
	key, value []byte
	taken      bool
}

// parse takes a line apart. The line must stay as it is until done.
func (o *flatObject) parse(line []byte) error {
	*o = flatObject{fields: o.fields[:0]}
	p := flatParser{text: line}
	p.expect('{')
	for p.err == nil {
		key := p.string()
		p.expect(':')
		value := p.scalar()
		o.fields = append(o.fields, flatField{key: key, value: value})
		if p.peek() != ',' {
			break
		}
		p.expect(',')
	}
	p.expect('}')
	if p.err == nil && p.peek() != 0 {
		p.fail("text follows the object's end")
	}
	return p.err
}

// raw finds the value of a key.
func (o *flatObject) raw(key string) []byte {
	for i := range o.fields {
		f := &o.fields[(o.next+i)%len(o.fields)]
		if !f.taken && string(f.key) == key {
			f.taken = true
			o.taken++
			o.next = (o.next + i + 1) % len(o.fields)
			return f.value
		}
	}
	o.fail(fmt.Errorf("key %q is missing", key))
	return nil
}

// done is the first thing that was wrong.
func (o *flatObject) done() error {
	for i := range o.fields {
		f := &o.fields[i]
		if !f.taken && string(f.key) != "type" || f.taken && string(f.key) == "type" {
			o.fail(fmt.Errorf("key %.40q is unknown or there twice", f.key))
		}
	}
	if o.taken+1 != len(o.fields) {
		o.fail(errors.New(`key "type" is there twice`))
	}
	return o.err
}

func (o *flatObject) fail(err error) {
	if o.err == nil {
		o.err = err
	}
}

func (o *flatObject) int64(key string) int64 {
	v := o.raw(key)
	n, err := strconv.ParseInt(string(v), 10, 64)
	if v != nil && (err != nil || !plain(v)) {
		o.fail(fmt.Errorf("key %q: %.40s is no whole number of 64 bits", key, v))
	}
	return n
}

func (o *flatObject) uint64(key string) uint64 {
	v := o.raw(key)
	n, err := strconv.ParseUint(string(v), 10, 64)
	if v != nil && (err != nil || !plain(v)) {
		o.fail(fmt.Errorf("key %q: %.40s is no whole number from 0 to 2^64-1", key, v))
	}
	return n
}

// plain refuses the spellings of numbers that JSON does not know.
func plain(v []byte) bool {
	digits := bytes.TrimPrefix(v, []byte("-"))
	return v[0] != '+' && (digits[0] != '0' || len(v) == 1)
}

func (o *flatObject) int(key string) int {
	n := o.int64(key)
	if int64(int(n)) != n {
		o.fail(fmt.Errorf("key %q: %d is too large", key, n))
	}
	return int(n)
}

func (o *flatObject) instant(key string) Instant { return time.Duration(o.int64(key)) }

func (o *flatObject) bool(key string) bool {
	switch v := o.raw(key); string(v) {
	case "true":
		return true
	case "false", "":
	default:
		o.fail(fmt.Errorf("key %q: %.40s is neither true nor false", key, v))
	}
	return false
}

// word is the index of the value in a closed list of words.
func (o *flatObject) word(key string, known []string) int {
	v := o.raw(key)
	for i, w := range known {
		if len(v) == len(w)+2 && v[0] == '"' && string(v[1:len(v)-1]) == w {
			return i
		}
	}
	if v != nil {
		o.fail(fmt.Errorf("key %q: %.40s is none of %q", key, v, known))
	}
	return 0
}

func (o *flatObject) string(key string) string {
	v := o.raw(key)
	var s string
	switch {
	case v == nil:
	case v[0] != '"':
		o.fail(fmt.Errorf("key %q: %.40s is no string", key, v))
	case bytes.IndexByte(v, '\\') < 0 && utf8.Valid(v):
		s = string(v[1 : len(v)-1])
	default:
		if err := json.Unmarshal(v, &s); err != nil {
			o.fail(fmt.Errorf("key %q: %w", key, err))
		}
	}
	return s
}

// flatParser reads JSON without nesting.
type flatParser struct {
	text []byte
	at   int
	err  error
}

func (p *flatParser) fail(what string) {
	if p.err == nil {
		p.err = fmt.Errorf("column %d: %s", p.at+1, what)
	}
}

// peek is the next byte that is no blank, or 0 at the end.
func (p *flatParser) peek() byte {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t' || p.text[p.at] == '\r') {
		p.at++
	}
	if p.at == len(p.text) || p.err != nil {
		return 0
	}
	return p.text[p.at]
}

func (p *flatParser) expect(c byte) {
	if p.peek() != c {
		p.fail(fmt.Sprintf("%q is expected", c))
		return
	}
	p.at++
}

// string reads a string and gives it without its quotes, escapes as they stand.
func (p *flatParser) string() []byte {
	s := p.quoted()
	if len(s) < 2 {
		return nil
	}
	return s[1 : len(s)-1]
}

func (p *flatParser) quoted() []byte {
	p.expect('"')
	if p.err != nil {
		return nil
	}
	start := p.at - 1
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '\\':
			p.at++
		case c < ' ':
			p.fail("a control character inside a string")
			return nil
		case c == '"':
			p.at++
			return p.text[start:p.at]
		}
	}
	p.fail("the line ends inside a string")
	return nil
}

// scalar reads a string, or bare characters up to the next punctuation.
func (p *flatParser) scalar() []byte {
	c := p.peek()
	if c == '"' {
		return p.quoted()
	}
	start := p.at
	for p.at < len(p.text) && bytes.IndexByte([]byte(",}{[]: \t\r\""), p.text[p.at]) < 0 {
		p.at++
	}
	if p.at == start {
		p.fail("a number, a string, true or false is expected")
	}
	return p.text[start:p.at]
}
