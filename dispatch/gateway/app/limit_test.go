package app

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/remotecall"
)

func TestAttemptsOfOneAddressAreLimited(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Attempts, c.Limits.Again = 3, 10*time.Second })
	guess := m{"service": "flow", "email": mail, "password": "wrong"}
	for range 3 {
		w.refused(remotecall.WrongCredentials, "POST", "logins", "", guess)
	}
	if got := w.refused(tooManyRequests, "POST", "logins", "", guess); got.header.Get("Retry-After") != "10" {
		t.Errorf("to be tried again after %s s", got.header.Get("Retry-After"))
	}
	w.refused(tooManyRequests, "POST", "flow/accounts", "", flowUser(mail))
	w.refused(tooManyRequests, "POST", "buildings/tower/people", "wrong", m{})
	w.pass(10 * time.Second)
	w.refused(remotecall.WrongCredentials, "POST", "logins", "", guess)
	w.refused(tooManyRequests, "POST", "logins", "", guess)
	w.pass(time.Hour)
	for range 3 {
		w.refused(remotecall.WrongCredentials, "POST", "buildings/tower/people", "wrong", m{})
	}
	w.refused(tooManyRequests, "POST", "buildings/tower/people", credential, m{})
	w.pass(time.Hour)
	for range 10 { // a right credential is no attempt
		w.refused(remotecall.MissingField, "POST", "buildings/tower/people", credential, m{})
	}
}

func TestAnAccountsWrongPasswordsMakeItWait(t *testing.T) {
	w := newWorld(t)
	w.signUp(mail)
	for range w.house.Policy.FailedLogins {
		w.refused(remotecall.WrongCredentials, "POST", "logins", "", m{"service": "flow", "email": mail, "password": "wrong"})
	}
	got := w.refused(remotecall.TooManyAttempts, "POST", "logins", "", m{"service": "flow", "email": mail, "password": password})
	if got.header.Get("Retry-After") != "900" {
		t.Errorf("to be tried again after %s s", got.header.Get("Retry-After"))
	}
}

func TestMemoryOfAttemptsIsBounded(t *testing.T) {
	a := newAttempts(Limits{Attempts: 2, Again: time.Second, Addresses: 10})
	for i := range 10 {
		for range 2 {
			if wait := a.take(fmt.Sprint(i), noon); wait != 0 {
				t.Fatalf("address %d waits %s", i, wait)
			}
		}
	}
	// All others share one bucket.
	if a.take("x", noon) != 0 || a.take("y", noon) != 0 {
		t.Error("a new address waits before there was any")
	}
	if a.take("z", noon) != time.Second || a.wait("0", noon) != time.Second || len(a.by) != 10 {
		t.Errorf("beside %d addresses a further one need not wait", len(a.by))
	}
	later := noon.Add(2 * time.Second) // all are full again
	var waits []time.Duration
	for range 3 {
		waits = append(waits, a.take("x", later))
	}
	if d := cmp.Diff([]time.Duration{0, 0, time.Second}, waits); d != "" || len(a.by) != 1 {
		t.Errorf("with %d addresses remembered, a bucket of its own is (-want +got):\n%s", len(a.by), d)
	}
}

func TestClientsAreToldApartByAddress(t *testing.T) {
	for _, c := range []struct{ says, peer, want string }{
		{"IPv4", "192.0.2.7:51000", "192.0.2.7"},
		{"IPv4 as IPv6", "[::ffff:192.0.2.7]:51000", "192.0.2.7"},
		{"a household's IPv6", "[2001:db8:1:2:3:4:5:6]:51000", "2001:db8:1:2::/64"},
		{"a link's IPv6", "[fe80::1%eth0]:51000", "fe80::/64"},
		{"no address", "pipe", "pipe"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		if got := peer(r); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.says, c.peer, got, c.want)
		}
	}
}

func TestPasswordsAreHashedAFewAtATime(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Hashes, c.Limits.HashWait = 1, time.Millisecond })
	w.api.hashing <- struct{}{} // one is being hashed
	got := w.refused(remotecall.Unavailable, "POST", "logins", "", m{"service": "flow", "email": mail, "password": "x"})
	if got.header.Get("Retry-After") != "1" {
		t.Errorf("to be tried again after %s s", got.header.Get("Retry-After"))
	}
	<-w.api.hashing
	w.refused(remotecall.WrongCredentials, "POST", "logins", "", m{"service": "flow", "email": mail, "password": "x"})
}

func TestLimitsThatBoundNothingAreRefused(t *testing.T) {
	w := newWorld(t)
	if _, err := New(Config{Service: w.house.Service, Limits: Limits{Attempts: -1, BodyTime: -1}}); err == nil {
		t.Error("no attempts and no time are limits")
	}
	if _, err := New(Config{}); err == nil {
		t.Error("an API without a service was made")
	}
}

// Many people at once, for the race detector, and so that nobody's call ends up
// with somebody else.
func TestManyAtOnce(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Attempts = 1000 })
	var people []dweller
	for i := range 4 {
		people = append(people, w.resident(fmt.Sprintf("p%d@example.org", i)))
	}
	var all sync.WaitGroup
	for _, d := range people {
		for range 2 {
			all.Go(func() {
				for range 5 {
					taken := w.ask(201, "POST", "calls", d.token, call("G", "2"))
					w.ask(200, "GET", callPath(taken), d.token, nil)
					key, _ := w.key(d, "1")
					w.ask(200, "GET", "visitor-keys", d.token, nil)
					w.ask(204, "DELETE", "visitor-keys/"+key, d.token, nil)
					w.ask(204, "DELETE", callPath(taken), d.token, nil)
				}
			})
		}
	}
	all.Go(func() {
		for range 200 {
			w.lifts.mu.Lock()
			calls := append([]*liftCall(nil), w.lifts.calls...)
			w.lifts.mu.Unlock()
			for _, c := range calls {
				c.assigned("A", time.Second)
			}
			time.Sleep(time.Millisecond)
		}
	})
	all.Wait()
	w.lifts.mu.Lock()
	defer w.lifts.mu.Unlock()
	if len(w.lifts.calls) != 40 || len(w.api.calls.open) != 0 || w.house.Service.PendingCalls() != 0 {
		t.Errorf("of %d calls %d are left", len(w.lifts.calls), len(w.api.calls.open))
	}
	for _, c := range w.lifts.calls {
		if !c.cancelled {
			t.Error("a call that was cancelled goes on")
		}
	}
}
