package remotecall

import (
	"slices"

	"hoistway/dispatch/registry"
)

// note writes an entry into the ledger and gives its ID.
func (s *Service) note(act string, facts map[string]string, durable bool) (registry.ID, error) {
	id, err := s.c.Registry.Append(registry.Entry{Act: act, Facts: facts}, durable)
	return id, stored("note the act in the ledger", err)
}

// addEvidence adds the entries of the ledger that are about the subject, such
// as consents that they attested, notices that they were given and requests.
func (s *Service) addEvidence(subject registry.ID, file *exportFile) error {
	ref := registry.SubjectRef(subject)
	err := s.c.Registry.Entries(func(_ uint64, e *registry.Entry) error {
		if e.Facts["ref"] != ref {
			return nil
		}
		item, err := newItem(string(registry.Ledger), registry.KindEntry, e)
		file.Items = append(file.Items, item)
		return err
	})
	return stored("read the ledger", err)
}

// addUsage adds what was logged under randomized IDs that the subject's own
// phone gave: the vault, which knows whose they are, is not asked.
func (s *Service) addUsage(file *exportFile, pseudonyms []registry.ID) error {
	for i, p := range pseudonyms {
		if !p.Valid() || slices.Contains(pseudonyms[:i], p) {
			return PseudonymMalformed
		}
	}
	if len(pseudonyms) == 0 {
		return nil
	}
	h, err := s.handle(registry.RoleSubject, registry.ToFulfil).OfAny(pseudonyms...)
	if err != nil {
		return stored("read the usage log", err)
	}
	waiting, done := s.uploadsOf(pseudonyms)
	defer done()
	for _, u := range waiting {
		item, err := newItem(string(registry.Cloud), registry.KindUsageLog, &u)
		if err != nil {
			return err
		}
		file.Items = append(file.Items, item)
	}
	err = h.Each(registry.Ref{Kind: registry.KindUsageLog}, func(_ registry.Ref, load func(registry.Record) error) error {
		var u registry.UsageLog
		if err := load(&u); err != nil {
			if gone(err) {
				return nil
			}
			return err
		}
		item, err := newItem(string(registry.Cloud), registry.KindUsageLog, &u)
		file.Items = append(file.Items, item)
		return err
	})
	return stored("read the usage log", err)
}
