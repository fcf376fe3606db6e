package load

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"
)

// fakeApp is the app API of a fake server: what phones of a load need of it.
type fakeApp struct {
	floors []string
	delay  time.Duration                                      // before calls and keys are answered
	refuse func(method, path string) (code int, error string) // 0 = nothing; Retry-After is a second then

	mu        sync.Mutex
	accounts  map[string]*fakeAccount // by address
	tokens    map[string]*fakeAccount
	emails    []string // of all that ever signed up
	calls     map[string]*fakeAccount
	placed    int
	cancelled int
	keys      int
	erased    int
	faults    []string // requests that no phone makes
}

type fakeAccount struct {
	email, password, subject string
	admitted, granted        bool
}

const fakeManager = "the Manager's credential"

func (f *fakeApp) register(mux *http.ServeMux) {
	f.accounts, f.tokens, f.calls = map[string]*fakeAccount{}, map[string]*fakeAccount{}, map[string]*fakeAccount{}
	for pattern, do := range map[string]func(bearer string, r *http.Request, in map[string]any) (int, any){
		"GET /app/v1/buildings":                                  f.buildings,
		"POST /app/v1/flow/accounts":                             f.signUp,
		"POST /app/v1/buildings/b1/people":                       f.admit,
		"POST /app/v1/buildings/b1/people/{subject}/permissions": f.grant,
		"POST /app/v1/logins":                                    f.login,
		"POST /app/v1/calls":                                     f.call,
		"DELETE /app/v1/calls/{call}":                            f.cancel,
		"POST /app/v1/visitor-keys":                              f.key,
		"POST /app/v1/rights/erase":                              f.erase,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			var in map[string]any
			if r.ContentLength != 0 {
				if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
					f.fault("a body that is no JSON object at %s", pattern)
				}
			}
			if f.delay > 0 && (strings.HasSuffix(pattern, "POST /app/v1/calls") || strings.HasSuffix(pattern, "keys")) {
				time.Sleep(f.delay)
			}
			code, out := 0, any(nil)
			if f.refuse != nil {
				var word string
				if code, word = f.refuse(r.Method, r.URL.Path); code != 0 {
					w.Header().Set("Retry-After", "1")
					out = map[string]string{"error": word, "message": "no"}
				}
			}
			if code == 0 {
				f.mu.Lock()
				code, out = do(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), r, in)
				f.mu.Unlock()
			}
			w.WriteHeader(code)
			if out != nil {
				_ = json.NewEncoder(w).Encode(out)
			}
		})
	}
}

// fault notes a request that no phone makes. f.mu is not held.
func (f *fakeApp) fault(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, fmt.Sprintf(format, args...))
}

func no(code int, word string) (int, any) { return code, map[string]string{"error": word} }

func (f *fakeApp) buildings(string, *http.Request, map[string]any) (int, any) {
	return 200, map[string]any{"grid_m": 10, "near_m": 60, "buildings": []any{
		map[string]any{"building": "other", "services": []string{"remote-call"}, "floors": []string{"1"}, "banks": []any{}},
		map[string]any{"building": "b1", "services": []string{"remote-call", "flow"}, "floors": f.floors, "banks": []any{}},
	}}
}

func (f *fakeApp) signUp(bearer string, _ *http.Request, in map[string]any) (int, any) {
	email, _ := in["email"].(string)
	password, _ := in["password"].(string)
	if bearer != "" || f.accounts[email] != nil || len(password) < 8 || in["building"] != "b1" {
		f.faults = append(f.faults, "a sign-up that is none")
	}
	a := &fakeAccount{email: email, password: password, subject: fmt.Sprint("subject", len(f.emails))}
	f.accounts[email] = a
	f.emails = append(f.emails, email)
	return 201, map[string]string{"subject": a.subject}
}

func (f *fakeApp) admit(bearer string, _ *http.Request, in map[string]any) (int, any) {
	email, _ := in["email"].(string)
	a := f.accounts[email]
	switch {
	case bearer != fakeManager:
		return no(401, "wrong-credentials")
	case a == nil:
		return no(404, "no-account")
	}
	a.admitted = true
	return 200, map[string]string{"subject": a.subject}
}

func (f *fakeApp) grant(bearer string, r *http.Request, in map[string]any) (int, any) {
	for _, a := range f.accounts {
		if a.subject == r.PathValue("subject") && a.admitted && bearer == fakeManager && in["may_grant"] == true {
			a.granted = true
			return 201, map[string]string{"permission": "p"}
		}
	}
	return no(404, "not-your-building")
}

func (f *fakeApp) login(_ string, _ *http.Request, in map[string]any) (int, any) {
	email, _ := in["email"].(string)
	a := f.accounts[email]
	if a == nil || a.password != in["password"] || in["service"] != "flow" {
		return no(401, "wrong-credentials")
	}
	token := "tok.en" + a.subject
	f.tokens[token] = a
	return 201, map[string]string{"token": token}
}

func (f *fakeApp) call(bearer string, _ *http.Request, in map[string]any) (int, any) {
	a := f.tokens[bearer]
	if a == nil || !a.granted {
		return no(403, "not-permitted")
	}
	at, _ := in["position"].(map[string]any)
	east, _ := at["east"].(float64)
	north, _ := at["north"].(float64)
	metres, _ := in["distance"].(float64)
	walk, _ := in["walk"].(float64)
	speed := metres / walk
	if in["from"] == in["to"] || east != math.Trunc(east) || 10*math.Hypot(east, north) > 60 || metres != math.Trunc(metres) || !(speed > 0.7 && speed < 1.8) {
		f.faults = append(f.faults, fmt.Sprintf("a call that is none: %v", in))
	}
	f.placed++
	f.calls[fmt.Sprint(f.placed)] = a
	return 201, map[string]any{"call": f.placed, "bank": "main", "ready": walk}
}

func (f *fakeApp) cancel(bearer string, r *http.Request, _ map[string]any) (int, any) {
	if a := f.calls[r.PathValue("call")]; a == nil || a != f.tokens[bearer] {
		return no(404, "no-such-call")
	}
	delete(f.calls, r.PathValue("call"))
	f.cancelled++
	return 204, nil
}

func (f *fakeApp) key(bearer string, _ *http.Request, in map[string]any) (int, any) {
	if a := f.tokens[bearer]; a == nil || !a.granted || in["consent"] != true {
		return no(403, "may-not-grant")
	}
	f.keys++
	return 201, map[string]string{"key": "k", "code": "c"}
}

func (f *fakeApp) erase(bearer string, _ *http.Request, in map[string]any) (int, any) {
	a := f.tokens[bearer]
	if a == nil || a.password != in["password"] {
		return no(403, "identity-not-proven")
	}
	delete(f.accounts, a.email)
	delete(f.tokens, bearer)
	f.erased++
	return 200, map[string]string{"request": "r"}
}
