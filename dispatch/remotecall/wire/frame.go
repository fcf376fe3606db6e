package wire

import (
	"bytes"
	"encoding/binary"
	"time"
)

// Bounds.
const (
	Idle         = 7 * 24 * time.Hour  // unused for so long, a session ends
	Life         = 30 * 24 * time.Hour // and after so long in any case
	MostSessions = 1 << 16             // at one endpoint

	LargestRequest = 1 << 20 // bytes of a frame to the service
	LargestReply   = 8 << 20 // bytes of a frame to the phone
)

const version = 1

// kind is the type of a frame.
type kind byte

const (
	greeting kind = 1 + iota
	welcome
	request
	reply
	unknownSession
)

const (
	headerSize  = 26
	sessionSize = 16
	saltSize    = 32
	encSize     = 32 // of X25519
	tagSize     = 16 // of AES-GCM
	block       = 64 // opened frames have multiples of this length
)

// sessionID names a session on the line.
type sessionID [sessionSize]byte

// header is what a tap can read of a frame.
type header struct {
	kind     kind
	session  sessionID
	sequence uint64
}

func (h header) append(b []byte) []byte {
	b = append(b, version, byte(h.kind))
	b = append(b, h.session[:]...)
	return binary.BigEndian.AppendUint64(b, h.sequence)
}

// parse splits a frame into its header, the header's bytes and the rest.
func parse(frame []byte) (h header, raw, rest []byte, ok bool) {
	if len(frame) < headerSize || frame[0] != version {
		return header{}, nil, nil, false
	}
	h.kind = kind(frame[1])
	copy(h.session[:], frame[2:18])
	h.sequence = binary.BigEndian.Uint64(frame[18:])
	return h, frame[:headerSize:headerSize], frame[headerSize:], true
}

var spaces = bytes.Repeat([]byte{' '}, block)

// pad fills up with spaces, which JSON ignores.
func pad(b []byte) []byte {
	if n := len(b) % block; n != 0 {
		b = append(b, spaces[n:]...)
	}
	return b
}

// A Tap sees the frames that pass between phones and the service, as they are
// on the line. From is "phone" or "service". It must not keep the frame.
type Tap interface {
	Frame(at time.Time, from string, frame []byte)
}
