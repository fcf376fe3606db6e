package conformance

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// frame is a message that came over a socket.
type frame struct {
	raw    []byte
	binary bool
	at     time.Time
	index  int // on its socket
}

// of tells what a frame's top-level string is.
func (f frame) of(path ...string) string {
	s, _ := text(f.raw, path...)
	return s
}

// socket is an open WebSocket. What comes is kept: checks look for frames in
// all that has come, and wait when it is not there yet.
type socket struct {
	probe *probe
	conn  *websocket.Conn
	name  string // in transcripts

	mu     sync.Mutex
	came   []frame
	ended  error // why no more will come
	signal chan struct{}
}

// streamURL is where sockets open.
func (s *suite) streamURL(token string) string {
	return "ws" + strings.TrimPrefix(s.target.URL, "http") + streamPath + "?accessToken=" + url.QueryEscape(token)
}

// handshake tries to open a socket and gives the response; conn is nil when it
// was refused.
func (p *probe) handshake(token string, protocols ...string) (*websocket.Conn, *http.Response) {
	ctx, cancel := context.WithTimeout(p.ctx, p.target.Answer)
	defer cancel()
	conn, res, err := websocket.Dial(ctx, p.streamURL(token), &websocket.DialOptions{
		Subprotocols: protocols, HTTPClient: &http.Client{Transport: p.http.Transport},
	})
	p.note(">", "upgrade "+streamPath+"?accessToken="+token)
	if res == nil {
		p.failf("the upgrade got no response: %v", err)
	}
	p.note("<", res.Status)
	if err != nil && res.StatusCode == http.StatusSwitchingProtocols {
		p.failf("the upgrade was answered wrongly: %v", err)
	}
	return conn, res
}

// open opens a socket with a token.
func (p *probe) open(token string) *socket {
	conn, res := p.handshake(token, "koneapi")
	if conn == nil {
		p.failf("the upgrade was refused with %s", res.Status)
	}
	conn.SetReadLimit(8 << 20)
	s := &socket{probe: p, conn: conn, name: string(rune('a' + len(p.after)%26)), signal: make(chan struct{})}
	read := make(chan struct{})
	go func() {
		defer close(read)
		s.read()
	}()
	p.after = append(p.after, func() {
		_ = conn.CloseNow() // the check is over; what the server makes of it is not its subject
		<-read
	})
	return s
}

func (s *socket) read() {
	for {
		kind, raw, err := s.conn.Read(context.Background())
		s.mu.Lock()
		if err != nil {
			s.ended = err
			s.probe.note(s.name+"<", "closed: "+err.Error())
		} else {
			f := frame{raw: raw, binary: kind == websocket.MessageBinary, at: time.Now(), index: len(s.came)}
			s.came = append(s.came, f)
			s.probe.note(s.name+"<", string(raw))
			s.probe.suite.keep(f)
		}
		close(s.signal)
		s.signal = make(chan struct{})
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// keep remembers a frame for the checks that judge all.
func (s *suite) keep(f frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frames = append(s.frames, f)
}

// send sends a text frame.
func (s *socket) send(raw string) { s.sendAs(websocket.MessageText, raw) }

func (s *socket) sendAs(kind websocket.MessageType, raw string) {
	s.probe.note(s.name+">", raw)
	ctx, cancel := context.WithTimeout(s.probe.ctx, s.probe.target.Answer)
	defer cancel()
	if err := s.conn.Write(ctx, kind, []byte(raw)); err != nil {
		s.probe.failf("sending: %v", err)
	}
}

// look waits for a frame, and reports false when none came in time or none can
// come any more.
func (s *socket) look(limit time.Duration, match func(frame) bool) (frame, bool) {
	timeout := time.After(limit)
	next := 0
	for {
		s.mu.Lock()
		came, ended, signal := s.came, s.ended, s.signal
		s.mu.Unlock()
		for ; next < len(came); next++ {
			if match(came[next]) {
				return came[next], true
			}
		}
		if ended != nil {
			return frame{}, false
		}
		select {
		case <-signal:
		case <-timeout:
			return frame{}, false
		case <-s.probe.ctx.Done():
			return frame{}, false
		}
	}
}

// find waits for a frame and fails the check when none comes.
func (s *socket) find(what string, limit time.Duration, match func(frame) bool) frame {
	f, ok := s.look(limit, match)
	if !ok {
		s.probe.failf("no %s within %v", what, limit)
	}
	return f
}

// never waits, and fails the check when such a frame comes.
func (s *socket) never(what string, wait time.Duration, match func(frame) bool) {
	if f, ok := s.look(wait, match); ok {
		s.probe.failf("%s came, and should not: %s", what, f.raw)
	}
}

// all are the frames that have come.
func (s *socket) all() []frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.came
}

// closed waits for the server to close the socket, and gives the close code; -1
// is none.
func (s *socket) closed(limit time.Duration) websocket.StatusCode {
	s.look(limit, func(frame) bool { return false })
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended == nil {
		s.probe.failf("the socket was not closed within %v", limit)
	}
	var closing websocket.CloseError
	if !errors.As(s.ended, &closing) {
		return -1
	}
	return closing.Code
}
