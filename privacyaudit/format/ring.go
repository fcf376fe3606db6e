package format

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/chacha20poly1305"
)

// Reasons why a sealed value was not opened; Open wraps one of them.
var (
	// ErrShredded: no wrapped key of the value's ID was found, so that
	// nobody can open it.
	ErrShredded = errors.New("its data key was destroyed")
	// ErrLocked: its data key is wrapped under a key-encryption key that the
	// folder of the keys does not have. Others may have it.
	ErrLocked = errors.New("the key-encryption key of its data key is not given")
	// ErrForged: with a key at hand, the bytes are not what was sealed, or do
	// not stand where they were sealed for.
	ErrForged = errors.New("it does not open with the key it names")
)

const (
	dataKeySize = 32
	wrappedSize = chacha20poly1305.NonceSizeX + dataKeySize + chacha20poly1305.Overhead
)

// Ring opens sealed values, with the key-encryption keys of a folder and the
// wrapped keys that Add is given. It may be used by several goroutines at once.
type Ring struct {
	files []KeyFile
	outer map[kekName]cipher.AEAD

	mu      sync.RWMutex
	rings   map[string]uint16 // numbers of rings, so that names need no text
	wrapped map[keyName]*wrapping
	// Opened data keys. When young is full it becomes old, and what is in
	// neither is unwrapped anew.
	young, old map[keyName][]cipher.AEAD
	room       int
}

type (
	kekName struct {
		ring  string
		epoch int
	}
	keyName struct {
		ring uint16
		id   [idSize]byte
	}
	// wrapping is one version of a wrapped key.
	wrapping struct {
		epoch int
		bytes [wrappedSize]byte
		next  *wrapping
	}
)

// cachedKeys bounds the data keys that stay opened, about 1.3 KB each, in each
// of the two maps.
const cachedKeys = 16 << 10

// ringOf names the ring whose keys seal what is in a store: the provider's, or
// that of the building.
func ringOf(store string) string {
	if strings.HasPrefix(store, buildingStore) {
		return store
	}
	return "provider"
}

// Add takes in a wrapped key that was found in a store, vault or building-NAME,
// under wk/ID. Of one ID there may be several, of several epochs or in several
// versions of the record; all are kept. An error says that it cannot be a
// wrapped key at all; whether it opens shows when it is used, or by Unwraps.
func (r *Ring) Add(store, id string, epoch int, wrapped []byte) error {
	if store != "vault" && storeBit(store) != building {
		return fmt.Errorf("wrapped key: %w: only the vault and buildings hold wrapped keys", ErrElsewhere)
	}
	name, ok := decodeID(id)
	switch {
	case !ok:
		return fmt.Errorf("wrapped key in %s: its ID is not one", store)
	case epoch < 1:
		return fmt.Errorf("wrapped key in %s: epoch %d; epochs begin at 1", store, epoch)
	case len(wrapped) != wrappedSize:
		return fmt.Errorf("wrapped key in %s: %d bytes; nonce, key and tag have %d", store, len(wrapped), wrappedSize)
	}
	w := &wrapping{epoch: epoch, bytes: [wrappedSize]byte(wrapped)}

	r.mu.Lock()
	defer r.mu.Unlock()
	ring := ringOf(store)
	if _, ok := r.rings[ring]; !ok {
		if len(r.rings) == 1<<16 {
			return fmt.Errorf("wrapped key in %s: more than %d stores", store, 1<<16)
		}
		r.rings[ring] = uint16(len(r.rings))
	}
	key := keyName{r.rings[ring], name}
	for v := r.wrapped[key]; v != nil; v = v.next {
		if v.epoch == w.epoch && v.bytes == w.bytes {
			return nil
		}
	}
	w.next = r.wrapped[key]
	r.wrapped[key] = w
	delete(r.young, key)
	delete(r.old, key)
	return nil
}

// AddRecord is Add with a record of the kind wk as it was parsed.
func (r *Ring) AddRecord(store string, key Key, members []Member) error {
	epoch, ok := parseCount(find(members, "epoch").Raw)
	if !ok || epoch > 1<<30 {
		return fmt.Errorf("wrapped key in %s: field epoch is missing or no count", store)
	}
	wrapped, ok := find(members, "wrapped").Bytes(nil)
	if !ok {
		return fmt.Errorf("wrapped key in %s: field wrapped is missing or not base64", store)
	}
	return r.Add(store, key.Subject, int(epoch), wrapped)
}

// Keys gives the number of IDs of which Add was given a wrapped key.
func (r *Ring) Keys() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.wrapped)
}

// Open opens a value of a store and appends its JSON to dst; that of a plain
// value is appended as it is. key is the whole Badger key: a value opens only
// where it was written.
func (r *Ring) Open(dst []byte, store string, key []byte, v Value) ([]byte, error) {
	if !v.Sealed {
		return append(dst, v.Body...), nil
	}
	if len(v.Body) < nonceSize+tagSize {
		return dst, ErrShort
	}
	ciphers, err := r.ciphers(ringOf(store), v.KeyID)
	if err != nil {
		return dst, err
	}
	bound := buffers.Get().(*[]byte)
	defer buffers.Put(bound)
	*bound = append((*bound)[:0], store...)
	*bound = append(*bound, 0)
	*bound = append(*bound, key...)
	for _, c := range ciphers {
		if opened, err := c.Open(dst, v.Body[:nonceSize], v.Body[nonceSize:], *bound); err == nil {
			return opened, nil
		}
	}
	return dst, ErrForged
}

// buffers hold associated data while a value is opened.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// ciphers gives the data keys of an ID, at least one where there is no error:
// usually one, more only where versions of its wrapped key differ.
func (r *Ring) ciphers(ring, id string) ([]cipher.AEAD, error) {
	name, ok := decodeID(id)
	if !ok {
		return nil, ErrShredded
	}
	r.mu.RLock()
	number, ok := r.rings[ring]
	key := keyName{number, name}
	c := r.young[key]
	old := c == nil
	if old {
		c = r.old[key]
	}
	w := r.wrapped[key]
	r.mu.RUnlock()
	switch {
	case !ok || w == nil:
		return nil, ErrShredded
	case c != nil && !old:
		return c, nil
	case c == nil:
		keys, err := r.unwrap(ring, id, w)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			c = append(c, gcm(k))
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wrapped[key] != w {
		return c, nil // another version came meanwhile; the next use takes it in
	}
	if len(r.young) >= r.room {
		r.young, r.old = map[keyName][]cipher.AEAD{}, r.young
	}
	r.young[key] = c
	return c, nil
}

// dataKeys opens all versions of the wrapped key of an ID.
func (r *Ring) dataKeys(ring, id string) ([][]byte, error) {
	name, ok := decodeID(id)
	if !ok {
		return nil, ErrShredded
	}
	r.mu.RLock()
	number, ok := r.rings[ring]
	w := r.wrapped[keyName{number, name}]
	r.mu.RUnlock()
	if !ok {
		return nil, ErrShredded
	}
	return r.unwrap(ring, id, w)
}

// unwrap opens all versions of a wrapped key, and gives the data keys that
// differ: at least one where there is no error.
func (r *Ring) unwrap(ring, id string, w *wrapping) ([][]byte, error) {
	var keys [][]byte
	forged, locked := false, false
	for ; w != nil; w = w.next {
		outer := r.outer[kekName{ring, w.epoch}]
		if outer == nil {
			locked = true
			continue
		}
		key, err := openUnder(outer, ring, "wk/"+id, w.bytes[:])
		if err != nil {
			forged = true
			continue
		}
		if !slices.ContainsFunc(keys, func(k []byte) bool { return string(k) == string(key) }) {
			keys = append(keys, key)
		}
	}
	switch {
	case len(keys) > 0:
		return keys, nil
	case forged:
		return nil, fmt.Errorf("wrapped key: %w", ErrForged)
	case locked:
		return nil, ErrLocked
	}
	return nil, ErrShredded
}

// openUnder opens what is sealed under a key-encryption key: a nonce of 24 bytes
// and the ciphertext, bound to ring and key.
func openUnder(outer cipher.AEAD, ring, key string, b []byte) ([]byte, error) {
	const nonce = chacha20poly1305.NonceSizeX
	if len(b) < nonce+chacha20poly1305.Overhead {
		return nil, ErrShort
	}
	opened, err := outer.Open(nil, b[:nonce], b[nonce:], []byte(ring+"\x00"+key))
	if err != nil {
		return nil, ErrForged
	}
	return opened, nil
}

// Unwraps says of one wrapped key whether it opens: nil, ErrLocked, ErrForged,
// or what Add would say.
func (r *Ring) Unwraps(store, id string, epoch int, wrapped []byte) error {
	if !isID(id) || len(wrapped) != wrappedSize {
		return ErrForged
	}
	outer := r.outer[kekName{ringOf(store), epoch}]
	if outer == nil {
		return ErrLocked
	}
	_, err := openUnder(outer, ringOf(store), "wk/"+id, wrapped)
	return err
}

// Link is what the sealed field of a link says.
type Link struct {
	Subject  string // ID
	Building string
	Stopped  bool // the subject objected to the use of the randomized ID
}

// OpenLink opens the field sealed of the link ln/id in the vault. Besides the
// errors of Open it tells what is wrong with the JSON within.
func (r *Ring) OpenLink(id string, epoch int, sealed []byte) (Link, error) {
	outer := r.outer[kekName{"provider", epoch}]
	if outer == nil {
		return Link{}, ErrLocked
	}
	json, err := openUnder(outer, "provider", "ln/"+id, sealed)
	if err != nil {
		return Link{}, fmt.Errorf("link: %w", err)
	}
	members, err := Parse(nil, json)
	if err != nil {
		return Link{}, fmt.Errorf("link: %w", err)
	}
	var l Link
	for i, m := range members {
		b, isText := m.Text(nil)
		ok := true
		switch string(m.Name) {
		case "subject":
			l.Subject, ok = string(b), isText && isID(b)
		case "building":
			l.Building, ok = string(b), isText && isName(b)
		case "stopped":
			l.Stopped = string(m.Raw) != "false" && string(m.Raw) != "null"
		default:
			return Link{}, fmt.Errorf("link: %s", unknown("field", m.Name, i, len(members)).Message)
		}
		if !ok {
			return Link{}, fmt.Errorf("link: field %s does not have its form", m.Name)
		}
	}
	if l.Subject == "" || l.Building == "" {
		return Link{}, errors.New("link: subject or building is missing")
	}
	return l, nil
}
