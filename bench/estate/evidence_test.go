package estate_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hoistway/bench/estate"
	"hoistway/scenarios"
	"hoistway/twin"
)

// live plays a scenario and leaves its evidence in a folder.
func live(t testing.TB, sc *scenarios.Scenario, dir string) twin.Outcome {
	t.Helper()
	e, err := estate.New(sc, sc.Run.Seed, 0, dir)
	if err != nil {
		t.Fatal(err)
	}
	run, err := twin.New(sc, twin.Options{Seed: sc.Run.Seed, Service: e})
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if len(out.Violations) > 0 {
		t.Fatalf("violations: %v", out.Violations)
	}
	return out
}

func load(t testing.TB, ref string) *scenarios.Scenario {
	t.Helper()
	sc, err := scenarios.Load(ref, scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// TestNothingIsLeft plays ten weeks in which accounts end in every way there
// is, and looks for every value that anybody entered in every byte of the
// evidence: values whose time is over are nowhere, others only where they may
// be. It reads the stores as a stranger would (stranger_test.go).
func TestNothingIsLeft(t *testing.T) {
	dir := t.TempDir()
	live(t, load(t, "testdata/lives.toml"), dir)
	checkLogs(t, dir)
	checkPhones(t, dir)
	checkKinds(t, dir)
	checkServiceLog(t, dir)
	canaries := readCanaries(t, filepath.Join(dir, "truth", "canaries.ndjson"))
	checkBirthDates(t, canaries)
	checkTraits(t, dir, canaries)
	canaries = slices.DeleteFunc(canaries, func(c estate.Canary) bool { return !c.Unique })
	labels := floorLabels(t, dir)
	found := search(t, dir, slices.Concat(canaries, labels))
	checkFloors(t, labels, found)

	type value struct{ may, was map[string]bool }
	values, ends, kept := map[string]*value{}, map[string]int{}, 0
	for _, c := range canaries {
		v := values[c.Value]
		if v == nil {
			v = &value{map[string]bool{}, map[string]bool{}}
			values[c.Value] = v
		}
		v.was[c.Store] = true
		switch {
		case c.Until != nil:
			ends[c.Why]++
		case c.Store != "":
			v.may[c.Store] = true
			if c.Store == "cloud" && (c.Field == "email" || c.Field == "name" || strings.HasPrefix(c.Field, "visitor ")) || strings.HasPrefix(c.Store, "building-") && c.Field == "name" {
				kept++
				if !slices.Contains(found[c.Value], c.Store) {
					t.Errorf("%s of %s (%s) must still be in %s and is not", c.Field, c.Person, c.Service, c.Store)
				}
			}
		}
		if c.Held {
			v.may["archive"] = true
		}
	}
	for _, c := range canaries {
		for _, place := range found[c.Value] {
			// What was handed out is with its recipient.
			if v := values[c.Value]; !v.may[place] && !(place == "exports" && v.was[place]) && (c.Store == place || !v.was[place]) {
				t.Errorf("%s of %s (%s, %s) is in %s; it may be in %v", c.Field, c.Person, c.Service, c.Why, place, slices.Sorted(maps.Keys(v.may)))
			}
		}
	}
	for _, why := range []string{"request", "moved-out", "inactive", "service-ended", "corrected", "preference-changed", "key-revoked", "key-ended", "sub-user-removed"} {
		if ends[why] == 0 {
			t.Errorf("no value ended by %s: the test would not see it stay", why)
		}
	}
	if kept < 20 {
		t.Errorf("%d values were found where they must be, want at least 20", kept)
	}
}

func readCanaries(t *testing.T, path string) []estate.Canary {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var canaries []estate.Canary
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var c estate.Canary
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		canaries = append(canaries, c)
	}
	return canaries
}

// needles finds texts of at least window bytes, however many there are, in one
// pass over the bytes.
type needles map[[window]byte][]string

const window = 10

func newNeedles(canaries []estate.Canary) needles {
	n := needles{}
	for _, c := range canaries {
		if len(c.Value) >= window {
			head := [window]byte([]byte(c.Value[:window]))
			if !slices.Contains(n[head], c.Value) {
				n[head] = append(n[head], c.Value)
			}
		}
	}
	return n
}

// in calls hit for every needle in b.
func (n needles) in(b []byte, hit func(value string)) {
	for i := 0; i+window <= len(b); i++ {
		for _, v := range n[[window]byte(b[i:i+window])] {
			if bytes.HasPrefix(b[i:], []byte(v)) {
				hit(v)
			}
		}
	}
}

// search gives the places in which each value is: the store's name, or the
// part of the evidence.
func search(t *testing.T, dir string, canaries []estate.Canary) map[string][]string {
	t.Helper()
	n := newNeedles(canaries)
	found := map[string][]string{}
	add := func(place string) func(string) {
		return func(v string) {
			if !slices.Contains(found[v], place) {
				found[v] = append(found[v], place)
			}
		}
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		place := placeOf(t, dir, path)
		if place == "truth" {
			return nil
		}
		files++
		b, err := os.ReadFile(path)
		n.in(b, add(place))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	records := 0
	for _, store := range []string{"cloud", "vault", "archive", "ledger", "analytics", "building-main", "building-annex", "building-garden-house"} {
		readStore(t, dir, store, func(key, value []byte) {
			records++
			n.in(key, add(store))
			n.in(value, add(store))
		})
	}
	if files < 30 || records < 1000 {
		t.Fatalf("searched %d files and %d records: the evidence must have more", files, records)
	}
	return found
}

// placeOf names the place of a file: the store, the phone, or the part.
func placeOf(t *testing.T, dir, path string) string {
	t.Helper()
	rel, err := filepath.Rel(dir, path)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(filepath.ToSlash(rel), "/")
	switch {
	case parts[0] != "stores":
		return parts[0]
	case parts[1] == "phones":
		return strings.Join(parts[1:3], "/")
	}
	return parts[1]
}
