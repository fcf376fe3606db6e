package gateway

import (
	"errors"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// proxied are headers by which a proxy says that the request is somebody
// else's. A request that came through one is not from this machine, whatever
// its address.
var proxied = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via", "Cf-Connecting-Ip", "True-Client-Ip"}

// fromHere tells why a request does not come from this machine; nil = it does.
// The name in Host has to be the machine's own as well: a page of a stranger
// whose name was made to resolve to 127.0.0.1 carries the stranger's name.
func fromHere(r *http.Request) error {
	addr, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !addr.Addr().Unmap().IsLoopback() {
		return errors.New("this is served to the machine it runs on only: use its loopback address")
	}
	for _, h := range proxied {
		if r.Header.Get(h) != "" {
			return errors.New("this is not served through a proxy: the header " + h + " says that there is one")
		}
	}
	if !isLoopbackHost(r.Host) {
		return errors.New("the host of the address has to be localhost, 127.0.0.1 or [::1]")
	}
	return nil
}

func isLoopbackHost(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// sameOrigin refuses what a browser asks on behalf of another site's page.
// Programs that are no browser send neither header and pass.
var sameOrigin = http.NewCrossOriginProtection()

// local lets requests through that come from this machine and from no other
// site's page, and protects the answers against being framed, guessed or kept.
func local(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cache-Control", "no-store")
		if err := fromHere(r); err != nil {
			object(w, http.StatusForbidden, objection{Message: err.Error()})
			return
		}
		// Following a link from elsewhere is fine; that another site's page reads
		// or asks by script is not.
		if r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate" || sameOrigin.Check(r) != nil {
			object(w, http.StatusForbidden, objection{Message: "another site's page may not ask this"})
			return
		}
		next(w, r)
	}
}

// isJSON tells whether a request says that its body is JSON. A form of another
// site's page cannot say so.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}
