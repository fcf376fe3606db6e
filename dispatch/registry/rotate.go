package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/dgraph-io/badger/v4"
)

// rotateBatch is how many keys one transaction of a rotation wraps anew.
const rotateBatch = 500

// Rotate makes a new key-encryption key for each ring of keys that is ours,
// wraps all its data keys and links under it, and destroys the old one. Copies
// of data keys that were destroyed before, in a copy of the vault or in freed
// blocks of the disk, become noise with it. What a crash cuts short, the next
// Open completes.
func (r *Registry) Rotate() error {
	for _, g := range r.rings() {
		_, present := g.epochs()
		if _, err := g.addEpoch(present + 1); err != nil {
			return fmt.Errorf("rotation of %s: %w", g.name, err)
		}
		r.step("rotate:created-" + g.name)
		if err := r.completeRotation(g); err != nil {
			return err
		}
	}
	return nil
}

// rings lists the rings of keys that the provider holds.
func (r *Registry) rings() (rings []*ring) {
	rings = append(rings, r.ring)
	for _, s := range r.allStores() {
		if s.kind == Building && s.ring != nil && !s.handedOver.Load() {
			rings = append(rings, s.ring)
		}
	}
	return rings
}

// completeRotation wraps everything of a ring under its latest key-encryption
// key and destroys the others.
func (r *Registry) completeRotation(g *ring) error {
	fail := func(err error) error { return fmt.Errorf("rotation of %s: %w", g.name, err) }
	if err := r.recordEpochs(g); err != nil {
		return fail(err)
	}
	epochs, present := g.epochs()
	if len(epochs) < 2 {
		return nil
	}
	// Whoever was wrapping a key under a former epoch, within a transaction,
	// has written it once we are alone.
	if err := g.store.alone(func() error { return nil }); err != nil {
		return fail(err)
	}
	n, err := g.rewrapAll()
	if err != nil {
		return fail(err)
	}
	if err := g.store.sync(); err != nil {
		return fail(err)
	}
	r.step("rotate:wrapped-" + g.name)
	for _, epoch := range epochs {
		if epoch == present {
			continue
		}
		facts := map[string]string{"ring": g.name, "from": strconv.Itoa(epoch), "to": strconv.Itoa(present), "keys": strconv.Itoa(n)}
		if _, err := r.Append(Entry{Act: ActKeyRotation, Facts: facts}, true); err != nil {
			return fail(err)
		}
		r.step("rotate:recorded-" + g.name)
		if err := g.dropEpoch(epoch); err != nil {
			return fail(err)
		}
		r.step("rotate:destroyed-" + g.name)
	}
	return r.recordEpochs(g)
}

// rewrapAll wraps what is under other epochs, and counts it.
func (g *ring) rewrapAll() (n int, err error) {
	type sealed struct {
		kind *Kind
		key  []byte
	}
	var all []sealed
	if err := g.wrapped(func(kind *Kind, key []byte) error { all = append(all, sealed{kind, key}); return nil }); err != nil {
		return 0, err
	}
	for batch := range slices.Chunk(all, rotateBatch) {
		changed := 0
		err := g.store.update(func(txn *badger.Txn) error {
			changed = 0
			for _, s := range batch {
				done, err := g.rewrap(txn, s.kind, s.key)
				if err != nil {
					return err
				}
				if done {
					changed++
				}
			}
			return nil
		})
		if err != nil {
			return n, err
		}
		n += changed
	}
	return n, nil
}

// rewrap wraps what stands under a key of the ring's store, a wrapped key or a
// link, under the present key-encryption key. It reports false when it was.
func (g *ring) rewrap(txn *badger.Txn, kind *Kind, key []byte) (changed bool, err error) {
	item, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return false, nil // shredded meanwhile
	}
	if err != nil {
		return false, fmt.Errorf("ring %s: %w", g.name, err)
	}
	rec := kind.New()
	if err := item.Value(func(v []byte) error { return g.store.decode(kind, key, v, rec) }); err != nil {
		return false, fmt.Errorf("ring %s: %w", g.name, err)
	}
	epoch, sealed := wrapping(rec)
	_, present := g.epochs()
	if *epoch == present {
		return false, nil
	}
	plain, err := g.unwrap(*epoch, *sealed, key)
	if err != nil {
		return false, err
	}
	if *epoch, *sealed, err = g.wrap(plain, key); err != nil {
		return false, err
	}
	b, err := json.Marshal(rec)
	if err != nil {
		return false, fmt.Errorf("ring %s: %w", g.name, err)
	}
	return true, txn.Set(key, append([]byte{valueVersion, formPlain}, b...))
}

// wrapping gives the fields of a record that a key-encryption key seals.
func wrapping(rec Record) (epoch *int, sealed *[]byte) {
	switch rec := rec.(type) {
	case *WrappedKey:
		return &rec.Epoch, &rec.Wrapped
	case *Link:
		return &rec.Epoch, &rec.Sealed
	}
	panic(fmt.Sprintf("BUG: %T has nothing wrapped", rec))
}

// wrapped calls f for the key of everything in the ring's store that a
// key-encryption key seals.
func (g *ring) wrapped(f func(kind *Kind, key []byte) error) error {
	return g.store.view(func(txn *badger.Txn) error {
		for _, kind := range []*Kind{KindLink, KindWrappedKey} {
			if !kind.in(g.store.kind) {
				continue
			}
			if err := eachKey(txn, []byte(kind.Prefix+"/"), func(item *badger.Item) error { return f(kind, item.KeyCopy(nil)) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// recordEpochs brings the ledger's record of a ring's key-encryption keys up
// to what there is: the file comes first when one is made, and goes first when
// one is destroyed, and a crash may lie between it and the entry. The keys of a
// building that we left without keeping any were handed over.
func (r *Registry) recordEpochs(g *ring) error {
	recorded := map[int]bool{} // epochs that exist by the ledger
	err := r.Entries(func(_ uint64, e *Entry) error {
		if (e.Act == ActKeyCreated || e.Act == ActKeyDestroyed || e.Act == ActKeyHandedOver) && e.Facts["ring"] == g.name {
			epoch, err := strconv.Atoi(e.Facts["epoch"])
			if err != nil {
				return err
			}
			if recorded[epoch] = e.Act == ActKeyCreated; !recorded[epoch] {
				delete(recorded, epoch)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	epochs, _ := g.epochs()
	record := func(act string, epoch int) error {
		_, err := r.Append(Entry{Act: act, Facts: map[string]string{"ring": g.name, "epoch": strconv.Itoa(epoch)}}, true)
		return err
	}
	for _, epoch := range epochs {
		if !recorded[epoch] {
			if err := record(ActKeyCreated, epoch); err != nil {
				return err
			}
		}
	}
	gone := ActKeyDestroyed
	if len(epochs) == 0 && g.store.handedOver.Load() {
		gone = ActKeyHandedOver
	}
	for _, epoch := range sortedKeys(recorded) {
		if !slices.Contains(epochs, epoch) {
			if err := record(gone, epoch); err != nil {
				return err
			}
		}
	}
	return nil
}
