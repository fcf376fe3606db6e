package registry

import (
	"errors"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// LogData is for how long log data of a building are kept: as long as
// Limits.LogData says, or less where local law wants it (FL:L58).
func (r *Registry) LogData(building string) time.Duration {
	if b, known := r.config(building); known && b.LogData > 0 {
		return b.LogData
	}
	return r.o.Limits.LogData
}

// shortestLogData is for how long log data of any building are kept at least.
func (r *Registry) shortestLogData() time.Duration {
	shortest := r.o.Limits.LogData
	for _, b := range r.o.Buildings {
		shortest = min(shortest, r.LogData(b.Name))
	}
	return shortest
}

// localUsage deletes usage logs of buildings where log data are kept for less
// than Limits.LogData. The days of the log hold those of all buildings, so each
// record has to be opened; from one sweep to the next only those of the days in
// between.
func (s *sweep) localUsage() error {
	latest := s.now.Add(-s.r.shortestLogData())
	if !latest.After(s.now.Add(-s.r.o.Limits.LogData)) {
		return nil
	}
	st, err := s.r.store(Cloud, "")
	if err != nil {
		return err
	}
	from := s.now.Add(-s.r.o.Limits.LogData)
	if last := s.memory.local; !last.IsZero() {
		// What was left then was younger than the longest of the local periods.
		from = last.Add(-s.longestLocal())
	}
	var keys [][]byte
	err = st.view(func(txn *badger.Txn) error {
		for day := from.Truncate(wholeDay); !day.After(latest); day = day.Add(wholeDay) {
			due, err := s.dueLocally(txn, st, dayOf(day))
			if err != nil {
				return err
			}
			keys = append(keys, due...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := st.deleteKeys(keys, true); err != nil {
		return err
	}
	s.count(KindUsageLog, len(keys))
	s.memory.local = s.now
	return nil
}

// dueLocally gives the keys of a day's usage logs that their buildings no
// longer keep.
func (s *sweep) dueLocally(txn *badger.Txn, st *store, day string) (keys [][]byte, err error) {
	err = eachKey(txn, bucket([]byte(KindUsageLog.Prefix+"/"), day), func(item *badger.Item) error {
		var u UsageLog
		switch err := item.Value(func(v []byte) error { return st.decode(KindUsageLog, item.Key(), v, &u) }); {
		case errors.Is(err, ErrShredded): // of an erased subject: it goes with the unreadable ones
		case err != nil:
			return err
		case s.now.Sub(u.At) >= s.r.LogData(u.Building):
			keys = append(keys, item.KeyCopy(nil))
		}
		return nil
	})
	return keys, err
}

// longestLocal is the longest of the periods that local law shortens.
func (s *sweep) longestLocal() (longest time.Duration) {
	for _, b := range s.r.o.Buildings {
		if b.LogData > 0 && b.LogData < s.r.o.Limits.LogData {
			longest = max(longest, b.LogData)
		}
	}
	return longest
}
