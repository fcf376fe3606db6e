package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// A legal hold keeps evidence without keeping the subject's data in use.
//
// Hold copies each named record into the archive at once, as it stood when the
// case was opened but for passwords and codes, sealed under a key of the case.
// From then on the live record has no special standing: Erase, Remove and Sweep
// delete it from its store as if there were no hold, and copy nothing
// themselves. What an erasure defers is therefore the archive's copy alone, and
// nothing outside the hold's scope survives it. A hold and an erasure wait for
// each other, so that the certificate counts every copy that the archive has.
//
// Release gives the copies the archive's deadline (FL:L62) and runs the
// erasures of their subjects again, which certifies them with CauseRelease. At
// the deadline Sweep deletes the copies, the case and its key.

// Hold puts records under a legal case: all of them or, when one is not there,
// none. A record of a building server is looked for on every server that we
// serve. The reason is one of HoldReasons; number is that of the case in whoever's
// register it is, or empty.
func (r *Registry) Hold(reason, number string, refs []Ref) (ID, error) {
	if len(refs) == 0 {
		return "", errors.New("hold: a case names the records that it holds, and this one names none")
	}
	archive, err := r.store(Archive, "")
	if err != nil {
		return "", err
	}
	r.ledger.erasing.Lock()
	defer r.ledger.erasing.Unlock()
	id, now := r.o.IDs.New(), r.o.Now().UTC()
	var copies []*HeldRecord
	for i, ref := range refs {
		found, err := r.copyOf(ref)
		if err != nil {
			return "", fmt.Errorf("hold: record %d: %w", i+1, err)
		}
		copies = append(copies, found...)
	}
	c := &HoldCase{Meta: metaOf(KindHoldCase, now), Reason: reason, Number: number}
	for _, h := range copies {
		c.Records = append(c.Records, h.Store+"|"+h.Key)
	}
	facts := map[string]string{"reason": reason, "records": strconv.Itoa(len(copies))}
	if number != "" {
		facts["number"] = number
	}
	if _, err := r.Append(Entry{Act: ActHold, ID: id, Facts: facts}, true); err != nil {
		return "", err
	}
	// The case comes first and names all records, so that a sweep finds the
	// copies of a hold that was cut short.
	if err := archive.putAll(put{Ref{Kind: KindHoldCase, Item: id}, c}); err != nil {
		return "", err
	}
	for batch := range slices.Chunk(copies, 500) {
		var puts []put
		for _, h := range batch {
			h.Meta, h.Case = metaOf(KindHeldRecord, now), id
			puts = append(puts, put{Ref{Kind: KindHeldRecord, Subject: id, Item: r.o.IDs.New()}, h})
		}
		if err := archive.putAll(puts...); err != nil {
			return "", err
		}
	}
	// The key of the case is in the vault, and has to be there as long.
	return id, errors.Join(r.ring.store.sync(), archive.sync())
}

// metaOf is what a record of the registry's own begins with.
func metaOf(k *Kind, at time.Time) Meta {
	return Meta{Controller: k.Controller, Processor: k.Processor, At: at}
}

// put is a record to be written.
type put struct {
	ref Ref
	rec Record
}

// putAll writes records of the registry's own in one transaction.
func (s *store) putAll(puts ...put) error {
	return s.update(func(txn *badger.Txn) error {
		for _, p := range puts {
			key, err := keyOf(p.ref)
			if err != nil {
				return err
			}
			value, err := s.encode(p.ref, key, p.rec, p.ref.Kind.Founds)
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

// clearCredentials empties what proves who somebody is: it is evidence of
// nothing.
func (k *Kind) clearCredentials(rec Record) {
	for _, f := range k.Fields {
		if f.Category == Credential {
			k.field(rec, f.Name).SetZero()
		}
	}
}

// copyOf reads a record as a legal case keeps it, without passwords and codes.
func (r *Registry) copyOf(ref Ref) (copies []*HeldRecord, err error) {
	key, err := keyOf(ref)
	if err != nil {
		return nil, err
	}
	if k := ref.Kind; k.Store != Cloud && k.Store != Building {
		return nil, fmt.Errorf("a %s is of the %s store; a case holds records of the cloud and of buildings", k.Name, k.Store)
	}
	for _, s := range r.allStores() {
		if !ref.Kind.in(s.kind) || s.handedOver.Load() {
			continue
		}
		err := s.view(func(txn *badger.Txn) error {
			item, err := txn.Get(key)
			if errors.Is(err, badger.ErrKeyNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			return item.Value(func(v []byte) error {
				rec := ref.Kind.New()
				if err := s.decode(ref.Kind, key, v, rec); err != nil {
					return err
				}
				ref.Kind.clearCredentials(rec)
				plain, err := json.Marshal(rec)
				if err != nil {
					return fmt.Errorf("copy a %s: %w", ref.Kind.Name, err)
				}
				copies = append(copies, &HeldRecord{Store: s.name, Key: string(key), Value: plain})
				return nil
			})
		})
		if err != nil {
			return nil, fmt.Errorf("store %s: %s: %w", s.name, ref.Kind.Name, err)
		}
	}
	if len(copies) == 0 {
		return nil, fmt.Errorf("%s: %w", ref.Kind.Name, ErrNotFound)
	}
	return copies, nil
}

// Release closes a case: its copies get the archive's deadline, and erasures
// that they deferred are run again. It may be called again when it failed.
func (r *Registry) Release(holdCase ID) ([]*Certificate, error) {
	archive, err := r.store(Archive, "")
	if err != nil {
		return nil, err
	}
	c, err := r.holdCase(holdCase)
	if err != nil {
		return nil, err
	}
	now := r.o.Now().UTC()
	if c.Closed.IsZero() {
		c.Closed, c.Deadline = now, now.Add(r.o.Limits.Archive)
	}
	erased, err := r.erasedSubjects(c.Records)
	if err != nil {
		return nil, err
	}
	var puts []put
	err = r.eachHeld(holdCase, func(ref Ref, h *HeldRecord) error {
		h.Deadline = c.Deadline
		puts = append(puts, put{ref, h})
		return nil
	})
	if err != nil {
		return nil, err
	}
	facts := map[string]string{"records": strconv.Itoa(len(puts)), "deadline": c.Deadline.Format(time.RFC3339Nano), "erasures": strconv.Itoa(len(erased))}
	if _, err := r.Append(Entry{Act: ActRelease, ID: holdCase, Facts: facts}, true); err != nil {
		return nil, err
	}
	for batch := range slices.Chunk(puts, 500) {
		if err := archive.putAll(batch...); err != nil {
			return nil, err
		}
	}
	// The case is written last: what it says of its copies is true then.
	if err := archive.putAll(put{Ref{Kind: KindHoldCase, Item: holdCase}, c}); err != nil {
		return nil, err
	}
	if err := archive.sync(); err != nil {
		return nil, err
	}
	var certificates []*Certificate
	for _, subject := range erased {
		certificate, err := r.Erase(subject, CauseRelease)
		if err != nil {
			return certificates, fmt.Errorf("release of case %s: erasure %d of %d: %w", holdCase, len(certificates)+1, len(erased), err)
		}
		certificates = append(certificates, certificate)
	}
	return certificates, nil
}

// erasedSubjects lists the subjects of held records whose erasure the ledger
// knows.
func (r *Registry) erasedSubjects(records []string) (erased []ID, err error) {
	subjects := map[string]ID{} // by their names in the ledger
	for _, record := range records {
		_, key, _ := strings.Cut(record, "|")
		ref, err := parseKey([]byte(key))
		if err != nil {
			return nil, err
		}
		if ref.Subject != "" {
			subjects[SubjectRef(ref.Subject)] = ref.Subject
		}
	}
	err = r.Entries(func(_ uint64, e *Entry) error {
		if subject := subjects[e.Facts["ref"]]; subject != "" && e.Act == ActErasureIntended && !slices.Contains(erased, subject) {
			erased = append(erased, subject)
		}
		return nil
	})
	return erased, err
}

// Held counts the copies that a case keeps.
func (r *Registry) Held(holdCase ID) (records int, err error) {
	if _, err := r.holdCase(holdCase); err != nil {
		return 0, err
	}
	err = r.eachHeld(holdCase, func(Ref, *HeldRecord) error { records++; return nil })
	return records, err
}

func (r *Registry) holdCase(id ID) (*HoldCase, error) {
	var c *HoldCase
	err := r.eachCase(func(ref Ref, found *HoldCase) error {
		if ref.Item == id {
			c = found
		}
		return nil
	})
	if err == nil && c == nil {
		err = fmt.Errorf("legal case %s: %w", id, ErrNotFound)
	}
	return c, err
}

func (r *Registry) eachCase(f func(ref Ref, c *HoldCase) error) error {
	return eachOf(r, KindHoldCase, "", f)
}

func (r *Registry) eachHeld(holdCase ID, f func(ref Ref, h *HeldRecord) error) error {
	return eachOf(r, KindHeldRecord, holdCase, f)
}

// eachOf calls f for the archive's records of a kind.
func eachOf[T any, R interface {
	*T
	Record
}](r *Registry, kind *Kind, subject ID, f func(Ref, R) error) error {
	s, err := r.store(Archive, "")
	if err != nil {
		return err
	}
	prefix, _, err := keyPrefix(Ref{Kind: kind, Subject: subject})
	if err != nil {
		return err
	}
	return s.view(func(txn *badger.Txn) error {
		return eachKey(txn, prefix, func(item *badger.Item) error {
			ref, err := parseKey(item.Key())
			if err != nil {
				return err
			}
			rec := R(new(T))
			if err := item.Value(func(v []byte) error { return s.decode(kind, item.Key(), v, rec) }); err != nil {
				return err
			}
			return f(ref, rec)
		})
	})
}

// archive deletes the cases whose deadline has come, with their copies and
// keys.
func (s *sweep) archive() error {
	archive, err := s.r.store(Archive, "")
	if err != nil {
		return err
	}
	var due []ID
	err = s.r.eachCase(func(ref Ref, c *HoldCase) error {
		if !c.Deadline.IsZero() && !c.Deadline.After(s.now) {
			due = append(due, ref.Item)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range due {
		if err := s.closeCase(archive, id); err != nil {
			return err
		}
	}
	return nil
}

func (s *sweep) closeCase(archive *store, id ID) error {
	n, err := s.r.Held(id)
	if err != nil {
		return err
	}
	wrapped, err := keyOf(Ref{Kind: KindWrappedKey, Subject: id})
	if err != nil {
		return err
	}
	copies, _, err := keyPrefix(Ref{Kind: KindHeldRecord, Subject: id})
	if err != nil {
		return err
	}
	holdCase, err := keyOf(Ref{Kind: KindHoldCase, Item: id})
	if err != nil {
		return err
	}
	// The copies and the key go before the case that names them, so that a
	// sweep that is cut short is taken up by the next.
	if err := archive.drop([][]byte{copies}); err != nil {
		return err
	}
	s.r.ring.forget(id)
	if err := s.r.ring.store.drop([][]byte{wrapped}); err != nil {
		return err
	}
	s.r.ring.forget(id)
	if err := archive.drop([][]byte{holdCase}); err != nil {
		return err
	}
	s.count(KindHeldRecord, n)
	s.count(KindHoldCase, 1)
	return nil
}
