package wire

import (
	"bytes"
	"container/list"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"sync"
	"time"

	"hoistway/dispatch/remotecall"
)

// Endpoint is the back end's side of all sessions. It is safe for concurrent
// use.
type Endpoint struct {
	key   hpke.PrivateKey
	now   func() time.Time
	ops   map[string]operation
	boxes mailboxes

	mu       sync.Mutex
	sessions map[sessionID]*list.Element // of *session
	order    list.List                   // most recently used first
	most     int
}

// session is the endpoint's side of one session.
type session struct {
	id                sessionID
	anonymous         bool
	requests, replies lane
	began, used       time.Time // under the endpoint's mu

	mu     sync.Mutex
	window window
}

// NewEndpoint serves s to phones that have the public key of key, a key of
// DHKEM(X25519, HKDF-SHA256). The service knows nothing of the wire.
func NewEndpoint(s Service, key hpke.PrivateKey, now func() time.Time) *Endpoint {
	e := &Endpoint{key: key, now: now, sessions: map[sessionID]*list.Element{}, most: MostSessions}
	e.boxes = mailboxes{by: map[[sha256.Size]byte]*list.Element{}, most: MostSessions}
	e.ops = e.table(s)
	return e
}

// Handle answers one frame of a phone. A frame that is no greeting and belongs
// to no session gets an "unknown session"; one that was tampered with, or was
// taken before, gets nothing at all: nil. It keeps no reference to frame.
func (e *Endpoint) Handle(frame []byte) (answer []byte) {
	h, raw, rest, ok := parse(frame)
	if !ok || len(frame) > LargestRequest {
		return nil
	}
	switch h.kind {
	case greeting:
		return e.greet(h, raw, rest)
	case request:
		return e.serve(h, raw, rest)
	}
	return nil
}

// Sessions counts those in memory.
func (e *Endpoint) Sessions() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.sessions)
}

// greet opens a session.
func (e *Endpoint) greet(h header, raw, rest []byte) []byte {
	if h.session != (sessionID{}) || h.sequence != 0 || len(rest) != encSize+1+sessionSize+tagSize {
		return nil
	}
	kdf, aead := suite()
	context, err := hpke.NewRecipient(rest[:encSize], e.key, kdf, aead, info)
	if err != nil {
		return nil
	}
	hello, err := context.Open(raw, rest[encSize:])
	if err != nil || hello[0] > 1 {
		return nil
	}
	now := e.now()
	s := &session{anonymous: hello[0] == 1, began: now, used: now}
	rand.Read(s.id[:]) // never fails: the process ends instead
	frame := header{kind: welcome, session: s.id}.append(make([]byte, 0, headerSize+saltSize+1+tagSize))
	frame = frame[:headerSize+saltSize]
	rand.Read(frame[headerSize:])
	if s.requests, s.replies, err = lanes(context, s.id, frame[headerSize:]); err != nil {
		return nil
	}
	alive := []byte{0}
	if e.find(sessionID(hello[1:]), now) != nil {
		alive[0] = 1
	}
	e.keep(s)
	return s.replies.seal(frame, 0, alive)
}

// serve answers one request.
func (e *Endpoint) serve(h header, raw, rest []byte) []byte {
	now := e.now()
	s := e.find(h.session, now)
	if s == nil {
		return header{kind: unknownSession, session: h.session, sequence: h.sequence}.append(nil)
	}
	text, err := s.requests.open(raw, h.sequence, rest)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	fresh := s.window.take(h.sequence)
	s.mu.Unlock()
	if !fresh {
		return nil
	}
	e.touch(s, now)
	text = e.perform(s.anonymous, text)
	frame := make([]byte, 0, headerSize+len(text)+tagSize)
	frame = header{kind: reply, session: s.id, sequence: h.sequence}.append(frame)
	return s.replies.seal(frame, h.sequence, text)
}

// perform does what an opened request asks for, and gives the reply to seal.
func (e *Endpoint) perform(anonymous bool, text []byte) []byte {
	name, body, _ := bytes.Cut(text, []byte{' '})
	op, known := e.ops[string(name)]
	switch body = bytes.TrimRight(body, " "); {
	case !known, len(body) > op.largest:
		return refused(remotecall.MalformedField)
	case op.anonymous != anonymous:
		return refused(remotecall.Denied)
	}
	out, refusal := op.do(body)
	if refusal != nil && !op.both {
		return refused(remotecall.Reason(refusal))
	}
	b, err := json.Marshal(out)
	if err != nil || len(b) > LargestReply-headerSize-2*block {
		return refused(remotecall.Unavailable)
	}
	verdict := "ok "
	if refusal != nil {
		if string(b) == "null" {
			return refused(remotecall.Reason(refusal))
		}
		verdict = "no " + string(remotecall.Reason(refusal)) + " "
	}
	return pad(append(append(make([]byte, 0, len(b)+2*block), verdict...), b...))
}

func refused(word remotecall.Refusal) []byte {
	return pad(append(make([]byte, 0, block), "no "+string(word)...))
}

// find gives the session that is still alive, nil when there is none.
func (e *Endpoint) find(id sessionID, now time.Time) *session {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := e.sessions[id]
	if at == nil {
		return nil
	}
	s := at.Value.(*session)
	if now.Sub(s.used) >= Idle || now.Sub(s.began) >= Life {
		e.order.Remove(at)
		delete(e.sessions, id)
		return nil
	}
	return s
}

// keep adds a session, and ends the one that was unused for longest when there
// are too many.
func (e *Endpoint) keep(s *session) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sessions[s.id] = e.order.PushFront(s)
	if e.order.Len() > e.most {
		last := e.order.Remove(e.order.Back()).(*session)
		delete(e.sessions, last.id)
	}
}

// touch notes that a session's holder used it.
func (e *Endpoint) touch(s *session, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if at := e.sessions[s.id]; at != nil {
		s.used = now
		e.order.MoveToFront(at)
	}
}
