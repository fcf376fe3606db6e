package conformance

import (
	"crypto/tls"
	"fmt"
	"net/url"
	"time"
)

// Target is a server to be judged, and what has to be known about it.
type Target struct {
	URL    string // such as http://127.0.0.1:8080
	ID     string // of the application
	Secret string
	// Building and Group say where calls are placed; "" is the first that the
	// server's resources name. The group needs four floors and two lifts.
	Building, Group string
	TLS             *tls.Config // for https; nil = the system's roots

	// Other is a second application, for what nobody but the first may do; its
	// ID is "" when there is none.
	Other Application

	Answer time.Duration // the longest wait for an answer; 0 = 10 s, after which the vendor's clients give up
	Ride   time.Duration // the longest wait for a lift; 0 = 3 min
	Idle   time.Duration // after which the server closes a silent socket; 0 = not known, so that it is not waited for
	Frame  int           // bytes above which a message is too large; 0 = 64 KiB
	Body   int           // bytes above which a body is; 0 = 64 KiB
}

// Application is a client of the API.
type Application struct {
	ID, Secret string
	Scope      string // one that it may ask for; every other scope is refused to it
}

// fill gives zero fields their meanings.
func (t *Target) fill() error {
	u, err := url.Parse(t.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("conformance: the target is %q: want http://HOST:PORT or https://HOST:PORT", t.URL)
	}
	t.URL = u.Scheme + "://" + u.Host
	if t.ID == "" || t.Secret == "" {
		return fmt.Errorf("conformance: no client ID or no secret: without them %s gives no token", t.URL)
	}
	if t.Answer == 0 {
		t.Answer = 10 * time.Second
	}
	if t.Ride == 0 {
		t.Ride = 3 * time.Minute
	}
	if t.Frame == 0 {
		t.Frame = 64 << 10
	}
	if t.Body == 0 {
		t.Body = 64 << 10
	}
	return nil
}
