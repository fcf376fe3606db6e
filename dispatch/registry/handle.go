package registry

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/dgraph-io/badger/v4"
)

// Handle is access to the stores for one role and purpose. The matrix of
// rules.go decides, and what it does not name is denied. A handle is a value:
// In, Of and On give a narrower one and leave the first as it was.
type Handle struct {
	r        *Registry
	role     Role
	purpose  Purpose
	building string
	subject  ID
	among    map[[16]byte]bool // randomized IDs, raw; nil = subject alone
	grounds  ID                // of an incident, case or instruction in the ledger
}

// As gives access for a role and a purpose.
func (r *Registry) As(role Role, purpose Purpose) Handle {
	return Handle{r: r, role: role, purpose: purpose}
}

// In limits a handle to a building: it is needed for the kinds of building
// servers, and becomes the building of records that are put and have none.
func (h Handle) In(building string) Handle { h.building = building; return h }

// Of limits a handle to the records of one subject. For the usage log that is
// a randomized ID.
func (h Handle) Of(subject ID) Handle { h.subject = subject; return h }

// OfAny limits a handle to what was logged under any of some randomized IDs.
func (h Handle) OfAny(pseudonyms ...ID) (Handle, error) {
	if len(pseudonyms) == 0 {
		return h, errors.New("no randomized ID is given")
	}
	h.subject, h.among = pseudonyms[0], make(map[[16]byte]bool, len(pseudonyms))
	for _, p := range pseudonyms {
		raw, err := p.raw()
		if err != nil {
			return h, err
		}
		h.among[raw] = true
	}
	return h, nil
}

// On states the grounds in the ledger: the incident, case or instruction
// without which some accesses are denied.
func (h Handle) On(grounds ID) Handle { h.grounds = grounds; return h }

// Denied is an access that the matrix does not allow.
type Denied struct {
	Role    Role
	Purpose Purpose
	Kind    string
	Act     string // "read", "write" or "delete"
	Why     string
}

func (d *Denied) Error() string {
	return fmt.Sprintf("%s may not %s %s to %s: %s", d.Role, d.Act, d.Kind, d.Purpose, d.Why)
}

// Get reads a record. Fields that the role may not see are left empty. It is
// ErrNotFound when there is none, and ErrShredded when its key was destroyed.
func (h Handle) Get(ref Ref, into Record) error {
	s, rule, err := h.admit(ref, actRead)
	if err != nil {
		return err
	}
	return s.view(func(txn *badger.Txn) error { return h.get(s, txn, rule, ref, into) })
}

// Put writes a record. It sets controller and processor, the building where
// the record has none, and At when it is zero. Fields that the role may not
// see keep the values that they have.
func (h Handle) Put(ref Ref, rec Record) error {
	return h.one(ref, actWrite, func(s *store, txn *badger.Txn, rule *rule) error { return h.put(s, txn, rule, ref, rec) })
}

// Delete removes a record logically. Erase, Sweep and Remove make it physical.
// It is ErrNotFound when there is none.
func (h Handle) Delete(ref Ref) error {
	return h.one(ref, actDelete, func(s *store, txn *badger.Txn, rule *rule) error { return h.delete(s, txn, rule, ref) })
}

func (h Handle) one(ref Ref, a act, f func(s *store, txn *badger.Txn, rule *rule) error) error {
	s, rule, err := h.admit(ref, a)
	if err != nil {
		return err
	}
	return s.updateServed(func(txn *badger.Txn) error { return f(s, txn, rule) })
}

// Each calls f for every record of a kind that ref's filled components select,
// in order of the keys. load decodes the record; a key alone costs less. It is
// one access, whatever it finds. Of the usage log a handle of a randomized ID
// passes only what was logged under it, and of the key audit a handle in a
// building passes only that building's; so it is with what a Manager may see of
// visitor keys and sub-users.
func (h Handle) Each(ref Ref, f func(ref Ref, load func(into Record) error) error) error {
	if ref.Kind != nil && ref.Subject == "" && ref.Kind.bySubject() {
		ref.Subject = h.subject
	}
	s, rule, err := h.admit(ref, actRead)
	if err != nil {
		return err
	}
	prefix, _, err := keyPrefix(ref)
	if err != nil {
		return err
	}
	return s.view(func(txn *badger.Txn) error {
		return eachKey(txn, prefix, func(item *badger.Item) error {
			if passes, err := h.passes(s, rule, ref.Kind, item); err != nil || !passes {
				return err
			}
			found, err := parseKey(item.Key())
			if err != nil {
				return fmt.Errorf("store %s: %w", s.name, err)
			}
			return f(found, func(into Record) error { return h.load(s, rule, found, item, into) })
		})
	})
}

// Tx is a transaction within one store.
type Tx struct {
	h   Handle
	s   *store
	txn *badger.Txn
}

// Do runs f in one read-write transaction of the store of kind's (in the
// handle's building). Nothing is written when f fails. It is run again when it
// conflicts with another, so f has no effects but those of the transaction.
// The keys of founding records outlive a transaction that fails; they seal
// nothing then.
func (h Handle) Do(kind *Kind, f func(tx *Tx) error) error {
	s, err := h.r.store(kind.Store, h.buildingOf(kind))
	if err != nil {
		return err
	}
	return s.updateServed(func(txn *badger.Txn) error { return f(&Tx{h, s, txn}) })
}

// In and Of narrow a transaction as they narrow a handle: the result is another
// view of the same transaction, and the first stays as it was.
func (tx *Tx) In(building string) *Tx { return &Tx{tx.h.In(building), tx.s, tx.txn} }

func (tx *Tx) Of(subject ID) *Tx { return &Tx{tx.h.Of(subject), tx.s, tx.txn} }

// Get, Put and Delete are those of Handle, within the transaction. A Put that
// fails has written nothing, so that f may go on without it.
func (tx *Tx) Get(ref Ref, into Record) error {
	rule, err := tx.admit(ref, actRead)
	if err != nil {
		return err
	}
	return tx.h.get(tx.s, tx.txn, rule, ref, into)
}

func (tx *Tx) Put(ref Ref, rec Record) error {
	rule, err := tx.admit(ref, actWrite)
	if err != nil {
		return err
	}
	return tx.h.put(tx.s, tx.txn, rule, ref, rec)
}

func (tx *Tx) Delete(ref Ref) error {
	rule, err := tx.admit(ref, actDelete)
	if err != nil {
		return err
	}
	return tx.h.delete(tx.s, tx.txn, rule, ref)
}

func (tx *Tx) admit(ref Ref, a act) (*rule, error) {
	s, rule, err := tx.h.admit(ref, a)
	if err != nil {
		return nil, err
	}
	if s != tx.s {
		return nil, fmt.Errorf("transaction of store %s cannot reach a %s in store %s; use another transaction", tx.s.name, ref.Kind.Name, s.name)
	}
	return rule, nil
}

// get, put, delete, load and passes do what admit allowed.

func (h Handle) get(s *store, txn *badger.Txn, rule *rule, ref Ref, into Record) error {
	item, err := h.find(s, txn, rule, ref)
	if err != nil {
		return err
	}
	return h.load(s, rule, ref, item, into)
}

// find gives a record that the handle passes, or is ErrNotFound.
func (h Handle) find(s *store, txn *badger.Txn, rule *rule, ref Ref) (*badger.Item, error) {
	key, err := keyOf(ref)
	if err != nil {
		return nil, err
	}
	item, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", s.name, err)
	}
	if passes, err := h.passes(s, rule, ref.Kind, item); err != nil {
		return nil, err
	} else if !passes {
		return nil, ErrNotFound
	}
	return item, nil
}

// load decodes a record without the fields that are hidden.
func (h Handle) load(s *store, rule *rule, ref Ref, item *badger.Item, into Record) error {
	err := item.Value(func(v []byte) error { return s.decode(ref.Kind, item.Key(), v, into) })
	if err != nil {
		return err
	}
	for _, name := range rule.hidden {
		ref.Kind.field(into, name).SetZero()
	}
	return nil
}

// passes tells whether a record is one of those to which Of, In and the rule
// limit the handle where the key does not say so.
func (h Handle) passes(s *store, rule *rule, kind *Kind, item *badger.Item) (passes bool, err error) {
	switch {
	case rule.here:
		rec := kind.New()
		err = item.Value(func(v []byte) error { return s.decode(kind, item.Key(), v, rec) })
		passes = rec.Head().Building == h.building
	case kind.Sealed == UnderPseudonym && h.among != nil:
		err = item.Value(func(v []byte) error {
			if len(v) < sealedHead {
				return io.ErrUnexpectedEOF
			}
			passes = h.among[[16]byte(v[2:sealedHead])]
			return nil
		})
	case kind.Sealed == UnderPseudonym && h.subject != "":
		err = item.Value(func(v []byte) error {
			id, err := keyID(v)
			passes = id == h.subject
			return err
		})
	case kind == KindKeyAudit && h.building != "":
		var e KeyAudit
		err = item.Value(func(v []byte) error { return s.decode(kind, item.Key(), v, &e) })
		passes = e.Building == h.building
	default:
		passes = true
	}
	return passes, err
}

func (h Handle) put(s *store, txn *badger.Txn, rule *rule, ref Ref, rec Record) error {
	if err := fits(ref.Kind, rec); err != nil {
		return err
	}
	m := rec.Head()
	m.Controller, m.Processor = s.parties(ref.Kind)
	if s.building != "" {
		m.Building = s.building
	} else if m.Building == "" {
		m.Building = h.building
	}
	if m.At.IsZero() && ref.Kind != KindUsageLog {
		m.At = h.r.o.Now()
	}
	m.At = m.At.UTC().Round(0)
	ref, err := h.r.complete(s, txn, ref, rec)
	if err != nil {
		return err
	}
	key, err := keyOf(ref)
	if err != nil {
		return err
	}
	if len(rule.hidden) > 0 {
		if err := h.keepHidden(s, txn, rule, ref, key, rec); err != nil {
			return err
		}
	}
	value, err := s.encode(ref, key, rec, ref.Kind.Founds)
	if err != nil {
		return err
	}
	return txn.Set(key, value)
}

// keepHidden fills the fields that the role cannot see from the record that
// stands there.
func (h Handle) keepHidden(s *store, txn *badger.Txn, rule *rule, ref Ref, key []byte, rec Record) error {
	stands := ref.Kind.New()
	item, err := txn.Get(key)
	switch {
	case err == nil:
		if err := item.Value(func(v []byte) error { return s.decode(ref.Kind, key, v, stands) }); err != nil {
			return err
		}
	case !errors.Is(err, badger.ErrKeyNotFound):
		return fmt.Errorf("store %s: %w", s.name, err)
	}
	for _, name := range rule.hidden {
		is, was := ref.Kind.field(rec, name), ref.Kind.field(stands, name)
		if is.IsZero() {
			is.Set(was)
		} else if !slices.Contains(rule.mayset, name) {
			return h.denied(ref.Kind, actWrite, "field "+name+" is not theirs to set")
		}
	}
	return nil
}

func (h Handle) delete(s *store, txn *badger.Txn, rule *rule, ref Ref) error {
	item, err := h.find(s, txn, rule, ref)
	if err != nil {
		return err
	}
	return txn.Delete(item.KeyCopy(nil))
}
