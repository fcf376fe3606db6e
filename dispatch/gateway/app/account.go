package app

import (
	"net/http"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

var accountRoutes = []*route{
	doing(http.MethodPost, "/app/v1/remote-call/accounts", anybody, http.StatusCreated, (*API).signUpRemoteCall, guess, hashes),
	doing(http.MethodPost, "/app/v1/flow/accounts", anybody, http.StatusCreated, (*API).signUpFlow, guess, hashes),
	doing(http.MethodPost, "/app/v1/logins", anybody, http.StatusCreated, (*API).login, guess, hashes),
	doing(http.MethodDelete, "/app/v1/logins/current", user, http.StatusNoContent, (*API).logout),
	doing(http.MethodPut, "/app/v1/password", user, http.StatusOK, (*API).changePassword, hashes),
}

type remoteCallSignUp struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Serial   string `json:"device_serial"`
	Building string `json:"building"`
}

type flowSignUp struct {
	Name     string `json:"name"`
	Gender   string `json:"gender"`
	Country  string `json:"country"`
	Language string `json:"language"`
	Phone    string `json:"phone"`
	Email    string `json:"email"`
	Password string `json:"password"`
	Building string `json:"building"`
}

type login struct {
	Service  string `json:"service"`
	Email    string `json:"email"`
	Password string `json:"password"`
}

type passwords struct {
	Old string `json:"old_password"`
	New string `json:"new_password"`
}

type subject struct {
	Subject registry.ID `json:"subject"`
}

// opened is a login that is open.
type opened struct {
	Token remotecall.Token `json:"token"`
}

func (a *API) signUpRemoteCall(_ *asked, in *remoteCallSignUp) (*subject, error) {
	id, err := a.service.SignUpRemoteCall(remotecall.RemoteCallSignUp(*in))
	return &subject{id}, err
}

func (a *API) signUpFlow(_ *asked, in *flowSignUp) (*subject, error) {
	id, err := a.service.SignUpFlow(remotecall.FlowSignUp(*in))
	return &subject{id}, err
}

func (a *API) login(_ *asked, in *login) (*opened, error) {
	t, err := a.service.Login(in.Service, in.Email, in.Password)
	return &opened{t}, err
}

func (a *API) logout(q *asked, _ *none) (*none, error) { return nil, a.service.Logout(q.token) }

func (a *API) changePassword(q *asked, in *passwords) (*opened, error) {
	t, err := a.service.ChangePassword(q.token, in.Old, in.New)
	return &opened{t}, err
}
