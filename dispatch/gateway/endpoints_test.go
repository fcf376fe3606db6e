package gateway

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type guardedEndpoint struct {
	ask     ask
	scope   string // opens it
	foreign string // does not; "" = any token opens it
}

// guardedEndpoints are those that want a bearer, each with a token that opens it
// and one that does not.
var guardedEndpoints = []guardedEndpoint{
	{ask{method: "POST", path: limitedPath, media: jsonMedia, body: `{"endUserIdentity":"x","scopes":["callgiving/group:north:1"]}`}, "callgiving/group:north:1", "callgiving/group:north:2"},
	{ask{method: "GET", path: userinfoPath}, "application/inventory", ""},
	{ask{method: "GET", path: resourcesPath}, "application/inventory", "callgiving/*"},
	{ask{method: "GET", path: resourcesPath + "/ken:100000001"}, "application/inventory", "callgiving/*"},
	{ask{method: "POST", path: equipmentPath + "search/availability", media: jsonMedia, body: `{"equipmentIds":["ken:100000001"]}`}, "rtm/ken:100000001", "rtm/ken:100000002"},
	{ask{method: "POST", path: equipmentPath + "search/status", media: jsonMedia, body: `{"equipmentIds":["ken:100000001"]}`}, "rtm/ken:100000001", "serviceinfo/*"},
	{ask{method: "POST", path: equipmentPath + "search/movement", media: jsonMedia, body: `{"equipmentIds":["ken:100000001"]}`}, "equipmentstatus/ken:100000001", "callgiving/*"},
	{ask{method: "POST", path: equipmentPath + "elevator/door", media: jsonMedia, body: `{"equipmentIds":["ken:100000001"]}`}, "rtm/ken:100000001", "equipmentstatus/*"},
	{ask{method: "POST", path: equipmentPath + "elevator/button", media: jsonMedia, body: `{"equipmentIds":["ken:100000001"]}`}, "rtm/*", "robotcall/*"},
	{ask{method: "GET", path: equipmentPath + "ken:100000001/serviceOrders"}, "serviceinfo/ken:100000001", "rtm/*"},
}

// Every endpoint refuses who has no token, an expired one, one for something
// else, or one that has been used.
func TestGuardedEndpoints(t *testing.T) {
	for _, e := range guardedEndpoints {
		t.Run(e.ask.method+" "+e.ask.path, func(t *testing.T) {
			withFront(t, func(f *front) {
				with := func(bearer string) reply {
					a := e.ask
					a.bearer = bearer
					return f.do(a)
				}
				unauthorized := requestFault{Type: "invalid", Header: "authorization"}
				token := f.master(backend, e.scope)
				once := f.limited(token, fmt.Sprintf(`{"endUserIdentity":"x","scopes":[%q],"singleUse":true}`, e.scope))
				if got := with(token); got.status != 200 {
					t.Errorf("with its scope: status %d, %s", got.status, got.body)
				}
				for what, bearer := range map[string]string{"no token": "", "no token of ours": "abc.def.ghi", "a token cut short": token[:len(token)-2]} {
					if diff := cmp.Diff(unauthorized, with(bearer).refused(t, 401)); diff != "" {
						t.Errorf("%s: %s", what, diff)
					}
				}
				basic := e.ask
				basic.client, basic.secret = backend, secretOf(backend)
				if diff := cmp.Diff(unauthorized, f.do(basic).refused(t, 401)); diff != "" {
					t.Errorf("with a secret instead of a token: %s", diff)
				}
				if e.foreign != "" {
					if diff := cmp.Diff(requestFault{Type: "not_allowed", Header: "scope"}, with(f.master(backend, e.foreign)).refused(t, 403)); diff != "" {
						t.Errorf("with another scope: %s", diff)
					}
				}
				wantOnce := 200
				if e.ask.path == limitedPath {
					wantOnce = 403
				}
				if got := with(once); got.status != wantOnce {
					t.Errorf("a single-use token: status %d, %s, want %d", got.status, got.body, wantOnce)
				}
				if diff := cmp.Diff(unauthorized, with(once).refused(t, 401)); diff != "" {
					t.Errorf("the same again: %s", diff)
				}
				if e.ask.body != "" {
					large := e.ask
					large.bearer, large.body = token, strings.Repeat(" ", 70_000)+e.ask.body
					f.do(large).refused(t, 413)
					large.media, large.body = formMedia, e.ask.body
					if diff := cmp.Diff(requestFault{Type: "unsupportedValue", Header: "content-type"}, f.do(large).refused(t, 415)); diff != "" {
						t.Error(diff)
					}
				}
				for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
					if method == e.ask.method {
						continue
					}
					other := e.ask
					other.method = method
					got := f.do(other)
					if got.refused(t, 405); got.header.Get("Allow") != e.ask.method {
						t.Errorf("%s: Allow %q", method, got.header.Get("Allow"))
					}
				}
				time.Sleep(time.Hour)
				if diff := cmp.Diff(unauthorized, with(token).refused(t, 401)); diff != "" {
					t.Errorf("expired: %s", diff)
				}
			})
		})
	}
}

// The table above must name every endpoint that wants a bearer.
func TestEveryEndpointIsGuarded(t *testing.T) {
	withFront(t, func(f *front) {
		for _, e := range f.gateway.authority.endpoints() {
			if e.path == tokenPath || e.path == discoveryPath {
				continue
			}
			path := strings.NewReplacer("{ken}", "ken:100000001", "{number}", "1").Replace(e.path)
			tabled := slices.ContainsFunc(guardedEndpoints, func(g guardedEndpoint) bool { return g.ask.path == path && g.ask.method == e.method })
			if !tabled && f.do(ask{method: e.method, path: path}).status != http.StatusUnauthorized {
				t.Errorf("%s %s stands in no table and lets anybody in", e.method, path)
			}
		}
	})
}

func TestUnknownPaths(t *testing.T) {
	withFront(t, func(f *front) {
		for _, path := range []string{"/api/v2/oauth2/nothing", "/api/v2/", "/api/v1/oauth2/token", "/api/v2/equipment/search/entrapment"} {
			f.do(ask{method: "GET", path: path}).refused(t, 404)
		}
	})
}

func TestUserinfo(t *testing.T) {
	withFront(t, func(f *front) {
		var got map[string]any
		f.do(ask{method: "GET", path: userinfoPath, bearer: f.limited(f.master(backend, "callgiving/*"), `{"endUserIdentity":"phone-7","scopes":["callgiving/north"],"maxAgeSeconds":60}`)}).into(t, &got)
		if id, _ := got["jti"].(string); len(id) != 32 {
			t.Errorf("jti %v", got["jti"])
		}
		delete(got, "jti")
		now := float64(time.Now().Unix())
		want := map[string]any{"iss": issuer, "aud": audience, "sub": backend, "org": backend, "iat": now, "exp": now + 60, "sandbox": true, "scope": "callgiving/north", "limited": true, "user": "phone-7"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// What the discovery document names exists, under the host of the request.
func TestDiscovery(t *testing.T) {
	withFront(t, func(f *front) {
		var got map[string]any
		f.do(ask{method: "GET", path: "http://localhost:8080" + discoveryPath}).into(t, &got)
		if got["issuer"] != issuer {
			t.Errorf("issuer %v: want that of the tokens, %s", got["issuer"], issuer)
		}
		for name, method := range map[string]string{"token_endpoint": "POST", "limited_token_endpoint": "POST", "userinfo_endpoint": "GET", "resources_endpoint": "GET"} {
			path, ok := strings.CutPrefix(fmt.Sprint(got[name]), "http://localhost:8080")
			if status := f.do(ask{method: method, path: path}).status; !ok || status != 401 {
				t.Errorf("%s is %v, which answers with %d: want 401", name, got[name], status)
			}
		}
		for _, text := range got["scopes_supported"].([]any) {
			if s, err := parseScope(text.(string)); err != nil {
				t.Errorf("scope %v: %v, %v", text, s, err)
			}
		}
	})
}
