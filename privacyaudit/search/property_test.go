package search

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawValue draws a value as people and programs have them.
func drawValue(t *rapid.T, label string) []byte {
	v := rapid.OneOf(
		rapid.StringMatching(`[A-Za-z0-9]{6,40}`),
		rapid.StringMatching(`[a-zA-Z0-9.]{1,20}@example\.test`),
		rapid.StringMatching(`\+999[0-9]{4,11}`),
		rapid.StringOfN(rapid.RuneFrom([]rune("aZ09 <>&\"'\\/+-_.~!*()%=$:@\n\t\x01\u2028äöÅЖ漢😀")), 6, 30, -1),
		rapid.StringOfN(rapid.RuneFrom([]rune("äöÅЖ漢😀")), 6, 12, -1),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 6, 40), func(b []byte) string { return string(b) }),
	).Draw(t, label)
	return []byte(v)
}

func drawText(t *rapid.T, label string) string {
	return rapid.OneOf(
		rapid.StringMatching(`[a-z0-9 {}":,]{0,60}`),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 60), func(b []byte) string { return string(b) }),
	).Draw(t, label)
}

// TestFoundInEveryForm is the contract: any value in any form, as the standard
// library writes it, anywhere in any text, is found with its form and place; and
// what is found is really there.
func TestFoundInEveryForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawValue(t, "value")
		all := append(allForms(v), allDigests(v)...)
		w := all[rapid.IntRange(0, len(all)-1).Draw(t, "form")]
		before, behind := drawText(t, "before"), drawText(t, "behind")
		text := []byte(before + w.text + behind)
		others := rapid.SliceOfN(rapid.StringMatching(`[A-Z]{12}`), 0, 4).Draw(t, "others")
		needles := []Needle{{ID: 1, Value: v, Derived: true, Lower: rapid.Bool().Draw(t, "lower")}}
		for i, other := range others {
			needles = append(needles, Needle{ID: 2 + i, Value: []byte(other), Derived: true})
		}
		x, err := NewIndex(needles)
		if err != nil {
			t.Fatal(err)
		}
		want := w.form
		for _, earlier := range all {
			if earlier.part == w.part {
				want = earlier.form
				break
			}
		}
		at := len(before) + w.at
		found := 0
		x.Scan(text, func(h Hit) {
			if h.Needle == 1 && h.Offset == int64(at) && h.Form == want {
				found++
			}
			if !really(needles[h.Needle-1], h, text) {
				t.Errorf("%+v is not there", h)
			}
		})
		twice := needles[0].Lower && strings.HasPrefix(string(want), "base64-")
		if found != 1 && !(twice && found == 2) {
			t.Fatalf("%q as %s at %d of %q: found %d times", v, want, at, text, found)
		}
	})
}

// really tells whether a hit is one, by the standard library.
func really(n Needle, h Hit, text []byte) bool {
	values := [][]byte{n.Value}
	if n.Lower {
		values = append(values, lower(n.Value))
	}
	for _, v := range values {
		for _, w := range append(allForms(v), allDigests(v)...) {
			part := text[h.Offset:]
			if strings.HasSuffix(string(h.Form), "-uuid") || h.Form == "json" {
				part = bytes.ToLower(part)
				w.part = strings.ToLower(w.part)
			}
			if w.form == h.Form && (bytes.HasPrefix(part, []byte(w.part)) || sameUUID(h.Form, w.part, string(part))) {
				return true
			}
		}
	}
	return false
}

// sameUUID compares without version and variant.
func sameUUID(form Form, want, got string) bool {
	if !strings.HasSuffix(string(form), "-uuid") || len(got) < 36 {
		return false
	}
	return want[:14] == got[:14] && want[15:19] == got[15:19] && want[20:] == got[20:36]
}

// TestPieces holds Overlap to be enough for a stream in pieces of any size.
func TestPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawValue(t, "value")
		derived := rapid.Bool().Draw(t, "derived")
		x, err := NewIndex([]Needle{{ID: 1, Value: v, Derived: derived}})
		if err != nil {
			t.Fatal(err)
		}
		all := allForms(v)
		if derived {
			all = append(all, allDigests(v)...)
		}
		var b strings.Builder
		for range rapid.IntRange(1, 5).Draw(t, "times") {
			b.WriteString(drawText(t, "text"))
			b.WriteString(all[rapid.IntRange(0, len(all)-1).Draw(t, "form")].part)
		}
		text := []byte(b.String())
		whole := map[Hit]bool{}
		x.Scan(text, func(h Hit) { whole[h] = true })
		step := rapid.IntRange(1, 400).Draw(t, "step")
		for from := 0; from < len(text); from += step {
			x.Scan(text[from:min(len(text), from+step+x.Overlap())], func(h Hit) {
				h.Offset += int64(from)
				delete(whole, h)
			})
		}
		if len(whole) > 0 {
			t.Fatalf("pieces of %d with an overlap of %d miss %v", step, x.Overlap(), whole)
		}
	})
}

// TestNothingInOtherText holds a big index to be silent about values that are
// like its own.
func TestNothingInOtherText(t *testing.T) {
	x := index(t, canaries(3000)...)
	text := haystack(1 << 20)
	for _, h := range hits(x, text) {
		t.Errorf("found %+v in a text without needles", h)
	}
	if err := x.Deep(text, func(h Hit) { t.Errorf("found %+v in a text without needles", h) }); err != nil {
		t.Error(err)
	}
}
