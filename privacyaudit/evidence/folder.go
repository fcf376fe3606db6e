package evidence

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Parts are the folders of an audit. "" was not given.
type Parts struct {
	Stores, Keys, Logs, Metrics, Wire, Exports, Reports, Truth string

	// Folder is the evidence folder in which Open found the parts. What else
	// lies in it belongs to no part and is read as unknown. "" where the parts
	// were named one by one.
	Folder string
}

// part is one part under the name of its folder.
type part struct{ name, dir string }

// list gives all eight in the order of their names.
func (p Parts) list() []part {
	return []part{
		{"exports", p.Exports}, {"keys", p.Keys}, {"logs", p.Logs}, {"metrics", p.Metrics},
		{"reports", p.Reports}, {"stores", p.Stores}, {"truth", p.Truth}, {"wire", p.Wire},
	}
}

// Missing names the parts that were not given, in the order of their names.
func (p Parts) Missing() []string {
	var names []string
	for _, one := range p.list() {
		if one.dir == "" {
			names = append(names, one.name)
		}
	}
	return names
}

// Open finds the parts in a folder. An evidence folder has them as its
// subfolders; a bare folder of stores, which has registry.json or Badger
// directories in it, counts as Stores and nothing else.
func Open(dir string) (Parts, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return Parts{}, fmt.Errorf("evidence: %w", err)
	}
	p := Parts{Folder: dir}
	places := map[string]*string{
		"stores": &p.Stores, "keys": &p.Keys, "logs": &p.Logs, "metrics": &p.Metrics,
		"wire": &p.Wire, "exports": &p.Exports, "reports": &p.Reports, "truth": &p.Truth,
	}
	found, bare := 0, false
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch place := places[e.Name()]; {
		case place != nil && !e.IsDir():
			return Parts{}, fmt.Errorf("evidence: %s is no folder; put the %s into a folder of that name, or name it by its flag", path, e.Name())
		case place != nil:
			*place = path
			found++
		case e.Name() == ConfigFile:
			bare = true
		case isBadgerFile(e.Name()):
			return Parts{}, fmt.Errorf("evidence: %s is a single store, whose name says what it may hold; give the folder that holds it", dir)
		case e.IsDir() && holdsBadger(path):
			bare = true
		}
	}
	switch {
	case found > 0 && bare:
		return Parts{}, fmt.Errorf("evidence: %s has both the subfolders of evidence and stores of its own; name the parts one by one", dir)
	case found > 0:
		return p, nil
	case bare:
		return Parts{Stores: dir}, nil
	}
	return Parts{}, fmt.Errorf("evidence: %s has no subfolder %s, and no %s or store either; give the folder that run --evidence wrote, or the folder of the stores", dir, "stores", ConfigFile)
}

// Check tells whether every part that was given is a folder, and whether none
// lies in another: a file of both would be read twice, and the truth must not
// stand where an audit looks for what should not be there.
func (p Parts) Check() error {
	var errs []error
	var given []part
	for _, one := range p.list() {
		if one.dir == "" {
			continue
		}
		info, err := os.Stat(one.dir)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("evidence: %s: %w", one.name, err))
			continue
		case !info.IsDir():
			errs = append(errs, fmt.Errorf("evidence: %s: %s is no folder", one.name, one.dir))
			continue
		}
		real, err := filepath.Abs(one.dir)
		if err == nil {
			real, err = filepath.EvalSymlinks(real)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("evidence: %s: %w", one.name, err))
			continue
		}
		given = append(given, part{one.name, real})
	}
	for i, a := range given {
		for j, b := range given {
			if i != j && (a.dir == b.dir && i < j || strings.HasPrefix(b.dir, strings.TrimSuffix(a.dir, "/")+"/")) {
				errs = append(errs, fmt.Errorf("evidence: %s lies in %s: give each part a folder of its own", b.name, a.name))
			}
		}
	}
	return errors.Join(errs...)
}

// Or gives the parts with those of other where they were not given.
func (p Parts) Or(other Parts) Parts {
	for _, part := range []struct{ mine, others *string }{
		{&p.Stores, &other.Stores}, {&p.Keys, &other.Keys}, {&p.Logs, &other.Logs}, {&p.Metrics, &other.Metrics},
		{&p.Wire, &other.Wire}, {&p.Exports, &other.Exports}, {&p.Reports, &other.Reports}, {&p.Truth, &other.Truth},
	} {
		if *part.mine == "" {
			*part.mine = *part.others
		}
	}
	return p
}
