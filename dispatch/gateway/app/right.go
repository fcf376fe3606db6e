package app

import (
	"encoding/json"
	"net/http"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

var rightRoutes = []*route{
	doing(http.MethodPost, "/app/v1/rights/export", user, http.StatusOK, (*API).export),
	doing(http.MethodPost, "/app/v1/rights/port", user, http.StatusOK, (*API).port, hashes),
	doing(http.MethodPost, "/app/v1/rights/correct", user, http.StatusOK, (*API).correct),
	doing(http.MethodPost, "/app/v1/rights/object", user, http.StatusOK, (*API).object),
	doing(http.MethodPost, "/app/v1/rights/erase", user, http.StatusOK, (*API).erase, hashes),
	doing(http.MethodGet, "/app/v1/objections", user, http.StatusOK, (*API).objections),
	doing(http.MethodPost, "/app/v1/imports", user, http.StatusCreated, (*API).takeIn, large),
}

type exportRequest struct {
	Pseudonyms []registry.ID `json:"pseudonyms,omitzero"`
}

// proven is a request that wants the password again.
type proven struct {
	Password string `json:"password"`
}

type correctRequest struct {
	Corrections map[string]string `json:"corrections"`
}

type objectRequest struct {
	Purpose registry.Purpose `json:"purpose"`
}

// fulfilled is what came of a request.
type fulfilled struct {
	Request     registry.ID     `json:"request"`
	Export      json.RawMessage `json:"export,omitempty"`
	Referrals   []string        `json:"referrals,omitempty"`
	Certificate *certificate    `json:"certificate,omitempty"`
}

// certificate says what an erasure did.
type certificate struct {
	Erasure  registry.ID    `json:"erasure"`
	Cause    registry.Cause `json:"cause"`
	At       time.Time      `json:"at"`
	Settled  time.Time      `json:"settled"`
	Verified bool           `json:"verified"`
	Stores   []destroyed    `json:"stores"`
}

type destroyed struct {
	Store   string           `json:"store"`
	Outcome registry.Outcome `json:"outcome"`
	Records int              `json:"records"`
}

func certificateOf(c *registry.Certificate) *certificate {
	if c == nil {
		return nil
	}
	out := &certificate{Erasure: c.Erasure, Cause: c.Cause, At: c.At, Settled: c.Settled, Verified: c.Verified, Stores: make([]destroyed, len(c.Stores))}
	for i, d := range c.Stores {
		out.Stores[i] = destroyed(d)
	}
	return out
}

func (a *API) export(q *asked, in *exportRequest) (*fulfilled, error) {
	return a.exercise(remotecall.RightsRequest{Right: remotecall.ToReview, Token: q.token, Pseudonyms: in.Pseudonyms})
}

func (a *API) port(q *asked, in *proven) (*fulfilled, error) {
	return a.exercise(remotecall.RightsRequest{Right: remotecall.ToPort, Token: q.token, Password: in.Password})
}

func (a *API) correct(q *asked, in *correctRequest) (*fulfilled, error) {
	return a.exercise(remotecall.RightsRequest{Right: remotecall.ToCorrect, Token: q.token, Corrections: in.Corrections})
}

func (a *API) object(q *asked, in *objectRequest) (*fulfilled, error) {
	return a.exercise(remotecall.RightsRequest{Right: remotecall.ToObject, Token: q.token, Purpose: in.Purpose})
}

func (a *API) erase(q *asked, in *proven) (*fulfilled, error) {
	return a.exercise(remotecall.RightsRequest{Right: remotecall.ToDelete, Token: q.token, Password: in.Password})
}

func (a *API) exercise(r remotecall.RightsRequest) (*fulfilled, error) {
	f, err := a.service.Exercise(r)
	if f == nil {
		return nil, err
	}
	if err != nil { // everything is up to a Manager
		return nil, &withReferrals{err, f.Referrals}
	}
	return &fulfilled{f.Request, f.Export, f.Referrals, certificateOf(f.Certificate)}, nil
}

// withReferrals is a refusal that says whom to ask instead.
type withReferrals struct {
	error
	referrals []string
}

func (e *withReferrals) Unwrap() error { return e.error }

type objections struct {
	Purposes []registry.Purpose `json:"purposes"`
}

func (a *API) objections(q *asked, _ *none) (*objections, error) {
	list, err := a.service.Objections(q.token)
	if list == nil {
		list = []registry.Purpose{}
	}
	return &objections{list}, err
}

type imported struct {
	Keys []madeKey `json:"keys"`
}

// takeIn takes what port gave, as it is: the service reads it strictly.
func (a *API) takeIn(q *asked, in *json.RawMessage) (*imported, error) {
	made, err := a.service.Import(q.token, *in)
	keys := make([]madeKey, len(made))
	for i, k := range made {
		keys[i] = madeKey{k.ID, k.Code}
	}
	if err != nil {
		return nil, &withKeys{err, keys}
	}
	return &imported{keys}, nil
}

// withKeys is the refusal of an import that made keys before it failed. Nothing
// else knows their codes.
type withKeys struct {
	error
	keys []madeKey
}

func (e *withKeys) Unwrap() error { return e.error }
