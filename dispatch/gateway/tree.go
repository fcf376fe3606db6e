package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// kind is what a JSON value is.
type kind uint8

const (
	isNull kind = iota
	isBool
	isNumber
	isText
	isList
	isObject
)

// node is a value of a JSON text. Its first child, if it has one, is the next
// node of the tree.
type node struct {
	kind     kind
	size     int32 // children
	next     int32 // node of the next sibling; 0 = none
	from, to int32 // its text
	key      int32 // where its name begins, a JSON string; 0 = it is no member of an object
	keyTo    int32
}

// tree is a JSON text taken apart once, without reflection: every value has a
// node that points into the text. The zero value is ready for use, and is used
// again by the next parse.
type tree struct {
	text  []byte
	nodes []node
}

// maxDepth is how deep lists and objects may lie in one another. No request of
// the API has more than four levels.
const maxDepth = 32

// errSyntax says where a text stops being JSON.
type errSyntax struct{ at int }

func (e errSyntax) Error() string { return fmt.Sprintf("malformed JSON at byte %d", e.at) }

// parse takes a text apart. The tree points into it until the next parse.
func (t *tree) parse(text []byte) error {
	t.text, t.nodes = text, t.nodes[:0]
	if !utf8.Valid(text) {
		return errSyntax{0}
	}
	at, err := t.value(t.space(0), 0)
	if err != nil {
		return err
	}
	if at = t.space(at); at != len(text) {
		return errSyntax{at}
	}
	return nil
}

func (t *tree) space(at int) int {
	for at < len(t.text) {
		switch t.text[at] {
		case ' ', '\t', '\r', '\n':
			at++
		default:
			return at
		}
	}
	return at
}

// value reads the value that begins at a byte and gives where it ends.
func (t *tree) value(at, depth int) (int, error) {
	if at >= len(t.text) || depth > maxDepth {
		return at, errSyntax{at}
	}
	self := len(t.nodes)
	t.nodes = append(t.nodes, node{from: int32(at)})
	var end int
	var err error
	var k kind
	switch c := t.text[at]; {
	case c == '{':
		k = isObject
		end, err = t.children(self, at, depth, '}')
	case c == '[':
		k = isList
		end, err = t.children(self, at, depth, ']')
	case c == '"':
		k = isText
		end, err = t.string(at)
	case c == 't':
		k = isBool
		end, err = t.word(at, "true")
	case c == 'f':
		k = isBool
		end, err = t.word(at, "false")
	case c == 'n':
		end, err = t.word(at, "null")
	default:
		k = isNumber
		end, err = t.number(at)
	}
	t.nodes[self].kind, t.nodes[self].to = k, int32(end)
	return end, err
}

// children reads what stands between brackets.
func (t *tree) children(parent, at, depth int, closing byte) (int, error) {
	at = t.space(at + 1)
	if at < len(t.text) && t.text[at] == closing {
		return at + 1, nil
	}
	last := 0
	for {
		var key, keyTo int
		if closing == '}' {
			if at >= len(t.text) || t.text[at] != '"' {
				return at, errSyntax{at}
			}
			var err error
			key = at
			if keyTo, err = t.string(at); err != nil {
				return keyTo, err
			}
			if at = t.space(keyTo); at >= len(t.text) || t.text[at] != ':' {
				return at, errSyntax{at}
			}
			at = t.space(at + 1)
		}
		child := len(t.nodes)
		end, err := t.value(at, depth+1)
		if err != nil {
			return end, err
		}
		t.nodes[child].key, t.nodes[child].keyTo = int32(key), int32(keyTo)
		t.nodes[parent].size++
		if last > 0 {
			t.nodes[last].next = int32(child)
		}
		last = child
		if at = t.space(end); at >= len(t.text) {
			return at, errSyntax{at}
		}
		switch t.text[at] {
		case closing:
			return at + 1, nil
		case ',':
			at = t.space(at + 1)
		default:
			return at, errSyntax{at}
		}
	}
}

func (t *tree) word(at int, word string) (int, error) {
	end := at + len(word)
	if end > len(t.text) || string(t.text[at:end]) != word {
		return at, errSyntax{at}
	}
	return end, nil
}

func (t *tree) string(at int) (int, error) {
	for i := at + 1; i < len(t.text); i++ {
		switch c := t.text[i]; {
		case c == '"':
			return i + 1, nil
		case c < ' ':
			return i, errSyntax{i}
		case c == '\\':
			if i++; i >= len(t.text) {
				return i, errSyntax{i}
			}
			switch t.text[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				for range 4 {
					if i++; i >= len(t.text) || !isHex(t.text[i]) {
						return i, errSyntax{i}
					}
				}
			default:
				return i, errSyntax{i}
			}
		}
	}
	return len(t.text), errSyntax{len(t.text)}
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func (t *tree) number(at int) (int, error) {
	digits := func() bool {
		from := at
		for at < len(t.text) && '0' <= t.text[at] && t.text[at] <= '9' {
			at++
		}
		return at > from
	}
	is := func(any string) bool {
		for i := range len(any) {
			if at < len(t.text) && t.text[at] == any[i] {
				at++
				return true
			}
		}
		return false
	}
	is("-")
	if !is("0") && !digits() {
		return at, errSyntax{at}
	}
	if is(".") && !digits() {
		return at, errSyntax{at}
	}
	if is("eE") {
		is("+-")
		if !digits() {
			return at, errSyntax{at}
		}
	}
	return at, nil
}

// raw is the text of a node.
func (t *tree) raw(n int) []byte { return t.text[t.nodes[n].from:t.nodes[n].to] }

// member finds a member of an object. Of several with one name the last counts,
// as in JavaScript.
func (t *tree) member(object int, name string) (int, bool) {
	found := 0
	for i := t.first(object); i > 0; i = int(t.nodes[i].next) {
		if t.named(i, name) {
			found = i
		}
	}
	return found, found > 0
}

// first is the first child of a list or an object; 0 = it has none.
func (t *tree) first(parent int) int {
	if t.nodes[parent].size == 0 {
		return 0
	}
	return parent + 1
}

func (t *tree) named(n int, name string) bool {
	key := t.text[t.nodes[n].key+1 : t.nodes[n].keyTo-1]
	return string(key) == name || bytes.IndexByte(key, '\\') >= 0 && t.name(n) == name
}

// name is the name of a member.
func (t *tree) name(n int) string { return plain(t.text[t.nodes[n].key:t.nodes[n].keyTo]) }

// words is the value of a text node.
func (t *tree) words(n int) string { return plain(t.raw(n)) }

// plain is what a JSON string stands for.
func plain(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		panic("BUG: a string that was parsed is none: " + err.Error())
	}
	return s
}
