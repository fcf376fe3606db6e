package selftest

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"encoding/binary"
	"time"
)

// line is one session between a phone and the back end, as a tap would have it.
// It is written by hand so that it can go wrong: dispatch/remotecall/wire
// cannot.
type line struct {
	*Bench
	at              time.Time
	frames          bytes.Buffer
	id              []byte
	requests, reply lane
	sequence        uint64
	noPadding       bool
}

// lane is the keys for what one side sends.
type lane struct{ key, iv []byte }

// Types of frames.
const (
	frameGreeting = 1
	frameWelcome  = 2
	frameRequest  = 3
	frameReply    = 4
)

const wireInfo = "hoistway remote call 1"

// dial opens a session shortly before the end of the evidence.
func (b *Bench) dial(anonymous bool) (*line, error) {
	l := &line{Bench: b, at: b.end().Add(-time.Minute), id: make([]byte, 16)}
	rand.Read(l.id)
	secret, err := b.read("keys/wire.key")
	if err != nil {
		return nil, err
	}
	private, err := ecdh.X25519().NewPrivateKey(secret)
	if err != nil {
		return nil, err
	}
	public, err := hpke.NewDHKEMPublicKey(private.PublicKey())
	if err != nil {
		return nil, err
	}
	enc, context, err := hpke.NewSender(public, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(wireInfo))
	if err != nil {
		return nil, err
	}
	hello := make([]byte, 17)
	if anonymous {
		hello[0] = 1
	}
	head := header(frameGreeting, make([]byte, 16), 0)
	sealed, err := context.Seal(head, hello)
	if err != nil {
		return nil, err
	}
	l.tap(false, append(append(bytes.Clone(head), enc...), sealed...))
	salt := make([]byte, 32)
	rand.Read(salt)
	for _, one := range []struct {
		name string
		to   *lane
	}{{"request", &l.requests}, {"reply", &l.reply}} {
		suffix := string(l.id) + string(salt)
		if one.to.key, err = context.Export(one.name+" key"+suffix, 32); err != nil {
			return nil, err
		}
		if one.to.iv, err = context.Export(one.name+" iv"+suffix, 12); err != nil {
			return nil, err
		}
	}
	open := append(header(frameWelcome, l.id, 0), salt...)
	welcome, err := l.reply.seal(open, 0, []byte{0})
	if err != nil {
		return nil, err
	}
	l.tap(true, welcome)
	return l, nil
}

func header(kind byte, session []byte, sequence uint64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte{1, kind}, session...), sequence)
}

// seal appends text, sealed, to what is open of a frame.
func (s *lane) seal(open []byte, sequence uint64, text []byte) ([]byte, error) {
	aead, err := gcm(s.key)
	if err != nil {
		return nil, err
	}
	nonce := bytes.Clone(s.iv)
	binary.BigEndian.PutUint64(nonce[4:], binary.BigEndian.Uint64(nonce[4:])^sequence)
	return aead.Seal(bytes.Clone(open), nonce, text, open), nil
}

// request sends an operation with its body, in the next frame of the phone.
func (l *line) request(operation, body string) error {
	l.sequence++
	return l.requestAs(l.sequence, operation, body)
}

// requestAs sends a request under a sequence.
func (l *line) requestAs(sequence uint64, operation, body string) error {
	frame, err := l.requests.seal(header(frameRequest, l.id, sequence), sequence, l.padded(operation+" "+body))
	if err != nil {
		return err
	}
	l.tap(false, frame)
	return nil
}

// answer sends the reply to the last request.
func (l *line) answer(body string) error {
	frame, err := l.reply.seal(header(frameReply, l.id, l.sequence), l.sequence, l.padded("ok "+body))
	if err != nil {
		return err
	}
	l.tap(true, frame)
	return nil
}

// padded fills a text up to a multiple of 64 bytes.
func (l *line) padded(text string) []byte {
	b := []byte(text)
	if l.noPadding {
		return b
	}
	for len(b)%64 != 0 {
		b = append(b, ' ')
	}
	return b
}

// tap notes a frame, or anything else that went over the line.
func (l *line) tap(fromService bool, raw []byte) {
	head := make([]byte, 13)
	binary.BigEndian.PutUint64(head, uint64(l.at.UnixNano()))
	if fromService {
		head[8] = 1
	}
	binary.BigEndian.PutUint32(head[9:], uint32(len(raw)))
	l.frames.Write(head)
	l.frames.Write(raw)
	l.at = l.at.Add(time.Millisecond)
}

// hangUp adds the session to the capture.
func (l *line) hangUp() error { return l.add("wire/frames.bin", l.frames.String()) }

// said is a session with a single request.
func (b *Bench) said(anonymous bool, operation, body string) error {
	l, err := b.dial(anonymous)
	if err != nil {
		return err
	}
	if err := l.request(operation, body); err != nil {
		return err
	}
	return l.hangUp()
}

// told is a session in which the back end answers a phone that listens.
func (b *Bench) told(answers ...string) error {
	l, err := b.dial(false)
	if err != nil {
		return err
	}
	for _, body := range answers {
		if err := l.request("listen", `{"Token":"`+randomID()+`","Body":{}}`); err != nil {
			return err
		}
		if err := l.answer(body); err != nil {
			return err
		}
	}
	return l.hangUp()
}
