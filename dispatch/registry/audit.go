package registry

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/dgraph-io/badger/v4"
)

// Anchor is where a building's key audit begins, once older entries are gone:
// the last entry that went. It stands in the ledger, written before the
// entries go.
type Anchor struct {
	Building string `json:"building"`
	Sequence uint64 `json:"sequence"`
	Hash     string `json:"hash"` // of that entry
}

// ActKeyAuditAnchor is the act of an Anchor in the ledger.
const ActKeyAuditAnchor = "key-audit-anchor"

// Audit notes in the handle's building that a visitor key or sub-user was
// created or deleted: act is "created" or "deleted", what is "visitor-key" or
// "sub-user", of is its ID. The time is the server's. Use Tx.Audit where the
// record itself is written, so that there is neither one without the other.
func (h Handle) Audit(act, what string, of ID) error {
	return h.Do(KindKeyAudit, func(tx *Tx) error { return tx.Audit(act, what, of) })
}

// Audit is that of Handle, within the transaction.
func (tx *Tx) Audit(act, what string, of ID) error {
	switch {
	case act != "created" && act != "deleted":
		return fmt.Errorf("key audit: act %q; there are created and deleted", act)
	case what != KindVisitorKey.Name && what != KindSubUser.Name:
		return fmt.Errorf("key audit: of a %q; there are %s and %s", what, KindVisitorKey.Name, KindSubUser.Name)
	case !of.Valid():
		return errors.New("key audit: malformed ID of what was created or deleted")
	}
	return tx.Put(Ref{Kind: KindKeyAudit}, &KeyAudit{Act: act, What: what, Of: of})
}

// CheckKeyAudit verifies the chain of a building's key audit, from what was
// swept last to its end: no entry is missing between, changed or added. What
// is missing at the end it cannot tell.
func (r *Registry) CheckKeyAudit(building string) error {
	s, err := r.store(Cloud, "")
	if err != nil {
		return err
	}
	anchors, err := r.anchors()
	if err != nil {
		return err
	}
	anchor := anchors[building]
	previous, older := anchor.Hash, ""
	var problems []error
	err = s.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte(KindKeyAudit.Prefix+"/"), func(item *badger.Item) error {
			ref, err := parseKey(item.Key())
			if err != nil {
				return err
			}
			var e KeyAudit
			if err := item.Value(func(v []byte) error { return s.decode(KindKeyAudit, item.Key(), v, &e) }); err != nil {
				return err
			}
			if e.Building != building {
				return nil
			}
			wrong := func(what string) {
				problems = append(problems, fmt.Errorf("entry %d %s", ref.Sequence, what))
			}
			if e.Sequence != ref.Sequence {
				wrong("stands in another entry's place")
			}
			hash, err := chainHash(e.Previous, &e)
			if err != nil {
				return err
			}
			if hash != e.Hash {
				wrong("was changed: its hash is another")
			}
			// A sweep that was cut short leaves entries from before the anchor.
			if ref.Sequence <= anchor.Sequence {
				if older != "" && e.Previous != older {
					wrong("is not chained to the one before")
				}
				if older = e.Hash; ref.Sequence == anchor.Sequence && e.Hash != anchor.Hash {
					wrong("is not the one that the ledger's anchor names")
				}
				return nil
			}
			if e.Previous != previous {
				wrong("is not chained to the one before")
			}
			previous = e.Hash
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("key audit of %s: %w", building, err)
	}
	if len(problems) > 0 {
		return fmt.Errorf("key audit of %s is damaged, so it is no evidence: %w", building, errors.Join(problems...))
	}
	return nil
}

// anchors reads the last anchor of each building from the ledger.
func (r *Registry) anchors() (map[string]Anchor, error) {
	all := map[string]Anchor{}
	err := r.Entries(func(sequence uint64, e *Entry) error {
		if e.Act != ActKeyAuditAnchor {
			return nil
		}
		n, err := strconv.ParseUint(e.Facts["sequence"], 10, 64)
		if err != nil {
			return fmt.Errorf("ledger: entry %d: %w", sequence, err)
		}
		all[e.Facts["building"]] = Anchor{e.Facts["building"], n, e.Facts["hash"]}
		return nil
	})
	return all, err
}

// anchor writes anchors into the ledger, on disk when it returns.
func (r *Registry) anchor(anchors map[string]Anchor) error {
	for i, building := range sortedKeys(anchors) {
		a := anchors[building]
		facts := map[string]string{"building": building, "sequence": strconv.FormatUint(a.Sequence, 10), "hash": a.Hash}
		if _, err := r.Append(Entry{Act: ActKeyAuditAnchor, Facts: facts}, i == len(anchors)-1); err != nil {
			return err
		}
	}
	return nil
}
