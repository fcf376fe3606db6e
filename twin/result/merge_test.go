package result

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMergeGivesTheSameBytesInAnyOrderAndGrouping(t *testing.T) {
	h := twoBanks()
	var parts []*Summary
	for rep := range 6 {
		r := busyHour(h, rep, 100+50*rep, rep == 2)
		r.end += at(float64(rep) * 400) // runs end at different instants
		parts = append(parts, r.summary(t, h))
	}
	whole, err := Merge(parts...)
	if err != nil {
		t.Fatal(err)
	}
	want := asJSON(t, whole)
	before := asJSON(t, parts)
	rapid.Check(t, func(rt *rapid.T) {
		left := rapid.Permutation(parts).Draw(rt, "order")
		// Merge neighbours until one is left.
		for len(left) > 1 {
			i := rapid.IntRange(0, len(left)-2).Draw(rt, "first")
			n := rapid.IntRange(2, len(left)-i).Draw(rt, "number")
			m, err := Merge(left[i : i+n]...)
			if err != nil {
				rt.Fatal(err)
			}
			left = append(append(append([]*Summary{}, left[:i]...), m), left[i+n:]...)
		}
		if got := asJSON(t, left[0]); !bytes.Equal(got, want) {
			rt.Fatalf("got  %s\nwant %s", got, want)
		}
	})
	if !bytes.Equal(before, asJSON(t, parts)) {
		t.Error("merging changed the parts")
	}
	var people int64
	for _, p := range parts {
		people += p.Passengers
	}
	if whole.Passengers != people || whole.Replications != 6 || people == 0 {
		t.Errorf("merged %d passengers of %d replications, want %d of 6", whole.Passengers, whole.Replications, people)
	}
}

func TestMergeOfOneGivesItsBytes(t *testing.T) {
	h := twoBanks()
	r := busyHour(h, 0, 300, true)
	s := r.summary(t, h)
	m, err := Merge(s)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := asJSON(t, m), asJSON(t, s); !bytes.Equal(got, want) {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
}

func TestMergeRefusesWhatDoesNotBelongTogether(t *testing.T) {
	h := twoBanks()
	long, small, oneBank := h, h, h
	long.Duration *= 4
	small.Floors, small.Elevations = h.Floors[:9], h.Elevations[:9]
	small.Banks = h.Banks[:1]
	oneBank.Banks = h.Banks[:1]
	base := (&recording{}).summary(t, h)
	for _, c := range []struct {
		why, text string
		other     Header
	}{
		{"bins of another width", "bins", long},
		{"fewer floors", "floors", small},
		{"fewer banks", "banks", oneBank},
	} {
		if _, err := Merge(base, (&recording{}).summary(t, c.other)); err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: error %v, want one that says %q", c.why, err, c.text)
		}
	}
	if _, err := Merge(); err == nil {
		t.Error("merging nothing is accepted")
	}
}
