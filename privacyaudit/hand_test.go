package privacyaudit_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/crypto/chacha20poly1305"
)

// What stands in this file writes stores through plain Badger as
// dispatch/registry/FORMAT.md tells a stranger to, with nothing of ours.

// hand is a folder of evidence that is being written by hand.
type hand struct {
	t   testing.TB
	dir string
	dbs map[string]*badger.DB
	n   uint64 // of nonces
}

// handWrites begins a folder with one building, its keys and empty stores.
func handWrites(t testing.TB) *hand {
	t.Helper()
	h := handBegins(t)
	for _, store := range []string{"cloud", "vault", "archive", "ledger", "analytics", "building-main"} {
		h.store(store)
	}
	return h
}

// handBegins is handWrites without the stores: each comes with its first record.
func handBegins(t testing.TB) *hand {
	t.Helper()
	h := &hand{t: t, dir: t.TempDir(), dbs: map[string]*badger.DB{}}
	h.file("stores/registry.json", `{
		"format": 1,
		"buildings": [{"name": "main", "region": "FI", "residential": true, "intercom": true,
			"logs": [{"name": "entrance", "fields": ["floor"], "purpose": "security-monitoring", "retention": "7d"}],
			"floors": ["0", "1"], "banks": [{"name": "main", "floors": ["0", "1"]}]}],
		"limits": {"log_data": "365d", "inactivity": "730d", "backups": "90d", "key_rotation": "30d", "archive": "1095d", "least_people_in_a_cell": 5},
		"password_cost": {"memory_kib": 19456, "passes": 2, "threads": 1}
	}`)
	for _, ring := range []string{"provider", "building-main"} {
		h.file("keys/"+ring+"-1.key", string(h.secret(ring)))
	}
	h.t.Cleanup(h.close)
	return h
}

// file writes a file of the folder.
func (h *hand) file(name, content string) {
	h.t.Helper()
	name = filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// store opens a store with the options that FORMAT.md names.
func (h *hand) store(name string) *badger.DB {
	h.t.Helper()
	if db := h.dbs[name]; db != nil {
		return db
	}
	db, err := badger.Open(badger.DefaultOptions(filepath.Join(h.dir, "stores", name)).WithLogger(nil).WithMemTableSize(8 << 20))
	if err != nil {
		h.t.Fatal(err)
	}
	h.dbs[name] = db
	return db
}

// close closes all stores, so that their files can be audited.
func (h *hand) close() {
	for name, db := range h.dbs {
		if err := db.Close(); err != nil {
			h.t.Error(err)
		}
		delete(h.dbs, name)
	}
}

// set writes one value as it is.
func (h *hand) set(store, key string, value []byte) {
	h.t.Helper()
	if err := h.store(store).Update(func(txn *badger.Txn) error { return txn.Set([]byte(key), value) }); err != nil {
		h.t.Fatal(err)
	}
}

// plain writes a plain record.
func (h *hand) plain(store, key, json string) {
	h.t.Helper()
	h.set(store, key, append([]byte{1, 0}, json...))
}

// sealed writes a record that is sealed under the key of an ID.
func (h *hand) sealed(store, key, id, json string) {
	h.t.Helper()
	h.set(store, key, h.seal(store, key, id, json))
}

// secret is a key of 32 bytes that belongs to a name.
func (h *hand) secret(name string) []byte {
	s := sha256.Sum256([]byte("secret of " + name))
	return s[:]
}

var alphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// someID is an ID that belongs to a name.
func someID(name string) string {
	s := sha256.Sum256([]byte("ID of " + name))
	return alphabet.EncodeToString(s[:16])
}

// common is the ID of the key that all records of a building's logs share.
var common = alphabet.EncodeToString(make([]byte, 16))

func (h *hand) nonce(size int) []byte {
	h.n++
	return binary.BigEndian.AppendUint64(make([]byte, size-8, size), h.n)
}

func (h *hand) seal(store, key, id, json string) []byte {
	h.t.Helper()
	raw, err := alphabet.DecodeString(id)
	if err != nil {
		h.t.Fatal(err)
	}
	block, err := aes.NewCipher(h.secret(id))
	if err != nil {
		h.t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		h.t.Fatal(err)
	}
	nonce := h.nonce(12)
	return aead.Seal(append(append([]byte{1, 1}, raw...), nonce...), nonce, []byte(json), []byte(store+"\x00"+key))
}

// key writes the wrapped key of an ID into the store that holds it.
func (h *hand) key(store, id string, at time.Time) {
	h.t.Helper()
	ring, tags := "provider", `"controller":"KONE"`
	if store != "vault" {
		ring, tags = store, `"controller":"KONE","building":"main"`
	}
	aead, err := chacha20poly1305.NewX(h.secret(ring))
	if err != nil {
		h.t.Fatal(err)
	}
	nonce := h.nonce(24)
	wrapped := aead.Seal(nonce, nonce, h.secret(id), []byte(ring+"\x00wk/"+id))
	h.plain(store, "wk/"+id, fmt.Sprintf(`{%s,"at":%q,"epoch":1,"wrapped":%q}`, tags, day(at), base64.StdEncoding.EncodeToString(wrapped)))
}

// day is an instant rounded down to the day, as the vault dates its records.
func day(at time.Time) string { return at.Truncate(24 * time.Hour).Format(time.RFC3339) }
