package conformance

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// request is an HTTP request; zero fields are left out of it.
type request struct {
	method, path string
	bearer       string
	basic        [2]string // ID and secret
	kind         string    // content type
	body         string
}

const (
	tokenPath     = "/api/v2/oauth2/token"
	limitedPath   = "/api/v2/oauth2/limited-token"
	userinfoPath  = "/api/v2/oauth2/userinfo"
	discoveryPath = "/api/v2/oauth2/.well-known/openid-configuration"
	resourcesPath = "/api/v2/application/self/resources"
	streamPath    = "/stream-v2"

	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// response is what came back.
type response struct {
	status int
	header http.Header
	body   []byte
}

// ask sends a request and waits for the response.
func (p *probe) ask(r request) response {
	req, err := http.NewRequestWithContext(p.ctx, r.method, p.target.URL+r.path, strings.NewReader(r.body))
	if err != nil {
		p.failf("BUG: %v", err)
	}
	if r.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+r.bearer)
	}
	if r.basic != ([2]string{}) {
		req.SetBasicAuth(r.basic[0], r.basic[1])
	}
	if r.kind != "" {
		req.Header.Set("Content-Type", r.kind)
	}
	p.note(">", strings.TrimSpace(fmt.Sprintf("%s %s %s", r.method, r.path, r.body)))
	res, err := p.http.Do(req)
	if err != nil {
		p.failf("%s %s: no response: %v", r.method, r.path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if err != nil {
		p.failf("%s %s: the body ended early: %v", r.method, r.path, err)
	}
	if token, is := text(body, "access_token"); is {
		p.hide(token)
	}
	p.note("<", fmt.Sprintf("%d %s", res.StatusCode, body))
	return response{res.StatusCode, res.Header, body}
}

// want ends the check when a response has another status.
func (p *probe) want(r response, status int) response {
	if r.status != status {
		p.failf("status %d, want %d", r.status, status)
	}
	return r
}

// refused asks for something that is to be refused: the status, and a body with
// a message and a list of errors. The first error names its type and place;
// "" for kind asks for no list.
func (p *probe) refused(r request, status int, kind, place, name string) {
	res := p.want(p.ask(r), status)
	if message, is := text(res.body, "message"); !is || message == "" {
		p.failf("the body of a refusal has no message, which clients print")
	}
	if kind == "" {
		return
	}
	all, is := list(res.body, "errors")
	if !is || len(all) == 0 {
		p.failf("the body of a refusal has no list of errors")
	}
	for _, e := range all {
		is, _ := text(e, "type")
		where, _ := text(e, place)
		if is == kind && strings.EqualFold(where, name) {
			return
		}
	}
	p.failf("no error has the type %q and the %s %q", kind, place, name)
}

// grantRequest asks for a token of the application.
func (p *probe) grantRequest(scope string) request {
	form := url.Values{"grant_type": {"client_credentials"}}
	if scope != "" {
		form.Set("scope", scope)
	}
	return request{method: "POST", path: tokenPath, basic: [2]string{p.target.ID, p.target.Secret}, kind: formType, body: form.Encode()}
}

// token is a token with a scope. Checks share tokens: they are asked for once.
func (p *probe) token(scope string) string {
	p.mu.Lock()
	token := p.tokens[scope]
	p.mu.Unlock()
	if token != "" {
		return token
	}
	res := p.want(p.ask(p.grantRequest(scope)), 200)
	token, is := text(res.body, "access_token")
	if !is {
		p.failf("the token response has no access_token")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens[scope] = token
	return token
}

// limited is a limited token; the fields of the request are JSON.
func (p *probe) limited(master, fields string) (token string, res response) {
	res = p.want(p.ask(request{method: "POST", path: limitedPath, bearer: master, kind: jsonType, body: "{" + fields + "}"}), 200)
	token, is := text(res.body, "access_token")
	if !is {
		p.failf("the response has no access_token")
	}
	return token, res
}

// claims are those of a token.
func (p *probe) claims(token string) []byte {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		p.failf("the token is no JWT: it has %d parts, want 3", len(parts))
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		p.failf("the claims of the token: %v", err)
	}
	p.note("<", "claims "+string(raw))
	return raw
}

// status is that of a response, and 0 when there is none. Unlike ask it may be
// called on any goroutine.
func (p *probe) status(r request) int {
	req, err := http.NewRequestWithContext(p.ctx, r.method, p.target.URL+r.path, strings.NewReader(r.body))
	if err != nil {
		return 0
	}
	req.Header.Set("Authorization", "Bearer "+r.bearer)
	res, err := p.http.Do(req)
	if err != nil {
		return 0
	}
	_ = res.Body.Close() // nothing of it is read
	return res.StatusCode
}
