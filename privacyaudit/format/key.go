package format

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// component is one part of a key behind its prefix.
type component uint8

const (
	subject component = iota
	item
	logName
	day
	sequence
)

var componentNames = [...]string{"SUBJECT", "ITEM", "LOG", "YYYYMMDD", "SEQUENCE"}

func (c component) String() string { return componentNames[c] }

// storeNames are the stores that a kind may name, one bit each in Kind.stores;
// "building" stands for every building-NAME.
var storeNames = [...]string{"cloud", "vault", "archive", "ledger", "analytics", "building"}

const (
	buildingStore = "building-"
	building      = 1 << 5 // the bit of all buildings
)

// storeBit says which store a name means, 0 where it is none.
func storeBit(name string) uint8 {
	if len(name) > len(buildingStore) && name[:len(buildingStore)] == buildingStore && isName([]byte(name[len(buildingStore):])) {
		return building
	}
	for i, n := range storeNames[:5] {
		if n == name {
			return 1 << i
		}
	}
	return 0
}

// Reasons why a key is nobody's; ParseKey wraps one of them.
var (
	ErrNoStore   = errors.New("no store of this format has that name")
	ErrNoKind    = errors.New("no kind has the key's prefix")
	ErrElsewhere = errors.New("the kind does not belong in this store")
	ErrMalformed = errors.New("the key does not have its kind's form")
)

// ParseKey says which kind a key in a store has, and whose it is. The store is
// cloud, vault and so on, building-NAME, or building for any of those. It denies
// what the schema does not allow: an unknown prefix, a kind of another store,
// a component that is malformed, missing or too many. The error tells the
// reason but nothing of the key; where the prefix is known it names the kind.
//
// Marks of a drop under way come back with Mark set, and with what they name.
func (s *Schema) ParseKey(store string, key []byte) (Key, error) {
	bit := storeBit(store)
	if store == "building" {
		bit = building
	}
	if bit == 0 {
		return Key{}, ErrNoStore
	}
	if n := len(key); n > 0 && (key[0] == '~' || key[n-1] == '~') {
		return s.parseMark(bit, key)
	}
	return s.parseKey(bit, key, false)
}

// parseMark parses KEY~ and ~LETTER.
func (s *Schema) parseMark(bit uint8, key []byte) (Key, error) {
	switch {
	case len(key) == 2 && key[0] == '~' && lower(key[1]):
		if string(key) == s.HandedOver.Mark && bit != building {
			return Key{}, fmt.Errorf("mark of a hand-over: %w: only buildings are handed over", ErrElsewhere)
		}
		return Key{Mark: true}, nil
	case key[0] == '~':
		return Key{}, fmt.Errorf("mark: %w: it is not ~ with one letter", ErrMalformed)
	default:
		key = key[:len(key)-1]
	}
	k, err := s.parseKey(bit, key, true)
	if err != nil {
		return Key{}, fmt.Errorf("mark: %w", err)
	}
	k.Mark = true
	return k, nil
}

// CheckMark judges what stands behind the key of a mark: nothing, one byte, or
// a prefix of the store's keys. More could say something about somebody.
func (s *Schema) CheckMark(store string, value []byte) error {
	if len(value) <= 1 {
		return nil
	}
	if _, err := s.parseKey(storeBit(store), value, true); err != nil {
		return fmt.Errorf("value of a mark: %w", err)
	}
	return nil
}

// parseKey parses a record's key, or with open a prefix of one, which may end
// behind any component or the slash that follows it.
func (s *Schema) parseKey(bit uint8, key []byte, open bool) (Key, error) {
	if len(key) < 3 || key[2] != '/' {
		return Key{}, ErrNoKind
	}
	kind := s.kindOf(key[0], key[1])
	if kind == nil {
		return Key{}, ErrNoKind
	}
	if kind.stores&bit == 0 {
		return Key{}, fmt.Errorf("%s: %w", kind.Name, ErrElsewhere)
	}
	// One copy, of which the components are parts.
	text := string(key[3:])
	k := Key{Kind: kind}
	for i, c := range kind.shape {
		part, rest, more := strings.Cut(text, "/")
		if open && text == "" {
			return k, nil
		}
		if !k.set(c, part) {
			return Key{}, fmt.Errorf("%s: %w: its %s is not one", kind.Name, ErrMalformed, c)
		}
		if text = rest; more != (i+1 < len(kind.shape)) {
			switch {
			case !more && open:
				return k, nil
			case !more:
				return Key{}, fmt.Errorf("%s: %w: it ends before its %s", kind.Name, ErrMalformed, kind.shape[i+1])
			}
			return Key{}, fmt.Errorf("%s: %w: something follows its last component", kind.Name, ErrMalformed)
		}
	}
	return k, nil
}

// set takes one component into the key and reports whether it has its form.
func (k *Key) set(c component, part string) bool {
	switch c {
	case subject:
		k.Subject = part
		return isID(part)
	case item:
		k.Item = part
		return isID(part)
	case logName:
		k.Log = part
		return isName(part)
	case day:
		k.Day = part
		return len(part) == 8 && isDay(part[:4], part[4:6], part[6:])
	}
	n, ok := parseSequence(part)
	k.Sequence = n
	return ok
}

// component gives a component in its written form.
func (k *Key) component(c component) string {
	switch c {
	case subject:
		return k.Subject
	case item:
		return k.Item
	case logName:
		return k.Log
	case day:
		return k.Day
	}
	return fmt.Sprintf("%016x", k.Sequence)
}

// kindOf finds the kind of a prefix.
func (s *Schema) kindOf(a, b byte) *Kind {
	a, b = a-'a', b-'a'
	if a >= 26 || b >= 26 {
		return nil
	}
	return s.prefixes[int(a)*26+int(b)]
}

// Kind finds a kind by its prefix or its name; nil where there is none.
func (s *Schema) Kind(name string) *Kind {
	i := slices.IndexFunc(s.Kinds, func(k *Kind) bool { return k.Prefix == name || k.Name == name })
	if i < 0 {
		return nil
	}
	return s.Kinds[i]
}

// In reports whether records of the kind may stand in a store, such as cloud
// or building-a.
func (k *Kind) In(store string) bool { return k.stores&storeBit(store) != 0 }

// parseSequence reads 16 hexadecimal digits in lower case, from 1.
func parseSequence(s string) (uint64, bool) {
	if len(s) != 16 {
		return 0, false
	}
	var n uint64
	for i := range len(s) {
		c := s[i]
		switch {
		case '0' <= c && c <= '9':
			n = n<<4 | uint64(c-'0')
		case 'a' <= c && c <= 'f':
			n = n<<4 | uint64(c-'a'+10)
		default:
			return 0, false
		}
	}
	return n, n > 0
}
