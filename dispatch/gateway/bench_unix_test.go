//go:build unix

package gateway

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// BenchmarkPing counts round trips of pings: a request, its acknowledgement and
// its result, which has been to the site's goroutine. BenchmarkEcho is the same
// clients against a server that only sends back, on the same library.
func BenchmarkPing(b *testing.B) {
	conns := pinged(b)
	b.ResetTimer()
	trips(b, conns, 2, b.N)
}

func BenchmarkEcho(b *testing.B) {
	conns := echoed(b)
	b.ResetTimer()
	trips(b, conns, 1, b.N)
}

// BenchmarkPingToEcho takes turns between the two, so that whatever else the
// machine does meets both, and reports how many pings are made in the time, and
// in the processor time, of one echo. Clients are in the same process and count.
//
//	go test -run - -bench PingToEcho -benchtime 50000x ./dispatch/gateway
func BenchmarkPingToEcho(b *testing.B) {
	e, p := echoed(b), pinged(b)
	trips(b, e, 1, benchSockets)
	trips(b, p, 2, benchSockets)
	var echo, echoCPU, ping, pingCPU time.Duration
	b.ResetTimer()
	const turns = 20
	for range turns {
		took, cpu := trips(b, e, 1, max(1, b.N/turns))
		echo, echoCPU = echo+took, echoCPU+cpu
		took, cpu = trips(b, p, 2, max(1, b.N/turns))
		ping, pingCPU = ping+took, pingCPU+cpu
	}
	b.ReportMetric(float64(b.N)/echo.Seconds(), "echoes/s")
	b.ReportMetric(float64(b.N)/ping.Seconds(), "pings/s")
	b.ReportMetric(float64(echo)/float64(ping), "ratio")
	b.ReportMetric(float64(echoCPU)/float64(pingCPU), "cpu-ratio")
}

const benchSockets = 64

func pinged(b *testing.B) (conns []*websocket.Conn) {
	d := newDesk(b, func(c *Config) { c.Limits.Rate, c.Limits.Burst = 1e9, 1e9 })
	token := d.token("app", "callgiving/*")
	for range benchSockets {
		conns = append(conns, d.open(token).conn)
	}
	return conns
}

func echoed(b *testing.B) (conns []*websocket.Conn) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
		if err != nil {
			return
		}
		for {
			kind, frame, err := c.Read(context.Background())
			if err != nil || c.Write(context.Background(), kind, frame) != nil {
				return
			}
		}
	}))
	b.Cleanup(server.Close)
	for range benchSockets {
		c, _, err := websocket.Dial(context.Background(), "ws"+strings.TrimPrefix(server.URL, "http"), nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = c.CloseNow() })
		conns = append(conns, c)
	}
	return conns
}

// pingID numbers the pings of all benchmarks of this process.
var pingID atomic.Int64

// trips makes n round trips over sockets, one at a time on each, and gives how
// long that took: time, and processor time of this process.
func trips(b *testing.B, conns []*websocket.Conn, answers, n int) (took, cpu time.Duration) {
	var done atomic.Int64
	var all sync.WaitGroup
	began, used := time.Now(), processorTime(b)
	for _, c := range conns {
		all.Go(func() {
			for done.Add(1) <= int64(n) {
				if err := c.Write(context.Background(), websocket.MessageText, []byte(ping(pingID.Add(1)))); err != nil {
					b.Error(err)
					return
				}
				for range answers {
					if _, _, err := c.Read(context.Background()); err != nil {
						b.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
	return time.Since(began), processorTime(b) - used
}

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkSockets reports what an open socket that has asked once takes of
// memory. Its client's end is in the same process and counts as well.
func BenchmarkSockets(b *testing.B) {
	d := newDesk(b, nil)
	token := d.token("app", "callgiving/*")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const sockets = 500
	for range b.N {
		for i := range sockets {
			l := d.open(token)
			l.ask(ping(i))
			l.next()
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(int64(after.HeapInuse+after.StackInuse)-int64(before.HeapInuse+before.StackInuse))/float64(sockets*b.N), "B/socket")
}
