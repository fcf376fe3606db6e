package gateway

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"mime"
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
	signing      []byte
	parser       *jwt.Parser
	applications map[string]*application // by ID
	salt         []byte                  // of fingerprints
	byPrint      map[[sha256.Size]byte]*application
	nobody       *application // stands in for an unknown one
	spent        *spent
	attempts     *attempts
}

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

func newAuthority(g *Gateway) (*authority, error) {
	a := &authority{
		gateway: g, signing: g.config.Signing, salt: random(32),
		applications: map[string]*application{}, byPrint: map[[sha256.Size]byte]*application{},
		spent: newSpent(), attempts: newAttempts(),
		parser: jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS512.Alg()}), jwt.WithExpirationRequired(), jwt.WithIssuer(issuer), jwt.WithAudience(audience)),
	}
	if a.signing == nil {
		a.signing = random(64)
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

func (a *authority) routes(mux *http.ServeMux) {
	for _, e := range []struct {
		method, path string
		handle       func(http.ResponseWriter, *http.Request) error
	}{
		{http.MethodPost, tokenPath, a.token},
		{http.MethodPost, limitedPath, a.limitedToken},
		{http.MethodGet, userinfoPath, a.userinfo},
		{http.MethodGet, discoveryPath, a.discovery},
		{http.MethodGet, resourcesPath, a.resources},
		{http.MethodGet, resourcesPath + "/{ken}", a.resource},
		{http.MethodPost, equipmentPath + "search/availability", a.about(availabilityOf, realTime, equipmentStatus)},
		{http.MethodPost, equipmentPath + "search/status", a.about(statusOf, realTime, equipmentStatus)},
		{http.MethodPost, equipmentPath + "search/movement", a.about(movementOf, realTime, equipmentStatus)},
		{http.MethodPost, equipmentPath + "elevator/door", a.about(doorOf, realTime)},
		{http.MethodPost, equipmentPath + "elevator/button", a.about(buttonOf, realTime)},
		{http.MethodPost, equipmentPath + "escalator/movement/direction", a.escalator},
		{http.MethodGet, equipmentPath + "{ken}/serviceOrders", a.serviceOrders},
		{http.MethodGet, equipmentPath + "{ken}/serviceOrders/{number}", a.serviceOrder},
	} {
		mux.HandleFunc(e.path, a.only(e.method, e.handle))
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, missing("there is nothing under this path"))
	})
}

// only lets one method through, and answers with what the handler fails with.
func (a *authority) only(method string, handle func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			w.Header().Set("Allow", method)
			writeError(w, &refusal{status: http.StatusMethodNotAllowed, message: "want the method " + method})
			return
		}
		if err := handle(w, r); err != nil {
			writeError(w, err)
		}
	}
}

// readBody reads a request's body of a media type.
func readBody(r *http.Request, media string) ([]byte, error) {
	if got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || got != media {
		return nil, &refusal{status: http.StatusUnsupportedMediaType, message: "want the content type " + media, faults: []requestFault{{Type: faultUnsupported, Header: "content-type"}}}
	}
	all, err := io.ReadAll(r.Body)
	if large := (*http.MaxBytesError)(nil); err != nil && !errors.As(err, &large) {
		return nil, &refusal{status: http.StatusBadRequest, message: "the body ends too early"}
	}
	return all, err
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

// basic finds the application that authenticates itself with its secret.
func (a *authority) basic(r *http.Request) (*application, error) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		return nil, a.counted(refusedCredentials, unauthorized("Basic", "want the header Authorization: Basic with client ID and secret"))
	}
	wait, tried := a.attempts.open(r.RemoteAddr, id)
	if wait > 0 {
		return nil, a.counted(refusedRate, &refusal{status: http.StatusTooManyRequests, message: "too many wrong secrets: try again later", after: wait})
	}
	p, ok := a.known(id, secret)
	if !ok {
		tried.failed()
		return nil, a.counted(refusedCredentials, unauthorized("Basic", "unknown client, or not its secret"))
	}
	return p, nil
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
