package gateway

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Buffers of a socket. They are small because there are thousands of sockets,
// most of them waiting: a request is a few hundred bytes, and what is written is
// gathered elsewhere.
const (
	readBuffer  = 2 << 10
	writeBuffer = 512
)

// gathered is how many bytes a cork gathers before it writes by itself.
const gathered = 64 << 10

// writeTime is how long the peer may take to make room for what is written.
const writeTime = 10 * time.Second

// cork is a connection that gathers what is written while it is held, and
// writes it at once when it is let go: an acknowledgement and its result, or
// many events, leave in one system call and one packet.
//
// It lies between the WebSocket and the connection, above TLS.
type cork struct {
	net.Conn

	mu    sync.Mutex
	held  bool
	buf   *[]byte // what is gathered; nil = nothing
	until time.Time
}

var gatherings = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// hold begins to gather.
func (c *cork) hold() {
	c.mu.Lock()
	c.held = true
	c.mu.Unlock()
}

// release writes what was gathered.
func (c *cork) release() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = false
	return c.flush()
}

// Write implements net.Conn.
func (c *cork) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.held {
		c.extend()
		return c.Conn.Write(p)
	}
	if c.buf == nil {
		c.buf = gatherings.Get().(*[]byte)
	}
	*c.buf = append(*c.buf, p...)
	if len(*c.buf) >= gathered {
		if err := c.flush(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

func (c *cork) flush() error {
	if c.buf == nil {
		return nil
	}
	c.extend()
	_, err := c.Conn.Write(*c.buf)
	if cap(*c.buf) <= 2*gathered {
		*c.buf = (*c.buf)[:0]
		gatherings.Put(c.buf)
	}
	c.buf = nil
	return err
}

// extend gives a write at least writeTime. It touches the connection's timer
// only now and then.
func (c *cork) extend() {
	if now := time.Now(); c.until.Sub(now) < writeTime {
		c.until = now.Add(2 * writeTime)
		_ = c.Conn.SetWriteDeadline(c.until) // the write will tell
	}
}

// hurry gives whatever is being written no more than a while. It does not wait
// for it.
func (c *cork) hurry(d time.Duration) { _ = c.Conn.SetWriteDeadline(time.Now().Add(d)) }

// corking is a response whose connection, when it is hijacked, becomes a cork
// with small buffers.
type corking struct {
	http.ResponseWriter
	cork *cork
}

var errNoHijack = errors.New("the server's connections cannot be hijacked")

// Hijack implements http.Hijacker.
func (w *corking) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	h, ok := w.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errNoHijack
	}
	conn, rw, err := h.Hijack()
	if err != nil {
		return nil, nil, err
	}
	w.cork = &cork{Conn: conn}
	r := rw.Reader
	if r.Buffered() == 0 { // nearly always: a client waits for our answer before it speaks
		r = bufio.NewReaderSize(w.cork, readBuffer)
	}
	return w.cork, bufio.NewReadWriter(r, bufio.NewWriterSize(w.cork, writeBuffer)), nil
}
