package app

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/privacyaudit/badgerfiles"
)

// The crash test runs this test binary once more as a child that serves the API
// on stores on disk, and kills it with SIGKILL in the middle of what people do.
// How often is in HOISTWAY_KILLS; the long form is
//
//	HOISTWAY_KILLS=100 go test ./dispatch/gateway/app -run Crash -timeout 20m
const (
	killsEnv = "HOISTWAY_KILLS"
	childEnv = "HOISTWAY_APP_CRASH_CHILD" // folder
)

// Floors of calls, in words that cannot be in a file by chance. Permissions are
// for all floors and keys for G, so that only a call could bring them there.
const landingFloor, destinationFloor = "QzLandingKv", "QzDestinationWx"

func crashOptions(dir string) Options {
	floors := []string{"G", landingFloor, destinationFloor}
	return Options{Dir: dir, Cost: registry.TestCost, Buildings: []Building{{Residential: true, Building: remotecall.Building{
		Name: "tower", Manager: credential, Floors: floors, Banks: []remotecall.Bank{{Name: "low", Floors: floors}},
	}}}}
}

// TestCrashChild is the child: it serves until it is killed.
func TestCrashChild(t *testing.T) {
	dir := os.Getenv(childEnv)
	if dir == "" {
		t.Skip("the child of the crash test")
	}
	h, err := Open(crashOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(Config{Service: h.Service, Lifts: &lifts{}, Limits: Limits{Attempts: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("address", l.Addr())
	time.AfterFunc(time.Minute, func() { os.Exit(3) }) // the parent is gone
	t.Fatal(http.Serve(l, a))
}

// acked is what was acknowledged before the kill.
type acked struct {
	mu          sync.Mutex
	keys        []string // of the host
	permissions []registry.ID
	requests    []registry.ID // in the ledger
	calls       int
}

// sendTo makes a request of the child. done tells whether the whole answer came
// and said that it was done.
func sendTo(address, method, path, who string, body any) (out m, done bool) {
	text, err := json.Marshal(body)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	r, err := http.NewRequest(method, "http://"+address+"/app/v1/"+path, bytes.NewReader(text))
	if err != nil {
		panic("BUG: " + err.Error())
	}
	r.Header.Set("Content-Type", "application/json")
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+who)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, false
	}
	defer res.Body.Close()
	return out, json.NewDecoder(res.Body).Decode(&out) == nil && res.StatusCode < 300
}

func TestCrashWhileServing(t *testing.T) {
	dir := t.TempDir()
	n := 3
	if s := os.Getenv(killsEnv); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatalf("%s: %v", killsEnv, err)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	all := &acked{}
	var host registry.ID
	for i := range n {
		cmd := exec.Command(os.Args[0], "-test.run=^TestCrashChild$", "-test.timeout=90s")
		cmd.Env = append(os.Environ(), childEnv+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line, _ := bufio.NewReader(out).ReadString('\n')
		address, is := strings.CutPrefix(strings.TrimSpace(line), "address ")
		if !is {
			_ = cmd.Process.Kill()
			t.Fatalf("the child said %q", line)
		}
		if i == 0 {
			signed, done := sendTo(address, "POST", "flow/accounts", "", flowUser(mail))
			if !done {
				t.Fatal("nobody could sign up")
			}
			host = registry.ID(signed["subject"].(string))
			_, admitted := sendTo(address, "POST", "buildings/tower/people", credential, m{"service": "flow", "email": mail, "name": "Aino"})
			_, granted := sendTo(address, "POST", "buildings/tower/people/"+string(host)+"/permissions", credential, m{"service": "flow", "may_grant": true})
			if !admitted || !granted {
				t.Fatal("nobody could be admitted")
			}
		}
		opened, done := sendTo(address, "POST", "logins", "", m{"service": "flow", "email": mail, "password": password})
		if !done {
			t.Fatal("nobody could sign in")
		}
		all.live(address, opened["token"].(string), host, func() {
			time.Sleep(time.Duration(100+rng.IntN(300)) * time.Millisecond)
			_ = cmd.Process.Kill()
		})
		_ = cmd.Wait()
		all.check(t, dir, host)
		if t.Failed() {
			return
		}
	}
	t.Logf("after %d kills there are %d keys, %d permissions and %d requests that were acknowledged, and none of %d calls", n, len(all.keys), len(all.permissions), len(all.requests), all.calls)
	if len(all.keys) == 0 || len(all.permissions) == 0 || len(all.requests) == 0 || all.calls == 0 {
		t.Error("something was not acknowledged once: the kill came too early to say anything")
	}
}

// live does what people do, side by side, until the child is killed.
func (a *acked) live(address, token string, host registry.ID, kill func()) {
	var all sync.WaitGroup
	until := func(do func() bool) {
		all.Go(func() {
			for range 100_000 {
				if !do() {
					return
				}
			}
		})
	}
	note := func(done bool, f func()) bool {
		if done {
			a.mu.Lock()
			defer a.mu.Unlock()
			f()
		}
		return done
	}
	for range 2 {
		until(func() bool {
			now := time.Now()
			out, done := sendTo(address, "POST", "visitor-keys", token, m{"building": "tower", "visitor": "V", "floors": []string{"G"}, "from": now, "until": now.Add(time.Hour), "uses": 1, "consent": true})
			return note(done, func() { a.keys = append(a.keys, out["key"].(string)) })
		})
	}
	until(func() bool {
		out, done := sendTo(address, "POST", "buildings/tower/people/"+string(host)+"/permissions", credential, m{"service": "flow", "daily": "06:00-23:00"})
		return note(done, func() { a.permissions = append(a.permissions, registry.ID(out["permission"].(string))) })
	})
	until(func() bool {
		out, done := sendTo(address, "POST", "rights/object", token, m{"purpose": "usage-analysis"})
		return note(done, func() { a.requests = append(a.requests, registry.ID(out["request"].(string))) })
	})
	until(func() bool { // more than an hour's are refused, which must leave no trace either
		_, done := sendTo(address, "POST", "calls", token, m{"building": "tower", "from": landingFloor, "to": destinationFloor, "position": m{"east": 1, "north": 1}, "distance": 30})
		note(done, func() { a.calls++ })
		return done || alive(address)
	})
	kill()
	all.Wait()
}

// alive tells whether the child still answers.
func alive(address string) bool {
	c, err := net.DialTimeout("tcp", address, time.Second)
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}

// check opens the stores again and looks for all that was acknowledged, and in
// their files for what must not be there.
func (a *acked) check(t *testing.T, dir string, host registry.ID) {
	t.Helper()
	h, err := Open(crashOptions(dir))
	if err != nil {
		t.Fatalf("opening again: %v", err)
	}
	if err := h.Registry.CheckLedger(); err != nil {
		t.Error(err)
	}
	token, err := h.Service.Login(remotecall.Flow, mail, password)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := h.Service.Keys(token)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range a.keys {
		if !slices.ContainsFunc(keys, func(k remotecall.HeldKey) bool { return string(k.ID) == id }) {
			t.Errorf("one of %d keys that were acknowledged is lost", len(a.keys))
		}
	}
	manager := h.Registry.As(registry.RoleManager, registry.ToProvide).In("tower").Of(host)
	for _, id := range a.permissions {
		var p registry.Permission
		if err := manager.Get(registry.Ref{Kind: registry.KindPermission, Subject: host, Item: id}, &p); err != nil {
			t.Errorf("one of %d permissions that were acknowledged is lost: %v", len(a.permissions), err)
		}
	}
	var entries int
	requests, consents := map[registry.ID]int{}, 0
	if err := h.Registry.Entries(func(_ uint64, e *registry.Entry) error {
		entries++
		switch e.Act {
		case registry.ActRequest:
			requests[e.ID]++
		case registry.ActConsent:
			consents++
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	for _, id := range a.requests {
		if requests[id] != 2 { // that it came, and its outcome
			t.Errorf("one of %d requests that were acknowledged has %d entries in the ledger", len(a.requests), requests[id])
		}
	}
	if consents < len(a.keys) {
		t.Errorf("the ledger has %d consents of %d keys", consents, len(a.keys))
	}
	if n := h.Service.PendingCalls(); n != 0 {
		t.Errorf("%d calls came back from the stores", n)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	noCall(t, dir)
}

// noCall searches every byte of every file, and every physical version of every
// record in the stores, for the floors of calls. The file that says what floors
// the building has is the one that may, and shows that the search finds them.
func noCall(t *testing.T, dir string) {
	t.Helper()
	found, folders := 0, map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if e.Name() == "MANIFEST" {
			folders[filepath.Dir(path)] = true
		}
		if bytes.Contains(text, []byte(landingFloor)) || bytes.Contains(text, []byte(destinationFloor)) {
			if found++; e.Name() != registry.ConfigFile {
				t.Errorf("a call's floor is in %s", e.Name())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	versions := 0
	for folder := range folders {
		s, err := badgerfiles.Read(folder, 1, func(_ int, v *badgerfiles.Version) error {
			versions++
			for _, b := range [][]byte{v.Key, v.Value} {
				if bytes.Contains(b, []byte(landingFloor)) || bytes.Contains(b, []byte(destinationFloor)) {
					t.Errorf("a call's floor is in a record of %s", filepath.Base(folder))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range s.Problems {
			t.Error(p)
		}
	}
	if found != 1 || len(folders) < 4 || versions < 10 {
		t.Errorf("%d files, %d stores and %d records were found: the search says nothing", found, len(folders), versions)
	}
}
