package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// The life of a limited token, seconds.
const (
	limitedLife    = 300 // when left out
	maxLimitedLife = 600
)

// maxIdentity is the longest identity of an end user, in bytes.
const maxIdentity = 256

// limitedForm is a request for a limited token.
type limitedForm struct {
	user   string
	scopes []scope
	life   time.Duration
	once   bool
}

// parseLimitedForm reads the body of a request for a limited token. The age has
// two spellings: the published schema's, and that of its example and of clients.
func parseLimitedForm(text []byte) (limitedForm, error) {
	f := limitedForm{life: limitedLife * time.Second}
	var form struct {
		User   string   `json:"endUserIdentity"`
		Scopes []string `json:"scopes"`
		Age    *int64   `json:"maxAgeSeconds"`
		Aged   *int64   `json:"maxAgeSeonds"`
		Once   bool     `json:"singleUse"`
	}
	if err := decodeBody(text, &form); err != nil {
		return f, err
	}
	if form.User == "" || len(form.User) > maxIdentity {
		return f, badBody("endUserIdentity", fmt.Sprintf("want endUserIdentity, of 1 to %d bytes", maxIdentity))
	}
	if len(form.Scopes) == 0 {
		return f, badBody("scopes", "want scopes, some of those of the token")
	}
	age := form.Age
	if age == nil {
		age = form.Aged
	} else if form.Aged != nil && *form.Aged != *age {
		return f, badBody("maxAgeSeconds", "maxAgeSeconds and maxAgeSeonds differ: one is enough")
	}
	if age != nil {
		if *age < 1 || *age > maxLimitedLife {
			return f, badBody("maxAgeSeconds", fmt.Sprintf("want maxAgeSeconds from 1 to %d", maxLimitedLife))
		}
		f.life = time.Duration(*age) * time.Second
	}
	var err error
	f.user, f.once = form.User, form.Once
	f.scopes, err = askedScopes("scopes", form.Scopes)
	return f, err
}

// decodeBody reads a body that is one JSON value.
func decodeBody(text []byte, into any) error {
	err := json.Unmarshal(text, into)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) && wrong.Field != "" {
		return badBody(wrong.Field, wrong.Field+" has the wrong type")
	} else if err != nil {
		return badBody("body", "want a body of one JSON object")
	}
	return nil
}

// limitedToken answers POST /api/v2/oauth2/limited-token: a token for the device
// of an end user, which lives shorter than the one it is made from and may do no
// more.
func (a *authority) limitedToken(w http.ResponseWriter, r *http.Request) error {
	g, err := a.fromRequest(r)
	if err != nil {
		return err
	}
	if g.claims.Limited {
		return a.counted(refusedScope, foreign("a limited token cannot make another: use the token that the application got for its secret"))
	}
	text, err := readBody(r, "application/json")
	if err != nil {
		return err
	}
	ask, err := parseLimitedForm(text)
	if err != nil {
		return a.counted(refusedFormat, err)
	}
	if err := a.permit(func(s scope) bool { return covered(g.scopes, s) }, ask.scopes); err != nil {
		return err
	}
	life := min(ask.life, time.Until(g.expires))
	if life < time.Second {
		return a.counted(refusedExpired, unauthorized("Bearer", "the access token ends within a second: ask for a new one"))
	}
	a.issue(w, &claims{
		Client: g.client, Scope: spell(ask.scopes), Limited: true, User: ask.user, ID: a.spent.id(), Once: ask.once, Nonce: g.claims.Nonce,
	}, life)
	return nil
}
