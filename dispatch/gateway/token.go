package gateway

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// authority issues and checks tokens. Tokens live on the wall clock, whatever
// the speed of the buildings. It is safe for concurrent use.
type authority struct {
	gateway      *Gateway
	signing      []byte // key of the signatures, random: tokens end with the process
	parser       *jwt.Parser
	applications map[string]*application // by ID
	salt         []byte                  // of fingerprints
	byPrint      map[[sha256.Size]byte]*application
	nobody       *application // stands in for an unknown one
	spent        *spent
	attempts     *attempts
}

func newAuthority(g *Gateway) (*authority, error) {
	a := &authority{
		gateway: g, signing: random(64), salt: random(32),
		applications: map[string]*application{}, byPrint: map[[sha256.Size]byte]*application{},
		spent: newSpent(), attempts: newAttempts(),
		parser: jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS512.Alg()}), jwt.WithExpirationRequired(), jwt.WithIssuer(issuer), jwt.WithAudience(audience)),
	}
	a.nobody = &application{secret: a.print(string(random(32)))}
	var faults []error
	if len(g.sites) > kenBuildings {
		faults = append(faults, fmt.Errorf("gateway: %d buildings: equipment numbers have four digits for them, so that %d is the most", len(g.sites), kenBuildings))
	}
	for _, s := range g.sites {
		for i, b := range s.layout.Banks {
			if len(b.Cars) > kenCars {
				faults = append(faults, fmt.Errorf("gateway: building %s, bank %d: %d cars: equipment numbers have two digits for them, so that %d is the most", s.id, i+1, len(b.Cars), kenCars))
			}
		}
	}
	for _, c := range g.config.Clients {
		p := &application{id: c.ID, secret: a.print(c.Secret), all: c.Scopes == nil}
		var err error
		if p.scopes, err = parseScopes(c.Scopes); err != nil {
			faults = append(faults, fmt.Errorf("gateway: client %q: %w", c.ID, err))
		}
		a.applications[c.ID], a.byPrint[a.print(c.ID)] = p, p
	}
	return a, errors.Join(faults...)
}

// token answers POST /api/v2/oauth2/token.
func (a *authority) token(w http.ResponseWriter, r *http.Request) error {
	p, err := a.basic(r)
	if err != nil {
		return err
	}
	form, err := readBody(r, "application/x-www-form-urlencoded")
	if err != nil {
		return err
	}
	ask, err := parseTokenForm(string(form))
	if err != nil {
		return a.counted(refusedFormat, err)
	}
	if err := a.permit(p.may, ask.scopes); err != nil {
		return err
	}
	a.issue(w, &claims{Client: p.id, Scope: spell(ask.scopes), Nonce: ask.nonce}, a.gateway.config.Limits.Token)
	return nil
}

// permit refuses scopes that may does not allow, and those of a building or
// equipment that is not here: who misspells one learns it before the first call.
func (a *authority) permit(may func(scope) bool, scopes []scope) error {
	for _, s := range scopes {
		if !may(s) || !a.exists(s) {
			return a.counted(refusedScope, foreign(fmt.Sprintf("scope %s is not allowed for this client: ask GET /api/v2/application/self/resources for what is", s.text)))
		}
	}
	return nil
}

func (a *authority) exists(s scope) bool {
	if s.ken != "" {
		_, _, _, ok := a.gateway.equipment(s.ken)
		return ok
	}
	if s.building == "" {
		return true
	}
	site := a.gateway.byID[s.building]
	return site != nil && (s.group == "" || slices.ContainsFunc(site.groups, func(g *group) bool { return g.id == s.group }))
}

func unauthorized(scheme, message string) *refusal {
	return &refusal{status: http.StatusUnauthorized, message: message, scheme: scheme, faults: []requestFault{{Type: faultInvalid, Header: "authorization"}}}
}

func foreign(message string) *refusal {
	return &refusal{status: http.StatusForbidden, message: message, faults: []requestFault{{Type: faultForbidden, Header: "scope"}}}
}

// tokenForm is a token request.
type tokenForm struct {
	scopes []scope
	nonce  string
}

// maxNonce is the longest nonce, in bytes: it travels in the token.
const maxNonce = 256

// parseTokenForm reads the body of a token request.
func parseTokenForm(text string) (tokenForm, error) {
	var f tokenForm
	form, err := url.ParseQuery(text)
	if err != nil {
		return f, badBody("body", "the body is no form")
	}
	for _, name := range []string{"grant_type", "scope", "nonce"} {
		if len(form[name]) > 1 {
			return f, badBody(name, name+" stands in the body more than once")
		}
	}
	if form.Get("grant_type") != "client_credentials" {
		return f, badBody("grant_type", "want grant_type=client_credentials")
	}
	if f.nonce = form.Get("nonce"); len(f.nonce) > maxNonce {
		return f, badBody("nonce", fmt.Sprintf("a nonce has at most %d bytes", maxNonce))
	}
	texts := strings.Fields(form.Get("scope"))
	if len(texts) == 0 {
		texts = []string{"application/inventory"}
	}
	f.scopes, err = askedScopes("scope", texts)
	return f, err
}

// askedScopes reads the scopes of a request, which stand at a path of its body.
func askedScopes(path string, texts []string) ([]scope, error) {
	length := len(texts)
	for _, text := range texts {
		length += len(text)
	}
	if length > maxScope {
		return nil, badBody(path, fmt.Sprintf("scopes of %d bytes: %d is the most; ask for PRODUCT/* instead", length, maxScope))
	}
	scopes, err := parseScopes(texts)
	if strange := (errForeign{}); errors.As(err, &strange) {
		return nil, foreign(err.Error())
	} else if err != nil {
		return nil, badBody(path, err.Error())
	}
	return scopes, nil
}

// issue answers with a new token.
func (a *authority) issue(w http.ResponseWriter, c *claims, life time.Duration) {
	now := time.Now().Truncate(time.Second)
	expires := now.Add(life.Truncate(time.Second))
	c.Issuer, c.Audience, c.Org, c.Sandbox = issuer, audience, c.Client, true
	c.IssuedAt, c.Expires = now.Unix(), expires.Unix()
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS512, c).SignedString(a.signing)
	if err != nil {
		panic(fmt.Sprintf("BUG: a token's claims cannot be signed: %v", err))
	}
	a.issued(c)
	w.Header().Set("Pragma", "no-cache")
	writeJSON(w, http.StatusOK, struct {
		Token   string `json:"access_token"`
		Type    string `json:"token_type"`
		Expires int64  `json:"expires_in"` // seconds
		Scope   string `json:"scope"`
	}{signed, "Bearer", c.Expires - c.IssuedAt, c.Scope})
}
