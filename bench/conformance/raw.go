package conformance

import (
	"bufio"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// wire is a TCP connection to the target, for what a WebSocket library would
// not let through.
type wire struct {
	probe *probe
	conn  net.Conn
	in    *bufio.Reader
}

// connect opens a connection.
func (p *probe) connect() *wire {
	u, err := url.Parse(p.target.URL)
	if err != nil {
		p.failf("BUG: %v", err)
	}
	address := u.Host
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	}
	d := net.Dialer{Timeout: p.target.Answer}
	conn, err := d.DialContext(p.ctx, "tcp", address)
	if err != nil {
		p.failf("no connection: %v", err)
	}
	p.after = append(p.after, func() { _ = conn.Close() }) // the check is over
	if u.Scheme == "https" {
		config := p.target.TLS.Clone()
		if config == nil {
			config = &tls.Config{}
		}
		if config.ServerName == "" {
			config.ServerName = u.Hostname()
		}
		conn = tls.Client(conn, config)
	}
	if err := conn.SetDeadline(time.Now().Add(4 * p.target.Answer)); err != nil {
		p.failf("BUG: %v", err)
	}
	return &wire{probe: p, conn: conn, in: bufio.NewReader(conn)}
}

// write sends bytes. A server may have hung up before it has read them all,
// which is no fault: what it said is read next.
func (w *wire) write(raw []byte) {
	if _, err := w.conn.Write(raw); err != nil {
		w.probe.note("<", "hung up while being written to")
	}
}

// upgrade sends an opening handshake with extra header lines and gives the
// response and the value that Sec-WebSocket-Accept has to have.
func (w *wire) upgrade(token string, lines ...string) (res *http.Response, accept string) {
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails
	key := base64.StdEncoding.EncodeToString(nonce)
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	head := append([]string{
		"GET " + streamPath + "?accessToken=" + url.QueryEscape(token) + " HTTP/1.1",
		"Host: " + strings.SplitN(w.probe.target.URL, "//", 2)[1],
		"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + key,
	}, lines...)
	w.probe.note(">", strings.Join(head, " | "))
	w.write([]byte(strings.Join(head, "\r\n") + "\r\n\r\n"))
	res, err := http.ReadResponse(w.in, &http.Request{Method: "GET"})
	if err != nil {
		w.probe.failf("the upgrade got no response: %v", err)
	}
	w.probe.note("<", res.Status+" "+fmt.Sprint(res.Header))
	return res, base64.StdEncoding.EncodeToString(sum[:])
}

// stream opens a WebSocket by hand.
func (p *probe) stream(token string, lines ...string) *wire {
	w := p.connect()
	res, _ := w.upgrade(token, append([]string{"Sec-WebSocket-Protocol: koneapi"}, lines...)...)
	if res.StatusCode != http.StatusSwitchingProtocols {
		p.failf("the upgrade was refused with %s", res.Status)
	}
	if extensions := res.Header.Get("Sec-WebSocket-Extensions"); extensions != "" {
		p.skipf("the server agreed to %s, as it may: this client cannot", extensions)
	}
	return w
}

// The opcodes of RFC 6455.
const (
	opContinue = 0x0
	opText     = 0x1
	opClose    = 0x8
	opPing     = 0x9
	opPong     = 0xA
)

// frameOf builds a frame. first is the FIN and RSV bits with the opcode.
func frameOf(first byte, masked bool, payload []byte) []byte {
	raw := []byte{first}
	var mask byte
	if masked {
		mask = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		raw = append(raw, mask|byte(n))
	case n < 1<<16:
		raw = binary.BigEndian.AppendUint16(append(raw, mask|126), uint16(n))
	default:
		raw = binary.BigEndian.AppendUint64(append(raw, mask|127), uint64(n))
	}
	if !masked {
		return append(raw, payload...)
	}
	key := [4]byte{0x12, 0x34, 0x56, 0x78}
	raw = append(raw, key[:]...)
	for i, b := range payload {
		raw = append(raw, b^key[i%4])
	}
	return raw
}

// frame sends a frame.
func (w *wire) frame(first byte, masked bool, payload string) {
	shown := payload
	if len(shown) > 80 {
		shown = fmt.Sprintf("%s... (%d bytes)", shown[:80], len(payload))
	}
	w.probe.note(">", fmt.Sprintf("frame %#02x masked=%t %q", first, masked, shown))
	w.write(frameOf(first, masked, []byte(payload)))
}

// next reads a frame; false when the server hung up.
func (w *wire) next() (first byte, payload []byte, ok bool) {
	var head [2]byte
	if _, err := io.ReadFull(w.in, head[:]); errors.Is(err, os.ErrDeadlineExceeded) {
		w.probe.failf("the server neither says anything nor hangs up")
	} else if err != nil {
		w.probe.note("<", "hung up: "+err.Error())
		return 0, nil, false
	}
	if head[0]&0x70 != 0 {
		w.probe.failf("a frame of the server begins with %#02x: its reserved bits belong to an extension, and there is none", head[0])
	}
	if head[1]&0x80 != 0 {
		w.probe.failf("a frame of the server is masked")
	}
	size := uint64(head[1])
	var long [8]byte
	switch size {
	case 126:
		if _, err := io.ReadFull(w.in, long[6:]); err != nil {
			return 0, nil, false
		}
		size = binary.BigEndian.Uint64(long[:])
	case 127:
		if _, err := io.ReadFull(w.in, long[:]); err != nil {
			return 0, nil, false
		}
		size = binary.BigEndian.Uint64(long[:])
	}
	if size > 8<<20 {
		w.probe.failf("a frame of %d bytes", size)
	}
	payload = make([]byte, size)
	if _, err := io.ReadFull(w.in, payload); err != nil {
		return 0, nil, false
	}
	w.probe.note("<", fmt.Sprintf("frame %#02x %q", head[0], payload))
	return head[0], payload, true
}

// until reads frames up to one with an opcode.
func (w *wire) until(op byte) (payload []byte) {
	for range 1000 {
		first, payload, ok := w.next()
		if !ok {
			break
		}
		if first&0x0f == op {
			return payload
		}
	}
	w.probe.failf("no frame with the opcode %#x came", op)
	return nil
}

// closing reads up to the close frame and gives its code; 0 when the server
// hung up without one.
func (w *wire) closing() int {
	for range 1000 {
		first, payload, ok := w.next()
		if !ok {
			return 0
		}
		if first&0x0f == opClose {
			if len(payload) < 2 {
				return 1005
			}
			return int(binary.BigEndian.Uint16(payload))
		}
	}
	w.probe.failf("no close frame came")
	return 0
}
