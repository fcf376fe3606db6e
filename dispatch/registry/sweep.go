package registry

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// lookEvery is how often a sweep looks through all of the usage log for what
// erasures left unreadable, and through links and accounts that it has looked
// through before. What has a deadline to keep is never put off.
const lookEvery = 7 * wholeDay

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
// Log data go when they are Limits.LogData old to the instant, and logs of a
// building when they are as old as their declaration says. Archived records go
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
		{"usage log", s.usage}, {"key audit", s.keyAudit}, {"logs of buildings", s.buildingLogs}, {"links", s.links},
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
		if _, err := r.Append(Entry{Act: ActSwept, Facts: facts}, true); err != nil {
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

// bucket is the prefix of the records of one day.
func bucket(kind *Kind, day string) []byte { return []byte(kind.Prefix + "/" + day + "/") }

// usage deletes usage logs that are Limits.LogData old. Their buckets are days
// of collection, so all but the last of those that are due go as a whole.
func (s *sweep) usage() error {
	st, err := s.r.store(Cloud, "")
	if err != nil {
		return err
	}
	cutoff := s.now.Add(-s.r.o.Limits.LogData)
	var buckets, keys [][]byte
	n := 0
	err = st.view(func(txn *badger.Txn) error {
		return eachBucket(txn, KindUsageLog, dayOf(cutoff), func(day string, each func(func(*badger.Item) error) error) error {
			if day < dayOf(cutoff) {
				buckets = append(buckets, bucket(KindUsageLog, day))
				return each(func(*badger.Item) error { n++; return nil })
			}
			return each(func(item *badger.Item) error {
				var u UsageLog
				switch err := item.Value(func(v []byte) error { return st.decode(KindUsageLog, item.Key(), v, &u) }); {
				case errors.Is(err, ErrShredded): // nobody can read it, nor when it was
				case err != nil:
					return err
				case u.At.After(cutoff):
					return nil
				}
				keys = append(keys, item.KeyCopy(nil))
				n++
				return nil
			})
		})
	})
	if err != nil {
		return err
	}
	if err := st.purge(buckets, keys); err != nil {
		return err
	}
	s.count(KindUsageLog, n)
	return nil
}

// eachBucket calls f for the days up to and with last that have records of a
// kind, with what calls back for each record of the day.
func eachBucket(txn *badger.Txn, kind *Kind, last string, f func(day string, each func(func(*badger.Item) error) error) error) error {
	o := badger.DefaultIteratorOptions
	o.PrefetchValues = false
	o.Prefix = []byte(kind.Prefix + "/")
	it := txn.NewIterator(o)
	defer it.Close()
	for it.Rewind(); it.Valid(); {
		day, _, _ := strings.Cut(string(it.Item().Key()[len(o.Prefix):]), "/")
		if day > last {
			return nil
		}
		if !validDay(day) {
			return fmt.Errorf("a key of %s has no day", kind.Name)
		}
		prefix := bucket(kind, day)
		err := f(day, func(each func(*badger.Item) error) error {
			for ; it.ValidForPrefix(prefix); it.Next() {
				if isMark(it.Item().Key()) {
					continue
				}
				if err := each(it.Item()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if it.ValidForPrefix(prefix) { // f passed the day over
			it.Seek(append(prefix, 0xff))
		}
	}
	return nil
}

// keyAudit deletes entries of the key audit that are Limits.LogData old. The
// ledger has the last that goes of each building before any goes, so that the
// chain of those that stay has a known beginning.
func (s *sweep) keyAudit() error {
	st, err := s.r.store(Cloud, "")
	if err != nil {
		return err
	}
	cutoff := s.now.Add(-s.r.o.Limits.LogData)
	var keys [][]byte
	anchors := map[string]Anchor{}
	younger := errors.New("younger")
	err = st.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte(KindKeyAudit.Prefix+"/"), func(item *badger.Item) error {
			var e KeyAudit
			if err := item.Value(func(v []byte) error { return st.decode(KindKeyAudit, item.Key(), v, &e) }); err != nil {
				return err
			}
			if e.At.After(cutoff) {
				return younger // entries follow each other in time
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

// buildingLog sweeps one building's logs. They share the buckets of days but
// not the retention. So that a sweep does not read all of the younger buckets
// each time, it reads those that came due since the last one, and of the
// others the records that were written since.
func (s *sweep) buildingLog(b BuildingConfig) error {
	st, err := s.r.store(Building, b.Name)
	if err != nil {
		return err
	}
	before, known := s.memory.logs[b.Name]
	after := logsSwept{cutoff: map[string]string{}}
	cutoffs := map[string]time.Time{}
	last, whole := "", ""
	for _, l := range b.Logs {
		at := s.now.Add(-l.Retention)
		cutoffs[l.Name], after.cutoff[l.Name] = at, dayOf(at)
		last = max(last, dayOf(at))
		if whole == "" || dayOf(at) < whole {
			whole = dayOf(at)
		}
	}
	const always = "99991231"
	if !known {
		last = always // logs that are no longer declared may be of any day
	}
	if len(b.Logs) == 0 {
		whole = always
	}
	due := func(day string) bool {
		for log, cutoff := range after.cutoff {
			if day <= cutoff && (!known || day >= before.cutoff[log]) {
				return true
			}
		}
		return !known
	}
	var buckets, keys [][]byte
	n := 0
	err = st.view(func(txn *badger.Txn) error {
		after.version = txn.ReadTs()
		fresh := map[string]bool{}
		if known {
			o := badger.DefaultIteratorOptions
			o.PrefetchValues, o.SinceTs, o.Prefix = false, before.version, []byte(KindBuildingLog.Prefix+"/")
			it := txn.NewIterator(o)
			defer it.Close()
			for it.Rewind(); it.Valid(); it.Next() {
				if day, _, _ := strings.Cut(string(it.Item().Key()[len(o.Prefix):]), "/"); day <= last {
					fresh[day] = true
				} else {
					break
				}
			}
		}
		return eachBucket(txn, KindBuildingLog, last, func(day string, each func(func(*badger.Item) error) error) error {
			if day < whole {
				buckets = append(buckets, bucket(KindBuildingLog, day))
				return each(func(*badger.Item) error { n++; return nil })
			}
			if !due(day) && !fresh[day] {
				return nil
			}
			return each(func(item *badger.Item) error {
				var l BuildingLog
				if err := item.Value(func(v []byte) error { return st.decode(KindBuildingLog, item.Key(), v, &l) }); err != nil && !errors.Is(err, ErrShredded) {
					return err
				}
				// A log that is no longer declared has no retention to stay for.
				if cutoff, declared := cutoffs[l.Log]; !declared || !l.At.After(cutoff) {
					keys = append(keys, item.KeyCopy(nil))
					n++
				}
				return nil
			})
		})
	})
	if err != nil {
		return err
	}
	if err := st.purge(buckets, keys); err != nil {
		return err
	}
	s.count(KindBuildingLog, n)
	if s.memory.logs == nil {
		s.memory.logs = map[string]logsSwept{}
	}
	s.memory.logs[b.Name] = after
	return nil
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
