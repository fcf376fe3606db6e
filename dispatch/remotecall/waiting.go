package remotecall

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"hoistway/dispatch/registry"
)

// waiting is what the service has taken and not yet stored. The stores number
// their commits, so that whoever reads the files sees in which order records
// were written. Were a phone's uploads stored as they come, and the account of
// the same phone at its next login, then commits side by side would tell whose
// a randomized ID is. Were calls written into a building's log as they end,
// then its entries, which say the hour, would say the order within the hour as
// well, which leads to whoever was seen at the lift. So both wait for a batch
// of the hour, and the weeks in which accounts were used until each week is
// over; all go to the stores in random order. A commit then tells no more than
// the records in it.
//
// What waits is lost when the process ends without Close: the uploads and the
// log entries of at most an hour, and of the accounts that they were used this
// week.
type waiting struct {
	storing sync.Mutex // one batch at a time; taken before Service.mu

	// Under Service.mu.
	uploads []Usage
	entries []logEntry
	hour    time.Time // of the last batch of uploads and entries
	weeks   map[time.Time]map[registry.ID]struct{}
}

// logEntry is one that waits for a building's log.
type logEntry struct {
	site    *site
	purpose registry.Purpose
	record  registry.BuildingLog
}

const (
	// mostWaiting bounds the uploads in memory, and the log entries. When so
	// many wait they are stored at once; among so many nobody stands out.
	mostWaiting = 1 << 16

	// mostAtOnce bounds the records of one transaction, which holds 600 kB.
	mostAtOnce = 256
)

// Close stores what waits in memory, and settles what was removed. The service
// is not used afterwards.
func (s *Service) Close() error {
	return errors.Join(s.storeUploads(), s.storeEntries(), s.storeWeeks(time.Time{}), stored("settle removals", s.c.Registry.Settle()))
}

// storeHour stores the uploads and log entries once an hour.
func (s *Service) storeHour(now time.Time) error {
	hour := now.Truncate(time.Hour)
	s.mu.Lock()
	due := !s.waiting.hour.Equal(hour)
	s.mu.Unlock()
	if !due {
		return nil
	}
	if err := errors.Join(s.storeUploads(), s.storeEntries()); err != nil {
		return err
	}
	s.mu.Lock()
	s.waiting.hour = hour
	s.mu.Unlock()
	return nil
}

// storeUploads stores the uploads that wait. What fails waits on.
func (s *Service) storeUploads() error {
	s.waiting.storing.Lock()
	defer s.waiting.storing.Unlock()
	s.mu.Lock()
	batch := s.waiting.uploads
	s.waiting.uploads = nil
	s.mu.Unlock()
	left, err := storeShuffled(s.handle(registry.RoleService, registry.ToProvide), registry.KindUsageLog, batch, s.storeUpload)
	s.mu.Lock()
	s.waiting.uploads = append(s.waiting.uploads, left...)
	s.mu.Unlock()
	return stored("log the uses of an hour", err)
}

// storeUpload stores one of a batch. One whose subject was erased or has
// objected meanwhile, whose building has another provider, or that is as old by
// now as log data may be, is dropped.
func (s *Service) storeUpload(tx *registry.Tx, u Usage) error {
	rec := u.record()
	if s.now().Sub(rec.At) > s.c.Registry.LogData(u.Building) {
		return nil
	}
	_, err := s.c.Registry.Registered(u.Pseudonym)
	if err == nil {
		err = tx.In(u.Building).Of(u.Pseudonym).Put(registry.Ref{Kind: registry.KindUsageLog, Item: s.c.IDs.New()}, &rec)
	}
	if gone(err) || errors.Is(err, registry.ErrStopped) || notProvider(err) {
		return nil
	}
	return err
}

// storeEntries stores the entries of buildings' logs that wait, those of a
// building and purpose together. What fails waits on; what is for a building
// that has another provider meanwhile is dropped.
func (s *Service) storeEntries() error {
	s.waiting.storing.Lock()
	defer s.waiting.storing.Unlock()
	s.mu.Lock()
	waiting := s.waiting.entries
	s.waiting.entries = nil
	s.mu.Unlock()
	var errs []error
	for len(waiting) > 0 {
		first := waiting[0]
		var batch, others []logEntry
		for _, e := range waiting {
			if e.site == first.site && e.purpose == first.purpose {
				batch = append(batch, e)
			} else {
				others = append(others, e)
			}
		}
		waiting = others
		left, err := storeShuffled(s.logHandle(first.site, first.purpose), registry.KindBuildingLog, batch, func(tx *registry.Tx, e logEntry) error {
			return tx.Put(registry.Ref{Kind: registry.KindBuildingLog, Item: s.c.IDs.New()}, &e.record)
		})
		if err == nil || notProvider(err) {
			continue
		}
		errs = append(errs, err)
		s.mu.Lock()
		s.waiting.entries = append(s.waiting.entries, left...)
		s.mu.Unlock()
	}
	return stored("write a building's log", errors.Join(errs...))
}

// storeShuffled stores records of one kind in random order, many in one
// transaction. It gives those that are not stored when it fails.
func storeShuffled[T any](h registry.Handle, kind *registry.Kind, batch []T, store func(*registry.Tx, T) error) (left []T, err error) {
	rand.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
	for len(batch) > 0 {
		n := min(len(batch), mostAtOnce)
		err := h.Do(kind, func(tx *registry.Tx) error {
			for _, one := range batch[:n] {
				if err := store(tx, one); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return batch, err
		}
		batch = batch[n:]
	}
	return nil, nil
}

// uploadsOf gives what waits under some randomized IDs. Nothing is stored until
// done is called, so that the usage log can be read beside it.
func (s *Service) uploadsOf(pseudonyms []registry.ID) (records []registry.UsageLog, done func()) {
	s.waiting.storing.Lock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.waiting.uploads {
		if slices.Contains(pseudonyms, u.Pseudonym) {
			r := u.record()
			r.Controller, r.Building = registry.KindUsageLog.Controller, u.Building
			records = append(records, r)
		}
	}
	return records, s.waiting.storing.Unlock
}

// used notes, under mu, that an account is in use.
func (s *Service) used(a *account, now time.Time) {
	w := week(now)
	if !w.After(a.active) {
		return
	}
	a.active = w
	if s.waiting.weeks == nil {
		s.waiting.weeks = map[time.Time]map[registry.ID]struct{}{}
	}
	if s.waiting.weeks[w] == nil {
		s.waiting.weeks[w] = map[registry.ID]struct{}{}
	}
	s.waiting.weeks[w][a.subject] = struct{}{}
}

// unused forgets, under mu, that the use of an account waits to be stored.
func (s *Service) unused(subject registry.ID) {
	for _, subjects := range s.waiting.weeks {
		delete(subjects, subject)
	}
}

// storeWeeks stores in which week accounts were last used, for the weeks that
// are over (before = zero: for all), each week's accounts in random order. What
// fails waits on.
func (s *Service) storeWeeks(before time.Time) error {
	s.mu.Lock()
	var over []time.Time
	for w := range s.waiting.weeks {
		if before.IsZero() || w.Before(before) {
			over = append(over, w)
		}
	}
	s.mu.Unlock()
	slices.SortFunc(over, time.Time.Compare)
	for _, w := range over {
		var subjects []registry.ID
		s.mu.Lock()
		for subject := range s.waiting.weeks[w] {
			subjects = append(subjects, subject)
		}
		s.mu.Unlock()
		rand.Shuffle(len(subjects), func(i, j int) { subjects[i], subjects[j] = subjects[j], subjects[i] })
		for _, subject := range subjects {
			if err := s.storeWeek(subject, w); err != nil {
				return err
			}
		}
		s.mu.Lock()
		if len(s.waiting.weeks[w]) == 0 {
			delete(s.waiting.weeks, w)
		}
		s.mu.Unlock()
	}
	return nil
}

func (s *Service) storeWeek(subject registry.ID, w time.Time) error {
	defer s.turn(subject)()
	if a := s.account(subject); a != nil {
		err := s.updateAccount(a, func(p profile) {
			if w.After(*p.active) {
				*p.active = w
			}
		})
		if err != nil && !gone(err) {
			return stored("note in which week an account was used", err)
		}
	}
	s.mu.Lock()
	delete(s.waiting.weeks[w], subject)
	s.mu.Unlock()
	return nil
}

// inUse tells whether an account was used too lately to be erased as inactive,
// which the stores may not know yet.
func (s *Service) inUse(subject registry.ID, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[subject]
	return a != nil && now.Sub(a.active) < s.c.Registry.Limits().Inactivity
}
