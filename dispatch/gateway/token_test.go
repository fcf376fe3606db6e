package gateway

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

func TestTokenRequests(t *testing.T) {
	good := func(change func(*ask)) ask {
		a := ask{method: "POST", path: tokenPath, client: backend, secret: secretOf(backend), media: formMedia, body: "grant_type=client_credentials&scope=callgiving/*"}
		change(&a)
		return a
	}
	body := func(text string) ask { return good(func(a *ask) { a.body = text }) }
	for _, row := range []struct {
		what   string
		ask    ask
		status int
		fault  requestFault
	}{
		{"a token", good(func(*ask) {}), 200, requestFault{}},
		{"the media type may have a charset", good(func(a *ask) { a.media = formMedia + "; charset=UTF-8" }), 200, requestFault{}},
		{"scope is left out", body("grant_type=client_credentials"), 200, requestFault{}},
		{"scope is empty, as the sessions example posts it", body("grant_type=client_credentials&scope="), 200, requestFault{}},
		{"a whole building, with and without its prefix", body("grant_type=client_credentials&scope=callgiving/building:north+callgiving/south"), 200, requestFault{}},
		{"a robot may ask for what people may", good(func(a *ask) {
			a.client, a.secret, a.body = robots, secretOf(robots), "grant_type=client_credentials&scope=callgiving/group:north:1"
		}), 200, requestFault{}},
		{"inventory is for every client", good(func(a *ask) {
			a.client, a.secret, a.body = watcher, secretOf(watcher), "grant_type=client_credentials"
		}), 200, requestFault{}},

		{"a scope is no type/resourceId", body("grant_type=client_credentials&scope=callgiving"), 400, requestFault{Type: "invalidFormat", BodyPath: "scope"}},
		{"a group without its building", body("grant_type=client_credentials&scope=callgiving/group:north"), 400, requestFault{Type: "invalidFormat", BodyPath: "scope"}},
		{"no grant type", body("scope=callgiving/*"), 400, requestFault{Type: "invalidFormat", BodyPath: "grant_type"}},
		{"another grant type", body("grant_type=password"), 400, requestFault{Type: "invalidFormat", BodyPath: "grant_type"}},
		{"scope twice", body("grant_type=client_credentials&scope=callgiving/*&scope=rtm/*"), 400, requestFault{Type: "invalidFormat", BodyPath: "scope"}},
		{"a body that is no form", body("grant_type=%zz"), 400, requestFault{Type: "invalidFormat", BodyPath: "body"}},
		{"a nonce that would fill the token", body("grant_type=client_credentials&nonce=" + strings.Repeat("x", maxNonce+1)), 400, requestFault{Type: "invalidFormat", BodyPath: "nonce"}},
		{"scopes that would fill the token", body("grant_type=client_credentials&scope=" + strings.Repeat("callgiving/*+", 400)), 400, requestFault{Type: "invalidFormat", BodyPath: "scope"}},

		{"no credentials", good(func(a *ask) { a.client = "" }), 401, requestFault{Type: "invalid", Header: "authorization"}},
		{"a wrong secret", good(func(a *ask) { a.secret = "no" }), 401, requestFault{Type: "invalid", Header: "authorization"}},
		{"an unknown client", good(func(a *ask) { a.client = "nobody" }), 401, requestFault{Type: "invalid", Header: "authorization"}},
		{"another client's secret", good(func(a *ask) { a.secret = secretOf(robots) }), 401, requestFault{Type: "invalid", Header: "authorization"}},
		{"an empty secret", good(func(a *ask) { a.secret = "" }), 401, requestFault{Type: "invalid", Header: "authorization"}},

		{"another group than the client's", good(func(a *ask) {
			a.client, a.secret, a.body = robots, secretOf(robots), "grant_type=client_credentials&scope=robotcall/group:north:2"
		}), 403, requestFault{Type: "not_allowed", Header: "scope"}},
		{"more than the client's", good(func(a *ask) {
			a.client, a.secret, a.body = robots, secretOf(robots), "grant_type=client_credentials&scope=robotcall/building:north"
		}), 403, requestFault{Type: "not_allowed", Header: "scope"}},
		{"one scope of two is not the client's", good(func(a *ask) {
			a.client, a.secret, a.body = robots, secretOf(robots), "grant_type=client_credentials&scope=application/inventory+rtm/*"
		}), 403, requestFault{Type: "not_allowed", Header: "scope"}},
		{"a product that does not exist", body("grant_type=client_credentials&scope=topology/*"), 403, requestFault{Type: "not_allowed", Header: "scope"}},
		{"a building that does not exist", body("grant_type=client_credentials&scope=callgiving/group:nowhere:1"), 403, requestFault{Type: "not_allowed", Header: "scope"}},
		{"a group that does not exist", body("grant_type=client_credentials&scope=callgiving/group:north:3"), 403, requestFault{Type: "not_allowed", Header: "scope"}},
		{"equipment that does not exist", body("grant_type=client_credentials&scope=rtm/ken:38999833"), 403, requestFault{Type: "not_allowed", Header: "scope"}},

		{"GET", good(func(a *ask) { a.method = "GET" }), 405, requestFault{}},
		{"a body above the limit", body("grant_type=client_credentials&x=" + strings.Repeat("x", 70_000)), 413, requestFault{}},
		{"JSON", good(func(a *ask) { a.media = jsonMedia }), 415, requestFault{Type: "unsupportedValue", Header: "content-type"}},
		{"no media type", good(func(a *ask) { a.media = "" }), 415, requestFault{Type: "unsupportedValue", Header: "content-type"}},
	} {
		t.Run(row.what, func(t *testing.T) {
			withFront(t, func(f *front) {
				got := f.do(row.ask)
				if row.status == 200 {
					if got.status != 200 {
						t.Fatalf("status %d, %s", got.status, got.body)
					}
					return
				}
				if diff := cmp.Diff(row.fault, got.refused(t, row.status)); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestTokenAnswer(t *testing.T) {
	withFront(t, func(f *front) {
		a := f.do(ask{method: "POST", path: tokenPath, client: backend, secret: secretOf(backend), media: formMedia, body: "grant_type=client_credentials&nonce=n-1&scope=callgiving/group:north:1+application/inventory+callgiving/group:north:1"})
		var got map[string]any
		a.into(t, &got)
		token, _ := got["access_token"].(string)
		delete(got, "access_token")
		want := map[string]any{"token_type": "Bearer", "expires_in": 3600.0, "scope": "callgiving/group:north:1 application/inventory"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if c := a.header.Get("Cache-Control"); c != "no-store" {
			t.Errorf("Cache-Control %q: want no-store", c)
		}
		var claims map[string]any
		part, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(part, &claims); err != nil {
			t.Fatal(err)
		}
		now := float64(time.Now().Unix())
		wantClaims := map[string]any{"iss": "https://dev.kone.com/api/", "aud": "kone-apis", "sub": backend, "org": backend, "iat": now, "exp": now + 3600, "sandbox": true, "scope": want["scope"], "nonce": "n-1"}
		if diff := cmp.Diff(wantClaims, claims); diff != "" {
			t.Error(diff)
		}
		g, err := f.gateway.authority.bearer(token)
		if err != nil {
			t.Fatal(err)
		}
		if g.client != backend || g.user != "" || !g.expires.Equal(time.Unix(int64(now)+3600, 0)) {
			t.Errorf("grant %+v", g)
		}
	})
}

// A token must be ours, whole, in time and for this service.
func TestBearerTokens(t *testing.T) {
	withFront(t, func(f *front) {
		a := f.gateway.authority
		make := func(method jwt.SigningMethod, key any, change func(*claims)) string {
			now := time.Now().Unix()
			c := &claims{Issuer: issuer, Audience: audience, Client: backend, IssuedAt: now, Expires: now + 60, Scope: "callgiving/*"}
			change(c)
			s, err := jwt.NewWithClaims(method, c).SignedString(key)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		same := func(*claims) {}
		good := make(jwt.SigningMethodHS512, a.signing, same)
		if _, err := a.bearer(good); err != nil {
			t.Fatalf("a good token: %v", err)
		}
		parts := strings.Split(good, ".")
		for what, token := range map[string]string{
			"no token":                       "",
			"no JWT":                         "xyz",
			"another key":                    make(jwt.SigningMethodHS512, random(64), same),
			"an empty key":                   make(jwt.SigningMethodHS512, []byte{}, same),
			"another algorithm":              make(jwt.SigningMethodHS256, a.signing, same),
			"no signature":                   make(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, same),
			"the signature cut off":          parts[0] + "." + parts[1] + ".",
			"claims of another":              parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"backend","scope":"callgiving/*"}`)) + "." + parts[2],
			"expired":                        make(jwt.SigningMethodHS512, a.signing, func(c *claims) { c.Expires = time.Now().Unix() }),
			"no expiry":                      make(jwt.SigningMethodHS512, a.signing, func(c *claims) { c.Expires = 0 }),
			"another issuer":                 make(jwt.SigningMethodHS512, a.signing, func(c *claims) { c.Issuer = "https://elsewhere/" }),
			"another audience":               make(jwt.SigningMethodHS512, a.signing, func(c *claims) { c.Audience = "others" }),
			"a client that is no more":       make(jwt.SigningMethodHS512, a.signing, func(c *claims) { c.Client = "gone" }),
			"single use of another process":  make(jwt.SigningMethodHS512, a.signing, func(c *claims) { c.Once, c.ID = true, newSpent().id() }),
			"single use without an ID":       make(jwt.SigningMethodHS512, a.signing, func(c *claims) { c.Once = true }),
			"scopes that nobody could write": make(jwt.SigningMethodHS512, a.signing, func(c *claims) { c.Scope = "what" }),
		} {
			_, err := a.bearer(token)
			if r := refusalOf(err); err == nil || r.status != http.StatusUnauthorized {
				t.Errorf("%s: %v: want a refusal with 401", what, err)
			}
		}
		g, err := a.bearer(make(jwt.SigningMethodHS512, a.signing, func(c *claims) { c.Client, c.Scope = robots, "robotcall/group:north:1 rtm/*" }))
		if err != nil || !g.robot("north", "1") || g.allowsKen(realTime, ken(0, 0, 0)) {
			t.Errorf("%+v, %v: want a token to lose a scope that its client has lost", g, err)
		}
	})
}

// Metrics count, and neither they nor the log hold anything of a secret.
func TestTokensAreCountedAndNotTold(t *testing.T) {
	withFront(t, func(f *front) {
		token := f.master(backend, "callgiving/*")
		once := f.limited(token, `{"endUserIdentity":"phone-7","scopes":["callgiving/*"],"singleUse":true}`)
		f.limited(token, `{"endUserIdentity":"phone-7","scopes":["callgiving/*"]}`)
		f.do(ask{method: "GET", path: userinfoPath, bearer: once})
		f.do(ask{method: "GET", path: userinfoPath, bearer: once})
		f.do(ask{method: "GET", path: resourcesPath, bearer: token})
		f.do(ask{method: "POST", path: tokenPath, client: backend, secret: "guessed-secret", media: formMedia})
		f.do(ask{method: "POST", path: tokenPath, client: backend, secret: secretOf(backend), media: formMedia, body: "grant_type=x"})
		f.do(ask{method: "GET", path: userinfoPath})
		time.Sleep(time.Hour)
		f.do(ask{method: "GET", path: userinfoPath, bearer: token})
		shown := f.do(ask{method: "GET", path: "/metrics"}).body
		for _, line := range []string{
			`hoistway_tokens_total{kind="full"} 1`, `hoistway_tokens_total{kind="single_use"} 1`, `hoistway_tokens_total{kind="limited"} 1`,
			`hoistway_refusals_total{reason="used"} 1`, `hoistway_refusals_total{reason="credentials"} 1`, `hoistway_refusals_total{reason="format"} 1`,
			`hoistway_refusals_total{reason="bearer"} 1`, `hoistway_refusals_total{reason="expired"} 1`, `hoistway_refusals_total{reason="scope"} 1`,
		} {
			if !strings.Contains(shown, line+"\n") {
				t.Errorf("metrics have no line %s:\n%s", line, shown)
			}
		}
		for _, secret := range []string{token, once, "guessed-secret", secretOf(backend), "phone-7", strings.Split(token, ".")[2]} {
			if strings.Contains(shown+f.log.String(), secret) {
				t.Errorf("metrics or log hold %q", secret)
			}
		}
	})
}

func TestScopesOfAClientMustBeReadable(t *testing.T) {
	_, err := Open(Config{Buildings: []Building{{"north", newFakeBuilding(4, 1)}}, Speed: 1, Clients: []Client{{ID: "a", Secret: "b", Scopes: []string{"callgiving/group:north"}}}})
	if err == nil || !strings.Contains(err.Error(), `client "a"`) || !strings.Contains(err.Error(), "callgiving/group:BUILDING:GROUP") {
		t.Errorf("%v: want the client and the form of a scope", err)
	}
}

// What checking a token costs each request and each opening of a WebSocket.
func BenchmarkBearer(b *testing.B) {
	g, err := Open(Config{Buildings: []Building{{"north", newFakeBuilding(4, 1)}}, Speed: 1, Clients: []Client{{ID: backend, Secret: secretOf(backend)}}})
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now().Unix()
	c := &claims{Issuer: issuer, Audience: audience, Client: backend, IssuedAt: now, Expires: now + 3600, Scope: "application/inventory callgiving/group:north:1"}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS512, c).SignedString(g.authority.signing)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := g.authority.bearer(token); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzTokenForm(f *testing.F) {
	for _, seed := range []string{"grant_type=client_credentials", "grant_type=client_credentials&scope=callgiving%2Fgroup%3Anorth%3A1+rtm/ken:1&nonce=x", "grant_type=client_credentials&scope=%zz", ";&=&scope=a/b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		form, err := parseTokenForm(text)
		if err != nil {
			if r := refusalOf(err); r.status != 400 && r.status != 403 || r.message == "" {
				t.Fatalf("%q: %v: want a refusal with 400 or 403", text, err)
			}
			return
		}
		if len(form.scopes) == 0 || len(form.nonce) > maxNonce || len(spell(form.scopes)) > maxScope {
			t.Fatalf("%q: %+v", text, form)
		}
	})
}
