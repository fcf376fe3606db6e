package remotecall

import (
	"errors"

	"hoistway/dispatch/registry"
)

// HandOver ends our service in a building in favour of another provider: its
// server goes on under its Manager, and nothing of the building stays with us
// (RC:L45). From then on the building's calls are refused with NotProvider.
// People keep their accounts, which are not the building's.
func (o *Operator) HandOver(building, successor string) error {
	if err := o.must(servingRoles); err != nil {
		return err
	}
	if _, err := o.s.site(building, ""); err != nil {
		return err
	}
	if successor == "" {
		return field(MissingField, "successor", "")
	}
	if err := o.s.c.Registry.HandOver(building, successor); err != nil {
		return stored("hand a building over", err)
	}
	return o.s.leave(building)
}

// EndService ends our service in a building of our own accord and erases what
// its server holds. Accounts that are used in no other building go as well
// (RC:L45, FL:L56).
func (o *Operator) EndService(building string) error {
	if err := o.must(servingRoles); err != nil {
		return err
	}
	if _, err := o.s.site(building, ""); err != nil {
		return err
	}
	s := o.s
	people, err := s.peopleOf(building)
	if err != nil {
		return err
	}
	if err := s.c.Registry.EndService(building); err != nil {
		return stored("end the service in a building", err)
	}
	if err := s.leave(building); err != nil {
		return err
	}
	var errs []error
	for _, subject := range people {
		if s.account(subject) == nil {
			continue // erased earlier; the Manager kept the permissions
		}
		only, err := s.nowhereElse(subject, building)
		if err == nil && only {
			_, err = s.erase(subject, registry.CauseServiceEnd)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// peopleOf lists who is known in a building.
func (s *Service) peopleOf(building string) (people []registry.ID, err error) {
	err = s.handle(registry.RoleService, registry.ToProvide).In(building).
		Each(registry.Ref{Kind: registry.KindBuildingPerson}, func(ref registry.Ref, _ func(registry.Record) error) error {
			people = append(people, ref.Subject)
			return nil
		})
	return people, stored("list who is known in a building", err)
}

// leave drops what memory knows of a building, and of keys that opened it.
func (s *Service) leave(building string) error {
	s.forgetBuilding(building)
	return nil
}
