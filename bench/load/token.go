package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Client is the application in whose name the load is made.
type Client struct{ ID, Secret string }

// mostBody bounds what is read of an answer over HTTP.
const mostBody = 16 << 20

// status is an answer over HTTP, or to opening a socket, that is no success.
type status struct {
	what    string
	code    int
	message string // the server's own
}

func (s status) Error() string {
	text := fmt.Sprintf("%s: the target answered %d %s", s.what, s.code, http.StatusText(s.code))
	if s.message != "" {
		text += ": " + s.message
	}
	return text
}

// overloaded tells whether a status says that the server has too much to do.
func overloaded(code int) bool {
	return code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable
}

// tokens gets tokens for one client, and shares each until it is about to end.
type tokens struct {
	target *Target
	client Client

	mu      sync.Mutex
	scope   string
	token   string
	renewAt time.Time
}

// get gives a token that is valid for a good while yet, and how long it took to
// get if it had to.
func (t *tokens) get(ctx context.Context) (token string, took time.Duration, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != "" && time.Now().Before(t.renewAt) {
		return t.token, 0, nil
	}
	began := time.Now()
	token, life, err := t.target.token(ctx, t.client, t.scope)
	if err != nil {
		return "", 0, err
	}
	t.token, t.renewAt = token, began.Add(life*8/10)
	return token, time.Since(began), nil
}

// forget makes the next get ask again.
func (t *tokens) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.token = ""
}

// token asks for a token by client credentials.
func (t *Target) token(ctx context.Context, c Client, scope string) (string, time.Duration, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url("/api/v2/oauth2/token"), strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, fmt.Errorf("token: %w", plain(err))
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(c.ID, c.Secret)
	var answer struct {
		Token string `json:"access_token"`
		Life  int64  `json:"expires_in"`
	}
	if err := t.ask("token", r, &answer); err != nil {
		return "", 0, err
	}
	if answer.Token == "" || answer.Life <= 0 {
		return "", 0, errors.New("token: the target's answer has no access_token or no expires_in")
	}
	return answer.Token, time.Duration(answer.Life) * time.Second, nil
}

// ask makes a request and decodes its JSON answer.
func (t *Target) ask(what string, r *http.Request, into any) error {
	answer, err := t.client.Do(r)
	if err != nil {
		return fmt.Errorf("%s: %w", what, plain(err))
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, mostBody))
	if err != nil {
		return fmt.Errorf("%s: reading the answer: %w", what, err)
	}
	if answer.StatusCode/100 != 2 {
		s := status{what: what, code: answer.StatusCode}
		var told struct {
			Message string `json:"message"`
		}
		if json.Unmarshal(text, &told) == nil {
			s.message = short(told.Message)
		}
		return s
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: the answer is not the JSON that was expected: %w", what, err)
	}
	return nil
}

// short cuts a text of the server to what fits into a line.
func short(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 120 {
		return string(r[:119]) + "…"
	}
	return s
}
