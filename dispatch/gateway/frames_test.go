package gateway

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// limited serves a desk's gateway behind its own limits and gives the address.
func (d *desk) limited() string {
	s := httptest.NewUnstartedServer(nil)
	s.Config = d.gateway.Server(d.gateway.Handler())
	s.Listener = d.gateway.Listen(s.Listener)
	s.Start()
	d.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// In TestAMillionFrames.
const (
	mostBytes = 4096 // of a message
	slow      = 1013 // the close code
)

// mangler makes frames that a socket has to survive, or to end in order.
type mangler struct{ *rand.Rand }

// sound are requests of every kind. %d is a number.
var sound = []string{
	`{"type":"common-api","buildingId":"building:twin1","callType":"ping","groupId":"1","payload":{"request_id":%d}}`,
	`{"type":"common-api","requestId":"c%d","buildingId":"building:twin1","callType":"config","groupId":"1"}`,
	`{"type":"common-api","requestId":"a%d","buildingId":"building:twin1","callType":"actions","groupId":"1","payload":{}}`,
	`{"type":"lift-call-api-v2","buildingId":"building:twin1","callType":"action","groupId":"1","payload":{"request_id":%d,"area":1000,"time":"2026-01-05T08:00:00Z","terminal":1,"media_id":"","call":{"action":2,"destination":3000,"delay":0,"group_size":1,"allowed_lifts":[1001010],"activate_call_states":["fixed"]}}}`,
	`{"type":"lift-call-api-v2","buildingId":"building:twin1","callType":"delete","groupId":"1","payload":{"request_id":%d,"session_id":1}}`,
	`{"type":"lift-call-api-v2","buildingId":"building:twin1","callType":"hold_open","groupId":"1","payload":{"request_id":%d,"lift_deck":1001010,"served_area":1000,"hard_time":1,"soft_time":2}}`,
	`{"type":"site-monitoring","requestId":"m%d","buildingId":"building:twin1","callType":"monitor","groupId":"1","payload":{"sub":"s","duration":300,"subtopics":["lift_1/position","call_state/+/fixed","+/+/+"]}}`,
	`{"type":"create-session","requestId":"s%d"}`,
	`{"type":"resume-session","requestId":"r%d","sessionId":"x","resendLatestStateUpToSeconds":600}`,
}

// strange is put where it does not belong.
var strange = []string{
	`1e400`, `-1e308`, `9007199254740993`, `-0`, `null`, `true`, `"`, `\`, `\u0000`, `\ud800`, `{`, `}`, `[`, `]`, `,`, `:`, `""`, `{}`, `[]`, "\xff", "\x00", "\u2028",
	`"type":"common-api",`, `"buildingId":1,`, `"buildingId":"x",`, `"payload":[],`, `"payload":{},`, `"groupId":"",`, `"callType":null,`, strings.Repeat("[", 40), strings.Repeat(`{"a":`, 40), "building:", "+/+/+", "60e18",
}

// text is a message: sound, mutated or random.
func (m mangler) text() []byte {
	if m.IntN(8) == 0 {
		b := make([]byte, m.IntN(200))
		for i := range b {
			b[i] = byte(m.Uint32())
		}
		return b
	}
	one := sound[m.IntN(len(sound))]
	if strings.Contains(one, "monitor") && m.IntN(10) > 0 { // few: a socket that hears everything many times over is too slow, and ends for that
		one = sound[0]
	}
	b := []byte(fmt.Sprintf(one, m.IntN(1_000_000)))
	for range m.IntN(4) {
		at := m.IntN(len(b) + 1)
		to := min(len(b), at+m.IntN(20))
		switch m.IntN(5) {
		case 0: // another byte
			if at < len(b) {
				b[at] ^= 1 << m.IntN(8)
			}
		case 1: // a hole
			b = append(b[:at:at], b[to:]...)
		case 2: // twice
			b = append(b[:to:to], b[at:]...)
		case 3: // cut off
			b = b[:at]
		case 4: // something strange
			b = append(append(append([]byte{}, b[:at]...), strange[m.IntN(len(strange))]...), b[at:]...)
		}
	}
	return b
}

// harmless is a message, or something that a socket takes between messages, in
// as many frames as it says.
func (m mangler) harmless() (wire []byte, frames int) {
	switch m.IntN(20) {
	case 0: // of the protocol: ping, or pong that nobody asked for
		return wsFrame(0x89+byte(m.IntN(2)), make([]byte, m.IntN(126)), true), 1
	case 1: // nothing
		return wsFrame(0x81, nil, true), 1
	case 2, 3: // in pieces, with a ping between them and empty ones
		text := m.text()
		for first := byte(1); ; first = 0 {
			n := m.IntN(len(text) + 1)
			wire, frames = append(wire, wsFrame(first, text[:n], true)...), frames+1
			if text = text[n:]; frames >= 4 {
				return append(wire, wsFrame(0x80, text, true)...), frames + 1
			}
			if m.IntN(4) == 0 {
				wire, frames = append(wire, wsFrame(0x89, []byte("between"), true)...), frames+1
			}
		}
	case 4: // binary
		return wsFrame(0x82, m.text(), true), 1
	}
	return wsFrame(0x81, m.text(), true), 1
}

// deadly is what has to end a socket, and with which close codes.
type deadly struct {
	what  string
	wire  func(m mangler) []byte
	codes []int // 0 = the library may end the connection without a word
}

var deadlies = []deadly{
	{"an opcode that is none", func(m mangler) []byte { return wsFrame(0x80|byte(3+m.IntN(5)), []byte("x"), true) }, []int{1002}},
	{"a control opcode that is none", func(m mangler) []byte { return wsFrame(0x80|byte(11+m.IntN(5)), []byte("x"), true) }, []int{1002}},
	{"reserved bits", func(m mangler) []byte { return wsFrame(0x81|byte(1+m.IntN(7))<<4, m.text(), true) }, []int{1002}},
	{"no mask", func(m mangler) []byte { return wsFrame(0x81, m.text(), false) }, []int{1002, 0}},
	{"a long ping", func(mangler) []byte { return wsFrame(0x89, make([]byte, 126), true) }, []int{1002}},
	{"a ping in pieces", func(mangler) []byte { return wsFrame(0x09, []byte("x"), true) }, []int{1002}},
	{"a piece of nothing", func(m mangler) []byte { return wsFrame(0x80, m.text(), true) }, []int{1002}},
	{"a message within a message", func(m mangler) []byte {
		return append(wsFrame(0x01, []byte("{"), true), wsFrame(0x81, []byte("}"), true)...)
	}, []int{1002}},
	{"a length below nothing", func(m mangler) []byte {
		return binary.BigEndian.AppendUint64([]byte{0x81, 0xff}, 1<<63|m.Uint64())
	}, []int{1002, 0}},
	{"too long", func(m mangler) []byte { return wsFrame(0x81, make([]byte, mostBytes+1+m.IntN(mostBytes)), true) }, []int{1009}},
	{"too long in pieces", func(mangler) []byte {
		wire := wsFrame(0x01, make([]byte, mostBytes), true)
		return append(wire, wsFrame(0x80, make([]byte, 100), true)...)
	}, []int{1009}},
	{"a close code that is none", func(mangler) []byte { return wsFrame(0x88, []byte{0, 1}, true) }, []int{1002}},
	{"half a close code", func(mangler) []byte { return wsFrame(0x88, []byte{3}, true) }, []int{1002}},
	{"an end in order", func(mangler) []byte { return wsFrame(0x88, []byte{3, 0xe8}, true) }, []int{1000}},
}

// TestAMillionFrames sends random, mutated, fragmented, oversized and malformed
// frames over real sockets. Whatever comes: the sockets live or end with the
// close code that is due, the building still answers, and when all have left,
// goroutines and memory are what they were. HOISTWAY_FRAMES=1000000 is the long
// form; HOISTWAY_SEED repeats a run.
func TestAMillionFrames(t *testing.T) {
	total, seed := uint64(20_000), rand.Uint64()
	for name, to := range map[string]*uint64{"HOISTWAY_FRAMES": &total, "HOISTWAY_SEED": &seed} {
		if text := os.Getenv(name); text != "" {
			v, err := strconv.ParseUint(text, 10, 64)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			*to = v
		}
	}
	t.Logf("HOISTWAY_FRAMES=%d HOISTWAY_SEED=%d", total, seed)
	d := newDesk(t, func(c *Config) {
		c.Buildings[0].Building = house(t)
		c.Speed = 4
		l := &c.Limits
		l.Frame, l.Rate, l.Burst, l.Grace, l.Calls, l.Subscription, l.Outbox = mostBytes, 1e9, 1e9, 50*time.Millisecond, 20, 5*time.Second, 8192
	})
	address, token := d.limited(), d.token("app", "robotcall/*")
	d.server.Client().CloseIdleConnections()

	var sent, sockets atomic.Int64
	var mu sync.Mutex
	codes := map[string]int{}
	worker := func(m mangler, until int64) {
		for sent.Load() < until {
			w, err := openRaw(address, token)
			if err != nil {
				t.Errorf("a socket does not open: %v", err)
				return
			}
			sockets.Add(1)
			for batch := 0; batch < 20 && sent.Load() < until; batch++ {
				var wire []byte
				n := 0
				for len(wire) < 8<<10 {
					some, frames := m.harmless()
					wire, n = append(wire, some...), n+frames
				}
				if err := w.write(wire); err != nil {
					break
				}
				sent.Add(int64(n))
			}
			// Who subscribes many times to everything may be too slow for what comes;
			// nothing else that is harmless ends a socket.
			err = w.answers(1_000_000 + int(sent.Add(1)))
			code := w.closed()
			if err != nil {
				code = w.closeCode(5 * time.Second)
			}
			if err != nil && code != slow {
				t.Errorf("after harmless frames: closed with %d, %v", code, err)
			}
			if code == slow {
				_ = w.Close()
				<-w.over
				mu.Lock()
				codes[fmt.Sprint(code)]++
				mu.Unlock()
				continue
			}
			if m.IntN(5) == 0 { // cut within a frame
				_ = w.write(wsFrame(0x81, m.text(), true)[:1+m.IntN(5)])
				_ = w.Close()
				<-w.over
				continue
			}
			end := deadlies[m.IntN(len(deadlies))]
			sent.Add(1)
			_ = w.write(end.wire(m))
			code = w.closeCode(10 * time.Second)
			ok := code == slow
			for _, want := range end.codes {
				ok = ok || code == want
			}
			if !ok {
				t.Errorf("%s: closed with %d, want one of %d", end.what, code, end.codes)
			}
			mu.Lock()
			codes[fmt.Sprint(code)]++
			mu.Unlock()
			_ = w.Close()
			<-w.over
		}
	}
	const workers = 8
	play := func(from uint64, until int64) {
		var all sync.WaitGroup
		for i := range workers {
			all.Go(func() { worker(mangler{rand.New(rand.NewPCG(seed, from+uint64(i)))}, until) })
		}
		all.Wait()
		d.eventually("all sockets and sessions are gone", func() bool {
			sockets, sessions := d.gateway.streams.count()
			return sockets+sessions == 0
		})
	}
	play(0, 2000) // until pools and tables have their size
	goroutines, heap := d.atRest()
	began := time.Now()
	play(100, int64(total))
	took := time.Since(began)
	after, left := d.atRest()
	understood := uint64(0)
	for _, c := range d.gateway.streams.meter.messages {
		understood += c.Get()
	}
	if understood < total/2 {
		t.Errorf("of %d frames %d messages were read", sent.Load(), understood)
	}
	t.Logf("%d frames, %d messages read over %d sockets in %v; close codes %v; goroutines %d -> %d, heap %d -> %d KiB", sent.Load(), understood, sockets.Load(), took.Round(time.Millisecond), codes, goroutines, after, heap>>10, left>>10)
	if after > goroutines+5 {
		all := make([]byte, 1<<16)
		t.Errorf("%d goroutines, %d before:\n%s", after, goroutines, all[:runtime.Stack(all, true)])
	}
	if left > heap+4<<20 {
		t.Errorf("%d KiB of heap, %d before", left>>10, heap>>10)
	}
	w := rawSocket(t, address, token)
	if err := w.answers(1); err != nil && err != io.EOF {
		t.Errorf("the building afterwards: %v", err)
	} else if err != nil {
		t.Errorf("the building afterwards: closed with %d", w.closed())
	}
}

// atRest is the goroutines and the bytes in use once neither shrinks any more.
func (d *desk) atRest() (goroutines int, heap uint64) {
	var m runtime.MemStats
	goroutines, heap = 1<<30, 1<<62
	for calm := 0; calm < 5; calm++ {
		time.Sleep(30 * time.Millisecond)
		runtime.GC()
		runtime.ReadMemStats(&m)
		if n := runtime.NumGoroutine(); n < goroutines || m.HeapAlloc < heap-64<<10 {
			calm = 0
		}
		goroutines, heap = min(goroutines, runtime.NumGoroutine()), min(heap, m.HeapAlloc)
	}
	return goroutines, heap
}
