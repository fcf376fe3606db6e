package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/dgraph-io/badger/v4"
)

// Verify decodes a copy of the stores and looks for what an erasure should
// have destroyed. It costs time in proportion to the stores, and adds a
// ledger entry that the certificate was verified, or gives an error that says
// in which file of which store something was left.
//
// The subject's ID is nowhere known any more; it is recognised by its hash in
// the ledger. Randomized IDs are looked for as long as the process lives that
// erased them, in the vault: usage logs under them are ciphertext without a
// key until the next Sweep. What a Manager or a legal case keeps is not looked
// for.
func (r *Registry) Verify(c *Certificate) error {
	var entry *Entry
	err := r.Entries(func(_ uint64, e *Entry) error {
		if e.Act == ActErasureSettled && e.ID == c.Erasure {
			entry = e
		}
		return nil
	})
	if err != nil {
		return err
	}
	if entry == nil {
		return fmt.Errorf("verify: the ledger has no certificate of erasure %s: it is not settled", c.Erasure)
	}
	if c, err = fillCertificate(c, entry); err != nil {
		return err
	}
	l := &lookout{r: r, ref: entry.Facts["ref"], ids: map[ID]bool{}}
	l.pseudonyms = r.ledger.pseudonymsOf(c.Erasure)
	stores := 0
	for _, s := range r.allStores() {
		if c.kept(s) {
			continue
		}
		if err := l.search(s); err != nil {
			return fmt.Errorf("verify erasure %s: %w", c.Erasure, err)
		}
		stores++
	}
	facts := map[string]string{"ref": l.ref, "stores": strconv.Itoa(stores), "versions": strconv.Itoa(l.versions)}
	if _, err := r.Append(Entry{Act: ActErasureVerified, ID: c.Erasure, Facts: facts}, true); err != nil {
		return err
	}
	c.Verified = true
	r.ledger.forgetPseudonyms(c.Erasure)
	return nil
}

// fillCertificate takes what a certificate says from the ledger, whoever made
// the copy at hand.
func fillCertificate(c *Certificate, entry *Entry) (*Certificate, error) {
	written, err := certificateOf(entry)
	if err != nil {
		return nil, err
	}
	*c = *written
	return c, nil
}

// kept tells whether a store lawfully holds something of the subject still, or
// is not ours to look into.
func (c *Certificate) kept(s *store) bool {
	return s.handedOver.Load() || slices.ContainsFunc(c.Stores, func(d Destroyed) bool {
		return d.Store == s.name && (d.Outcome == Referred || d.Outcome == HeldBack)
	})
}

// lookout looks for one subject in what is decoded.
type lookout struct {
	r          *Registry
	ref        string
	pseudonyms []ID
	ids        map[ID]bool // that were seen, and whether they are the subject's
	versions   int
}

// search looks through a copy of a store's files; of a store in memory through
// all versions that it holds.
func (l *lookout) search(s *store) error {
	if s.dir() == "" {
		return s.view(func(txn *badger.Txn) error {
			o := badger.DefaultIteratorOptions
			o.AllVersions = true
			it := txn.NewIterator(o)
			defer it.Close()
			for it.Rewind(); it.Valid(); it.Next() {
				value, err := it.Item().ValueCopy(nil)
				if err != nil {
					return err
				}
				if err := l.look(s, version{File: "memory", Key: it.Item().Key(), Value: value, Deleted: it.Item().IsDeletedOrExpired()}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return l.searchCopy(s)
}

func (l *lookout) searchCopy(s *store) error {
	dir, err := os.MkdirTemp(l.r.o.Dir, copyPrefix)
	if err != nil {
		return fmt.Errorf("store %s: %w", s.name, err)
	}
	defer os.RemoveAll(dir)
	if err := s.copyTo(dir); err != nil {
		return err
	}
	n := 0
	damaged, err := decodeFolder(dir, func(v version) error { n++; return l.look(s, v) })
	switch {
	case errors.As(err, new(*remains)):
		return err
	case err != nil:
		return fmt.Errorf("store %s: %w", s.name, err)
	case len(damaged) > 0:
		return fmt.Errorf("store %s: %d files cannot be read in full, so nobody can say what is in them: %w", s.name, len(damaged), damaged[0])
	}
	l.versions += n
	return nil
}

// remains is something of an erased subject that was found.
type remains struct{ store, file, what string }

func (r *remains) Error() string {
	return fmt.Sprintf("store %s: file %s still has %s of the erased subject; settle and verify again", r.store, r.file, r.what)
}

// look looks at one physical version.
func (l *lookout) look(s *store, v version) error {
	found := func(what string) error { return &remains{s.name, v.File, what} }
	if l.anyOf(s, v.Key) {
		return found("a key")
	}
	if len(v.Value) == 0 {
		return nil
	}
	id, err := keyID(v.Value)
	switch {
	case err != nil:
		return fmt.Errorf("store %s: file %s: %w", s.name, v.File, err)
	case id != "" && l.isSubject(s, id):
		return found("a sealed record")
	case id == "" && l.anyOf(s, v.Value[2:]):
		return found("a record")
	}
	if bytes.HasPrefix(v.Key, []byte(KindLink.Prefix+"/")) {
		var link Link
		if err := s.decode(KindLink, v.Key, v.Value, &link); err != nil {
			return err
		}
		// A former version under a key that was destroyed cannot be opened by
		// anybody.
		if plain, err := l.r.ring.unwrap(link.Epoch, link.Sealed, v.Key); err == nil {
			var target LinkTarget
			if err := json.Unmarshal(plain, &target); err != nil {
				return fmt.Errorf("store %s: a link does not hold a subject and a building", s.name)
			}
			if l.isSubject(s, target.Subject) {
				return found("a link")
			}
		}
	}
	return nil
}

// anyOf looks at every ID that occurs in a text.
func (l *lookout) anyOf(s *store, text []byte) bool {
	const length = 26
	run := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && ('a' <= text[i] && text[i] <= 'z' || '2' <= text[i] && text[i] <= '7') {
			run++
			continue
		}
		if run == length && l.isSubject(s, ID(text[i-length:i])) {
			return true
		}
		run = 0
	}
	return false
}

// isSubject remembers what it has hashed: a store names the same IDs over and
// over.
func (l *lookout) isSubject(s *store, id ID) bool {
	is, seen := l.ids[id]
	if !seen {
		is = SubjectRef(id) == l.ref
		l.ids[id] = is
	}
	return is || s.kind == Vault && slices.Contains(l.pseudonyms, id)
}

// Of erasures that may yet be verified, the ledger remembers the randomized
// IDs, in memory only.
const mostRemembered = 1000

func (l *ledger) remember(erasure ID, pseudonyms []ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pseudonyms == nil {
		l.pseudonyms = map[ID][]ID{}
	}
	if len(l.pseudonyms) < mostRemembered {
		l.pseudonyms[erasure] = pseudonyms
	}
}

func (l *ledger) pseudonymsOf(erasure ID) []ID {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pseudonyms[erasure]
}

func (l *ledger) forgetPseudonyms(erasure ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pseudonyms, erasure)
}
