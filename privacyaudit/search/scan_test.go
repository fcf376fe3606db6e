package search

import (
	gocmp "cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
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

func TestNewIndex(t *testing.T) {
	_, err := NewIndex([]Needle{{ID: 1, Value: []byte("tower")}, {ID: 2, Value: []byte("towers")}, {ID: 3}})
	if err == nil {
		t.Fatal("values of 5 and 0 bytes are accepted")
	}
	want := "search: the value of needle 1 has 5 bytes, at least 6 are needed: look for it by its field instead\n" +
		"search: the value of needle 3 has 0 bytes, at least 6 are needed: look for it by its field instead"
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	empty := index(t)
	if got := hits(empty, []byte(secret)); got != nil || empty.Overlap() != 0 {
		t.Errorf("an index of nothing finds %v, overlap %d", got, empty.Overlap())
	}
}

// TestPath is a form that random values seldom have: a value that is escaped in a
// path, with an at sign that is not.
func TestPath(t *testing.T) {
	x := index(t, Needle{ID: 1, Value: []byte("Anna V@tower")})
	if diff := cmp.Diff([]Hit{{1, "url", 1}}, hits(x, []byte("/Anna%20V@tower"))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestNeedles(t *testing.T) {
	needle := func(id int, v string, derived, lower bool) Needle {
		return Needle{ID: id, Value: []byte(v), Derived: derived, Lower: lower}
	}
	for _, row := range []struct {
		sentence string
		needles  []Needle
		text     string
		want     []Hit
	}{
		{"two needles of one value are both reported", []Needle{needle(1, secret, false, false), needle(2, secret, false, false)}, secret, []Hit{{1, "raw", 0}, {2, "raw", 0}}},
		{"one needle given twice is reported once", []Needle{needle(1, secret, false, false), needle(1, secret, false, false)}, secret, []Hit{{1, "raw", 0}}},
		{"a value within another value is reported, too", []Needle{needle(1, secret, false, false), needle(2, secret[4:12], false, false)}, secret, []Hit{{1, "raw", 0}, {2, "raw", 4}}},
		{"only who asked for digests is told of one", []Needle{needle(1, secret, false, false), needle(2, secret, true, false)}, hex.EncodeToString(digestOf(secret)), []Hit{{2, "sha256-hex", 0}}},
		{"lower case is found when asked for", []Needle{needle(1, "Anna@Example.test", false, true)}, "<anna@example.test>", []Hit{{1, "raw", 1}}},
		{"lower case is not found otherwise", []Needle{needle(1, "Anna@Example.test", false, false)}, "<anna@example.test>", nil},
		{"a digest of the lower case is one, too", []Needle{needle(1, "Anna@Example.test", true, true)}, hex.EncodeToString(digestOf("anna@example.test")), []Hit{{1, "sha256-hex", 0}}},
		{"the shortest value at both ends of a text", []Needle{needle(1, "towers", false, false)}, "towers,towers", []Hit{{1, "raw", 0}, {1, "raw", 7}}},
		{"the shortest value at an odd place", []Needle{needle(1, "towers", false, false)}, "xtowers", []Hit{{1, "raw", 1}}},
		{"a value that repeats itself, at each place", []Needle{needle(1, "aaaaaaaa", false, false)}, "aaaaaaaaaa", []Hit{{1, "raw", 0}, {1, "raw", 1}, {1, "raw", 2}}},
	} {
		x := index(t, row.needles...)
		got := hits(x, []byte(row.text))
		slices.SortFunc(got, func(a, b Hit) int { return cmpHits(a, b) })
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", row.sentence, diff)
		}
	}
}

func cmpHits(a, b Hit) int {
	return gocmp.Or(gocmp.Compare(a.Offset, b.Offset), gocmp.Compare(a.Needle, b.Needle))
}

// TestAcrossBlocks holds a scan to find values wherever the blocks of the filter
// have their borders.
func TestAcrossBlocks(t *testing.T) {
	x := index(t, Needle{ID: 1, Value: []byte(secret)}, Needle{ID: 2, Value: []byte("towers")})
	for at := range 3 * block {
		text := make([]byte, 3*block+22)
		copy(text[at:], secret)
		if diff := cmp.Diff([]Hit{{1, "raw", int64(at)}}, hits(x, text)); diff != "" {
			t.Fatalf("at %d: -want +got\n%s", at, diff)
		}
		text = make([]byte, 3*block+6)
		copy(text[at:], "towers")
		if diff := cmp.Diff([]Hit{{2, "raw", int64(at)}}, hits(x, text)); diff != "" {
			t.Fatalf("at %d: -want +got\n%s", at, diff)
		}
	}
}

// TestNoAllocation holds a scan to allocate nothing when there is no hit.
func TestNoAllocation(t *testing.T) {
	if raceDetector {
		t.Skip("with the race detector, a sync.Pool throws things away on purpose")
	}
	x := index(t, append(canaries(100), Needle{ID: 1000, Value: []byte("towers")})...)
	text := append(haystack(64<<10), `"\u00e4\u0061" \u0051\u007a\u0037\u0052\u006a\u0057\u006d`...)
	text = append(text, "@example.test and tower"...)
	if n := testing.AllocsPerRun(20, func() { x.Scan(text, func(Hit) {}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestConcurrent is for the race detector, and holds the scans of many
// goroutines to find what one finds.
func TestConcurrent(t *testing.T) {
	x := index(t, canaries(50)...)
	var text []byte
	for _, n := range canaries(50) {
		text = append(append(text, n.Value...), hex.EncodeToString(digestOf(string(n.Value)))...)
	}
	zip := gzipped(t, text)
	want := len(hits(x, text))
	if want < 100 {
		t.Fatalf("%d hits", want)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := len(hits(x, text)); got != want {
				t.Errorf("%d hits, want %d", got, want)
			}
			if got, err := deepHits(x, zip); err != nil || len(got) < want {
				t.Errorf("%d hits in gzip, %v, want %d", len(got), err, want)
			}
		})
	}
	all.Wait()
}

// TestAnchors holds the windows of mail addresses to lie outside of the domain
// which all of them share.
func TestAnchors(t *testing.T) {
	const domain = "@example.test"
	var needles []Needle
	for i := range 200 {
		needles = append(needles, Needle{ID: i, Value: fmt.Appendf(nil, "resident%03d%s", i, domain)})
	}
	x := index(t, needles...)
	for _, a := range x.anchors {
		if v := x.values[a.value].bytes; a.form == formRaw && (int(a.at)+windowLong <= len("resident") || int(a.at) >= len(v)-len(domain)) {
			t.Fatalf("the window of %s at %d is shared by all", v, a.at)
		}
	}
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
		{"a digest as a UUID of version 4, in capitals", fmt.Sprintf("%X-%X-%X-%X-%X", sum[:4], sum[4:6], []byte{0x40 | sum[6]&15, sum[7]}, []byte{0x80 | sum[8]&0x3f, sum[9]}, sum[10:16]), []Hit{{7, "sha256-uuid", 0}}},
		{"the beginning of an FNV digest, which proves nothing", "\x00" + string(appendDigest(nil, []byte(secret), digestFNV128)[:10]), nil},
		{"the beginning of a digest that is cut off too early", hex.EncodeToString(sum[:7]), nil},
		{"every letter escaped", "\"" + escapeRunes(secret, "%04x", 0) + "\"", []Hit{{7, "json", 1}}},
	} {
		x := index(t, Needle{ID: 7, Value: []byte(secret), Derived: true})
		if diff := cmp.Diff(row.want, hits(x, []byte(row.text))); diff != "" {
			t.Errorf("%s: -want +got\n%s", row.sentence, diff)
		}
	}
}
