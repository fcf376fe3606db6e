package registry

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExistingStoresAreOpenedAsTheyAre(t *testing.T) {
	c := &clock{now: start}
	o := diskOptions(t, c)
	r, err := Open(o)
	must(t, err)
	w := newTown(t, r)
	must(t, r.Rotate())
	must(t, r.Close())
	o.Existing = true
	r = open(t, o)
	must(t, read(r.As(RoleService, ToProvide), Ref{Kind: KindFlowProfile, Subject: w.alice}))
	must(t, read(r.As(RoleService, ToProvide).In("a"), Ref{Kind: KindBuildingPerson, Subject: w.alice}))
}

// What is missing is named, and nothing is made in its place.
func TestExistingStoresThatAreMissing(t *testing.T) {
	whole := diskOptions(t, &clock{now: start})
	r, err := Open(whole)
	must(t, err)
	newTown(t, r)
	must(t, r.Rotate())
	must(t, r.Close())
	removed := func(name string) func(*Options) error {
		return func(o *Options) error { return os.RemoveAll(filepath.Join(o.Dir, name)) }
	}
	for _, row := range []struct {
		says   string
		damage func(*Options) error
		want   []string
	}{
		{"a building's server is gone", removed("building-a"), []string{"store building-a is missing"}},
		{"the ledger is gone", removed("ledger"), []string{"store ledger is missing"}},
		{"the vault is gone", removed("vault"), []string{"store vault is missing"}},
		{"the archive is gone", removed("archive"), []string{"store archive is missing"}},
		{"the cloud's folder is empty", func(o *Options) error {
			if err := os.RemoveAll(filepath.Join(o.Dir, "cloud")); err != nil {
				return err
			}
			return os.Mkdir(filepath.Join(o.Dir, "cloud"), 0o700)
		}, []string{"store cloud is missing"}},
		{"a building goes by another name", func(o *Options) error {
			o.Buildings = cloneBuildings(o.Buildings)
			o.Buildings[0].Name = "c"
			return nil
		}, []string{"store building-c is missing", "store building-a is there, but no building a is configured"}},
		{"a building is not named", func(o *Options) error {
			o.Buildings = o.Buildings[1:]
			return nil
		}, []string{"no building a is configured"}},
		{"there are no stores at all", func(o *Options) error { o.Dir = filepath.Join(o.Dir, "elsewhere"); return nil }, []string{"store cloud is missing"}},
		{"the folder of keys is empty", func(o *Options) error {
			if err := os.RemoveAll(o.Keys); err != nil {
				return err
			}
			return os.Mkdir(o.Keys, 0o700)
		}, []string{"put provider-2.key back"}},
		{"the folder of keys is gone", func(o *Options) error { return os.RemoveAll(o.Keys) }, []string{"put provider-2.key back"}},
		{"a building's key is gone", func(o *Options) error { return os.Remove(filepath.Join(o.Keys, "building-a-2.key")) }, []string{"put building-a-2.key back"}},
		{"the key of a building without people is gone", func(o *Options) error { return os.Remove(filepath.Join(o.Keys, "building-b-2.key")) }, []string{"building-b"}},
		{"the keys are older ones", func(o *Options) error {
			return os.Rename(filepath.Join(o.Keys, "provider-2.key"), filepath.Join(o.Keys, "provider-1.key"))
		}, []string{"put provider-2.key back"}},
		{"the keys are of other stores", func(o *Options) error {
			return os.WriteFile(filepath.Join(o.Keys, "building-a-2.key"), make([]byte, keySize), 0o600)
		}, []string{"building-a-2.key", "belongs to other stores"}},
	} {
		o := whole
		o.Dir, o.Keys = filepath.Join(t.TempDir(), "stores"), filepath.Join(t.TempDir(), "keys")
		must(t, os.CopyFS(o.Dir, os.DirFS(whole.Dir)))
		must(t, os.CopyFS(o.Keys, os.DirFS(whole.Keys)))
		for _, name := range folders(t, o.Keys) {
			must(t, os.Chmod(filepath.Join(o.Keys, name), 0o600))
		}
		dir, keys := o.Dir, o.Keys
		must(t, row.damage(&o))
		before := append(folders(t, dir), folders(t, keys)...)
		o.Existing = true
		r, err := Open(o)
		if err == nil {
			must(t, r.Close())
			t.Errorf("%s: it opens", row.says)
			continue
		}
		for _, want := range row.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", row.says, err, want)
			}
		}
		if diff := cmp.Diff(before, append(folders(t, dir), folders(t, keys)...)); diff != "" {
			t.Errorf("%s: folders (-before +after):\n%s", row.says, diff)
		}
	}
}

// folders lists what a folder holds.
func folders(t *testing.T, dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names
}

func TestExistingStoresAreNotInMemory(t *testing.T) {
	o := testOptions(&clock{now: start})
	o.Existing = true
	if _, err := Open(o); err == nil {
		t.Error("stores in memory exist before they are opened")
	}
}

// count counts what the key-encryption keys seal.
func (g *ring) count() (n int, err error) {
	err = g.wrapped(func(*Kind, []byte) error { n++; return nil })
	return n, err
}
