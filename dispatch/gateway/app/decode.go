package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"hoistway/dispatch/remotecall"
)

// body reads a request's body, within bounds of size and time.
func (a *API) body(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := params["charset"]; err != nil || kind != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, fmt.Errorf("%w: the Content-Type is not application/json", wrongContentType)
	}
	if r.Header.Get("Content-Encoding") != "" {
		return nil, fmt.Errorf("%w: the body has a Content-Encoding", wrongContentType)
	}
	// The server ends this limit when the body is there. A connection that
	// knows no limits goes without.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(a.config.Limits.BodyTime))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, tooLarge
	case err != nil:
		return nil, tooSlow // or broken off, and nobody hears
	}
	return body, nil
}

// decode reads a JSON object into a struct. Every member of the struct must be
// there unless its tag says omitzero, none may be there twice or under another
// name, and null is nothing. Errors name the member.
func decode(body []byte, into any) error {
	if !utf8.Valid(body) {
		return fmt.Errorf("%w: the body is not UTF-8", malformedRequest)
	}
	if !json.Valid(body) {
		return fmt.Errorf("%w: the body is not one JSON value", malformedRequest)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	return (&document{d}).value(reflect.ValueOf(into).Elem(), place{})
}

// document is JSON that is well-formed.
type document struct{ *json.Decoder }

// place is where in a document a value stands.
type place struct {
	path string // such as floors[2]; "" = the body
	grid bool   // the value may not be finer than a whole number
}

func (p place) String() string {
	if p.path == "" {
		return "the body"
	}
	return p.path
}

// member is a place in the object at a place.
func (p place) member(name string) string {
	if p.path == "" {
		return name
	}
	return p.path + "." + name
}

// wrong refuses a value without showing it.
func (p place) wrong(why string) error {
	if p.path == "" {
		return fmt.Errorf("%w: the body %s", malformedRequest, why)
	}
	return fmt.Errorf("%w: %s %s", remotecall.MalformedField, p.path, why)
}

var timeType = reflect.TypeFor[time.Time]()

// value reads the next value.
func (d *document) value(v reflect.Value, at place) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		return d.value(v.Elem(), at)
	}
	token, err := d.Token()
	if err != nil {
		return at.wrong("is not JSON")
	}
	if token == nil {
		return at.wrong("is null: leave it out instead")
	}
	switch {
	case v.Type() == timeType:
		text, is := token.(string)
		t, err := time.Parse(time.RFC3339, text)
		if !is || err != nil {
			return at.wrong("must be an instant such as 2024-03-04T12:00:00Z")
		}
		v.Set(reflect.ValueOf(t))
	case v.Kind() == reflect.String:
		text, is := token.(string)
		if !is {
			return at.wrong("must be a string")
		}
		if strings.ContainsRune(text, utf8.RuneError) {
			return at.wrong("has a character that is none")
		}
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		b, is := token.(bool)
		if !is {
			return at.wrong("must be true or false")
		}
		v.SetBool(b)
	case v.CanInt() || v.CanFloat():
		return number(v, token, at)
	case v.Kind() == reflect.Slice:
		return d.array(v, token, at)
	case v.Kind() == reflect.Map:
		return d.table(v, token, at)
	case v.Kind() == reflect.Struct:
		return d.object(v, token, at)
	default:
		panic(fmt.Sprintf("BUG: no JSON is read into a %s", v.Type()))
	}
	return nil
}

// number reads a number. One that could be whole and is not is too precise on a
// grid.
func number(v reflect.Value, token json.Token, at place) error {
	n, is := token.(json.Number)
	if !is {
		return at.wrong("must be a number")
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return at.wrong("is out of range")
	}
	if v.CanFloat() {
		v.SetFloat(f)
		return nil
	}
	i, err := strconv.ParseInt(string(n), 10, v.Type().Bits())
	switch {
	case err == nil:
		v.SetInt(i)
		return nil
	case at.grid && f != float64(int64(f)):
		return fmt.Errorf("%w: %s must be a whole number", remotecall.TooPrecise, at)
	case errors.Is(err, strconv.ErrRange):
		return at.wrong("is out of range")
	}
	return at.wrong("must be a whole number")
}

func (d *document) array(v reflect.Value, token json.Token, at place) error {
	if token != json.Delim('[') {
		return at.wrong("must be an array")
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	for i := 0; d.More(); i++ {
		item := reflect.New(v.Type().Elem()).Elem()
		if err := d.value(item, place{path: fmt.Sprintf("%s[%d]", at.path, i), grid: at.grid}); err != nil {
			return err
		}
		v.Set(reflect.Append(v, item))
	}
	_, _ = d.Token()
	return nil
}

// table reads an object whose members are the client's to name.
func (d *document) table(v reflect.Value, token json.Token, at place) error {
	if token != json.Delim('{') {
		return at.wrong("must be an object")
	}
	v.Set(reflect.MakeMap(v.Type()))
	for d.More() {
		name, _ := d.Token()
		key := reflect.ValueOf(name)
		if v.MapIndex(key).IsValid() {
			return at.wrong("names a member twice: " + shown(name.(string)))
		}
		item := reflect.New(v.Type().Elem()).Elem()
		if err := d.value(item, place{path: at.member(shown(name.(string))), grid: at.grid}); err != nil {
			return err
		}
		v.SetMapIndex(key, item)
	}
	_, _ = d.Token()
	return nil
}

// object reads an object into a struct.
func (d *document) object(v reflect.Value, token json.Token, at place) error {
	if token != json.Delim('{') {
		return at.wrong("must be an object")
	}
	fields := membersOf(v.Type())
	var seen []string
	for d.More() {
		token, _ := d.Token()
		name := token.(string)
		i := slices.IndexFunc(fields, func(m member) bool { return m.name == name })
		if i < 0 {
			return fmt.Errorf("%w: %s is not a member of this request", remotecall.MalformedField, at.member(shown(name)))
		}
		if slices.Contains(seen, name) {
			return fmt.Errorf("%w: %s stands there twice", remotecall.MalformedField, at.member(name))
		}
		seen = append(seen, name)
		if err := d.value(v.Field(fields[i].index), place{path: at.member(name), grid: at.grid || fields[i].grid}); err != nil {
			return err
		}
	}
	_, _ = d.Token()
	for _, m := range fields {
		if !m.optional && !slices.Contains(seen, m.name) {
			return fmt.Errorf("%w: %s", remotecall.MissingField, at.member(m.name))
		}
	}
	return nil
}

// member is a field of a struct as JSON has it.
type member struct {
	name     string
	index    int
	optional bool
	grid     bool // tagged `app:"grid"`: a finer value is too precise
}

func membersOf(t reflect.Type) []member {
	list := make([]member, t.NumField())
	for i := range list {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			panic(fmt.Sprintf("BUG: %s.%s has no name in JSON", t, f.Name))
		}
		list[i] = member{name, i, strings.Contains(options, "omit"), f.Tag.Get("app") == "grid"}
	}
	return list
}

// shown is the name of a member that the client chose, short enough for a
// message to the same client.
func shown(name string) string {
	const most = 40
	if runes := []rune(name); len(runes) > most {
		name = string(runes[:most]) + "..."
	}
	return strconv.Quote(name)
}
