package registry_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/chacha20poly1305"

	"hoistway/dispatch/registry"
)

// stranger reads and writes stores with nothing but what FORMAT.md says.
type stranger struct{ stores, keys string }

var strangersIDs = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func (x stranger) database(t *testing.T, name string) *badger.DB {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions(filepath.Join(x.stores, name)).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func raw(t *testing.T, db *badger.DB, key string) (value []byte) {
	t.Helper()
	if err := db.View(func(txn *badger.Txn) error {
		item, err := txn.Get([]byte(key))
		if err != nil {
			return err
		}
		value, err = item.ValueCopy(nil)
		return err
	}); err != nil {
		t.Fatalf("%s: %v", key[:3], err)
	}
	return value
}

// kek is the key-encryption key of a ring's epoch.
func (x stranger) kek(t *testing.T, ring string, epoch int) cipher.AEAD {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(x.keys, fmt.Sprintf("%s-%d.key", ring, epoch)))
	if err != nil {
		t.Fatal(err)
	}
	aead, err := chacha20poly1305.NewX(b)
	if err != nil {
		t.Fatal(err)
	}
	return aead
}

// open gives the fields of a sealed value.
func (x stranger) open(t *testing.T, store string, db *badger.DB, ring string, wrapped *badger.DB, key string) (fields map[string]any) {
	t.Helper()
	value := raw(t, db, key)
	if value[0] != 1 || value[1] != 1 {
		t.Fatalf("value begins with % x", value[:2])
	}
	name := "wk/" + strangersIDs.EncodeToString(value[2:18])
	plain := raw(t, wrapped, name)
	if plain[0] != 1 || plain[1] != 0 {
		t.Fatalf("wrapped key begins with % x", plain[:2])
	}
	var w struct {
		Epoch   int    `json:"epoch"`
		Wrapped []byte `json:"wrapped"`
	}
	if err := json.Unmarshal(plain[2:], &w); err != nil {
		t.Fatal(err)
	}
	dek, err := x.kek(t, ring, w.Epoch).Open(nil, w.Wrapped[:24], w.Wrapped[24:], []byte(ring+"\x00"+name))
	if err != nil {
		t.Fatal(err)
	}
	text, err := gcm(t, dek).Open(nil, value[18:30], value[30:], []byte(store+"\x00"+key))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

func gcm(t *testing.T, dek []byte) cipher.AEAD {
	t.Helper()
	block, err := aes.NewCipher(dek)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return aead
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// FORMAT.md is enough to read what the registry wrote, and to write what it
// reads.
func TestStrangerReadsAndWrites(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	o := registry.Options{
		Dir: filepath.Join(dir, "stores"), Keys: filepath.Join(dir, "keys"), Now: func() time.Time { return now },
		Limits: registry.DefaultLimits(), Buildings: []registry.BuildingConfig{{Name: "tower", Residential: true}},
	}
	r, err := registry.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	alice := registry.Random{}.New()
	if err := errors.Join(
		r.As(registry.RoleSubject, registry.ToProvide).Of(alice).In("tower").Put(registry.Ref{Kind: registry.KindFlowProfile, Subject: alice}, &registry.FlowProfile{Name: "Alice", Country: "FI"}),
		r.As(registry.RoleManager, registry.ToProvide).In("tower").Put(registry.Ref{Kind: registry.KindBuildingPerson, Subject: alice}, &registry.BuildingPerson{Service: "flow", Name: "Alice", Apartment: "7"}),
		r.Close(),
	); err != nil {
		t.Fatal(err)
	}

	x := stranger{o.Dir, o.Keys}
	cloud, vault, tower := x.database(t, "cloud"), x.database(t, "vault"), x.database(t, "building-tower")
	want := map[string]any{"controller": "KONE", "building": "tower", "at": "2026-03-01T12:00:00Z", "name": "Alice", "country": "FI", "gender": "", "language": "", "phone": "", "email": "", "password": "", "active": "0001-01-01T00:00:00Z"}
	if diff := cmp.Diff(want, x.open(t, "cloud", cloud, "provider", vault, "fp/"+string(alice))); diff != "" {
		t.Errorf("a stranger reads in the cloud:\n%s", diff)
	}
	want = map[string]any{"controller": "KONE", "building": "tower", "at": "2026-03-01T12:00:00Z", "service": "flow", "name": "Alice", "apartment": "7"}
	if diff := cmp.Diff(want, x.open(t, "building-tower", tower, "building-tower", tower, "bp/"+string(alice))); diff != "" {
		t.Errorf("a stranger reads in the building:\n%s", diff)
	}

	id, dek := random(16), random(32)
	bob := strangersIDs.EncodeToString(id)
	nonce := random(24)
	wrapped, err := json.Marshal(map[string]any{
		"controller": "KONE", "at": "2026-02-01T00:00:00Z", "epoch": 1,
		"wrapped": x.kek(t, "provider", 1).Seal(nonce, nonce, dek, []byte("provider\x00wk/"+bob)),
	})
	if err != nil {
		t.Fatal(err)
	}
	text := []byte(`{"controller":"KONE","at":"2026-02-01T00:00:00Z","building":"tower","name":"Bob","gender":"","country":"SE","language":"sv","phone":"","email":"","password":"","active":"2026-02-01T00:00:00Z"}`)
	nonce = random(12)
	sealed := append(append(append([]byte{1, 1}, id...), nonce...), gcm(t, dek).Seal(nil, nonce, text, []byte("cloud\x00fp/"+bob))...)
	for _, w := range []struct {
		db    *badger.DB
		key   string
		value []byte
	}{{vault, "wk/" + bob, append([]byte{1, 0}, wrapped...)}, {cloud, "fp/" + bob, sealed}} {
		if err := w.db.Update(func(txn *badger.Txn) error { return txn.Set([]byte(w.key), w.value) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(cloud.Close(), vault.Close(), tower.Close()); err != nil {
		t.Fatal(err)
	}

	if r, err = registry.Open(o); err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var p registry.FlowProfile
	if err := r.As(registry.RoleService, registry.ToProvide).Get(registry.Ref{Kind: registry.KindFlowProfile, Subject: registry.ID(bob)}, &p); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	if diff := cmp.Diff(registry.FlowProfile{Meta: registry.Meta{Controller: "KONE", Building: "tower", At: at}, Name: "Bob", Country: "SE", Language: "sv", Active: at}, p); diff != "" {
		t.Errorf("the registry reads of a stranger's record:\n%s", diff)
	}
}
