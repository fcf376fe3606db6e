package privacyaudit

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"

	"hoistway/privacyaudit/format"
)

// writeKey writes a key-encryption key, whose bytes are the first letter of its
// name.
func writeKey(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), keyOf(name[0]), 0o600); err != nil {
		t.Fatal(err)
	}
}

func keyOf(letter byte) []byte { return bytes.Repeat([]byte{letter}, chacha20poly1305.KeySize) }

func TestCustody(t *testing.T) {
	wk := "wk/" + idOf("b")
	wrap := func(letter byte, ring string) string {
		aead, err := chacha20poly1305.NewX(keyOf(letter))
		if err != nil {
			t.Fatal(err)
		}
		nonce := make([]byte, chacha20poly1305.NonceSizeX)
		return base64.StdEncoding.EncodeToString(aead.Seal(nonce, nonce, keyOf('d'), []byte(ring+"\x00"+wk)))
	}
	for _, c := range []struct {
		what  string
		files []string
		src   *Source
		by    byte // letter of the key under which it is wrapped
		ring  string
		want  []string
	}{
		{"the provider's key in the vault", []string{"provider-1.key", "building-main-1.key"}, fakeSource("vault", "vault", ""), 'p', "provider", nil},
		{"a building's key in its own server", []string{"provider-1.key", "building-main-1.key"}, fakeSource("building-main", "building", "main"), 'b', "building-main", nil},
		{"the provider's key opens a building's", []string{"provider-1.key", "building-main-1.key"}, fakeSource("building-main", "building", "main"), 'p', "building-main",
			[]string{"another custodian opens it"}},
		{"a building's key opens the vault's", []string{"provider-1.key", "building-main-1.key"}, fakeSource("vault", "vault", ""), 'b', "provider", []string{"another custodian opens it"}},
		{"two buildings with one key", []string{"provider-1.key", "building-main-1.key", "building-annex-1.key"}, fakeSource("vault", "vault", ""), 'p', "provider", []string{"the same key"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a, dir := fakeAudit(t), t.TempDir()
			for _, name := range c.files {
				writeKey(t, dir, name)
			}
			var err error
			if a.ring, err = format.NewRing(dir); err != nil {
				t.Fatal(err)
			}
			a.Parts.Keys = dir
			r := fakeRecord(t, a, c.src, wk, `{"controller":"KONE","at":"2027-06-01T00:00:00Z","epoch":1,"wrapped":"`+wrap(c.by, c.ring)+`"}`)
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "custody"}), r), c.want...)
		})
	}
}
