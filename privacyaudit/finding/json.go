package finding

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Write writes the report as JSON, the source of truth of all other outputs.
// The same report gives the same bytes. It refuses a report that [Read] would
// refuse; the error lists all that is wrong.
func Write(w io.Writer, r *Report) error {
	if err := r.check(); err != nil {
		return fmt.Errorf("findings of %q: %w", r.Name, err)
	}
	return writeJSON(w, r)
}

func writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("BUG: findings that cannot be encoded: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// largest bounds what Read takes into memory.
const largest = 256 << 20

// Read reads what [Write] wrote. It refuses unknown fields, another schema
// version, anything after the end, and a report that does not agree with
// itself.
func Read(r io.Reader) (*Report, error) {
	text, err := io.ReadAll(io.LimitReader(r, largest+1))
	if err != nil {
		return nil, fmt.Errorf("findings: %w", err)
	}
	if len(text) > largest {
		return nil, fmt.Errorf("findings: more than %d bytes: this is not a file of findings", largest)
	}
	var head struct {
		Schema *int `json:"schema"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("findings: %w", located(text, err))
	}
	switch {
	case head.Schema == nil:
		return nil, errors.New("findings: there is no schema version: this is not a file of findings")
	case *head.Schema != Schema:
		return nil, fmt.Errorf("findings: schema version %d, but this program reads version %d: repeat the audit with this program, or read the file with the one that wrote it", *head.Schema, Schema)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	report := new(Report)
	if err := d.Decode(report); err != nil {
		return nil, fmt.Errorf("findings: %w", located(text, err))
	}
	if err := report.check(); err != nil {
		return nil, fmt.Errorf("findings of %q: %w", report.Name, err)
	}
	return report, nil
}

// located puts the line in front of an error that has an offset.
func located(text []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var offset int64
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	default:
		return err
	}
	offset = min(offset, int64(len(text)))
	return fmt.Errorf("line %d: %w", 1+bytes.Count(text[:offset], []byte("\n")), err)
}
