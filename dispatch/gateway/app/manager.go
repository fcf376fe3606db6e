package app

import (
	"net/http"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

const person = "/app/v1/buildings/{building}/people/{subject}"

var managerRoutes = []*route{
	doing(http.MethodPost, "/app/v1/buildings/{building}/people", manager, http.StatusOK, (*API).admit),
	doing(http.MethodGet, person, manager, http.StatusOK, (*API).maintained),
	doing(http.MethodPatch, person, manager, http.StatusNoContent, (*API).maintain),
	doing(http.MethodDelete, person, manager, http.StatusOK, (*API).movedOut),
	doing(http.MethodPost, person+"/permissions", manager, http.StatusCreated, (*API).grant),
	doing(http.MethodDelete, person+"/permissions/{permission}", manager, http.StatusNoContent, (*API).withdraw),
	doing(http.MethodPut, person+"/key-tag", manager, http.StatusOK, (*API).giveTag),
	doing(http.MethodDelete, person+"/key-tag", manager, http.StatusNoContent, (*API).takeTag),
	doing(http.MethodDelete, person+"/visitor-keys/{key}", manager, http.StatusNoContent, (*API).endKey),
	doing(http.MethodDelete, person+"/sub-users/{sub_user}", manager, http.StatusNoContent, (*API).endSubUser),
}

type admission struct {
	Service   string `json:"service"`
	Email     string `json:"email"`
	Name      string `json:"name"`
	Address   string `json:"address,omitzero"`
	Apartment string `json:"apartment,omitzero"`
	MainUser  bool   `json:"main_user,omitzero"`
}

type grant struct {
	Service  string    `json:"service"`
	Floors   []string  `json:"floors,omitzero"`
	Banks    []string  `json:"banks,omitzero"`
	From     time.Time `json:"from,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	Daily    string    `json:"daily,omitzero"`
	MayGrant bool      `json:"may_grant,omitzero"`
}

type granted struct {
	Permission registry.ID `json:"permission"`
}

type tagRequest struct {
	Floors []string `json:"floors,omitzero"`
}

type tag struct {
	Number string `json:"number"`
}

type maintainRequest struct {
	Values map[string]string `json:"values"`
}

type maintained struct {
	Name             string              `json:"name"`
	Gender           string              `json:"gender"`
	Country          string              `json:"country"`
	Language         string              `json:"language"`
	Phone            string              `json:"phone"`
	Email            string              `json:"email"`
	IntercomUsername string              `json:"intercom_username,omitzero"`
	WalkingSpeed     int                 `json:"walking_speed_mm_s,omitzero"`
	FavouriteFloor   string              `json:"favourite_floor,omitzero"`
	Keys             []maintainedKey     `json:"visitor_keys"`
	SubUsers         []maintainedSubUser `json:"sub_users"`
}

type maintainedKey struct {
	Key    registry.ID `json:"key"`
	Floors []string    `json:"floors"`
	Uses   int         `json:"uses"`
}

type maintainedSubUser struct {
	SubUser  registry.ID `json:"sub_user"`
	Username string      `json:"username"`
}

type movedOut struct {
	// Certificate of the account's erasure; there is none when the person uses
	// the service elsewhere.
	Certificate *certificate `json:"certificate,omitempty"`
}

func (a *API) admit(q *asked, in *admission) (*subject, error) {
	id, err := q.manager.Admit(remotecall.Admission(*in))
	return &subject{id}, err
}

// subject is the person in the path. An ID that cannot be one is a person whom
// the building does not know.
func (q *asked) subject() registry.ID { return registry.ID(q.http.PathValue("subject")) }

func (a *API) grant(q *asked, in *grant) (*granted, error) {
	id, err := q.manager.Grant(in.Service, q.subject(), remotecall.Grant{
		Floors: in.Floors, Banks: in.Banks, From: in.From, Until: in.Until, Daily: in.Daily, MayGrant: in.MayGrant,
	})
	if err != nil {
		return nil, err
	}
	q.header.Set("Location", q.http.URL.Path+"/"+string(id))
	return &granted{id}, nil
}

func (a *API) withdraw(q *asked, _ *none) (*none, error) {
	id, err := q.id("permission")
	if err != nil {
		return nil, err
	}
	return nil, q.manager.Withdraw(q.subject(), id)
}

func (a *API) giveTag(q *asked, in *tagRequest) (*tag, error) {
	number, err := q.manager.GiveTag(q.subject(), in.Floors)
	return &tag{number}, err
}

func (a *API) takeTag(q *asked, _ *none) (*none, error) { return nil, q.manager.TakeTag(q.subject()) }

func (a *API) maintained(q *asked, _ *none) (*maintained, error) {
	m, err := q.manager.Maintained(q.subject())
	out := &maintained{
		m.Name, m.Gender, m.Country, m.Language, m.Phone, m.Email, m.IntercomUsername, m.WalkingSpeed, m.FavouriteFloor,
		make([]maintainedKey, len(m.Keys)), make([]maintainedSubUser, len(m.SubUsers)),
	}
	for i, k := range m.Keys {
		out.Keys[i] = maintainedKey{k.ID, k.Floors, k.Uses}
	}
	for i, u := range m.SubUsers {
		out.SubUsers[i] = maintainedSubUser{u.ID, u.Username}
	}
	return out, err
}

func (a *API) maintain(q *asked, in *maintainRequest) (*none, error) {
	return nil, q.manager.Maintain(q.subject(), in.Values)
}

func (a *API) movedOut(q *asked, _ *none) (*movedOut, error) {
	c, err := q.manager.MovedOut(q.subject())
	return &movedOut{certificateOf(c)}, err
}

func (a *API) endKey(q *asked, _ *none) (*none, error) {
	id, err := q.id("key")
	if err != nil {
		return nil, err
	}
	return nil, q.manager.EndKey(q.subject(), id)
}

func (a *API) endSubUser(q *asked, _ *none) (*none, error) {
	id, err := q.id("sub_user")
	if err != nil {
		return nil, err
	}
	return nil, q.manager.EndSubUser(q.subject(), id)
}
