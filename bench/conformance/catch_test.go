package conformance_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"hoistway/bench/conformance"
	"hoistway/dispatch/gateway"
	"hoistway/scenarios"
	"hoistway/twin/live"
)

// good starts a server that does everything right, with a building of its own.
func good(t *testing.T) string {
	t.Helper()
	sc, err := scenarios.Load("office-lunch", scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	limits := gateway.DefaultLimits()
	limits.Idle = idle
	g, err := gateway.Open(gateway.Config{
		Buildings: []gateway.Building{{ID: "office", Building: live.New(sc, live.Options{Seed: 1, Quiet: true})}},
		Clients:   []gateway.Client{{ID: "all", Secret: "all-secret"}, {ID: "narrow", Secret: "narrow-secret", Scopes: []string{"application/inventory"}}},
		Speed:     60, Limits: limits, Admin: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ran, served := make(chan error, 1), make(chan error, 1)
	server := g.Server(g.Handler())
	go func() { ran <- g.Run(ctx) }()
	go func() { served <- server.Serve(g.Listen(listener)) }()
	t.Cleanup(func() {
		ending, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		g.Drain(ending)
		_ = server.Close()
		stop()
		if err := <-ran; err != nil {
			t.Errorf("the gateway ended with %v", err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("the server ended with %v", err)
		}
	})
	return "http://" + listener.Addr().String()
}

// idle is how long the good server leaves a silent socket open.
const idle = 5 * time.Second

// hold runs the checks whose IDs fit a pattern. It waits so long for an answer,
// and a few times longer for a lift.
func hold(t *testing.T, url, patterns string, answer time.Duration) []conformance.Result {
	t.Helper()
	results, err := conformance.Run(t.Context(), conformance.Target{
		URL: url, ID: "all", Secret: "all-secret", Answer: answer, Ride: 6 * answer, Idle: idle,
		Other: conformance.Application{ID: "narrow", Secret: "narrow-secret", Scope: "application/inventory"},
	}, conformance.Options{Parallel: 8, Filter: func(c conformance.Check) bool { return fits(c.ID, patterns) }})
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func fits(id, patterns string) bool {
	for _, p := range strings.Fields(patterns) {
		if ok, err := path.Match(p, id); ok && err == nil {
			return true
		}
	}
	return false
}

// each makes a change of single frames from one of text.
func each(change func(string) string) func() func(string) []string {
	return func() func(string) []string {
		return func(frame string) []string {
			if frame = change(frame); frame == "" {
				return nil
			}
			return []string{frame}
		}
	}
}

// edit replaces a pattern in every frame; what becomes empty is dropped.
func edit(pattern, with string) func() func(string) []string {
	re := regexp.MustCompile(pattern)
	return each(func(frame string) string { return re.ReplaceAllString(frame, with) })
}

// drop swallows frames.
func drop(pattern string) func() func(string) []string { return edit(`(?s)^.*`+pattern+`.*$`, "") }

// page replaces a pattern in the bodies of responses of a path.
func page(suffix, pattern, with string) func(*http.Request, []byte, *reply) {
	re := regexp.MustCompile(pattern)
	return func(r *http.Request, _ []byte, w *reply) {
		if strings.HasSuffix(r.URL.Path, suffix) {
			w.body = re.ReplaceAll(w.body, []byte(with))
		}
	}
}

// claimless takes a claim out of tokens, which no client but the suite reads.
func claimless(suffix string, names ...string) func(*http.Request, []byte, *reply) {
	return func(r *http.Request, _ []byte, w *reply) {
		var answer map[string]any
		if !strings.HasSuffix(r.URL.Path, suffix) || json.Unmarshal(w.body, &answer) != nil {
			return
		}
		token, _ := answer["access_token"].(string)
		parts := strings.Split(token, ".")
		if len(parts) != 3 {
			return
		}
		raw, _ := base64.RawURLEncoding.DecodeString(parts[1])
		var claims map[string]any
		if json.Unmarshal(raw, &claims) != nil {
			return
		}
		for _, name := range names {
			delete(claims, name)
		}
		raw, _ = json.Marshal(claims)
		answer["access_token"] = parts[0] + "." + base64.RawURLEncoding.EncodeToString(raw) + "." + parts[2]
		w.body, _ = json.Marshal(answer)
	}
}

// ask replaces text in the bodies of requests.
func ask(old, with string) func(*http.Request, []byte) []byte {
	return func(_ *http.Request, body []byte) []byte { return []byte(strings.ReplaceAll(string(body), old, with)) }
}

// status exchanges statuses.
func status(change func(r *http.Request, was int) int) func(*http.Request, []byte, *reply) {
	return func(r *http.Request, _ []byte, w *reply) { w.status = change(r, w.status) }
}

// Each wrong server is caught by the checks that are there for it, and a right
// one behind the same proxy by none. Every check is named by at least one row.
func TestChecksCatch(t *testing.T) {
	if testing.Short() {
		t.Skip("every wrong server takes as long as its checks wait for what does not come")
	}
	caught := map[string]bool{}
	for _, w := range wrongs() {
		for _, c := range conformance.Checks() {
			if fits(c.ID, w.caught) {
				caught[c.ID] = true
			}
		}
	}
	for _, c := range conformance.Checks() {
		if !caught[c.ID] && !fits(c.ID, "mistake.other-side") { // no lift here has doors on two sides
			t.Errorf("no wrong server is caught by %s", c.ID)
		}
	}
	t.Run("a right server passes behind the proxy", func(t *testing.T) {
		for _, r := range hold(t, tamper{}.proxy(t, good(t)), "*", 5*time.Second) {
			// The proxy talks WebSocket in its own way.
			if r.Verdict == conformance.Failed && !fits(r.ID, "frames.unmasked frames.reserved frames.control frames.continuation frames.close limit.header token.413") {
				t.Errorf("%s: %s\n%s", r.ID, r.Sentence, r.Reason)
			}
		}
	})
	// Most of the time is waiting: more of them at once than there are processors.
	var all sync.WaitGroup
	defer all.Wait()
	free := make(chan struct{}, 16)
	for _, w := range wrongs() {
		free <- struct{}{}
		one := func(t *testing.T) {
			for _, p := range strings.Fields(w.caught) {
				if !anyFits(p) {
					t.Errorf("no check fits %s", p)
				}
			}
			server := w.server
			if server == nil {
				server = func(t *testing.T) string { return w.tamper.proxy(t, good(t)) }
			}
			for _, r := range hold(t, server(t), w.caught, 700*time.Millisecond) {
				if r.Verdict != conformance.Failed {
					t.Errorf("%s did not catch it: %s %s", r.ID, r.Verdict, r.Reason)
				} else if strings.Contains(r.Reason, "BUG") {
					t.Errorf("%s: %s", r.ID, r.Reason)
				}
			}
		}
		all.Go(func() {
			defer func() { <-free }()
			t.Run(w.sentence, one)
		})
	}
}

func anyFits(pattern string) bool {
	for _, c := range conformance.Checks() {
		if fits(c.ID, pattern) {
			return true
		}
	}
	return false
}
