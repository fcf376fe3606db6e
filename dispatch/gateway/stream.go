package gateway

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"hash/maphash"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"
)

// streams are the open sockets and sessions of /stream-v2.
//
// How sockets are closed; the vendor documents no close codes, and its clients
// only log them:
//
//	1000  idle for Limits.Idle, older than Limits.Age, or its session was resumed
//	      on another connection: nothing is wrong
//	1001  the gateway is being stopped
//	1002  a frame that is no WebSocket's
//	1008  a flood: the rate limit's error acknowledgements were not heeded, or
//	      more pings of the protocol came than messages may
//	1009  a message longer than Limits.Frame
//	1011  a fault of ours
//	1013  a slow consumer: Limits.Outbox messages, or outboxBytes, wait for it
//
// A token is looked at when the socket opens. That it expires later does not
// close the socket: a token lives for an hour and a socket for two.
type streams struct {
	gateway  *Gateway
	meter    *meter
	seed     maphash.Seed
	cloud    map[*group]*cloud
	draining atomic.Bool

	mu       sync.Mutex
	sockets  map[*socket]struct{}
	clients  map[string]int // sockets by application, with those that are opening
	opening  int
	sessions map[string]*client
	holders  map[string]int // sessions by application
}

// sessionsPerSocket bounds the sessions, with and without a socket: so many for
// each of Limits.Sockets, and of an application for each of Limits.PerClient.
const sessionsPerSocket = 2

func newStreams(g *Gateway) *streams {
	s := &streams{
		gateway: g, seed: maphash.MakeSeed(), cloud: map[*group]*cloud{},
		sockets: map[*socket]struct{}{}, clients: map[string]int{}, sessions: map[string]*client{}, holders: map[string]int{},
	}
	for _, site := range g.sites {
		for _, group := range site.groups {
			s.cloud[group] = newCloud(group)
		}
	}
	s.meter = newMeter(s)
	return s
}

func (s *streams) routes(mux paths) { mux.HandleFunc("GET /stream-v2", s.open) }

// count is how many sockets and sessions there are.
func (s *streams) count() (sockets, sessions int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets), len(s.sessions)
}

// subprotocol is what clients offer and the server must select.
const subprotocol = "koneapi"

// open answers the opening of a WebSocket. A client that offers no subprotocol
// gets none and is welcome, one that offers others only is refused: it speaks
// another language. Compression is never selected.
func (s *streams) open(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		s.shed(w, shedDraining, http.StatusServiceUnavailable, "the server is being stopped")
		return
	}
	if sockets, _ := s.count(); sockets >= s.gateway.config.Limits.Sockets { // before a single-use token is used up
		s.shed(w, shedSockets, http.StatusTooManyRequests, "too many sockets are open: try again later")
		return
	}
	grant, err := s.gateway.authority.bearer(r.URL.Query().Get("accessToken"))
	if err != nil {
		writeError(w, err)
		return
	}
	if offered := r.Header.Values("Sec-WebSocket-Protocol"); len(offered) > 0 && !slices.ContainsFunc(offered, offers) {
		writeError(w, &refusal{status: http.StatusBadRequest, message: "want the WebSocket subprotocol " + subprotocol,
			faults: []requestFault{{Type: faultUnsupported, Header: "sec-websocket-protocol"}}})
		return
	}
	if !s.reserve(grant.client) {
		s.shed(w, shedSockets, http.StatusTooManyRequests, "too many sockets are open: try again later")
		return
	}
	hijacked := &corking{ResponseWriter: w}
	var k *socket
	l := &s.gateway.config.Limits
	pings := rate.NewLimiter(rate.Limit(l.Rate), l.Burst)
	conn, err := websocket.Accept(hijacked, r, &websocket.AcceptOptions{
		Subprotocols:       []string{subprotocol},
		CompressionMode:    websocket.CompressionDisabled,
		InsecureSkipVerify: true, // of the origin: the token in the query is no cookie that a foreign page could use
		OnPingReceived: func(context.Context, []byte) bool { // each is answered, and costs as much as a message
			ok := pings.Allow()
			if !ok {
				k.close(closePolicy, "too many pings", true)
			}
			return ok
		},
	})
	if err != nil { // Accept has answered
		s.unreserve(grant.client)
		return
	}
	conn.SetReadLimit(l.Frame)
	k = newSocket(s, conn, hijacked.cork, grant)
	s.begin(k)
}

// offers reports whether a header offers the subprotocol.
func offers(header string) bool {
	for one := range strings.SplitSeq(header, ",") {
		if strings.EqualFold(strings.TrimSpace(one), subprotocol) {
			return true
		}
	}
	return false
}

func (s *streams) shed(w http.ResponseWriter, why shed, status int, message string) {
	s.meter.sheds[why].Inc()
	writeError(w, &refusal{status: status, message: message, after: time.Second})
}

// reserve takes a place for a socket.
func (s *streams) reserve(application string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sockets)+s.opening >= s.gateway.config.Limits.Sockets || s.clients[application] >= s.gateway.config.Limits.PerClient {
		return false
	}
	s.opening++
	s.clients[application]++
	return true
}

func (s *streams) unreserve(application string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening--
	s.leave(application)
}

func (s *streams) leave(application string) {
	if s.clients[application]--; s.clients[application] == 0 {
		delete(s.clients, application)
	}
}

// begin runs a socket. It leaves the goroutine of the HTTP server, whose stack
// and request would be kept as long as the socket otherwise.
func (s *streams) begin(k *socket) {
	s.mu.Lock()
	s.opening--
	s.sockets[k] = struct{}{}
	s.mu.Unlock()
	if s.draining.Load() {
		k.close(websocket.StatusGoingAway, "the server is being stopped", false)
	}
	go k.read()
	go k.write()
}

// ended forgets a socket that is closed.
func (s *streams) ended(k *socket) {
	s.mu.Lock()
	delete(s.sockets, k)
	s.leave(k.grant.client)
	s.mu.Unlock()
}

// drain closes all sockets once what waits for them has been sent, and the
// results that they have been promised. It gives up waiting when ctx ends.
func (s *streams) drain(ctx context.Context) {
	s.draining.Store(true)
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	patience := time.After(time.Second) // for promised results: a site that has stopped gives none
	for waiting := true; waiting; {
		waiting = slices.ContainsFunc(s.all(), (*socket).promised)
		select {
		case <-ctx.Done():
			waiting = false
		case <-patience:
			waiting = false
		case <-poll.C:
		}
	}
	for _, k := range s.all() {
		k.close(websocket.StatusGoingAway, "the server is being stopped", false)
	}
	for {
		if n, _ := s.count(); n == 0 {
			return
		}
		select {
		case <-ctx.Done():
			for _, k := range s.all() {
				k.abort()
			}
			return
		case <-poll.C:
		}
	}
}

func (s *streams) all() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*socket, 0, len(s.sockets))
	for k := range s.sockets {
		all = append(all, k)
	}
	return all
}

// connectionID is random, and looks like those of the cloud service the vendor
// uses: 15 characters and "=".
func connectionID() string {
	var b [11]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.URLEncoding.EncodeToString(b[:])
}

// sessionID is random: who knows it, and has a token of the same application
// and user, may resume the session.
func sessionID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
