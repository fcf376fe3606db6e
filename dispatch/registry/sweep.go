package registry

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// unreadableEvery is how often a sweep looks through all of the usage log for
// what erasures left unreadable, and through the links. Unreadable entries lie
// in the buckets of a whole year, so to remove them writes the log anew.
const unreadableEvery = 28 * wholeDay

// lookEvery is how often a sweep looks through accounts that it has looked
// through before. What has a deadline to keep is never put off.
const lookEvery = 7 * wholeDay

// longestLag bounds for how long deleted records of a building's log stay in
// the files; it is a tenth of the log's retention where that is less.
const longestLag = 7 * wholeDay

// sweep is one run of Sweep.
type sweep struct {
	r      *Registry
	now    time.Time
	memory *sweepMemory
	counts map[string]int // records by kind
}

// Sweep deletes, for good, what is older than its retention allows at the
// present instant, and returns how many records of each kind went. Accounts
// that have been unused for Limits.Inactivity are returned, not erased: that
// is an act of the service.
//
// Log data go when they are Limits.LogData old to the instant; their
// bytes leave the files at the latest with the first sweep of the next day.
// Logs of a building go when they are as old as their declaration says, and
// from the files within a tenth of that time, or a week. Archived records go
// at their deadline, and backups when they are Limits.Backups old. Whatever
// fails is reported, and does not keep the rest. A sweep that finds nothing
// due costs well below a millisecond; it needs no record of earlier sweeps,
// and makes up for any that were missed.
func (r *Registry) Sweep() (swept map[string]int, inactive []ID, err error) {
	r.keeping.mu.Lock()
	defer r.keeping.mu.Unlock()
	return r.sweep()
}

// sweep is Sweep for those who hold keeping.mu.
func (r *Registry) sweep() (swept map[string]int, inactive []ID, err error) {
	s := &sweep{r: r, now: r.o.Now().UTC(), memory: &r.keeping.swept, counts: map[string]int{}}
	var errs []error
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"legal bases", s.r.checkRegions}, {"usage log", s.usage}, {"usage log under local law", s.localUsage}, {"key audit", s.keyAudit}, {"logs of buildings", s.buildingLogs}, {"links", s.links},
		{"archive", s.archive}, {"backups", s.backups},
	} {
		if err := step.do(); err != nil {
			errs = append(errs, fmt.Errorf("sweep %s: %w", step.what, err))
		}
	}
	if len(s.counts) > 0 {
		facts := map[string]string{}
		for kind, n := range s.counts {
			facts["kind-"+kind] = strconv.Itoa(n)
		}
		if _, err := r.Append(Entry{Act: ActSwept, Facts: facts}, false); err != nil {
			errs = append(errs, err)
		}
	}
	inactive, err = s.inactive()
	if err != nil {
		errs = append(errs, fmt.Errorf("sweep accounts: %w", err))
	}
	return s.counts, inactive, errors.Join(errs...)
}

func (s *sweep) count(kind *Kind, n int) {
	if n > 0 {
		s.counts[kind.Name] += n
	}
}

// dayOf is the bucket of an instant.
func dayOf(t time.Time) string { return t.UTC().Format(dayForm) }

// bucket is the prefix of the records of one day under the prefix of a log.
func bucket(log []byte, day string) []byte { return fmt.Appendf(nil, "%s%s/", log, day) }

// usage deletes usage logs that are Limits.LogData old.
func (s *sweep) usage() error {
	st, err := s.r.store(Cloud, "")
	if err != nil {
		return err
	}
	return s.expire(st, KindUsageLog, aging{[]byte(KindUsageLog.Prefix + "/"), s.now.Add(-s.r.o.Limits.LogData), 0})
}

// aging is a log of which everything goes that was collected at a cutoff or
// before.
type aging struct {
	prefix []byte
	cutoff time.Time
	lag    time.Duration // for which deleted records may stay in the files
}

// expire deletes what is due of some logs of a store. Buckets are days of
// collection. Those that are due as a whole are dropped from the files, all in
// one drop, as soon as one of them has waited for its log's lag: a drop writes
// a good part of the store anew. Of the others, records are deleted; their
// bytes go with the bucket.
func (s *sweep) expire(st *store, kind *Kind, logs ...aging) error {
	var buckets, keys [][]byte
	n := 0
	err := st.view(func(txn *badger.Txn) error {
		drop := false
		var whole [][]byte
		for _, l := range logs {
			days, records, err := bucketsBefore(txn, l.prefix, dayOf(l.cutoff))
			if err != nil {
				return err
			}
			due, err := dueOf(txn, st, kind, l)
			if err != nil {
				return err
			}
			drop = drop || len(days) > 0 && bytes.Compare(days[0], bucket(l.prefix, dayOf(l.cutoff.Add(-l.lag)))) < 0
			buckets, whole, keys = append(buckets, days...), append(whole, records...), append(keys, due...)
		}
		n = len(whole) + len(keys)
		if !drop {
			buckets, keys = nil, append(whole, keys...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := st.drop(buckets); err != nil {
		return err
	}
	if err := st.deleteKeys(keys, false); err != nil {
		return err
	}
	s.count(kind, n)
	return nil
}

// dueOf gives the keys of the records of a log's cutoff day that are due.
func dueOf(txn *badger.Txn, st *store, kind *Kind, l aging) (keys [][]byte, err error) {
	rec := kind.New()
	err = eachKey(txn, bucket(l.prefix, dayOf(l.cutoff)), func(item *badger.Item) error {
		reflect.ValueOf(rec).Elem().SetZero()
		switch err := item.Value(func(v []byte) error { return st.decode(kind, item.Key(), v, rec) }); {
		case errors.Is(err, ErrShredded): // nobody can read it, nor when it was
		case err != nil:
			return err
		case rec.Head().At.After(l.cutoff):
			return nil
		}
		keys = append(keys, item.KeyCopy(nil))
		return nil
	})
	return keys, err
}

// bucketsBefore gives the days before last under the prefix of a log that have
// anything in the files, be it deleted, and the keys of their records.
func bucketsBefore(txn *badger.Txn, log []byte, last string) (buckets, records [][]byte, err error) {
	o := badger.DefaultIteratorOptions
	o.PrefetchValues, o.AllVersions, o.Prefix = false, true, log
	it := txn.NewIterator(o)
	defer it.Close()
	var previous []byte
	for it.Rewind(); it.Valid(); it.Next() {
		key := it.Item().KeyCopy(nil)
		day, _, _ := strings.Cut(string(key[len(log):]), "/")
		if !isMark(key) && !validDay(day) {
			return nil, nil, fmt.Errorf("a key under %s has no day", log)
		}
		if day >= last {
			break
		}
		if b := bucket(log, day); len(buckets) == 0 || !bytes.Equal(buckets[len(buckets)-1], b) {
			buckets = append(buckets, b)
		}
		if !isMark(key) && !bytes.Equal(key, previous) { // the newest version comes first
			previous = key
			if !it.Item().IsDeletedOrExpired() {
				records = append(records, key)
			}
		}
	}
	return buckets, records, nil
}

// keyAudit deletes entries of the key audit that are as old as their building
// keeps log data. The ledger has the last that goes of each building before any
// goes, so that the chain of those that stay has a known beginning.
func (s *sweep) keyAudit() error {
	st, err := s.r.store(Cloud, "")
	if err != nil {
		return err
	}
	latest := s.now.Add(-s.r.shortestLogData())
	var keys [][]byte
	anchors := map[string]Anchor{}
	younger := errors.New("younger")
	err = st.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte(KindKeyAudit.Prefix+"/"), func(item *badger.Item) error {
			var e KeyAudit
			if err := item.Value(func(v []byte) error { return st.decode(KindKeyAudit, item.Key(), v, &e) }); err != nil {
				return err
			}
			switch {
			case e.At.After(latest):
				return younger // entries follow each other in time
			case s.now.Sub(e.At) < s.r.LogData(e.Building):
				return nil
			}
			keys = append(keys, item.KeyCopy(nil))
			anchors[e.Building] = Anchor{e.Building, e.Sequence, e.Hash}
			return nil
		})
	})
	if err != nil && !errors.Is(err, younger) {
		return err
	}
	if err := s.r.anchor(anchors); err != nil {
		return err
	}
	if err := st.purge(nil, keys); err != nil {
		return err
	}
	s.count(KindKeyAudit, len(keys))
	return nil
}

// buildingLogs deletes what is older than each building's Manager declared.
func (s *sweep) buildingLogs() error {
	var errs []error
	for _, b := range s.r.Buildings() { // not those that were handed over: their Managers have the keys
		if err := s.buildingLog(b); err != nil {
			errs = append(errs, fmt.Errorf("of %s: %w", b.Name, err))
		}
	}
	return errors.Join(errs...)
}

// buildingLog sweeps one building's logs. One that is no longer declared has
// no retention to stay for: it goes when the building is first swept after a
// start, since declarations change with a start alone.
func (s *sweep) buildingLog(b BuildingConfig) error {
	st, err := s.r.store(Building, b.Name)
	if err != nil {
		return err
	}
	if !s.memory.declared[b.Name] {
		if err := s.undeclared(st, b.Logs); err != nil {
			return err
		}
		if s.memory.declared == nil {
			s.memory.declared = map[string]bool{}
		}
		s.memory.declared[b.Name] = true
	}
	logs := make([]aging, len(b.Logs))
	for i, l := range b.Logs {
		logs[i] = aging{logPrefix(l.Name), s.now.Add(-l.Retention), min(l.Retention/10, longestLag)}
	}
	return s.expire(st, KindBuildingLog, logs...)
}

// logPrefix is the prefix of the records of a building's log.
func logPrefix(name string) []byte { return fmt.Appendf(nil, "%s/%s/", KindBuildingLog.Prefix, name) }

// undeclared drops logs that a building's configuration does not declare.
func (s *sweep) undeclared(st *store, logs []LogDeclaration) error {
	var gone [][]byte
	n := 0
	err := st.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte(KindBuildingLog.Prefix+"/"), func(item *badger.Item) error {
			ref, err := parseKey(item.Key())
			if err != nil || slices.ContainsFunc(logs, func(l LogDeclaration) bool { return l.Name == ref.Log }) {
				return err
			}
			n++
			if p := logPrefix(ref.Log); len(gone) == 0 || !bytes.Equal(gone[len(gone)-1], p) {
				gone = append(gone, p)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	s.count(KindBuildingLog, n)
	return st.drop(gone)
}

// backups deletes those that are Limits.Backups old.
func (s *sweep) backups() error {
	names, err := s.r.keeping.shelf.names()
	if err != nil {
		return err
	}
	var old []string
	for _, name := range names {
		at, err := backupInstant(name)
		if err != nil {
			return err
		}
		if s.now.Sub(at) >= s.r.o.Limits.Backups {
			old = append(old, name)
		}
	}
	return s.r.discard(old)
}
