package gateway

import "net/http"

// authority issues and checks tokens.
type authority struct{ gateway *Gateway }

func newAuthority(g *Gateway) (*authority, error) { return &authority{gateway: g}, nil }

func (a *authority) routes(mux *http.ServeMux) {}

// grant is what a valid token lets its bearer do.
type grant struct {
	client string // ID
	user   string // end user of a limited token; "" = none
	scopes []scope
}

// scope is one "product/resource" of a grant.
type scope struct {
	product  string // callgiving, robotcall, rtm, serviceinfo, equipmentstatus, application
	building string // "" = all
	group    string // "" = all
	ken      string // "" = all
}
