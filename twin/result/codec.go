package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Write writes result.json: the same result gives the same bytes.
func Write(w io.Writer, f *File) error { return writeJSON(w, f) }

// WriteComparison writes comparison.json: the same comparison gives the same
// bytes.
func WriteComparison(w io.Writer, c *Comparison) error { return writeJSON(w, c) }

// Read reads a result.json. It refuses another schema version, unknown fields,
// a file that ends early or goes on after its end, and a result that does not
// agree with itself. Errors name the path, and line and column where they can.
func Read(path string) (*File, error) {
	text, err := readText(path)
	if err != nil {
		return nil, err
	}
	f, err := parseFile(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// ReadComparison reads a comparison.json, as strictly as [Read].
func ReadComparison(path string) (*Comparison, error) {
	text, err := readText(path)
	if err != nil {
		return nil, err
	}
	c, err := parseComparison(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// largestFile bounds what is read into memory.
const largestFile = 1 << 30

func readText(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: it is not a file: name a result file", path)
	case info.Size() > largestFile:
		return nil, fmt.Errorf("%s: %d bytes are more than a result file can have (%d)", path, info.Size(), largestFile)
	}
	return os.ReadFile(path)
}

func parseFile(text []byte) (*File, error) {
	var head struct {
		Header *struct {
			Schema *int `json:"schema"`
		} `json:"header"`
	}
	if err := decode(text, &head, false); err != nil {
		return nil, err
	}
	if head.Header == nil || head.Header.Schema == nil {
		return nil, errors.New("it has no header.schema: it is no result.json")
	}
	if err := checkSchema(*head.Header.Schema); err != nil {
		return nil, err
	}
	var f File
	if err := decode(text, &f, true); err != nil {
		return nil, err
	}
	return &f, f.check()
}

func parseComparison(text []byte) (*Comparison, error) {
	var head struct {
		Runs []struct {
			Header struct {
				Schema *int `json:"schema"`
			} `json:"header"`
		} `json:"runs"`
	}
	if err := decode(text, &head, false); err != nil {
		return nil, err
	}
	if len(head.Runs) == 0 {
		return nil, errors.New("it has no runs: it is no comparison.json")
	}
	for _, r := range head.Runs {
		if r.Header.Schema == nil {
			return nil, errors.New("a run has no header.schema: it is no comparison.json")
		}
		if err := checkSchema(*r.Header.Schema); err != nil {
			return nil, err
		}
	}
	var c Comparison
	if err := decode(text, &c, true); err != nil {
		return nil, err
	}
	return &c, c.check()
}

func checkSchema(schema int) error {
	if schema != SchemaVersion {
		return fmt.Errorf("schema %d: this build reads schema %d: use the hoistway that wrote it, or run the scenario again", schema, SchemaVersion)
	}
	return nil
}

// decode reads exactly one JSON value.
func decode(text []byte, into any, strict bool) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if strict {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(into); err != nil {
		return located(text, d.InputOffset(), err)
	}
	if rest := bytes.TrimLeft(text[d.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return located(text, int64(len(text)-len(rest)), errors.New("there is text after the end of the result"))
	}
	return nil
}

// located puts line and column in front of a decoding error.
func located(text []byte, offset int64, err error) error {
	if errors.Is(err, io.EOF) && len(bytes.TrimSpace(text)) == 0 {
		return errors.New("the file is empty")
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("the file ends too early, after %d bytes: it is truncated", len(text))
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset - 1
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	before := text[:min(max(offset, 0), int64(len(text)))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}

// check says where a result does not agree with itself.
func (f *File) check() error {
	if err := f.Header.Validate(); err != nil {
		return err
	}
	if f.Total == nil {
		return errors.New("it has no total")
	}
	again, err := NewFile(f.Header, f.Replications, nil, false)
	if err != nil {
		return err
	}
	for i := range f.Replications {
		if f.Replications[i].Rep != again.Replications[i].Rep {
			return errors.New("the replications do not stand in order")
		}
		if err := f.Replications[i].Summary.check(&f.Header); err != nil {
			return fmt.Errorf("replication %d: %w", f.Replications[i].Rep, err)
		}
	}
	if f.Digest != again.Digest {
		return fmt.Errorf("its digest %.12s is not that of its replications, %.12s", f.Digest, again.Digest)
	}
	had, err := json.Marshal(f.Total)
	if err != nil {
		return err
	}
	want, err := json.Marshal(again.Total)
	if err != nil {
		return err
	}
	if !bytes.Equal(had, want) {
		return errors.New("its total is not the sum of its replications")
	}
	if err := f.checkMetrics(); err != nil {
		return err
	}
	for _, v := range f.Verdicts {
		again, err := Judge(v.Metric, v.Op, v.Bound, v.Text, f)
		if err != nil {
			return err
		}
		if v.Pass != again.Pass || v.Unasked != again.Unasked || v.Unit != again.Unit || (v.Value == nil) != (again.Value == nil) {
			return fmt.Errorf("its verdict on %q is not what its figures give", v.Text)
		}
	}
	return nil
}

func (f *File) checkMetrics() error {
	for name, m := range f.Metrics {
		d, ok := Lookup(name)
		switch {
		case !ok:
			return fmt.Errorf("metric %q is unknown", name)
		case m == nil:
			return fmt.Errorf("metric %s is null", name)
		case m.Unit != d.Unit:
			return fmt.Errorf("metric %s is in %q, not in %q", name, m.Unit, d.Unit)
		case (m.Value == nil) == (m.Withheld == ""):
			return fmt.Errorf("metric %s needs either a value or the reason why it is withheld", name)
		}
	}
	for _, d := range metrics {
		if f.Metrics[d.Name] == nil {
			return fmt.Errorf("metric %s is missing", d.Name)
		}
	}
	return nil
}

// check says where a summary does not fit its header.
func (s *Summary) check(h *Header) error {
	switch {
	case s.Replications != 1:
		return fmt.Errorf("its summary is of %d replications", s.Replications)
	case s.BinSeconds != binSeconds(h):
		return fmt.Errorf("its bins are %d s wide, not %d s", s.BinSeconds, binSeconds(h))
	case len(s.Queue) != len(h.Floors) || len(s.QueueMax) != len(h.Floors):
		return fmt.Errorf("its queues are of %d floors, not %d", len(s.Queue), len(h.Floors))
	case len(s.Banks) != len(h.Banks):
		return fmt.Errorf("it has %d banks, not %d", len(s.Banks), len(h.Banks))
	}
	for i := range s.Banks {
		if n := len(h.Banks[i].Cars); len(s.Banks[i].LoadHist) != n || len(s.Banks[i].CarStops) != n {
			return fmt.Errorf("bank %q: figures of %d cars, not %d", h.Banks[i].Name, len(s.Banks[i].LoadHist), n)
		}
	}
	for _, bins := range append(s.Queue, s.Boardings) {
		if len(bins) != len(s.Arrivals) {
			return fmt.Errorf("a row over time has %d bins, not %d", len(bins), len(s.Arrivals))
		}
	}
	return nil
}
