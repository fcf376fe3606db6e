package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/VictoriaMetrics/metrics"
)

// front is the HTTP side of a gateway with two buildings, spoken to without a
// network: north has two banks, south has one.
type front struct {
	t            *testing.T
	gateway      *Gateway
	handler      http.Handler
	metrics      *metrics.Set
	log          *bytes.Buffer
	north, south *fakeBuilding
}

// Clients of a front. Each one's secret is its ID, backwards.
const (
	backend = "backend" // may do everything
	robots  = "robots"  // robotcall in group 1 of north
	watcher = "watcher" // rtm of north's second car, serviceinfo of south's
)

func secretOf(id string) string {
	b := []byte(id)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// withFront lets a test speak to a front, on a clock of its own.
func withFront(t *testing.T, test func(f *front)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &front{t: t, metrics: metrics.NewSet(), log: &bytes.Buffer{}, north: newFakeBuilding(8, 2, 1), south: newFakeBuilding(4, 1)}
		var err error
		f.gateway, err = Open(Config{
			Buildings: []Building{{"north", f.north}, {"south", f.south}},
			Clients: []Client{
				{ID: backend, Secret: secretOf(backend)},
				{ID: robots, Secret: secretOf(robots), Scopes: []string{"robotcall/group:north:1"}},
				{ID: watcher, Secret: secretOf(watcher), Scopes: []string{"rtm/ken:" + ken(0, 0, 1), "serviceinfo/ken:" + ken(1, 0, 0)}},
			},
			Speed: 1, Metrics: f.metrics, Log: slog.New(slog.NewTextHandler(f.log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		f.handler = f.gateway.Handler()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- f.gateway.Run(ctx) }()
		defer func() {
			stop()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}()
		test(f)
	})
}

// ask is a request.
type ask struct {
	method, path   string
	client, secret string // Basic
	bearer         string
	media, body    string
	from           string // address; "" = the same for all
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

func (f *front) do(a ask) reply {
	f.t.Helper()
	r := httptest.NewRequest(a.method, a.path, strings.NewReader(a.body))
	if a.from != "" {
		r.RemoteAddr = a.from
	}
	if a.client != "" {
		r.SetBasicAuth(a.client, a.secret)
	}
	if a.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+a.bearer)
	}
	if a.media != "" {
		r.Header.Set("Content-Type", a.media)
	}
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	return reply{w.Code, w.Header(), w.Body.String()}
}

// into reads the answer's JSON.
func (a reply) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("status %d, body %q: %v", a.status, a.body, err)
	}
}

// refused checks that the answer is an error body with a message, and gives its
// first fault.
func (a reply) refused(t *testing.T, status int) requestFault {
	t.Helper()
	var body struct {
		Message string         `json:"message"`
		Errors  []requestFault `json:"errors"`
	}
	if a.status != status {
		t.Errorf("status %d, body %s: want %d", a.status, a.body, status)
		return requestFault{}
	}
	a.into(t, &body)
	if body.Message == "" || body.Errors == nil {
		t.Errorf("error body %s: want a message and a list", a.body)
	}
	if len(body.Errors) == 0 {
		return requestFault{}
	}
	return body.Errors[0]
}

const formMedia, jsonMedia = "application/x-www-form-urlencoded", "application/json"

// master is a token for a client and scopes.
func (f *front) master(client, scopes string) string {
	f.t.Helper()
	return f.token(f.do(ask{method: "POST", path: tokenPath, client: client, secret: secretOf(client), media: formMedia, body: "grant_type=client_credentials&scope=" + scopes}))
}

// limited is a limited token made from another.
func (f *front) limited(master, body string) string {
	f.t.Helper()
	return f.token(f.do(ask{method: "POST", path: limitedPath, bearer: master, media: jsonMedia, body: body}))
}

func (f *front) token(a reply) string {
	f.t.Helper()
	var body struct {
		Token string `json:"access_token"`
	}
	if a.into(f.t, &body); a.status != 200 || body.Token == "" {
		f.t.Fatalf("no token: status %d, %s", a.status, a.body)
	}
	return body.Token
}
