package format

import (
	"encoding/base32"
	"errors"
)

// The outer form of a value: version, form, and for sealed ones what
// AES-256-GCM needs.
const (
	version = 1

	plain  = 0
	sealed = 1

	idSize    = 16
	nonceSize = 12
	tagSize   = 16
)

var ids = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// BuildingKey is the ID of a building's common key: 16 zero bytes.
const BuildingKey = "aaaaaaaaaaaaaaaaaaaaaaaaaa"

// Reasons why a value has none of the two forms.
var (
	ErrVersion = errors.New("the value's first byte is not version 1")
	ErrForm    = errors.New("the value's second byte is neither 0, plain, nor 1, sealed")
	ErrShort   = errors.New("the value ends before its form is complete")
)

// ParseValue takes the outer form off a stored value. Body is a part of b.
func ParseValue(b []byte) (Value, error) {
	switch {
	case len(b) == 0:
		return Value{}, ErrShort
	case b[0] != version:
		return Value{}, ErrVersion
	case len(b) == 1:
		return Value{}, ErrShort
	case b[1] == plain:
		return Value{Body: b[2:]}, nil
	case b[1] != sealed:
		return Value{}, ErrForm
	case len(b) < 2+idSize+nonceSize+tagSize:
		return Value{}, ErrShort
	}
	var id [26]byte
	ids.Encode(id[:], b[2:2+idSize])
	return Value{Sealed: true, KeyID: string(id[:]), Body: b[2+idSize:]}, nil
}
