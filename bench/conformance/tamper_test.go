package conformance_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
)

// tamper is what a server between the suite and a good one does wrong. Zero
// fields do nothing.
type tamper struct {
	request func(r *http.Request, body []byte) []byte // what the client asks for
	answer  func(r *http.Request, asked []byte, w *reply)
	in, out func() func(frame string) []string // for each connection: what becomes of a frame
	accept  func(*websocket.AcceptOptions)
	upgrade func(status int) int // 101 opens a socket that was refused, and closes it
	deaf    bool                 // closing is not passed on to the client
	greedy  bool                 // frames of any size are swallowed
	binary  bool                 // so are binary frames
}

// reply is an HTTP response on its way back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// proxy serves what upstream serves, tampered with.
func (x tamper) proxy(t *testing.T, upstream string) string {
	t.Helper()
	var open sync.WaitGroup
	ctx, stop := context.WithCancel(context.Background())
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		open.Add(1)
		defer open.Done()
		if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") && r.URL.Path == "/stream-v2" && r.Header.Get("Sec-WebSocket-Version") == "13" {
			x.stream(ctx, upstream, w, r)
		} else {
			x.page(upstream, w, r)
		}
	}))
	server.Config.MaxHeaderBytes = 8 << 20
	server.Start()
	t.Cleanup(func() {
		stop()
		open.Wait()
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

// page passes an HTTP request on.
func (x tamper) page(upstream string, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client is gone
	}
	header := r.Header
	if x.request != nil {
		body = x.request(r, body)
	}
	asked, err := http.NewRequestWithContext(r.Context(), r.Method, upstream+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	asked.Header = header
	res, err := http.DefaultTransport.RoundTrip(asked)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer res.Body.Close()
	back := reply{status: res.StatusCode, header: res.Header}
	if back.body, err = io.ReadAll(res.Body); err != nil {
		return
	}
	if x.answer != nil {
		x.answer(r, body, &back)
	}
	for name, values := range back.header {
		if name != "Content-Length" && name != "Connection" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(back.status)
	_, _ = w.Write(back.body) // who does not read it has gone
}

// stream passes the frames of a WebSocket on.
func (x tamper) stream(ctx context.Context, upstream string, w http.ResponseWriter, r *http.Request) {
	server, res, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(upstream, "http")+r.URL.RequestURI(), &websocket.DialOptions{Subprotocols: []string{"koneapi"}})
	options := &websocket.AcceptOptions{Subprotocols: []string{"koneapi"}, CompressionMode: websocket.CompressionDisabled}
	if x.accept != nil {
		x.accept(options)
	}
	if err != nil {
		status := http.StatusBadGateway
		if res != nil {
			status = res.StatusCode
		}
		if x.upgrade != nil {
			status = x.upgrade(status)
		}
		if status != http.StatusSwitchingProtocols {
			w.WriteHeader(status)
		} else if c, err := websocket.Accept(w, r, options); err == nil {
			_ = c.Close(websocket.StatusPolicyViolation, "too late")
		}
		return
	}
	defer server.CloseNow()
	client, err := websocket.Accept(w, r, options)
	if err != nil {
		return
	}
	defer client.CloseNow()
	server.SetReadLimit(-1)
	client.SetReadLimit(64 << 10)
	if x.greedy {
		client.SetReadLimit(-1)
	}
	both, over := context.WithCancel(ctx)
	var down sync.WaitGroup
	down.Go(func() {
		err := pass(both, server, client, x.out, func(websocket.MessageType, []byte) bool { return false })
		if x.deaf {
			<-both.Done()
			return
		}
		if code := websocket.CloseStatus(err); code > 0 {
			_ = client.Close(code, "")
		}
		over()
	})
	err = pass(both, client, server, x.in, func(kind websocket.MessageType, raw []byte) bool {
		return x.greedy && len(raw) > 64<<10 || x.binary && kind == websocket.MessageBinary
	})
	if code := websocket.CloseStatus(err); code > 0 && !errors.Is(err, context.Canceled) {
		_ = server.Close(code, "")
	}
	over()
	down.Wait()
}

// pass carries frames one way.
func pass(ctx context.Context, from, to *websocket.Conn, change func() func(string) []string, swallow func(websocket.MessageType, []byte) bool) error {
	each := func(frame string) []string { return []string{frame} }
	if change != nil {
		each = change()
	}
	for {
		kind, raw, err := from.Read(ctx)
		if err != nil {
			return err
		}
		if swallow(kind, raw) {
			continue
		}
		for _, frame := range each(string(raw)) {
			if err := to.Write(ctx, kind, []byte(frame)); err != nil {
				return err
			}
		}
	}
}
