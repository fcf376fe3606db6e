package estate_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hoistway/bench/estate"
)

// floorLabels are the labels by which floors can be found, as canaries: people
// share them, so they have no place of their own.
func floorLabels(t *testing.T, dir string) (labels []estate.Canary) {
	t.Helper()
	var settings struct{ Floors []string }
	b, err := os.ReadFile(filepath.Join(dir, "truth", "settings.json"))
	if err == nil {
		err = json.Unmarshal(b, &settings)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range settings.Floors {
		labels = append(labels, estate.Canary{Field: "floor", Value: f})
	}
	return labels
}

// checkFloors: floors stand in permissions, keys, preferences and the buildings'
// logs, and in the logs of phones. Nowhere else is there a trace of a journey.
func checkFloors(t *testing.T, labels []estate.Canary, found map[string][]string) {
	t.Helper()
	seen := map[string]bool{}
	for _, l := range labels {
		for _, place := range found[l.Value] {
			kind, _, _ := strings.Cut(place, "-")
			kind, _, _ = strings.Cut(kind, "/")
			seen[kind] = true
			if !slices.Contains([]string{"cloud", "building", "phones", "exports", "registry.json"}, kind) {
				t.Errorf("the floor %s is in %s", l.Value, place)
			}
		}
	}
	if !seen["cloud"] || !seen["building"] || !seen["phones"] {
		t.Errorf("floors were found in %v: the test would not see them elsewhere", seen)
	}
}

// checkTraits compares walking speeds and favourite floors, which are too short
// or too common to be searched for, field by field with what is left in the
// cloud.
func checkTraits(t *testing.T, dir string, canaries []estate.Canary) {
	t.Helper()
	speeds, favourites := map[int]int{}, map[string]int{}
	readStore(t, dir, "cloud", func(key, value []byte) {
		if !bytes.HasPrefix(key, []byte("fr/")) || len(value) == 0 || value[0] != '{' {
			return
		}
		var p struct {
			Speed     int    `json:"walking_speed_mm_s"`
			Favourite string `json:"favourite_floor"`
		}
		if err := json.Unmarshal(value, &p); err != nil {
			t.Fatal(err)
		}
		speeds[p.Speed]++
		favourites[p.Favourite]++
	})
	there, gone, prefer := 0, 0, map[string]int{}
	for _, c := range canaries {
		switch {
		case c.Store != "cloud":
		case c.Field == "favourite_floor" && c.Until == nil:
			prefer[c.Value]++
		case c.Field == "walking_speed_mm_s":
			v, err := strconv.Atoi(c.Value)
			if err != nil || !c.Unique {
				t.Errorf("the walking speed %q of %s is no number of their own", c.Value, c.Person)
			}
			left := speeds[v]
			if c.Until == nil {
				there++
			} else if gone++; slices.ContainsFunc(canaries, func(o estate.Canary) bool {
				return o.Field == c.Field && o.Value == c.Value && o.Store == c.Store && o.Until == nil
			}) {
				continue // entered again, in a new account
			}
			if (c.Until == nil) != (left > 0) {
				t.Errorf("the walking speed of %s (%s) is in the cloud %d times", c.Person, c.Why, left)
			}
		}
	}
	for floor := range prefer {
		if favourites[floor] == 0 {
			t.Errorf("nobody's favourite floor is %s any more, want %d people's", floor, prefer[floor])
		}
		delete(favourites, floor)
	}
	if delete(favourites, ""); len(favourites) > 0 {
		t.Errorf("favourite floors are left that nobody has: %v", favourites)
	}
	if there < 3 || gone < 3 || len(prefer) == 0 {
		t.Errorf("%d walking speeds are there, %d are gone, %d floors are favourites: too few to tell", there, gone, len(prefer))
	}
}

// checkBirthDates: every date of birth is its sub-user's alone.
func checkBirthDates(t *testing.T, canaries []estate.Canary) {
	t.Helper()
	of, grown, children := map[string]string{}, 0, 0
	for _, c := range canaries {
		if !strings.HasPrefix(c.Field, "sub-user ") || len(c.Value) != len("2006-01-02") || c.Value[4] != '-' {
			continue
		}
		switch year := c.Value[:4]; year {
		case "1908":
			grown++
		case "2012", "2013":
			children++
		default:
			t.Errorf("a date of birth is of the year %s", year)
		}
		if who := c.Person + " " + c.Field; of[c.Value] != "" && of[c.Value] != who {
			t.Errorf("two sub-users were born on %s", c.Value)
		} else {
			of[c.Value] = who
		}
	}
	if grown < 3 || children < 1 {
		t.Errorf("%d dates of birth of grown-ups and %d of children: too few to tell", grown, children)
	}
}
