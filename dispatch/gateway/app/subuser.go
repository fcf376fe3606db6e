package app

import (
	"net/http"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

var subUserRoutes = []*route{
	doing(http.MethodPost, "/app/v1/sub-users", user, http.StatusCreated, (*API).addSubUser),
	doing(http.MethodGet, "/app/v1/sub-users", user, http.StatusOK, (*API).subUsers),
	doing(http.MethodDelete, "/app/v1/sub-users/{sub_user}", user, http.StatusNoContent, (*API).removeSubUser),
}

type subUserEntry struct {
	Building  string `json:"building"`
	Name      string `json:"name"`
	Username  string `json:"username,omitzero"`
	Number    string `json:"number,omitzero"`
	Note      string `json:"note,omitzero"`
	BirthDate string `json:"birth_date"`
	Consent   bool   `json:"consent"`
	Guardian  bool   `json:"guardian,omitzero"`
}

type addedSubUser struct {
	SubUser registry.ID `json:"sub_user"`
}

type heldSubUsers struct {
	SubUsers []heldSubUser `json:"sub_users"`
}

type heldSubUser struct {
	SubUser  registry.ID `json:"sub_user"`
	Building string      `json:"building"`
	Name     string      `json:"name"`
	Username string      `json:"username,omitzero"`
}

func (a *API) addSubUser(q *asked, in *subUserEntry) (*addedSubUser, error) {
	id, err := a.service.AddSubUser(q.token, remotecall.SubUserEntry{
		Building: in.Building, Name: in.Name, Username: in.Username, Number: in.Number, Note: in.Note, BirthDate: in.BirthDate, Consent: in.Consent, Guardian: in.Guardian,
	})
	if err != nil {
		return nil, err
	}
	q.header.Set("Location", "/app/v1/sub-users/"+string(id))
	return &addedSubUser{id}, nil
}

func (a *API) subUsers(q *asked, _ *none) (*heldSubUsers, error) {
	list, err := a.service.SubUsers(q.token)
	out := &heldSubUsers{SubUsers: make([]heldSubUser, len(list))}
	for i, u := range list {
		out.SubUsers[i] = heldSubUser{u.ID, u.Building, u.Name, u.Username}
	}
	return out, err
}

func (a *API) removeSubUser(q *asked, _ *none) (*none, error) {
	id, err := q.id("sub_user")
	if err != nil {
		return nil, err
	}
	return nil, a.service.RemoveSubUser(q.token, id)
}
