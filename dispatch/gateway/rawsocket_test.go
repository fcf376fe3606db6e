package gateway

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// raw is a WebSocket spoken to byte by byte, so that it can be spoken to wrongly.
type raw struct {
	net.Conn
	over chan struct{} // closed when the server has ended the connection

	mu   sync.Mutex
	code int    // of the server's close frame; 0 = none yet
	want string // what is waited for in a frame
	came bool   // it was there
}

// rawSocket opens a WebSocket by hand, and reads what the server says.
func rawSocket(t testing.TB, address, token string) *raw {
	t.Helper()
	w, err := openRaw(address, token)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func openRaw(address, token string) (*raw, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = fmt.Fprintf(c, "GET /stream-v2?accessToken=%s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: koneapi\r\n\r\n", token)
	from := bufio.NewReader(c)
	answer, err := http.ReadResponse(from, nil)
	if err == nil && answer.StatusCode != http.StatusSwitchingProtocols {
		err = fmt.Errorf("status %d", answer.StatusCode)
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	_ = c.SetDeadline(time.Time{})
	w := &raw{Conn: c, over: make(chan struct{})}
	go w.listen(from)
	return w, nil
}

func (w *raw) listen(from io.Reader) {
	defer close(w.over)
	var head [4]byte
	for {
		if _, err := io.ReadFull(from, head[:2]); err != nil {
			return
		}
		n := int64(head[1] & 0x7f)
		if n == 126 {
			if _, err := io.ReadFull(from, head[2:4]); err != nil {
				return
			}
			n = int64(binary.BigEndian.Uint16(head[2:4]))
		} else if n == 127 {
			var long [8]byte
			if _, err := io.ReadFull(from, long[:]); err != nil {
				return
			}
			n = int64(binary.BigEndian.Uint64(long[:]))
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(from, body); err != nil {
			return
		}
		w.mu.Lock()
		if head[0] == 0x88 {
			if w.code = 1005; n >= 2 {
				w.code = int(binary.BigEndian.Uint16(body))
			}
		} else if w.want != "" && strings.Contains(string(body), w.want) {
			w.came = true
		}
		w.mu.Unlock()
		if head[0] == 0x88 {
			_ = w.write(wsFrame(0x88, body, true))
		}
	}
}

// write gives the server five seconds to read.
func (w *raw) write(p []byte) error {
	_ = w.SetWriteDeadline(time.Now().Add(5 * time.Second))
	_, err := w.Write(p)
	return err
}

// closed is the code of the server's close frame; 0 = there was none.
func (w *raw) closed() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.code
}

// closeCode waits for the server's close frame, or until it has ended the
// connection without one; -1 = it has done neither.
func (w *raw) closeCode(within time.Duration) int {
	for until := time.Now().Add(within); time.Now().Before(until); time.Sleep(time.Millisecond) {
		if code := w.closed(); code != 0 {
			return code
		}
		select {
		case <-w.over:
			return w.closed()
		default:
		}
	}
	return -1
}

var errDeaf = errors.New("the socket neither answers nor ends")

// answers reports whether the server still answers a ping of the API.
func (w *raw) answers(id int) error {
	w.mu.Lock()
	w.want, w.came = fmt.Sprintf(`"request_id":%d`, id), false
	w.mu.Unlock()
	if err := w.write(wsFrame(0x81, []byte(ping(id)), true)); err != nil {
		return err
	}
	for until := time.Now().Add(5 * time.Second); time.Now().Before(until); time.Sleep(time.Millisecond) {
		w.mu.Lock()
		came := w.came
		w.mu.Unlock()
		if came {
			return nil
		}
		select {
		case <-w.over:
			return io.EOF
		default:
		}
	}
	return errDeaf
}

// wsFrame is a frame with a first byte (FIN 0x80, reserved 0x70, opcode) and the
// right length.
func wsFrame(first byte, body []byte, masked bool) []byte {
	f := []byte{first}
	mask := byte(0)
	if masked {
		mask = 0x80
	}
	switch n := len(body); {
	case n < 126:
		f = append(f, mask|byte(n))
	case n < 1<<16:
		f = binary.BigEndian.AppendUint16(append(f, mask|126), uint16(n))
	default:
		f = binary.BigEndian.AppendUint64(append(f, mask|127), uint64(n))
	}
	if !masked {
		return append(f, body...)
	}
	key := [4]byte{0x12, 0x34, 0x56, 0x78}
	f = append(f, key[:]...)
	for i, b := range body {
		f = append(f, b^key[i%4])
	}
	return f
}
