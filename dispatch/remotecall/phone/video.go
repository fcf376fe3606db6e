package phone

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/binary"
	"errors"
	"fmt"
)

// A sealed frame of video is a version byte (1), 32 bytes of the HPKE
// encapsulation that all frames of a call share, 8 bytes of sequence from 1
// (big endian), and the frame under AES-256-GCM: key Export("video key", 32),
// iv Export("video iv", 12), nonce iv XOR sequence; authenticated with it are
// these 41 bytes and the number of the call (8 bytes, big endian).
const (
	videoVersion = 1
	encSize      = 32
	videoHeader  = 1 + encSize + 8
)

var videoInfo = []byte("hoistway intercom 1")

// lens is what both sides of a call's video derive from their HPKE context.
type lens struct {
	aead cipher.AEAD
	iv   [12]byte
}

func newLens(context interface {
	Export(string, int) ([]byte, error)
}) (l lens, err error) {
	key, err := context.Export("video key", 32)
	if err != nil {
		return lens{}, fmt.Errorf("deriving the video key: %w", err)
	}
	defer clear(key)
	iv, err := context.Export("video iv", len(l.iv))
	if err != nil {
		return lens{}, fmt.Errorf("deriving the video iv: %w", err)
	}
	copy(l.iv[:], iv)
	c, err := aes.NewCipher(key)
	if err != nil {
		return lens{}, err
	}
	l.aead, err = cipher.NewGCM(c)
	return l, err
}

func (l *lens) nonce(sequence uint64) []byte {
	n := l.iv
	binary.BigEndian.PutUint64(n[4:], binary.BigEndian.Uint64(n[4:])^sequence)
	return n[:]
}

// authenticated is what a frame's tag covers besides the frame.
func authenticated(head []byte, call uint64) []byte {
	return binary.BigEndian.AppendUint64(append(make([]byte, 0, videoHeader+8), head...), call)
}

// camera seals the frames of one call.
type camera struct {
	lens
	enc  []byte
	call uint64
	last uint64
}

func newCamera(to []byte, call uint64) (*camera, error) {
	key, err := hpke.DHKEM(ecdh.X25519()).NewPublicKey(to)
	if err != nil {
		return nil, fmt.Errorf("the phone's video key: %w", err)
	}
	enc, context, err := hpke.NewSender(key, hpke.HKDFSHA256(), hpke.AES256GCM(), videoInfo)
	if err != nil {
		return nil, err
	}
	l, err := newLens(context)
	return &camera{lens: l, enc: enc, call: call}, err
}

func (c *camera) seal(frame []byte) []byte {
	c.last++
	b := make([]byte, 0, videoHeader+len(frame)+c.aead.Overhead())
	b = append(append(b, videoVersion), c.enc...)
	b = binary.BigEndian.AppendUint64(b, c.last)
	return c.aead.Seal(b, c.nonce(c.last), frame, authenticated(b, c.call))
}

// viewer opens the frames of one call.
type viewer struct {
	lens
	last uint64 // sequence shown; 0 = none
}

var errNotShown = errors.New("not a frame of this call, or an old one")

func (v *viewer) open(key hpke.PrivateKey, call uint64, sealed []byte) ([]byte, error) {
	if len(sealed) < videoHeader || sealed[0] != videoVersion {
		return nil, errNotShown
	}
	sequence := binary.BigEndian.Uint64(sealed[1+encSize:])
	if sequence <= v.last {
		return nil, errNotShown
	}
	l := v.lens
	if v.last == 0 {
		context, err := hpke.NewRecipient(sealed[1:1+encSize], key, hpke.HKDFSHA256(), hpke.AES256GCM(), videoInfo)
		if err != nil {
			return nil, errNotShown
		}
		if l, err = newLens(context); err != nil {
			return nil, err
		}
	}
	frame, err := l.aead.Open(nil, l.nonce(sequence), sealed[videoHeader:], authenticated(sealed[:videoHeader], call))
	if err != nil {
		return nil, errNotShown
	}
	v.lens, v.last = l, sequence
	return frame, nil
}
