package gateway

import (
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Who guesses a secret is slowed down, and nobody else is: not another client
// behind the same address, not the same client from another.
func TestGuessesAreSlowedDown(t *testing.T) {
	withFront(t, func(f *front) {
		try := func(client, secret, from string) reply {
			return f.do(ask{method: "POST", path: tokenPath, client: client, secret: secret, media: formMedia, body: "grant_type=client_credentials", from: from})
		}
		const here, there = "192.0.2.1:1000", "192.0.2.2:1000"
		for i := range wrongAtOnce {
			try(backend, "guess", fmt.Sprintf("192.0.2.1:%d", 1000+i)).refused(t, 401)
		}
		slowed := try(backend, "guess", here)
		slowed.refused(t, 429)
		if wait, err := strconv.Atoi(slowed.header.Get("Retry-After")); err != nil || wait < 1 || wait > 6 {
			t.Errorf("Retry-After %q: want 1 to 6 seconds", slowed.header.Get("Retry-After"))
		}
		try(backend, secretOf(backend), here).refused(t, 429) // a right guess must not show
		for what, got := range map[string]reply{
			"another client at the same address":  try(robots, secretOf(robots), here),
			"the same client at another address":  try(backend, secretOf(backend), there),
			"the same client over another family": try(backend, secretOf(backend), "[2001:db8::1]:5"),
		} {
			if got.status != 200 {
				t.Errorf("%s: status %d, %s", what, got.status, got.body)
			}
		}
		time.Sleep(wrongEvery)
		if got := try(backend, secretOf(backend), here); got.status != 200 {
			t.Errorf("after %v: status %d, %s", wrongEvery, got.status, got.body)
		}
		for range 3 * wrongAtOnce {
			if got := try(backend, secretOf(backend), here); got.status != 200 {
				t.Fatalf("right secrets are slowed down: status %d", got.status)
			}
		}
	})
}

// The network of an IPv6 customer counts as one address, and an IPv4 address is
// the same however it is written.
func TestNetworkOfAnAddress(t *testing.T) {
	for _, row := range []struct {
		a, b string
		same bool
	}{
		{"192.0.2.1:1", "192.0.2.1:2", true},
		{"192.0.2.1:1", "[::ffff:192.0.2.1]:2", true},
		{"192.0.2.1:1", "192.0.2.2:1", false},
		{"[2001:db8::1]:1", "[2001:db8::ffff:1]:1", true},
		{"[2001:db8::1]:1", "[2001:db8:0:1::1]:1", false},
		{"[fe80::1%eth0]:1", "[fe80::2%eth1]:1", true},
	} {
		if got := network(row.a) == network(row.b); got != row.same {
			t.Errorf("%s and %s: same %v, want %v", row.a, row.b, got, row.same)
		}
	}
	if network("pipe").IsValid() {
		t.Error("what is no address has a network")
	}
}

// Attempts hold no more than they are meant to, whatever is tried.
func TestAttemptsAreBounded(t *testing.T) {
	a := newAttempts()
	fail := func(client string) bool {
		_, wait := a.guard("192.0.2.1:1", client, func() bool { return false })
		return wait == 0
	}
	for i := range 3 * maxAttempters {
		fail(fmt.Sprint("client ", i))
	}
	if len(a.by) != maxAttempters || a.recent.Len() != maxAttempters {
		t.Errorf("%d and %d attempts are held: want %d", len(a.by), a.recent.Len(), maxAttempters)
	}
	guesses := 0
	for range 100 {
		if fail("last") {
			guesses++
		}
	}
	if guesses > wrongAtOnce+1 {
		t.Errorf("%d guesses: want %d", guesses, wrongAtOnce)
	}
}

// Guesses that come together count each.
func TestGuessesAtOnce(t *testing.T) {
	a := newAttempts()
	var tried atomic.Int64
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			a.guard("192.0.2.1:1", "client", func() bool { tried.Add(1); runtime.Gosched(); return false })
		})
	}
	if all.Wait(); tried.Load() > wrongAtOnce+1 {
		t.Errorf("%d guesses were tried: want %d", tried.Load(), wrongAtOnce)
	}
}

// An unknown client takes the same steps as a wrong secret: both compare a
// fingerprint of equal length with what was given.
func TestUnknownClientsAreComparedToo(t *testing.T) {
	withFront(t, func(f *front) {
		a := f.gateway.authority
		for _, row := range []struct {
			id, secret string
			known      bool
		}{{backend, secretOf(backend), true}, {backend, "x", false}, {"nobody", "x", false}, {"", "", false}, {"nobody", secretOf(backend), false}} {
			p, known := a.known(row.id, row.secret)
			if known != row.known || p == nil || p.secret == [32]byte{} {
				t.Errorf("%q, %q: %v", row.id, row.secret, known)
			}
		}
	})
}
