package load

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// socket is one tenant's connection with its session. It may be closed by the
// server and opened again.
type socket struct {
	fleet  *fleet
	number int
	bank   *bank

	mu      sync.Mutex
	conn    *websocket.Conn // nil while it is not open
	last    uint64          // request, of all connections
	pending map[uint64]*pending
	calls   map[int64]*call // accepted and not ended
	topics  []time.Duration // when its subscriptions end
}

// pending is a request without its last answer.
type pending struct {
	kind   kind
	record *record
	due    time.Duration // before: sent as soon as it could be
	sent   time.Duration // with due = before, what latency counts from instead
	acked  bool
	remove bool // a call that will be taken back
	call   *call
	answer chan *frame // of who waits for it; nil = nobody does
}

// counts is the instant that its latency counts from.
func (p *pending) counts() time.Duration {
	if p.due == before {
		return p.sent
	}
	return p.due
}

// of is the instant that says which window it belongs to: what a call leads to
// belongs to the call's.
func (p *pending) of() time.Duration {
	if p.call != nil {
		return p.call.due
	}
	return p.due
}

// call is a lift call that was accepted.
type call struct {
	record  *record
	due     time.Duration
	session int64
	remove  bool
}

// readLimit is above any configuration of a building.
const readLimit = 8 << 20

// send sends a request. A socket that is not open loses it.
func (s *socket) send(p *pending, encode func(id uint64) []byte) {
	p.record.sent(p.kind, p.of())
	s.mu.Lock()
	conn := s.conn
	if conn == nil {
		s.mu.Unlock()
		s.end(p, s.fleet.now(), lost)
		return
	}
	s.last++
	id := s.last
	s.pending[id] = p
	s.mu.Unlock()
	if err := conn.Write(context.Background(), websocket.MessageText, encode(id)); err != nil {
		_ = conn.CloseNow() // the reader hears of it and clears up
	}
}

// end records how a request ended and tells who waits.
func (s *socket) end(p *pending, now time.Duration, how ending) {
	took := now - p.counts()
	p.record.ended(p.kind, p.of(), took, how, p.acked)
	if p.call != nil && how != answered {
		s.unwatch(p)
	}
	if p.answer != nil && how != answered {
		close(p.answer)
	}
}

// unwatch gives up a call whose end will not be heard of.
func (s *socket) unwatch(p *pending) {
	if p.kind != kindMonitor {
		return
	}
	s.mu.Lock()
	_, waiting := s.calls[p.call.session]
	delete(s.calls, p.call.session)
	s.mu.Unlock()
	if waiting {
		p.call.gone(func(r *record) { r.unwatched.Add(1) })
	}
}

// gone ends a watched call; count is done for one of the measured window.
func (c *call) gone(count func(r *record)) {
	c.record.inFlight.Add(-1)
	if c.record.measured(c.due) {
		count(c.record)
	}
}

// read takes in what the server sends until the connection ends.
func (s *socket) read(conn *websocket.Conn) {
	var text bytes.Buffer
	for {
		_, r, err := conn.Reader(context.Background())
		if err == nil {
			text.Reset()
			_, err = text.ReadFrom(r)
		}
		now := s.fleet.now()
		if err != nil {
			_ = conn.CloseNow()
			s.closed(conn, now, websocket.CloseStatus(err))
			return
		}
		var f frame
		if err := json.Unmarshal(text.Bytes(), &f); err != nil {
			r := s.fleet.current()
			r.count(r.refusals, "a frame that is not what the API says")
			continue
		}
		s.take(&f, now)
	}
}

// closed gives up what the connection was to answer.
func (s *socket) closed(conn *websocket.Conn, now time.Duration, code websocket.StatusCode) {
	s.mu.Lock()
	pendings, calls := s.pending, s.calls
	s.pending, s.calls, s.topics = map[uint64]*pending{}, map[int64]*call{}, nil
	if s.conn == conn {
		s.conn = nil
	}
	s.mu.Unlock()
	mine := s.fleet.closing.Load()
	how := lost
	if code == websocket.StatusTryAgainLater || code == websocket.StatusPolicyViolation {
		how = shed
	}
	for _, p := range pendings {
		s.end(p, now, how)
	}
	for _, c := range calls {
		c.gone(func(r *record) { r.unfinished.Add(1) })
	}
	if mine {
		return
	}
	name := "without a close frame"
	if code >= 0 {
		name = strconv.Itoa(int(code))
	}
	r := s.fleet.current()
	r.count(r.closes, name)
	s.fleet.askToReopen(s)
}

// take handles one message.
func (s *socket) take(f *frame, now time.Duration) {
	switch {
	case f.CallType == "monitor" && f.Subtopic != "":
		s.event(f, now)
	case f.StatusCode != 0 || f.Type == "ok" || f.Type == "error":
		s.acknowledged(f, now)
	case f.CallType != "":
		s.resulted(f, now)
	}
}

// find looks a request up, and takes it out when it has had its last answer.
func (s *socket) find(id uint64, ok bool, last func(*pending) bool) *pending {
	s.mu.Lock()
	var p *pending
	if ok {
		p = s.pending[id]
	}
	if p != nil && last(p) {
		delete(s.pending, id)
	}
	s.mu.Unlock()
	if p == nil {
		s.fleet.current().late.Add(1)
	}
	return p
}

// acknowledged takes the first answer to a request, which for some kinds is the
// only one.
func (s *socket) acknowledged(f *frame, now time.Duration) {
	id, ok := identity(f.RequestID)
	good := f.Type != "error" && f.StatusCode/100 == 2
	p := s.find(id, ok, func(p *pending) bool {
		p.acked = good
		return !good || !p.kind.hasResult()
	})
	switch {
	case p == nil:
	case !good && overloaded(f.StatusCode):
		s.end(p, now, shed)
	case !good:
		p.record.count(p.record.refusals, kindNames[p.kind]+": "+strconv.Itoa(f.StatusCode)+" "+named(f.Data.Error))
		s.end(p, now, refused)
	case p.kind.hasResult():
		p.record.acked(p.kind, p.of(), now-p.counts())
	default:
		if p.kind == kindDelete && p.record.measured(p.call.due) {
			p.record.deleted.Add(1)
		}
		s.end(p, now, answered)
		if p.answer != nil {
			p.answer <- f
		}
	}
}

// resulted takes the answer of the equipment.
func (s *socket) resulted(f *frame, now time.Duration) {
	id, ok := identity(f.Data.RequestID)
	if !ok {
		id, ok = identity(f.RequestID)
	}
	p := s.find(id, ok, func(*pending) bool { return true })
	if p == nil {
		return
	}
	if f.Data.Success != nil && !*f.Data.Success {
		p.record.count(p.record.refusals, kindNames[p.kind]+": "+named(f.Data.Error))
		s.end(p, now, refused)
		return
	}
	s.end(p, now, answered)
	switch p.kind {
	case kindPing:
		s.fleet.clock.heard(now, f.Data.Time)
	case kindCall:
		s.accepted(p, f.Data.SessionID, now)
	}
	if p.answer != nil {
		p.answer <- f
	}
}

// mostTopics is how many subscriptions a session may have at once for calls.
const mostTopics = 60

// takeBackAfter is when a call is taken back that is to be.
const takeBackAfter = time.Second

// accepted begins to watch a call.
func (s *socket) accepted(p *pending, session int64, now time.Duration) {
	c := &call{record: p.record, due: p.due, session: session, remove: p.remove}
	counts := p.record.measured(p.due)
	if counts {
		p.record.accepted.Add(1)
	}
	if c.remove {
		s.fleet.follow(s, c.record, now+takeBackAfter, func(due time.Duration) {
			s.send(&pending{kind: kindDelete, record: c.record, due: due, call: c}, func(id uint64) []byte { return deleteFrame(s.bank.group, id, session) })
		})
		return
	}
	span := s.fleet.subscription
	s.mu.Lock()
	for len(s.topics) > 0 && s.topics[0] <= now {
		s.topics = s.topics[1:]
	}
	full := len(s.topics) >= mostTopics
	if !full {
		s.topics = append(s.topics, now+span+time.Second)
		s.calls[session] = c
	}
	s.mu.Unlock()
	if full {
		if counts {
			p.record.unwatched.Add(1)
		}
		return
	}
	p.record.inFlight.Add(1)
	s.fleet.follow(s, c.record, now, func(due time.Duration) {
		s.send(&pending{kind: kindMonitor, record: c.record, due: due, call: c}, func(id uint64) []byte { return monitorFrame(s.bank.group, id, session, span) })
	})
}

// event takes a call's new state.
func (s *socket) event(f *frame, now time.Duration) {
	session, state, ok := callState(f.Subtopic)
	if !ok {
		return
	}
	final := state == "served" || state == "cancelled"
	s.mu.Lock()
	c := s.calls[session]
	if c != nil && final {
		delete(s.calls, session)
	}
	s.mu.Unlock()
	if c == nil {
		return // an event that was sent again, or of a call that ended before
	}
	if c.record.measured(c.due) {
		if lag, ok := s.fleet.clock.lag(now, f.Data.Time); ok {
			c.record.eventLag.record(lag)
		}
	}
	switch state {
	case "served":
		c.gone(func(r *record) {
			r.servedCalls.Add(1)
			r.served.record(now - c.due)
		})
	case "cancelled":
		c.gone(func(r *record) { r.cancelledCalls.Add(1) })
	}
}

// sweep ends the requests of which no answer came in time.
func (s *socket) sweep(now, timeout time.Duration) {
	var over []*pending
	s.mu.Lock()
	for id, p := range s.pending {
		if p.due != before && now-p.due >= timeout {
			over = append(over, p)
			delete(s.pending, id)
		}
	}
	s.mu.Unlock()
	for _, p := range over {
		s.end(p, now, unanswered)
	}
}
