package app

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

// prove finds out for whom a request is made. Whose a token is, and whether it
// is one, the service finds when it is asked to do something.
func (a *API) prove(w http.ResponseWriter, q *asked) error {
	if len(q.http.Header["Authorization"]) > 1 {
		return fmt.Errorf("%w: Authorization stands there twice", malformedRequest)
	}
	given := q.http.Header.Get("Authorization")
	switch q.route.by {
	case user:
		token, is := bearer(given)
		if !is {
			return remotecall.NotSignedIn
		}
		q.token = remotecall.Token(token)
	case manager:
		return a.proveManager(q)
	default:
		if q.route.anonymous && given != "" {
			return fmt.Errorf("%w: this request must not say who makes it: leave Authorization out", malformedRequest)
		}
	}
	return nil
}

// proveManager lets a Manager in. A wrong credential counts as an attempt of
// the client's address; a right one does not.
func (a *API) proveManager(q *asked) error {
	building := q.http.PathValue("building")
	secret, is := bearer(q.http.Header.Get("Authorization"))
	if !is {
		var name string
		if name, secret, is = q.http.BasicAuth(); !is {
			return remotecall.NotSignedIn
		}
		if name != building {
			return remotecall.WrongCredentials
		}
	}
	address, now := peer(q.http), a.config.Now()
	if wait := a.attempts.wait(address, now); wait > 0 {
		retryAfter(q.header, wait)
		return tooManyRequests
	}
	m, err := a.service.Manager(building, secret)
	if errors.Is(err, remotecall.WrongCredentials) {
		a.attempts.take(address, now)
	}
	q.manager = m
	return err
}

// bearer is the token in an Authorization header.
func bearer(header string) (token string, is bool) {
	scheme, token, _ := strings.Cut(header, " ")
	return token, strings.EqualFold(scheme, "Bearer") && token != "" && !strings.ContainsAny(token, " \t,")
}

// why is what the log may have of an error: only whether it is one of those
// that an operator can act on. Its text may lead to a record.
func why(err error) string {
	var denied *registry.Denied
	switch {
	case errors.Is(err, registry.ErrNotProvider):
		return "not the provider"
	case errors.Is(err, registry.ErrNotFound):
		return "no such record"
	case errors.Is(err, registry.ErrShredded):
		return "the record's key is destroyed"
	case errors.Is(err, errLifts):
		return "the lifts took no call"
	case errors.As(err, &denied):
		return "denied by the access matrix"
	}
	return "stores"
}
