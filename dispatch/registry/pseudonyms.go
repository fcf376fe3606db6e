package registry

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"
)

// A subject's randomized IDs stand in a list, so that an erasure reaches them.
// The list is written with each link, and whoever sees the two side by side
// must not learn whose the link is. So nothing of the list says whose it is
// either: the place where it stands and the key that seals it are both derived
// from the subject's own key, and go with it. What they are derived with, as
// FORMAT.md says too:
const (
	listPlaceLabel = "pseudonyms|item"
	listKeyLabel   = "pseudonyms|key"
)

// listStep is to what the length of a list is rounded up, in bytes: about 17
// IDs. How many IDs somebody has would tell for how long they have used Flow.
const listStep = 512

// idList is where a subject's list stands, and what seals it.
type idList struct {
	ref  Ref
	key  []byte // in the vault
	aead cipher.AEAD
}

// listOf derives a subject's list from the subject's key. Without a key it is
// ErrShredded.
func (r *Registry) listOf(txn *badger.Txn, subject ID) (*idList, error) {
	dek, err := r.ring.load(txn, subject)
	if err != nil {
		return nil, err
	}
	derive := func(label string) []byte {
		h := hmac.New(sha256.New, dek)
		h.Write([]byte(label))
		return h.Sum(nil)
	}
	l := &idList{ref: Ref{Kind: KindPseudonyms, Item: idOf([16]byte(derive(listPlaceLabel)[:16]))}}
	if l.key, err = keyOf(l.ref); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(derive(listKeyLabel))
	if err != nil {
		return nil, err
	}
	l.aead, err = cipher.NewGCMWithRandomNonce(block)
	return l, err
}

// read gives the IDs of a list, none where there is no list.
func (l *idList) read(txn *badger.Txn, v *store) (ids []ID, err error) {
	item, err := txn.Get(l.key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", v.name, err)
	}
	var p Pseudonyms
	if err := item.Value(func(b []byte) error { return v.decode(KindPseudonyms, l.key, b, &p) }); err != nil {
		return nil, err
	}
	plain, err := l.aead.Open(nil, nil, p.List, associated(v.name, l.key))
	if err != nil {
		return nil, fmt.Errorf("store %s: a list of randomized IDs does not open: it was changed, or moved from another key", v.name)
	}
	if json.Unmarshal(plain, &ids) != nil {
		return nil, fmt.Errorf("store %s: a list of randomized IDs is not one", v.name)
	}
	return ids, nil
}

// write puts a list in place of the former one.
func (l *idList) write(txn *badger.Txn, v *store, ids []ID, meta Meta) error {
	plain, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	p := &Pseudonyms{Meta: meta, List: l.aead.Seal(nil, nil, padded(plain, listStep), associated(v.name, l.key))}
	value, err := v.encode(l.ref, l.key, p, false)
	if err != nil {
		return err
	}
	return txn.Set(l.key, value)
}

// padded puts spaces behind JSON up to a multiple of step bytes, so that its
// length does not tell what is in it.
func padded(b []byte, step int) []byte {
	return append(b, bytes.Repeat([]byte{' '}, (step-len(b)%step)%step)...)
}

// pseudonymsOf lists a subject's randomized IDs. It is ErrShredded for a
// subject without a key, whose list nobody can find.
func (r *Registry) pseudonymsOf(subject ID) (ids []ID, err error) {
	v, err := r.store(Vault, "")
	if err != nil {
		return nil, err
	}
	err = r.ring.view(func(txn *badger.Txn) error { ids, err = r.readPseudonyms(txn, v, subject); return err })
	return ids, err
}

func (r *Registry) readPseudonyms(txn *badger.Txn, v *store, subject ID) ([]ID, error) {
	l, err := r.listOf(txn, subject)
	if err != nil {
		return nil, err
	}
	return l.read(txn, v)
}
