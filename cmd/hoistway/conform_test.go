package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hoistway/bench/conformance"
)

// serveFor starts `hoistway serve` on a free port and gives how to reach it. It
// ends, in order, with the test.
func serveFor(t *testing.T, args ...string) serving {
	t.Helper()
	dir := t.TempDir()
	clients := filepath.Join(dir, "clients.toml")
	if err := os.WriteFile(clients, []byte(`
[client.all]
secret = "all-secret-0123456789abcdef"
[client.narrow]
secret = "narrow-secret-0123456789abc"
scopes = ["application/inventory"]
`), 0o600); err != nil {
		t.Fatal(err)
	}
	root := newRoot()
	root.SetArgs(append([]string{"serve", "--addr", "127.0.0.1:0", "--format", "json", "--clients", clients, "--log", filepath.Join(dir, "log")}, args...))
	out, in := io.Pipe()
	root.SetOut(in)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		err := root.ExecuteContext(ctx)
		_ = in.CloseWithError(err) // it never fails
		ended <- err
	}()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		stop()
		t.Fatalf("serve said nothing: %v", err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // nothing more is expected
	t.Cleanup(func() {
		stop()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("serve ended with %v", err)
			}
		case <-time.After(30 * time.Second):
			t.Error("serve does not end")
		}
	})
	var s serving
	if err := json.Unmarshal(line, &s); err != nil {
		t.Fatalf("serve printed %s: %v", line, err)
	}
	return s
}

// The gateway does all that is published, and what could not be judged is known.
func TestServeConforms(t *testing.T) {
	t.Parallel()
	s := serveFor(t, "office-lunch", "--speed", "60", "--traffic=false", "--admin", "--idle", "5s")
	results, err := conformance.Run(t.Context(), conformance.Target{
		URL: s.URL, ID: "all", Secret: "all-secret-0123456789abcdef", Idle: 5 * time.Second, Ride: 30 * time.Second,
		Other: conformance.Application{ID: "narrow", Secret: "narrow-secret-0123456789abc", Scope: "application/inventory"},
	}, conformance.Options{Parallel: 24})
	if err != nil {
		t.Fatal(err)
	}
	if len(results) < 200 {
		t.Errorf("%d checks ran: the suite has more", len(results))
	}
	for _, r := range results {
		switch {
		case r.Verdict == conformance.Failed:
			t.Errorf("%s: %s [%s]\n%s", r.ID, r.Sentence, r.Source, r.Reason)
		case r.Verdict == conformance.Skipped && r.ID != "mistake.other-side": // lifts here have doors on one side
			t.Errorf("%s could not be judged: %s", r.ID, r.Reason)
		}
	}
}

// A client on libraries that were not written here works.
func TestNodeClient(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed: the client on ws and axios cannot run", name)
		}
	}
	dir, source := t.TempDir(), filepath.Join("..", "..", "bench", "conformance", "node")
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc", "client.mjs"} {
		text, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("the modules ws and axios could not be installed: %v\n%s", err, out)
	}
	s := serveFor(t, "office-lunch", "--speed", "60", "--traffic=false")
	run := exec.CommandContext(ctx, "node", "client.mjs")
	run.Dir = dir
	run.Env = append(os.Environ(), "HOISTWAY_URL="+s.URL, "HOISTWAY_CLIENT=all", "HOISTWAY_SECRET=all-secret-0123456789abcdef", "HOISTWAY_RIDE_MS=30000")
	out, err := run.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("everything held\n")) {
		t.Fatalf("the client ended with %v:\n%s", err, out)
	}
	if steps := bytes.Count(out, []byte("ok  ")); steps < 14 {
		t.Errorf("the client took %d steps, want 14:\n%s", steps, out)
	}
}

// The lock file pins what was asked for, and names no registry.
func TestNodeClientIsPinned(t *testing.T) {
	text, err := os.ReadFile("../../bench/conformance/node/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct{ Version, Resolved, Integrity string }
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		t.Fatal(err)
	}
	for name, version := range map[string]string{"node_modules/ws": "8.3.0", "node_modules/axios": "0.24.0"} {
		if got := lock.Packages[name].Version; got != version {
			t.Errorf("%s is %q, want %s", name, got, version)
		}
	}
	for name, p := range lock.Packages {
		if p.Resolved != "" {
			t.Errorf("%s names where it came from: %s", name, p.Resolved)
		}
		if name != "" && !strings.HasPrefix(p.Integrity, "sha512-") {
			t.Errorf("%s has no checksum", name)
		}
	}
}

func TestConform(t *testing.T) {
	deaf := httptest.NewServer(http.NotFoundHandler())
	defer deaf.Close()
	locked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	defer locked.Close()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(secretVariable, "")
	for _, c := range []struct {
		sentence string
		args     []string
		code     int
		said     string // in the output or the error
	}{
		{"a server that is not this machine is left alone", []string{"https://dev.example.com", "--client", "a", "--secret-file", secret}, exitFailure, "--i-own-this-target"},
		{"an address that only looks like this machine is not", []string{"http://127.0.0.1.example.com", "--client", "a", "--secret-file", secret}, exitFailure, "--i-own-this-target"},
		{"without a secret nothing can be judged", []string{deaf.URL, "--client", "a"}, exitFailure, "there is no client secret: name a file with --secret-file, or set HOISTWAY_CLIENT_SECRET"},
		{"a server that is not there is said once", []string{"http://127.0.0.1:1", "--client", "a", "--secret-file", secret}, exitFailure, "no server answers"},
		{"and so is a secret that is wrong", []string{locked.URL, "--client", "a", "--secret-file", secret}, exitFailure, `gives client "a" no token: look at --client`},
		{"a pattern that fits no check is a mistake", []string{deaf.URL, "--client", "a", "--secret-file", secret, "--only", "nonsense"}, exitFailure, "no check was chosen"},
		{"a check that fails ends with 3, and says what was sent and received", []string{deaf.URL, "--client", "a", "--secret-file", secret, "--only", "discovery"}, exitMissed, "> GET /api/v2/oauth2/.well-known"},
		{"when nothing could be judged that is no success", []string{deaf.URL, "--client", "a", "--secret-file", secret, "--only", "limit.health"}, exitMissed, "there is no /healthz"},
		{"the list names each check with its source", []string{"--list"}, exitFine, "[published OpenAPI, Authentication API v2]"},
		{"no target", nil, exitFailure, "want the URL"},
	} {
		root := newRoot()
		var out bytes.Buffer
		root.SetOut(&out)
		root.SetArgs(append([]string{"conform"}, c.args...))
		err := root.Execute()
		said := out.String()
		if err != nil {
			said += err.Error()
		}
		if code := exitCode(err); code != c.code || !strings.Contains(said, c.said) {
			t.Errorf("%s: exit code %d, want %d, with %q in:\n%s", c.sentence, code, c.code, c.said, said)
		}
	}
}

// A result of every kind is printed, and a secret in none.
func TestConformPrints(t *testing.T) {
	check := func(id string) conformance.Check {
		return conformance.Check{ID: id, Source: "a source", Sentence: "a sentence"}
	}
	var out bytes.Buffer
	if err := writeConformance(&out, []conformance.Result{
		{Check: check("a.good"), Verdict: conformance.Passed},
		{Check: check("a.bad"), Verdict: conformance.Failed, Reason: "this is why\n    > sent"},
		{Check: check("a.unknown"), Verdict: conformance.Skipped, Reason: "not here"},
	}, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"pass  a.good", "FAIL  a.bad", "this is why", "> sent", "skip  a.unknown", "not here", "3 checks: 1 passed, 1 failed, 1 skipped"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in:\n%s", want, out.String())
		}
	}
	if err := writeConformance(failingWriter{}, nil, false); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a writer that fails gives %v", err)
	}
	ids := map[string]bool{}
	for _, c := range conformance.Checks() {
		if ids[c.ID] || c.Sentence == "" || c.Source == "" {
			t.Errorf("check %q is there twice, or says nothing", c.ID)
		}
		ids[c.ID] = true
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
