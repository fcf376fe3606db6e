package gateway

import (
	"context"
	"net/http"
)

// streams are the open sockets and sessions.
type streams struct{ gateway *Gateway }

func newStreams(g *Gateway) *streams { return &streams{gateway: g} }

func (s *streams) routes(mux *http.ServeMux) {}

func (s *streams) drain(ctx context.Context) {}

// client is who talks to us over a socket: a session, or a socket without one.
// It outlives its socket by Limits.Grace when it has a session.
type client struct {
	grant *grant
}

// event sends a frame of monitoring to the client, and keeps it for a resumed
// session. It may be called on any goroutine and never waits.
func (c *client) event(frame []byte) {}
