package evidence

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// Types of frames.
const (
	Greeting       = 1
	Welcome        = 2
	Request        = 3
	Reply          = 4
	UnknownSession = 5
)

const (
	frameHead   = 26 // version, type, session, sequence
	frameSecret = 32 // encapsulation of a greeting, salt of a welcome
	tapHead     = 13 // instant, direction, length

	// largestFrame bounds a frame; the service's largest reply is 8 MiB.
	largestFrame = 16 << 20
)

// ErrCutFrame is the error of a last frame that the capture does not hold whole.
var ErrCutFrame = errors.New("the capture ends within this frame")

// Frame is one frame of the wire, as a tap between phones and service saw it.
// Its bytes are valid during the call only.
type Frame struct {
	Offset      int64 // in the capture, of what the tap wrote
	At          time.Time
	FromService bool // else from a phone

	// Header, in the clear; nought where Err says that this is no frame.
	Type     byte // Greeting ... UnknownSession
	Session  [16]byte
	Sequence uint64

	Raw        []byte // the whole frame
	Secret     []byte // a greeting's encapsulation, a welcome's salt, in the clear
	Ciphertext []byte

	// Opened is what was sealed; nil when no key was given, and where Err says
	// why it could not be opened. An UnknownSession has nothing to open.
	Opened    []byte
	Anonymous bool // opened, and its session is an anonymous one

	// Err is what is wrong with the frame: cut, no frame at all (so that Raw
	// may be clear text), of the wrong side, not to be opened with the key.
	Err error
}

// Message splits an opened request into operation and JSON, and an opened reply
// into "ok" or "no" and what follows, without the padding.
func (f *Frame) Message() (word string, body []byte, err error) {
	if f.Opened == nil || f.Type != Request && f.Type != Reply {
		return "", nil, errors.New("is no opened request or reply")
	}
	if len(f.Opened)%64 != 0 {
		return "", nil, errors.New("is not padded to a multiple of 64 bytes")
	}
	first, rest, ok := bytes.Cut(bytes.TrimRight(f.Opened, " "), []byte{' '})
	if len(first) == 0 || f.Type == Reply && string(first) != "ok" && string(first) != "no" {
		return "", nil, errors.New("begins with no word that is known")
	}
	if !ok {
		rest = nil
	}
	return string(first), rest, nil
}

// WireKeyFile is the back end's private key in the folder of the keys.
const WireKeyFile = "wire.key"

// Captures calls f for every frame of every file in the folder of the wire, with
// the name that the file has among the Texts. Frames are opened with the key in
// the folder of the keys, if there is one. It reads all captures that it can and
// then names what it cannot; an error of f ends it at once.
func (p Parts) Captures(f func(name string, frame *Frame) error) error {
	nodes, err := p.tree()
	errs := []error{err}
	var key []byte
	if i := slices.IndexFunc(nodes, func(n node) bool { return n.name == "keys/"+WireKeyFile }); i >= 0 {
		if key, err = readWhole(nodes[i].path); err != nil {
			errs = append(errs, fmt.Errorf("evidence: %w", err))
		}
	}
	for _, n := range nodes {
		if class, _ := textClass(n.name); n.dir || class != WireText {
			continue
		}
		err := readCapture(n.path, key, func(frame *Frame) error {
			if err := f(n.name, frame); err != nil {
				return stop{err}
			}
			return nil
		})
		var s stop
		if errors.As(err, &s) {
			return s.error
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("evidence: %s: %w", n.name, err))
		}
	}
	return errors.Join(errs...)
}

func readCapture(path string, key []byte, f func(*Frame) error) error {
	file, err := openRegular(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return ReadFrames(file, key, f)
}

// Frames calls f for every frame of a capture in memory. See ReadFrames.
func Frames(body, key []byte, f func(*Frame) error) error {
	return ReadFrames(bytes.NewReader(body), key, f)
}

// ReadFrames calls f for every frame of a capture, opened where the back end's
// private key is given (32 bytes, X25519; nil = none). A last frame that is cut
// is given with ErrCutFrame. It ends with an error of f, as it is, and with one
// of its own where the bytes cannot be a capture's.
func ReadFrames(r io.Reader, key []byte, f func(*Frame) error) error {
	var open *opener
	if key != nil {
		var err error
		if open, err = newOpener(key); err != nil {
			return fmt.Errorf("the key of the wire: %w", err)
		}
	}
	in := bufio.NewReaderSize(r, 1<<18)
	var offset int64
	var buf []byte
	for {
		var head [tapHead]byte
		n, err := io.ReadFull(in, head[:])
		switch {
		case err == io.EOF:
			return nil
		case err == io.ErrUnexpectedEOF:
			return f(&Frame{Offset: offset, Raw: head[:n], Err: ErrCutFrame})
		case err != nil:
			return fmt.Errorf("wire: byte %d: %w", offset, err)
		}
		length := binary.BigEndian.Uint32(head[9:])
		if length > largestFrame || head[8] > 1 {
			return fmt.Errorf("wire: byte %d: is no head of a frame, so that where the next one begins cannot be told", offset)
		}
		frame := Frame{Offset: offset, At: time.Unix(0, int64(binary.BigEndian.Uint64(head[:]))).UTC(), FromService: head[8] == 1}
		// What a damaged length claims is not allocated before it is there.
		b := bytes.NewBuffer(buf[:0])
		copied, err := io.CopyN(b, in, int64(length))
		buf = b.Bytes()
		frame.Raw = buf
		if err == io.EOF {
			frame.Err = ErrCutFrame
			return f(&frame)
		}
		if err != nil {
			return fmt.Errorf("wire: byte %d: %w", offset+tapHead+copied, err)
		}
		frame.Err = frame.parse()
		if open != nil && frame.Err == nil {
			frame.Err = open.open(&frame)
		}
		if err := f(&frame); err != nil {
			return err
		}
		offset += tapHead + int64(length)
	}
}

// parse reads the header.
func (f *Frame) parse() error {
	b := f.Raw
	if len(b) < frameHead || b[0] != 1 || b[1] < Greeting || b[1] > UnknownSession {
		return errors.New("is no frame of version 1: it may be clear text")
	}
	f.Type = b[1]
	copy(f.Session[:], b[2:18])
	f.Sequence = binary.BigEndian.Uint64(b[18:frameHead])
	rest := b[frameHead:]
	if f.Type == Greeting || f.Type == Welcome {
		if len(rest) < frameSecret {
			return errors.New("is too short for a greeting or welcome")
		}
		f.Secret, rest = rest[:frameSecret], rest[frameSecret:]
	}
	f.Ciphertext = rest
	none := [16]byte{}
	switch {
	case (f.Type == Greeting || f.Type == Request) == f.FromService:
		return errors.New("is of a type that the other side sends")
	case f.Type == Greeting && (f.Session != none || f.Sequence != 0):
		return errors.New("is a greeting with a session or sequence")
	case f.Type == Welcome && (f.Session == none || f.Sequence != 0):
		return errors.New("is a welcome without a session, or with a sequence")
	case f.Type == UnknownSession && len(rest) > 0:
		return errors.New("has something behind an unknown session, which is not sealed")
	case f.Type != UnknownSession && len(rest) < 16:
		return errors.New("has too few bytes for anything that is sealed")
	}
	return nil
}
