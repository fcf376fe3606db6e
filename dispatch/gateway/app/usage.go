package app

import (
	"net/http"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

var usageRoutes = []*route{
	doing(http.MethodPost, "/app/v1/pseudonyms", user, http.StatusNoContent, (*API).register),
	doing(http.MethodPost, "/app/v1/usages", anybody, http.StatusAccepted, (*API).upload, anonymous),
	doing(http.MethodPost, "/app/v1/app-reports", user, http.StatusAccepted, (*API).report),
}

type pseudonymRequest struct {
	Pseudonym registry.ID `json:"pseudonym"`
	Building  string      `json:"building"`
}

// usage comes without a login, and must: with one it would say whose the
// randomized ID is.
type usage struct {
	Pseudonym registry.ID `json:"pseudonym"`
	Building  string      `json:"building"`
	Equipment string      `json:"equipment"`
	Function  string      `json:"function"`
	At        time.Time   `json:"at"`
}

type appReport struct {
	Description string         `json:"description,omitzero"`
	Model       string         `json:"model"`
	System      string         `json:"system"`
	Hour        int            `json:"hour"`
	Seconds     int            `json:"seconds"`
	Functions   map[string]int `json:"functions,omitzero"`
}

func (a *API) register(q *asked, in *pseudonymRequest) (*none, error) {
	return nil, a.service.Register(q.token, in.Pseudonym, in.Building)
}

func (a *API) upload(_ *asked, in *usage) (*none, error) {
	return nil, a.service.Upload(remotecall.Usage(*in))
}

func (a *API) report(q *asked, in *appReport) (*none, error) {
	return nil, a.service.Report(remotecall.AppReport{
		Token: q.token, Description: in.Description, Model: in.Model, System: in.System, Hour: in.Hour, Seconds: in.Seconds, Functions: in.Functions,
	})
}
