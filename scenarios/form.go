package scenarios

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// form is how a value is written in a scenario file. One form serves the
// decoder, the canonical text, the format page and the JSON Schema.
type form interface {
	// decode reads n into the variable behind into and returns what is wrong
	// with it; on a fault the variable keeps its value.
	decode(n *node, into any) []Problem
	// encode writes the variable behind from as a TOML value that decode
	// reads back to the same.
	encode(from any) string
	// describe says what to write, in words: `a speed in m/s, such as "2.5m/s"`.
	describe() string
	// schema is the form as JSON Schema.
	schema() map[string]any
}

// wrong makes a problem about a value.
func wrong(n *node, hint, format string, args ...any) []Problem {
	return []Problem{{
		File: n.value.file, Line: n.value.line, Column: n.value.col,
		Key: n.path, Message: fmt.Sprintf(format, args...), Hint: hint,
	}}
}

// shown quotes the value of a scalar for a message.
func (n *node) shown() string {
	switch v := n.leaf.(type) {
	case string:
		return strconv.Quote(clip(v))
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case nil:
		return n.kind()
	default:
		return fmt.Sprint(v)
	}
}

// mistyped is the problem of a value of the wrong type.
func mistyped(n *node, f form) []Problem {
	if n.leaf == nil {
		return wrong(n, "", "%s; expected %s", n.kind(), f.describe())
	}
	return wrong(n, "", "%s is %s; expected %s", n.shown(), n.kind(), f.describe())
}

// word is a value a quantity may have instead of a number: "none", "forever".
type word struct {
	text  string
	value float64
}

// quantity is a number with a unit, into a float64 in the base unit.
type quantity struct {
	dim      dimension
	min, max float64 // inclusive
	word     *word
}

func (q quantity) decode(n *node, into any) []Problem {
	switch v := n.leaf.(type) {
	case string:
		if q.word != nil && v == q.word.text {
			*into.(*float64) = q.word.value
			return nil
		}
		x, ok := q.dim.parse(v)
		if !ok {
			return wrong(n, "", "%s is not %s; expected %s", n.shown(), q.dim.noun, q.describe())
		}
		if fault := q.bounds(n, x); fault != nil {
			return fault
		}
		*into.(*float64) = x
		return nil
	case int64, float64:
		return wrong(n, fmt.Sprintf("write the unit behind the number, such as %q", q.dim.example),
			"%s has no unit; expected %s", n.shown(), q.describe())
	}
	return mistyped(n, q)
}

func (q quantity) bounds(n *node, x float64) []Problem {
	switch {
	case x < q.min && q.min == 0:
		return wrong(n, "", "%s must not be negative", n.shown())
	case x < q.min:
		return wrong(n, "", "%s is too small; the least is %s", n.shown(), q.dim.format(q.min))
	case x > q.max:
		return wrong(n, "", "%s is too large; the most is %s", n.shown(), q.dim.format(q.max))
	}
	return nil
}

func (q quantity) encode(from any) string {
	x := *from.(*float64)
	if q.word != nil && x == q.word.value {
		return strconv.Quote(q.word.text)
	}
	return strconv.Quote(q.dim.format(x))
}

func (q quantity) describe() string {
	s := fmt.Sprintf("%s in %s, such as %q", q.dim.noun, q.dim.names(), q.dim.example)
	if q.word != nil {
		s += fmt.Sprintf(", or %q", q.word.text)
	}
	return s
}

func (q quantity) schema() map[string]any {
	names := make([]string, len(q.dim.units))
	for i, u := range q.dim.units {
		names[i] = u.name
	}
	pattern := `\d+(\.\d+)? ?(` + strings.Join(names, "|") + `)`
	if q.word != nil {
		pattern += "|" + q.word.text
	}
	return map[string]any{"type": "string", "pattern": "^(" + pattern + ")$", "examples": []string{q.dim.example}}
}

// span is a time span, into a time.Duration.
type span struct {
	min, max time.Duration // inclusive
}

const spanExample = "2s"

func (f span) decode(n *node, into any) []Problem {
	switch v := n.leaf.(type) {
	case string:
		d, ok := parseSpan(v)
		switch {
		case !ok:
			return wrong(n, "", "%s is not a time span; expected %s", n.shown(), f.describe())
		case d < 0:
			return wrong(n, "", "%s must not be negative", n.shown())
		case d < f.min:
			return wrong(n, "", "%s is too short; the least is %s", n.shown(), formatSpan(f.min))
		case d > f.max:
			return wrong(n, "", "%s is too long; the most is %s", n.shown(), formatSpan(f.max))
		}
		*into.(*time.Duration) = d
		return nil
	case int64, float64:
		return wrong(n, fmt.Sprintf("write the unit behind the number, such as %q", spanExample),
			"%s has no unit; expected %s", n.shown(), f.describe())
	}
	return mistyped(n, f)
}

func (f span) encode(from any) string { return strconv.Quote(formatSpan(*from.(*time.Duration))) }

func (f span) describe() string {
	if f.max < day {
		return `a time span in h, min, s or ms, such as "2s" or "1h30m"`
	}
	return `a time span in d, h, min, s or ms, such as "2s", "1h30m" or "400d"`
}

func (f span) schema() map[string]any {
	return map[string]any{"type": "string", "pattern": `^\d+(\.\d+)? ?(d|h|min|ms|us|ns|m|s)(\d+(\.\d+)?(h|min|ms|us|ns|m|s))*$`, "examples": []string{"2s", "1h30m", "400d"}}
}

// grams is a mass, into an int64 in grams.
type grams struct{ min, max int64 }

func (f grams) decode(n *node, into any) []Problem {
	q := quantity{dim: masses, min: float64(f.min) / 1000, max: float64(f.max) / 1000}
	var x float64
	if faults := q.decode(n, &x); faults != nil {
		return faults
	}
	g := math.Round(x * 1000)
	if math.Abs(x*1000-g) > 1e-6 {
		return wrong(n, "", "%s is finer than a gram", n.shown())
	}
	*into.(*int64) = int64(g)
	return nil
}

func (f grams) encode(from any) string {
	return strconv.Quote(undecimal(*from.(*int64), 3) + "kg")
}
func (f grams) describe() string       { return quantity{dim: masses}.describe() }
func (f grams) schema() map[string]any { return quantity{dim: masses}.schema() }

// count is a bare whole number, into an int or uint64.
type count struct {
	min, max int64
	of       string // what is counted: "cars"
}

func (f count) decode(n *node, into any) []Problem {
	i, ok := n.leaf.(int64)
	switch {
	case !ok:
		return mistyped(n, f)
	case i < f.min:
		return wrong(n, "", "%d is too few; the least is %d", i, f.min)
	case i > f.max:
		return wrong(n, "", "%d is too many; the most is %d", i, f.max)
	}
	switch p := into.(type) {
	case *int:
		*p = int(i)
	case *uint64:
		*p = uint64(i)
	}
	return nil
}

func (f count) encode(from any) string {
	if p, ok := from.(*uint64); ok {
		return strconv.FormatUint(*p, 10)
	}
	return strconv.Itoa(*from.(*int))
}

func (f count) describe() string {
	if f.of == "" {
		return fmt.Sprintf("a whole number from %d to %d", f.min, f.max)
	}
	return fmt.Sprintf("a whole number of %s from %d to %d", f.of, f.min, f.max)
}

func (f count) schema() map[string]any {
	return map[string]any{"type": "integer", "minimum": f.min, "maximum": f.max}
}

// number is a bare number, into a float64.
type number struct {
	min, max float64
	of       string
}

func (f number) decode(n *node, into any) []Problem {
	var x float64
	switch v := n.leaf.(type) {
	case int64:
		x = float64(v)
	case float64:
		x = v
	default:
		return mistyped(n, f)
	}
	if !(x >= f.min && x <= f.max) { // catches NaN
		return wrong(n, "", "%s is out of range; expected %s", n.shown(), f.describe())
	}
	*into.(*float64) = x
	return nil
}

func (f number) encode(from any) string {
	s := plain(*from.(*float64), 0)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func (f number) describe() string {
	return fmt.Sprintf("%s from %s to %s", f.of, plain(f.min, 0), plain(f.max, 0))
}

func (f number) schema() map[string]any {
	return map[string]any{"type": "number", "minimum": f.min, "maximum": f.max}
}

// choice is one of a few words, into an integer type whose values count the
// words from 0, or into a bool.
type choice struct{ words []string }

func (f choice) decode(n *node, into any) []Problem {
	s, ok := n.leaf.(string)
	if !ok {
		return mistyped(n, f)
	}
	i := slices.Index(f.words, s)
	if i < 0 {
		return wrong(n, didYouMean(s, f.words), "%s is unknown; expected %s", n.shown(), f.describe())
	}
	if p, ok := into.(*bool); ok {
		*p = i == 1
		return nil
	}
	reflect.ValueOf(into).Elem().SetInt(int64(i))
	return nil
}

func (f choice) encode(from any) string {
	i := 0
	if p, ok := from.(*bool); ok {
		i = rank(*p)
	} else {
		i = int(reflect.ValueOf(from).Elem().Int())
	}
	return strconv.Quote(f.words[i])
}

func (f choice) describe() string {
	quoted := make([]string, len(f.words))
	for i, w := range f.words {
		quoted[i] = strconv.Quote(w)
	}
	return either(quoted)
}

func (f choice) schema() map[string]any { return map[string]any{"enum": f.words} }

// didYouMean is a hint that names the nearest word, or "".
func didYouMean(s string, words []string) string {
	if w := nearest(s, words); w != "" {
		return fmt.Sprintf("did you mean %q?", w)
	}
	return ""
}

// text is a string for people, into a string.
type text struct {
	of      string
	longest int // in bytes
	lines   bool
}

func (f text) decode(n *node, into any) []Problem {
	s, ok := n.leaf.(string)
	switch {
	case !ok:
		return mistyped(n, f)
	case strings.TrimSpace(s) == "":
		return wrong(n, "", "is empty; expected %s", f.describe())
	case len(s) > f.longest:
		return wrong(n, "", "is %d bytes long; the most is %d", len(s), f.longest)
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && !(f.lines && r == '\n') || r == 0x7f }):
		return wrong(n, "", "has control characters; expected %s", f.describe())
	}
	*into.(*string) = s
	return nil
}

func (f text) encode(from any) string { return quoteTOML(*from.(*string)) }
func (f text) describe() string       { return f.of }
func (f text) schema() map[string]any {
	return map[string]any{"type": "string", "minLength": 1, "maxLength": f.longest}
}

// quoteTOML writes s as a basic string of TOML.
func quoteTOML(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// identifier is the name of something in a scenario, into a string.
type identifier struct{ of string }

const (
	longestName = 40
	namePattern = `^[a-z0-9][a-z0-9_-]{0,39}$`
)

// isName tells whether s may name a bank, tenant and so on.
func isName(s string) bool {
	return s != "" && len(s) <= longestName && s[0] != '-' && s[0] != '_' &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

func (f identifier) decode(n *node, into any) []Problem {
	s, ok := n.leaf.(string)
	if !ok {
		return mistyped(n, f)
	}
	if !isName(s) {
		return wrong(n, "", "%s is not a name; expected %s", n.shown(), f.describe())
	}
	*into.(*string) = s
	return nil
}

func (f identifier) encode(from any) string { return quoteTOML(*from.(*string)) }
func (f identifier) describe() string {
	return f.of + ": lower-case letters, digits, - and _, at most 40"
}
func (f identifier) schema() map[string]any {
	return map[string]any{"type": "string", "pattern": namePattern}
}
