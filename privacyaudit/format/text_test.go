package format_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hoistway/privacyaudit/format"
)

func TestParsePHC(t *testing.T) {
	good := strings.Trim(phc, `"`)
	p, ok := format.ParsePHC([]byte(good))
	want := format.PHC{Memory: 19456, Passes: 2, Threads: 1, Salt: []byte("1234567890123456"), Hash: []byte("12345678901234567890123456789012")}
	if d := cmp.Diff(want, p); d != "" || !ok {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, c := range []struct{ sentence, old, new string }{
		{"another function", "argon2id", "argon2d"},
		{"another version", "v=19", "v=16"},
		{"costs in another order", "m=19456,t=2", "t=2,m=19456"},
		{"a cost less", ",p=1", ""},
		{"a cost that is none", "t=2", "t=two"},
		{"no salt", "$MTIz", "$$MTIz"},
		{"an empty salt", "MTIzNDU2Nzg5MDEyMzQ1Ng", ""},
		{"a padded salt", "NQ1Ng$", "NQ1Ng==$"},
		{"a line feed in the salt", "$MTIz", "$MT\nIz"},
		{"something behind", "MTI", "MTI$x"},
		{"the hash of another function", good, "$2b$12$abcdefghijklmnopqrstuv"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if text == good {
			text = good + c.new
		}
		if _, ok := format.ParsePHC([]byte(text)); ok {
			t.Errorf("%s: %s is taken", c.sentence, text)
		}
	}
}

func TestParseInstant(t *testing.T) {
	for _, c := range []struct{ sentence, text string }{
		{"a day without a time", "2027-06-12"},
		{"a time that does not exist", "2027-06-12T24:00:00Z"},
		{"a leap second", "2027-06-30T23:59:60Z"},
		{"a day that the calendar has not", "2100-02-29T00:00:00Z"},
		{"day 0", "2027-06-00T00:00:00Z"},
		{"an offset", "2027-06-12T16:00:00+00:00"},
		{"a local time", "2027-06-12T16:00:00"},
		{"a space in place of T", "2027-06-12 16:00:00Z"},
		{"a point without digits", "2027-06-12T16:00:00.Z"},
		{"a comma in place of the point", "2027-06-12T16:00:00,5Z"},
		{"ten digits", "2027-06-12T16:00:00.1234567890Z"},
		{"a sign", "2027-06-12T16:00:00.-5Z"},
		{"a year that does not fit", "2262-01-01T00:00:00Z"},
	} {
		if n, ok := format.ParseInstant(c.text); ok {
			t.Errorf("%s: %s is %d", c.sentence, c.text, n)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.Int64Range(time.Date(1678, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano(), time.Date(2262, 1, 1, 0, 0, 0, -1, time.UTC).UnixNano()).Draw(t, "at")
		text := time.Unix(0, at).UTC().Format(time.RFC3339Nano)
		if got, ok := format.ParseInstant([]byte(text)); !ok || got != at {
			t.Fatalf("%s is %d, want %d", text, got, at)
		}
	})
}
