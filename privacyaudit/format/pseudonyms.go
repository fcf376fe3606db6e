package format

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
)

// A subject's list of randomized IDs stands under an item that only the
// subject's data key gives, and is sealed under a key derived from it.

// PseudonymsItem gives the ITEM of the key ps/ITEM under which a subject's list
// stands in the vault. There is one for each data key of the subject: one,
// unless versions of its wrapped key differ. The errors are those of Open.
func (r *Ring) PseudonymsItem(subject string) ([]string, error) {
	keys, err := r.dataKeys("provider", subject)
	var items []string
	for _, key := range keys {
		items = append(items, ids.EncodeToString(derive(key, "pseudonyms|item")[:idSize]))
	}
	return items, err
}

// OpenPseudonyms opens the field list of the record ps/item, whose subject is
// known, and gives the randomized IDs. Besides the errors of Open it tells that
// the list is none of IDs.
func (r *Ring) OpenPseudonyms(subject, item string, list []byte) ([]string, error) {
	keys, err := r.dataKeys("provider", subject)
	if err != nil {
		return nil, err
	}
	if len(list) < nonceSize+tagSize {
		return nil, ErrShort
	}
	for _, key := range keys {
		opened, err := gcm(derive(key, "pseudonyms|key")).Open(nil, list[:nonceSize], list[nonceSize:], []byte("vault\x00ps/"+item))
		if err == nil {
			return parseIDs(opened)
		}
	}
	return nil, fmt.Errorf("list of randomized IDs: %w", ErrForged)
}

// parseIDs reads a JSON list of IDs.
func parseIDs(json []byte) ([]string, error) {
	bad := fmt.Errorf("list of randomized IDs: it is no JSON list of IDs")
	s := scanner{b: json}
	if !s.next('[') {
		return nil, bad
	}
	var list []string
	for first := true; !s.next(']'); first = false {
		if !first && !s.next(',') {
			return nil, bad
		}
		s.space()
		start := s.i
		if s.value() != nil {
			return nil, bad
		}
		id, ok := text(nil, json[start:s.i])
		if !ok || !isID(id) {
			return nil, bad
		}
		list = append(list, string(id))
	}
	if s.space(); s.i < len(json) {
		return nil, bad
	}
	return list, nil
}

func derive(key []byte, what string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(what))
	return h.Sum(nil)
}

// gcm is AES-256-GCM under a key of 32 bytes.
func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("BUG: a key of a length that AES has not: " + err.Error())
	}
	c, err := cipher.NewGCM(block)
	if err != nil {
		panic("BUG: AES without GCM: " + err.Error())
	}
	return c
}
