package gateway

import (
	"context"
	"errors"
	"hash/maphash"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"
)

// socket is an open WebSocket. One goroutine reads it, one writes it, and one
// timer closes it.
type socket struct {
	streams *streams
	conn    *websocket.Conn
	cork    *cork
	id      string // connectionId
	grant   *grant
	opened  time.Time
	used    atomic.Int64 // nanoseconds after opened of the last message in either direction
	timer   *time.Timer

	// client is whose requests these are: of the socket alone at first, of a
	// session once one is created or resumed. The reader changes it.
	client atomic.Pointer[client]
	former *client // whose requests they were before a session was resumed; nil = nobody's

	outbox

	// The rest is the reader's.
	rate  *rate.Limiter
	flood int // messages above the rate, less those within
	seen  seen
}

func newSocket(s *streams, conn *websocket.Conn, c *cork, g *grant) *socket {
	l := &s.gateway.config.Limits
	k := &socket{streams: s, conn: conn, cork: c, id: connectionID(), grant: g, opened: time.Now(), outbox: newOutbox(), rate: rate.NewLimiter(rate.Limit(l.Rate), l.Burst)}
	k.client.Store(&client{streams: s, grant: g, socket: k})
	k.timer = time.AfterFunc(min(l.Idle, l.Age), k.tick)
	return k
}

// tick closes a socket that is idle or old. Messages in either direction keep it
// from being idle; pings and pongs of the protocol do not: the vendor's examples
// answer them by themselves, and end only when they are closed for being idle.
func (k *socket) tick() {
	l := &k.streams.gateway.config.Limits
	open := time.Since(k.opened)
	idle := open - time.Duration(k.used.Load())
	switch {
	case open >= l.Age:
		k.close(websocket.StatusNormalClosure, "open for too long", false)
	case idle >= l.Idle:
		k.close(websocket.StatusNormalClosure, "idle", false)
	default:
		k.timer.Reset(min(l.Idle-idle, l.Age-open))
	}
}

// buffers hold a message while it is read.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 1<<10); return &b }}

// trees hold a message while it is understood.
var trees = sync.Pool{New: func() any { return &tree{nodes: make([]node, 0, 32)} }}

// read is the socket's reader. Text and binary messages are the same to it.
func (k *socket) read() {
	defer func() {
		// A fault of ours ends one socket, as it ends one request elsewhere.
		if what := recover(); what != nil {
			k.streams.gateway.failed("a socket's reader failed", what)
			k.close(websocket.StatusInternalError, "a fault of the server", true)
			return
		}
		k.hangUp()
	}()
	for {
		_, r, err := k.conn.Reader(context.Background())
		if err != nil {
			return
		}
		buf := buffers.Get().(*[]byte)
		frame, err := readAll(r, (*buf)[:0])
		if err != nil {
			return
		}
		now := time.Now()
		k.used.Store(int64(now.Sub(k.opened)))
		ok := k.receive(frame, now)
		if cap(frame) <= 16<<10 {
			*buf = frame
			buffers.Put(buf)
		}
		if !ok {
			return
		}
	}
}

// readAll appends a message. The connection bounds its length.
func readAll(r io.Reader, b []byte) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = slices.Grow(b, cap(b))
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}

// hangUp tells the writer that nobody is at the other end.
func (k *socket) hangUp() {
	k.kill()
	k.nudge()
	k.cork.hurry(hurried)
}

// end closes a socket for good and leaves its client alone.
func (k *socket) end() {
	k.timer.Stop()
	k.kill()
	k.abort()
	_ = k.conn.CloseNow() // the WebSocket's own affairs: the connection is closed
	c := k.client.Load()
	c.owe(k.leftovers(), k)
	c.detach(k)
	if k.former != nil {
		k.former.detach(k)
	}
	k.streams.ended(k)
}

// patience is how long a request waits for room among those before it.
const patience = time.Second

// room waits until no more than half of the outbox is taken by what this client
// has asked for, or by what it does not read. It reports false when it has
// waited too long for results.
func (k *socket) room() bool {
	half := max(1, k.streams.gateway.config.Limits.Outbox/2)
	full := func() (queued, owed bool) {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.dead || k.ending != nil {
			return false, false // nobody is answered any more
		}
		much := k.bytes >= outboxBytes/2
		return much || len(k.queue) >= half, much || len(k.queue)+k.pending >= half
	}
	if _, owed := full(); !owed {
		return true
	}
	until := time.NewTimer(patience)
	defer until.Stop()
	for {
		select {
		case <-k.free:
		case <-until.C:
			if queued, _ := full(); !queued {
				return false
			}
			until.Reset(patience) // it does not read: then we do not either, until its time to write is over
		}
		if _, owed := full(); !owed {
			return true
		}
	}
}

// promise accepts a request: it hands work to a site and queues the
// acknowledgement, both or none. The result cannot overtake the acknowledgement:
// whoever queues it waits for this socket's outbox, which is ours meanwhile.
func (k *socket) promise(s *site, results int, ack []byte, work func()) error {
	cold := s.link.cold()
	if cold > 0 {
		warm := work
		work = func() { s.after(cold, warm) }
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.dead || k.ending != nil {
		return errGone
	}
	select {
	case <-s.done:
		return errClosed
	default:
	}
	if err := s.post(work); err != nil {
		return err
	}
	k.pending += results
	k.put(ack, forAck)
	return nil
}

// errGone says that a socket is being closed.
var errGone = errors.New("the socket is being closed")

// kept notes that a promised result has come.
func (k *socket) kept() {
	k.mu.Lock()
	k.pending--
	k.mu.Unlock()
	signal(k.free)
}

// seen are the IDs of a connection's last accepted requests. Each must be used
// once only; the vendor documents that, and no bound. Ours is 256: what came
// before may come again.
type seen struct {
	last []uint64
	next int
}

const seenIDs = 256

// has reports whether an ID is among the last.
func (s *seen) has(id uint64) bool { return slices.Contains(s.last, id) }

func (s *seen) add(id uint64) {
	if len(s.last) < seenIDs {
		s.last = append(s.last, id)
		return
	}
	s.last[s.next] = id
	s.next = (s.next + 1) % seenIDs
}

// print is what seen keeps of an ID. Two IDs with one print are as unlikely as
// guessing a key of 64 bits.
func (s *streams) print(id []byte) uint64 { return maphash.Bytes(s.seed, id) }
