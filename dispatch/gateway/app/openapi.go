package app

import "net/http"

func (a *API) openapi(w http.ResponseWriter, _ *http.Request) {}
