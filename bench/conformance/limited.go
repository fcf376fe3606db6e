package conformance

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

func limitedChecks() []Check {
	return []Check{
		{ID: "limited.grant", Source: openAPI, Sentence: "a limited token lives 300 s unless told, and its claims say limited and name the user", run: func(p *probe) {
			w := p.where()
			token, res := p.limited(p.token(w.calls), p.limitedFields(w, ""))
			p.lives(res, 300)
			if kind, _ := text(res.body, "token_type"); kind != "Bearer" {
				p.failf("token_type is %q, want Bearer", kind)
			}
			if scope, is := text(res.body, "scope"); !is || scope == "" {
				p.failf("there is no scope")
			}
			claims := p.claims(token)
			if user, _ := text(claims, "user"); user != "phone-7" {
				p.failf("user is %s, want phone-7", dig(claims, "user"))
			}
			for _, name := range []string{"limited", "jti"} {
				if dig(claims, name) == nil {
					p.failf("the claims have no %s", name)
				}
			}
		}},
		{ID: "limited.age", Source: openAPI + "; " + examples, Sentence: "maxAgeSeconds is obeyed, also as the published schema misspells it", run: func(p *probe) {
			w := p.where()
			for _, name := range []string{"maxAgeSeconds", "maxAgeSeonds"} {
				_, res := p.limited(p.token(w.calls), p.limitedFields(w, `,"`+name+`":60`))
				p.lives(res, 60)
			}
			_, res := p.limited(p.token(w.calls), p.limitedFields(w, `,"maxAgeSeconds":600`))
			p.lives(res, 600)
		}},
		{ID: "limited.too-old", Source: openAPI, Sentence: "more than 600 s, none, or no number: 400", run: func(p *probe) {
			w := p.where()
			for _, age := range []string{"601", "0", "-1", `"60"`} {
				p.refused(p.limitedRequest(w, `,"maxAgeSeconds":`+age), 400, "", "", "")
			}
		}},
		{ID: "limited.subset", Source: openAPI, Sentence: "scopes that the master token does not have are refused", run: func(p *probe) {
			w := p.where()
			r := p.limitedRequest(w, "")
			r.bearer = p.token("application/inventory")
			p.refused(r, 403, "not_allowed", "header", "scope")
		}},
		{ID: "limited.scope-format", Source: openAPI, Sentence: "a scope that is not product/resource: 400 invalidFormat; no scope or no user: 400", run: func(p *probe) {
			w := p.where()
			r := p.limitedRequest(w, "")
			for _, body := range []string{`{"endUserIdentity":"phone-7","scopes":[]}`, `{"endUserIdentity":"phone-7"}`, `{"scopes":["` + w.calls + `"]}`, `{`, `[]`} {
				r.body = body
				p.refused(r, 400, "", "", "")
			}
			r.body = `{"endUserIdentity":"phone-7","scopes":["nonsense"]}`
			p.want(p.ask(r), 400)
		}},
		{ID: "limited.mint", Source: openAPI, Sentence: "a limited token makes no other: 403 not_allowed", run: func(p *probe) {
			w := p.where()
			r := p.limitedRequest(w, "")
			r.bearer, _ = p.limited(p.token(w.calls), p.limitedFields(w, ""))
			p.refused(r, 403, "not_allowed", "header", "scope")
		}},
		{ID: "limited.401", Source: openAPI, Sentence: "no token, and one that is none: 401", run: func(p *probe) {
			w := p.where()
			for _, bearer := range []string{"", "x", p.forged(p.token(w.calls))} {
				r := p.limitedRequest(w, "")
				r.bearer = bearer
				p.refused(r, 401, "invalid", "header", "authorization")
			}
		}},
		{ID: "limited.405", Source: openAPI, Sentence: "anything but POST: 405", run: func(p *probe) {
			r := p.limitedRequest(p.where(), "")
			r.method = "GET"
			p.want(p.ask(r), 405)
		}},
		{ID: "limited.415", Source: openAPI, Sentence: "a body that is no JSON: 415 unsupportedValue", run: func(p *probe) {
			r := p.limitedRequest(p.where(), "")
			r.kind = formType
			p.refused(r, 415, "unsupportedValue", "header", "content-type")
		}},
		{ID: "limited.calls", Source: openAPI, Sentence: "a limited token opens a socket and calls within its scope, and is refused outside", run: func(p *probe) {
			w := p.learn()
			token, _ := p.limited(p.token(w.calls), p.limitedFields(w, ""))
			s := p.open(token)
			s.call(w, w.low(), w.mid(), "")
			p.refused(request{method: "GET", path: resourcesPath, bearer: token}, 403, "", "", "")
		}},
		{ID: "limited.expired", Source: openAPI, Sentence: "after its age a limited token opens no socket and no page: 401", run: func(p *probe) {
			w := p.where()
			token, _ := p.limited(p.token(w.calls), p.limitedFields(w, `,"maxAgeSeconds":1`))
			p.pause(2100 * time.Millisecond) // its second, and that of a clock that counts whole ones
			p.refused(request{method: "GET", path: userinfoPath, bearer: token}, 401, "invalid", "header", "authorization")
			if conn, res := p.handshake(token, "koneapi"); conn != nil || res.StatusCode != 401 {
				p.failf("the upgrade with an expired token got %s, want 401", res.Status)
			}
		}},
		{ID: "limited.single-use-page", Source: openAPI, Sentence: "a single-use token is good for one request: 401 the second time, also for a socket", run: func(p *probe) {
			w := p.where()
			token, _ := p.limited(p.token(w.calls+" application/inventory"), fmt.Sprintf(`"endUserIdentity":"phone-7","scopes":[%s,"application/inventory"],"singleUse":true`, quote(w.calls)))
			page := request{method: "GET", path: resourcesPath, bearer: token}
			p.want(p.ask(page), 200)
			p.refused(page, 401, "invalid", "header", "authorization")
			if conn, res := p.handshake(token, "koneapi"); conn != nil || res.StatusCode != 401 {
				p.failf("the upgrade with a used token got %s, want 401", res.Status)
			}
		}},
		{ID: "limited.single-use-socket", Source: openAPI, Sentence: "a single-use token is good for one socket, which stays open: 401 the second time", run: func(p *probe) {
			w := p.where()
			token, _ := p.limited(p.token(w.calls), p.limitedFields(w, `,"singleUse":true`))
			s := p.open(token)
			if conn, res := p.handshake(token, "koneapi"); conn != nil || res.StatusCode != 401 {
				p.failf("the second upgrade got %s, want 401", res.Status)
			}
			p.refused(request{method: "GET", path: userinfoPath, bearer: token}, 401, "invalid", "header", "authorization")
			s.ping(w)
		}},
		{ID: "limited.single-use-race", Source: openAPI, Sentence: "of several uses of a single-use token at the same time one succeeds", run: singleUseRace},
	}
}

// limitedFields are those of a request for calls in the group.
func (p *probe) limitedFields(w *world, more string) string {
	return fmt.Sprintf(`"endUserIdentity":"phone-7","scopes":[%s]%s`, quote(w.calls), more)
}

func (p *probe) limitedRequest(w *world, more string) request {
	return request{method: "POST", path: limitedPath, bearer: p.token(w.calls), kind: jsonType, body: "{" + p.limitedFields(w, more) + "}"}
}

// lives wants a life in seconds.
func (p *probe) lives(res response, seconds int64) {
	if life, is := whole(res.body, "expires_in"); !is || life != seconds {
		p.failf("expires_in is %s, want %d", dig(res.body, "expires_in"), seconds)
	}
}

// forged is a token with other claims and the same signature.
func (p *probe) forged(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		p.failf("the token is no JWT: it has %d parts, want 3", len(parts))
	}
	other := p.want(p.ask(p.grantRequest("application/inventory")), 200)
	foreign, _ := text(other.body, "access_token")
	claims := strings.Split(foreign, ".")
	if len(claims) != 3 || claims[1] == parts[1] {
		p.failf("two tokens with different scopes have the same claims")
	}
	forged := parts[0] + "." + claims[1] + "." + parts[2]
	p.hide(forged)
	return forged
}

// ping is a ping with its answers.
func (s *socket) ping(w *world) {
	id := strconv.FormatInt(s.probe.number(), 10)
	s.send(w.pingRequest(id))
	s.ack(id)
}

func singleUseRace(p *probe) {
	w := p.where()
	token, _ := p.limited(p.token(w.calls), p.limitedFields(w, `,"singleUse":true`))
	const tries = 8
	statuses := make(chan int, tries)
	for range tries {
		go func() {
			statuses <- p.status(request{method: "GET", path: userinfoPath, bearer: token})
		}()
	}
	won := 0
	for range tries {
		switch status := <-statuses; status {
		case 200:
			won++
		case 401:
		default:
			p.failf("status %d, want 200 once and 401 otherwise", status)
		}
	}
	if won != 1 {
		p.failf("%d of %d uses succeeded, want 1", won, tries)
	}
}
