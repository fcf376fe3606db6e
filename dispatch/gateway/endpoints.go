package gateway

import (
	"errors"
	"io"
	"mime"
	"net/http"
)

// endpoint is a path of the REST side with the one method that it takes.
type endpoint struct {
	method, path string
	handle       func(http.ResponseWriter, *http.Request) error
}

func (a *authority) endpoints() []endpoint {
	return []endpoint{
		{http.MethodPost, tokenPath, a.token},
		{http.MethodPost, limitedPath, a.limitedToken},
		{http.MethodGet, userinfoPath, a.userinfo},
		{http.MethodGet, discoveryPath, a.discovery},
		{http.MethodGet, resourcesPath, a.resources},
		{http.MethodGet, resourcesPath + "/{ken}", a.resource},
		{http.MethodPost, equipmentPath + "search/availability", a.about(availabilityOf, realTime, equipmentStatus)},
		{http.MethodPost, equipmentPath + "search/status", a.about(statusOf, realTime, equipmentStatus)},
		{http.MethodPost, equipmentPath + "search/movement", a.about(movementOf, realTime, equipmentStatus)},
		{http.MethodPost, equipmentPath + "elevator/door", a.about(doorOf, realTime)},
		{http.MethodPost, equipmentPath + "elevator/button", a.about(buttonOf, realTime)},
		{http.MethodPost, equipmentPath + "escalator/movement/direction", a.escalator},
		{http.MethodGet, equipmentPath + "{ken}/serviceOrders", a.serviceOrders},
		{http.MethodGet, equipmentPath + "{ken}/serviceOrders/{number}", a.serviceOrder},
	}
}

func (a *authority) routes(mux paths) {
	for _, e := range a.endpoints() {
		mux.HandleFunc(e.path, a.only(e.method, e.handle))
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, missing("there is nothing under this path"))
	})
}

// only lets one method through, and answers with what the handler fails with.
func (a *authority) only(method string, handle func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			w.Header().Set("Allow", method)
			writeError(w, &refusal{status: http.StatusMethodNotAllowed, message: "want the method " + method})
			return
		}
		if err := handle(w, r); err != nil {
			writeError(w, err)
		}
	}
}

// readBody reads a request's body of a media type.
func readBody(r *http.Request, media string) ([]byte, error) {
	if got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || got != media {
		return nil, &refusal{status: http.StatusUnsupportedMediaType, message: "want the content type " + media, faults: []requestFault{{Type: faultUnsupported, Header: "content-type"}}}
	}
	all, err := io.ReadAll(r.Body)
	if large := (*http.MaxBytesError)(nil); err != nil && !errors.As(err, &large) {
		return nil, &refusal{status: http.StatusBadRequest, message: "the body ends too early"}
	}
	return all, err
}
