package wire

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hpke"
	"encoding/binary"
	"fmt"
)

// info binds HPKE contexts to this protocol.
var info = []byte("hoistway remote call 1")

// Suite is the HPKE suite of sessions besides the key's own KEM.
func suite() (hpke.KDF, hpke.AEAD) { return hpke.HKDFSHA256(), hpke.AES256GCM() }

// lane seals or opens the frames of one direction of a session.
type lane struct {
	aead cipher.AEAD
	iv   [12]byte
}

// exporter is an HPKE context of either side.
type exporter interface {
	Export(context string, length int) ([]byte, error)
}

// lanes derives the two directions of a session.
func lanes(e exporter, id sessionID, salt []byte) (requests, replies lane, err error) {
	binding := string(id[:]) + string(salt)
	if requests, err = newLane(e, "request", binding); err != nil {
		return lane{}, lane{}, err
	}
	replies, err = newLane(e, "reply", binding)
	return requests, replies, err
}

func newLane(e exporter, direction, binding string) (l lane, err error) {
	key, err := e.Export(direction+" key"+binding, 32)
	if err != nil {
		return lane{}, fmt.Errorf("deriving the %s key: %w", direction, err)
	}
	defer clear(key)
	iv, err := e.Export(direction+" iv"+binding, len(l.iv))
	if err != nil {
		return lane{}, fmt.Errorf("deriving the %s iv: %w", direction, err)
	}
	copy(l.iv[:], iv)
	c, err := aes.NewCipher(key)
	if err != nil {
		return lane{}, err
	}
	l.aead, err = cipher.NewGCM(c)
	return l, err
}

func (l *lane) nonce(sequence uint64) (n [12]byte) {
	n = l.iv
	binary.BigEndian.PutUint64(n[4:], binary.BigEndian.Uint64(n[4:])^sequence)
	return n
}

// seal appends the sealed text to a frame that begins with what it
// authenticates.
func (l *lane) seal(frame []byte, sequence uint64, text []byte) []byte {
	n := l.nonce(sequence)
	return l.aead.Seal(frame, n[:], text, frame)
}

func (l *lane) open(authenticated []byte, sequence uint64, sealed []byte) ([]byte, error) {
	n := l.nonce(sequence)
	return l.aead.Open(nil, n[:], sealed, authenticated)
}

// windowSize is how far requests of one phone may overtake each other.
const windowSize = 1024

// window remembers which sequences have been taken: the highest, and which of
// the windowSize that end with it.
type window struct {
	top  uint64
	seen [windowSize / 64]uint64 // bit s mod windowSize: s was taken
}

// take tells whether a sequence is new, and remembers it.
func (w *window) take(sequence uint64) bool {
	word, bit := &w.seen[sequence%windowSize/64], uint64(1)<<(sequence%64)
	switch {
	case sequence == 0:
		return false
	case sequence > w.top:
		if sequence-w.top >= windowSize {
			clear(w.seen[:])
		} else {
			for s := w.top + 1; s < sequence; s++ {
				w.seen[s%windowSize/64] &^= 1 << (s % 64)
			}
		}
		*word |= bit
		w.top = sequence
		return true
	case w.top-sequence >= windowSize || *word&bit != 0:
		return false
	}
	*word |= bit
	return true
}
