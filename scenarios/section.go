package scenarios

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// section declares one table of the scenario format. The declaration is the
// only one: the decoder, the canonical text, Settings, FORMAT.md and the JSON
// Schema all walk it.
type section struct {
	key    string // of the table; "" for the root
	named  string // "NAME" or "N" when the table holds tables named by the writer
	doc    string
	fields []field
	tables []*section
}

// field declares one key.
type field struct {
	key     string
	form    form
	need    bool                 // must be given
	def     string               // default as TOML text
	derived string               // default in words, when it depends on other keys; the builder fills it in
	source  string               // where the default comes from
	doc     string               // what it means
	when    *condition           // nil: always
	at      func(target any) any // pointer to the variable in the section's target
}

// condition limits a key to tables in which it has a meaning.
type condition struct {
	doc string // `with model = "kinematic"`
	ok  func(target any) bool
}

// in adapts an accessor of a concrete target type to field.at.
func in[T any](f func(*T) any) func(any) any {
	return func(target any) any { return f(target.(*T)) }
}

// only adapts a predicate on a concrete target type to a condition.
func only[T any](doc string, f func(*T) bool) *condition {
	return &condition{doc, func(target any) bool { return f(target.(*T)) }}
}

// Setting is one key of a scenario with the value that holds and where it
// comes from.
type Setting struct {
	Key    string // dotted, as in the file
	Value  string // as TOML
	Source string // "scenario", "--set", "--passengers", or "default: WHERE IT COMES FROM"
}

// sheet is a decoded table.
type sheet struct {
	section  *section
	node     *node // where its faults are reported; never nil
	path     string
	given    map[string]*node // keys that stand in the file
	faults   []Problem
	settings []Setting
}

// read decodes the table n, which may be absent (nil), into target. Faults of
// a table that is absent are reported at home. With inherit, target already
// holds values for what is not given.
func (s *section) read(n, home *node, path string, target any, inherit bool) *sheet {
	t := &sheet{section: s, node: n, path: path, given: map[string]*node{}}
	if n == nil {
		t.node = home
	} else if !n.table {
		t.faults = wrong(n, "", "%s is %s; expected a table", n.shown(), n.kind())
		n = nil
	}
	for i := range s.fields {
		t.field(&s.fields[i], n.child(s.fields[i].key), target, inherit)
	}
	if n != nil {
		known := s.keys()
		for _, kid := range n.kids {
			if !slices.Contains(known, kid.key) {
				t.faults = append(t.faults, unknownKey(kid, known))
			}
		}
	}
	return t
}

// field decodes one key or fills in its default.
func (t *sheet) field(f *field, n *node, target any, inherit bool) {
	into := f.at(target)
	path := dotted(t.path, f.key)
	if f.when != nil && !f.when.ok(target) {
		if n != nil {
			t.faults = append(t.faults, Problem{
				File: n.at.file, Line: n.at.line, Column: n.at.col, Key: path,
				Message: "only has a meaning " + f.when.doc, Hint: "remove it",
			})
		}
		reflect.ValueOf(into).Elem().SetZero()
		return
	}
	switch {
	case n != nil:
		t.given[f.key] = n
		if faults := f.form.decode(n, into); faults != nil {
			t.faults = append(t.faults, faults...)
			t.fallBack(f, into)
			return
		}
		t.settings = append(t.settings, Setting{path, f.form.encode(into), n.source()})
	case inherit || f.derived != "":
	case f.need:
		t.fault("", "expected "+f.form.describe(), "%s is missing", f.key)
	case f.def != "":
		t.fallBack(f, into)
		t.settings = append(t.settings, Setting{path, f.form.encode(into), "default: " + f.source})
	}
}

// source says who wrote a value.
func (n *node) source() string {
	if n.value.set {
		source, _, _ := strings.Cut(n.value.file, " ")
		return source
	}
	return "scenario"
}

// fallBack puts the default in, so that one fault does not cause others.
func (t *sheet) fallBack(f *field, into any) {
	if f.def == "" {
		return
	}
	n, fault := plant("default", "v = "+f.def)
	if fault != nil || f.form.decode(n.child("v"), into) != nil {
		panic(fmt.Sprintf("BUG: the default %s of %s.%s is not valid", f.def, t.path, f.key))
	}
}

// derive records a default that the builder has found.
func (t *sheet) derive(key string, target any) {
	f := t.section.field(key)
	t.settings = append(t.settings, Setting{dotted(t.path, key), f.form.encode(f.at(target)), "default: " + f.source})
}

// fault adds a problem about key, or about the table when key is "".
func (t *sheet) fault(key, hint, format string, args ...any) {
	at, path := t.node.at, t.path
	if key != "" {
		path = dotted(path, key)
	}
	if n := t.given[key]; n != nil {
		at = n.value
	}
	t.faults = append(t.faults, Problem{
		File: at.file, Line: at.line, Column: at.col, Key: path,
		Message: fmt.Sprintf(format, args...), Hint: hint,
	})
}

func (s *section) field(key string) *field {
	for i := range s.fields {
		if s.fields[i].key == key {
			return &s.fields[i]
		}
	}
	panic("BUG: no key " + key + " is declared in section " + s.key)
}

// keys lists the keys that may stand in the table.
func (s *section) keys() []string {
	var keys []string
	for _, f := range s.fields {
		keys = append(keys, f.key)
	}
	for _, sub := range s.tables {
		keys = append(keys, sub.key)
	}
	return keys
}

func unknownKey(n *node, known []string) Problem {
	p := Problem{File: n.at.file, Line: n.at.line, Column: n.at.col, Key: n.path}
	near := nearest(n.key, known)
	switch {
	case near != "" && strings.EqualFold(near, n.key):
		p.Message, p.Hint = "unknown key: keys are lower case", fmt.Sprintf("write %q", near)
	case near != "":
		p.Message, p.Hint = "unknown key", fmt.Sprintf("did you mean %q?", near)
	default:
		p.Message, p.Hint = "unknown key", "known here: "+strings.Join(known, ", ")
	}
	return p
}

// write appends target as a TOML table with the given header. Keys without a
// meaning in target are left out, and with base, keys equal to base's too;
// then nothing at all is written when all keys are equal.
func (s *section) write(b *strings.Builder, header string, target, base any, skip ...string) {
	var lines strings.Builder
	for i := range s.fields {
		f := &s.fields[i]
		if slices.Contains(skip, f.key) || f.when != nil && !f.when.ok(target) {
			continue
		}
		value := f.form.encode(f.at(target))
		if base != nil && f.form.encode(f.at(base)) == value {
			continue
		}
		fmt.Fprintf(&lines, "%s = %s\n", f.key, value)
	}
	if base != nil && lines.Len() == 0 {
		return
	}
	if header != "" {
		fmt.Fprintf(b, "\n[%s]\n", header)
	}
	b.WriteString(lines.String())
}
