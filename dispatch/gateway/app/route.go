package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

// who has to prove who they are, for a route.
type who int

const (
	anybody who = iota // and a login must not be shown where anonymous says so
	user               // a login, by its token
	manager            // of the building in the path, by their credential
)

// route is one thing that can be done.
type route struct {
	method, path string // in the form of http.ServeMux
	by           who
	status       int  // when it was done
	guess        bool // could be one of many guesses: counted by client address
	hashes       bool // a password is hashed
	anonymous    bool // must not come with a login
	large        bool // an import

	in, out reflect.Type // of the bodies; none = no body
	serve   func(*API, *asked) (any, error)
}

// none is no body.
type none struct{}

// asked is one request for a route.
type asked struct {
	http    *http.Request
	route   *route
	token   remotecall.Token    // of a user
	manager *remotecall.Manager // of a manager
	in      any                 // *In
	header  http.Header         // of the answer
}

// id is a part of the path that names a record or subject. What has not the
// form of an ID names nothing.
func (q *asked) id(name string) (registry.ID, error) {
	id := registry.ID(q.http.PathValue(name))
	if !id.Valid() {
		return "", remotecall.NoSuchEntry
	}
	return id, nil
}

// doing makes a route of a function of its bodies.
func doing[In, Out any](method, path string, by who, status int, do func(*API, *asked, *In) (*Out, error), also ...func(*route)) *route {
	r := &route{method: method, path: path, by: by, status: status, in: reflect.TypeFor[In](), out: reflect.TypeFor[Out]()}
	r.serve = func(a *API, q *asked) (any, error) {
		out, err := do(a, q, q.in.(*In))
		if err != nil {
			return nil, err
		}
		return out, nil
	}
	for _, f := range also {
		f(r)
	}
	return r
}

func guess(r *route)     { r.guess = true }
func hashes(r *route)    { r.hashes = true }
func anonymous(r *route) { r.anonymous = true }
func large(r *route)     { r.large = true }

var noneType = reflect.TypeFor[none]()

// routes are all of them.
var routes = slices.Concat(accountRoutes, callRoutes, keyRoutes, subUserRoutes, preferenceRoutes, rightRoutes, usageRoutes, doorRoutes, managerRoutes, buildingRoutes)

// route sets up the paths.
func (a *API) route() {
	allowed := map[string][]string{"/app/v1/openapi.json": {http.MethodGet}}
	for _, r := range routes {
		a.mux.HandleFunc(r.method+" "+r.path, func(w http.ResponseWriter, hr *http.Request) { a.answer(w, hr, r) })
		allowed[r.path] = append(allowed[r.path], r.method)
	}
	a.mux.HandleFunc("GET /app/v1/openapi.json", a.openapi)
	for path, methods := range allowed {
		if slices.Contains(methods, http.MethodGet) {
			methods = append(methods, http.MethodHead)
		}
		slices.Sort(methods)
		a.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			a.refuse(w, &route{method: "other", path: path}, wrongMethod)
		})
	}
	a.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		a.refuse(w, &route{method: "other", path: "other"}, noSuchPath)
	})
}

// ServeHTTP answers a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	defer func() {
		// A fault of ours ends one request. What it says could have values in it;
		// the stack has none.
		if what := recover(); what != nil {
			if what == http.ErrAbortHandler {
				panic(what)
			}
			a.log.Error("a request of the app API failed", "stack", string(debug.Stack()))
			a.refuse(w, &route{method: "other", path: "other"}, remotecall.Unavailable)
		}
	}()
	if r.URL.RawQuery != "" || r.URL.ForceQuery {
		a.refuse(w, &route{method: "other", path: "other"}, fmt.Errorf("%w: the address has a query, and what is in addresses gets into logs", malformedRequest))
		return
	}
	a.mux.ServeHTTP(w, r)
}

// answer does what a route does.
func (a *API) answer(w http.ResponseWriter, r *http.Request, route *route) {
	began := time.Now()
	q := &asked{http: r, route: route, header: w.Header()}
	out, err := a.do(w, q)
	if err != nil {
		a.refuse(w, route, err)
	} else if route.out == noneType {
		w.WriteHeader(route.status)
		a.count.request(route, route.status, "")
	} else {
		write(w, route.status, out)
		a.count.request(route, route.status, "")
	}
	a.count.took(route, time.Since(began))
}

// do takes a request through what every route has in common.
func (a *API) do(w http.ResponseWriter, q *asked) (any, error) {
	route := q.route
	if err := a.prove(w, q); err != nil {
		return nil, err
	}
	q.in = reflect.New(route.in).Interface()
	switch {
	case route.in == noneType:
		if q.http.ContentLength != 0 {
			return nil, fmt.Errorf("%w: this request has no body", malformedRequest)
		}
	default:
		most := a.config.Limits.Body
		if route.large {
			most = a.config.Limits.Import
		}
		body, err := a.body(w, q.http, most)
		if err != nil {
			return nil, err
		}
		if raw, is := q.in.(*json.RawMessage); is {
			*raw = body
		} else if err := decode(body, q.in); err != nil {
			return nil, err
		}
	}
	if route.guess {
		if wait := a.attempts.take(peer(q.http), a.config.Now()); wait > 0 {
			retryAfter(q.header, wait)
			return nil, tooManyRequests
		}
	}
	if route.hashes {
		if err := a.mayHash(q); err != nil {
			return nil, err
		}
		defer func() { <-a.hashing }()
	}
	return route.serve(a, q)
}

// mayHash waits until one more password can be hashed.
func (a *API) mayHash(q *asked) error {
	timer := time.NewTimer(a.config.Limits.HashWait)
	defer timer.Stop()
	select {
	case a.hashing <- struct{}{}:
		return nil
	case <-timer.C:
	case <-q.http.Context().Done():
	}
	retryAfter(q.header, a.config.Limits.HashWait)
	return remotecall.Unavailable
}

// refuse tells a client that and why something was not done.
func (a *API) refuse(w http.ResponseWriter, route *route, err error) {
	status, body := refusalOf(err)
	switch body.Error {
	case remotecall.NotSignedIn, remotecall.WrongCredentials:
		w.Header().Set("WWW-Authenticate", `Bearer realm="hoistway"`)
	case remotecall.TooManyAttempts:
		retryAfter(w.Header(), a.config.Policy.Wait)
	case remotecall.TooManyCalls:
		retryAfter(w.Header(), time.Minute)
	case tooSlow:
		w.Header().Set("Connection", "close")
	}
	if body.Error == remotecall.Unavailable {
		a.log.Error("the app API could not do what it was asked", "route", route.String(), "reason", why(err))
	}
	a.count.request(route, status, body.Error)
	write(w, status, body)
}

func (r *route) String() string { return r.method + " " + r.path }

// retryAfter says when to try again, in whole seconds, one at least.
func retryAfter(h http.Header, wait time.Duration) {
	if h.Get("Retry-After") == "" {
		h.Set("Retry-After", strconv.Itoa(max(1, int((wait+time.Second-1)/time.Second))))
	}
}

func write(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("BUG: an answer that is no JSON: %T", body))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
}
