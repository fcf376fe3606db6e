package gateway

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Server is an HTTP server for handler that a slow or greedy client cannot hold
// up: header and body have a time and a size, idle connections are closed, and
// TLS begins at 1.2. Serve it on Listen's listener. It speaks HTTP/1.1 only:
// WebSockets do not open over HTTP/2 here.
//
// Long answers, such as a stream of events, have no limit of time, and clients
// one to take each part of them.
func (g *Gateway) Server(handler http.Handler) *http.Server {
	one := &http.Protocols{}
	one.SetHTTP1(true)
	return &http.Server{
		Handler:           g.guarded(handler),
		Protocols:         one,
		TLSConfig:         TLSConfig(),
		ReadHeaderTimeout: g.config.Limits.HeaderTime,
		IdleTimeout:       g.config.Limits.Idle,
		MaxHeaderBytes:    g.config.Limits.Header,
		ErrorLog:          log.New(io.Discard, "", 0), // it would name clients' addresses
	}
}

// TLSConfig is how the gateway speaks TLS, with its certificates: 1.2 or later,
// and no HTTP/2, over which there are no WebSockets here.
func TLSConfig(certificates ...tls.Certificate) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, Certificates: certificates}
}

// guarded gives a request's body as long as its header, the client Limits.AnswerTime for
// each part of the answer, and survives a handler that panics.
func (g *Gateway) guarded(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		_ = rc.SetWriteDeadline(time.Time{}) // of the request before, on this connection
		if r.Body != http.NoBody {
			_ = rc.SetReadDeadline(time.Now().Add(g.config.Limits.HeaderTime))
			r.Body = &timedBody{r.Body, rc}
		}
		defer func() {
			what := recover()
			if what == nil {
				return
			}
			if err, ok := what.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				g.failed("a handler failed", what)
			}
			panic(http.ErrAbortHandler) // the client sees its connection end
		}()
		timed := &timedWriter{ResponseWriter: w, rc: rc, time: g.config.Limits.AnswerTime}
		handler.ServeHTTP(timed, r)
		timed.extend()
	})
}

// failed notes that something of ours panicked. It is called while that is
// recovered from.
func (g *Gateway) failed(message string, what any) {
	g.metrics.GetOrCreateCounter("hoistway_handler_faults_total").Inc()
	g.log.Error(message, "what", told(what), "stack", string(debug.Stack()))
}

// told is what a panic says, when that names nobody: our own texts and those of
// the runtime.
func told(what any) string {
	if err, ok := what.(runtime.Error); ok {
		return err.Error()
	}
	if text, ok := what.(string); ok && strings.HasPrefix(text, "BUG: ") {
		return text
	}
	return fmt.Sprintf("%T", what)
}

// timedBody is a body that must arrive in time. Afterwards the connection has
// no deadline: the handler may take longer.
type timedBody struct {
	io.ReadCloser
	rc *http.ResponseController
}

// Read implements io.Reader.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.rc.SetReadDeadline(time.Time{})
	}
	return n, err
}

// reserve is how many connections are let in beside the sockets: requests for
// tokens and resources, metrics, the page.
const reserve = 256

// Listen bounds the connections of a listener: of those above
// Limits.Sockets+256 each is closed as soon as it is accepted, so that clients
// that open connections and say nothing leave memory and file descriptors to
// the others. Who says nothing loses its connection after Limits.HeaderTime.
func (g *Gateway) Listen(l net.Listener) net.Listener {
	return &boundListener{Listener: l, most: int64(g.config.Limits.Sockets + reserve), refused: func() {
		g.metrics.GetOrCreateCounter("hoistway_connections_refused_total").Inc()
	}}
}

type boundListener struct {
	net.Listener
	most    int64
	open    atomic.Int64
	refused func()
}

// Accept implements net.Listener.
func (l *boundListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) <= l.most {
			return &boundConn{Conn: c, listener: l}, nil
		}
		l.open.Add(-1)
		l.refused()
		_ = c.Close()
	}
}

// boundConn counts as open until it is closed.
type boundConn struct {
	net.Conn
	listener *boundListener
	once     sync.Once
}

// Close implements net.Conn.
func (c *boundConn) Close() error {
	c.once.Do(func() { c.listener.open.Add(-1) })
	return c.Conn.Close()
}
