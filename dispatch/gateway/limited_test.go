package gateway

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLimitedTokenRequests(t *testing.T) {
	const scopes = `"scopes":["callgiving/group:north:1"]`
	for _, row := range []struct {
		what   string
		body   string
		status int
		life   int
		fault  requestFault
	}{
		{"as clients send it", `{"endUserIdentity":"phone-7",` + scopes + `,"maxAgeSeconds":60,"singleUse":true}`, 200, 60, requestFault{}},
		{"the age spelt as in the schema", `{"endUserIdentity":"phone-7",` + scopes + `,"maxAgeSeonds":61}`, 200, 61, requestFault{}},
		{"both spellings agree", `{"endUserIdentity":"phone-7",` + scopes + `,"maxAgeSeonds":61,"maxAgeSeconds":61}`, 200, 61, requestFault{}},
		{"no age", `{"endUserIdentity":"phone-7",` + scopes + `}`, 200, 300, requestFault{}},
		{"the longest age", `{"endUserIdentity":"phone-7",` + scopes + `,"maxAgeSeconds":600}`, 200, 600, requestFault{}},
		{"fields we do not know", `{"endUserIdentity":"phone-7",` + scopes + `,"colour":1}`, 200, 300, requestFault{}},
		{"both spellings differ", `{"endUserIdentity":"phone-7",` + scopes + `,"maxAgeSeonds":61,"maxAgeSeconds":60}`, 400, 0, requestFault{Type: "invalidFormat", BodyPath: "maxAgeSeconds"}},
		{"an age of 0", `{"endUserIdentity":"phone-7",` + scopes + `,"maxAgeSeconds":0}`, 400, 0, requestFault{Type: "invalidFormat", BodyPath: "maxAgeSeconds"}},
		{"an age above the longest", `{"endUserIdentity":"phone-7",` + scopes + `,"maxAgeSeconds":601}`, 400, 0, requestFault{Type: "invalidFormat", BodyPath: "maxAgeSeconds"}},
		{"an age in words", `{"endUserIdentity":"phone-7",` + scopes + `,"maxAgeSeconds":"60"}`, 400, 0, requestFault{Type: "invalidFormat", BodyPath: "maxAgeSeconds"}},
		{"half seconds", `{"endUserIdentity":"phone-7",` + scopes + `,"maxAgeSeconds":1.5}`, 400, 0, requestFault{Type: "invalidFormat", BodyPath: "maxAgeSeconds"}},
		{"no user", `{` + scopes + `}`, 400, 0, requestFault{Type: "invalidFormat", BodyPath: "endUserIdentity"}},
		{"no scopes", `{"endUserIdentity":"phone-7"}`, 400, 0, requestFault{Type: "invalidFormat", BodyPath: "scopes"}},
		{"a malformed scope", `{"endUserIdentity":"phone-7","scopes":["callgiving"]}`, 400, 0, requestFault{Type: "invalidFormat", BodyPath: "scopes"}},
		{"no JSON", `endUserIdentity=phone-7`, 400, 0, requestFault{Type: "invalidFormat", BodyPath: "body"}},
		{"JSON and more", `{"endUserIdentity":"phone-7",` + scopes + `}{}`, 400, 0, requestFault{Type: "invalidFormat", BodyPath: "body"}},
		{"a list", `[]`, 400, 0, requestFault{Type: "invalidFormat", BodyPath: "body"}},
		{"more than the master may", `{"endUserIdentity":"phone-7","scopes":["callgiving/group:north:2"]}`, 403, 0, requestFault{Type: "not_allowed", Header: "scope"}},
		{"all groups from one", `{"endUserIdentity":"phone-7","scopes":["callgiving/*"]}`, 403, 0, requestFault{Type: "not_allowed", Header: "scope"}},
		{"a robot from a person", `{"endUserIdentity":"phone-7","scopes":["robotcall/group:north:1"]}`, 403, 0, requestFault{Type: "not_allowed", Header: "scope"}},
	} {
		t.Run(row.what, func(t *testing.T) {
			withFront(t, func(f *front) {
				master := f.master(backend, "callgiving/group:north:1")
				got := f.do(ask{method: "POST", path: limitedPath, bearer: master, media: jsonMedia, body: row.body})
				if row.status != 200 {
					if diff := cmp.Diff(row.fault, got.refused(t, row.status)); diff != "" {
						t.Error(diff)
					}
					return
				}
				var body struct {
					Expires int    `json:"expires_in"`
					Scope   string `json:"scope"`
				}
				if got.into(t, &body); got.status != 200 || body.Expires != row.life || body.Scope != "callgiving/group:north:1" {
					t.Fatalf("status %d, %s: want a life of %d s", got.status, got.body, row.life)
				}
				g, err := f.gateway.authority.bearer(f.token(got))
				if err != nil || g.client != backend || g.user != "phone-7" || !g.allows("callgiving", "north", "1") || time.Until(g.expires) != time.Duration(row.life)*time.Second {
					t.Errorf("grant %+v, %v", g, err)
				}
			})
		})
	}
}

func TestLimitedTokenMakesNoOther(t *testing.T) {
	withFront(t, func(f *front) {
		const body = `{"endUserIdentity":"phone-7","scopes":["callgiving/group:north:1"]}`
		limited := f.limited(f.master(backend, "callgiving/*"), body)
		got := f.do(ask{method: "POST", path: limitedPath, bearer: limited, media: jsonMedia, body: body})
		if diff := cmp.Diff(requestFault{Type: "not_allowed", Header: "scope"}, got.refused(t, 403)); diff != "" {
			t.Error(diff)
		}
	})
}

// A limited token ends with the one it was made from, and when its age is over.
func TestLimitedTokenEnds(t *testing.T) {
	withFront(t, func(f *front) {
		master := f.master(backend, "callgiving/*")
		limited := f.limited(master, `{"endUserIdentity":"phone-7","scopes":["callgiving/*"],"maxAgeSeconds":60}`)
		time.Sleep(59 * time.Second)
		if _, err := f.gateway.authority.bearer(limited); err != nil {
			t.Fatalf("after 59 s of 60: %v", err)
		}
		time.Sleep(time.Second)
		if _, err := f.gateway.authority.bearer(limited); err == nil {
			t.Fatal("after 60 s of 60 it is still valid")
		}
		time.Sleep(58 * time.Minute)
		g, err := f.gateway.authority.bearer(f.limited(master, `{"endUserIdentity":"phone-7","scopes":["callgiving/*"],"maxAgeSeconds":600}`))
		if err != nil || time.Until(g.expires) != time.Minute {
			t.Fatalf("%+v, %v: want the minute that its master has left", g, err)
		}
		time.Sleep(30*time.Second + time.Millisecond)
		g, err = f.gateway.authority.bearer(f.limited(master, `{"endUserIdentity":"phone-7","scopes":["callgiving/*"],"maxAgeSeconds":600}`))
		if err != nil || time.Until(g.expires) > 30*time.Second {
			t.Fatalf("%+v, %v: want no more than the master has left", g, err)
		}
	})
}

func TestSingleUseTokens(t *testing.T) {
	withFront(t, func(f *front) {
		master := f.master(backend, "application/inventory+callgiving/*")
		form := `{"endUserIdentity":"phone-7","scopes":["application/inventory","callgiving/*"],"singleUse":true}`
		once, other := f.limited(master, form), f.limited(master, form)
		if got := f.do(ask{method: "GET", path: resourcesPath, bearer: once}); got.status != 200 {
			t.Fatalf("first use: %d, %s", got.status, got.body)
		}
		f.do(ask{method: "GET", path: resourcesPath, bearer: once}).refused(t, 401)
		if _, err := f.gateway.authority.bearer(once); err == nil {
			t.Error("what opens a WebSocket takes a token that a request has used")
		}
		if _, err := f.gateway.authority.bearer(other); err != nil {
			t.Errorf("another token: %v", err)
		}
		f.do(ask{method: "GET", path: resourcesPath, bearer: other}).refused(t, 401)
		f.do(ask{method: "GET", path: resourcesPath, bearer: f.limited(master, form)})
		if n := f.gateway.authority.spent.held[backend]; n != 3 {
			t.Errorf("%d used tokens are remembered: want 3", n)
		}
		time.Sleep(7 * time.Minute)
		f.do(ask{method: "GET", path: resourcesPath, bearer: f.limited(f.master(backend, "application/inventory"), `{"endUserIdentity":"phone-7","scopes":["application/inventory"],"singleUse":true}`)})
		if n := f.gateway.authority.spent.held[backend]; n != 1 || len(f.gateway.authority.spent.minutes) != 1 {
			t.Errorf("%d used tokens are remembered after their lives: want 1", n)
		}
	})
}

// An application that fills its memory of used tokens waits; others do not.
func TestUsedTokensAreBounded(t *testing.T) {
	s, now := newSpent(), time.Unix(1_000_000, 0)
	expires := now.Add(300 * time.Second)
	for range maxSpent {
		if got := s.use("a", s.id(), expires, now); got != wasFresh {
			t.Fatalf("fresh token: %d", got)
		}
	}
	full, last := s.id(), s.id()
	if got := s.use("a", full, expires, now); got != notCounted {
		t.Errorf("one more token: %d, want %d", got, notCounted)
	}
	if got := s.use("b", s.id(), expires, now); got != wasFresh {
		t.Errorf("another application: %d, want %d", got, wasFresh)
	}
	if got := s.use("a", last, now.Add(900*time.Second), now.Add(400*time.Second)); got != wasFresh {
		t.Errorf("after the lives of the others: %d, want %d", got, wasFresh)
	}
	if got := s.use("a", last, now.Add(900*time.Second), now.Add(401*time.Second)); got != wasUsed {
		t.Errorf("that one again: %d, want %d", got, wasUsed)
	}
	if got := s.use("a", newSpent().id(), expires, now); got != wasUsed {
		t.Errorf("a token of another process: %d, want %d", got, wasUsed)
	}
	if len(s.minutes) != 1 || s.held["a"] != 1 {
		t.Errorf("%d minutes and %d tokens are held: want 1 and 1", len(s.minutes), s.held["a"])
	}
}

func FuzzLimitedForm(f *testing.F) {
	for _, seed := range []string{
		`{"endUserIdentity":"phone-7","scopes":["callgiving/group:north:1"],"maxAgeSeconds":60,"singleUse":true}`,
		`{"endUserIdentity":"x","scopes":["rtm/*"],"maxAgeSeonds":600}`, `{"scopes":null,"maxAgeSeconds":1e3}`, `[]`, `{"endUserIdentity":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		form, err := parseLimitedForm(text)
		if err != nil {
			if r := refusalOf(err); r.status != 400 && r.status != 403 || r.message == "" {
				t.Fatalf("%q: %v: want a refusal with 400 or 403", text, err)
			}
			return
		}
		if form.life < time.Second || form.life > maxLimitedLife*time.Second || form.user == "" || len(form.user) > maxIdentity || len(form.scopes) == 0 {
			t.Fatalf("%q: %+v", text, form)
		}
	})
}
