package gateway

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"net/http"
)

// application is a Client that may ask for tokens.
type application struct {
	id     string
	secret [sha256.Size]byte // fingerprint
	all    bool              // may have every scope
	scopes []scope
}

// may reports whether the application may have a scope. Every one may list what
// it has.
func (p *application) may(s scope) bool {
	return p.all || s.product == inventory || covered(p.scopes, s)
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// print is a fingerprint of an ID or a secret: equally long for all.
func (a *authority) print(text string) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, a.salt)
	_, _ = io.WriteString(h, text)
	h.Sum(sum[:0])
	return sum
}

// known finds the application with an ID and a secret. It takes as long for an
// unknown ID as for a wrong secret.
func (a *authority) known(id, secret string) (*application, bool) {
	p, ok := a.byPrint[a.print(id)]
	if !ok {
		p = a.nobody
	}
	given := a.print(secret)
	right := subtle.ConstantTimeCompare(given[:], p.secret[:]) == 1
	return p, ok && right
}

// basic finds the application that authenticates itself with its secret.
func (a *authority) basic(r *http.Request) (*application, error) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		return nil, a.counted(refusedCredentials, unauthorized("Basic", "want the header Authorization: Basic with client ID and secret"))
	}
	var p *application
	ok, wait := a.attempts.guard(r.RemoteAddr, id, func() (right bool) {
		p, right = a.known(id, secret)
		return right
	})
	switch {
	case wait > 0:
		return nil, a.counted(refusedRate, &refusal{status: http.StatusTooManyRequests, message: "too many wrong secrets: try again later", after: wait})
	case !ok:
		return nil, a.counted(refusedCredentials, unauthorized("Basic", "unknown client, or not its secret"))
	}
	return p, nil
}
