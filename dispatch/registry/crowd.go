package registry

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/dgraph-io/badger/v4"
)

// leastCrowd is with how many others at least a randomized ID stands in one
// commit, once there are so many.
const leastCrowd = 16

// crowd hides in which order randomized IDs were registered.
//
// Badger numbers its commits, and the number stays with each record. Somebody
// signs up, which writes their key, and a while later their phone registers an
// ID: were the two left as they were written, the numbers side by side would
// tell whose the ID is. So each registration also writes the links and keys of
// the IDs that were registered last once more, and all of them carry the number
// of one commit. When twice leastCrowd are together, the older half leaves the
// crowd and keeps the last number that it had in common.
//
// What the files still hold of former versions goes when the store is settled.
type crowd struct {
	sync.Mutex      // held by one registration at a time: their records overlap
	known      bool // it has been looked up in the vault
	ids        []ID // that were registered last, newest last
}

// join adds an ID that was registered, and removes those that are gone.
func (c *crowd) join(id ID, gone []ID) {
	c.ids = append(slices.DeleteFunc(c.ids, func(id ID) bool { return slices.Contains(gone, id) }), id)
	if n := len(c.ids); n >= 2*leastCrowd {
		c.ids = slices.Clone(c.ids[n-leastCrowd:])
	}
}

// writeAgain writes the links and keys of the crowd once more, and gives their
// keys in the vault, and which of its IDs are gone.
func (c *crowd) writeAgain(txn *badger.Txn) (written [][]byte, gone []ID, err error) {
	for _, id := range c.ids {
		for _, ref := range []Ref{{Kind: KindLink, Item: id}, {Kind: KindWrappedKey, Subject: id}} {
			key, err := keyOf(ref)
			if err != nil {
				return nil, nil, err
			}
			item, err := txn.Get(key) // read here, it conflicts with an erasure and a rotation
			if errors.Is(err, badger.ErrKeyNotFound) {
				gone = append(gone, id)
				break
			}
			if err != nil {
				return nil, nil, err
			}
			value, err := item.ValueCopy(nil)
			if err != nil {
				return nil, nil, err
			}
			if err := txn.Set(key, value); err != nil {
				return nil, nil, err
			}
			written = append(written, key)
		}
	}
	return written, gone, nil
}

// find looks in the vault for the IDs that were registered last, unless they
// are known: leastCrowd of them, and those that were written with the earliest
// of these in one commit, as far as there is room.
func (c *crowd) find(v *store) error {
	if c.known {
		return nil
	}
	type link struct {
		id     ID
		commit uint64
	}
	var all []link
	err := v.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte(KindLink.Prefix+"/"), func(item *badger.Item) error {
			ref, err := parseKey(item.Key())
			all = append(all, link{ref.Item, item.Version()})
			return err
		})
	})
	if err != nil {
		return err
	}
	// A rotation writes hundreds together; any of them will do.
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	slices.SortStableFunc(all, func(a, b link) int { return cmp.Compare(b.commit, a.commit) })
	n := min(leastCrowd, len(all))
	for n < min(2*leastCrowd, len(all)) && all[n].commit == all[n-1].commit {
		n++
	}
	c.ids = nil
	for _, l := range slices.Backward(all[:n]) {
		c.ids = append(c.ids, l.id)
	}
	c.known = true
	return nil
}
