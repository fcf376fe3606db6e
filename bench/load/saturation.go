package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"hoistway/bench/load/outcome"
)

// StartEcho starts a bare WebSocket server of the library that gateway and
// client use, on loopback: it sends back what it gets and does nothing else.
func StartEcho() (url string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("echo server: %w", err)
	}
	server := &http.Server{Handler: http.HandlerFunc(echo), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }() // ends with Close, and says so
	return "http://" + l.Addr().String(), func() { _ = server.Close() }, nil
}

// echo serves one socket until it closes.
func echo(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"koneapi"}})
	if err != nil {
		return // Accept has answered
	}
	defer c.CloseNow()
	for {
		kind, text, err := c.Read(r.Context())
		if err != nil {
			return
		}
		if err := c.Write(r.Context(), kind, text); err != nil {
			return
		}
	}
}

// Saturation is a closed loop: every socket sends its next message as soon as
// the last one has come back. It tells what a server can do at most, and nothing
// of how long anybody waits.
type Saturation struct {
	Sockets  int
	Duration time.Duration // measured, after a fifth of it as warm-up
}

func (s Saturation) check() error {
	if s.Sockets < 1 || s.Sockets > mostSessions || s.Duration < 100*time.Millisecond || s.Duration > time.Hour {
		return fmt.Errorf("saturation with %d sockets for %v: from 1 to %d sockets, from 100ms to 1h", s.Sockets, s.Duration, mostSessions)
	}
	return nil
}

// PingRate is how many ping round trips per second a target makes at most, to
// the result of each and not only its acknowledgement.
func (s Saturation) PingRate(ctx context.Context, t *Target, c Client, g Group) (float64, error) {
	token, _, err := t.token(ctx, c, scopeOf([]Group{g}))
	if err != nil {
		return 0, err
	}
	return s.rate(ctx, t.socketURL(token), t.client, func(id uint64) []byte { return pingFrame(g, id) }, isPingResult)
}

// EchoRate is how many round trips per second a bare echo server makes at most,
// of messages like a ping's.
func (s Saturation) EchoRate(ctx context.Context, url string) (float64, error) {
	g := Group{"building", "1"}
	return s.rate(ctx, "ws"+url[len("http"):], nil, func(id uint64) []byte { return pingFrame(g, id) }, func([]byte) (bool, error) { return true, nil })
}

// isPingResult tells a ping's result from its acknowledgement; an error is the
// end of a measurement.
func isPingResult(text []byte) (bool, error) {
	if bytes.Contains(text, []byte(`"type":"error"`)) {
		if bytes.Contains(text, []byte(`"statusCode":429`)) {
			return false, errors.New("the target bounds how many messages a socket may send (429): for this measurement it has to be set higher, as by hoistway serve --rate")
		}
		return false, errors.New("the target answers pings with an error")
	}
	return bytes.Contains(text, []byte(`"callType":"ping"`)), nil
}

// rate keeps all sockets busy and counts round trips.
func (s Saturation) rate(ctx context.Context, url string, client *http.Client, encode func(id uint64) []byte, done func([]byte) (bool, error)) (float64, error) {
	if err := s.check(); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		all    sync.WaitGroup
		trips  atomic.Int64
		conns  []*websocket.Conn
		ending atomic.Bool
	)
	end := func() {
		ending.Store(true)
		for _, c := range conns {
			_ = c.CloseNow()
		}
		all.Wait()
	}
	for range s.Sockets {
		c, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPClient: client, Subprotocols: []string{"koneapi"}})
		if err != nil {
			end()
			return 0, fmt.Errorf("socket: %w", plain(err))
		}
		conns = append(conns, c)
	}
	for _, c := range conns {
		all.Go(func() {
			if err := roundTrips(c, encode, done, &trips); !ending.Load() {
				cancel(fmt.Errorf("socket: %w", err))
			}
		})
	}
	pause(ctx, s.Duration/5)
	from, began := trips.Load(), time.Now()
	pause(ctx, s.Duration)
	n, took := trips.Load()-from, time.Since(began)
	err := context.Cause(ctx)
	end()
	if err != nil {
		return 0, err
	}
	return float64(n) / took.Seconds(), nil
}

// roundTrips sends and waits in turn until the socket closes, and says why it did.
func roundTrips(c *websocket.Conn, encode func(id uint64) []byte, done func([]byte) (bool, error), trips *atomic.Int64) error {
	var text bytes.Buffer
	for id := uint64(1); ; id++ {
		if err := c.Write(context.Background(), websocket.MessageText, encode(id)); err != nil {
			return err
		}
		for {
			_, r, err := c.Reader(context.Background())
			if err != nil {
				return err
			}
			text.Reset()
			if _, err := io.Copy(&text, r); err != nil {
				return err
			}
			whole, err := done(text.Bytes())
			if err != nil {
				return err
			}
			if whole {
				break
			}
		}
		trips.Add(1)
	}
}

// AgainstEcho measures the target and a bare echo server one after the other,
// twice, and keeps the better rate of each: other work on the machine only ever
// lowers one.
func (s Saturation) AgainstEcho(ctx context.Context, t *Target, c Client, groups []Group) (*outcome.EchoRatio, error) {
	if len(groups) == 0 {
		var err error
		if groups, _, err = t.find(ctx, c); err != nil {
			return nil, err
		}
	}
	url, stop, err := StartEcho()
	if err != nil {
		return nil, err
	}
	defer stop()
	r := &outcome.EchoRatio{Sockets: s.Sockets, Seconds: s.Duration.Seconds()}
	for range 2 {
		p, err := s.PingRate(ctx, t, c, groups[0])
		if err != nil {
			return nil, err
		}
		e, err := s.EchoRate(ctx, url)
		if err != nil {
			return nil, err
		}
		r.Pings, r.Echoes = max(r.Pings, p), max(r.Echoes, e)
	}
	if r.Echoes > 0 {
		r.Share = r.Pings / r.Echoes
	}
	return r, nil
}
