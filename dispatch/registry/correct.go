package registry

import (
	"strings"

	"github.com/dgraph-io/badger/v4"
)

// Correct writes a record in place of one that was incorrect, and notes in the
// ledger, before anything is written, which fields of it were. The former
// value is physically gone after the next Settle or erasure, and a restore,
// which replays the ledger, does not bring it back: it empties the fields, or
// drops the record when none are named.
func (h Handle) Correct(ref Ref, rec Record, fields ...string) error {
	s, _, err := h.admit(ref, actWrite)
	if err != nil {
		return err
	}
	key, err := keyOf(ref)
	if err != nil {
		return err
	}
	facts := map[string]string{"ref": recordRef(s.name, key), "kind": ref.Kind.Name, "store": s.name}
	if len(fields) > 0 {
		// The names of fields have underscores, the ledger's words hyphens.
		facts["fields"] = strings.ReplaceAll(strings.Join(fields, ","), "_", "-")
	}
	if _, err := h.r.Append(Entry{Act: ActCorrected, Facts: facts}, false); err != nil {
		return err
	}
	return h.one(ref, actWrite, func(s *store, txn *badger.Txn, rule *rule) error {
		if err := h.put(s, txn, rule, ref, rec); err != nil {
			return err
		}
		return s.noteChange(txn, key)
	})
}
