package evidence

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Forms of exports.
const (
	Answer     = "hoistway-subject-export" // to a subject
	Transfer   = "hoistway-transfer"       // to a subcontractor
	Disclosure = "hoistway-disclosure"     // to an authority
)

// Export is a file that left the provider. It says neither who received it nor
// whom it is about: the ledger does, and the values in it.
type Export struct {
	Form      string       `json:"form"` // Answer, Transfer or Disclosure
	Version   int          `json:"version"`
	Service   string       `json:"service"`
	At        time.Time    `json:"at"`
	Items     []ExportItem `json:"items"`
	Notes     []string     `json:"notes"`
	Referrals []string     `json:"referrals"` // to whom the subject has to turn for the rest
}

// ExportItem is one record in an export.
type ExportItem struct {
	Store      string        `json:"store"`
	Kind       string        `json:"kind"`
	What       string        `json:"what"`
	Building   string        `json:"building"`
	Controller string        `json:"controller"`
	Processor  string        `json:"processor"`
	Source     string        `json:"source"`
	Purposes   []string      `json:"purposes"`
	Retention  string        `json:"retention"`
	Collected  time.Time     `json:"collected"`
	Fields     []ExportField `json:"fields"`
}

// ExportField is one field of a record.
type ExportField struct {
	Name     string          `json:"name"`
	Category string          `json:"category"`
	Value    json.RawMessage `json:"value"`    // nil = withheld
	Withheld string          `json:"withheld"` // why
}

// ParseExport reads an export.
func ParseExport(body []byte) (*Export, error) {
	var e Export
	if err := decode(body, &e); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	switch {
	case e.Form != Answer && e.Form != Transfer && e.Form != Disclosure:
		return nil, errors.New("export: is in no form that is known")
	case e.Version != 1:
		return nil, fmt.Errorf("export: version %d is unknown; this reads version 1", e.Version)
	case e.At.IsZero():
		return nil, errors.New("export: does not say when it was made")
	}
	for i, item := range e.Items {
		if item.Store == "" || item.Kind == "" {
			return nil, fmt.Errorf("export: item %d does not say which record of which store it is", i+1)
		}
		for j, f := range item.Fields {
			if f.Name == "" || (f.Value == nil) == (f.Withheld == "") {
				return nil, fmt.Errorf("export: item %d: field %d has no name, or not either a value or why it is withheld", i+1, j+1)
			}
		}
	}
	return &e, nil
}
