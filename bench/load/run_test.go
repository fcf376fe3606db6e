package load

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hoistway/bench/load/outcome"
)

func mustRun(t *testing.T, o Options) *outcome.File {
	t.Helper()
	file, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Check(); err != nil {
		t.Fatal(err)
	}
	return file
}

// A load on a server that does everything right: every request has its answers,
// every call its end, and both sides counted the same.
func TestRun(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.metrics = true
	o := f.options(t)
	o.Plan.WarmUp = 0 // so that both sides count everything
	file := mustRun(t, o)
	if file.Invalid != "" {
		t.Fatalf("the run is invalid: %s", file.Invalid)
	}
	m := file.Measured
	for _, name := range []string{"token", "open", "create-session", "config", "ping", "call", "monitor", "delete"} {
		e := m.Exchange(name)
		if e == nil {
			t.Errorf("nothing was measured of %s", name)
			continue
		}
		if e.Sent == 0 || e.Answered != e.Sent {
			t.Errorf("%s: %d sent and %d answered, want all", name, e.Sent, e.Answered)
		}
	}
	if got := m.Exchange("call").Sent; got != f.calls.Load() || got < 20 {
		t.Errorf("%d calls were sent, the server counted %d; some 50 were asked for", got, f.calls.Load())
	}
	if m.Calls.Deleted != f.deleted.Load() || m.Calls.Deleted == 0 {
		t.Errorf("%d calls were taken back, the server counted %d", m.Calls.Deleted, f.deleted.Load())
	}
	if m.Calls.Served != m.Calls.Watched || m.Calls.Watched+m.Calls.Deleted != m.Calls.Accepted {
		t.Errorf("calls do not add up: %+v", m.Calls)
	}
	if m.Served.N != m.Calls.Served || m.Served.P50 < f.served.Seconds() {
		t.Errorf("served: %d calls in %v s, want %d in no less than %v", m.Served.N, m.Served.P50, m.Calls.Served, f.served)
	}
	var sent int64
	for _, i := range m.Timeline {
		sent += i.Sent
	}
	if want := m.Exchange("call").Sent + m.Exchange("ping").Sent; sent != want {
		t.Errorf("the timeline has %d requests, want %d", sent, want)
	}
	if len(file.Server.Counters) != 1 || file.Server.Counters[0].N != f.calls.Load() || len(file.Server.Samples) < 2 {
		t.Errorf("the server's view is %+v, want its %d calls and two samples", file.Server, f.calls.Load())
	}
}

// The test of coordinated omission: a server that stands still for a second is
// charged for everything that was due in that second, though a client that waits
// for answers would have sent next to nothing in it.
func TestAStallCountsForEverythingThatWasDueInIt(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	var from atomic.Int64 // since f.began; 0 = not yet
	const stall = time.Second
	f.delay = func(since time.Duration) time.Duration {
		if at := time.Duration(from.Load()); at > 0 && since >= at && since < at+stall {
			return at + stall - since
		}
		return 0
	}
	o := f.options(t)
	o.Plan.Sessions, o.Plan.Rate, o.Plan.PingRate = 4, 0, 200
	o.Plan.WarmUp, o.Plan.Duration = 0, 3*time.Second
	o.Progress = func(p Progress) {
		if p.Stage == "loading" && p.Done >= 0.8 {
			from.CompareAndSwap(0, int64(time.Since(f.began)))
		}
	}
	m := mustRun(t, o).Measured
	ping := m.Exchange("ping")
	if ping.Sent < 590 || ping.Answered != ping.Sent {
		t.Fatalf("%d pings sent and %d answered, want some 600 of each", ping.Sent, ping.Answered)
	}
	// A third of all pings was due in the stall, evenly: 1/3 of them waited from
	// 1 s to 0 s. Then 90 % of all waited less than 0.7 s, 75 % less than 0.25 s.
	for _, c := range []struct {
		share     float64
		low, high float64
	}{{0.5, 0, 0.15}, {0.75, 0.12, 0.45}, {0.9, 0.55, 0.9}, {0.99, 0.9, 1.2}} {
		got := -1.0
		for _, p := range ping.Ack.Curve {
			if p.Share == c.share {
				got = p.Seconds
			}
		}
		if got < c.low || got > c.high {
			t.Errorf("%v of the pings were acknowledged within %v s, want between %v and %v", c.share, got, c.low, c.high)
		}
	}
}

// What a test's server is told to do wrong turns up where it belongs.
func TestFailuresAreToldApart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sentence string
		set      func(f *fake, o *Options)
		check    func(t *testing.T, file *outcome.File)
	}{
		{"an error acknowledgement is a refusal, named without its numbers", func(f *fake, o *Options) {
			f.refuse = func(callType string) int { return map[string]int{"action": 403}[callType] }
		}, func(t *testing.T, file *outcome.File) {
			e := file.Measured.Exchange("call")
			if e.Refused != e.Sent || e.Result.N != 0 || e.Ack.N != 0 {
				t.Errorf("%+v: want all refused, and none in the latencies", e)
			}
			if r := file.Measured.Refusals; len(r) != 1 || r[0].Name != "call: 403 no, # times" {
				t.Errorf("refusals are %+v", r)
			}
		}},
		{"429 is shed load and no error", func(f *fake, o *Options) {
			f.refuse = func(callType string) int { return map[string]int{"action": 429}[callType] }
		}, func(t *testing.T, file *outcome.File) {
			e := file.Measured.Exchange("call")
			if e.Shed != e.Sent || e.Refused != 0 {
				t.Errorf("%+v: want all shed", e)
			}
			for i, v := range judge([]Threshold{{Metric: "load_errors", Op: "<="}, {Metric: "load_shed", Op: ">", Bound: 10}}, &file.Measured, &Plan{Rate: 1}) {
				if !v.Pass {
					t.Errorf("verdict %d: %s", i, v.Why)
				}
			}
		}},
		{"requests without an answer count with the time they were waited for", func(f *fake, o *Options) {
			o.Plan.Timeout = 300 * time.Millisecond
			f.delay = func(since time.Duration) time.Duration {
				if f.pings.Load() > 3 {
					return time.Minute
				}
				return 0
			}
			o.Plan.Rate, o.Plan.Settle = 0, 0
		}, func(t *testing.T, file *outcome.File) {
			e := file.Measured.Exchange("ping")
			if e.Unanswered < e.Sent/2 || e.Ack.N != e.Sent || e.Ack.P50 < 0.3 || e.Silent != e.Unanswered {
				t.Errorf("%+v: want most unanswered after 0.3 s, and all in the latencies", e)
			}
			if got := acknowledged(&file.Measured); got != float64(e.Sent-e.Silent) {
				t.Errorf("%v requests count as acknowledged, want %d", got, e.Sent-e.Silent)
			}
		}},
		{"sockets that are closed are counted by their code, opened again, and lose what was under way", func(f *fake, o *Options) {
			f.closeAt, f.closeCode = 700*time.Millisecond, websocket.StatusGoingAway
			o.Plan.WarmUp, o.Plan.Duration = 0, 2*time.Second
			f.served = time.Minute
			o.Plan.Settle = 0
		}, func(t *testing.T, file *outcome.File) {
			if c := file.Measured.Closes; len(c) != 1 || c[0].Name != "1001" || c[0].N < 8 {
				t.Errorf("closes are %+v, want 8 with code 1001", c)
			}
			if c := file.Measured.Calls; c.Unfinished != c.Watched || c.Watched == 0 {
				t.Errorf("%+v: want every watched call unfinished", c)
			}
		}},
		{"too few sessions are no load", func(f *fake, o *Options) {
			var n atomic.Int64
			inner := f.Config.Handler
			f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/stream-v2" && n.Add(1) > 4 {
					w.WriteHeader(http.StatusTooManyRequests)
					return
				}
				inner.ServeHTTP(w, r)
			})
		}, func(t *testing.T, file *outcome.File) {
			if e := file.Measured.Exchange("open"); e.Shed != 4 || e.Answered != 4 {
				t.Errorf("%+v: want 4 opened and 4 shed", e)
			}
			if !strings.Contains(file.Invalid, "only 4 of 8 sessions") {
				t.Errorf("invalid is %q", file.Invalid)
			}
		}},
		{"a building of fewer floors is loaded at the same heights, and the result says so", func(f *fake, o *Options) {
			f.floors = 3
		}, func(t *testing.T, file *outcome.File) {
			if len(file.Notes) != 1 || !strings.Contains(file.Notes[0], "same relative height") {
				t.Errorf("notes are %q", file.Notes)
			}
			if e := file.Measured.Exchange("call"); e.Answered == 0 {
				t.Errorf("no call was answered: %+v", e)
			}
		}},
		{"a client that is too late makes the run invalid", func(f *fake, o *Options) {
			o.Plan.MaxLateness = time.Nanosecond
		}, func(t *testing.T, file *outcome.File) {
			if !strings.Contains(file.Invalid, "not the target, was too slow") {
				t.Errorf("invalid is %q", file.Invalid)
			}
		}},
		{"a server without metrics has no view of its own", func(*fake, *Options) {}, func(t *testing.T, file *outcome.File) {
			if file.Server.Withheld != "the target answers 404 at /metrics" {
				t.Errorf("withheld is %q", file.Server.Withheld)
			}
		}},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			o := f.options(t)
			c.set(f, &o)
			c.check(t, mustRun(t, o))
		})
	}
}

func TestWhatCannotBeLoaded(t *testing.T) {
	for _, c := range []struct {
		sentence string
		set      func(f *fake, o *Options)
		want     string
	}{
		{"a wrong secret", func(f *fake, o *Options) { o.Client.Secret = "another" }, "token: the target answered 401 Unauthorized: unknown client"},
		{"sockets that are refused", func(f *fake, o *Options) { f.openCode = 403 }, "no session could be opened: socket: the target answered 403 Forbidden"},
		{"nobody there", func(f *fake, o *Options) { f.Close() }, "connection refused"},
		{"a configuration that is not given", func(f *fake, o *Options) { f.refuse = func(string) int { return 404 } }, "configuration of group b1:1 could not be read"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			f := newFake(t)
			o := f.options(t)
			c.set(f, &o)
			_, err := Run(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error is %v, want %q in it", err, c.want)
			}
			for _, secret := range []string{"tok.en", "a secret of some length"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error holds a token or secret: %v", err)
				}
			}
		})
	}
}

// An interrupted run ends at once, with nothing left running.
func TestInterrupted(t *testing.T) {
	before := runtime.NumGoroutine()
	f := newFake(t)
	o := f.options(t)
	o.Plan.Duration = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = func(p Progress) {
		if p.Stage == "loading" {
			cancel()
		}
	}
	began := time.Now()
	file, err := Run(ctx, o)
	if file != nil || !errors.Is(err, context.Canceled) || time.Since(began) > 8*time.Second {
		t.Errorf("ended with %v and %v after %v, want the context's error soon", file, err, time.Since(began))
	}
	f.Close()
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before+2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines are left:\n%s", runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		}
	}
}
