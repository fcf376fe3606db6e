package app

import (
	_ "embed"
	"net/http"
)

//go:embed openapi.json
var description []byte

// OpenAPI is the description of the API in the form of OpenAPI 3.1.
func OpenAPI() []byte { return append([]byte(nil), description...) }

func (a *API) openapi(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(description)
	a.count.request(&route{method: "GET", path: "/app/v1/openapi.json"}, http.StatusOK, "")
}
