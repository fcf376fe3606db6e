package app

import (
	"net/http"

	"hoistway/dispatch/remotecall"
)

var preferenceRoutes = []*route{
	doing(http.MethodGet, "/app/v1/preferences", user, http.StatusOK, (*API).preferences),
	doing(http.MethodPatch, "/app/v1/preferences", user, http.StatusNoContent, (*API).prefer),
}

// preferences are those of Flow. In a change, what is left out stays, and an
// empty string, 0 or false removes.
type preferences struct {
	IntercomPhone    *string `json:"intercom_phone,omitempty"`
	IntercomUsername *string `json:"intercom_username,omitempty"`
	FavouriteFloor   *string `json:"favourite_floor,omitempty"`
	WalkingSpeed     *int    `json:"walking_speed_mm_s,omitempty"`
	StorePictures    *bool   `json:"store_missed_pictures,omitempty"`
}

func (a *API) preferences(q *asked, _ *none) (*preferences, error) {
	p, err := a.service.Preferred(q.token)
	return (*preferences)(&p), err
}

func (a *API) prefer(q *asked, in *preferences) (*none, error) {
	return nil, a.service.Prefer(q.token, remotecall.Preferences(*in))
}
