package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// The bytes of a stored value, described for strangers in FORMAT.md:
//
//	version 0x01 | form 0x00 | JSON
//	version 0x01 | form 0x01 | ID of the key, 16 bytes | nonce, 12 bytes | AES-256-GCM of the JSON
const (
	valueVersion = 0x01
	formPlain    = 0x00
	formSealed   = 0x01

	sealedHead = 2 + 16
	// largestValue keeps values inside Badger's tables: what goes to its value
	// log cannot be erased in bounded time.
	largestValue = 512 << 10
)

// buildingKey names the one key of a building server under which records are
// sealed that are about nobody in particular.
const buildingKey ID = "aaaaaaaaaaaaaaaaaaaaaaaaaa"

// keyOf gives the Badger key of a reference that is complete.
func keyOf(ref Ref) ([]byte, error) {
	key, whole, err := keyPrefix(ref)
	if err != nil {
		return nil, err
	}
	if !whole {
		return nil, fmt.Errorf("reference to %s is incomplete: its key is %s/%s", ref.Kind.Name, ref.Kind.Prefix, ref.Kind.Key)
	}
	return key, nil
}

// keyPrefix gives the key as far as the reference has components, and whether
// it is the whole key.
func keyPrefix(ref Ref) (key []byte, whole bool, err error) {
	if ref.Kind == nil {
		return nil, false, errors.New("reference without a kind")
	}
	key = make([]byte, 0, 64)
	key = append(append(key, ref.Kind.Prefix...), '/')
	bad := func(what string) error { return fmt.Errorf("reference to %s has a malformed %s", ref.Kind.Name, what) }
	surplus := func(what string) error {
		return fmt.Errorf("reference to %s has a %s, but its key is %s/%s", ref.Kind.Name, what, ref.Kind.Prefix, ref.Kind.Key)
	}
	parts := strings.Split(string(ref.Kind.Key), "/")
	has := func(part string) bool { return strings.Contains(string(ref.Kind.Key), part) }
	switch {
	case ref.Subject != "" && !has("subject"):
		return nil, false, surplus("subject")
	case ref.Log != "" && !has("log"):
		return nil, false, surplus("log")
	case ref.Day != "" && !has("day"):
		return nil, false, surplus("day")
	case ref.Item != "" && !has("item"):
		return nil, false, surplus("item")
	case ref.Sequence != 0 && !has("sequence"):
		return nil, false, surplus("sequence")
	}
	for i, part := range parts {
		switch part {
		case "subject", "item":
			id := ref.Subject
			if part == "item" {
				id = ref.Item
			}
			if id == "" {
				return key, false, nil
			}
			if !id.Valid() {
				return nil, false, bad(part)
			}
			key = append(key, id...)
		case "log":
			if ref.Log == "" {
				return key, false, nil
			}
			if !logName.MatchString(ref.Log) {
				return nil, false, bad("log")
			}
			key = append(key, ref.Log...)
		case "day":
			if ref.Day == "" {
				return key, false, nil
			}
			if !validDay(ref.Day) {
				return nil, false, bad("day")
			}
			key = append(key, ref.Day...)
		case "sequence":
			if ref.Sequence == 0 {
				return key, false, nil
			}
			key = fmt.Appendf(key, "%016x", ref.Sequence)
		}
		if i < len(parts)-1 {
			key = append(key, '/')
		}
	}
	return key, true, nil
}

// parseKey gives the reference that a key stands for.
func parseKey(key []byte) (Ref, error) {
	prefix, rest, ok := strings.Cut(string(key), "/")
	if !ok {
		return Ref{}, errors.New("key has no prefix")
	}
	kind, err := KindOf(prefix)
	if err != nil {
		return Ref{}, errors.New("key has an undeclared prefix")
	}
	ref := Ref{Kind: kind}
	good := false
	switch kind.Key {
	case BySubject:
		ref.Subject = ID(rest)
		good = ref.Subject.Valid()
	case BySubjectItem:
		subject, item, two := strings.Cut(rest, "/")
		ref.Subject, ref.Item = ID(subject), ID(item)
		good = two && ref.Subject.Valid() && ref.Item.Valid()
	case ByLogDayItem:
		ref.Log, rest, good = strings.Cut(rest, "/")
		good = good && logName.MatchString(ref.Log)
		fallthrough
	case ByDayItem:
		day, item, two := strings.Cut(rest, "/")
		ref.Day, ref.Item = day, ID(item)
		good = (good || kind.Key == ByDayItem) && two && validDay(ref.Day) && ref.Item.Valid()
	case ByItem:
		ref.Item = ID(rest)
		good = ref.Item.Valid()
	case BySequence:
		ref.Sequence, err = strconv.ParseUint(rest, 16, 64)
		good = err == nil && ref.Sequence > 0 && fmt.Sprintf("%016x", ref.Sequence) == rest
	}
	if !good {
		return Ref{}, fmt.Errorf("key of %s does not have the form %s/%s", kind.Name, prefix, kind.Key)
	}
	return ref, nil
}

// associated is what a sealed value is bound to: it opens in the place where
// it was written and nowhere else.
func associated(store string, key []byte) []byte {
	b := make([]byte, 0, len(store)+1+len(key))
	return append(append(append(b, store...), 0), key...)
}

// sealer gives the ID of the key under which a record is sealed, "" for plain.
func sealer(ref Ref, rec Record) ID {
	switch ref.Kind.Sealed {
	case UnderSubject:
		return ref.Subject
	case UnderPseudonym:
		return rec.(*UsageLog).Pseudonym
	case UnderBuilding:
		return buildingKey
	}
	return ""
}

// encode gives the value of a record in a store, within an update of it or
// without. With found, it makes the key that it needs when there is none.
func (s *store) encode(ref Ref, key []byte, rec Record, found bool) ([]byte, error) {
	if err := fits(ref.Kind, rec); err != nil {
		return nil, err
	}
	b, err := json.Marshal(rec)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", ref.Kind.Name, err)
	}
	if len(b) > largestValue {
		return nil, fmt.Errorf("%s has %d bytes; a record has at most %d", ref.Kind.Name, len(b), largestValue)
	}
	id := sealer(ref, rec)
	if ref.Kind.Sealed == Plain {
		return append([]byte{valueVersion, formPlain}, b...), nil
	}
	return s.seal(id, key, b, found)
}

// seal gives the value of sealed bytes.
func (s *store) seal(id ID, key, plain []byte, found bool) ([]byte, error) {
	if s.ring == nil {
		panic("BUG: sealed record for store " + s.name + ", which has no keys")
	}
	aead, err := s.ring.key(id)
	if errors.Is(err, ErrShredded) && found {
		aead, err = s.ring.createWithin(s, id)
	}
	if err != nil {
		return nil, err
	}
	raw, err := id.raw()
	if err != nil {
		return nil, err
	}
	value := make([]byte, 0, sealedHead+len(plain)+aead.Overhead())
	value = append(value, valueVersion, formSealed)
	value = append(value, raw[:]...)
	return aead.Seal(value, nil, plain, associated(s.name, key)), nil
}

// open gives the JSON of a value that stands, or stood, under a key.
func (s *store) open(key, value []byte) ([]byte, error) {
	id, err := keyID(value)
	switch {
	case err != nil:
		return nil, fmt.Errorf("store %s: %w", s.name, err)
	case id == "":
		return value[2:], nil
	case s.ring == nil:
		return nil, fmt.Errorf("store %s: a value is sealed, but the store has no keys", s.name)
	}
	aead, err := s.ring.key(id)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, nil, value[sealedHead:], associated(s.name, key))
	if err != nil {
		return nil, fmt.Errorf("store %s: a sealed value does not open: it was changed, moved from another key, or sealed under another key", s.name)
	}
	return plain, nil
}

// keyID gives the ID of the key that seals a value, "" for a plain one.
func keyID(value []byte) (ID, error) {
	switch {
	case len(value) < 2:
		return "", io.ErrUnexpectedEOF
	case value[0] != valueVersion:
		return "", fmt.Errorf("a value has version %d; this program reads version %d", value[0], valueVersion)
	case value[1] == formPlain:
		return "", nil
	case value[1] != formSealed:
		return "", fmt.Errorf("a value has form %d; this program reads 0 and 1", value[1])
	case len(value) < sealedHead:
		return "", io.ErrUnexpectedEOF
	}
	return idOf([16]byte(value[2:sealedHead])), nil
}

// decode reads a record of a kind from a value. It takes nothing but declared
// fields, and the form that the kind is declared to have.
func (s *store) decode(kind *Kind, key, value []byte, into Record) error {
	if err := fits(kind, into); err != nil {
		return err
	}
	plain, err := s.open(key, value)
	if err != nil {
		return err
	}
	if sealed := value[1] == formSealed; sealed != (kind.Sealed != Plain) {
		return fmt.Errorf("store %s: a %s has form %d, against its declaration", s.name, kind.Name, value[1])
	}
	return unmarshal(kind, plain, into)
}

// unmarshal reads a record's JSON strictly.
func unmarshal(kind *Kind, b []byte, into Record) error {
	reflect.ValueOf(into).Elem().SetZero()
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return nil
		}
	}
	reflect.ValueOf(into).Elem().SetZero()
	// The decoder's own words would quote what it could not read.
	return fmt.Errorf("a %s is not the JSON of its declared fields", kind.Name)
}

// fits tells whether a record is of the kind's type.
func fits(kind *Kind, rec Record) error {
	if t := reflect.TypeOf(rec); t == nil || t.Kind() != reflect.Pointer || t.Elem() != kind.record || reflect.ValueOf(rec).IsNil() {
		return fmt.Errorf("a record of %s has type *%s, not %T", kind.Name, kind.record, rec)
	}
	return nil
}

// validDay tells whether a day has the form YYYYMMDD and is on the calendar.
func validDay(day string) bool {
	if len(day) != 8 {
		return false
	}
	n, err := strconv.ParseUint(day, 10, 32)
	if err != nil {
		return false
	}
	year, month, of := int(n/10000), time.Month(n/100%100), int(n%100)
	t := time.Date(year, month, of, 0, 0, 0, 0, time.UTC)
	return t.Year() == year && t.Month() == month && t.Day() == of
}

const dayForm = "20060102"
