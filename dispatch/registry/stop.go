package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// linkContent is what a link seals: its target, and whether its subject has
// objected to what is done with the ID.
type linkContent struct {
	LinkTarget
	Stopped bool `json:"stopped,omitempty"`
}

// linkStep is to what the length of a link's content is rounded up: whether it
// is stopped shall not show.
const linkStep = 128

func linkBytes(content linkContent) []byte {
	b, err := json.Marshal(content)
	if err != nil {
		panic("BUG: the content of a link is no JSON: " + err.Error())
	}
	return padded(b, linkStep)
}

// ErrStopped refuses what comes under a randomized ID whose subject has
// objected.
var ErrStopped = errors.New("the subject of this randomized ID has objected")

// Registered tells since which day an ID is registered, and nothing about whose it
// is. It is ErrNotFound for an ID that is not, and ErrStopped for one that
// Stop stopped.
func (r *Registry) Registered(pseudonym ID) (since time.Time, err error) {
	v, err := r.store(Vault, "")
	if err != nil {
		return time.Time{}, err
	}
	since, known, generation := r.remembered.recall(pseudonym)
	if known {
		return since, nil
	}
	err = r.ring.view(func(txn *badger.Txn) error {
		link, content, err := r.openContent(txn, v, pseudonym)
		if err == nil && content.Stopped {
			err = ErrStopped
		}
		since = link.At
		return err
	})
	if err == nil {
		r.remembered.remember(pseudonym, since, generation)
	}
	return since, err
}

// Stop marks all randomized IDs of a subject, so that nothing more is taken
// under them. What they lead to stays, so that an erasure still reaches what
// was logged under them.
func (r *Registry) Stop(subject ID) error {
	v, err := r.store(Vault, "")
	if err != nil {
		return err
	}
	// A rotation waits for links that are being sealed under the former
	// key-encryption key.
	r.ring.making.Lock()
	defer r.ring.making.Unlock()
	defer r.remembered.forget() // a commit that failed may yet have happened
	return v.update(func(txn *badger.Txn) error {
		ids, err := r.readPseudonyms(txn, v, subject)
		if errors.Is(err, ErrShredded) {
			return nil // of somebody without a key there are none
		}
		if err != nil {
			return err
		}
		for _, id := range ids {
			link, content, err := r.openContent(txn, v, id)
			if errors.Is(err, ErrNotFound) || err == nil && content.Stopped {
				continue
			}
			if err != nil {
				return err
			}
			content.Stopped = true
			ref := Ref{Kind: KindLink, Item: id}
			key, err := keyOf(ref)
			if err != nil {
				return err
			}
			if link.Epoch, link.Sealed, err = r.ring.wrap(linkBytes(content), key); err != nil {
				return err
			}
			value, err := v.encode(ref, key, &link, false)
			if err != nil {
				return err
			}
			if err := txn.Set(key, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// openContent reads and opens a link, or is ErrNotFound.
func (r *Registry) openContent(txn *badger.Txn, v *store, pseudonym ID) (link Link, content linkContent, err error) {
	key, err := keyOf(Ref{Kind: KindLink, Item: pseudonym})
	if err != nil {
		return link, content, err
	}
	item, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return link, content, ErrNotFound
	}
	if err != nil {
		return link, content, fmt.Errorf("store %s: %w", v.name, err)
	}
	if err := item.Value(func(b []byte) error { return v.decode(KindLink, key, b, &link) }); err != nil {
		return link, content, err
	}
	plain, err := r.ring.unwrap(link.Epoch, link.Sealed, key)
	if err != nil {
		return link, content, err
	}
	if json.Unmarshal(plain, &content) != nil {
		err = fmt.Errorf("store %s: a link does not hold a subject and a building", v.name)
	}
	return link, content, err
}
