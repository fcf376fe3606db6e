package gateway

import (
	"slices"
	"strings"
	"testing"
)

func TestMatches(t *testing.T) {
	for _, row := range []struct {
		pattern, topic string
		want           bool
		why            string
	}{
		{"lift_1/doors", "lift_1/doors", true, "a topic fits itself"},
		{"lift_1/doors", "lift_2/doors", false, "another first level"},
		{"+/doors", "lift_12/doors", true, "any first level"},
		{"call_state/+/fixed", "call_state/7001/fixed", true, "any level in the middle"},
		{"call_state/+", "call_state/7001/fixed", false, "a wildcard is one level only"},
		{"+/+/+", "lift_1/doors", false, "too many levels"},
		{"lift_+/status", "lift_1/status", false, "no wildcard within a level"},
		{"#", "lift_1/status", false, "MQTT's other wildcard is not known"},
		{"", "lift_1/status", false, "an empty pattern fits nothing that is published"},
		{"lift_1/", "lift_1/doors", false, "an empty level is a level"},
	} {
		if got := matches(row.pattern, row.topic); got != row.want {
			t.Errorf("%s: %q fits %q: %v, want %v", row.why, row.pattern, row.topic, got, row.want)
		}
	}
}

// FuzzMatches compares with a matcher that is slower and says what is meant, and
// asks that the index finds what fits.
func FuzzMatches(f *testing.F) {
	f.Add("call_state/+/fixed", "call_state/7001/fixed")
	f.Add("+", "a")
	f.Add("a//+", "a//")
	f.Add("+/doors", "lift_1/doors")
	f.Fuzz(func(t *testing.T, pattern, topic string) {
		p, n := strings.Split(pattern, "/"), strings.Split(topic, "/")
		want := len(p) == len(n)
		for i := 0; want && i < len(p); i++ {
			want = p[i] == "+" || p[i] == n[i]
		}
		if got := matches(pattern, topic); got != want {
			t.Errorf("%q fits %q: %v, want %v", pattern, topic, got, want)
		}
		places := placeOf(topic).fitting()
		if want && !slices.Contains(places[:], placeOf(pattern)) {
			t.Errorf("%q fits %q and is not looked for", pattern, topic)
		}
	})
}
