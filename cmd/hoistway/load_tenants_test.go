package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hoistway/bench/load/outcome"
)

// TestLoadWithTenants puts phones on a building that is really served: their
// requests are answered, and the service has erased every account afterwards.
func TestLoadWithTenants(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: passwords are hashed as in production")
	}
	s := serveFor(t, "office-lunch")
	dir := t.TempDir()
	client, manager := filepath.Join(dir, "client"), filepath.Join(dir, "manager")
	for file, secret := range map[string]string{client: "all-secret-0123456789abcdef", manager: s.Managers["officelunch"]} {
		if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	load := func(args ...string) ([]byte, error) {
		root := newRoot()
		root.SetArgs(append([]string{"load", "office-lunch", "--target", s.URL, "--client", "all", "--secret-file", client, "--format", "json",
			"--rate", "0", "--ping-rate", "2", "--sessions", "2", "--duration", "2s", "--warm-up", "0s", "--settle", "0s", "--max-lateness", "5s",
			"--tenants", "2", "--app-rate", "8"}, args...))
		var out bytes.Buffer
		root.SetOut(&out)
		root.SetErr(io.Discard)
		err := root.ExecuteContext(ctx)
		return out.Bytes(), err
	}
	if _, err := load(); err == nil || !strings.Contains(err.Error(), "--manager-secret-file") {
		t.Errorf("without the Manager's credential: %v", err)
	}
	if _, err := load("--manager-secret-file", client); err == nil || !strings.Contains(err.Error(), "managers.officelunch") {
		t.Errorf("with a credential that is not the Manager's: %v", err)
	}
	text, err := load("--manager-secret-file", manager, "--key-rate", "4", "--expect", "load_errors<=0%")
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var file outcome.File
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"app-call", "app-cancel", "app-key"} {
		if e := file.Measured.Exchange(name); e == nil || e.Sent == 0 || e.Answered != e.Sent || e.Result.P99 <= 0 {
			t.Errorf("%s: %+v, want all answered", name, e)
		}
	}
	if len(file.Notes) > 0 {
		t.Errorf("notes are %q", file.Notes)
	}

	answer, err := http.Get(s.URL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	metrics, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for route, status := range map[string]int{"POST /app/v1/flow/accounts": 201, "POST /app/v1/rights/erase": 200} {
		if want := fmt.Sprintf(`hoistway_app_requests_total{route=%q,status="%d",outcome="done"} 2`, route, status); !strings.Contains(string(metrics), want+"\n") {
			t.Errorf("the service does not count %s", want)
		}
	}
}
