package app

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"hoistway/dispatch/remotecall"
)

// spec is openapi.json as the tests hold the API against it.
type spec struct {
	doc      map[string]any
	compiler *jsonschema.Compiler
	mux      *http.ServeMux // finds the path of a request

	mu      sync.Mutex
	schemas map[string]*jsonschema.Schema
}

var theSpecOnce = sync.OnceValues(func() (*spec, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(OpenAPI()))
	if err != nil {
		return nil, err
	}
	s := &spec{doc: doc.(map[string]any), compiler: jsonschema.NewCompiler(), mux: http.NewServeMux(), schemas: map[string]*jsonschema.Schema{}}
	s.compiler.DefaultDraft(jsonschema.Draft2020)
	s.compiler.AssertFormat()
	if err := s.compiler.AddResource("app.json", doc); err != nil {
		return nil, err
	}
	for path := range s.paths() {
		s.mux.HandleFunc(path, func(http.ResponseWriter, *http.Request) {})
	}
	return s, nil
})

func theSpec(t testing.TB) *spec {
	t.Helper()
	s, err := theSpecOnce()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *spec) paths() map[string]any { return s.doc["paths"].(map[string]any) }

// at finds a place in the document by the parts of its path, through references.
func (s *spec) at(parts ...string) (any, string) {
	var v any = s.doc
	pointer := ""
	for _, part := range parts {
		v = v.(map[string]any)[part]
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(part)
		if o, is := v.(map[string]any); is && o["$ref"] != nil {
			pointer = strings.TrimPrefix(o["$ref"].(string), "#")
			v, _ = s.at(strings.Split(pointer, "/")[1:]...)
		}
	}
	return v, pointer
}

// valid holds a value against the schema at a pointer.
func (s *spec) valid(t testing.TB, pointer string, v any) error {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	schema := s.schemas[pointer]
	if schema == nil {
		var err error
		if schema, err = s.compiler.Compile("app.json#" + pointer); err != nil {
			t.Fatal(err)
		}
		s.schemas[pointer] = schema
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	v, err = jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(v)
}

// holds wants an answer to be one that the document has for the request.
func (s *spec) holds(t testing.TB, method, path string, got reply) {
	t.Helper()
	r, err := http.NewRequest(method, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, pattern := s.mux.Handler(r)
	item, _ := s.at("paths", pattern)
	operations, _ := item.(map[string]any)
	_, errorSchema := s.at("components", "schemas", "Error")
	if operations[strings.ToLower(method)] == nil {
		if err := s.valid(t, errorSchema, got.body); err != nil || got.status < 300 {
			t.Errorf("%s %s is not described, and answered with %d: %s", method, path, got.status, got.raw)
		}
		return
	}
	parts := []string{"paths", pattern, strings.ToLower(method), "responses", strconv.Itoa(got.status)}
	answer, _ := s.at(parts...)
	if answer == nil {
		t.Errorf("%s %s: status %d is not described: %s", method, pattern, got.status, got.raw)
		return
	}
	if answer.(map[string]any)["content"] == nil {
		if got.raw != "" {
			t.Errorf("%s %s: status %d is described without a body, and came with %s", method, pattern, got.status, got.raw)
		}
		return
	}
	_, pointer := s.at(append(parts, "content", "application/json", "schema")...)
	if err := s.valid(t, pointer, got.body); err != nil {
		t.Errorf("%s %s: %s is not as described: %v", method, pattern, got.raw, err)
	}
}

// operations lists "METHOD path", sorted.
func (s *spec) operations() (list []string) {
	for path, item := range s.paths() {
		for method := range item.(map[string]any) {
			list = append(list, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(list)
	return list
}

func TestEveryRouteIsDescribedAndEveryDescriptionIsARoute(t *testing.T) {
	served := []string{"GET /app/v1/openapi.json"}
	for _, r := range routes {
		served = append(served, r.String())
	}
	slices.Sort(served)
	if d := cmp.Diff(theSpec(t).operations(), served); d != "" {
		t.Errorf("described and served (-described +served):\n%s", d)
	}
	w := newWorld(t)
	if got := w.ask(200, "GET", "openapi.json", "", nil); got.raw != string(OpenAPI()) {
		t.Error("the description that is served is not the one in the file")
	}
}

// Members of requests: names, and which of them must be there, are the same in
// the schemas and in the code that reads them; those of answers as well.
func TestSchemasHaveTheMembersOfTheCode(t *testing.T) {
	s := theSpec(t)
	for _, r := range routes {
		method := strings.ToLower(r.method)
		if r.in != noneType && r.in.Kind() == reflect.Struct {
			schema, _ := s.at("paths", r.path, method, "requestBody", "content", "application/json", "schema")
			sameMembers(t, s, r.String()+": body", schema, r.in)
		} else if body, _ := s.at("paths", r.path, method, "requestBody"); r.in == noneType && body != nil {
			t.Errorf("%s has no body, and one is described", r)
		}
		if r.out != noneType {
			schema, _ := s.at("paths", r.path, method, "responses", strconv.Itoa(r.status), "content", "application/json", "schema")
			sameMembers(t, s, r.String()+": answer", schema, r.out)
		} else if answer, _ := s.at("paths", r.path, method, "responses", strconv.Itoa(r.status)); answer == nil {
			t.Errorf("%s: status %d is not described", r, r.status)
		}
	}
	schema, _ := s.at("components", "schemas", "Error")
	sameMembers(t, s, "refusals", schema, reflect.TypeFor[refused]())
}

func sameMembers(t *testing.T, s *spec, what string, schema any, typ reflect.Type) {
	t.Helper()
	o, _ := schema.(map[string]any)
	if ref, is := o["$ref"].(string); is {
		schema, _ := s.at(strings.Split(ref, "/")[1:]...)
		sameMembers(t, s, what, schema, typ)
		return
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct:
		sameMembers(t, s, what+"[]", o["items"], typ.Elem())
	case typ.Kind() == reflect.Struct && typ != timeType:
		properties, _ := o["properties"].(map[string]any)
		var required []string
		for _, name := range o["required"].([]any) {
			required = append(required, name.(string))
		}
		var names, must []string
		for _, m := range membersOf(typ) {
			names = append(names, m.name)
			if !m.optional {
				must = append(must, m.name)
			}
			sameMembers(t, s, what+"."+m.name, properties[m.name], typ.Field(m.index).Type)
		}
		slices.Sort(names)
		slices.Sort(must)
		slices.Sort(required)
		if d := cmp.Diff(slices.Sorted(maps.Keys(properties)), names); d != "" {
			t.Errorf("%s (-schema +code):\n%s", what, d)
		}
		if d := cmp.Diff(required, must); d != "" {
			t.Errorf("%s: what must be there (-schema +code):\n%s", what, d)
		}
		if o["additionalProperties"] != false {
			t.Errorf("%s: the schema lets any member in", what)
		}
	}
}

// Every example is valid by its schema.
func TestExamplesAreValid(t *testing.T) {
	s := theSpec(t)
	n := 0
	var walk func(v any, parts []string)
	walk = func(v any, parts []string) {
		switch v := v.(type) {
		case map[string]any:
			if example, has := v["example"]; has && v["schema"] != nil {
				n++
				pointer := ""
				for _, p := range append(slices.Clone(parts), "schema") {
					pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(p)
				}
				if err := s.valid(t, pointer, example); err != nil {
					t.Errorf("%s: %v", pointer, err)
				}
			}
			for name, x := range v {
				walk(x, append(slices.Clone(parts), name))
			}
		case []any:
			for i, x := range v {
				walk(x, append(slices.Clone(parts), strconv.Itoa(i)))
			}
		}
	}
	walk(s.doc, nil)
	if n < 60 {
		t.Errorf("%d examples were looked at", n)
	}
}

// unmet are the service's refusals that no request of this API can meet: those
// of the intercom, of the provider's staff and of a Manager's own log entries.
var unmet = []remotecall.Refusal{
	remotecall.NoDevice, remotecall.NoCamera, remotecall.NotMainUser, remotecall.AlreadyAnswered, remotecall.NotDeclared, remotecall.NoGrounds,
	remotecall.SelfApproved, remotecall.TooBroad, remotecall.NoAgreement, remotecall.NoTransferBasis,
}

func TestEveryWordOfARefusalIsDescribed(t *testing.T) {
	words, _ := theSpec(t).at("components", "schemas", "Error", "properties", "error", "enum")
	var described, told []string
	for _, w := range words.([]any) {
		described = append(described, w.(string))
	}
	for w := range answers {
		if !slices.Contains(unmet, w) {
			told = append(told, string(w))
		}
	}
	slices.Sort(described)
	slices.Sort(told)
	if d := cmp.Diff(described, told); d != "" {
		t.Errorf("words (-described +told):\n%s", d)
	}
}

// Every request of the document, with its own example for a body, is taken by
// the real handlers and answered with the status that means done. What is not
// known beforehand, such as a key's code, is put in the place of the example's.
func TestExamplesAreTaken(t *testing.T) {
	s := theSpec(t)
	for _, r := range routes {
		t.Run(r.String(), func(t *testing.T) {
			w := newWorld(t)
			known := w.settle(r)
			path, who := r.path, ""
			for _, part := range []string{"building", "subject", "key", "sub_user", "permission", "call"} {
				path = strings.ReplaceAll(path, "{"+part+"}", known[part])
			}
			switch r.by {
			case user:
				who = known["token"]
			case manager:
				who = credential
			}
			body := ""
			if r.in != noneType {
				example, _ := s.at("paths", r.path, strings.ToLower(r.method), "requestBody", "content", "application/json", "example")
				o := maps.Clone(example.(map[string]any))
				for _, name := range []string{"key", "code", "number"} {
					if o[name] != nil && known[name] != "" && !strings.Contains(r.path, "sub-users") {
						o[name] = known[name]
					}
				}
				text, err := json.Marshal(o)
				if err != nil {
					t.Fatal(err)
				}
				body = string(text)
			}
			if r.by != anybody { // the same request of who has not the right to it
				other := known["token"]
				if r.by == user {
					other = credential
				}
				for _, stranger := range []string{"", "nonsense", other} {
					if stranger != "" && r.path == "/app/v1/logins/current" {
						continue // a login that is none has ended already
					}
					if got := w.send(r.method, path, stranger, body); got.status != 401 {
						t.Errorf("by a stranger: status %d, want 401: %s", got.status, got.raw)
					}
				}
			}
			if got := w.send(r.method, path, who, body); got.status != r.status {
				t.Errorf("status %d, want %d: %s", got.status, r.status, got.raw)
			}
		})
	}
}

// settle does what has to be before a route's example can be asked for.
func (w *world) settle(r *route) map[string]string {
	known := map[string]string{"building": "tower"}
	if strings.HasSuffix(r.path, "/accounts") || strings.HasSuffix(r.path, "/buildings") {
		return known
	}
	if strings.HasSuffix(r.path, "/people") {
		known["subject"] = w.signUp(mail).subject
		return known
	}
	d := w.resident(mail)
	known["token"], known["subject"] = d.token, d.subject
	known["permission"] = w.grant(d)
	known["key"], known["code"] = w.key(d, "1")
	known["sub_user"] = w.ask(201, "POST", "sub-users", d.token, m{"building": "tower", "name": "Olli", "birth_date": "1990-05-17", "consent": true}).body["sub_user"].(string)
	known["number"] = w.ask(200, "PUT", "buildings/tower/people/"+d.subject+"/key-tag", credential, m{"floors": []string{"G", "1"}}).body["number"].(string)
	if strings.Contains(r.path, "{call}") {
		known["call"] = strings.TrimPrefix(callPath(w.ask(201, "POST", "calls", d.token, call("G", "2"))), "calls/")
	}
	if strings.HasSuffix(r.path, "/usages") || strings.HasSuffix(r.path, "/export") {
		example, _ := w.spec.at("paths", "/app/v1/pseudonyms", "post", "requestBody", "content", "application/json", "example")
		w.ask(204, "POST", "pseudonyms", d.token, example)
	}
	return known
}
