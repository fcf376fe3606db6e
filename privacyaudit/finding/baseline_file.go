package finding

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// The form of a baseline file, one table for each rule and store:
//
//	schema = 1
//
//	[known."FL-4.4"."cloud"]
//	max_count = 3
//	reason = "the sweeper of the old building runs once a week until it is replaced"
//	expires = 2026-12-31
type baselineFile struct {
	Schema *int                                `toml:"schema"`
	Known  map[string]map[string]baselineEntry `toml:"known"`
}

type baselineEntry struct {
	Count   *int     `toml:"max_count"`
	Rate    *float64 `toml:"max_rate"`
	Value   *float64 `toml:"max_value"`
	Measure string   `toml:"measure"`
	Reason  string   `toml:"reason"`
	Expires day      `toml:"expires"`
}

// day is a local date of TOML, without time and zone.
type day struct{ time.Time }

func (d *day) UnmarshalTOML(v any) error {
	t, ok := v.(time.Time)
	if !ok || t.Format("15:04:05.999999999") != "00:00:00" || t.Location().String() != "date-local" {
		return fmt.Errorf("%v is not a day: write it without quotes as 2026-12-31", v)
	}
	d.Time = time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	return nil
}

// ReadBaseline reads a baseline file; name is what errors call it. Every fault
// of the file is in the error, with its line: an unknown key, an entry
// without a reason, a day or exactly one limit.
func ReadBaseline(r io.Reader, name string) (*Baseline, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var file baselineFile
	md, err := toml.Decode(string(text), &file)
	if err != nil {
		var p toml.ParseError
		if errors.As(err, &p) {
			return nil, fmt.Errorf("%s:%d: %s", name, p.Position.Line, p.Message)
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	lines := keyLines(string(text))
	var faults []error
	for _, key := range md.Undecoded() {
		faults = append(faults, fmt.Errorf("%s: unknown key %s: an entry has max_count, max_rate or max_value with measure, and reason and expires", place(name, lines[key.String()]), key))
	}
	if file.Schema == nil || *file.Schema != Schema {
		faults = append(faults, fmt.Errorf("%s: it has to say schema = %d", name, Schema))
	}
	b := &Baseline{Name: name}
	for rule, stores := range file.Known {
		for store, e := range stores {
			b.Entries = append(b.Entries, Entry{
				Rule: rule, Store: store, Measure: e.Measure, Count: e.Count, Rate: e.Rate, Value: e.Value,
				Reason: strings.TrimSpace(e.Reason), Expires: e.Expires.Time, Line: lines[toml.Key{"known", rule, store}.String()],
			})
		}
	}
	slices.SortFunc(b.Entries, func(a, c Entry) int {
		return strings.Compare(a.Rule+"\x00"+a.Store, c.Rule+"\x00"+c.Store)
	})
	for _, e := range b.Entries {
		for _, fault := range e.faults() {
			faults = append(faults, b.fault(e, "%s", fault))
		}
		if all, both := file.Known[e.Rule][AnyStore]; both && all.Value == nil && e.Store != AnyStore {
			faults = append(faults, b.fault(e, "is one of a rule that also has an entry for all stores (%q): keep one kind", AnyStore))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return b, nil
}

func (e Entry) faults() []string {
	var faults []string
	limits := 0
	for _, given := range []bool{e.Count != nil, e.Rate != nil, e.Value != nil} {
		if given {
			limits++
		}
	}
	switch {
	case limits != 1:
		faults = append(faults, "needs exactly one of max_count, max_rate and max_value")
	case e.Count != nil && *e.Count < 1:
		faults = append(faults, "accepts nothing: max_count has to be 1 or more; take the entry out to accept none")
	case e.Rate != nil && !(*e.Rate > 0 && *e.Rate <= 1):
		faults = append(faults, "has a max_rate that is not above 0 and at most 1")
	case e.Value != nil && (math.IsNaN(*e.Value) || math.IsInf(*e.Value, 0)):
		faults = append(faults, "has a max_value that is not a number")
	case (e.Value != nil) != (e.Measure != ""):
		faults = append(faults, "needs measure and max_value together: the name of the measured figure and its limit")
	case e.Value != nil && e.Store != AnyStore:
		faults = append(faults, fmt.Sprintf("limits a figure, which belongs to the whole rule: write %q for the store", AnyStore))
	}
	if e.Reason == "" {
		faults = append(faults, "does not say why it is accepted: write reason = \"...\"")
	}
	if e.Expires.IsZero() {
		faults = append(faults, "does not say until when it is accepted: write expires = 2026-12-31 or the like")
	}
	return faults
}

// WriteBaseline writes a baseline file that [ReadBaseline] reads back, once
// every entry has a reason and a day.
func WriteBaseline(w io.Writer, b *Baseline) error {
	var out strings.Builder
	fmt.Fprintf(&out, "# Violations that are known, how many are accepted, why, and until when.\nschema = %d\n", Schema)
	for _, e := range b.Entries {
		fmt.Fprintf(&out, "\n[%s]\n", "known."+quoted(e.Rule)+"."+quoted(e.Store))
		switch {
		case e.Count != nil:
			fmt.Fprintf(&out, "max_count = %d\n", *e.Count)
		case e.Rate != nil:
			fmt.Fprintf(&out, "max_rate = %s\n", tomlFloat(*e.Rate))
		case e.Value != nil:
			fmt.Fprintf(&out, "measure = %s\nmax_value = %s\n", quoted(e.Measure), tomlFloat(*e.Value))
		}
		fmt.Fprintf(&out, "reason = %s\n", quoted(e.Reason))
		if !e.Expires.IsZero() {
			fmt.Fprintf(&out, "expires = %s\n", e.Expires.Format(time.DateOnly))
		} else {
			out.WriteString("# expires = YYYY-MM-DD\n")
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// keyLines finds the line of every table and key: the library tells neither.
// Each line is read as a document of its own, so that every spelling of a key
// counts; the first line that has the key wins.
func keyLines(text string) map[string]int {
	lines := map[string]int{}
	var table toml.Key
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		header := strings.HasPrefix(line, "[")
		if !header {
			name, _, assigns := strings.Cut(line, "=")
			if !assigns {
				continue
			}
			line = name + "= 0"
		}
		var ignored map[string]any
		md, err := toml.Decode(line, &ignored)
		if err != nil || len(md.Keys()) == 0 {
			continue
		}
		keys := md.Keys()
		key := keys[len(keys)-1]
		if header {
			table = key
		} else {
			key = slices.Concat(table, key)
		}
		if lines[key.String()] == 0 {
			lines[key.String()] = i + 1
		}
	}
	return lines
}

// place names a line of a file, or the file when the line is not known.
func place(name string, line int) string {
	if line == 0 {
		return name
	}
	return fmt.Sprintf("%s:%d", name, line)
}

// quoted writes a basic string of TOML.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// tomlFloat writes a number so that TOML reads a float, exactly the same one.
func tomlFloat(v float64) string {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}
