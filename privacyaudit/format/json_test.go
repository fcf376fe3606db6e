package format_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hoistway/privacyaudit/format"
)

func TestParse(t *testing.T) {
	type member struct{ Name, Raw, Text string }
	for _, c := range []struct {
		sentence, json string
		want           []member
	}{
		{"an empty object has no members", ` { } `, nil},
		{"members keep their order", `{"b":1,"a":"x"}`, []member{{"b", "1", ""}, {"a", `"x"`, "x"}}},
		{"white space goes, nested values stay raw", "{ \"a\" :\t[1, {\"b\":null}] ,\n\"c\":{} }", []member{{"a", `[1, {"b":null}]`, ""}, {"c", `{}`, ""}}},
		{"names are unescaped", `{"\u0061\n":true}`, []member{{"a\n", "true", ""}}},
		{"all escapes of strings", `{"a":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀"}`,
			[]member{{"a", `"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀"`, "\"\\/\b\f\n\r\té😀é😀"}}},
		{"all forms of numbers", `{"a":-0.5e+10,"b":0,"c":10E2}`, []member{{"a", "-0.5e+10", ""}, {"b", "0", ""}, {"c", "10E2", ""}}},
	} {
		members, err := format.Parse(nil, []byte(c.json))
		if err != nil {
			t.Errorf("%s: %v", c.sentence, err)
		}
		var got []member
		for _, m := range members {
			b, _ := m.Text(nil)
			got = append(got, member{string(m.Name), string(m.Raw), string(b)})
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.sentence, d)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ sentence, json, message string }{
		{"nothing", ``, "byte 0: not an object"},
		{"a list", `[]`, "byte 0: not an object"},
		{"null", `null`, "not an object"},
		{"an object without end", `{"a":1`, "neither a comma"},
		{"something behind the object", `{} x`, "byte 3: something follows"},
		{"a second object", `{}{}`, "something follows"},
		{"the same name twice", `{"a":1,"b":2,"a":3}`, "member 3 of 3 has the name of member 1"},
		{"the same name twice, once with an escape", `{"a":1,"\u0061":3}`, "member 2 of 2 has the name"},
		{"the same name twice among many", `{` + strings.Repeat(`"x":1,`, 30) + `"y":2}`, "member 2 of 31 has the name of one before"},
		{"a comma too many", `{"a":1,}`, "byte 7: not the name"},
		{"no comma", `{"a":1 "b":2}`, "neither a comma"},
		{"no colon", `{"a" 1}`, "no colon"},
		{"no value", `{"a":}`, "not a value"},
		{"a name without quotes", `{a:1}`, "not the name"},
		{"a leading zero", `{"a":01}`, "neither a comma"},
		{"a number of a sign", `{"a":-}`, "number without digits"},
		{"a point without digits", `{"a":1.}`, "behind its point"},
		{"an exponent without digits", `{"a":1e+}`, "in its exponent"},
		{"a word that JSON has not", `{"a":nul}`, "not a value"},
		{"bytes that are not UTF-8", "{\"a\":\"\xff\"}", "byte 6: not UTF-8"},
		{"an overlong encoding", "{\"a\":\"\xc0\xaf\"}", "not UTF-8"},
		{"a surrogate in UTF-8", "{\"a\":\"\xed\xa0\x80\"}", "not UTF-8"},
		{"a control character", "{\"a\":\"\n\"}", "control character"},
		{"an escape that JSON has not", `{"a":"\x41"}`, "no escape"},
		{"an escape without its digits", `{"a":"\u00g0"}`, "no escape"},
		{"a surrogate alone", `{"a":"\ud83d"}`, "no escape"},
		{"surrogates the wrong way round", `{"a":"\ude00\ud83d"}`, "no escape"},
		{"a string without end", `{"a":"b`, "string without end"},
		{"a nested list without end", `{"a":[1`, "nested"},
		{"a nested object without a colon", `{"a":{"b"}}`, "no colon"},
		{"nesting that would fill the stack", `{"a":` + strings.Repeat("[", 1e6), "nested too deep"},
	} {
		members, err := format.Parse(nil, []byte(c.json))
		if err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: error %v, want one with %q", c.sentence, err, c.message)
		}
		if len(members) > 0 {
			t.Errorf("%s: members come with an error", c.sentence)
		}
	}
}

// Errors leave what was in dst before.
func TestParseAppends(t *testing.T) {
	before := []format.Member{{Name: []byte("x")}}
	if got, err := format.Parse(before, []byte(`{"a":1`)); err == nil || len(got) != 1 {
		t.Errorf("error %v and %d members, want an error and the one that was there", err, len(got))
	}
	if got, err := format.Parse(before, []byte(`{"x":1}`)); err != nil || len(got) != 2 {
		t.Errorf("error %v and %d members; what was there before is of another object", err, len(got))
	}
}

// value draws any value that JSON has.
func value(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		sorts := 6
		if depth == 0 {
			sorts = 4
		}
		switch rapid.IntRange(0, sorts-1).Draw(t, "sort") {
		case 0:
			return rapid.String().Draw(t, "text")
		case 1:
			return rapid.Float64Range(-1e30, 1e30).Draw(t, "number")
		case 2:
			return rapid.Bool().Draw(t, "bool")
		case 3:
			return nil
		case 4:
			return rapid.SliceOfN(value(depth-1), 0, 4).Draw(t, "list")
		}
		return rapid.MapOfN(rapid.String(), value(depth-1), 0, 4).Draw(t, "object")
	})
}

// Parse agrees with encoding/json on what is valid, and what it hands on as raw
// values is valid by itself.
func TestParseAgreesWithTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		object := rapid.MapOfN(rapid.String(), value(3), 0, 30).Draw(t, "object")
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(rapid.Bool().Draw(t, "escape"))
		if rapid.Bool().Draw(t, "indent") {
			e.SetIndent(" ", "\t")
		}
		if err := e.Encode(object); err != nil {
			t.Fatal(err)
		}
		agree(t, text.Bytes())
	})
}

type fatal interface {
	Helper()
	Fatalf(string, ...any)
}

func agree(t fatal, text []byte) {
	t.Helper()
	var want map[string]json.RawMessage
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatalf("encoding/json refuses what Parse takes: %v", err)
	}
	members, err := format.Parse(nil, text)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if len(members) != len(want) {
		t.Fatalf("%d members, want %d", len(members), len(want))
	}
	for _, m := range members {
		raw, ok := want[string(m.Name)]
		if !ok || !bytes.Equal(raw, m.Raw) {
			t.Fatalf("member %q is %s, want %s", m.Name, m.Raw, raw)
		}
		var s *string
		isText := json.Unmarshal(m.Raw, &s) == nil && s != nil
		got, ok := m.Text(nil)
		if ok != isText || ok && string(got) != *s {
			t.Fatalf("text of %s is %q and %t", m.Raw, got, ok)
		}
	}
}

// Whatever Parse takes, encoding/json takes with the same result; the reverse
// does not hold, because Parse is stricter.
func FuzzParse(f *testing.F) {
	f.Add([]byte(usage))
	f.Add([]byte(`{"a":"\ud83d\ude00","b":[1,{"c":null}]}`))
	f.Add([]byte(`{"\u0061":-1.5e3,"a":"\""}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		members, err := format.Parse(nil, text)
		if err != nil {
			return
		}
		if !utf8.Valid(text) {
			t.Fatal("Parse takes what is not UTF-8")
		}
		agree(t, text)
		for _, k := range format.Default().Kinds {
			k.Check(members)
		}
		format.ChainHash("", text)
	})
}

const usage = `{"controller":"KONE","building":"main","at":"2027-06-12T16:00:00Z","pseudonym":"3i7ntq2fprd33jzag6h57yoizy","equipment":"main","function":"remote-call"}`

func TestParseDoesNotAllocate(t *testing.T) {
	text, room := []byte(usage), make([]format.Member, 0, 16)
	kind := format.Default().Kind("usage-log")
	if n := testing.AllocsPerRun(100, func() {
		members, err := format.Parse(room, text)
		if err != nil || kind.Check(members) != nil {
			t.Fatal(err, kind.Check(members))
		}
		if _, err := format.MetaOf(members); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("Parse and Check of a usage log allocate %v times", n)
	}
}
