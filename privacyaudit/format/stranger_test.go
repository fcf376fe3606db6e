package format_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"

	"hoistway/privacyaudit/format"
)

// What stands here writes records as FORMAT.md tells a stranger to, with
// nothing of the package under test.

// id gives an ID that is 16 times the byte n.
func id(n byte) string { return encode(times(n, 16)) }

var ids = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func encode(b []byte) string { return ids.EncodeToString(b) }

func decode(id string) []byte {
	b, err := ids.DecodeString(id)
	if err != nil {
		panic(err)
	}
	return b
}

func times(n byte, count int) []byte { return []byte(strings.Repeat(string([]byte{n}), count)) }

// secret is a key of 32 bytes; every n gives another.
func secret(n byte) []byte { return times(n, 32) }

// seal writes a sealed value.
func seal(dataKey []byte, keyID byte, nonce byte, store, key, json string) []byte {
	block, err := aes.NewCipher(dataKey)
	if err != nil {
		panic(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	n := times(nonce, 12)
	value := append([]byte{1, 1}, times(keyID, 16)...)
	value = append(value, n...)
	return gcm.Seal(value, n, []byte(json), []byte(store+"\x00"+key))
}

// underKEK seals under a key-encryption key: wrapped keys and links.
func underKEK(kek []byte, nonce byte, ring, key string, text []byte) []byte {
	aead, err := chacha20poly1305.NewX(kek)
	if err != nil {
		panic(err)
	}
	n := times(nonce, 24)
	return aead.Seal(n, n, text, []byte(ring+"\x00"+key))
}

func plainValue(json string) []byte { return append([]byte{1, 0}, json...) }

// folder makes a folder of keys; the files' contents by their names.
func folder(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func ring(t testing.TB, files map[string][]byte) *format.Ring {
	t.Helper()
	r, err := format.NewRing(folder(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func hmac256(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hex256(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
