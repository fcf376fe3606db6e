package format

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// form judges a value. Exactly one of text and raw is set.
type form struct {
	text func(s []byte) bool   // for strings, unescaped
	raw  func(raw []byte) bool // for everything else, as written
	list bool                  // of such values, or null
	dict bool                  // an object with such values
}

// textForms are the forms of strings that need nothing but the string.
var textForms = map[string]func([]byte) bool{
	"text":       func([]byte) bool { return true },
	"id":         isID[[]byte],
	"id or none": func(s []byte) bool { return len(s) == 0 || isID(s) },
	"code":       isCode,
	"instant":    isInstant,
	"hour":       isHour,
	"day":        isMidnight,
	"date":       isDate,
	"month":      isMonth,
	"daily":      isDaily,
	"sha256":     isHash[[]byte],
	"previous":   func(s []byte) bool { return len(s) == 0 || isHash(s) },
	"phc":        isPHC,
	"bytes":      isBase64,
	"word":       isWord[[]byte],
	"words":      each(isWord[[]byte]),
	"digits":     isDigits[[]byte],
	"yes or no":  isYesNo,
	"outcome":    each(isOutcome),
	"store":      func(s []byte) bool { return storeBit(string(s)) != 0 },
	"place":      isPlace[[]byte],
	"building":   isName[[]byte],
	"staff":      isStaff,
	"number":     isNumber,
	"country":    isCountry,
	"backup":     isBackup,
	"ring":       isRing[[]byte],
}

// rawForms are the forms of values that are no strings.
var rawForms = map[string]func([]byte) bool{
	"count":  isDigits[[]byte],
	"bool":   func(b []byte) bool { return string(b) == "true" || string(b) == "false" },
	"object": func(b []byte) bool { return b[0] == '{' },
	"facts":  func(b []byte) bool { return b[0] == '{' },
}

// compile finds the form of a name such as "list of text"; what it needs of the
// schema is looked up when it judges.
func (s *Schema) compile(name string, values []string) (form, error) {
	if inner, ok := strings.CutPrefix(name, "list of "); ok {
		f, err := s.compile(inner, values)
		if err == nil && (f.list || f.dict) {
			err = fmt.Errorf("form %q is nested deeper than records are", name)
		}
		f.list = true
		return f, err
	}
	if inner, ok := strings.CutPrefix(name, "map of "); ok {
		f, err := s.compile(inner, values)
		if err == nil && (f.list || f.dict) {
			err = fmt.Errorf("form %q is nested deeper than records are", name)
		}
		f.dict = true
		return f, err
	}
	if (name == "one of") != (len(values) > 0) {
		return form{}, fmt.Errorf(`values and the form "one of" go together; the form is %q, and there are %d values`, name, len(values))
	}
	among := func(list []string) func([]byte) bool {
		return func(b []byte) bool { return slices.ContainsFunc(list, func(v string) bool { return v == string(b) }) }
	}
	switch name {
	case "one of":
		return form{text: among(values)}, nil
	case "purpose":
		return form{text: among(s.Purposes)}, nil
	case "purposes":
		return form{text: each(among(s.Purposes))}, nil
	case "categories":
		return form{text: each(among(s.Categories))}, nil
	case "kind":
		return form{text: s.isKind}, nil
	case "kinds":
		return form{text: each(s.isKind)}, nil
	case "act":
		return form{text: func(b []byte) bool { return s.acts[string(b)] != nil }}, nil
	case "key":
		return form{text: func(b []byte) bool { _, err := s.parseKey(0xff, b, false); return err == nil }}, nil
	case "record":
		return form{text: s.isRecord}, nil
	}
	if f := textForms[name]; f != nil {
		return form{text: f}, nil
	}
	if f := rawForms[name]; f != nil {
		return form{raw: f}, nil
	}
	return form{}, fmt.Errorf("there is no form %q; the head of records.toml lists them", name)
}

// isKind: the name of a kind.
func (s *Schema) isKind(b []byte) bool {
	return slices.ContainsFunc(s.Kinds, func(k *Kind) bool { return k.Name == string(b) })
}

// isRecord: a store and a key of it with | between.
func (s *Schema) isRecord(b []byte) bool {
	store, key, ok := bytes.Cut(b, []byte{'|'})
	if !ok {
		return false
	}
	k, err := s.ParseKey(string(store), key)
	return err == nil && !k.Mark
}

// ok judges a raw value that Parse has checked.
func (f form) ok(raw []byte) bool {
	if len(raw) == 0 {
		return false
	}
	switch {
	case f.list && string(raw) == "null":
		return true
	case f.list:
		return f.elements(raw)
	case f.dict:
		return f.members(raw)
	case f.raw != nil:
		return f.raw(raw)
	}
	b, isText := text(nil, raw)
	return isText && f.text(b)
}

// elements judges each value of a list.
func (f form) elements(raw []byte) bool {
	f.list = false
	s := scanner{b: raw}
	if !s.next('[') {
		return false
	}
	if s.next(']') {
		return true
	}
	for {
		s.space()
		start := s.i
		if s.value() != nil || !f.ok(raw[start:s.i]) {
			return false
		}
		if !s.next(',') {
			return s.next(']')
		}
	}
}

// members judges each value of an object; the names are the writer's.
func (f form) members(raw []byte) bool {
	f.dict = false
	var room [16]Member
	members, err := Parse(room[:0], raw)
	if err != nil {
		return false
	}
	for _, m := range members {
		if !isWord(m.Name) || !f.ok(m.Raw) {
			return false
		}
	}
	return true
}
