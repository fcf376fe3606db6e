package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

func TestOpeningASocket(t *testing.T) {
	d := newDesk(t, nil)
	token := d.token("app", "application/inventory")
	for _, row := range []struct {
		why, token string
		offers     []string
		status     int
		selects    string
	}{
		{"the subprotocol is selected", token, []string{"koneapi"}, 101, "koneapi"},
		{"among others", token, []string{"mqtt", "koneapi"}, 101, "koneapi"},
		{"who offers none gets none", token, []string{}, 101, ""},
		{"who offers only others is refused", token, []string{"mqtt"}, 400, ""},
		{"no token", "", []string{"koneapi"}, 401, ""},
		{"a bad token", token + "x", []string{"koneapi"}, 401, ""},
	} {
		_, answer, err := d.dial(row.token, row.offers...)
		if answer == nil {
			t.Fatalf("%s: %v", row.why, err)
		}
		if got := answer.Header.Get("Sec-WebSocket-Protocol"); answer.StatusCode != row.status || got != row.selects {
			t.Errorf("%s: got %d, %q, want %d, %q", row.why, answer.StatusCode, got, row.status, row.selects)
		}
		if got := answer.Header.Get("Sec-WebSocket-Extensions"); got != "" {
			t.Errorf("%s: extensions %q", row.why, got)
		}
	}
}

func TestAnExpiredTokenOpensNoSocketAndClosesNone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *Config) { c.Limits.Token = time.Second })
	token := d.token("app", "callgiving/*")
	l := d.open(token)
	d.eventually("the token expires", func() bool {
		_, answer, err := d.dial(token)
		return err != nil && answer != nil && answer.StatusCode == http.StatusUnauthorized
	})
	if got := l.ask(ping(1)); got != okAck(1) {
		t.Errorf("the socket that is open: got %s", got)
	}
}

func TestTooManySocketsAreRefused(t *testing.T) {
	for _, row := range []struct {
		why   string
		limit func(*Limits)
	}{
		{"of all", func(l *Limits) { l.Sockets = 2 }},
		{"of one application", func(l *Limits) { l.PerClient = 2 }},
	} {
		d := newDesk(t, func(c *Config) { row.limit(&c.Limits) })
		token := d.token("app", "callgiving/*")
		d.open(token)
		l := d.open(token)
		_, answer, err := d.dial(token)
		if err == nil || answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("Retry-After") == "" {
			t.Errorf("%s: the third: %v, %v", row.why, answer, err)
		}
		_ = l.conn.CloseNow()
		d.eventually("there is a place again", func() bool { _, _, err := d.dial(token); return err == nil })
	}
}

func TestIdleAndOldSocketsAreClosed(t *testing.T) {
	t.Run("idle", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, func(c *Config) { c.Limits.Idle = 150 * time.Millisecond })
		l := d.robot()
		began := time.Now()
		for i := range 6 {
			time.Sleep(50 * time.Millisecond)
			l.exchange(2, ping(i))
		}
		asked := time.Now()
		if code := l.closed(); code != websocket.StatusNormalClosure {
			t.Errorf("closed with %d", code)
		}
		if idle := time.Since(asked); idle < 140*time.Millisecond || asked.Sub(began) < 300*time.Millisecond {
			t.Errorf("closed %v after the last message", idle)
		}
	})
	t.Run("pings of the protocol are no traffic", func(t *testing.T) {
		t.Parallel()
		l := newDesk(t, func(c *Config) { c.Limits.Idle = 200 * time.Millisecond }).robot()
		go func() {
			for l.conn.Ping(t.Context()) == nil {
				time.Sleep(20 * time.Millisecond)
			}
		}()
		if code := l.closed(); code != websocket.StatusNormalClosure {
			t.Errorf("closed with %d", code)
		}
	})
	t.Run("old", func(t *testing.T) {
		t.Parallel()
		l := newDesk(t, func(c *Config) { c.Limits.Age = 200 * time.Millisecond }).robot()
		go func() {
			for i := 0; l.conn.Write(t.Context(), websocket.MessageText, []byte(ping(i))) == nil; i++ {
				time.Sleep(20 * time.Millisecond)
			}
		}()
		if code := l.closed(); code != websocket.StatusNormalClosure {
			t.Errorf("closed with %d", code)
		}
	})
}

func TestTooLongAMessageClosesTheSocket(t *testing.T) {
	l := newDesk(t, func(c *Config) { c.Limits.Frame = 1000 }).robot()
	l.exchange(1, ping(strings.Repeat("1", 15))+strings.Repeat(" ", 800))
	l.next()
	l.send(ping(2) + strings.Repeat(" ", 1000))
	if code := l.closed(); code != websocket.StatusMessageTooBig {
		t.Errorf("closed with %d", code)
	}
}

func TestARateIsKeptAndAFloodCloses(t *testing.T) {
	d := newDesk(t, func(c *Config) { c.Limits.Rate, c.Limits.Burst = 0.01, 3 })
	l := d.robot()
	l.exchange(2, ping(1), ping(2), ping(3))
	if got, want := l.ask(ping(4)), badAck(4, 429, "Too many requests on this connection"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	go func() {
		for i := 0; l.conn.Write(ctx, websocket.MessageText, []byte(ping(5+i))) == nil && i < 1000; i++ {
		}
	}()
	if code := l.closed(); code != websocket.StatusPolicyViolation {
		t.Errorf("a flood: closed with %d", code)
	}
}

func TestASlowConsumerIsClosedAndItsSessionGoesOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *Config) { c.Limits.Outbox, c.Limits.Replay = 64, 64 })
	token := d.token("app", "callgiving/*")
	slow := d.open(token)
	session := slow.create()
	c := d.member(session)
	frame := []byte(`{"data":{},"x":"` + strings.Repeat("x", 100_000) + `"}`)
	n := 0
	d.eventually("the outbox is full", func() bool {
		for range 20 {
			c.event(frame)
			n++
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.socket == nil
	})
	if got := d.gateway.streams.meter.slow.Get(); got != 1 {
		t.Errorf("%d slow consumers counted", got)
	}
	fresh := d.open(token)
	fresh.exchange(1, resume(session, 600))
	for range min(n, 64) {
		if got := fresh.next(); got != string(frame) {
			t.Fatalf("replayed: %.100s", got)
		}
	}
	if got := fresh.ask(ping(1)); got != okAck(1) {
		t.Errorf("got %s", got)
	}
}

func TestDrainSendsWhatWaitsAndTakesNobodyIn(t *testing.T) {
	d := newDesk(t, nil)
	token := d.token("app", "callgiving/*")
	l := d.open(token)
	idle := d.open(token)
	let := d.stop()
	l.exchange(1, ping(1))
	drained := make(chan struct{})
	go func() { d.gateway.Drain(t.Context()); close(drained) }()
	d.eventually("new sockets are refused", func() bool {
		_, answer, err := d.dial(token)
		return err != nil && answer != nil && answer.StatusCode == http.StatusServiceUnavailable
	})
	let()
	if got := l.next(); !strings.HasPrefix(got, `{"data":{"request_id":1,`) {
		t.Errorf("the promised result: got %s", got)
	}
	for _, l := range []*wireEnd{l, idle} {
		if code := l.closed(); code != websocket.StatusGoingAway {
			t.Errorf("closed with %d", code)
		}
	}
	select {
	case <-drained:
	case <-time.After(5 * time.Second):
		t.Error("Drain does not end")
	}
}

func TestDrainDoesNotWaitForWhoDoesNotRead(t *testing.T) {
	d := newDesk(t, nil)
	d.robot() // never reads, and so never answers the close frame
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	d.gateway.Drain(ctx)
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("Drain took %v", took)
	}
	d.eventually("the socket is gone", func() bool { n, _ := d.gateway.streams.count(); return n == 0 })
}

func TestSeenForgetsTheOldest(t *testing.T) {
	var s seen
	for id := range uint64(seenIDs + 10) {
		s.add(id)
	}
	if s.has(9) || !s.has(10) || !s.has(seenIDs+9) || len(s.last) != seenIDs {
		t.Errorf("of %d: the tenth %v, the next %v, the last %v; %d kept", seenIDs+10, s.has(9), s.has(10), s.has(seenIDs+9), len(s.last))
	}
}

// tape is a connection that notes what is written.
type tape struct {
	net.Conn
	writes [][]byte
	fails  error
}

func (c *tape) Write(p []byte) (int, error) {
	if c.fails != nil {
		return 0, c.fails
	}
	c.writes = append(c.writes, bytes.Clone(p))
	return len(p), nil
}
func (c *tape) SetWriteDeadline(time.Time) error { return nil }

func TestACorkWritesOnceWhatIsHeld(t *testing.T) {
	conn := &tape{}
	c := &cork{Conn: conn}
	write := func(s string) {
		if _, err := c.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	write("a")
	c.hold()
	write("b")
	write("c")
	if err := c.release(); err != nil {
		t.Fatal(err)
	}
	write("d")
	c.hold()
	if err := c.release(); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%s", conn.writes); got != "[a bc d]" {
		t.Errorf("wrote %s", got)
	}
	conn.writes = nil
	c.hold()
	big := strings.Repeat("x", gathered)
	write(big)
	if len(conn.writes) != 1 {
		t.Error("what is held grows beyond bounds")
	}
	write("y")
	if err := c.release(); err != nil || string(slices.Concat(conn.writes...)) != big+"y" {
		t.Errorf("%d writes, %v", len(conn.writes), err)
	}
	conn.fails = errors.New("broken")
	c.hold()
	write("z")
	if err := c.release(); !errors.Is(err, conn.fails) {
		t.Errorf("got %v", err)
	}
}

func TestMetersTellWhatHappened(t *testing.T) {
	d := newDesk(t, nil)
	l := d.robot()
	l.exchange(2, ping(1))
	l.exchange(1, `{`, aHold, aCreate)
	var page bytes.Buffer
	d.gateway.metrics.WritePrometheus(&page)
	for _, want := range []string{
		"hoistway_stream_sockets 1\n", "hoistway_stream_sessions 1\n",
		`hoistway_stream_messages_total{type="ping"} 1` + "\n", `hoistway_stream_messages_total{type="invalid"} 1` + "\n", `hoistway_stream_messages_total{type="hold_open"} 1` + "\n",
		`hoistway_stream_acks_total{code="201"} 3` + "\n", `hoistway_stream_acks_total{code="400"} 1` + "\n", `hoistway_stream_acks_total{code="1005"} 0` + "\n",
		`hoistway_stream_ack_seconds_count{type="ping"} 1` + "\n", `hoistway_stream_result_seconds_count{type="ping"} 1` + "\n",
		`hoistway_stream_shed_total{reason="inbox"} 0` + "\n", "hoistway_stream_slow_consumers_total 0\n",
	} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestWhoAsksAndDoesNotReadFillsNoMemory(t *testing.T) {
	d := newDesk(t, func(c *Config) { c.Limits.Outbox, c.Limits.Rate, c.Limits.Burst = 64, 1e9, 1e9 })
	l := d.robot()
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	sent := 0
	for frame := []byte(with(aConfig, "c1", "c")); l.conn.Write(ctx, websocket.MessageText, frame) == nil; sent++ {
		frame = []byte(with(aConfig, "c1", fmt.Sprint(sent)))
		for _, k := range d.gateway.streams.all() {
			k.mu.Lock()
			if n := len(k.queue) + k.pending; n > 64 {
				t.Errorf("%d frames wait", n)
			}
			k.mu.Unlock()
		}
	}
	if ctx.Err() == nil || sent < 64 {
		t.Errorf("after %d requests: want the server to stop reading", sent)
	}
}

func TestSocketsOverTLS(t *testing.T) {
	d := newDesk(t, nil)
	token := d.token("app", "callgiving/*")
	server := httptest.NewTLSServer(d.gateway.Handler())
	t.Cleanup(server.Close)
	conn, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http")+"/stream-v2?accessToken="+token, &websocket.DialOptions{HTTPClient: server.Client(), Subprotocols: []string{subprotocol}})
	if err != nil {
		t.Fatal(err)
	}
	l := &wireEnd{TB: t, conn: conn}
	if got := l.exchange(2, ping(1)); got[0] != okAck(1) {
		t.Errorf("got %s", got)
	}
	_ = conn.CloseNow()
}

func TestAClosedBuildingPromisesNothing(t *testing.T) {
	house := newFakeBuilding(8, 1)
	d := &desk{TB: t, house: house}
	g, err := Open(Config{Buildings: []Building{{ID: "twin1", Building: house}}, Clients: []Client{{ID: "app", Secret: "app-secret"}}, Speed: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := g.Run(ctx); err != nil {
		t.Fatal(err)
	}
	d.gateway, d.server = g, httptest.NewServer(g.Handler())
	t.Cleanup(d.server.Close)
	if got, want := d.robot().ask(ping(1)), badAck(1, 500, "The building is closed"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
