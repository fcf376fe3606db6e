package remotecall

import (
	"errors"
	"slices"

	"hoistway/dispatch/registry"
)

// HandOver ends our service in a building in favour of another provider, given
// by its number as an organisation, such as ORG-4: its
// server goes on under its Manager, and nothing of the building stays with us
// (RC:L45). From then on the building's calls are refused with NotProvider.
// People who use the service in another building keep their accounts; those of
// the others are erased.
func (o *Operator) HandOver(building, successor string) (err error) {
	defer o.logRefusal("hand-over", &err)
	return o.leave(building, func() error {
		if successor == "" {
			return field(MissingField, "successor", "")
		}
		if !registry.ValidNumber(successor) {
			return field(MalformedField, "successor", "must be the number of an organisation, such as ORG-4")
		}
		return stored("hand a building over", o.s.c.Registry.HandOver(building, successor))
	})
}

// EndService ends our service in a building of our own accord and erases what
// its server holds, but for the key tags and logs that are the Manager's, who
// gets the server's keys (FL:L51). Accounts that are used in no other building
// go as well (RC:L45, FL:L56).
func (o *Operator) EndService(building string) (err error) {
	defer o.logRefusal("end-service", &err)
	return o.leave(building, func() error {
		return stored("end the service in a building", o.s.c.Registry.EndService(building))
	})
}

// leave ends the service in a building, which also erases those who used it
// there alone. All turns are taken meanwhile, so that nothing of somebody who
// is erased is written afterwards.
//
// When end fails half way the stores are shut already. The building is left all
// the same, phones are disconnected, and a second call lets end do the rest.
func (o *Operator) leave(building string, end func() error) error {
	if err := o.must(servingRoles); err != nil {
		return err
	}
	s := o.s
	if _, err := s.site(building, ""); err != nil && !notProvider(err) {
		return err
	}
	for i := range s.turns {
		s.turns[i].Lock()
		defer s.turns[i].Unlock()
	}
	if err := s.storeEntries(); err != nil { // the building's logs stay with its Manager
		return err
	}
	err := end()
	if err != nil && slices.ContainsFunc(s.c.Registry.Buildings(), func(b registry.BuildingConfig) bool { return b.Name == building }) {
		return err
	}
	s.forgetBuilding(building)
	return errors.Join(err, s.forgetErased())
}

// forgetErased drops the accounts that are no longer in the stores from memory.
// The caller has all turns. What was cut short needs no more than a start,
// which reads the accounts anew.
func (s *Service) forgetErased() error {
	left := map[registry.ID]bool{}
	for _, kind := range []*registry.Kind{registry.KindRemoteCallAccount, registry.KindFlowProfile} {
		err := s.handle(registry.RoleService, registry.ToIdentify).Each(registry.Ref{Kind: kind}, func(ref registry.Ref, _ func(registry.Record) error) error {
			left[ref.Subject] = true
			return nil
		})
		if err != nil {
			return stored("list the accounts", err)
		}
	}
	var erased []registry.ID
	s.mu.Lock()
	for subject := range s.accounts {
		if !left[subject] {
			erased = append(erased, subject)
		}
	}
	s.mu.Unlock()
	var errs []error
	for _, subject := range erased {
		_, err := s.eraseInTurn(subject, registry.CauseServiceEnd) // gives the certificate there is
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
