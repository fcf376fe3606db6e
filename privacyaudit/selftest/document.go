package selftest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// doc is the fields of one record.
type doc map[string]any

func parseDoc(b []byte) (doc, error) {
	d := doc{}
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	if err := decoder.Decode(&d); err != nil {
		return nil, fmt.Errorf("a record: %w", err)
	}
	return d, nil
}

// text writes the fields as JSON: names in order, no white space, and no escapes
// that JSON does not demand, which is the form in which entries are chained.
func (d doc) text() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(d); err != nil {
		panic("BUG: a record that was read cannot be written: " + err.Error())
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// string is a field's text, "" where there is none.
func (d doc) string(field string) string { s, _ := d[field].(string); return s }

// time is a field's instant, zero where there is none.
func (d doc) time(field string) time.Time {
	at, _ := time.Parse(time.RFC3339Nano, d.string(field))
	return at
}

// at dates a record.
func (d doc) dated(at time.Time) doc {
	d["at"] = stamp(at)
	return d
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// with gives a copy with some fields set; names and values take turns.
func (d doc) with(pairs ...any) doc {
	other := doc{}
	for k, v := range d {
		other[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		other[pairs[i].(string)] = pairs[i+1]
	}
	return other
}

// rewrite changes the fields of a record and seals it as it was sealed, where
// it was.
func (s *contents) rewrite(r *record, change func(doc)) error {
	d, err := s.open(s.name, r)
	if err != nil {
		return err
	}
	change(d)
	r.value, err = s.like(r, r.key, d)
	return err
}

// like gives the value of a record under another key, sealed like r.
func (s *contents) like(r *record, key string, d doc) ([]byte, error) {
	id := keyID(r.value)
	if id == "" {
		return plain(d.text()), nil
	}
	return s.seal(s.name, key, id, d.text())
}

// first gives the first record of a kind that opens and is accepted.
func (s *contents) first(kind string, accept func(*record, doc) bool) (*record, doc, error) {
	for _, r := range s.of(kind) {
		d, err := s.open(s.name, r)
		if err == nil && (accept == nil || accept(r, d)) {
			return r, d, nil
		}
	}
	return nil, nil, fmt.Errorf("there is no record %s that the mutant could use", kind)
}

// each changes every record of a kind that opens. There must be one.
func (s *contents) each(kind string, change func(*record, doc)) error {
	changed := 0
	for _, r := range s.of(kind) {
		d, err := s.open(s.name, r)
		if err != nil {
			continue // its key is destroyed
		}
		before := string(d.text())
		change(r, d)
		if string(d.text()) == before {
			continue
		}
		if r.value, err = s.like(r, r.key, d); err != nil {
			return err
		}
		changed++
	}
	if changed == 0 {
		return fmt.Errorf("there is no record %s that the mutant could change", kind)
	}
	return nil
}
