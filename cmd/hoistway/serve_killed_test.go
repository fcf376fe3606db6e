package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hoistway/privacyaudit"
	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// child is a process of its own that serves a building, so that it can be
// killed.
type child struct {
	serving
	cmd *exec.Cmd
}

func serveApart(t *testing.T, dir string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// Under this name, the test binary is hoistway: see TestMain.
	path := filepath.Join(t.TempDir(), "hoistway")
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	s := &child{cmd: exec.Command(path, "serve", "office-lunch", "--addr", "127.0.0.1:0", "--format", "json", "--stores", dir, "--log", filepath.Join(dir, "logs", "service.ndjson"))}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &s.serving)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask sends a request to the app API and gives the members of its answer.
func (s *child) ask(bearer, method, path string, body any) (int, map[string]any, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	if body == nil {
		text = nil
	}
	r, err := http.NewRequest(method, s.URL+"/app/v1"+path, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, nil, err
	}
	members := map[string]any{}
	if len(got) > 0 {
		err = json.Unmarshal(got, &members)
	}
	return answer.StatusCode, members, err
}

// must is ask for what has to work.
func (s *child) must(t *testing.T, bearer, method, path string, body any) map[string]any {
	t.Helper()
	status, members, err := s.ask(bearer, method, path, body)
	if err != nil || status >= 300 {
		t.Fatalf("%s %s: status %d, %v, %v", method, path, status, members, err)
	}
	return members
}

const secretPlace = "Hidden Visitor Qzx"

// TestKilledInMidLoad kills a served building while people make keys and call
// lifts over both APIs: every key that was acknowledged is there afterwards, and
// the auditor finds nothing wrong in what the process left, nor any call.
func TestKilledInMidLoad(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: passwords are hashed as in production")
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "logs"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := serveApart(t, dir)
	const building, password = "officelunch", "correct horse battery"
	email := func(i int) string { return fmt.Sprintf("person%d.qzx@example.org", i) }
	login := func(i int) string {
		return s.must(t, "", "POST", "/logins", map[string]any{"service": "flow", "email": email(i), "password": password})["token"].(string)
	}
	const people = 3
	var logins [people]string
	for i := range people {
		s.must(t, "", "POST", "/flow/accounts", map[string]any{"name": fmt.Sprintf("Person Qzx %d", i), "gender": "female", "country": "FI", "language": "fi", "phone": fmt.Sprintf("+358 40 991%d99", i), "email": email(i), "password": password, "building": building})
		subject := s.must(t, s.Managers[building], "POST", "/buildings/"+building+"/people", map[string]any{"service": "flow", "email": email(i), "name": fmt.Sprintf("Person Qzx %d", i)})["subject"]
		s.must(t, s.Managers[building], "POST", fmt.Sprintf("/buildings/%s/people/%v/permissions", building, subject), map[string]any{"service": "flow", "may_grant": true})
		logins[i] = login(i)
	}

	var all sync.WaitGroup
	var mu sync.Mutex
	var keys [people][]string
	calls := 0
	now := time.Now().UTC()
	for n := range 2 * people {
		all.Go(func() {
			i := n % people
			for {
				status, key, err := s.ask(logins[i], "POST", "/visitor-keys", map[string]any{"building": building, "visitor": fmt.Sprint(secretPlace, n), "floors": []string{"1"}, "from": now.Format(time.RFC3339), "until": now.Add(time.Hour).Format(time.RFC3339), "uses": 2, "consent": true})
				if err != nil {
					return // killed
				}
				mu.Lock()
				if status == http.StatusCreated {
					keys[i] = append(keys[i], key["key"].(string))
				}
				mu.Unlock()
				status, _, err = s.ask(logins[i], "POST", "/calls", map[string]any{"building": building, "from": "G", "to": "13", "position": map[string]int{"east": 0, "north": 0}, "distance": 41, "walk": 33})
				mu.Lock()
				if err == nil && status == http.StatusCreated {
					calls++
				}
				mu.Unlock()
			}
		})
	}
	all.Go(func() {
		load := newRoot()
		secret := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(secret, []byte(s.Secret), 0o600); err != nil {
			t.Error(err)
		}
		load.SetArgs([]string{"load", "office-lunch", "--target", s.URL, "--secret-file", secret, "--rate", "50", "--sessions", "20", "--duration", "3s", "--settle", "1s", "--timeout", "1s"})
		load.SetOut(io.Discard)
		load.SetErr(io.Discard)
		_ = load.Execute() // its target dies
	})
	time.Sleep(1500 * time.Millisecond)
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait()
	all.Wait()
	made := 0
	for _, k := range keys {
		made += len(k)
	}
	if made < 20 || calls < 5 {
		t.Fatalf("%d keys and %d calls were acknowledged before the kill: too few to mean anything", made, calls)
	}

	s = serveApart(t, dir)
	for i := range people {
		held, err := json.Marshal(s.must(t, login(i), "GET", "/visitor-keys", nil))
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys[i] {
			if !bytes.Contains(held, []byte(key)) {
				t.Errorf("key %s of person %d was acknowledged and is lost", key, i)
			}
		}
	}
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the end in order: %v", err)
	}
	t.Logf("%d keys and %d calls were acknowledged before the kill", made, calls)
	auditServed(t, dir)
}

// auditServed audits the folder that a served building left.
func auditServed(t *testing.T, dir string) {
	t.Helper()
	o := privacyaudit.Options{
		Name: "served", At: time.Now(), Parts: evidence.Parts{Stores: filepath.Join(dir, "stores"), Keys: filepath.Join(dir, "keys"), Logs: filepath.Join(dir, "logs")},
	}
	for _, name := range privacyaudit.Shipped() {
		p, err := privacyaudit.LoadPolicy(name)
		if err != nil {
			t.Fatal(err)
		}
		o.Policies = append(o.Policies, p)
	}
	report, err := privacyaudit.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	passed := 0
	for _, r := range report.Rules {
		switch r.Status {
		case finding.Pass:
			passed++
		case finding.Fail:
			t.Errorf("%s is violated: %+v", r.ID, r)
		}
	}
	if passed < 25 {
		t.Errorf("%d rules passed: too few to mean anything", passed)
	}
	log, err := os.ReadFile(filepath.Join(dir, "logs", "service.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc([]string{"qzx", "Qzx", "@example", secretPlace}, func(s string) bool { return strings.Contains(string(log), s) }) {
		t.Errorf("the log has something that people entered:\n%s", log)
	}
}
