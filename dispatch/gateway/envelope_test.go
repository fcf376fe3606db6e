package gateway

import (
	"testing"
	"time"
)

func TestTimesAreUTCWithMilliseconds(t *testing.T) {
	for _, at := range []time.Time{
		time.Date(2026, 1, 5, 8, 0, 0, 123_456_789, time.UTC),
		time.Date(2026, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
		time.Date(2026, 6, 1, 1, 2, 3, 0, time.FixedZone("east", 2*3600)),
	} {
		if got, want := string(appendTime(nil, at)), at.UTC().Format("2006-01-02T15:04:05.000Z"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestTextsAreJSON(t *testing.T) {
	for text, want := range map[string]string{"plain": `"plain"`, `a"b\c`: `"a\"b\\c"`, "<é>\n": `"<é>\n"`, "": `""`} {
		if got := string(jsonText(text)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestConnectionIDsLookLikeTheClouds(t *testing.T) {
	a, b := connectionID(), connectionID()
	if len(a) != 16 || a[15] != '=' || a == b {
		t.Errorf("got %q and %q", a, b)
	}
}
