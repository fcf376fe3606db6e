package privacyaudit

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"hoistway/privacyaudit/finding"
)

// custody tries every key-encryption key of the folder on every wrapped key of
// every store: it opens only under the keys of the store's own ring, the
// provider's for the vault and a building's for that building. Who holds the
// keys of one can open nothing of another. Wrapped keys of the store's own ring
// that do not open are the business of the checks on keys.
//
// It tries the binding of the store's own ring, since whoever has the key can
// name any.
func init() {
	register(&Check{
		Name:  "custody",
		About: "No key opens what belongs to another custodian: each was tried on everything.",
		Needs: NeedKeys,
		New:   newCustody,
	})
}

// heldKey is a key-encryption key, and whose it is.
type heldKey struct {
	ring, path string
	key        [chacha20poly1305.KeySize]byte
}

func newCustody(p *Probe) (Watch, error) {
	if !p.once() {
		return Watch{}, nil
	}
	var keys []heldKey
	for _, f := range p.ring.Files() {
		if f.Ring == "" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(p.Parts.Keys, filepath.FromSlash(f.Path)))
		if err == nil && len(b) != chacha20poly1305.KeySize {
			err = errors.New("it had another length when it was read again: audit a copy")
		}
		if err != nil {
			p.problem("key", f.Path, err)
			continue
		}
		keys = append(keys, heldKey{f.Ring, f.Path, [chacha20poly1305.KeySize]byte(b)})
	}
	for i, one := range keys {
		p.Select("keys", 1)
		for _, other := range keys[:i] {
			if one.key == other.key && one.ring != other.ring {
				p.Fail(finding.Place{Store: "keys", File: one.path}, "two custodians have the same key")
			}
		}
	}
	tried := 0
	return Watch{
		Record: func(r *Record) {
			if r.KindName() != "wrapped-key" || r.State != Read {
				return
			}
			wrapped, err := base64.StdEncoding.DecodeString(r.Text("wrapped"))
			if err != nil || len(wrapped) <= chacha20poly1305.NonceSizeX {
				return // the schema's check reports it
			}
			own := "provider"
			if strings.HasPrefix(r.Source.Name, "building-") {
				own = r.Source.Name
			}
			p.Select(r.Source.Name, 1)
			for i := range keys {
				if keys[i].ring == own {
					continue
				}
				tried++
				if keys[i].opens(own, r.RawKey, wrapped) {
					p.Fail(r.Place(), "the key of another custodian opens it")
				}
			}
		},
		End: func() {
			p.Measure(finding.Measure{Name: "keys of others that were tried on wrapped keys", Value: float64(tried)})
		},
	}, nil
}

// opens tells whether a key opens a wrapped key of a ring.
func (k *heldKey) opens(ring string, key, wrapped []byte) bool {
	aead, err := chacha20poly1305.NewX(k.key[:])
	if err != nil {
		panic("BUG: a key of a length that XChaCha20-Poly1305 has not: " + err.Error())
	}
	bound := append([]byte(ring+"\x00"), key...)
	_, err = aead.Open(nil, wrapped[:chacha20poly1305.NonceSizeX], wrapped[chacha20poly1305.NonceSizeX:], bound)
	return err == nil
}
