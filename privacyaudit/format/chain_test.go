package format_test

import (
	"errors"
	"testing"

	"hoistway/privacyaudit/format"
)

func TestChainHash(t *testing.T) {
	for _, c := range []struct{ sentence, previous, json, hashed string }{
		{"the first entry has no hash before it", "", `{"a":1}`, `{"a":1}`},
		{"the hash before stands in front", "abc", `{"a":1}`, `abc{"a":1}`},
		{"the field hash is left out", "", `{"hash":"x","a":1}`, `{"a":1}`},
		{"but not one within", "", `{"a":{"hash":"x"},"hash":"y"}`, `{"a":{"hash":"x"}}`},
		{"names are in order, in all objects", "", `{"b":{"z":1,"y":[{"d":1,"c":2}]},"a":2}`, `{"a":2,"b":{"y":[{"c":2,"d":1}],"z":1}}`},
		{"white space goes, but not in text", "", "{ \"b\" : [ 1 ,\n2 ] , \"a\":\" x \" , \"c\":[ ] }", `{"a":" x ","b":[1,2],"c":[]}`},
		{"escapes go unless JSON demands them", "", `{"a":"\u0041\u00e9\/\u2028\u003c\ud83d\ude00\"\\\u000a\u0001"}`, "{\"a\":\"Aé/\u2028<😀" + `\"\\\n\u0001"}`},
		{"names are compared without escapes", "", `{"\u0062":1,"a":2}`, `{"a":2,"b":1}`},
		{"numbers stay as they are written", "", `{"a":1.50E+2}`, `{"a":1.50E+2}`},
	} {
		got, err := format.ChainHash(c.previous, []byte(c.json))
		if err != nil || got != hex256(c.hashed) {
			t.Errorf("%s: %s and error %v, want the hash of %s", c.sentence, got, err, c.hashed)
		}
	}
	for _, json := range []string{`{"a":1`, `{"a":{"b":1,"b":2}}`} {
		if _, err := format.ChainHash("", []byte(json)); err == nil {
			t.Errorf("%s has a hash", json)
		}
	}
}

func TestCheckLink(t *testing.T) {
	// Each entry is what its predecessor's hash and its own JSON make it.
	entry := func(previous, fact string) (json, hash string) {
		hash = hex256(previous + `{"fact":"` + fact + `","previous":"` + previous + `"}`)
		return `{"fact":"` + fact + `","previous":"` + previous + `","hash":"` + hash + `"}`, hash
	}
	first, h1 := entry("", "one")
	second, h2 := entry(h1, "two")
	changed := `{"fact":"ten","previous":"` + h1 + `","hash":"` + h2 + `"}`
	rewritten, h2b := entry(h1, "ten")
	for _, c := range []struct {
		sentence, previous, json string
		want                     error
		next                     string
	}{
		{"the first entry", "", first, nil, h1},
		{"the second follows it", h1, second, nil, h2},
		{"an entry that was left out", "", second, format.ErrPrevious, h2},
		{"an entry that was changed breaks its own link only", h1, changed, format.ErrHash, h2},
		{"one that was written anew breaks the next one's", h1, rewritten, nil, h2b},
		{"an entry without a hash goes on with its own", h1, `{"fact":"two","previous":"` + h1 + `"}`, format.ErrHash, h2},
		{"an entry without previous", h1, `{"fact":"two","hash":"` + h2 + `"}`, format.ErrPrevious, ""},
	} {
		next, err := format.CheckLink(c.previous, []byte(c.json))
		if !errors.Is(err, c.want) || next != c.next {
			t.Errorf("%s: error %v and next %s, want %v and %s", c.sentence, err, next, c.want, c.next)
		}
	}
	if _, err := format.CheckLink("", []byte(`{`)); err == nil {
		t.Error("what is no JSON is a link")
	}
}
