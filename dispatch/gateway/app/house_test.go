package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

// noon is when the tests begin, a Monday. The examples of openapi.json go by it.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const (
	mail       = "aino@example.org"
	password   = "correct horse battery"
	credential = "the-towers-own-credential"
)

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.at = c.at.Add(d) }

// text is a log that several write to.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *text) Write(p []byte) (int, error) { t.mu.Lock(); defer t.mu.Unlock(); return t.b.Write(p) }
func (t *text) String() string              { t.mu.Lock(); defer t.mu.Unlock(); return t.b.String() }

// lifts keep calls until the test ends them.
type lifts struct {
	mu    sync.Mutex
	calls []*liftCall
	err   error
}

type liftCall struct {
	building, bank string
	from, to       int
	ready          time.Duration
	assigned       func(string, time.Duration)
	ended          func(bool)
	cancelled      bool
}

func (l *lifts) Call(building, bank string, from, to int, ready time.Duration, assigned func(string, time.Duration), ended func(bool)) (func(), error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return nil, l.err
	}
	c := &liftCall{building, bank, from, to, ready, assigned, ended, false}
	l.calls = append(l.calls, c)
	return func() { l.mu.Lock(); defer l.mu.Unlock(); c.cancelled = true }, nil
}

func (l *lifts) last() liftCall { l.mu.Lock(); defer l.mu.Unlock(); return *l.calls[len(l.calls)-1] }

// towers are the buildings of the tests: a residential tower and an office.
func towers() []Building {
	return []Building{
		{
			Building:    remotecall.Building{Name: "tower", Floors: []string{"G", "1", "2", "3"}, Manager: credential, Banks: []remotecall.Bank{{Name: "low", Floors: []string{"G", "1", "2"}}, {Name: "high", Floors: []string{"G", "3"}}}},
			Residential: true, Intercom: true, Logs: []registry.LogDeclaration{{Name: "lifts", Fields: []string{"floor", "result"}, Purpose: registry.ToSecure, Retention: 24 * time.Hour}},
		},
		{Building: remotecall.Building{Name: "office", Floors: []string{"G", "1"}, Banks: []remotecall.Bank{{Name: "main", Floors: []string{"G", "1"}}}}},
	}
}

// world is an API before a service in memory.
type world struct {
	t testing.TB
	clock
	house   *House
	api     *API
	lifts   *lifts
	log     *text
	metrics *metrics.Set
	spec    *spec
}

func newWorld(t testing.TB, change ...func(*Config)) *world {
	t.Helper()
	w := &world{t: t, lifts: &lifts{}, log: &text{}, metrics: metrics.NewSet(), spec: theSpec(t)}
	w.at = noon
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	if w.house, err = Open(Options{Buildings: towers(), Now: w.now, Log: log, Metrics: w.metrics, Cost: registry.TestCost}); err != nil {
		t.Fatal(err)
	}
	c := Config{Service: w.house.Service, Lifts: w.lifts, Buildings: w.house.Buildings, Policy: w.house.Policy, Now: w.now, Log: log, Metrics: w.metrics}
	for _, f := range change {
		f(&c)
	}
	if w.api, err = New(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.api.Close()
		if err := w.house.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// reply is an answer.
type reply struct {
	status int
	header http.Header
	body   map[string]any
	raw    string
}

// send makes a request with any body and headers and holds the answer against
// the description.
func (w *world) send(method, path, who, body string, header ...string) reply {
	w.t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, path, in)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+who)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.api.ServeHTTP(rec, r)
	got := reply{status: rec.Code, header: rec.Header(), raw: rec.Body.String()}
	if rec.Header().Get("Cache-Control") != "no-store" {
		w.t.Errorf("%s %s: the answer may be stored", method, path)
	}
	if got.raw != "" {
		if err := json.Unmarshal(rec.Body.Bytes(), &got.body); err != nil {
			w.t.Fatalf("%s %s: the answer is no JSON object: %v", method, path, err)
		}
	}
	w.spec.holds(w.t, method, path, got)
	return got
}

// ask makes a request and wants a status. The body is a value for JSON, nil for
// none.
func (w *world) ask(want int, method, path, who string, body any) reply {
	w.t.Helper()
	text := ""
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		text = string(b)
	}
	got := w.send(method, "/app/v1/"+path, who, text)
	if got.status != want {
		w.t.Fatalf("%s %s: status %d, want %d: %s", method, path, got.status, want, got.raw)
	}
	return got
}

// refused makes a request and wants a refusal.
func (w *world) refused(want remotecall.Refusal, method, path, who string, body any) reply {
	w.t.Helper()
	got := w.ask(answers[want].status, method, path, who, body)
	if got.body["error"] != string(want) {
		w.t.Fatalf("%s %s: got %s, want %s", method, path, got.raw, want)
	}
	return got
}

type m = map[string]any

func flowUser(email string) m {
	return m{"name": "Aino Virtanen", "gender": "female", "country": "FI", "language": "fi", "phone": "+358 40 123456", "email": email, "password": password, "building": "tower"}
}

// dweller is somebody who is signed in.
type dweller struct{ email, token, subject string }

// signUp opens an account of Flow and signs in.
func (w *world) signUp(email string) dweller {
	w.t.Helper()
	subject := w.ask(201, "POST", "flow/accounts", "", flowUser(email)).body["subject"].(string)
	token := w.ask(201, "POST", "logins", "", m{"service": "flow", "email": email, "password": password}).body["token"].(string)
	return dweller{email, token, subject}
}

// resident is somebody who may go everywhere in the tower and grant it.
func (w *world) resident(email string) dweller {
	w.t.Helper()
	d := w.signUp(email)
	got := w.ask(200, "POST", "buildings/tower/people", credential, m{"service": "flow", "email": email, "name": "Aino Virtanen"})
	if got.body["subject"] != d.subject {
		w.t.Fatalf("admitted %v, signed up as %s", got.body["subject"], d.subject)
	}
	w.grant(d)
	return d
}

func (w *world) grant(d dweller) (permission string) {
	w.t.Helper()
	return w.ask(201, "POST", "buildings/tower/people/"+d.subject+"/permissions", credential, m{"service": "flow", "may_grant": true}).body["permission"].(string)
}

func call(from, to string) m {
	return m{"building": "tower", "from": from, "to": to, "position": m{"east": 3, "north": -2}, "distance": 40}
}

func keyTo(floors ...string) m {
	return m{"building": "tower", "visitor": "Plumber Virtasalmi", "floors": floors, "from": noon, "until": noon.Add(6 * time.Hour), "uses": 2, "consent": true}
}

func (w *world) key(d dweller, floors ...string) (key, code string) {
	w.t.Helper()
	got := w.ask(201, "POST", "visitor-keys", d.token, keyTo(floors...))
	return got.body["key"].(string), got.body["code"].(string)
}

func callPath(got reply) string { return fmt.Sprintf("calls/%v", got.body["call"]) }
