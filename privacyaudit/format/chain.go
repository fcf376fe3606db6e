package format

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
)

// Reasons why an entry does not continue a chain.
var (
	ErrPrevious = errors.New("its field previous is not the hash of the entry before")
	ErrHash     = errors.New("its field hash is not the hash of its JSON")
)

// ChainHash gives the hash of a ledger or key-audit entry: hexadecimal SHA-256 of
// the text previous and the entry's JSON without its field hash, with the names
// of all objects in order of their bytes, without white space, and without
// escapes that JSON does not demand. previous is "" for the first entry. Where
// JSON demands an escape, the shortest is taken.
func ChainHash(previous string, json []byte) (string, error) {
	members, err := Parse(nil, json)
	if err != nil {
		return "", err
	}
	members = slices.DeleteFunc(members, func(m Member) bool { return string(m.Name) == "hash" })
	b, err := appendObject([]byte(previous), members)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// CheckLink judges whether an entry continues the chain behind the hash
// previous, and gives the hash with which the next one is judged. It comes with
// a broken link, ErrPrevious or ErrHash, as well: it is what the entry says of
// itself, so that one changed entry breaks one link and not all that follow.
func CheckLink(previous string, json []byte) (string, error) {
	members, err := Parse(nil, json)
	if err != nil {
		return "", err
	}
	// What the entry says of the one before is hashed, so that the hash is
	// judged on its own.
	said, ok := find(members, "previous").Text(nil)
	if !ok {
		return "", ErrPrevious
	}
	hash, err := ChainHash(string(said), json)
	if err != nil {
		return "", err
	}
	own, _ := find(members, "hash").Text(nil)
	switch {
	case string(own) != hash:
		err = ErrHash
	case string(said) != previous:
		err = ErrPrevious
	}
	if isHash(own) {
		return string(own), err
	}
	return hash, err
}

// appendObject writes an object with its members in order.
func appendObject(dst []byte, members []Member) ([]byte, error) {
	slices.SortFunc(members, func(a, b Member) int { return bytes.Compare(a.Name, b.Name) })
	dst = append(dst, '{')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendText(dst, m.Name), ':')
		var err error
		if dst, err = appendValue(dst, m.Raw); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

// appendValue writes a raw value that Parse has checked.
func appendValue(dst, raw []byte) ([]byte, error) {
	switch raw[0] {
	case '"':
		s, _ := text(nil, raw)
		return appendText(dst, s), nil
	case '{':
		members, err := Parse(nil, raw)
		if err != nil {
			return nil, err
		}
		return appendObject(dst, members)
	case '[':
		return appendList(dst, raw)
	}
	return append(dst, raw...), nil
}

func appendList(dst, raw []byte) ([]byte, error) {
	dst = append(dst, '[')
	s := scanner{b: raw, i: 1}
	for first := true; !s.next(']'); first = false {
		if !first {
			if !s.next(',') {
				return nil, s.fault("neither a comma nor the end of a list")
			}
			dst = append(dst, ',')
		}
		s.space()
		start := s.i
		err := s.value()
		if err == nil {
			dst, err = appendValue(dst, raw[start:s.i])
		}
		if err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

// appendText writes a string with the escapes that JSON demands.
func appendText(dst, s []byte) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= 0x20:
			dst = append(dst, c)
		case c == '\b':
			dst = append(dst, '\\', 'b')
		case c == '\f':
			dst = append(dst, '\\', 'f')
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(dst, '"')
}
