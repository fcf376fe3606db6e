package app

import (
	"net/http"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
)

// Panels at doors and in cars ask with what the visitor shows them: a key's ID
// and code, or the number of a key tag, is all that lets in, and none can be
// guessed. They have no credential of their own.
var doorRoutes = []*route{
	doing(http.MethodPost, "/app/v1/buildings/{building}/key-checks", anybody, http.StatusNoContent, (*API).checkKey),
	doing(http.MethodPost, "/app/v1/buildings/{building}/key-uses", anybody, http.StatusNoContent, (*API).useKey),
	doing(http.MethodPost, "/app/v1/buildings/{building}/key-tag-checks", anybody, http.StatusNoContent, (*API).checkTag),
}

type shownKey struct {
	Key   registry.ID `json:"key"`
	Code  string      `json:"code"`
	Floor string      `json:"floor"`
}

type shownTag struct {
	Number string `json:"number"`
	Floor  string `json:"floor"`
}

func (a *API) checkKey(q *asked, in *shownKey) (*none, error) {
	return nil, a.service.CheckKey(q.http.PathValue("building"), remotecall.Key{ID: in.Key, Code: in.Code}, in.Floor)
}

func (a *API) useKey(q *asked, in *shownKey) (*none, error) {
	return nil, a.service.UseKey(q.http.PathValue("building"), remotecall.Key{ID: in.Key, Code: in.Code}, in.Floor)
}

func (a *API) checkTag(q *asked, in *shownTag) (*none, error) {
	return nil, a.Admit(q.http.PathValue("building"), in.Number, in.Floor)
}

// Admit gives the verdict on a card at a floor of a building, both by name: the
// card is a key tag, known by its number. A gateway's access control asks it.
func (a *API) Admit(building, card, floor string) error {
	return a.service.CheckTag(building, card, floor)
}
