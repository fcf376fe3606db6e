package selftest

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hoistway/bench/estate"
	"hoistway/privacyaudit/evidence"
	"hoistway/scenarios"
	"hoistway/twin"
)

//go:embed testdata/estate.toml
var estateScenario []byte

// Clean is evidence with nothing wrong in it. Nothing is written into it once
// it is made, so that mutants can be made of it side by side.
type Clean struct {
	Dir    string
	twin   string // folder of the evidence of a second run with the same seed
	truth  *evidence.Truth
	trips  []evidence.Trip
	stores map[string][]record // live records in the order of their keys
	keys   *keyring
}

// makeClean plays the scenario of the self-test before the real services, twice:
// what is random must differ from run to run.
func makeClean(ctx context.Context, dir string) (*Clean, error) {
	sc, err := loadScenario(dir)
	if err != nil {
		return nil, err
	}
	first, second := filepath.Join(dir, "clean"), filepath.Join(dir, "again")
	failed := make(chan error)
	go func() { failed <- play(ctx, sc, second) }()
	err = play(ctx, sc, first)
	if err := errors.Join(err, <-failed); err != nil {
		return nil, err
	}
	c, err := openClean(first)
	if err != nil {
		return nil, err
	}
	c.twin = second
	return c, nil
}

// play plays a scenario and leaves its evidence in a new folder.
func play(ctx context.Context, sc *scenarios.Scenario, dir string) error {
	if err := os.Mkdir(dir, 0o777); err != nil {
		return err
	}
	e, err := estate.New(sc, sc.Run.Seed, 0, dir)
	if err != nil {
		return err
	}
	run, err := twin.New(sc, twin.Options{Seed: sc.Run.Seed, Service: e})
	if err != nil {
		return errors.Join(err, e.Close())
	}
	outcome, err := run.Run(ctx)
	if err := errors.Join(err, e.Close()); err != nil {
		return err
	}
	if len(outcome.Violations) > 0 {
		return fmt.Errorf("the scenario of the self-test breaks %d invariants", len(outcome.Violations))
	}
	// What the run shows to people: the auditor looks into reports, too.
	report, err := json.Marshal(outcome)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "reports", "result.json"), report, 0o666)
}

// loadScenario reads the embedded scenario, which the loader wants as a file.
func loadScenario(dir string) (*scenarios.Scenario, error) {
	name := filepath.Join(dir, "estate.toml")
	if err := os.WriteFile(name, estateScenario, 0o666); err != nil {
		return nil, err
	}
	return scenarios.Load(name, scenarios.Options{})
}

// openClean reads what mutants need of evidence.
func openClean(dir string) (*Clean, error) {
	c := &Clean{Dir: dir, stores: map[string][]record{}}
	var err error
	if c.truth, err = evidence.ReadTruth(filepath.Join(dir, "truth")); err != nil {
		return nil, err
	}
	if err := c.truth.Trips(func(t *evidence.Trip) error {
		one := *t
		one.Person, one.Service, one.Pseudonym = strings.Clone(t.Person), strings.Clone(t.Service), strings.Clone(t.Pseudonym)
		c.trips = append(c.trips, one)
		return nil
	}); err != nil {
		return nil, err
	}
	names, err := storeNames(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if c.stores[name], err = readStore(filepath.Join(dir, "stores", name)); err != nil {
			return nil, fmt.Errorf("store %s: %w", name, err)
		}
	}
	if c.keys, err = readKeys(dir, c.stores); err != nil {
		return nil, err
	}
	return c, nil
}

// storeNames are the stores of evidence that Badger keeps.
func storeNames(dir string) (names []string, err error) {
	entries, err := os.ReadDir(filepath.Join(dir, "stores"))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(dir, "stores", e.Name(), "MANIFEST")); err == nil {
			names = append(names, e.Name())
		}
	}
	return names, nil
}
