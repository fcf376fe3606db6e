package load

import (
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Nobody's server is put under load by mistake.
func TestOnlyThisMachine(t *testing.T) {
	for _, c := range []struct {
		sentence, url string
		access        Access
		want          string // in the error; "" = accepted
	}{
		{"loopback by number", "http://127.0.0.1:8080", Access{}, ""},
		{"any address of loopback", "http://127.7.7.7:8080", Access{}, ""},
		{"loopback of version 6", "http://[::1]:8080", Access{}, ""},
		{"loopback of version 4 in version 6", "http://[::ffff:127.0.0.1]:8080", Access{}, ""},
		{"loopback by name", "http://localhost:8080", Access{}, ""},
		{"another machine", "http://192.0.2.1:8080", Access{}, "it is not this machine"},
		{"another machine of version 6", "https://[2001:db8::1]", Access{}, "it is not this machine"},
		{"all addresses of this machine", "http://0.0.0.0:8080", Access{}, "it is not this machine"},
		{"another machine whose owner is the caller", "http://192.0.2.1:8080", Access{Own: true}, ""},
		{"another machine without verifying who it is", "https://192.0.2.1", Access{Own: true, Insecure: true}, "it is not this machine"},
		{"another scheme", "ftp://127.0.0.1", Access{}, "scheme, host and port"},
		{"credentials in the URL", "http://a:b@127.0.0.1", Access{}, "scheme, host and port"},
		{"a query", "http://127.0.0.1/?accessToken=x", Access{}, "scheme, host and port"},
		{"no URL", "127.0.0.1:8080", Access{}, "target: "},
		{"a certificate that is none", "https://127.0.0.1", Access{CA: []byte("hello")}, "no PEM certificate"},
	} {
		_, err := NewTarget(t.Context(), c.url, c.access)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error is %v, want %q", c.sentence, err, c.want)
		}
	}
}

// A name that resolves elsewhere later, or a redirect, gets no connection.
func TestConnectionsAreHeldToTheRule(t *testing.T) {
	if err := refuseForeign("tcp", "192.0.2.1:80", nil); !errors.Is(err, ErrForeign) {
		t.Errorf("a connection to another machine: %v", err)
	}
	if err := refuseForeign("tcp", "127.0.0.1:80", nil); err != nil {
		t.Errorf("a connection to this machine: %v", err)
	}
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	here := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer here.Close()
	target, err := NewTarget(t.Context(), here.URL, Access{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := target.token(t.Context(), Client{"a", "b"}, ""); err == nil || reached {
		t.Errorf("a redirect was followed (%t), error %v", reached, err)
	}
	target.base.Host = "192.0.2.1:80" // as if the name had changed its mind
	if _, _, err := target.token(t.Context(), Client{"a", "b"}, ""); !errors.Is(err, ErrForeign) {
		t.Errorf("the error is %v, want one that says that it is not this machine", err)
	}
}

// TLS verifies by default, trusts the authority that is given, and skips on
// loopback alone.
func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"access_token":"t","expires_in":60}`))
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshake that has to fail
	s.StartTLS()
	defer s.Close()
	authority := pemOf(s)
	for _, c := range []struct {
		sentence string
		access   Access
		good     bool
	}{
		{"an authority that nobody knows", Access{}, false},
		{"the authority that is given", Access{CA: authority}, true},
		{"not verified", Access{Insecure: true}, true},
	} {
		target, err := NewTarget(t.Context(), s.URL, c.access)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = target.token(t.Context(), Client{"a", "b"}, "")
		if (err == nil) != c.good {
			t.Errorf("%s: %v", c.sentence, err)
		}
	}
}

func pemOf(s *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
}
