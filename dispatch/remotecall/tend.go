package remotecall

import (
	"errors"
	"fmt"
	"time"

	"hoistway/dispatch/registry"
)

// Tend does what is due now. Calls, logins and keys that have ended are
// forgotten at every call; what phones uploaded, and what goes into buildings'
// logs, is stored once an hour; the rest is done once a day (UTC), so that
// calling it often costs nothing:
//
//   - the weeks that are over in which accounts were used are noted;
//   - the stores are swept of what is older than its retention;
//   - accounts that have not been used for registry.Limits.Inactivity are
//     erased (RC:L45, FL:L56);
//   - the key-encryption key is made anew when it is as old as Limits.Rotation;
//   - the analytics of a month that is over are published;
//   - once a week, visitor keys that ended a week ago are removed, single
//     records that were removed or replaced go from the files, where their
//     bytes lay unread, and the displays at the entrances are put in line with
//     the stores should they differ.
//
// What fails is tried again by the next call, and keeps nothing else from
// being done.
func (s *Service) Tend() error {
	s.expireCalls()
	s.expireSessions()
	s.expireKeys()
	now := s.now()
	s.mu.Lock()
	gone := s.expireRings(now)
	due := !sameDay(s.provider.tended, now)
	s.mu.Unlock()
	gone.tell()
	err := s.storeHour(now)
	if !due {
		return tending(err)
	}
	err = errors.Join(err, s.storeWeeks(week(now)), s.sweep(now), s.rotate(now), s.publish())
	s.mu.Lock()
	weekly := !week(s.provider.settled).Equal(week(now))
	s.mu.Unlock()
	if weekly {
		err = errors.Join(err, s.removeEndedKeys(now), s.render(), stored("settle removals", s.c.Registry.Settle()))
	}
	if err != nil {
		return tending(err)
	}
	s.mu.Lock()
	s.provider.tended = now
	if weekly {
		s.provider.settled = now
	}
	s.mu.Unlock()
	return nil
}

func tending(err error) error {
	if err != nil {
		return fmt.Errorf("tend: %w", err)
	}
	return nil
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.UTC().Date()
	by, bm, bd := b.UTC().Date()
	return ay == by && am == bm && ad == bd
}

// sweep deletes what is older than its retention allows, and erases the
// accounts that are no longer used.
func (s *Service) sweep(now time.Time) error {
	_, inactive, err := s.c.Registry.Sweep()
	errs := []error{stored("sweep the stores", err)}
	for _, subject := range inactive {
		if s.inUse(subject, now) {
			continue
		}
		_, err := s.erase(subject, registry.CauseInactive)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// render puts the displays of all buildings in line with the stores.
func (s *Service) render() error {
	for _, b := range s.c.Registry.Buildings() {
		if b.Residential && b.Intercom {
			if err := s.c.Registry.RenderDisplay(b.Name); err != nil {
				return stored("render a display", err)
			}
		}
	}
	return nil
}

// rotate makes the key-encryption key anew when it is due.
func (s *Service) rotate(now time.Time) error {
	limits := s.c.Registry.Limits()
	s.mu.Lock()
	last := s.provider.rotated
	s.mu.Unlock()
	if last.IsZero() {
		var err error
		if last, err = s.lastRotation(); err != nil {
			return err
		}
	}
	if !last.IsZero() && now.Sub(last) >= limits.Rotation {
		if err := s.c.Registry.Rotate(); err != nil {
			return stored("rotate the key-encryption key", err)
		}
		last = now
	}
	s.mu.Lock()
	s.provider.rotated = last
	s.mu.Unlock()
	return nil
}

// lastRotation is when the provider's key-encryption key was made, by the
// ledger.
func (s *Service) lastRotation() (last time.Time, err error) {
	err = s.c.Registry.Entries(func(_ uint64, e *registry.Entry) error {
		if e.Act == registry.ActKeyCreated && e.Facts["ring"] == "provider" {
			last = e.At
		}
		return nil
	})
	return last, stored("look for the last rotation in the ledger", err)
}
