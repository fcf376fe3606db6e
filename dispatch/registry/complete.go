package registry

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// complete checks what a record says against what the building is configured
// for, and fills in what a store alone can know: the day of a log record, and
// the place of an audit entry in its chain.
func (r *Registry) complete(s *store, txn *badger.Txn, ref Ref, rec Record) (Ref, error) {
	switch rec := rec.(type) {
	case *UsageLog:
		if err := r.checkUsage(rec); err != nil {
			return ref, err
		}
		return onDay(ref, rec.At)
	case *BuildingLog:
		if err := r.checkBuildingLog(rec); err != nil {
			return ref, err
		}
		if ref.Log == "" {
			ref.Log = rec.Log
		}
		if ref.Log != rec.Log {
			return ref, errors.New("a building-log of one log cannot stand under another")
		}
		return onDay(ref, rec.At)
	case *BuildingPerson:
		return ref, r.checkPerson(rec)
	case *KeyAudit:
		return r.chainAudit(txn, ref, rec)
	case *Entry:
		return ref, errors.New("entries of the ledger are written by Append")
	}
	return ref, nil
}

// onDay gives a log record the day of its collection, which its key is sorted
// by and swept by.
func onDay(ref Ref, at time.Time) (Ref, error) {
	day := at.UTC().Format(dayForm)
	if ref.Day == "" {
		ref.Day = day
	}
	if ref.Day != day {
		return ref, fmt.Errorf("a %s of one day cannot stand under another", ref.Kind.Name)
	}
	return ref, nil
}

// checkUsage rounds a usage to the hour and refuses instants by which it could
// not be swept in time (FL:L58).
func (r *Registry) checkUsage(u *UsageLog) error {
	now := r.o.Now()
	u.At = u.At.Truncate(time.Hour)
	switch {
	case u.At.IsZero():
		return errors.New("a usage-log needs the instant of collection; it is kept for a limited time from then")
	case u.At.After(now):
		return errors.New("a usage-log was collected in the future")
	case now.Sub(u.At) > r.LogData(u.Building):
		return fmt.Errorf("a usage-log is older than log data are kept, which is %s", r.LogData(u.Building))
	}
	return nil
}

// checkBuildingLog takes what the building's configuration declares (FL:L23).
func (r *Registry) checkBuildingLog(l *BuildingLog) error {
	b, _ := r.config(l.Building)
	i := slices.IndexFunc(b.Logs, func(d LogDeclaration) bool { return d.Name == l.Log })
	if i < 0 {
		return errors.New("a building-log that the building's configuration does not declare; its Manager has to order it (FL:L23)")
	}
	for name := range l.Fields {
		if !slices.Contains(b.Logs[i].Fields, name) {
			return fmt.Errorf("a building-log of %s has a field that is not declared; declared are %v", l.Building, b.Logs[i].Fields)
		}
	}
	if l.At.After(r.o.Now()) {
		return errors.New("a building-log was collected in the future")
	}
	return nil
}

// checkPerson keeps addresses and apartments to Residential Flow (RC:L15,
// FL:L17).
func (r *Registry) checkPerson(p *BuildingPerson) error {
	b, _ := r.config(p.Building)
	switch {
	case p.Service != "remote-call" && p.Service != "flow":
		return errors.New("a building-person has service remote-call or flow")
	case p.Address == "" && p.Apartment == "" && !p.MainUser:
		return nil
	case p.Service != "flow":
		return errors.New("in a building Remote Call collects a name and permissions, neither address nor apartment (RC:L15)")
	case !b.Residential:
		return errors.New("addresses and apartments are collected in Residential Flow only (FL:L17)")
	}
	return nil
}

// chainAudit puts an entry of the key audit at the end of its building's
// chain. Sequences run through the whole store; Previous is the hash of the
// building's entry before, so that a building's entries can go with it.
func (r *Registry) chainAudit(txn *badger.Txn, ref Ref, e *KeyAudit) (Ref, error) {
	if ref.Sequence != 0 {
		return ref, errors.New("an entry of the key audit is appended, never changed; leave Ref.Sequence 0")
	}
	if e.Building == "" {
		return ref, errors.New("an entry of the key audit belongs to a building; use In")
	}
	last, previous, err := r.auditTail(txn, e.Building)
	if err != nil {
		return ref, err
	}
	ref.Sequence = last + 1
	e.Sequence, e.Previous = ref.Sequence, previous
	if e.Hash, err = chainHash(e.Previous, e); err != nil {
		return ref, err
	}
	// Reading the key makes a transaction that takes the same place conflict.
	key, err := keyOf(ref)
	if err != nil {
		return ref, err
	}
	if _, err := txn.Get(key); !errors.Is(err, badger.ErrKeyNotFound) {
		return ref, fmt.Errorf("key audit: place %d is taken: %w", ref.Sequence, err)
	}
	return ref, nil
}

// auditTail gives the last sequence of the key audit and the hash of a
// building's last entry. What was swept is remembered by anchors in the
// ledger.
func (r *Registry) auditTail(txn *badger.Txn, building string) (last uint64, previous string, err error) {
	o := badger.DefaultIteratorOptions
	o.Reverse, o.PrefetchValues = true, false
	it := txn.NewIterator(o)
	defer it.Close()
	prefix := []byte(KindKeyAudit.Prefix + "/")
	s, err := r.store(Cloud, "")
	if err != nil {
		return 0, "", err
	}
	for it.Seek(append(prefix, 0xff)); it.ValidForPrefix(prefix); it.Next() {
		var e KeyAudit
		item := it.Item()
		if isMark(item.Key()) {
			continue
		}
		if err := item.Value(func(v []byte) error { return s.decode(KindKeyAudit, item.Key(), v, &e) }); err != nil {
			return 0, "", err
		}
		last = max(last, e.Sequence)
		if e.Building == building {
			return last, e.Hash, nil
		}
	}
	err = r.Entries(func(_ uint64, e *Entry) error {
		if e.Act != ActKeyAuditAnchor {
			return nil
		}
		var sequence uint64
		if _, err := fmt.Sscan(e.Facts["sequence"], &sequence); err != nil {
			return fmt.Errorf("ledger: anchor of the key audit: %w", err)
		}
		last = max(last, sequence)
		if e.Facts["building"] == building {
			previous = e.Facts["hash"]
		}
		return nil
	})
	return last, previous, err
}
