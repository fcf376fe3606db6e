package conformance

import (
	"net/url"
	"strings"
)

func tokenChecks() []Check {
	return []Check{
		{ID: "token.grant", Source: openAPI, Sentence: "a token response has access_token, token_type Bearer, expires_in and scope", run: tokenGrant},
		{ID: "token.claims", Source: seen2511, Sentence: "a token is a JWT with iss, aud kone-apis, sub of the client, exp = iat + expires_in, scope and sandbox", run: tokenClaims},
		{ID: "token.nonce", Source: openAPI, Sentence: "a nonce is echoed in the token", run: tokenNonce},
		{ID: "token.default-scope", Source: openAPI, Sentence: "an empty or missing scope is application/inventory", run: tokenDefaultScope},
		{ID: "token.scopes", Source: openAPI + "; " + seen2508, Sentence: "groups, buildings in both spellings, everything, robots and REST products can be asked for, several at once", run: tokenScopes},
		{ID: "token.scope-format", Source: openAPI, Sentence: "a scope that is not product/resource: 400 invalidFormat, bodyPath scope", run: func(p *probe) {
			for _, scope := range []string{"nonsense", "application/inventory nonsense", "/", "callgiving/"} {
				p.refused(p.grantRequest(scope), 400, "invalidFormat", "bodyPath", "scope")
			}
		}},
		{ID: "token.grant-type", Source: openAPI, Sentence: "a missing grant type, or another than client_credentials: 400", run: func(p *probe) {
			for _, form := range []url.Values{{"scope": {"application/inventory"}}, {"grant_type": {"password"}}} {
				r := p.grantRequest("")
				r.body = form.Encode()
				p.refused(r, 400, "", "", "")
			}
		}},
		{ID: "token.401", Source: openAPI, Sentence: "a wrong secret, an unknown client, no credentials, credentials of another kind: 401 invalid, header authorization", run: func(p *probe) {
			for _, change := range []func(*request){
				func(r *request) { r.basic[1] += "x" },
				func(r *request) { r.basic[1] = "" },
				func(r *request) { r.basic[0] += "x" },
				func(r *request) { r.basic = [2]string{} },
				func(r *request) { r.basic, r.bearer = [2]string{}, p.token("application/inventory") },
			} {
				r := p.grantRequest("")
				change(&r)
				p.refused(r, 401, "invalid", "header", "authorization")
			}
		}},
		{ID: "token.403", Source: openAPI, Sentence: "a scope that the client may not have: 403 not_allowed, header scope", run: func(p *probe) {
			other := p.other()
			r := p.grantRequest("callgiving/*")
			r.basic = [2]string{other.ID, other.Secret}
			p.refused(r, 403, "not_allowed", "header", "scope")
		}},
		{ID: "token.405", Source: openAPI, Sentence: "anything but POST: 405", run: func(p *probe) {
			for _, method := range []string{"GET", "PUT", "DELETE"} {
				r := p.grantRequest("")
				r.method = method
				p.want(p.ask(r), 405)
			}
		}},
		{ID: "token.415", Source: openAPI, Sentence: "a body that is no form: 415 unsupportedValue, header content-type", run: func(p *probe) {
			for _, kind := range []string{jsonType, "text/plain", ""} {
				r := p.grantRequest("")
				r.kind = kind
				p.refused(r, 415, "unsupportedValue", "header", "content-type")
			}
		}},
		{ID: "token.charset", Source: httpRFC, Sentence: "parameters of the content type, and its case, make no difference", run: func(p *probe) {
			r := p.grantRequest("")
			r.kind = "Application/X-WWW-form-urlencoded; charset=UTF-8"
			p.want(p.ask(r), 200)
		}},
		{ID: "token.413", Source: httpRFC, Sentence: "a body that is too large: 413", run: func(p *probe) {
			r := p.grantRequest("")
			r.body += "&nonce=" + strings.Repeat("n", p.target.Body)
			p.want(p.ask(r), 413)
		}},
		{ID: "token.no-store", Source: "RFC 6749", Sentence: "a token response may not be cached", run: func(p *probe) {
			res := p.want(p.ask(p.grantRequest("")), 200)
			if got := res.header.Get("Cache-Control"); !strings.Contains(got, "no-store") {
				p.failf("Cache-Control is %q, want no-store", got)
			}
		}},
	}
}

// other is the second application.
func (p *probe) other() Application {
	if p.target.Other.ID == "" {
		p.skipf("it takes a second application that may ask for one scope only: none was given")
	}
	p.hide(p.target.Other.Secret)
	return p.target.Other
}

func tokenGrant(p *probe) {
	res := p.want(p.ask(p.grantRequest("application/inventory callgiving/*")), 200)
	if got := res.header.Get("Content-Type"); !strings.HasPrefix(got, jsonType) {
		p.failf("the content type is %q, want %s", got, jsonType)
	}
	if kind, _ := text(res.body, "token_type"); kind != "Bearer" {
		p.failf("token_type is %q, want Bearer", kind)
	}
	if life, is := whole(res.body, "expires_in"); !is || life <= 0 {
		p.failf("expires_in is %s, want seconds as a number", dig(res.body, "expires_in"))
	}
	if scope, is := text(res.body, "scope"); !is || len(strings.Fields(scope)) < 2 {
		p.failf("scope is %q, want what was granted, separated by spaces", scope)
	}
	if token, is := text(res.body, "access_token"); !is || token == "" {
		p.failf("there is no access_token")
	}
}

func tokenClaims(p *probe) {
	res := p.want(p.ask(p.grantRequest("application/inventory")), 200)
	token, _ := text(res.body, "access_token")
	life, _ := whole(res.body, "expires_in")
	claims := p.claims(token)
	if iss, _ := text(claims, "iss"); iss == "" {
		p.failf("there is no iss")
	}
	// JWT lets aud be one string or a list.
	if aud, _ := text(claims, "aud"); aud != "kone-apis" && string(dig(claims, "aud")) != `["kone-apis"]` {
		p.failf("aud is %s, want kone-apis", dig(claims, "aud"))
	}
	if sub, _ := text(claims, "sub"); sub != p.target.ID {
		p.failf("sub is %q, want the client's ID", sub)
	}
	from, a := whole(claims, "iat")
	until, b := whole(claims, "exp")
	if !a || !b || until-from != life {
		p.failf("exp - iat is %d s, want expires_in, %d s", until-from, life)
	}
	if scope, _ := text(claims, "scope"); scope == "" {
		p.failf("there is no scope, one string")
	}
	for _, name := range []string{"org", "sandbox"} {
		if dig(claims, name) == nil {
			p.failf("there is no %s", name)
		}
	}
}

func tokenNonce(p *probe) {
	r := p.grantRequest("")
	r.body += "&nonce=n-0S6_WzA2Mj"
	token, _ := text(p.want(p.ask(r), 200).body, "access_token")
	if nonce, _ := text(p.claims(token), "nonce"); nonce != "n-0S6_WzA2Mj" {
		p.failf("the nonce in the token is %q, want n-0S6_WzA2Mj", nonce)
	}
}

func tokenDefaultScope(p *probe) {
	for _, r := range []request{p.grantRequest(""), func() request {
		r := p.grantRequest("")
		r.body += "&scope="
		return r
	}()} {
		res := p.want(p.ask(r), 200)
		if scope, _ := text(res.body, "scope"); scope != "application/inventory" {
			p.failf("the scope is %q, want application/inventory", scope)
		}
	}
}

func tokenScopes(p *probe) {
	w := p.where()
	for _, scope := range []string{
		"callgiving/group:" + w.building + ":" + w.group, "callgiving/building:" + w.building, "callgiving/" + w.building, "callgiving/*",
		"robotcall/group:" + w.building + ":" + w.group, "robotcall/*", "application/inventory callgiving/*",
	} {
		p.want(p.ask(p.grantRequest(scope)), 200)
	}
}
