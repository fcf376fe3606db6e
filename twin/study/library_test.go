package study

import (
	"testing"
	"time"

	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/result"
)

// library is every scenario of the library, loaded as the command line does.
func library(t *testing.T) []*scenarios.Scenario {
	t.Helper()
	var all []*scenarios.Scenario
	for _, e := range scenarios.Library() {
		sc, err := scenarios.Load(e.Name, scenarios.Options{Dispatchers: twin.Dispatchers()})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, sc)
	}
	if len(all) == 0 {
		t.Fatal("the library is empty")
	}
	return all
}

// studyOf runs replications of a scenario. A rule that a checker found broken
// is an error.
// long tells a scenario of months from those of hours and days.
func long(sc *scenarios.Scenario) bool { return sc.Run.Duration > 30*24*time.Hour }

func studyOf(t *testing.T, sc *scenarios.Scenario, o Options) *result.File {
	t.Helper()
	o.Reference, o.Version, o.Seed = sc.Name, "test", sc.Run.Seed
	f, _, err := Run(t.Context(), []*scenarios.Scenario{sc}, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestLibraryKeepsItsExpectations runs each scenario as a new user would, with
// its own dispatcher, seed and replications.
func TestLibraryKeepsItsExpectations(t *testing.T) {
	for _, sc := range library(t) {
		t.Run(sc.Name, func(t *testing.T) {
			if testing.Short() && long(sc) {
				t.Skip("a year of people: left out of the short tests")
			}
			f := studyOf(t, sc, Options{Replications: sc.Run.Replications, Parallel: 2, Service: plain})
			if len(f.Verdicts) == 0 {
				t.Error("it expects nothing")
			}
			for _, v := range f.Verdicts {
				if !v.Pass {
					t.Errorf("%s: %s", v.Text, v.Why)
				}
			}
		})
	}
}

// TestLibraryUnderEveryDispatcher runs one replication of each scenario twice
// under each dispatcher: no rule is broken, somebody is served, and the second
// run gives the same digest. With -short, and for long scenarios, it is the
// scenario's own dispatcher alone.
func TestLibraryUnderEveryDispatcher(t *testing.T) {
	for _, sc := range library(t) {
		dispatchers := twin.Dispatchers()
		if testing.Short() && long(sc) {
			continue
		}
		if testing.Short() || long(sc) {
			dispatchers = []string{sc.Banks[0].Dispatcher}
		}
		for _, dispatcher := range dispatchers {
			t.Run(sc.Name+" "+dispatcher, func(t *testing.T) {
				o := Options{Replications: 1, Parallel: 1, Dispatcher: dispatcher, Service: plain}
				first, again := studyOf(t, sc, o), studyOf(t, sc, o)
				if first.Digest != again.Digest {
					t.Errorf("the same run gave digest %.12s, then %.12s", first.Digest, again.Digest)
				}
				if first.Total.Served == 0 {
					t.Error("nobody was served")
				}
			})
		}
	}
}
