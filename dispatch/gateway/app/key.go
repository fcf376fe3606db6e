package app

import (
	"net/http"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

var keyRoutes = []*route{
	doing(http.MethodPost, "/app/v1/visitor-keys", user, http.StatusCreated, (*API).createKey),
	doing(http.MethodGet, "/app/v1/visitor-keys", user, http.StatusOK, (*API).keys),
	doing(http.MethodDelete, "/app/v1/visitor-keys/{key}", user, http.StatusNoContent, (*API).revokeKey),
}

type keyRequest struct {
	Building string    `json:"building"`
	Visitor  string    `json:"visitor"`
	Floors   []string  `json:"floors"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
	Uses     int       `json:"uses"`
	Consent  bool      `json:"consent"`
}

// madeKey is shown once: nothing else knows the code.
type madeKey struct {
	Key  registry.ID `json:"key"`
	Code string      `json:"code"`
}

type heldKeys struct {
	Keys []heldKey `json:"keys"`
}

type heldKey struct {
	Key      registry.ID `json:"key"`
	Building string      `json:"building"`
	Visitor  string      `json:"visitor"`
	Floors   []string    `json:"floors"`
	From     time.Time   `json:"from"`
	Until    time.Time   `json:"until"`
	Uses     int         `json:"uses"`
}

func (a *API) createKey(q *asked, in *keyRequest) (*madeKey, error) {
	k, err := a.service.CreateKey(q.token, remotecall.KeyRequest(*in))
	if err != nil {
		return nil, err
	}
	q.header.Set("Location", "/app/v1/visitor-keys/"+string(k.ID))
	return &madeKey{k.ID, k.Code}, nil
}

func (a *API) keys(q *asked, _ *none) (*heldKeys, error) {
	list, err := a.service.Keys(q.token)
	out := &heldKeys{Keys: make([]heldKey, len(list))}
	for i, k := range list {
		out.Keys[i] = heldKey{k.ID, k.Building, k.Visitor, k.Floors, k.From, k.Until, k.Uses}
	}
	return out, err
}

func (a *API) revokeKey(q *asked, _ *none) (*none, error) {
	id, err := q.id("key")
	if err != nil {
		return nil, err
	}
	return nil, a.service.RevokeKey(q.token, id)
}
