package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// desk is a gateway in front of a fake building "twin1" of 8 floors with two
// groups, and whoever connects to it in a test.
type desk struct {
	testing.TB
	gateway *Gateway
	house   *fakeBuilding
	server  *httptest.Server
}

// newDesk serves until the test ends. Change may change the configuration.
func newDesk(t testing.TB, change func(*Config)) *desk {
	t.Helper()
	house := newFakeBuilding(8, 2, 1)
	c := Config{
		Buildings: []Building{{ID: "twin1", Building: house}},
		Clients:   []Client{{ID: "app", Secret: "app-secret"}, {ID: "other", Secret: "other-secret"}},
		Speed:     1, Start: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC),
	}
	if change != nil {
		change(&c)
	}
	g, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- g.Run(ctx) }()
	d := &desk{TB: t, gateway: g, house: house, server: httptest.NewServer(g.Handler())}
	t.Cleanup(func() {
		short, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		g.Drain(short)
		d.server.Close()
		stop()
		if err := <-over; err != nil {
			t.Error(err)
		}
	})
	return d
}

// site is the building's, behind the gateway.
func (d *desk) site() *site { return d.gateway.sites[0] }

// token asks for a token of an application.
func (d *desk) token(application string, scopes ...string) string {
	d.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {strings.Join(scopes, " ")}}
	r, err := http.NewRequest("POST", d.server.URL+"/api/v2/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		d.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(application, application+"-secret")
	answer, err := d.server.Client().Do(r)
	if err != nil {
		d.Fatal(err)
	}
	defer answer.Body.Close()
	return tokenIn(d, answer)
}

// tokenIn is the token that was issued.
func tokenIn(t testing.TB, answer *http.Response) string {
	t.Helper()
	var body struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil || answer.StatusCode != 200 || body.Token == "" {
		t.Fatalf("a token: status %d, %v", answer.StatusCode, err)
	}
	return body.Token
}

// dial opens a socket.
func (d *desk) dial(token string, protocols ...string) (*wireEnd, *http.Response, error) {
	if protocols == nil {
		protocols = []string{subprotocol}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, answer, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(d.server.URL, "http")+"/stream-v2?accessToken="+url.QueryEscape(token), &websocket.DialOptions{Subprotocols: protocols})
	if err != nil {
		return nil, answer, err
	}
	conn.SetReadLimit(1 << 20)
	d.Cleanup(func() { _ = conn.CloseNow() })
	return &wireEnd{TB: d.TB, conn: conn}, answer, nil
}

// open opens a socket that must open.
func (d *desk) open(token string) *wireEnd {
	d.Helper()
	l, _, err := d.dial(token)
	if err != nil {
		d.Fatal(err)
	}
	return l
}

// robot opens a socket that may do everything.
func (d *desk) robot() *wireEnd { d.Helper(); return d.open(d.token("app", "robotcall/*")) }

// wireEnd is a client's end of a socket.
type wireEnd struct {
	testing.TB
	conn *websocket.Conn
}

func (l *wireEnd) send(frame string) {
	l.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := l.conn.Write(ctx, websocket.MessageText, []byte(frame)); err != nil {
		l.Fatalf("sending %.100s: %v", frame, err)
	}
}

// next is the next frame.
func (l *wireEnd) next() string {
	l.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, frame, err := l.conn.Read(ctx)
	if err != nil {
		l.Fatalf("no next frame: %v", err)
	}
	return string(frame)
}

// ask sends a frame and gives the next one, with what is random or of the clock
// made plain.
func (l *wireEnd) ask(frame string) string {
	l.Helper()
	l.send(frame)
	return masked(l.next())
}

// closed reads until the server closes the socket, and gives the code.
func (l *wireEnd) closed() websocket.StatusCode {
	l.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for {
		if _, _, err := l.conn.Read(ctx); err != nil {
			if ctx.Err() != nil {
				l.Fatal("the server does not close the socket")
			}
			return websocket.CloseStatus(err)
		}
	}
}

// masked puts C for connection IDs, T for times and S for IDs of sessions.
func masked(frame string) string {
	for _, m := range []struct{ before, put string }{{`"connectionId":"`, "C"}, {`"time":"`, "T"}, {`"timestamp":"`, "T"}, {`"sessionId":"`, "S"}} {
		if at := strings.Index(frame, m.before); at >= 0 {
			from := at + len(m.before)
			frame = frame[:from] + m.put + frame[from+strings.IndexByte(frame[from:], '"'):]
		}
	}
	return frame
}

// ping is a ping with a request ID.
func ping(id any) string {
	return fmt.Sprintf(`{"type":"common-api","buildingId":"building:twin1","callType":"ping","groupId":"1","payload":{"request_id":%v}}`, id)
}

func okAck(id any) string {
	return fmt.Sprintf(`{"connectionId":"C","requestId":%v,"statusCode":201,"data":{"time":"T"}}`, id)
}

func badAck(id any, status int, text string) string {
	return fmt.Sprintf(`{"type":"error","connectionId":"C","requestId":%v,"statusCode":%d,"data":{"error":%s}}`, id, status, jsonText(text))
}
