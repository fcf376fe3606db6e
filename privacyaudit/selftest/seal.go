package selftest

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
	"strconv"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// keyring is the data keys of the clean evidence, opened, by the store that
// holds them and their ID, and the key-encryption keys by ring.
type keyring struct {
	data map[string]map[string][]byte
	kek  map[string]kek
}

type kek struct {
	epoch  int
	secret []byte
}

// common is the ID of the key that all records of a building's logs share.
var common = newID(make([]byte, 16))

var idAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newID writes 16 bytes as an ID.
func newID(b []byte) string { return idAlphabet.EncodeToString(b[:16]) }

// randomID is an ID as a phone or the service makes it.
func randomID() string {
	b := make([]byte, 16)
	rand.Read(b)
	return newID(b)
}

// holder is the store in which a store's data keys are, and their ring.
func holder(store string) (name, ring string) {
	if strings.HasPrefix(store, "building-") {
		return store, store
	}
	return "vault", "provider"
}

func readKeys(dir string, stores map[string][]record) (*keyring, error) {
	k := &keyring{map[string]map[string][]byte{}, map[string]kek{}}
	for _, folder := range []string{"keys", "keys/handed-over/*"} {
		files, err := filepath.Glob(filepath.Join(dir, folder, "*-*.key"))
		if err != nil {
			return nil, err
		}
		for _, name := range files {
			base := strings.TrimSuffix(filepath.Base(name), ".key")
			i := strings.LastIndex(base, "-")
			epoch, err := strconv.Atoi(base[i+1:])
			if err != nil {
				return nil, fmt.Errorf("key %s: %w", base, err)
			}
			secret, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			if epoch > k.kek[base[:i]].epoch {
				k.kek[base[:i]] = kek{epoch, secret}
			}
		}
	}
	for store, records := range stores {
		_, ring := holder(store)
		if store != "vault" && ring != store {
			continue
		}
		k.data[store] = map[string][]byte{}
		for i := range records {
			r := &records[i]
			if r.kind() != "wk" {
				continue
			}
			b, _ := body(r.value)
			var w struct {
				Epoch   int    `json:"epoch"`
				Wrapped []byte `json:"wrapped"`
			}
			if err := json.Unmarshal(b, &w); err != nil {
				return nil, fmt.Errorf("store %s: a wrapped key: %w", store, err)
			}
			if w.Epoch != k.kek[ring].epoch {
				return nil, fmt.Errorf("store %s: a key is wrapped under epoch %d; the newest is %d", store, w.Epoch, k.kek[ring].epoch)
			}
			secret, err := k.unwrap(ring, r.key, w.Wrapped)
			if err != nil {
				return nil, fmt.Errorf("store %s: %w", store, err)
			}
			k.data[store][r.part(1)] = secret
		}
	}
	return k, nil
}

// wrap seals what the vault or a building keeps under its ring's key.
func (k *keyring) wrap(ring, key string, secret []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(k.kek[ring].secret)
	if err != nil {
		return nil, fmt.Errorf("ring %s: %w", ring, err)
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(secret)+aead.Overhead())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, secret, []byte(ring+"\x00"+key)), nil
}

func (k *keyring) unwrap(ring, key string, wrapped []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(k.kek[ring].secret)
	if err != nil {
		return nil, fmt.Errorf("ring %s: %w", ring, err)
	}
	if len(wrapped) < aead.NonceSize() {
		return nil, errors.New("a wrapped key is too short")
	}
	return aead.Open(nil, wrapped[:aead.NonceSize()], wrapped[aead.NonceSize():], []byte(ring+"\x00"+key))
}

// dataKey is the data key of an ID, for the records of a store.
func (b *Bench) dataKey(store, id string) ([]byte, error) {
	at, _ := holder(store)
	if secret := b.made[at+"|"+id]; secret != nil {
		return secret, nil
	}
	if secret := b.keys.data[at][id]; secret != nil {
		return secret, nil
	}
	return nil, fmt.Errorf("store %s has no data key of this ID", at)
}

func gcm(secret []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal seals a record under the data key of an ID.
func (b *Bench) seal(store, key, id string, json []byte) ([]byte, error) {
	nonce := make([]byte, 12)
	rand.Read(nonce)
	return b.sealWith(nonce, store, key, id, json)
}

func (b *Bench) sealWith(nonce []byte, store, key, id string, json []byte) ([]byte, error) {
	secret, err := b.dataKey(store, id)
	if err != nil {
		return nil, err
	}
	raw, err := idAlphabet.DecodeString(id)
	if err != nil {
		return nil, err
	}
	aead, err := gcm(secret)
	if err != nil {
		return nil, err
	}
	return aead.Seal(append(append([]byte{1, 1}, raw...), nonce...), nonce, json, []byte(store+"\x00"+key)), nil
}

// keyID is the ID under whose key a value is sealed; "" of a plain one.
func keyID(value []byte) string {
	if len(value) < 30 || value[1] != 1 {
		return ""
	}
	return newID(value[2:18])
}

// open gives what a record holds. Its key may have been destroyed.
func (b *Bench) open(store string, r *record) (doc, error) {
	text, ok := body(r.value)
	if id := keyID(r.value); id != "" {
		secret, err := b.dataKey(store, id)
		if err != nil {
			return nil, err
		}
		aead, err := gcm(secret)
		if err != nil {
			return nil, err
		}
		if text, err = aead.Open(nil, r.value[18:30], r.value[30:], []byte(store+"\x00"+r.key)); err != nil {
			return nil, err
		}
	} else if !ok {
		return nil, errors.New("a value is neither plain nor sealed")
	}
	return parseDoc(text)
}
