package privacyaudit

import (
	"errors"
	"time"

	"hoistway/privacyaudit/finding"
	"hoistway/privacyaudit/format"
	"hoistway/privacyaudit/search"
)

// State is how far a record could be read.
type State string

const (
	Read     State = "read"     // its fields are there
	Gone     State = "gone"     // a mark of a deletion: there is no value
	Shredded State = "shredded" // its data key was destroyed, which is as it should be after an erasure
	Locked   State = "locked"   // its data key is there, but not the key that opens that one
	Forged   State = "forged"   // it does not open with its key
	Broken   State = "broken"   // it is not in the declared form
	Mark     State = "mark"     // no record but a mark of a drop under way
)

// Record is one physical version of one record. It is valid during the call
// that gets it only.
type Record struct {
	Source  *Source
	File    string
	Offset  int64
	Kind    *format.Kind // nil: unknown
	Key     format.Key
	RawKey  []byte
	Commit  uint64
	Newest  bool   // what a reader of the store would see, unless it is deleted
	Deleted bool   // a mark of a deletion
	Expires uint64 // of Badger, Unix seconds; 0 = never

	State  State
	Why    string // of a state other than Read: what is wrong, without a value
	Value  format.Value
	Body   []byte // the JSON, opened
	Fields []format.Member
	Meta   format.Meta
	Hits   []search.Hit // known values in key and body; see Audit.Known
}

// Live tells whether a reader of the store sees this version.
func (r *Record) Live() bool { return r.Newest && !r.Deleted }

// At is when the data were collected.
func (r *Record) At() time.Time { return time.Unix(0, r.Meta.At).UTC() }

// KindName is the name of the kind, "" of an unknown one.
func (r *Record) KindName() string {
	if r.Kind == nil {
		return ""
	}
	return r.Kind.Name
}

// Field is the raw JSON of a field, nil where there is none.
func (r *Record) Field(name string) []byte {
	for i := range r.Fields {
		if string(r.Fields[i].Name) == name {
			return r.Fields[i].Raw
		}
	}
	return nil
}

// Text is a field's text, "" where there is none or something else.
func (r *Record) Text(name string) string {
	b, _ := format.Member{Raw: r.Field(name)}.Text(nil)
	return string(b)
}

// Place is where the record stands, for findings.
func (r *Record) Place() finding.Place {
	return finding.Place{Store: r.Source.Name, File: r.File, Kind: r.KindName(), Key: finding.KeyHash(r.RawKey)}
}

// decode fills a record whose RawKey is set from its stored value. The opened
// body is appended to arena.
func (a *Audit) decode(r *Record, value, arena []byte) []byte {
	var err error
	if r.Key, err = a.Schema.ParseKey(r.Source.holder(), r.RawKey); err != nil {
		r.State, r.Why = Broken, err.Error()
		if r.Kind == nil && !r.Deleted {
			r.Body = value
		}
		return arena
	}
	r.Kind, r.Key.HandedOver = r.Key.Kind, r.Source.HandedOver
	switch {
	case r.Deleted:
		r.State = Gone
		return arena
	case r.Key.Mark:
		r.State, r.Body = Mark, value
		return arena
	}
	if r.Value, err = format.ParseValue(value); err != nil {
		r.State, r.Why, r.Body = Broken, err.Error(), value
		return arena
	}
	r.Body = r.Value.Body
	if r.Value.Sealed {
		from := len(arena)
		arena, err = a.ring.Open(arena, r.Source.holder(), r.RawKey, r.Value)
		switch {
		case errors.Is(err, format.ErrShredded):
			r.State, r.Why = Shredded, "its data key is not there"
		case errors.Is(err, format.ErrLocked):
			r.State, r.Why = Locked, "the key-encryption key of its data key was not given"
		case err != nil:
			r.State, r.Why = Forged, err.Error()
		}
		if err != nil {
			return arena[:from]
		}
		r.Body = arena[from:]
	}
	if r.Fields, err = format.Parse(r.Fields[:0], r.Body); err != nil {
		r.State, r.Why = Broken, err.Error()
		return arena
	}
	r.State = Read
	if r.Meta, err = format.MetaOf(r.Fields); err != nil {
		r.State, r.Why = Broken, err.Error()
	}
	return arena
}

// holder is the name of the store whose records these are: a backup holds those
// of the cloud.
func (s *Source) holder() string {
	if s.Class == "backup" {
		return "cloud"
	}
	return s.Name
}
