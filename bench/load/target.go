package load

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// Target is the service that is put under load.
type Target struct {
	base   *url.URL
	client *http.Client // without redirects and proxies
}

// Access says how a target may be reached.
type Access struct {
	Own      bool   // the caller answers for the target: it need not be on this machine
	CA       []byte // PEM certificates to trust instead of the system's; nil = the system's
	Insecure bool   // do not verify certificates; loopback only
}

// ErrForeign is a target that is not on this machine and that nobody has
// answered for.
var ErrForeign = errors.New("it is not this machine")

// NewTarget resolves the host of a URL such as http://127.0.0.1:8080 and refuses
// one of which any address is not loopback, unless the access says otherwise.
// Connections are held to the same rule when they are made, whatever a name
// resolves to by then.
func NewTarget(ctx context.Context, address string, a Access) (*Target, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("target: not a URL; expected one such as http://127.0.0.1:8080")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "", u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, fmt.Errorf("target: expected scheme, host and port and nothing else, such as http://127.0.0.1:8080")
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	strict := !a.Own || a.Insecure // nobody can answer for a connection that anybody may have taken over
	if strict {
		if err := onlyLoopback(ctx, u.Hostname()); err != nil {
			return nil, fmt.Errorf("target %s: %w", u.Host, err)
		}
	}
	settings := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: a.Insecure}
	if a.CA != nil {
		settings.RootCAs = x509.NewCertPool()
		if !settings.RootCAs.AppendCertsFromPEM(a.CA) {
			return nil, errors.New("target: the authority's file holds no PEM certificate")
		}
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: -1}
	if strict {
		dialer.Control = refuseForeign
	}
	return &Target{base: u, client: &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: settings, TLSHandshakeTimeout: 10 * time.Second,
			MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// String is the target as results name it.
func (t *Target) String() string { return t.base.Scheme + "://" + t.base.Host + t.base.Path }

// url is that of a path of the API.
func (t *Target) url(path string) string { return t.String() + path }

// socketURL is that of the stream, with the token it is opened with.
func (t *Target) socketURL(token string) string {
	return "ws" + strings.TrimPrefix(t.url("/stream-v2?accessToken="+url.QueryEscape(token)), "http")
}

// onlyLoopback resolves a host and refuses it unless all that it resolves to is
// loopback.
func onlyLoopback(ctx context.Context, host string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return fmt.Errorf("its name cannot be resolved: %w", err)
	}
	if len(found) == 0 {
		return errors.New("its name resolves to nothing")
	}
	for _, ip := range found {
		if !ip.Unmap().IsLoopback() {
			return fmt.Errorf("%w: it resolves to %s; load is for your own servers", ErrForeign, ip)
		}
	}
	return nil
}

// refuseForeign ends a connection to what is not loopback before it is made.
func refuseForeign(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrForeign, address)
	}
	if !at.Addr().Unmap().IsLoopback() {
		return fmt.Errorf("%w: %s", ErrForeign, at.Addr())
	}
	return nil
}

// plain is an error of a request without its URL, which may hold a token.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
