package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"hoistway/scenarios"
)

// fleet is the sockets of a run. Several loads may be put on it one after the
// other.
type fleet struct {
	target       *Target
	tokens       *tokens
	plan         *Plan
	began        time.Time
	clock        clock
	sockets      []*socket
	senders      [senders]*sender
	banks        []*bank
	subscription time.Duration
	record       atomic.Pointer[record]
	closing      atomic.Bool
	reopen       chan *socket
	readers      sync.WaitGroup
	notes        []string
}

// newFleet has every session served by one of the banks, in turn.
func newFleet(t *Target, c Client, p *Plan, banks []*bank) *fleet {
	f := &fleet{target: t, plan: p, began: time.Now(), banks: banks, reopen: make(chan *socket, p.Sessions)}
	f.clock.began = f.began.Round(0)
	var groups []Group
	for _, b := range banks {
		groups = append(groups, b.group)
	}
	f.tokens = &tokens{target: t, client: c, scope: scopeOf(groups)}
	for i := range p.Sessions {
		f.sockets = append(f.sockets, &socket{fleet: f, number: i, bank: banks[i%len(banks)], pending: map[uint64]*pending{}, calls: map[int64]*call{}})
	}
	for i := range f.senders {
		f.senders[i] = &sender{fleet: f, wake: make(chan struct{}, 1)}
	}
	// A session's subscriptions end early enough not to pile up.
	f.subscription = 300 * time.Second
	if each := max(p.Rate, p.SpikeRate) * (1 - p.Delete) / float64(p.Sessions); each > 0 {
		span := time.Duration(float64(mostTopics) * 0.8 / each * float64(time.Second))
		f.subscription = max(20*time.Second, min(f.subscription, span)).Truncate(time.Second)
	}
	return f
}

// now is the fleet's clock: monotonic, from its making.
func (f *fleet) now() time.Duration { return time.Since(f.began) }

// current is the record of the load that is on.
func (f *fleet) current() *record { return f.record.Load() }

// follow has a socket's sender do something at an instant. A load is not over
// before it is done.
func (f *fleet) follow(s *socket, r *record, at time.Duration, do func(due time.Duration)) {
	r.open.Add(1)
	f.senders[s.number%senders].later(follow{at, func(due time.Duration) {
		do(due)
		r.open.Add(-1)
	}})
}

// opening bounds how many handshakes are under way at once.
const opening = 128

// open opens all sockets at the plan's rate, each with its token and session,
// and reads the configuration of every bank. Latencies count from the instant
// at which a socket was due to be opened.
func (f *fleet) open(ctx context.Context, sc *scenarios.Scenario, tick func(opened int)) error {
	r := f.current()
	var (
		all    sync.WaitGroup
		opened atomic.Int64
		first  atomic.Pointer[error]
		slots  = make(chan struct{}, opening)
		began  = f.now()
	)
	for i, s := range f.sockets {
		due := began + time.Duration(float64(i)/f.plan.OpenRate*float64(time.Second))
		if !pause(ctx, due-f.now()) {
			break
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		all.Go(func() {
			defer func() { <-slots }()
			if err := s.open(ctx, r, before, due); err != nil {
				first.CompareAndSwap(nil, &err)
				return
			}
			tick(int(opened.Add(1)))
		})
	}
	all.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	if opened.Load() == 0 {
		return fmt.Errorf("no session could be opened: %w", *first.Load())
	}
	return f.learn(ctx, sc)
}

// pause waits; false when ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// open opens a socket and begins its session.
func (s *socket) open(ctx context.Context, r *record, due, counts time.Duration) error {
	f := s.fleet
	s.mu.Lock()
	isOpen := s.conn != nil
	s.mu.Unlock()
	if isOpen {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, f.plan.Timeout)
	defer cancel()
	r.sent(kindOpen, due)
	conn, how, err := f.dial(ctx, r)
	r.ended(kindOpen, due, f.now()-counts, how, false)
	if err != nil {
		return err
	}
	conn.SetReadLimit(readLimit)
	s.mu.Lock()
	s.conn = conn
	s.mu.Unlock()
	f.readers.Go(func() { s.read(conn) })
	p := &pending{kind: kindSession, record: r, due: due, sent: f.now(), answer: make(chan *frame, 1)}
	if _, err := s.wait(ctx, p, createSessionFrame); err != nil {
		_ = conn.CloseNow()
		return fmt.Errorf("create-session: %w", err)
	}
	return nil
}

// dial gets a token and opens a connection.
func (f *fleet) dial(ctx context.Context, r *record) (*websocket.Conn, ending, error) {
	token, took, err := f.tokens.get(ctx)
	if took > 0 {
		r.sent(kindToken, before)
		r.ended(kindToken, before, took, answered, false)
	}
	if err != nil {
		var s status
		switch {
		case errors.As(err, &s) && overloaded(s.code):
			return nil, shed, err
		case errors.As(err, &s):
			return nil, refused, err
		}
		return nil, lost, err
	}
	conn, answer, err := websocket.Dial(ctx, f.target.socketURL(token), &websocket.DialOptions{HTTPClient: f.target.client, Subprotocols: []string{"koneapi"}})
	switch {
	case err == nil && conn.Subprotocol() != "koneapi":
		_ = conn.CloseNow()
		return nil, refused, errors.New("socket: the target does not choose the subprotocol koneapi")
	case err == nil:
		return conn, answered, nil
	case answer == nil || answer.StatusCode == http.StatusSwitchingProtocols:
		r.count(r.refusals, "open: no connection")
		return nil, lost, fmt.Errorf("socket: %w", plain(err))
	case overloaded(answer.StatusCode):
		return nil, shed, status{what: "socket", code: answer.StatusCode}
	}
	if answer.StatusCode == http.StatusUnauthorized {
		f.tokens.forget()
	}
	r.count(r.refusals, fmt.Sprintf("open: %d", answer.StatusCode))
	return nil, refused, status{what: "socket", code: answer.StatusCode}
}

// errRefused is an answer that is no success.
var errRefused = errors.New("the target refused it or closed the socket")

// wait sends a request and waits for its last answer.
func (s *socket) wait(ctx context.Context, p *pending, encode func(id uint64) []byte) (*frame, error) {
	s.send(p, encode)
	select {
	case f, ok := <-p.answer:
		if !ok {
			return nil, errRefused
		}
		return f, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// learn reads every bank's configuration over its first open socket.
func (f *fleet) learn(ctx context.Context, sc *scenarios.Scenario) error {
	for i, b := range f.banks {
		var faults []error
		for k := i; k < len(f.sockets) && b.areas == nil; k += len(f.banks) {
			s := f.sockets[k]
			s.mu.Lock()
			isOpen := s.conn != nil
			s.mu.Unlock()
			if !isOpen {
				continue
			}
			if len(faults) == 3 {
				break
			}
			if err := f.ask(ctx, s, b, sc); err != nil {
				faults = append(faults, err)
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if b.areas == nil {
			return fmt.Errorf("configuration of group %s could not be read: %w", b.group, errors.Join(append(faults, errors.New("no more sockets of it are open"))...))
		}
	}
	return nil
}

// ask asks for one bank's configuration and matches its floors.
func (f *fleet) ask(ctx context.Context, s *socket, b *bank, sc *scenarios.Scenario) error {
	ctx, cancel := context.WithTimeout(ctx, f.plan.Timeout)
	defer cancel()
	p := &pending{kind: kindConfig, record: f.current(), due: before, sent: f.now(), answer: make(chan *frame, 1)}
	answer, err := s.wait(ctx, p, func(id uint64) []byte { return configFrame(b.group, id) })
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	if len(answer.Data.Groups) > 0 && len(answer.Data.Groups[0].Terminals) > 0 {
		b.terminal = answer.Data.Groups[0].Terminals[0]
	}
	note, err := b.match(sc, answer.landings())
	if note != "" {
		f.notes = append(f.notes, note)
	}
	return err
}

// askToReopen has a socket opened again that the server has closed.
func (f *fleet) askToReopen(s *socket) {
	select {
	case f.reopen <- s:
	default: // as many wait as there are sockets: it waits already
	}
}

// keepOpen opens sockets again, at the plan's rate and not at once: a server
// that closes them may have too much to do.
func (f *fleet) keepOpen(ctx context.Context) {
	for {
		var s *socket
		select {
		case s = <-f.reopen:
		case <-ctx.Done():
			return
		}
		if !pause(ctx, max(time.Duration(float64(time.Second)/f.plan.OpenRate), 10*time.Millisecond)) {
			return
		}
		now := f.now()
		if err := s.open(ctx, f.current(), now, now); err != nil && ctx.Err() == nil {
			if !pause(ctx, time.Second) {
				return
			}
			f.askToReopen(s)
		}
	}
}

// openNow is how many sockets are open.
func (f *fleet) openNow() int {
	n := 0
	for _, s := range f.sockets {
		s.mu.Lock()
		if s.conn != nil {
			n++
		}
		s.mu.Unlock()
	}
	return n
}

// close ends all sockets with a close frame, or without one when the server
// does not answer it soon.
func (f *fleet) close() {
	f.closing.Store(true)
	var all sync.WaitGroup
	slots := make(chan struct{}, opening)
	limit := time.AfterFunc(2*time.Second, func() {
		for _, s := range f.sockets {
			s.mu.Lock()
			if s.conn != nil {
				_ = s.conn.CloseNow()
			}
			s.mu.Unlock()
		}
	})
	for _, s := range f.sockets {
		s.mu.Lock()
		conn := s.conn
		s.mu.Unlock()
		if conn == nil {
			continue
		}
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			_ = conn.Close(websocket.StatusNormalClosure, "")
		})
	}
	all.Wait()
	limit.Stop()
	f.readers.Wait()
	f.target.client.CloseIdleConnections()
}
