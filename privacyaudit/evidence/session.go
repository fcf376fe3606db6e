package evidence

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/binary"
	"errors"
	"fmt"
)

// wireInfo is the info of every session's HPKE context.
const wireInfo = "hoistway remote call 1"

// Bounds of what an opener remembers.
const (
	mostGreetings = 256     // that wait for their welcome
	mostSessions  = 1 << 16 // begun after the one that is forgotten, as many as a back end has at most
)

// opener opens the frames of one capture with the back end's private key. It
// must see them in order: the keys of a session come from its greeting and its
// welcome.
type opener struct {
	key      hpke.PrivateKey
	waiting  []*greeted // oldest first
	sessions map[[16]byte]*session
	before   map[[16]byte]*session // as sessions were when they were full last
}

// session gives a session that began, nil when there is none.
func (o *opener) session(id [16]byte) *session {
	if s := o.sessions[id]; s != nil {
		return s
	}
	return o.before[id]
}

// greeted is a greeting without its welcome yet.
type greeted struct {
	context   *hpke.Recipient
	anonymous bool
}

// session opens the frames of one session.
type session struct {
	request, reply side
	anonymous      bool
}

// side are the keys for what one side sends. The cipher is made anew for every
// frame: there are too many sessions in a year to keep it.
type side struct {
	key [32]byte
	iv  [12]byte
}

func newOpener(key []byte) (*opener, error) {
	private, err := ecdh.X25519().NewPrivateKey(key)
	if err != nil {
		return nil, errors.New("is no X25519 key of 32 bytes")
	}
	k, err := hpke.NewDHKEMPrivateKey(private)
	if err != nil {
		return nil, err
	}
	return &opener{key: k, sessions: map[[16]byte]*session{}}, nil
}

// begin notes a session, and forgets the older half of those that are too many.
func (o *opener) begin(id [16]byte, s *session) {
	if len(o.sessions) == mostSessions {
		o.before, o.sessions = o.sessions, map[[16]byte]*session{}
	}
	o.sessions[id] = s
}

// open fills Opened and Anonymous.
func (o *opener) open(f *Frame) error {
	switch f.Type {
	case Greeting:
		return o.greeting(f)
	case Welcome:
		return o.welcome(f)
	case UnknownSession:
		return nil
	}
	s := o.session(f.Session)
	if s == nil {
		return errors.New("belongs to a session whose beginning is not in the capture, or that did not begin")
	}
	keys := &s.request
	if f.Type == Reply {
		keys = &s.reply
	}
	opened, err := keys.open(f, f.Raw[:frameHead])
	if err != nil {
		return errors.New("does not open with the keys of its session")
	}
	f.Opened, f.Anonymous = opened, s.anonymous
	return nil
}

func (o *opener) greeting(f *Frame) error {
	context, err := hpke.NewRecipient(f.Secret, o.key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(wireInfo))
	if err != nil {
		return errors.New("is a greeting for another key")
	}
	opened, err := context.Open(f.Raw[:frameHead], f.Ciphertext)
	if err != nil {
		return errors.New("is a greeting that does not open with the key")
	}
	if len(opened) != 17 || opened[0] > 1 {
		return errors.New("is a greeting that holds something else than one byte and a session")
	}
	f.Opened, f.Anonymous = opened, opened[0] == 1
	if len(o.waiting) == mostGreetings {
		o.waiting = append(o.waiting[:0], o.waiting[1:]...)
	}
	o.waiting = append(o.waiting, &greeted{context, f.Anonymous})
	return nil
}

// welcome finds the greeting that it answers: the one under whose keys it opens.
func (o *opener) welcome(f *Frame) error {
	for i := len(o.waiting) - 1; i >= 0; i-- {
		s, err := newSession(o.waiting[i], f)
		if err != nil {
			return err
		}
		opened, err := s.reply.open(f, f.Raw[:frameHead+frameSecret])
		if err != nil {
			continue
		}
		if len(opened) != 1 || opened[0] > 1 {
			return errors.New("is a welcome that holds something else than one byte")
		}
		if o.session(f.Session) != nil {
			return errors.New("is a welcome to a session that has begun before")
		}
		f.Opened, f.Anonymous = opened, s.anonymous
		o.waiting = append(o.waiting[:i], o.waiting[i+1:]...)
		o.begin(f.Session, s)
		return nil
	}
	return errors.New("is a welcome that answers no greeting in the capture")
}

// newSession derives the keys of a session from its greeting and its welcome.
func newSession(g *greeted, welcome *Frame) (*session, error) {
	s := &session{anonymous: g.anonymous}
	for _, one := range []struct {
		name string
		to   *side
	}{{"request", &s.request}, {"reply", &s.reply}} {
		suffix := string(welcome.Session[:]) + string(welcome.Secret)
		key, err := g.context.Export(one.name+" key"+suffix, len(one.to.key))
		if err != nil {
			return nil, fmt.Errorf("has no keys: %w", err)
		}
		iv, err := g.context.Export(one.name+" iv"+suffix, len(one.to.iv))
		if err != nil {
			return nil, fmt.Errorf("has no keys: %w", err)
		}
		copy(one.to.key[:], key)
		copy(one.to.iv[:], iv)
	}
	return s, nil
}

// open opens a frame. Its nonce is the iv XOR the sequence, big endian, in the
// last 8 bytes.
func (s *side) open(f *Frame, with []byte) ([]byte, error) {
	block, err := aes.NewCipher(s.key[:])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	nonce := s.iv
	binary.BigEndian.PutUint64(nonce[4:], binary.BigEndian.Uint64(nonce[4:])^f.Sequence)
	return aead.Open(nil, nonce[:], f.Ciphertext, with)
}
