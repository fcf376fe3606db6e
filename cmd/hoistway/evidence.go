package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"hoistway/bench/estate"
	"hoistway/scenarios"
	"hoistway/twin/result"
	"hoistway/twin/study"
)

// openEvidence opens the folder of --evidence and lets the first replication
// of a study fill it; without the flag it gives the nil folder.
func (f *runFlags) openEvidence(sc *scenarios.Scenario, o *study.Options) (*folder, error) {
	if f.evidence == "" {
		return nil, nil
	}
	if sc.Service == nil {
		return nil, fmt.Errorf("--evidence %s: nobody in %s uses an app, so no service stores anything: add a [service] table", f.evidence, sc.Name)
	}
	dir, err := openFolder("evidence", f.evidence, f.force, looksLikeEvidence)
	if err != nil {
		return nil, err
	}
	o.Service = (&services{seed: o.Seed, evidence: dir.work, of: o.First}).open
	return dir, nil
}

// commitEvidence adds what the run showed to people, and names the folder.
func commitEvidence(dir *folder, file *result.File) error {
	if err := writeResults(filepath.Join(dir.work, "reports"), file); err != nil {
		return err
	}
	return dir.commit()
}

// looksLikeEvidence says why a folder does not look like evidence that hoistway left.
func looksLikeEvidence(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || !slices.Contains(estate.Folders(), e.Name()) {
			return fmt.Errorf("it holds %s, which hoistway did not write: name another folder", e.Name())
		}
	}
	return nil
}
