package gateway

import (
	"errors"
	"slices"
	"sync"
	"time"
)

// client is who talks to us over a socket: a session, or a socket without one.
// It outlives its socket by Limits.Grace when it has a session. Its requests and
// subscriptions are its own, not the socket's: they move with it.
type client struct {
	streams *streams
	grant   *grant

	mu     sync.Mutex // taken before a socket's
	id     string     // of the session; "" = none
	socket *socket    // nil = it has none at present
	gone   bool       // it will never have one again
	expiry *time.Timer
	owed   []outgoing // results that came while it had no socket
	replay replay
	groups []*group // where it has subscribed
}

// event sends a frame of monitoring to the client, and keeps it for a resumed
// session. It may be called on any goroutine and never waits.
func (c *client) event(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return
	}
	if c.id != "" {
		c.replay.add(frame, time.Now(), c.streams.gateway.config.Limits.Replay)
	}
	if c.socket != nil {
		c.socket.send(frame, forEvent)
	}
}

// result sends a promised result, now or when the session has a socket again.
func (c *client) result(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deliver(outgoing{frame, forResult})
}

func (c *client) deliver(f outgoing) {
	if c.socket != nil && c.socket.send(f.frame, f.purpose) {
		return
	}
	if c.id != "" && !c.gone && len(c.owed) < c.streams.gateway.config.Limits.Outbox {
		c.owed = append(c.owed, f)
	}
}

// owe gives back what a socket could not send.
func (c *client) owe(left []outgoing, from *socket) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.socket == from {
		c.socket = nil // detach will do the rest
		defer func() { c.socket = from }()
	}
	for _, f := range left {
		c.deliver(f)
	}
}

// detach takes a closed socket from the client. With a session the client goes
// on for Limits.Grace; otherwise it is over.
func (c *client) detach(k *socket) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.socket != k {
		return
	}
	c.socket = nil
	if c.id == "" {
		c.over()
		return
	}
	c.expiry = time.AfterFunc(c.streams.gateway.config.Limits.Grace, c.expire)
}

// expire ends a session that nobody has resumed.
func (c *client) expire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.socket == nil && !c.gone {
		c.over()
	}
}

// over ends a client for good. The caller holds mu.
func (c *client) over() {
	c.gone, c.owed, c.replay = true, nil, replay{}
	for _, g := range c.groups {
		g.leave(c)
	}
	if c.id != "" {
		c.streams.mu.Lock()
		delete(c.streams.sessions, c.id)
		if c.streams.holders[c.grant.client]--; c.streams.holders[c.grant.client] == 0 {
			delete(c.streams.holders, c.grant.client)
		}
		c.streams.mu.Unlock()
	}
}

// leave ends a client's subscriptions. A site that is too busy is asked again
// until it can.
func (g *group) leave(c *client) {
	if errors.Is(g.site.post(func() { g.unsubscribe(c) }), errBusy) {
		select {
		case <-g.site.done:
		default:
			time.AfterFunc(100*time.Millisecond, func() { g.leave(c) })
		}
	}
}

// watch notes that the client subscribes in a group.
func (c *client) watch(g *group) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(c.groups, g) {
		c.groups = append(c.groups, g)
	}
}

// live reports whether the client is not over.
func (c *client) live() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.gone
}

// What create-session and resume-session are refused for. To somebody else's
// application or user a session does not exist, nor to a token that is not good
// for every group where the session has subscribed.
const (
	textHasSession = "This connection already has a session"
	textOwnSession = "This session is the connection's own"
	textNoSession  = "Session not found"
	textSessions   = "Too many sessions: try again later"
)

// create makes a session of the client of a socket. It gives its ID, or a status
// and a text that refuse it. It need not be the first message: what was asked
// for before belongs to the session.
func (s *streams) create(k *socket) (id string, status int, text string) {
	c := k.client.Load()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.id != "" {
		return "", 400, textHasSession
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	limits, holder := &s.gateway.config.Limits, c.grant.client
	if len(s.sessions) >= sessionsPerSocket*limits.Sockets || s.holders[holder] >= sessionsPerSocket*limits.PerClient {
		s.meter.sheds[shedSessions].Inc()
		return "", 429, textSessions
	}
	c.id = sessionID()
	s.sessions[c.id] = c
	s.holders[holder]++
	return c.id, 201, ""
}

// resume moves a session to a socket. The answer comes first, then results that
// are owed, then the events of the last while, then what comes from now on. A
// socket that still has the session is closed at once.
func (s *streams) resume(k *socket, session string, last time.Duration, answer []byte) (status int, text string) {
	s.mu.Lock()
	c := s.sessions[session]
	s.mu.Unlock()
	mine := k.client.Load()
	switch {
	case c == nil || c.grant.client != k.grant.client || c.grant.user != k.grant.user:
		return 404, textNoSession
	case c == mine:
		return 400, textOwnSession
	case mine.session() != "":
		return 400, textHasSession
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone || slices.ContainsFunc(c.groups, func(g *group) bool { return !k.grant.allows(callGiving, g.site.id, g.id) }) {
		return 404, textNoSession // what it hears is not for this token
	}
	if c.expiry != nil {
		c.expiry.Stop()
	}
	if old := c.socket; old != nil {
		old.close(closeNormal, "the session was resumed on another connection", true)
		c.owed = append(c.owed, old.leftovers()...)
	}
	c.socket = k
	k.client.Store(c)
	k.former = mine
	k.mu.Lock()
	k.put(answer, forAck)
	for _, f := range c.owed {
		k.put(f.frame, f.purpose)
	}
	for frame := range c.replay.since(time.Now().Add(-last)) {
		k.put(frame, forEvent)
	}
	k.mu.Unlock()
	c.owed = nil
	k.nudge()
	return 201, ""
}

// session is the ID of the client's session; "" = it has none.
func (c *client) session() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.id
}

// replay is the last events of a session.
type replay struct {
	events []kept
	next   int // the oldest, once there are as many as are kept
}

type kept struct {
	at    time.Time
	frame []byte
}

func (r *replay) add(frame []byte, at time.Time, most int) {
	if len(r.events) < most {
		r.events = append(r.events, kept{at, frame})
		return
	}
	r.events[r.next] = kept{at, frame}
	r.next = (r.next + 1) % most
}

// since gives the events from an instant on, oldest first.
func (r *replay) since(from time.Time) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for i := range r.events {
			e := &r.events[(r.next+i)%len(r.events)]
			if !e.at.Before(from) && !yield(e.frame) {
				return
			}
		}
	}
}
