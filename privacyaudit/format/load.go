package format

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

//go:embed records.toml
var records string

// Default gives the schema of the two statements' writer, from the embedded
// records.toml. All callers get the same one and must not change it.
func Default() *Schema { return standard() }

var standard = sync.OnceValue(func() *Schema {
	s, err := Load(strings.NewReader(records), "records.toml")
	if err != nil {
		panic("BUG: the embedded schema: " + err.Error())
	}
	return s
})

// What a file says, before it is checked. The maps lose the order, which
// MetaData.Keys has.
type (
	schemaFile struct {
		Format     int                      `toml:"format"`
		Categories []string                 `toml:"categories"`
		Purposes   []string                 `toml:"purposes"`
		Retention  map[string]retentionFile `toml:"retention"`
		HandedOver handedOverFile           `toml:"handed-over"`
		Every      map[string]fieldFile     `toml:"every"`
		Kind       map[string]kindFile      `toml:"kind"`
		Act        map[string]actFile       `toml:"act"`
	}
	handedOverFile struct {
		Mark       string `toml:"mark"`
		Controller string `toml:"controller"`
	}
	retentionFile struct {
		What string `toml:"what"`
		Days int    `toml:"days"`
		From string `toml:"from"`
	}
	kindFile struct {
		Name       string               `toml:"name"`
		Stores     []string             `toml:"stores"`
		Key        string               `toml:"key"`
		Whose      string               `toml:"whose"`
		Sealed     string               `toml:"sealed"`
		Service    string               `toml:"service"`
		Controller string               `toml:"controller"`
		Processor  string               `toml:"processor"`
		Source     string               `toml:"source"`
		Retention  string               `toml:"retention"`
		Purposes   []string             `toml:"purposes"`
		At         string               `toml:"at"`
		Fields     map[string]fieldFile `toml:"fields"`
	}
	fieldFile struct {
		Category string   `toml:"category"`
		Form     string   `toml:"form"`
		Values   []string `toml:"values"`
		Optional bool     `toml:"optional"`
		Same     string   `toml:"same"`
		Derived  string   `toml:"derived"`
		Rest     string   `toml:"rest"`
	}
	actFile struct {
		Facts map[string]fieldFile `toml:"facts"`
	}
)

// Load reads a schema; name is what messages call it. All faults are reported
// at once, each with its line, and give no schema. Keys that nobody knows are
// faults, because a mistyped one would be a check that never runs.
func Load(r io.Reader, name string) (*Schema, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	l := loader{name: name, text: string(text)}
	if l.meta, err = toml.Decode(l.text, &l.file); err != nil {
		var bad toml.ParseError
		if errors.As(err, &bad) {
			return nil, fmt.Errorf("%s:%d: %s", name, bad.Position.Line, bad.Message)
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, key := range l.meta.Undecoded() {
		l.fault(key, "nobody knows this key; the head of the embedded records.toml says which there are")
	}
	for _, key := range l.meta.Keys() {
		// Keys of structs are read in any case of their letters; one way
		// to write them is enough.
		if k := key.String(); k != strings.ToLower(k) {
			l.fault(key, "keys are written in lower case")
		}
	}
	s := l.schema()
	if len(l.faults) > 0 {
		return nil, errors.Join(l.faults...)
	}
	return s, nil
}

// loader turns a file into a schema and collects faults.
type loader struct {
	name   string
	text   string
	file   schemaFile
	meta   toml.MetaData
	faults []error
}

// fault notes what is wrong with a key of the file.
func (l *loader) fault(key toml.Key, text string, args ...any) {
	text = fmt.Sprintf(text, args...)
	if line := l.line(key); line > 0 {
		l.faults = append(l.faults, fmt.Errorf("%s:%d: %s: %s", l.name, line, key, text))
		return
	}
	l.faults = append(l.faults, fmt.Errorf("%s: %s: %s", l.name, key, text))
}

// stumble fails to be decoded, which makes the decoder tell its line.
type stumble struct{}

func (*stumble) UnmarshalTOML(any) error { return errors.New("found") }

// line finds the line of a key, 0 where it is not written in the file: the file
// is decoded once more, into a type that has the one key.
func (l *loader) line(key toml.Key) int {
	t := reflect.TypeFor[stumble]()
	for i := len(key) - 1; i >= 0; i-- {
		if strings.ContainsAny(key[i], "\"`\\") {
			return 0
		}
		t = reflect.StructOf([]reflect.StructField{{Name: "Key", Type: t, Tag: reflect.StructTag(fmt.Sprintf("toml:%q", key[i]))}})
	}
	_, err := toml.Decode(l.text, reflect.New(t).Interface())
	var at toml.ParseError
	if !errors.As(err, &at) {
		return 0
	}
	return at.Position.Line
}

// under gives the names of what stands directly under a key, in the order of
// the file.
func (l *loader) under(prefix ...string) []string {
	var names []string
	for _, key := range l.meta.Keys() {
		if len(key) > len(prefix) && slices.Equal(key[:len(prefix)], prefix) && !slices.Contains(names, key[len(prefix)]) {
			names = append(names, key[len(prefix)])
		}
	}
	return names
}

func (l *loader) schema() *Schema {
	f := &l.file
	s := &Schema{
		Name:       l.name,
		Categories: f.Categories,
		Purposes:   f.Purposes,
		Retentions: map[string]Retention{},
		HandedOver: HandedOver(f.HandedOver),
		acts:       map[string]*Act{},
	}
	if h := s.HandedOver; h != (HandedOver{}) && (len(h.Mark) != 2 || h.Mark[0] != '~' || !lower(h.Mark[1]) || h.Controller == "") {
		l.fault(toml.Key{"handed-over"}, "mark is ~ and a letter, and controller says who decides afterwards")
	}
	if f.Format != 1 {
		l.fault(toml.Key{"format"}, "is %d; this auditor reads format = 1", f.Format)
	}
	if len(f.Kind) == 0 {
		l.fault(toml.Key{"kind"}, "there are no kinds: every record would be unknown")
	}
	for name, r := range f.Retention {
		s.Retentions[name] = Retention(r)
		if r.Days < 0 || (r.Days > 0) != (r.From != "") {
			l.fault(toml.Key{"retention", name}, "days, at least 1, and from, the field they count from, go together")
		}
	}
	// Forms such as kind and act look into these when they judge, so all
	// must be there before any field is compiled.
	for _, prefix := range l.under("kind") {
		k := &Kind{Prefix: prefix, Name: f.Kind[prefix].Name, Index: len(s.Kinds), schema: s}
		s.Kinds = append(s.Kinds, k)
	}
	for _, name := range l.under("act") {
		a := &Act{Name: name, schema: s}
		s.Acts = append(s.Acts, a)
		s.acts[name] = a
	}
	for _, k := range s.Kinds {
		l.kind(s, k, f.Kind[k.Prefix])
	}
	for _, a := range s.Acts {
		a.Facts = l.fields(s, f.Act[a.Name].Facts, "act", a.Name, "facts")
		if len(a.Facts) > 64 {
			l.fault(toml.Key{"act", a.Name}, "%d facts; there is room for 64", len(a.Facts))
		}
	}
	return s
}

func (l *loader) kind(s *Schema, k *Kind, f kindFile) {
	at := toml.Key{"kind", k.Prefix}
	fault := func(key, text string, args ...any) { l.fault(append(slices.Clone(at), key), text, args...) }

	if len(k.Prefix) != 2 || !lower(k.Prefix[0]) || !lower(k.Prefix[1]) {
		l.fault(at, "a prefix is two letters in lower case")
	} else {
		s.prefixes[int(k.Prefix[0]-'a')*26+int(k.Prefix[1]-'a')] = k
	}
	if !isWord(k.Name) {
		fault("name", "is not a word in lower case")
	}
	for _, other := range s.Kinds[:k.Index] {
		if other.Name == k.Name {
			fault("name", "is that of kind.%s, too", other.Prefix)
		}
	}
	k.Stores, k.Shape, k.Whose = f.Stores, f.Key, f.Whose
	k.Sealed, k.Service, k.Source = f.Sealed, f.Service, f.Source
	k.Controller, k.Processor = f.Controller, f.Processor
	k.Retention, k.Purposes = f.Retention, f.Purposes

	if len(f.Stores) == 0 {
		fault("stores", "names no store")
	}
	for _, name := range f.Stores {
		i := slices.Index(storeNames[:], name)
		if i < 0 {
			fault("stores", "no store is called %q; there are %s", name, strings.Join(storeNames[:], ", "))
			continue
		}
		k.stores |= 1 << i
	}
	for part := range strings.SplitSeq(f.Key, "/") {
		i := slices.Index(componentNames[:], part)
		if i < 0 {
			fault("key", "%q is no component; there are %s", part, strings.Join(componentNames[:], ", "))
			continue
		}
		if slices.Contains(k.shape, component(i)) {
			fault("key", "%s stands there twice", part)
		}
		k.shape = append(k.shape, component(i))
	}
	switch whose := slices.Contains(k.shape, subject); {
	case whose && !slices.Contains([]string{"subject", "case", "key"}, f.Whose):
		fault("whose", "says whose ID stands as SUBJECT: subject, case or key")
	case !whose && f.Whose != "":
		fault("whose", "there is no SUBJECT in the key")
	}
	if f.Sealed == "subject" && !slices.Contains(k.shape, subject) {
		fault("sealed", "there is no SUBJECT in the key")
	}
	if !slices.Contains([]string{"no", "subject", "pseudonym", "building"}, f.Sealed) {
		fault("sealed", "is none of no, subject, pseudonym, building")
	}
	if f.Controller == "" {
		fault("controller", "somebody decides about every record")
	}
	if _, ok := s.Retentions[f.Retention]; !ok {
		fault("retention", "there is no retention.%s", f.Retention)
	}
	if len(f.Purposes) == 0 {
		fault("purposes", "processing without a purpose is not allowed")
	}
	for _, p := range f.Purposes {
		if !slices.Contains(s.Purposes, p) {
			fault("purposes", "%q is not in the list purposes", p)
		}
	}
	l.kindFields(s, k, f)
}

// kindFields gives a kind the fields of every record and its own.
func (l *loader) kindFields(s *Schema, k *Kind, f kindFile) {
	k.Fields = l.fields(s, l.file.Every, "every")
	for i := range k.Fields {
		k.Fields[i].Every = true
	}
	k.Fields = append(k.Fields, l.fields(s, f.Fields, "kind", k.Prefix, "fields")...)
	if len(k.Fields) > 64 {
		l.fault(toml.Key{"kind", k.Prefix}, "%d fields; there is room for 64", len(k.Fields))
	}
	for i := range k.Fields {
		field := &k.Fields[i]
		if slices.ContainsFunc(k.Fields[:i], func(o Field) bool { return o.Name == field.Name }) {
			l.fault(toml.Key{"kind", k.Prefix, "fields", field.Name}, "is a field of every record")
		}
		if field.Every {
			l.every(s, k, field, f)
		}
		if field.Same != "" {
			c := component(slices.Index(componentNames[:], field.Same))
			if !slices.Contains(k.shape, c) {
				l.fault(toml.Key{"kind", k.Prefix, "fields", field.Name}, "same: there is no %s in the key", field.Same)
			}
			field.same = c
			k.repeat = append(k.repeat, i)
		}
		if field.Form == "facts" {
			k.acts = true
		}
		if !field.Optional {
			k.required |= 1 << i
		}
	}
	if k.Sealed == "pseudonym" && !slices.ContainsFunc(k.Fields, func(f Field) bool { return f.Name == "pseudonym" }) {
		l.fault(toml.Key{"kind", k.Prefix, "sealed"}, "there is no field pseudonym with the ID of the key")
	}
}

// every fits a field of every record to a kind.
func (l *loader) every(s *Schema, k *Kind, field *Field, f kindFile) {
	switch field.Name {
	case "controller":
		field.tag, field.want = true, k.Controller
	case "processor":
		field.tag, field.want = true, k.Processor
		field.Optional = k.Processor == ""
	case "at":
		if f.At != "" {
			form, err := s.compile(f.At, nil)
			if err != nil {
				l.fault(toml.Key{"kind", k.Prefix, "at"}, "%v", err)
			}
			field.Form, field.form = f.At, form
		}
		if slices.Contains(k.shape, day) {
			field.Same = day.String()
		}
	}
}

// fields reads the fields or facts under a key, in the order of the file.
func (l *loader) fields(s *Schema, file map[string]fieldFile, under ...string) []Field {
	var fields []Field
	for _, name := range l.under(under...) {
		f := file[name]
		at := append(toml.Key(slices.Clone(under)), name)
		field := Field{
			Name: name, Category: f.Category, Form: f.Form, Values: f.Values,
			Optional: f.Optional, Same: f.Same, Derived: f.Derived, Rest: f.Rest,
		}
		if f.Derived != "" && f.Same != "ITEM" {
			l.fault(at, `derived says how ITEM comes from the field, so same must be "ITEM"`)
		}
		if f.Same != "" && !slices.Contains(componentNames[:], f.Same) {
			l.fault(at, "same: %q is no component of keys; there are %s", f.Same, strings.Join(componentNames[:], ", "))
			field.Same = ""
		}
		if under[0] == "act" {
			l.fact(&field, f, at)
		} else if !slices.Contains(s.Categories, f.Category) {
			l.fault(at, "its category %q is not in the list categories", f.Category)
		}
		var err error
		if field.form, err = s.compile(f.Form, f.Values); err != nil {
			l.fault(at, "%v", err)
		}
		fields = append(fields, field)
	}
	return fields
}

// fact checks what only facts may have.
func (l *loader) fact(field *Field, f fieldFile, at toml.Key) {
	if f.Same != "" || f.Category != "" {
		l.fault(at, "a fact has neither same nor category")
	}
	stem, open := strings.CutSuffix(field.Name, "*")
	if open != (f.Rest != "") {
		l.fault(at, "a name that ends in * and rest, what it goes on with, go together")
	}
	if open {
		field.Name = stem
		if !slices.Contains([]string{"place", "kind", "number"}, f.Rest) {
			l.fault(at, "rest is none of place, kind, number")
		}
	}
}

// goesOn is whether what follows a name in * is what it may go on with.
func (f *Field) goesOn(s *Schema, rest string) bool {
	switch f.Rest {
	case "place":
		return isPlace(rest)
	case "kind":
		return s.isKind([]byte(rest))
	}
	return isDigits(rest)
}
