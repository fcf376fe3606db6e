package scenarios

import (
	"strconv"
	"strings"
	"time"
)

// truth is true or false, into a bool.
type truth struct{}

func (f truth) decode(n *node, into any) []Problem {
	v, ok := n.leaf.(bool)
	if !ok {
		return mistyped(n, f)
	}
	*into.(*bool) = v
	return nil
}

func (f truth) encode(from any) string { return strconv.FormatBool(*from.(*bool)) }
func (f truth) describe() string       { return "true or false" }
func (f truth) schema() map[string]any { return map[string]any{"type": "boolean"} }

// calendar is a point of the calendar to the second, into a time.Time in UTC.
type calendar struct{}

// firstYear and lastYear bound the calendar: birth dates lie before it and
// spans of years behind it.
const (
	firstYear = 2000
	lastYear  = 2200
)

func (f calendar) decode(n *node, into any) []Problem {
	s, ok := n.leaf.(string)
	if _, bare := n.leaf.(time.Time); bare {
		return wrong(n, `write it in quotes, such as "2027-01-01"`, "a date or time; expected %s", f.describe())
	}
	if !ok {
		return mistyped(n, f)
	}
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		at, err = time.Parse(time.RFC3339, s)
	}
	switch {
	case err != nil:
		return wrong(n, "", "%s is not a date; expected %s", n.shown(), f.describe())
	case at.Nanosecond() != 0:
		return wrong(n, "", "%s is finer than a second", n.shown())
	}
	at = at.UTC()
	if at.Year() < firstYear || at.Year() > lastYear {
		return wrong(n, "", "%s is not in the years %d to %d", n.shown(), firstYear, lastYear)
	}
	*into.(*time.Time) = at
	return nil
}

func (f calendar) encode(from any) string {
	at := *from.(*time.Time)
	if at.Equal(at.Truncate(24 * time.Hour)) {
		return strconv.Quote(at.Format(time.DateOnly))
	}
	return strconv.Quote(at.Format(time.RFC3339))
}

func (f calendar) describe() string {
	return `a date, such as "2027-01-01", or a date and time with zone, such as "2027-01-01T08:00:00Z"`
}

func (f calendar) schema() map[string]any {
	return map[string]any{"type": "string", "pattern": `^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d))?$`, "examples": []string{"2027-01-01"}}
}

// country is an ISO 3166 code, into a string.
type country struct{}

func (f country) decode(n *node, into any) []Problem {
	s, ok := n.leaf.(string)
	if !ok {
		return mistyped(n, f)
	}
	if len(s) != 2 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return wrong(n, "", "%s is not a country; expected %s", n.shown(), f.describe())
	}
	*into.(*string) = s
	return nil
}

func (f country) encode(from any) string { return quoteTOML(*from.(*string)) }
func (f country) describe() string {
	return `a country by its ISO 3166 code of two capitals, such as "FI"`
}
func (f country) schema() map[string]any {
	return map[string]any{"type": "string", "pattern": "^[A-Z]{2}$", "examples": []string{"FI"}}
}

// oneOf is one of a few words, into a string.
type oneOf struct{ choice }

func (f oneOf) decode(n *node, into any) []Problem {
	var i int
	if faults := f.choice.decode(n, &i); faults != nil {
		return faults
	}
	*into.(*string) = f.words[i]
	return nil
}

func (f oneOf) encode(from any) string { return quoteTOML(*from.(*string)) }
