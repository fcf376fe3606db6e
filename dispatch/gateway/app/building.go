package app

import (
	"net/http"
)

var buildingRoutes = []*route{
	doing(http.MethodGet, "/app/v1/buildings", anybody, http.StatusOK, (*API).buildings),
}

// buildings is what a phone has to know of where it can be used. None of it is
// secret, and nobody has an account yet who asks.
type buildings struct {
	Buildings []building `json:"buildings"`
	Grid      float64    `json:"grid_m"` // side of a cell of a position
	Near      float64    `json:"near_m"` // from farther away no call is taken
}

type building struct {
	Building string   `json:"building"`
	Services []string `json:"services"`
	Floors   []string `json:"floors"` // lowest first
	Banks    []bank   `json:"banks"`
}

type bank struct {
	Bank   string   `json:"bank"`
	Floors []string `json:"floors"`
}

func (a *API) buildings(*asked, *none) (*buildings, error) {
	out := &buildings{Buildings: []building{}, Grid: a.config.Policy.Grid, Near: a.config.Policy.Near}
	for _, b := range a.config.Buildings {
		x := building{b.Name, b.Services, b.Floors, []bank{}}
		for _, k := range b.Banks {
			x.Banks = append(x.Banks, bank{k.Name, k.Floors})
		}
		out.Buildings = append(out.Buildings, x)
	}
	return out, nil
}
