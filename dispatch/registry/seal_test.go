package registry

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"
)

// The key-encryption keys are files that only their owner reads, one for each
// ring, outside the stores.
func TestKeyFiles(t *testing.T) {
	o := diskOptions(t, &clock{now: start})
	open(t, o)
	entries, err := os.ReadDir(o.Keys)
	must(t, err)
	var got []string
	for _, e := range entries {
		info, err := e.Info()
		must(t, err)
		got = append(got, fmt.Sprintf("%s %04o %d", e.Name(), info.Mode().Perm(), info.Size()))
	}
	want := []string{"building-a-1.key 0600 32", "building-b-1.key 0600 32", "provider-1.key 0600 32"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What is wrong with key files is said before anything is written, and names
// the file.
func TestDamagedKeyFiles(t *testing.T) {
	for _, row := range []struct {
		says   string
		damage func(dir string) error
		want   string
	}{
		{"lost", func(dir string) error { return os.Remove(filepath.Join(dir, "provider-1.key")) }, "put provider-1.key back"},
		{"lost, of a building", func(dir string) error { return os.Remove(filepath.Join(dir, "building-a-1.key")) }, "put building-a-1.key back"},
		{"cut short", func(dir string) error { return os.Truncate(filepath.Join(dir, "provider-1.key"), 7) }, "provider-1.key has 7 bytes"},
		{"readable for all", func(dir string) error { return os.Chmod(filepath.Join(dir, "provider-1.key"), 0o644) }, "set its mode to 0600"},
		{"left unfinished by a crash, which does no harm", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "provider-2.key"+unfinishedSuffix), []byte("x"), 0o600)
		}, ""},
		{"of somebody else, which does no harm", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("x"), 0o644)
		}, ""},
	} {
		o := diskOptions(t, &clock{now: start})
		r, err := Open(o)
		must(t, err)
		w := newTown(t, r)
		must(t, r.Close())
		must(t, row.damage(o.Keys))
		r, err = Open(o)
		switch {
		case row.want == "" && err != nil, row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)):
			t.Errorf("key file %s: %v, want %q", row.says, err, row.want)
		case err == nil:
			must(t, read(r.As(RoleService, ToProvide), Ref{Kind: KindFlowProfile, Subject: w.alice}))
			must(t, r.Close())
		}
	}
}

// Another key-encryption key opens nothing.
func TestWrongKeyEncryptionKey(t *testing.T) {
	o := diskOptions(t, &clock{now: start})
	r, err := Open(o)
	must(t, err)
	w := newTown(t, r)
	must(t, r.Close())
	must(t, os.WriteFile(filepath.Join(o.Keys, "provider-1.key"), bytes.Repeat([]byte{7}, keySize), 0o600))
	r = open(t, o)
	err = read(r.As(RoleService, ToProvide), Ref{Kind: KindFlowProfile, Subject: w.alice})
	if err == nil || !strings.Contains(err.Error(), "does not open under the key-encryption key of epoch 1") {
		t.Errorf("read: %v", err)
	}
	must(t, read(r.As(RoleService, ToProvide).In("a"), Ref{Kind: KindBuildingPerson, Subject: w.alice}))
}

// A wrapped key is bound to its ring and its subject.
func TestWrappedKeysStayInPlace(t *testing.T) {
	r := inRAM(t)
	alice, bob := Random{}.New(), Random{}.New()
	for _, id := range []ID{alice, bob} {
		if _, err := r.ring.create(id); err != nil {
			t.Fatal(err)
		}
	}
	vault := r.ring.store
	from, value := valueOf(t, vault, Ref{Kind: KindWrappedKey, Subject: alice})
	to, _ := valueOf(t, vault, Ref{Kind: KindWrappedKey, Subject: bob})
	must(t, vault.update(func(txn *badger.Txn) error { return txn.Set(to, value) }))
	building := mustStore(t, r, "a")
	must(t, building.update(func(txn *badger.Txn) error { return txn.Set(from, value) }))
	r.ring.forget(bob)
	if _, err := r.ring.key(bob); err == nil {
		t.Error("a subject's wrapped key opens in another's place")
	}
	if _, err := building.ring.key(alice); err == nil {
		t.Error("a wrapped key of the provider opens in a building")
	}
}

// create is idempotent, key caches, shred and forget end it, and a key that
// was read while another was shredded is not cached.
func TestRing(t *testing.T) {
	r := inRAM(t)
	g := r.ring
	id := Random{}.New()
	if _, err := g.key(id); !errors.Is(err, ErrShredded) {
		t.Errorf("a key that never was: %v", err)
	}
	if _, err := g.key("not an ID"); err == nil {
		t.Error("a malformed ID has a key")
	}
	a, err := g.create(id)
	must(t, err)
	b, err := g.create(id)
	must(t, err)
	if a != b {
		t.Error("a subject got two keys")
	}
	must(t, g.store.update(func(txn *badger.Txn) error { return g.shred(txn, id) }))
	g.forget(id)
	if _, err := g.key(id); !errors.Is(err, ErrShredded) {
		t.Errorf("a shredded key: %v", err)
	}
	if _, err := g.keep(id, make([]byte, keySize), g.shreds-1); err != nil {
		t.Fatal(err)
	}
	if _, err := g.key(id); !errors.Is(err, ErrShredded) {
		t.Error("a key that was read before the shredding is used after it")
	}
	for range mostCached + 50 {
		if _, err := g.keep(Random{}.New(), make([]byte, keySize), g.shreds); err != nil {
			t.Fatal(err)
		}
	}
	if len(g.cache) > mostCached || len(g.order) != len(g.cache) {
		t.Errorf("%d keys are cached in an order of %d; the most is %d", len(g.cache), len(g.order), mostCached)
	}
}

// A new epoch: everything opens before, between and after, and in the end the
// former key-encryption key is gone.
func TestEpochs(t *testing.T) {
	o := diskOptions(t, &clock{now: start})
	r, err := Open(o)
	must(t, err)
	w := newTown(t, r)
	g := r.ring
	former, err := os.ReadFile(filepath.Join(o.Keys, "provider-1.key"))
	must(t, err)
	if _, err := g.addEpoch(2); err != nil {
		t.Fatal(err)
	}
	later := Random{}.New()
	must(t, r.As(RoleService, ToProvide).Put(Ref{Kind: KindFlowProfile, Subject: later}, benchProfile()))
	all, wrapping := g.epochs()
	if diff := cmp.Diff([]int{1, 2}, all); diff != "" || wrapping != 2 {
		t.Errorf("epochs, of which %d wraps:\n%s", wrapping, diff)
	}
	changed := 0
	must(t, g.wrapped(func(kind *Kind, key []byte) error {
		return g.store.update(func(txn *badger.Txn) error {
			did, err := g.rewrap(txn, kind, key)
			if did {
				changed++
			}
			return err
		})
	}))
	if n, err := g.count(); err != nil || changed != n-1 {
		t.Errorf("%d of %d keys were wrapped anew, want all but the later one: %v", changed, n, err)
	}
	must(t, g.dropEpoch(1))
	must(t, r.Close())
	if _, err := os.Stat(filepath.Join(o.Keys, "provider-1.key")); !os.IsNotExist(err) {
		t.Errorf("the former key file: %v", err)
	}
	r = open(t, o)
	for _, id := range []ID{w.alice, w.bob, later} {
		must(t, read(r.As(RoleService, ToProvide), Ref{Kind: KindFlowProfile, Subject: id}))
	}
	must(t, r.ring.use(1, former))
	must(t, r.ring.wrapped(func(_ *Kind, key []byte) error {
		return r.ring.store.view(func(txn *badger.Txn) error {
			item, err := txn.Get(key)
			if err != nil {
				return err
			}
			var k WrappedKey
			if err := item.Value(func(v []byte) error { return r.ring.store.decode(KindWrappedKey, key, v, &k) }); err != nil {
				return nil
			}
			if _, err := r.ring.unwrap(1, k.Wrapped, key); err == nil {
				t.Error("the former key-encryption key opens a key")
			}
			return nil
		})
	}))
}
