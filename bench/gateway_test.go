package bench_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// The benchmarks of the gateway run it as a process of its own, as it is shipped,
// so that its memory and processor time are its own.

// echoAddress, in the environment, makes the test binary a bare WebSocket echo
// server: what the gateway's rate of messages is held against.
const echoAddress = "HOISTWAY_ECHO_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(echoAddress) != "" {
		serveEcho()
		return
	}
	os.Exit(m.Run())
}

// serveEcho serves until its standard input ends.
func serveEcho() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("{\"url\":\"http://%s\"}\n", l.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"koneapi"}, CompressionMode: websocket.CompressionDisabled})
		if err != nil {
			return
		}
		for {
			kind, message, err := c.Read(r.Context())
			if err != nil {
				return
			}
			if err := c.Write(r.Context(), kind, message); err != nil {
				return
			}
		}
	}))
}

// process is a server that a benchmark started.
type process struct {
	*exec.Cmd
	URL       string
	Secret    string `json:"client_secret"`
	Buildings []struct{ ID string }
}

// start starts a server that says on its first line how to reach it.
func start(b *testing.B, cmd *exec.Cmd) *process {
	b.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	p := &process{Cmd: cmd}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, p)
	}
	if err != nil {
		b.Fatalf("%s: %v\n%s", cmd.Args[0], err, errs.Bytes())
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	return p
}

// serve starts hoistway serve.
func serve(b *testing.B, args ...string) *process {
	b.Helper()
	binary := filepath.Join(b.TempDir(), "hoistway")
	if out, err := exec.Command("go", "build", "-o", binary, "hoistway/cmd/hoistway").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	args = append([]string{"serve", "office-lunch", "--addr", "127.0.0.1:0", "--format", "json", "--log", filepath.Join(b.TempDir(), "log"), "--rate", "1000000", "--idle", "10m"}, args...)
	return start(b, exec.Command(binary, args...))
}

// token gets a token for everything.
func (p *process) token(b *testing.B) string {
	b.Helper()
	r, err := http.NewRequest(http.MethodPost, p.URL+"/api/v2/oauth2/token", strings.NewReader(url.Values{"grant_type": {"client_credentials"}, "scope": {"callgiving/*"}}.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	r.SetBasicAuth("hoistway", p.Secret)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	var token struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&token); err != nil || token.Token == "" {
		b.Fatalf("no token: %s %v", answer.Status, err)
	}
	return token.Token
}

// memory is the resident memory of the process in MiB.
func (p *process) memory(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		b.Skip("the memory of a process is read where Linux tells it")
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err != nil {
				b.Fatal(err)
			}
			return kb / 1024
		}
	}
	b.Fatal("no VmRSS")
	return 0
}

func dial(ctx context.Context, address string) (*websocket.Conn, error) {
	c, _, err := websocket.Dial(ctx, strings.Replace(address, "http", "ws", 1), &websocket.DialOptions{Subprotocols: []string{"koneapi"}})
	return c, err
}

// roundTrips sends messages over some sockets for a while, each as soon as the
// answers to the one before have come, and gives the round trips per second.
func roundTrips(b *testing.B, address string, sockets, answers int, message func(socket, number int) []byte, span time.Duration) float64 {
	b.Helper()
	ctx, stop := context.WithTimeout(b.Context(), span+30*time.Second)
	defer stop()
	open := make([]*websocket.Conn, sockets)
	for i := range open {
		var err error
		if open[i], err = dial(ctx, address); err != nil {
			b.Fatal(err)
		}
		defer open[i].CloseNow()
	}
	var done atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	began := time.Now()
	for i, c := range open {
		all.Go(func() {
			for number := 0; time.Since(began) < span; number++ {
				err := c.Write(ctx, websocket.MessageText, message(i, number))
				for range answers {
					if err == nil {
						_, _, err = c.Read(ctx)
					}
				}
				if err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		b.Fatal(*err)
	}
	return float64(done.Load()) / time.Since(began).Seconds()
}

// BenchmarkGatewayPing holds the rate of ping round trips, each with its
// acknowledgement and its result from the building, against that of messages of
// the same length through a bare echo server, in turns. "ratio" is what counts.
func BenchmarkGatewayPing(b *testing.B) {
	gate := serve(b, "--app=false")
	echo := exec.Command(os.Args[0])
	echo.Env = append(os.Environ(), echoAddress+"=1")
	bare := start(b, echo)
	address := gate.URL + "/stream-v2?accessToken=" + url.QueryEscape(gate.token(b))
	message := func(socket, number int) []byte {
		return fmt.Appendf(nil, `{"type":"common-api","buildingId":"building:%s","callType":"ping","groupId":"1","payload":{"request_id":%d}}`, gate.Buildings[0].ID, socket*10_000_000+number)
	}
	const sockets, span = 64, time.Second
	var pings, echoes float64
	for b.Loop() {
		pings += roundTrips(b, address, sockets, 2, message, span)
		echoes += roundTrips(b, bare.URL, sockets, 1, message, span)
	}
	b.ReportMetric(pings/float64(b.N), "pings/s")
	b.ReportMetric(echoes/float64(b.N), "echoes/s")
	b.ReportMetric(pings/echoes, "ratio")
}

// BenchmarkGatewaySessions opens sockets with a session each and reports what
// memory the gateway takes. HOISTWAY_SOCKETS says how many: by default a few, for
// CI; 10000 for the figure in the README.
func BenchmarkGatewaySessions(b *testing.B) {
	n := 500
	if text := os.Getenv("HOISTWAY_SOCKETS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatalf("HOISTWAY_SOCKETS: %v", err)
		}
	}
	for b.Loop() {
		gate := serve(b)
		address := gate.URL + "/stream-v2?accessToken=" + url.QueryEscape(gate.token(b))
		before := gate.memory(b)
		open := make([]*websocket.Conn, n)
		var next atomic.Int64
		var all sync.WaitGroup
		errs := make(chan error, 8)
		for range 8 {
			all.Go(func() {
				for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
					c, err := dial(b.Context(), address)
					if err == nil {
						open[i] = c
						err = session(b.Context(), c, gate.Buildings[0].ID, i)
					}
					if err != nil {
						errs <- fmt.Errorf("socket %d: %w", i, err)
						return
					}
				}
			})
		}
		all.Wait()
		select {
		case err := <-errs:
			b.Fatal(err)
		default:
		}
		memory := gate.memory(b)
		b.ReportMetric(memory, "MiB")
		b.ReportMetric((memory-before)*1024/float64(n), "KiB/socket")
		for _, c := range open {
			_ = c.CloseNow()
		}
	}
}

// session makes a session on a socket and places a ping, so that everything a
// socket needs has been taken.
func session(ctx context.Context, c *websocket.Conn, building string, i int) error {
	for _, message := range []string{
		fmt.Sprintf(`{"type":"create-session","requestId":"s%d"}`, i),
		fmt.Sprintf(`{"type":"common-api","buildingId":"building:%s","callType":"ping","groupId":"1","payload":{"request_id":%d}}`, building, i),
	} {
		if err := c.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
			return err
		}
	}
	for range 3 {
		_, answer, err := c.Read(ctx)
		if err != nil {
			return err
		}
		if bytes.Contains(answer, []byte(`"error"`)) {
			return errors.New(string(answer))
		}
	}
	return nil
}
