package registry

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"
)

// checkExisting finds the stores of Options that are not on the disk, and the
// building servers that are there without being named: opening without them
// would leave people's records out of whatever is asked about them.
func (o *Options) checkExisting() error {
	if o.Dir == "" {
		return errors.New("open existing stores: in memory there are none; name their folder")
	}
	want := map[string]bool{}
	for _, kind := range providerStores {
		want[storeName(kind, "")] = true
	}
	for _, b := range o.Buildings {
		want[storeName(Building, b.Name)] = true
	}
	var faults []error
	for _, name := range sortedKeys(want) {
		if there, err := holdsStore(filepath.Join(o.Dir, name)); err != nil {
			faults = append(faults, fmt.Errorf("store %s: %w", name, err))
		} else if !there {
			faults = append(faults, fmt.Errorf("store %s is missing: %s holds none of that name; put it back", name, o.Dir))
		}
	}
	folders, err := os.ReadDir(o.Dir)
	if err != nil {
		return errors.Join(append(faults, err)...)
	}
	for _, f := range folders {
		building, is := strings.CutPrefix(f.Name(), buildingPrefix)
		if !is || want[f.Name()] || !buildingName.MatchString(building) {
			continue
		}
		if there, err := holdsStore(filepath.Join(o.Dir, f.Name())); err != nil {
			faults = append(faults, fmt.Errorf("store %s: %w", f.Name(), err))
		} else if there {
			faults = append(faults, fmt.Errorf("store %s is there, but no building %s is configured; configure it as it was", f.Name(), building))
		}
	}
	return errors.Join(faults...)
}

// holdsStore tells whether a folder holds a store. Badger makes a new one
// wherever it finds no manifest.
func holdsStore(dir string) (bool, error) {
	info, err := os.Stat(filepath.Join(dir, badger.ManifestFilename))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	}
	return info.Mode().IsRegular() && info.Size() > 0, nil
}

// checkKeys wants every key-encryption key under which something in the ring's
// store is wrapped. That a key is the right one is known from the first thing
// that it opens.
func (g *ring) checkKeys() error {
	opens := map[int]bool{} // by the epochs that are in use
	err := g.wrapped(func(kind *Kind, key []byte) error {
		epoch, sealed, err := g.readWrapped(kind, key)
		if err != nil {
			return err
		}
		if !opens[epoch] {
			_, err := g.unwrap(epoch, sealed, key)
			opens[epoch] = err == nil
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ring %s: %w", g.name, err)
	}
	there, _ := g.epochs()
	var faults []error
	for _, epoch := range sortedKeys(opens) {
		switch file := fileOf(g.name, epoch); {
		case opens[epoch]:
		case !slices.Contains(there, epoch):
			faults = append(faults, fmt.Errorf("store %s has keys wrapped under %s, which %s does not hold; put %s back", g.store.name, file, g.files.place(), file))
		default:
			faults = append(faults, fmt.Errorf("%s in %s opens nothing that store %s has wrapped under it, so it belongs to other stores; put the right %s back", file, g.files.place(), g.store.name, file))
		}
	}
	return errors.Join(faults...)
}

// readWrapped reads what a key-encryption key seals, and of which epoch it is.
func (g *ring) readWrapped(kind *Kind, key []byte) (epoch int, sealed []byte, err error) {
	rec := kind.New()
	err = g.store.view(func(txn *badger.Txn) error {
		item, err := txn.Get(key)
		if err != nil {
			return err
		}
		return item.Value(func(v []byte) error { return g.store.decode(kind, key, v, rec) })
	})
	if err != nil {
		return 0, nil, err
	}
	e, b := wrapping(rec)
	return *e, *b, nil
}
