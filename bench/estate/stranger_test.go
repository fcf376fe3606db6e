package estate_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/crypto/chacha20poly1305"
)

// What stands in this file reads the stores by dispatch/registry/FORMAT.md
// alone, so that the writer's mistakes are not repeated.

var ids = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// readStore gives every version of every record in a copy of a store; sealed
// values are opened where a key is left.
func readStore(t *testing.T, dir, name string, f func(key, value []byte)) {
	t.Helper()
	db := openCopy(t, filepath.Join(dir, "stores", name))
	holder, ring := db, name
	if !strings.HasPrefix(name, "building-") {
		holder, ring = openCopy(t, filepath.Join(dir, "stores", "vault")), "provider"
	}
	err := db.View(func(txn *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.AllVersions = true
		it := txn.NewIterator(o)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			if it.Item().ExpiresAt() != 0 {
				t.Errorf("store %s: a record has a time to live of Badger's", name)
			}
			value, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			key := it.Item().KeyCopy(nil)
			if len(value) > 46 && value[1] == 1 {
				if opened, err := open(dir, name, ring, holder, key, value); err == nil {
					value = opened
				} else if !errors.Is(err, badger.ErrKeyNotFound) {
					return fmt.Errorf("store %s: %w", name, err)
				}
			}
			f(key, value)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// openCopy opens a copy of a store, so that the evidence stays as it is.
func openCopy(t *testing.T, dir string) *badger.DB {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	db, err := badger.Open(badger.DefaultOptions(to).WithLogger(nil))
	if err != nil {
		t.Fatalf("store %s: %v", filepath.Base(dir), err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// open opens a sealed value.
func open(dir, store, ring string, holder *badger.DB, key, value []byte) ([]byte, error) {
	id := ids.EncodeToString(value[2:18])
	var wrapped struct {
		Epoch   int    `json:"epoch"`
		Wrapped []byte `json:"wrapped"`
	}
	err := holder.View(func(txn *badger.Txn) error {
		item, err := txn.Get([]byte("wk/" + id))
		if err != nil {
			return err
		}
		return item.Value(func(b []byte) error { return json.Unmarshal(b[2:], &wrapped) })
	})
	if err != nil {
		return nil, err
	}
	kek, err := os.ReadFile(filepath.Join(dir, "keys", fmt.Sprintf("%s-%d.key", ring, wrapped.Epoch)))
	if errors.Is(err, os.ErrNotExist) { // a building in which the service has ended
		building := strings.TrimPrefix(ring, "building-")
		kek, err = os.ReadFile(filepath.Join(dir, "keys", "handed-over", building, fmt.Sprintf("%s-%d.key", ring, wrapped.Epoch)))
	}
	if err != nil {
		return nil, err
	}
	outer, err := chacha20poly1305.NewX(kek)
	if err != nil {
		return nil, err
	}
	dek, err := outer.Open(nil, wrapped.Wrapped[:24], wrapped.Wrapped[24:], []byte(ring+"\x00wk/"+id))
	if err != nil {
		return nil, fmt.Errorf("data key %s: %w", id, err)
	}
	block, err := aes.NewCipher(dek)
	if err != nil {
		return nil, err
	}
	inner, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	bound := bytes.Join([][]byte{[]byte(store), key}, []byte{0})
	return inner.Open(nil, value[18:30], value[30:], bound)
}
