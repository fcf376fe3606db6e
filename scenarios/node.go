package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// node is one value of a scenario file with its place: a scalar, a table or a
// list.
type node struct {
	key   string // last part of the key, or "[2]" for the third element of a list
	path  string // dotted key from the root
	at    place  // of the key
	value place
	leaf  any     // string, int64, float64, bool or time.Time; nil for tables and lists
	table bool    // kids are keys
	list  bool    // kids are elements
	kids  []*node // in file order
}

// child returns the value of key in a table, or nil.
func (n *node) child(key string) *node {
	if n == nil || !n.table {
		return nil
	}
	for _, k := range n.kids {
		if k.key == key {
			return k
		}
	}
	return nil
}

// kind names the type of the value as a writer of the file would.
func (n *node) kind() string {
	switch n.leaf.(type) {
	case string:
		return "text"
	case int64:
		return "a whole number"
	case float64:
		return "a number"
	case bool:
		return "true or false"
	case time.Time:
		return "a date or time"
	}
	if n.list {
		return "a list"
	}
	return "a table"
}

// plant reads TOML text into a tree of nodes. A text that is not TOML gives
// one problem: what follows a fault of syntax cannot be read.
func plant(file, text string) (*node, *Problem) {
	text = strings.TrimPrefix(text, "\ufeff")
	if !utf8.ValidString(text) {
		return nil, badText(file, text)
	}
	marks, fault := places(file, text)
	if fault != nil {
		return nil, fault
	}
	var tree map[string]any
	if _, err := toml.Decode(text, &tree); err != nil {
		return nil, syntax(file, text, err)
	}
	root := place{file: file, line: 1, col: 1}
	n := &node{at: root, value: root, table: true}
	n.grow("", tree, marks)
	return n, nil
}

func badText(file, text string) *Problem {
	p := &Problem{File: file, Line: 1, Message: "is not UTF-8 text", Hint: "save the file as UTF-8; a scenario is a TOML file"}
	for i, r := range text {
		if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
			p.Line, p.Column = lineAt(text, i)
			break
		}
	}
	return p
}

func lineAt(text string, offset int) (line, column int) {
	before := text[:min(max(offset, 0), len(text))]
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}

func syntax(file, text string, err error) *Problem {
	p := &Problem{File: file, Message: "is not TOML: " + err.Error()}
	var pe toml.ParseError
	if errors.As(err, &pe) {
		p.Key, p.Message = pe.LastKey, "is not TOML: "+pe.Message
		p.Line, p.Column = lineAt(text, pe.Position.Start)
		if n := strings.IndexByte(p.Message, '\n'); n >= 0 {
			p.Message = p.Message[:n]
		}
		if strings.HasPrefix(pe.Message, "expected value but found") {
			p.Hint = `texts and values with a unit stand in quotes: speed = "2.5m/s"`
		}
	}
	return p
}

// grow fills n with the value v that the TOML library read at path.
func (n *node) grow(path string, v any, marks map[string]mark) {
	switch v := v.(type) {
	case map[string]any:
		n.table = true
		for key, x := range v {
			n.add(key, dotted(n.path, key), join(path, key), x, marks)
		}
		slices.SortFunc(n.kids, func(a, b *node) int {
			return cmp.Or(a.at.line-b.at.line, a.at.col-b.at.col, strings.Compare(a.key, b.key))
		})
	case []map[string]any:
		n.list = true
		for i, x := range v {
			n.element(path, i, x, marks)
		}
	case []any:
		n.list = true
		for i, x := range v {
			n.element(path, i, x, marks)
		}
	default:
		n.leaf = v
	}
}

func (n *node) element(path string, i int, v any, marks map[string]mark) {
	key := fmt.Sprintf("[%d]", i)
	n.add(key, n.path+key, join(path, fmt.Sprintf("#%d", i)), v, marks)
}

func (n *node) add(key, name, path string, v any, marks map[string]mark) {
	kid := &node{key: key, path: name, at: n.at, value: n.value}
	if m, ok := marks[path]; ok {
		kid.at, kid.value = m.key, m.value
	}
	kid.grow(path, v, marks)
	n.kids = append(n.kids, kid)
}

// dotted joins a key to a path as one writes it in TOML.
func dotted(path, key string) string {
	if key == "" || strings.ContainsFunc(key, func(r rune) bool { return r >= utf8.RuneSelf || !bare(byte(r)) }) {
		if len(key) > 64 {
			key = key[:64] + "..."
		}
		key = fmt.Sprintf("%q", key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// setting reads the n-th --set (from 1) into a tree of its own.
func setting(n int, text string) (*node, *Problem) {
	file := fmt.Sprintf("--set %d", n)
	refuse := func(key, message string) (*node, *Problem) {
		return nil, &Problem{File: file, Key: key, Message: message, Hint: "write --set KEY=VALUE, such as --set bank.main.cars=6"}
	}
	key, value, ok := strings.Cut(text, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	switch {
	case !ok || key == "":
		return refuse("", fmt.Sprintf("%q has no key and value", clip(text)))
	case value == "":
		return refuse(key, "has no value")
	case strings.ContainsAny(text, "\r\n"):
		return refuse("", "must be one line")
	case strings.HasPrefix(key, "["):
		return refuse("", fmt.Sprintf("%q is not a key", clip(key)))
	}
	tree, fault := plant(file, key+" = "+value)
	if fault != nil {
		// The shell takes the quotes off: a value that is not TOML is text.
		quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
		if tree, fault = plant(file, key+" = "+quoted); fault != nil {
			return refuse("", fmt.Sprintf("%q is not a key and value", clip(text)))
		}
	}
	tree.mark(place{file: file, set: true})
	return tree, nil
}

// mark gives all nodes of a tree one place.
func (n *node) mark(at place) {
	n.at, n.value = at, at
	for _, k := range n.kids {
		k.mark(at)
	}
}

// graft writes other's values over those of n.
func (n *node) graft(other *node) {
	for _, k := range other.kids {
		old := n.child(k.key)
		switch {
		case old == nil:
			n.kids = append(n.kids, k)
		case old.table && k.table:
			old.graft(k)
		default:
			*old = *k
		}
	}
}

// clip shortens a text that is quoted in a message.
func clip(s string) string {
	if len(s) <= 60 {
		return s
	}
	n := 57
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "..."
}
