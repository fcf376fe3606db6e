package search

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func hits(x *Index, b []byte) []Hit {
	var all []Hit
	x.Scan(b, func(h Hit) { all = append(all, h) })
	return all
}

func index(t testing.TB, needles ...Needle) *Index {
	t.Helper()
	x, err := NewIndex(needles)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

const secret = "Qz7RjWmXvK0pTgNsYdLbHc"

func digestOf(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

func TestForms(t *testing.T) {
	id := base64.RawStdEncoding.EncodeToString
	sum := digestOf(secret)
	for _, row := range []struct {
		sentence string
		text     string
		want     []Hit
	}{
		{"a value as it is", "xx" + secret + "yy", []Hit{{7, "raw", 2}}},
		{"a value twice", secret + secret, []Hit{{7, "raw", 0}, {7, "raw", 22}}},
		{"another value", "xxAz7RjWmXvK0pTgNsYdLbHc", nil},
		{"a digest in hexadecimal digits", "id=" + hex.EncodeToString(sum), []Hit{{7, "sha256-hex", 3}}},
		{"the beginning of a digest in base64", "id=" + id(sum[:16]), []Hit{{7, "sha256/16-base64", 3}}},
		{"the beginning of a digest as an ID of the registry's kind", base32Lower.EncodeToString(sum[:16]), []Hit{{7, "sha256/16-base32", 0}}},
		{"a digest as a UUID of version 4", fmt.Sprintf("%X-%X-4%X-B%X-%X", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16]), nil},
	} {
		x := index(t, Needle{ID: 7, Value: []byte(secret), Derived: true})
		if diff := cmp.Diff(row.want, hits(x, []byte(row.text))); diff != "" {
			t.Errorf("%s: -want +got\n%s", row.sentence, diff)
		}
	}
}
