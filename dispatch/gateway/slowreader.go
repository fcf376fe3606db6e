package gateway

import (
	"bufio"
	"net"
	"net/http"
	"time"
)

// timedWriter is an answer whose client has a time to take each part of it: who
// asks and does not read would keep a connection, and its place among those that
// are let in, for ever. A handler that sets deadlines of its own is left alone.
type timedWriter struct {
	http.ResponseWriter
	rc   *http.ResponseController
	time time.Duration
	own  bool // the handler sees to it, or the connection is its own now
}

// extend begins the time of the next part. What a handler has written may be
// sent only after it has returned.
func (w *timedWriter) extend() {
	if !w.own {
		_ = w.rc.SetWriteDeadline(time.Now().Add(w.time)) // not every ResponseWriter can
	}
}

// Write implements http.ResponseWriter.
func (w *timedWriter) Write(p []byte) (int, error) {
	w.extend()
	return w.ResponseWriter.Write(p)
}

// SetWriteDeadline is for http.ResponseController.
func (w *timedWriter) SetWriteDeadline(t time.Time) error {
	w.own = true
	return w.rc.SetWriteDeadline(t)
}

// FlushError is for http.ResponseController.
func (w *timedWriter) FlushError() error {
	w.extend()
	return w.rc.Flush()
}

// Hijack implements http.Hijacker.
func (w *timedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.own = true
	return w.rc.Hijack()
}

// Unwrap is for http.ResponseController.
func (w *timedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
