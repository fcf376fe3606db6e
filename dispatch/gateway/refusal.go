package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// refusal is an error that a client hears in the body of an HTTP answer. It
// names no token, no secret and nobody.
type refusal struct {
	status  int
	message string
	faults  []requestFault
	after   time.Duration // when trying again makes sense; 0 = it does not
	scheme  string        // of WWW-Authenticate, with status 401
}

// requestFault says what is wrong with one part of a request. One place is set.
type requestFault struct {
	Type     string `json:"type"`
	Header   string `json:"header,omitempty"`
	BodyPath string `json:"bodyPath,omitempty"`
	URLPath  string `json:"urlPath,omitempty"`
}

// Types of a fault.
const (
	faultFormat      = "invalidFormat"
	faultInvalid     = "invalid"
	faultForbidden   = "not_allowed"
	faultUnsupported = "unsupportedValue"
)

// Error implements error.
func (r *refusal) Error() string { return r.message }

// badBody refuses a body for what it holds at a path.
func badBody(path, message string) *refusal {
	return &refusal{status: http.StatusBadRequest, message: message, faults: []requestFault{{Type: faultFormat, BodyPath: path}}}
}

// missing refuses a path that leads to nothing.
func missing(message string) *refusal {
	return &refusal{status: http.StatusNotFound, message: message, faults: []requestFault{{Type: faultInvalid, URLPath: "path"}}}
}

// refusalOf is what a client hears of an error. Of an error that was not meant
// for it, it hears no more than the status.
func refusalOf(err error) *refusal {
	var r *refusal
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &r):
		return r
	case errors.As(err, &large):
		return &refusal{status: http.StatusRequestEntityTooLarge, message: "the body is longer than " + strconv.FormatInt(large.Limit, 10) + " bytes"}
	case errors.Is(err, errBusy):
		return &refusal{status: http.StatusTooManyRequests, message: "the building has too many requests waiting: try again later", after: time.Second}
	case errors.Is(err, errClosed), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &refusal{status: http.StatusServiceUnavailable, message: "the building does not answer: try again later", after: time.Second}
	}
	return &refusal{status: http.StatusInternalServerError, message: "the server failed"}
}

// writeError answers a request with an error: its body is
// {"message":...,"errors":[...]}, with at least an empty list.
func writeError(w http.ResponseWriter, err error) {
	r := refusalOf(err)
	if r.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int(r.after.Round(time.Second)/time.Second))))
	}
	if r.scheme != "" {
		w.Header().Set("WWW-Authenticate", r.scheme+` realm="kone-apis"`)
	}
	body := struct {
		Message string         `json:"message"`
		Errors  []requestFault `json:"errors"`
	}{r.message, r.faults}
	if body.Errors == nil {
		body.Errors = []requestFault{}
	}
	writeJSON(w, r.status, body)
}

// writeJSON answers a request. Answers are for who asked: nobody on the way may
// keep them.
func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client has gone: nothing is left to tell it
}
