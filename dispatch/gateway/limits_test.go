package gateway

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// serveLimited serves a handler behind a gateway's limits on loopback.
func serveLimited(t *testing.T, limits Limits, handler http.Handler, certificate *tls.Certificate) (address string, g *Gateway, log *bytes.Buffer) {
	t.Helper()
	log = &bytes.Buffer{}
	g, err := Open(Config{Buildings: []Building{{"north", newFakeBuilding(4, 1)}}, Speed: 1, Limits: limits, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := g.Server(handler)
	l = g.Listen(l)
	done := make(chan error, 1)
	go func() {
		if certificate == nil {
			done <- server.Serve(l)
			return
		}
		server.TLSConfig.Certificates = []tls.Certificate{*certificate}
		done <- server.ServeTLS(l, "", "")
	}()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return l.Addr().String(), g, log
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	return c
}

// cut waits until the other side ends the connection, and says how long it took.
func cut(t *testing.T, c net.Conn) time.Duration {
	t.Helper()
	began := time.Now()
	_, err := io.Copy(io.Discard, c)
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		t.Fatal("the connection was not cut")
	}
	return time.Since(began)
}

var fine = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(w, r.Body); err != nil {
		writeError(w, err)
	}
})

func TestTLSBeginsAt12(t *testing.T) {
	certificate, err := LocalhostCertificate()
	if err != nil {
		t.Fatal(err)
	}
	address, g, _ := serveLimited(t, Limits{}, fine, &certificate)
	roots := x509.NewCertPool()
	roots.AddCert(certificate.Leaf)
	for _, row := range []struct {
		version uint16
		ok      bool
	}{{tls.VersionTLS10, false}, {tls.VersionTLS11, false}, {tls.VersionTLS12, true}, {tls.VersionTLS13, true}} {
		c, err := tls.Dial("tcp", address, &tls.Config{RootCAs: roots, MinVersion: row.version, MaxVersion: row.version})
		if (err == nil) != row.ok {
			t.Errorf("%s: %v, want success %v", tls.VersionName(row.version), err, row.ok)
		}
		if err == nil {
			_ = c.Close()
		}
	}
	if g.Server(fine).ErrorLog.Writer() != io.Discard {
		t.Error("failed handshakes are logged, with clients' addresses")
	}
}

// A client that is given the certificate trusts the server under its three
// names, and no other server.
func TestLocalhostCertificate(t *testing.T) {
	certificate, err := LocalhostCertificate()
	if err != nil {
		t.Fatal(err)
	}
	other, err := LocalhostCertificate()
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate.Leaf)
	for name, ok := range map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true, "example.com": false, "127.0.0.2": false} {
		if _, err := certificate.Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots}); (err == nil) != ok {
			t.Errorf("%s: %v, want success %v", name, err, ok)
		}
	}
	if _, err := other.Leaf.Verify(x509.VerifyOptions{DNSName: "localhost", Roots: roots}); err == nil {
		t.Error("another certificate passes for it")
	}
	if certificate.Leaf.IsCA || certificate.Leaf.KeyUsage&x509.KeyUsageCertSign != 0 {
		t.Error("its key may sign other certificates")
	}
}

// Who sends a header or a body slowly, or says nothing, loses the connection.
func TestSlowClientsAreCut(t *testing.T) {
	address, _, _ := serveLimited(t, Limits{HeaderTime: 200 * time.Millisecond, Idle: 300 * time.Millisecond}, fine, nil)
	for what, sent := range map[string]string{
		"nothing":               "",
		"half a header":         "GET / HTTP/1.1\r\nHost: x\r\nX-",
		"a header without end":  "GET / HTTP/1.1\r\nHost: x\r\n",
		"half a body":           "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
		"half a chunk":          "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha",
		"a request, then idles": "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			c := dial(t, address)
			if _, err := io.WriteString(c, sent); err != nil {
				t.Fatal(err)
			}
			if took := cut(t, c); took < 100*time.Millisecond || took > 5*time.Second {
				t.Errorf("cut after %v: want about 200 ms", took)
			}
		})
	}
	t.Run("no handshake", func(t *testing.T) {
		t.Parallel()
		certificate, err := LocalhostCertificate()
		if err != nil {
			t.Fatal(err)
		}
		secure, _, _ := serveLimited(t, Limits{HeaderTime: 200 * time.Millisecond}, fine, &certificate)
		if took := cut(t, dial(t, secure)); took < 100*time.Millisecond || took > 5*time.Second {
			t.Errorf("cut after %v: want about 200 ms", took)
		}
	})
	t.Run("a byte at a time", func(t *testing.T) {
		t.Parallel()
		c := dial(t, address)
		began := time.Now()
		for range 200 {
			if _, err := io.WriteString(c, "X"); err != nil {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("a drop every 20 ms kept the connection for %v", took)
		}
	})
}

// A handler that takes longer than a body may is not cut, nor is an answer that
// goes on after it.
func TestSlowHandlersAreNotCut(t *testing.T) {
	t.Parallel()
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			writeError(w, err)
			return
		}
		for range 5 {
			select {
			case <-r.Context().Done():
				return
			case <-time.After(100 * time.Millisecond):
			}
			_, _ = io.WriteString(w, "on ")
			_ = http.NewResponseController(w).Flush()
		}
	})
	address, _, _ := serveLimited(t, Limits{HeaderTime: 150 * time.Millisecond, Idle: 5 * time.Second}, slow, nil)
	for range 2 { // the second on the same connection
		r, err := http.Post("http://"+address, "text/plain", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil || string(got) != "on on on on on " {
			t.Errorf("%q, %v: want five", got, err)
		}
	}
}

func TestHeaderIsBounded(t *testing.T) {
	address, _, _ := serveLimited(t, Limits{Header: 4096}, fine, nil)
	c := dial(t, address)
	go func() {
		_, _ = fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n", strings.Repeat("x", 20_000))
	}()
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d: want %d", r.StatusCode, http.StatusRequestHeaderFieldsTooLarge)
	}
}

// Connections above the bound are closed at once, those below live on, and a
// place becomes free when one of them ends.
func TestConnectionsAreBounded(t *testing.T) {
	const sockets = 3
	address, g, _ := serveLimited(t, Limits{Sockets: sockets}, fine, nil)
	get := func(c net.Conn) error {
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			return err
		}
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err == nil {
			err = r.Body.Close()
		}
		return err
	}
	var open []net.Conn
	for range sockets + reserve {
		c := dial(t, address)
		if err := get(c); err != nil {
			t.Fatalf("connection %d: %v", len(open)+1, err)
		}
		open = append(open, c)
	}
	for range 5 {
		c := dial(t, address)
		if err := get(c); err == nil {
			t.Error("a connection above the bound is served")
		}
	}
	if n := g.metrics.GetOrCreateCounter("hoistway_connections_refused_total").Get(); n != 5 {
		t.Errorf("%d refused connections are counted: want 5", n)
	}
	if err := get(open[0]); err != nil {
		t.Errorf("a connection below the bound: %v", err)
	}
	_ = open[1].Close()
	var err error
	for range 100 { // until the server has noticed
		if err = get(dial(t, address)); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		t.Errorf("after one has ended: %v", err)
	}
}

// A handler that panics takes nobody with it, and what it panicked with stays
// out of the log unless it is our own text.
func TestPanickingHandlers(t *testing.T) {
	address, g, log := serveLimited(t, Limits{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/secret":
			panic("the secret of " + r.Header.Get("Name"))
		case "/bug":
			panic("BUG: a car is between two buildings")
		case "/abort":
			panic(http.ErrAbortHandler)
		}
	}), nil)
	for _, path := range []string{"/secret", "/bug", "/abort"} {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Name", "Ms Someone")
		if got, err := http.DefaultClient.Do(r); err == nil {
			_ = got.Body.Close()
			t.Errorf("%s: status %d: want the connection to end", path, got.StatusCode)
		}
	}
	if r, err := http.Get("http://" + address + "/"); err != nil || r.StatusCode != 200 {
		t.Errorf("afterwards: %v", err)
	} else {
		_ = r.Body.Close()
	}
	if n := g.metrics.GetOrCreateCounter("hoistway_handler_faults_total").Get(); n != 2 {
		t.Errorf("%d faults are counted: want 2", n)
	}
	if strings.Contains(log.String(), "Someone") || !strings.Contains(log.String(), "BUG: a car is between two buildings") {
		t.Errorf("log: %s", log)
	}
}
