package registry

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
)

// ID is 128 random bits in base32, lower case, 26 characters. It says nothing
// about what it names, not even when it was made.
type ID string

// IDSource makes IDs. Production uses Random.
type IDSource interface{ New() ID }

// Random makes IDs from the operating system's random number generator.
type Random struct{}

var idEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// New makes an ID.
func (Random) New() ID {
	var b [16]byte
	rand.Read(b[:]) // never fails: the process ends instead
	return ID(idEncoding.EncodeToString(b[:]))
}

// Valid tells whether an ID has the form of one: 26 characters, of which the
// last stands for the 3 bits that are left of 128.
func (id ID) Valid() bool {
	if len(id) != 26 {
		return false
	}
	for i := range len(id) {
		if c := id[i]; (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return false
		}
	}
	switch id[25] {
	case 'a', 'e', 'i', 'm', 'q', 'u', 'y', '4':
		return true
	}
	return false
}

// raw gives the 16 bytes of an ID.
func (id ID) raw() (raw [16]byte, err error) {
	if !id.Valid() {
		return raw, errors.New("malformed ID")
	}
	_, err = idEncoding.Decode(raw[:], []byte(id))
	return raw, err
}

// idOf gives the ID of 16 bytes.
func idOf(raw [16]byte) ID { return ID(idEncoding.EncodeToString(raw[:])) }
