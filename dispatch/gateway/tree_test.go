package gateway

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTreeFindsMembers(t *testing.T) {
	for _, row := range []struct{ why, text, name, want string }{
		{"a member among others", `{"a":1,"b":[1,{"b":2}],"c":{}}`, "b", `[1,{"b":2}]`},
		{"a member whose name is escaped", `{"\u0061bc":true}`, "abc", `true`},
		{"of two with one name the last", `{"a":1,"a":2}`, "a", `2`},
		{"white space wherever it may be", " { \"a\" :\t[ 1 ,\r\n2 ] } ", "a", "[ 1 ,\r\n2 ]"},
		{"an empty name", `{"":"x"}`, "", `"x"`},
		{"not the member of a member", `{"a":{"b":1}}`, "b", ``},
	} {
		var tr tree
		if err := tr.parse([]byte(row.text)); err != nil {
			t.Errorf("%s: %v", row.why, err)
			continue
		}
		got := ""
		if n, ok := tr.member(0, row.name); ok {
			got = string(tr.raw(n))
		}
		if got != row.want {
			t.Errorf("%s: got %s, want %s", row.why, got, row.want)
		}
	}
}

func TestTreeRefusesWhatLiesTooDeep(t *testing.T) {
	deep := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	var tr tree
	if err := tr.parse(deep(maxDepth + 1)); err != nil {
		t.Errorf("the deepest that is allowed: %v", err)
	}
	if err := tr.parse(deep(maxDepth + 2)); !errors.As(err, new(errSyntax)) {
		t.Errorf("one level more: got %v, want a syntax error", err)
	}
}

// FuzzTree compares with encoding/json, which must agree on what is JSON and on
// what every member of the outermost object is.
func FuzzTree(f *testing.F) {
	for _, seed := range []string{``, `{}`, `{"a":[1,-0.5e+7,"\u00e9\n",null,true,false]}`, `[1,]`, `{"a"}`, `01`, `-`, `1.`, `1e`, `"\x"`, "\"\x01\"", `{"a":1,"\u0061":2}`, `nul`, ` 1 `, `1 1`, `"`, `"\u12`, ping(1)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !utf8.Valid(text) || strings.Count(string(text), "[")+strings.Count(string(text), "{") > maxDepth {
			return
		}
		var tr tree
		err := tr.parse(text)
		if want := json.Valid(text); (err == nil) != want {
			t.Fatalf("%q: valid %v, but we say %v", text, want, err)
		}
		var want map[string]json.RawMessage
		if err != nil || tr.nodes[0].kind != isObject || json.Unmarshal(text, &want) != nil {
			return
		}
		for name, value := range want {
			n, ok := tr.member(0, name)
			if !ok || string(tr.raw(n)) != string(value) {
				t.Fatalf("%q: member %q is %s, want %s", text, name, tr.raw(n), value)
			}
		}
	})
}
