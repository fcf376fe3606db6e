package app

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// overNetwork serves a world and gives a connection to it.
func overNetwork(t *testing.T, w *world) net.Conn {
	t.Helper()
	s := httptest.NewServer(w.api)
	t.Cleanup(s.Close)
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	return c
}

func TestABodyThatDoesNotArriveIsGivenUp(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.BodyTime = 50 * time.Millisecond })
	c := overNetwork(t, w)
	fmt.Fprint(c, "POST /app/v1/flow/accounts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"name\":")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusRequestTimeout || !strings.Contains(string(text), string(tooSlow)) || !res.Close {
		t.Errorf("a body that stopped was answered with %d %s, connection closed %v", res.StatusCode, text, res.Close)
	}
}

func TestABodyThatIsBrokenOffDoesNothing(t *testing.T) {
	w := newWorld(t)
	d := w.resident(mail)
	c := overNetwork(t, w)
	fmt.Fprintf(c, "POST /app/v1/calls HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"building\":\"tower\"", d.token)
	_ = c.Close()
	time.Sleep(50 * time.Millisecond)
	if n := w.house.Service.PendingCalls(); n != 0 {
		t.Errorf("%d calls were placed", n)
	}
	w.ask(201, "POST", "calls", d.token, call("G", "2"))
}

// A connection goes on after a body: its time limit is not that of what follows.
func TestAConnectionOutlivesTheTimeOfABody(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.BodyTime = 50 * time.Millisecond })
	c := overNetwork(t, w)
	in := bufio.NewReader(c)
	for range 2 {
		body := `{"service":"flow","email":"a@example.org","password":"x"}`
		fmt.Fprintf(c, "POST /app/v1/logins HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		if res.StatusCode != http.StatusUnauthorized {
			t.Errorf("status %d", res.StatusCode)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// A body of unknown length is bounded like any other, and one where none
// belongs is refused.
func TestBodiesOfUnknownLength(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Body = 100 })
	s := httptest.NewServer(w.api)
	defer s.Close()
	for _, c := range []struct {
		says, method, path, body string
		want                     int
	}{
		{"too long", "POST", "/app/v1/logins", strings.Repeat(" ", 200), http.StatusRequestEntityTooLarge},
		{"short enough", "POST", "/app/v1/logins", `{"service":"flow","email":"a@example.org","password":"x"}`, http.StatusUnauthorized},
		{"where none belongs", "GET", "/app/v1/buildings", "{}", http.StatusBadRequest},
	} {
		r, err := http.NewRequest(c.method, s.URL+c.path, io.MultiReader(strings.NewReader(c.body))) // whose length nobody knows
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != c.want {
			t.Errorf("a body %s: status %d, want %d", c.says, res.StatusCode, c.want)
		}
	}
}

// What is done with a body may take longer than the body was given to arrive.
func TestTheTimeOfABodyIsNotThatOfItsRequest(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.BodyTime, c.Limits.Hashes = 50*time.Millisecond, 1 })
	w.api.hashing <- struct{}{}
	time.AfterFunc(200*time.Millisecond, func() { <-w.api.hashing })
	c := overNetwork(t, w)
	body := `{"service":"flow","email":"a@example.org","password":"x"}`
	fmt.Fprintf(c, "POST /app/v1/logins HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a login that waited for its turn: status %d", res.StatusCode)
	}
}
