package gateway

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// What the vendor's tokens say of themselves. Clients take tokens as opaque; an
// adapter that looks finds what it knows.
const (
	issuer   = "https://dev.kone.com/api/"
	audience = "kone-apis"
)

// claims are what a token says, and what userinfo answers. It implements
// jwt.Claims.
type claims struct {
	Issuer   string `json:"iss"`
	Audience string `json:"aud"`
	Client   string `json:"sub"`
	IssuedAt int64  `json:"iat"` // Unix seconds
	Expires  int64  `json:"exp"`
	Org      string `json:"org"` // whose the application is; we know no more than the application
	Scope    string `json:"scope"`
	Sandbox  bool   `json:"sandbox"` // always, as in tokens of the vendor's virtual buildings
	Nonce    string `json:"nonce,omitempty"`

	// Of a limited token.
	Limited bool   `json:"limited,omitempty"`
	User    string `json:"user,omitempty"`
	ID      string `json:"jti,omitempty"`
	Once    bool   `json:"singleUse,omitempty"`
}

func (c *claims) GetExpirationTime() (*jwt.NumericDate, error) { return date(c.Expires), nil }
func (c *claims) GetIssuedAt() (*jwt.NumericDate, error)       { return date(c.IssuedAt), nil }
func (c *claims) GetNotBefore() (*jwt.NumericDate, error)      { return nil, nil }
func (c *claims) GetIssuer() (string, error)                   { return c.Issuer, nil }
func (c *claims) GetSubject() (string, error)                  { return c.Client, nil }
func (c *claims) GetAudience() (jwt.ClaimStrings, error)       { return jwt.ClaimStrings{c.Audience}, nil }

func date(seconds int64) *jwt.NumericDate {
	if seconds == 0 {
		return nil
	}
	return jwt.NewNumericDate(time.Unix(seconds, 0))
}

// bearer checks a token and tells what it is good for. A single-use token is
// used by it: call it once for each request or opening of a WebSocket. Errors
// are for writeError.
func (a *authority) bearer(token string) (*grant, error) {
	if token == "" {
		return nil, a.counted(refusedBearer, unauthorized("Bearer", "want an access token"))
	}
	c := &claims{}
	if _, err := a.parser.ParseWithClaims(token, c, func(*jwt.Token) (any, error) { return a.signing, nil }); errors.Is(err, jwt.ErrTokenExpired) {
		return nil, a.counted(refusedExpired, unauthorized("Bearer", "the access token has expired: ask for a new one"))
	} else if err != nil {
		return nil, a.counted(refusedBearer, unauthorized("Bearer", "this is no access token of this server"))
	}
	p := a.applications[c.Client]
	scopes, err := parseScopes(strings.Fields(c.Scope))
	if p == nil || err != nil {
		return nil, a.counted(refusedBearer, unauthorized("Bearer", "the access token's client is not known any more"))
	}
	g := &grant{client: c.Client, user: c.User, expires: time.Unix(c.Expires, 0), claims: c}
	for _, s := range scopes {
		if p.may(s) { // it may have had more when the token was issued
			g.scopes = append(g.scopes, s)
		}
	}
	if c.Once {
		switch a.spent.use(c.Client, c.ID, g.expires, time.Now()) {
		case wasUsed:
			return nil, a.counted(refusedUsed, unauthorized("Bearer", "the access token was good for one use, and has been used"))
		case notCounted:
			return nil, a.counted(refusedRate, &refusal{status: http.StatusTooManyRequests, message: "too many single-use tokens within ten minutes: try again later", after: time.Minute})
		}
	}
	return g, nil
}

// fromRequest checks the token in a request's header Authorization: Bearer.
func (a *authority) fromRequest(r *http.Request) (*grant, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, a.counted(refusedBearer, unauthorized("Bearer", "want the header Authorization: Bearer with an access token"))
	}
	return a.bearer(strings.TrimSpace(token))
}
