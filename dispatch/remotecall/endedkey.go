package remotecall

import (
	"errors"
	"math/rand/v2"
	"time"

	"hoistway/dispatch/registry"
)

// keyKept is for how long a key stays after its end, whether it was used up or
// not: so long a visitor who comes late hears that it has expired, and its host
// finds it in their data. What remains of registry.EndedKeys is the week and
// the day that may pass until Tend looks.
const keyKept = registry.EndedKeys - 8*24*time.Hour

// removeEndedKeys removes, as if they were revoked, the keys that ended keyKept
// ago. It looks at all keys, of which only those of some weeks are ever there,
// and goes through them in random order, so that the order of the removals in
// the ledger tells nothing about whose keys they were. A key that fails does
// not keep the others.
func (s *Service) removeEndedKeys(now time.Time) error {
	var ended []registry.Ref
	var errs []error
	err := s.handle(registry.RoleService, registry.ToProvide).Each(registry.Ref{Kind: registry.KindVisitorKey}, func(ref registry.Ref, load func(registry.Record) error) error {
		var k registry.VisitorKey
		switch err := load(&k); {
		case gone(err): // its host's erasure is under way
		case err != nil:
			errs = append(errs, stored("read a visitor key", err))
		case !now.Before(k.Until.Add(keyKept)):
			ended = append(ended, ref)
		}
		return nil
	})
	errs = append(errs, stored("look for visitor keys that have ended", err))
	rand.Shuffle(len(ended), func(i, j int) { ended[i], ended[j] = ended[j], ended[i] })
	for _, ref := range ended {
		errs = append(errs, s.removeEndedKey(ref))
	}
	return errors.Join(errs...)
}

func (s *Service) removeEndedKey(ref registry.Ref) error {
	defer s.turn(ref.Subject)()
	return s.removeKey(ref.Subject, ref.Item)
}
