package privacyaudit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"
)

// portForm is the form of what subjects take elsewhere.
const portForm = "hoistway-subject-port"

// ported is what a subject entered, in a form that another service can take in.
// The fields are those of the kinds of records by their names.
type ported struct {
	Form        string                       `json:"form"`
	Version     int                          `json:"version"`
	Service     string                       `json:"service"`
	At          time.Time                    `json:"at"`
	Account     map[string]string            `json:"account"`
	Preferences map[string]json.RawMessage   `json:"preferences"`
	Keys        []map[string]json.RawMessage `json:"visitor_keys"`
	SubUsers    []map[string]json.RawMessage `json:"sub_users"`
}

// portable tells whether a file says that it is in that form.
func portable(body []byte) bool {
	var head struct {
		Form string `json:"form"`
	}
	return json.Unmarshal(body, &head) == nil && head.Form == portForm
}

// parsePort reads such a file. It wants it whole, and nothing else in it: what a
// reader does not know it cannot take in.
func parsePort(body []byte) (*ported, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	var p ported
	if err := d.Decode(&p); err != nil {
		return nil, errors.New("it is not the JSON that the form has, or has fields that the form has not")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows its end")
	}
	switch {
	case p.Version != 1:
		return nil, errors.New("its version is unknown")
	case p.At.IsZero():
		return nil, errors.New("it does not say when it was made")
	case p.Service != "flow" && p.Service != "remote-call":
		return nil, errors.New("it does not say of which service it is")
	}
	return &p, nil
}

// values are all texts and numbers in it as texts, each with the name of its
// field.
func (p *ported) values(f func(field, text string)) {
	for _, name := range sortedNames(p.Account) {
		f(name, p.Account[name])
	}
	for _, group := range append(append([]map[string]json.RawMessage{p.Preferences}, p.Keys...), p.SubUsers...) {
		for _, name := range sortedNames(group) {
			for _, text := range textsOf(group[name]) {
				f(name, text)
			}
			var n json.Number
			if json.Unmarshal(group[name], &n) == nil && len(group[name]) > 0 && group[name][0] != '"' {
				f(name, n.String())
			}
		}
	}
}
