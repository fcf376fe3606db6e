package wire

import (
	"bytes"
	"crypto/hpke"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"hoistway/dispatch/remotecall"
)

// Errors of the line. A refusal of the service is a remotecall.Refusal.
var (
	// ErrForged is an answer that the back end did not make.
	ErrForged = errors.New("the answer is not the back end's")
	// ErrUncertain is a request that may have been done though its answer was
	// lost. Ask what became of it before you repeat it.
	ErrUncertain = errors.New("the answer was lost on the way")
)

// Dialing is what a phone needs to reach the back end.
type Dialing struct {
	Transport func(frame []byte) ([]byte, error) // one frame there, one back
	ServerKey hpke.PublicKey                     // comes with the app
	Anonymous bool                               // the session is for what must not be linked to a login
	Tap       Tap                                // nil = none
	Now       func() time.Time                   // for Tap
}

// Client is a phone's side of one session. It is safe for concurrent use.
type Client struct {
	d Dialing

	mu  sync.Mutex
	now *dialled
}

// dialled is a session that the back end has welcomed.
type dialled struct {
	id                sessionID
	requests, replies lane
	lost              sessionID // that this session follows
	lostAlive         bool      // though it was said to be unknown

	mu   sync.Mutex
	last uint64 // sequence
}

// Dial prepares a session; the first request opens it.
func Dial(d Dialing) *Client { return &Client{d: d} }

// Close forgets the session. The next request opens another.
func (c *Client) Close() {
	c.mu.Lock()
	c.now = nil
	c.mu.Unlock()
}

// Do asks for an operation of the table in service.go: in is its body, and
// what comes back is put into out unless that is nil. What the service refuses
// is a remotecall.Refusal; exercise fills out with the referrals then, too. When
// the back end has forgotten the session the request is repeated once, in a new
// one.
func (c *Client) Do(op string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	text := make([]byte, 0, len(op)+1+len(body)+block)
	text = pad(append(append(append(text, op...), ' '), body...))
	if len(text) > LargestRequest-headerSize-tagSize {
		return fmt.Errorf("%s: a body of %d bytes is too large; %d are allowed", op, len(body), LargestRequest-headerSize-tagSize-block)
	}
	s, err := c.session(nil)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	answer, known, err := c.ask(s, text)
	if err == nil && !known {
		if s, err = c.session(s); err == nil {
			if s.lostAlive {
				return fmt.Errorf("%s: %w", op, ErrUncertain)
			}
			if answer, known, err = c.ask(s, text); err == nil && !known {
				err = ErrForged
			}
		}
	}
	if err == nil {
		err = understand(answer, out)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

// session gives the session to use, and opens one when there is none but the
// one that was lost.
func (c *Client) session(lost *dialled) (*dialled, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.now == nil || c.now == lost:
		s, err := c.greet(lost)
		if err != nil {
			return nil, fmt.Errorf("opening a session: %w", err)
		}
		c.now = s
	case lost != nil && c.now.lost != lost.id:
		return nil, ErrUncertain
	}
	return c.now, nil
}

// greet opens a session.
func (c *Client) greet(lost *dialled) (*dialled, error) {
	kdf, aead := suite()
	enc, context, err := hpke.NewSender(c.d.ServerKey, kdf, aead, info)
	if err != nil {
		return nil, err
	}
	s := new(dialled)
	hello := make([]byte, 1+sessionSize)
	if c.d.Anonymous {
		hello[0] = 1
	}
	if lost != nil {
		s.lost = lost.id
		copy(hello[1:], lost.id[:])
	}
	frame := header{kind: greeting}.append(nil)
	sealed, err := context.Seal(frame, hello)
	if err != nil {
		return nil, err
	}
	back, err := c.send(append(append(frame, enc...), sealed...))
	if err != nil {
		return nil, err
	}
	h, _, rest, ok := parse(back)
	if !ok || h.kind != welcome || h.sequence != 0 || len(rest) != saltSize+1+tagSize {
		return nil, ErrForged
	}
	s.id = h.session
	if s.requests, s.replies, err = lanes(context, s.id, rest[:saltSize]); err != nil {
		return nil, err
	}
	alive, err := s.replies.open(back[:headerSize+saltSize], 0, rest[saltSize:])
	if err != nil {
		return nil, ErrForged
	}
	s.lostAlive = alive[0] == 1
	return s, nil
}

// ask sends a request and opens the reply. Known tells whether the back end
// knew the session.
func (c *Client) ask(s *dialled, text []byte) (answer []byte, known bool, err error) {
	s.mu.Lock()
	s.last++
	sequence := s.last
	s.mu.Unlock()
	frame := make([]byte, 0, headerSize+len(text)+tagSize)
	frame = header{kind: request, session: s.id, sequence: sequence}.append(frame)
	back, err := c.send(s.requests.seal(frame, sequence, text))
	if err != nil {
		return nil, false, err
	}
	h, raw, rest, ok := parse(back)
	if !ok || h.session != s.id || h.sequence != sequence {
		return nil, false, ErrForged
	}
	if h.kind == unknownSession && len(rest) == 0 {
		return nil, false, nil
	}
	answer, err = s.replies.open(raw, sequence, rest)
	if h.kind != reply || err != nil {
		return nil, false, ErrForged
	}
	return answer, true, nil
}

// send passes one frame to the back end and gives its answer.
func (c *Client) send(frame []byte) ([]byte, error) {
	if c.d.Tap != nil {
		c.d.Tap.Frame(c.d.Now(), "phone", frame)
	}
	back, err := c.d.Transport(frame)
	if err != nil {
		return nil, err
	}
	if c.d.Tap != nil && len(back) > 0 {
		c.d.Tap.Frame(c.d.Now(), "service", back)
	}
	switch {
	case len(back) == 0:
		return nil, ErrUncertain
	case len(back) > LargestReply:
		return nil, ErrForged
	}
	return back, nil
}

// understand reads an opened reply.
func understand(answer []byte, out any) error {
	verdict, body, _ := bytes.Cut(answer, []byte{' '})
	switch string(verdict) {
	case "ok":
		if out == nil {
			return nil
		}
		return json.Unmarshal(body, out)
	case "no":
		word, more, _ := bytes.Cut(body, []byte{' '})
		if more = bytes.TrimRight(more, " "); len(more) > 0 && out != nil {
			if err := json.Unmarshal(more, out); err != nil {
				return err
			}
		}
		return remotecall.Refusal(word)
	}
	return ErrForged
}
