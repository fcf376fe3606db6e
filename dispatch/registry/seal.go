package registry

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/crypto/chacha20poly1305"
)

// ring holds the keys of subjects, of randomized IDs and of legal cases: 32
// random bytes each, wrapped under a key-encryption key and kept in a store.
// Destroying a wrapped key makes all that it sealed unreadable, wherever
// copies of it lie.
//
// The provider's ring keeps its wrapped keys in the vault. Each building
// server has a ring of its own, with the wrapped keys in its own store and
// key-encryption keys of its own, so that a server that is handed over needs
// nothing of the provider's and opens nothing of theirs.
type ring struct {
	name  string // "provider" or "building-NAME"
	store *store // where the wrapped keys are
	files keyFiles
	now   func() time.Time

	// making is held while something is wrapped and written: a subject gets one
	// key, and a rotation that has held it knows that nothing more comes under
	// the former epoch. In the vault it is taken before a transaction, in a
	// building's store within one.
	making sync.Mutex

	mu     sync.RWMutex
	epoch  int                 // new keys are wrapped under this one
	keks   map[int]cipher.AEAD // by epoch; more than one while a rotation is under way
	past   int                 // the last epoch whose key-encryption key this process destroyed
	cache  map[ID]cipher.AEAD
	order  []ID // of the cache, oldest first
	shreds uint64

	crowd crowd // of randomized IDs; the provider's ring alone has any
}

const (
	keySize = 32
	// mostCached bounds the opened keys in memory: a building's people and
	// then some. Opening a key costs about 10 µs.
	mostCached = 4096
)

// openRing reads the key-encryption keys of a ring, and makes the first one
// for a store that has no wrapped keys yet, unless only what exists is to be
// opened. For a building that we have left there are none any more, but for
// those that a crash left for finishEnding to give away.
func openRing(name string, s *store, files keyFiles, now func() time.Time) (*ring, error) {
	g := &ring{name: name, store: s, files: files, now: now, keks: map[int]cipher.AEAD{}, cache: map[ID]cipher.AEAD{}}
	keks, err := files.load(name)
	if err != nil {
		return nil, err
	}
	for epoch, kek := range keks {
		if err := g.use(epoch, kek); err != nil {
			return nil, err
		}
	}
	if s.handedOver.Load() || len(keks) > 0 && !files.existing {
		return g, nil
	}
	if err := g.checkKeys(); err != nil || len(keks) > 0 {
		return g, err
	}
	if files.existing {
		return nil, fmt.Errorf("%s has no key-encryption key of store %s, %s; put it back", files.place(), s.name, name+"-EPOCH.key")
	}
	_, err = g.addEpoch(1)
	return g, err
}

// use adds a key-encryption key to those that open wrapped keys. The greatest
// epoch wraps new ones.
func (g *ring) use(epoch int, kek []byte) error {
	aead, err := chacha20poly1305.NewX(kek)
	if err != nil {
		return fmt.Errorf("key-encryption key %s: %w", fileOf(g.name, epoch), err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.keks[epoch] = aead
	g.epoch = max(g.epoch, epoch)
	return nil
}

// addEpoch makes a key-encryption key of an epoch, on disk, and wraps new keys
// under it from now on.
func (g *ring) addEpoch(epoch int) (kek []byte, err error) {
	kek = make([]byte, keySize)
	rand.Read(kek)
	if err := g.files.save(g.name, epoch, kek); err != nil {
		return nil, err
	}
	return kek, g.use(epoch, kek)
}

// dropEpoch destroys a key-encryption key, in memory and on disk. The caller
// has wrapped all keys under a later one, durably.
func (g *ring) dropEpoch(epoch int) error {
	g.mu.Lock()
	if epoch == g.epoch {
		g.mu.Unlock()
		panic("BUG: dropping the key-encryption key in use")
	}
	delete(g.keks, epoch)
	g.past = max(g.past, epoch)
	g.mu.Unlock()
	return g.files.destroy(g.name, epoch)
}

// epochs lists the epochs of which there is a key-encryption key, ascending,
// and the one that wraps.
func (g *ring) epochs() (all []int, wrapping int) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return sortedKeys(g.keks), g.epoch
}

// key gives the cipher of a subject, or ErrShredded when there is no key.
func (g *ring) key(subject ID) (cipher.AEAD, error) {
	g.mu.RLock()
	aead, shreds := g.cache[subject], g.shreds
	g.mu.RUnlock()
	if aead != nil {
		return aead, nil
	}
	var dek []byte
	err := g.view(func(txn *badger.Txn) (err error) {
		dek, err = g.load(txn, subject)
		return err
	})
	if err != nil {
		return nil, err
	}
	return g.keep(subject, dek, shreds)
}

// view runs f on one state of the ring's store, and again on a later one when
// a rotation has destroyed meanwhile what opened the first. An update does so
// by itself.
func (g *ring) view(f func(txn *badger.Txn) error) (err error) {
	for range mostTries {
		if err = g.store.view(f); !errors.Is(err, badger.ErrConflict) {
			break
		}
	}
	return err
}

// load reads and unwraps a key.
func (g *ring) load(txn *badger.Txn, subject ID) ([]byte, error) {
	key, err := keyOf(Ref{Kind: KindWrappedKey, Subject: subject})
	if err != nil {
		return nil, err
	}
	item, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, ErrShredded
	}
	if err != nil {
		return nil, fmt.Errorf("ring %s: %w", g.name, err)
	}
	var w WrappedKey
	if err := item.Value(func(v []byte) error { return g.store.decode(KindWrappedKey, key, v, &w) }); err != nil {
		return nil, fmt.Errorf("ring %s: %w", g.name, err)
	}
	return g.unwrap(w.Epoch, w.Wrapped, key)
}

// keep makes a key's cipher and caches it, unless a key was shredded since the
// key was read: it may have been this one.
func (g *ring) keep(subject ID, dek []byte, shreds uint64) (cipher.AEAD, error) {
	block, err := aes.NewCipher(dek)
	if err != nil {
		return nil, fmt.Errorf("ring %s: a key does not have %d bytes", g.name, keySize)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("ring %s: %w", g.name, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shreds != shreds {
		return aead, nil
	}
	if cached := g.cache[subject]; cached != nil {
		return cached, nil
	}
	if len(g.order) >= mostCached {
		delete(g.cache, g.order[0])
		g.order = g.order[1:]
	}
	g.order = append(g.order, subject)
	g.cache[subject] = aead
	return aead, nil
}

// create makes a subject's key unless there is one. The wrapped key is in its
// store when create returns, before anything that it seals.
func (g *ring) create(subject ID) (cipher.AEAD, error) { return g.createBy(subject, g.store.update) }

// createWithin is create for those who are in an update of a store, which may
// be the ring's own.
func (g *ring) createWithin(s *store, subject ID) (cipher.AEAD, error) {
	if s == g.store {
		return g.createBy(subject, g.store.updateWithin)
	}
	return g.create(subject)
}

func (g *ring) createBy(subject ID, update func(func(txn *badger.Txn) error) error) (cipher.AEAD, error) {
	g.making.Lock()
	defer g.making.Unlock()
	g.mu.RLock()
	shreds := g.shreds
	g.mu.RUnlock()
	var dek []byte
	err := update(func(txn *badger.Txn) (err error) {
		if dek, err = g.load(txn, subject); !errors.Is(err, ErrShredded) {
			return err
		}
		dek = make([]byte, keySize)
		rand.Read(dek)
		return g.put(txn, subject, dek)
	})
	if err != nil {
		return nil, err
	}
	return g.keep(subject, dek, shreds)
}

// put wraps a key under the present key-encryption key and writes it.
func (g *ring) put(txn *badger.Txn, subject ID, dek []byte) error {
	ref := Ref{Kind: KindWrappedKey, Subject: subject}
	key, err := keyOf(ref)
	if err != nil {
		return err
	}
	controller, processor := g.store.parties(KindWrappedKey)
	w := WrappedKey{Meta: Meta{Controller: controller, Processor: processor, Building: g.store.building, At: g.now().UTC().Truncate(wholeDay)}}
	if w.Epoch, w.Wrapped, err = g.wrap(dek, key); err != nil {
		return err
	}
	value, err := g.store.encode(ref, key, &w, false)
	if err != nil {
		return err
	}
	return txn.Set(key, value)
}

// shred deletes a subject's key in a transaction of the ring's store. The
// caller commits, calls forget, and settles the store: until then the bytes of
// the wrapped key are still in its files.
func (g *ring) shred(txn *badger.Txn, subject ID) error {
	key, err := keyOf(Ref{Kind: KindWrappedKey, Subject: subject})
	if err != nil {
		return err
	}
	g.forget(subject)
	return txn.Delete(key)
}

// forget drops opened keys from memory. It is called again once the
// transaction of shred is committed, for keys that were read in between.
func (g *ring) forget(subjects ...ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shreds++
	for _, subject := range subjects {
		delete(g.cache, subject)
	}
}

// surrender drops everything by which the ring opens its store from memory.
func (g *ring) surrender() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.epoch = 0
	clear(g.keks)
	g.emptyCache()
}

// forgetAll drops all opened keys from memory.
func (g *ring) forgetAll() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.emptyCache()
}

func (g *ring) emptyCache() {
	g.shreds++
	clear(g.cache)
	g.order = nil
}

// wrap seals bytes under the present key-encryption key, bound to the ring and
// to the Badger key under which they will stand.
func (g *ring) wrap(plain, key []byte) (epoch int, sealed []byte, err error) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	kek := g.keks[g.epoch]
	if kek == nil {
		return 0, nil, fmt.Errorf("ring %s has no key-encryption key", g.name)
	}
	nonce := make([]byte, kek.NonceSize(), kek.NonceSize()+len(plain)+kek.Overhead())
	rand.Read(nonce)
	return g.epoch, kek.Seal(nonce, nonce, plain, associated(g.name, key)), nil
}

// unwrap opens what wrap sealed.
func (g *ring) unwrap(epoch int, sealed, key []byte) ([]byte, error) {
	g.mu.RLock()
	kek, past := g.keks[epoch], g.past
	g.mu.RUnlock()
	if kek == nil && epoch <= past {
		// Read from a state of the store from before the rotation.
		return nil, fmt.Errorf("ring %s: key-encryption key %d is destroyed: %w", g.name, epoch, badger.ErrConflict)
	}
	if kek == nil {
		return nil, fmt.Errorf("ring %s has no key-encryption key of epoch %d; put %s back", g.name, epoch, fileOf(g.name, epoch))
	}
	if len(sealed) < kek.NonceSize() {
		return nil, fmt.Errorf("ring %s: a wrapped key is too short", g.name)
	}
	plain, err := kek.Open(nil, sealed[:kek.NonceSize()], sealed[kek.NonceSize():], associated(g.name, key))
	if err != nil {
		return nil, fmt.Errorf("ring %s: a wrapped key does not open under the key-encryption key of epoch %d: it was changed, moved, or wrapped under another", g.name, epoch)
	}
	return plain, nil
}

// eachKey calls f for the records of a transaction whose keys have a prefix,
// in order. It passes over what settling keeps beside records.
func eachKey(txn *badger.Txn, prefix []byte, f func(item *badger.Item) error) error {
	o := badger.DefaultIteratorOptions
	o.PrefetchValues = false
	o.Prefix = prefix
	it := txn.NewIterator(o)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if isMark(it.Item().Key()) {
			continue
		}
		if err := f(it.Item()); err != nil {
			return err
		}
	}
	return nil
}
