package gateway

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// drip writes a byte at a time until the server has had enough, and tells how
// long that took; at most a while.
func drip(c net.Conn, text string, each, most time.Duration) time.Duration {
	began := time.Now()
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, c)
		close(ended)
	}()
	for i := 0; time.Since(began) < most; i++ {
		if _, err := c.Write([]byte{text[min(i, len(text)-1)]}); err != nil {
			break
		}
		select {
		case <-ended:
			return time.Since(began)
		case <-time.After(each):
		}
	}
	return time.Since(began)
}

// TestDripsAreBounded sends everything that a gateway reads a byte at a time.
// Each way ends at its limit, however steadily bytes come, and others are served
// meanwhile.
func TestDripsAreBounded(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *Config) {
		l := &c.Limits
		l.HeaderTime, l.Idle, l.Sockets = 300*time.Millisecond, 600*time.Millisecond, 40
	})
	address, token := d.limited(), d.token("app", "callgiving/*")
	const each, most = 20 * time.Millisecond, 8 * time.Second
	type way struct {
		what, quick, slow string
		bound             time.Duration
	}
	ways := []way{
		{"the header of a request", "", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("x", 10_000), 3 * time.Second},
		{"the body of a request for a token", "POST " + tokenPath + " HTTP/1.1\r\nHost: x\r\nAuthorization: Basic " + basicAuth("app", "app-secret") + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10000\r\n\r\n", strings.Repeat("x", 10_000), 3 * time.Second},
		{"the body of a request with a token", "POST " + equipmentPath + "search/status HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + d.token("app", "rtm/*") + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", "2000\r\n" + strings.Repeat(" ", 10_000), 3 * time.Second},
		{"a body that nobody wants", "POST /api/v2/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n", strings.Repeat("x", 10_000), 3 * time.Second},
		{"the opening of a WebSocket", "GET /stream-v2?accessToken=" + token + " HTTP/1.1\r\nHost: x\r\n", "Connection: Upgrade\r\nUpgrade: websocket\r\nX: " + strings.Repeat("x", 10_000), 3 * time.Second},
		{"bytes after a request", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "GET /healthz HTTP/1.1\r\nX-Long: " + strings.Repeat("x", 10_000), 3 * time.Second},
	}
	frame := wsFrame(0x81, []byte(ping(1)+strings.Repeat(" ", 10_000)), true)
	pieces := strings.Repeat(string(wsFrame(0x00, nil, true)), 2000)
	sockets := []way{
		// The socket is idle: half a message is none. It has five seconds to answer the close frame.
		{"within a frame", "", string(frame), most},
		{"between the pieces of a message", string(wsFrame(0x01, []byte("{"), true)), pieces, most},
	}
	t.Run("at once", func(t *testing.T) {
		for _, w := range ways {
			for range 5 {
				t.Run(w.what, func(t *testing.T) {
					t.Parallel()
					c := dial(t, address)
					_, _ = io.WriteString(c, w.quick)
					if took := drip(c, w.slow, each, most); took > w.bound {
						t.Errorf("it was borne for %v", took)
					}
				})
			}
		}
		for _, w := range sockets {
			for range 5 {
				t.Run(w.what, func(t *testing.T) {
					t.Parallel()
					c := rawSocket(t, address, token)
					began := time.Now()
					_, _ = io.WriteString(c, w.quick)
					for i := 0; c.closed() == 0 && time.Since(began) < w.bound; i++ {
						if c.write([]byte{w.slow[i%len(w.slow)]}) != nil {
							break
						}
						time.Sleep(each)
					}
					if took, code := time.Since(began), c.closeCode(time.Second); took > 3*time.Second || code != 1000 {
						t.Errorf("it was borne for %v, and closed with %d", took, code)
					}
				})
			}
		}
		t.Run("others are served", func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			for range 5 {
				conn, _, err := websocket.Dial(ctx, "ws://"+address+"/stream-v2?accessToken="+token, &websocket.DialOptions{Subprotocols: []string{subprotocol}})
				if err != nil {
					t.Fatal(err)
				}
				l := &wireEnd{TB: t, conn: conn}
				for i := range 10 {
					began := time.Now()
					if got := l.exchange(2, ping(i)); got[0] != okAck(i) || time.Since(began) > time.Second {
						t.Errorf("got %s after %v", got, time.Since(began))
					}
					time.Sleep(20 * time.Millisecond)
				}
				_ = conn.CloseNow()
			}
		})
	})
	d.eventually("their sockets are gone", func() bool { n, _ := d.gateway.streams.count(); return n == 0 })
}

func basicAuth(id, secret string) string {
	r := httptest.NewRequest("GET", "/", nil)
	r.SetBasicAuth(id, secret)
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Basic ")
}

// Who asks and does not read is cut, and with it goes its place among the
// connections: it needs no token for it.
func TestWhoDoesNotReadAnswersIsCut(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *Config) { c.Limits.AnswerTime = 300 * time.Millisecond })
	address := d.limited()
	for _, path := range []string{"/metrics", discoveryPath, "/api/v2/nothing"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			c := dial(t, address)
			_ = c.SetDeadline(time.Now().Add(8 * time.Second))
			asked := strings.Repeat("GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n", 100)
			for {
				_, err := io.WriteString(c, asked)
				if late, is := err.(net.Error); is && late.Timeout() {
					t.Fatal("it is borne without end")
				}
				if err != nil {
					return
				}
			}
		})
	}
}

// Who reads, however slowly as a whole, has the whole answer.
func TestWhoReadsSlowlyHasItsAnswer(t *testing.T) {
	t.Parallel()
	const parts = 8
	address, _, _ := serveLimited(t, Limits{AnswerTime: 200 * time.Millisecond}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range parts {
			_, _ = io.WriteString(w, strings.Repeat("x", 8<<10))
			time.Sleep(60 * time.Millisecond)
		}
	}), nil)
	c := dial(t, address)
	_, _ = fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil || len(got) != parts*8<<10 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
