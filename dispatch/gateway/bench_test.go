package gateway

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"
)

const benchSockets = 64

// BenchmarkPing counts round trips of pings, one at a time on each of 64 sockets:
// a request, its acknowledgement and its result, which has been to the site's
// goroutine. Clients are in the same process: it is for profiles, and
// BenchmarkGatewayPing in bench/ for the figure.
func BenchmarkPing(b *testing.B) {
	d := newDesk(b, func(c *Config) { c.Limits.Rate, c.Limits.Burst = 1e9, 1e9 })
	token := d.token("app", "callgiving/*")
	var conns []*websocket.Conn
	for range benchSockets {
		conns = append(conns, d.open(token).conn)
	}
	var number atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for _, c := range conns {
		all.Go(func() {
			for n := number.Add(1); n <= int64(b.N); n = number.Add(1) {
				err := c.Write(context.Background(), websocket.MessageText, []byte(ping(n)))
				for range 2 {
					if err == nil {
						_, _, err = c.Read(context.Background())
					}
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}
