package conformance

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ sentence, text, keys string }{
		{"keys come in their order", `{"b":1,"a":{"c":[1, 2]}}`, "b a"},
		{"an empty object has none", `{}`, ""},
		{"spaces around it do not matter", " {\"a\":1}\n", "a"},
		{"an array is none", `[1]`, "!"},
		{"nor is a number", `7`, "!"},
		{"nor is null", `null`, "!"},
		{"nor is one that ends early", `{"a":1`, "!"},
		{"a key that is there twice is refused: who reads it takes the first or the last", `{"a":1,"a":2}`, "!"},
		{"so is what follows the object", `{"a":1}{}`, "!"},
		{"and so is nothing", ``, "!"},
	} {
		o, err := parse([]byte(c.text))
		got := strings.Join(o.keys, " ")
		if err != nil {
			got = "!"
		}
		if got != c.keys {
			t.Errorf("%s: %q gives %q (%v), want %q", c.sentence, c.text, got, err, c.keys)
		}
	}
	raw := []byte(`{"data":{"session_id":7,"time":"x","list":[1,2],"none":null,"half":1.5}}`)
	if n, is := whole(raw, "data", "session_id"); !is || n != 7 {
		t.Errorf("session_id is %d, %t", n, is)
	}
	for _, name := range []string{"time", "list", "none", "half", "missing"} {
		if n, is := whole(raw, "data", name); is {
			t.Errorf("%s is taken for the integer %d", name, n)
		}
	}
	for _, name := range []string{"session_id", "list", "none", "missing"} {
		if s, is := text(raw, "data", name); is {
			t.Errorf("%s is taken for the string %q", name, s)
		}
	}
	if l, is := numbers(raw, "data", "list"); !is || len(l) != 2 {
		t.Errorf("list is %v, %t", l, is)
	}
	if _, is := list(raw, "data", "none"); is {
		t.Error("null is taken for a list")
	}
}

// Whatever comes, parse does not panic, agrees with encoding/json on what is an
// object, and loses nothing of it.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `{"a":{"b":[1,2,{"c":null}]},"d":"\u00e9"}`, `{`, `[]`, `{"a":1}}`, "{\"a\":1,\"a\":2}", "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		o, err := parse(raw)
		var theirs map[string]json.RawMessage
		wrong := json.Unmarshal(raw, &theirs)
		if err != nil {
			return
		}
		if wrong != nil || theirs == nil {
			t.Fatalf("%q is taken for an object, and is none: %v", raw, wrong)
		}
		if len(theirs) != len(o.keys) {
			t.Fatalf("%q has %d members, want %d", raw, len(o.keys), len(theirs))
		}
		for i, key := range o.keys {
			if !bytes.Equal(theirs[key], o.values[i]) {
				t.Fatalf("%q: %s is %s, want %s", raw, key, o.values[i], theirs[key])
			}
		}
	})
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		sentence, pattern, topic string
		want                     bool
	}{
		{"a topic fits itself", "lift_1/position", "lift_1/position", true},
		{"+ is any level", "+/position", "lift_7/position", true},
		{"one level, not two", "+/position", "a/b/position", false},
		{"all levels have to fit", "call_state/+/fixed", "call_state/7/served", false},
		{"+ is a level of its own only", "lift_+/status", "lift_1/status", false},
	} {
		if got := matches(c.pattern, c.topic); got != c.want {
			t.Errorf("%s: %s and %s: %t", c.sentence, c.pattern, c.topic, got)
		}
	}
}

// A secret is in no reason, not even half of one at the end of a long line.
func TestReasonsHoldNoSecret(t *testing.T) {
	s := newSuite(Target{Secret: "the-secret"})
	token := strings.Repeat("token", 40)
	s.hide(token)
	p := &probe{suite: s}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.note(">", strings.Repeat("x", shownBytes-20)+token)
		p.note(">", "with the-secret")
		p.failf("it failed with %s", token)
	}()
	<-ended
	if strings.Contains(p.reason, "tokentoken") || strings.Contains(p.reason, "the-secret") || p.verdict != Failed {
		t.Errorf("verdict %s, reason %s", p.verdict, p.reason)
	}
}
