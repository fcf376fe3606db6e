package registry

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dgraph-io/badger/v4"
)

// The field Done of a PendingErasure: that it is planned; or that all is
// settled but the record of the plan, with the item of that record.
const (
	stepPlanned = "planned"
	stepSettled = "settled "
)

// writePending writes an erasure's plan into the vault, on the disk.
func (r *Registry) writePending(e *erasure) error {
	v, err := r.store(Vault, "")
	if err != nil {
		return err
	}
	e.item = r.o.IDs.New()
	if err := v.update(func(txn *badger.Txn) error { return r.putPending(txn, v, e) }); err != nil {
		return err
	}
	return v.sync()
}

// The field Scope of a PendingErasure: the subject's hash, then each line of
// the certificate as STORE=OUTCOME COUNT, each randomized ID, and "list " and
// the item of the list of these, with semicolons between.
const scopeList = "list "

func (e *erasure) scope() string {
	parts := []string{e.ref}
	for _, id := range e.pseudonyms {
		parts = append(parts, string(id))
	}
	if e.list != "" {
		parts = append(parts, scopeList+string(e.list))
	}
	for _, d := range e.lines {
		parts = append(parts, fmt.Sprintf("%s=%s %d", d.Store, d.Outcome, d.Records))
	}
	return strings.Join(parts, ";")
}

func (e *erasure) readScope(scope string) error {
	parts := strings.Split(scope, ";")
	e.ref = parts[0]
	for _, part := range parts[1:] {
		if id := ID(part); id.Valid() {
			e.pseudonyms = append(e.pseudonyms, id)
			continue
		}
		if item, is := strings.CutPrefix(part, scopeList); is {
			if e.list = ID(item); !e.list.Valid() {
				return errors.New("the plan of an erasure under way names a malformed list")
			}
			continue
		}
		store, rest, ok := strings.Cut(part, "=")
		outcome, count, ok2 := strings.Cut(rest, " ")
		n, err := strconv.Atoi(count)
		if !ok || !ok2 || err != nil {
			return errors.New("the plan of an erasure under way is malformed")
		}
		e.lines = append(e.lines, Destroyed{store, outcome, n})
	}
	return nil
}

func (r *Registry) putPending(txn *badger.Txn, v *store, e *erasure) error {
	ref := Ref{Kind: KindPendingErasure, Item: e.item}
	key, err := keyOf(ref)
	if err != nil {
		return err
	}
	p := &PendingErasure{Meta: Meta{Controller: KindPendingErasure.Controller, At: e.at}, Erasure: e.id, Of: e.subject, Cause: string(e.cause), Scope: e.scope(), Done: stepPlanned}
	if e.subject == "" {
		p.Done = stepSettled + string(e.named)
	}
	value, err := v.encode(ref, key, p, false)
	if err != nil {
		return err
	}
	return txn.Set(key, value)
}

// pendingErasures reads the erasures under way.
func (r *Registry) pendingErasures() (all []*erasure, err error) {
	v, err := r.store(Vault, "")
	if err != nil {
		return nil, err
	}
	err = v.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte(KindPendingErasure.Prefix+"/"), func(item *badger.Item) error {
			ref, err := parseKey(item.Key())
			if err != nil {
				return err
			}
			var p PendingErasure
			if err := item.Value(func(b []byte) error { return v.decode(KindPendingErasure, item.Key(), b, &p) }); err != nil {
				return err
			}
			e := &erasure{resumed: true, id: p.Erasure, item: ref.Item, subject: p.Of, cause: Cause(p.Cause), at: p.At}
			if err := e.readScope(p.Scope); err != nil {
				return err
			}
			if named, settled := strings.CutPrefix(p.Done, stepSettled); settled {
				e.named = ID(named)
			}
			all = append(all, e)
			return nil
		})
	})
	return all, err
}

// pendingErasure finds the erasure under way of a subject, nil when there is
// none.
func (r *Registry) pendingErasure(ref string) (*erasure, error) {
	all, err := r.pendingErasures()
	for _, e := range all {
		if e.ref == ref {
			return e, err
		}
	}
	return nil, err
}

// removePending deletes the record of an erasure that is complete. It names
// nobody.
func (r *Registry) removePending(e *erasure) error {
	v, err := r.store(Vault, "")
	if err != nil {
		return err
	}
	key, err := keyOf(Ref{Kind: KindPendingErasure, Item: e.item})
	if err != nil {
		return err
	}
	return v.update(func(txn *badger.Txn) error { return txn.Delete(key) })
}
