package conformance

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// suite is what the checks of one run share.
type suite struct {
	target Target
	http   *http.Client
	ids    atomic.Int64

	mu      sync.Mutex
	tokens  map[string]string // by scope
	secrets []string          // that no reason may show
	frames  []frame           // of all sockets
	place   *world            // without floors and lifts
	world   *world
}

func newSuite(t Target) *suite {
	transport := &http.Transport{TLSClientConfig: t.TLS, MaxIdleConnsPerHost: 8}
	return &suite{
		target: t, tokens: map[string]string{}, secrets: []string{t.Secret},
		http: &http.Client{Transport: transport, Timeout: t.Answer, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
}

func (s *suite) close() { s.http.CloseIdleConnections() }

// hide keeps a token out of what is shown.
func (s *suite) hide(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if secret != "" {
		s.secrets = append(s.secrets, secret)
	}
}

func (s *suite) redact(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range s.secrets {
		text = strings.ReplaceAll(text, secret, "***")
	}
	return text
}

// number is an ID that no other check uses.
func (s *suite) number() int64 { return 510_000_000 + s.ids.Add(1) }

// name is the same as a string.
func (s *suite) name() string { return fmt.Sprintf("conf-%d", s.ids.Add(1)) }

// probe is one check at work.
type probe struct {
	*suite
	ctx     context.Context
	log     transcript
	after   []func()
	verdict Verdict
	reason  string
}

// cleanup undoes what the check did, last first, and all of it even when a part
// of it fails the check.
func (p *probe) cleanup() {
	for _, undo := range p.after {
		defer undo()
	}
}

// pause waits, and ends the check when the run is over.
func (p *probe) pause(d time.Duration) {
	select {
	case <-p.ctx.Done():
		p.failf("the check was ended: %v", p.ctx.Err())
	case <-time.After(d):
	}
}

// note adds to the transcript.
func (p *probe) note(direction, what string) { p.log.add(direction, what) }

// transcript is what a check sent and received.
type transcript struct {
	mu    sync.Mutex
	lines []string
}

// The end of a transcript is what a failure shows: so many lines, of so many
// bytes each.
const (
	shownLines = 10
	shownBytes = 400
)

func (t *transcript) add(direction, what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, direction+" "+what)
}

// tail is what a failure shows. Secrets go before long lines are cut: half of a
// token would not be found any more.
func (t *transcript) tail(redact func(string) string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	from := max(0, len(t.lines)-shownLines)
	var b strings.Builder
	if from > 0 {
		fmt.Fprintf(&b, "\n    (%d lines before)", from)
	}
	for _, line := range t.lines[from:] {
		if line = redact(line); len(line) > shownBytes {
			line = fmt.Sprintf("%s... (%d bytes)", line[:shownBytes], len(line))
		}
		b.WriteString("\n    " + line)
	}
	return b.String()
}
