package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// appConnections bounds the connections to the app API. A phone has one of its
// own in earnest; here the tenants' phones share them, so that a service that
// leaves this many requests unanswered makes the next ones wait. That counts in
// their latency, as all does from the instant at which they were due.
const appConnections = 128

// appAPI makes the requests of phones and of a building's Manager.
type appAPI struct {
	target *Target
	client *http.Client
}

func newAppAPI(t *Target) *appAPI {
	transport := t.client.Transport.(*http.Transport).Clone() // dials under the same rules
	transport.MaxConnsPerHost, transport.MaxIdleConnsPerHost = appConnections, appConnections
	return &appAPI{target: t, client: &http.Client{Transport: transport, CheckRedirect: t.client.CheckRedirect}}
}

func (a *appAPI) close() { a.client.CloseIdleConnections() }

// appAnswer is what came back.
type appAnswer struct {
	code  int
	word  string        // of a refusal, such as too-many-calls
	again time.Duration // after which a refused request may be made again; 0 = the answer says nothing
	body  []byte
}

func (a *appAnswer) good() bool { return a.code/100 == 2 }

// mostAppBody bounds what is read of an answer of the app API.
const mostAppBody = 1 << 20

// ask makes one request. No body is sent for nil. Errors hold neither token nor
// anything of the body.
func (a *appAPI) ask(ctx context.Context, bearer, method, path string, body any) (*appAnswer, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			panic("BUG: a request that is no JSON: " + err.Error())
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, a.target.url("/app/v1"+path), bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("app API: %w", plain(err))
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	got, err := a.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("app API: %w", plain(err))
	}
	defer got.Body.Close()
	answer := &appAnswer{code: got.StatusCode}
	if answer.body, err = io.ReadAll(io.LimitReader(got.Body, mostAppBody)); err != nil {
		return nil, fmt.Errorf("app API: reading the answer: %w", err)
	}
	if !answer.good() {
		var told struct{ Error string }
		if json.Unmarshal(answer.body, &told) == nil {
			answer.word = named(told.Error)
		}
		if s, err := strconv.Atoi(got.Header.Get("Retry-After")); err == nil {
			answer.again = time.Duration(min(max(s, 1), 60)) * time.Second
		}
	}
	return answer, nil
}

// insist makes a request until the service is not too busy for it, waiting as
// long as it asks for or a second, and decodes the answer into what is not nil.
func (a *appAPI) insist(ctx context.Context, what, bearer, method, path string, body, into any) error {
	for {
		answer, err := a.ask(ctx, bearer, method, path, body)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if overloaded(answer.code) {
			if !pause(ctx, max(answer.again, time.Second)) {
				return fmt.Errorf("%s: %w while the target answers %d %s", what, context.Cause(ctx), answer.code, answer.word)
			}
			continue
		}
		if !answer.good() {
			return status{what: what, code: answer.code, message: answer.word}
		}
		if into == nil {
			return nil
		}
		if err := json.Unmarshal(answer.body, into); err != nil {
			return fmt.Errorf("%s: the answer is not the JSON that was expected: %w", what, err)
		}
		return nil
	}
}
