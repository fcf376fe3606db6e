package remotecall

import "hoistway/dispatch/registry"

// What a user enters about other people, in the words of the key audit and of
// the ledger.
const (
	visitorKey = "visitor-key"
	subUser    = "sub-user"
)

// attest writes into the ledger that a user attested somebody's consent, and
// gives the ID of the attestation.
func (s *Service) attest(subject registry.ID, what string, of registry.ID, building string, guardian bool) (registry.ID, error) {
	facts := map[string]string{"ref": registry.SubjectRef(subject), "for": what, "of": string(of), "building": building}
	if guardian {
		facts["guardian"] = "yes"
	}
	id, err := s.c.Registry.Append(registry.Entry{Act: registry.ActConsent, Facts: facts}, false)
	return id, stored("record the consent", err)
}

// enter stores a visitor key or sub-user together with its entry in the key
// audit, which names the item and never a person (FL:L19).
func (s *Service) enter(subject registry.ID, building, what string, ref registry.Ref, record registry.Record) error {
	err := s.handle(registry.RoleSubject, registry.ToProvide).Of(subject).In(building).Do(ref.Kind, func(tx *registry.Tx) error {
		if err := tx.Put(ref, record); err != nil {
			return err
		}
		return tx.Audit("created", what, ref.Item)
	})
	return stored("store a "+what, err)
}

// remove takes a visitor key or sub-user out of the store for good, and notes
// it in the key audit.
func (s *Service) remove(subject registry.ID, building, what string, ref registry.Ref) error {
	h := s.handle(registry.RoleService, registry.ToProvide).Of(subject).In(building)
	if err := h.Audit("deleted", what, ref.Item); err != nil {
		return stored("note in the key audit that a "+what+" goes", err)
	}
	return stored("remove a "+what, h.Remove(ref))
}

// endGrants ends what a subject granted to others in a building ("" = all):
// the keys that keep does not keep, and the sub-users if keep is nil. The turn
// must be the subject's.
func (s *Service) endGrants(subject registry.ID, building string, keep func(*registry.VisitorKey) bool) error {
	h := s.handle(registry.RoleService, registry.ToProvide).Of(subject)
	var keys []registry.ID
	err := h.Each(registry.Ref{Kind: registry.KindVisitorKey, Subject: subject}, func(ref registry.Ref, load func(registry.Record) error) error {
		var k registry.VisitorKey
		if err := load(&k); err != nil {
			return err
		}
		if (building == "" || k.Building == building) && (keep == nil || !keep(&k)) {
			keys = append(keys, ref.Item)
		}
		return nil
	})
	if err != nil {
		return stored("list visitor keys", err)
	}
	for _, id := range keys {
		if err := s.removeKey(subject, id); err != nil {
			return err
		}
	}
	if keep != nil {
		return nil
	}
	type found struct {
		ref      registry.Ref
		building string
	}
	var subUsers []found
	err = h.Each(registry.Ref{Kind: registry.KindSubUser, Subject: subject}, func(ref registry.Ref, load func(registry.Record) error) error {
		var u registry.SubUser
		if err := load(&u); err != nil {
			return err
		}
		if building == "" || u.Building == building {
			subUsers = append(subUsers, found{ref, u.Building})
		}
		return nil
	})
	if err != nil {
		return stored("list sub-users", err)
	}
	for _, u := range subUsers {
		if err := s.remove(subject, u.building, subUser, u.ref); err != nil {
			return err
		}
	}
	return nil
}
