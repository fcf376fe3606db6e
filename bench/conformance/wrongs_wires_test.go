package conformance_test

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// wrongWires do not know RFC 6455 well.
func wrongWires() []wrong {
	return []wrong{
		{sentence: "frames are taken as they come", server: func(t *testing.T) string { return sloppy(t, good(t), 0) },
			caught: "frames.unmasked frames.reserved frames.control frames.continuation frames.close frames.fragments handshake.key"},
		{sentence: "frames say that they are compressed", server: func(t *testing.T) string { return sloppy(t, good(t), 0x40) }, caught: "handshake.deflate"},
	}
}

// sloppy is a server whose WebSockets read every frame as a request and never
// close; bits stand in the first byte of what it sends.
func sloppy(t *testing.T, upstream string, bits byte) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/stream-v2" {
			tamper{}.page(upstream, w, r)
			return
		}
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		context.AfterFunc(ctx, func() { _ = conn.Close() })
		behind, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(upstream, "http")+r.URL.RequestURI(), &websocket.DialOptions{Subprotocols: []string{"koneapi"}})
		if err != nil {
			return
		}
		defer behind.CloseNow()
		behind.SetReadLimit(-1)
		sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: koneapi\r\nSec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
		go func() {
			for {
				_, raw, err := behind.Read(ctx)
				if err != nil {
					return
				}
				head := binary.BigEndian.AppendUint16([]byte{0x81 | bits, 126}, uint16(len(raw)))
				if len(raw) > 65535 {
					head = binary.BigEndian.AppendUint64([]byte{0x81 | bits, 127}, uint64(len(raw)))
				}
				_, _ = conn.Write(append(head, raw...)) // who has gone reads nothing
			}
		}()
		for {
			payload, err := anything(rw.Reader)
			if err != nil || behind.Write(ctx, websocket.MessageText, payload) != nil {
				return
			}
		}
	}))
	t.Cleanup(func() {
		stop()
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

// anything reads a frame of up to 64 KiB, whatever it is.
func anything(in *bufio.Reader) ([]byte, error) {
	var head [2]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, err
	}
	size := int(head[1] & 0x7f)
	if size == 126 {
		var long [2]byte
		if _, err := io.ReadFull(in, long[:]); err != nil {
			return nil, err
		}
		size = int(binary.BigEndian.Uint16(long[:]))
	}
	var key [4]byte
	if head[1]&0x80 != 0 {
		if _, err := io.ReadFull(in, key[:]); err != nil {
			return nil, err
		}
	}
	payload := make([]byte, size)
	_, err := io.ReadFull(in, payload)
	for i := range payload {
		payload[i] ^= key[i%4]
	}
	return payload, err
}
