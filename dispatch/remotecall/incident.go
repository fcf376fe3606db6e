package remotecall

import (
	"errors"
	"slices"
	"strconv"

	"hoistway/dispatch/registry"
)

// Incident opens the grounds on which the key audit may be read (FL:L19). The
// reason is one of registry.IncidentReasons; number is that of a case in
// whoever's register it is, such as C-2026-17, or empty.
func (o *Operator) Incident(reason, number string) (id registry.ID, err error) {
	defer o.logRefusal("incident", &err)
	if err := o.must(securityRoles); err != nil {
		return "", err
	}
	facts, err := why(reason, number, registry.IncidentReasons())
	if err != nil {
		return "", err
	}
	return o.s.note(registry.ActIncident, facts, true)
}

// why gives the facts of a reason from a closed list, and of the number of a
// case where there is one.
func why(reason, number string, reasons []string) (map[string]string, error) {
	switch {
	case !slices.Contains(reasons, reason):
		return nil, NoGrounds
	case number == "":
		return map[string]string{"reason": reason}, nil
	case !registry.ValidNumber(number):
		return nil, field(MalformedField, "number", "must be the number of a case, such as C-2026-17")
	}
	return map[string]string{"reason": reason, "number": number}, nil
}

// KeyAudit reads a building's key audit on the grounds of an incident. The
// reading itself stands in the ledger before anything is returned.
func (o *Operator) KeyAudit(building string, incident registry.ID) (list []registry.KeyAudit, err error) {
	defer o.logRefusal("key-audit", &err)
	if err := o.must(securityRoles); err != nil {
		return nil, err
	}
	if _, err := o.s.site(building, ""); err != nil {
		return nil, err
	}
	opened, err := o.s.opened(registry.ActIncident, incident)
	if err != nil {
		return nil, err
	}
	if !opened {
		return nil, NoGrounds
	}
	var audit []registry.KeyAudit
	err = o.s.handle(o.role, registry.ToSecure).On(incident).In(building).
		Each(registry.Ref{Kind: registry.KindKeyAudit}, func(_ registry.Ref, load func(registry.Record) error) error {
			var e registry.KeyAudit
			err := load(&e)
			if err == nil {
				audit = append(audit, e)
			}
			return err
		})
	if err != nil {
		return nil, stored("read the key audit", err)
	}
	_, err = o.s.note(registry.ActKeyAuditRead, map[string]string{"incident": string(incident), "building": building, "entries": strconv.Itoa(len(audit))}, true)
	if err != nil {
		return nil, err
	}
	return audit, nil
}

// opened tells whether the ledger has an entry of an act with an ID.
func (s *Service) opened(act string, id registry.ID) (bool, error) {
	found := false
	err := s.c.Registry.Entries(func(_ uint64, e *registry.Entry) error {
		found = found || e.Act == act && e.ID == id
		return nil
	})
	return found && id != "", stored("look for the grounds in the ledger", err)
}

// Reidentify asks the vault (FL:L21). It is for KONE's security staff only,
// for a reason of registry.ReidentificationReasons, with an approver who is
// somebody else, and for few IDs at a time.
func (o *Operator) Reidentify(c registry.Case) (targets []registry.LinkTarget, err error) {
	defer o.logRefusal("reidentify", &err)
	if err := o.must(securityRoles); err != nil {
		return nil, err
	}
	targets, err = o.s.c.Registry.Reidentify(c)
	switch {
	case err == nil:
		return targets, nil
	case errors.Is(err, registry.ErrNoReason):
		return nil, NoGrounds
	case errors.Is(err, registry.ErrSelfApproved):
		return nil, SelfApproved
	case errors.Is(err, registry.ErrTooBroad):
		return nil, TooBroad
	case errors.Is(err, registry.ErrNotStaff):
		return nil, field(MalformedField, "requester and approver", "must be numbers of members of staff, such as staff-17")
	}
	return nil, stored("re-identify", err)
}

// Hold keeps records of a subject for a legal case (FL:L62). Kinds are names of
// kinds in the cloud; the case names records, never a whole account. The
// reason is one of registry.HoldReasons; number is as in Incident.
func (o *Operator) Hold(reason, number, service, email string, kinds []string) (id registry.ID, err error) {
	defer o.logRefusal("hold", &err)
	if err := o.must(caseRoles); err != nil {
		return "", err
	}
	if _, err := why(reason, number, registry.HoldReasons()); err != nil {
		return "", err
	}
	if len(kinds) == 0 {
		return "", field(MissingField, "kinds", "of the records that the case is about")
	}
	subject, found := o.s.subjectByEmail(service, email)
	if !found {
		return "", NoAccount
	}
	var refs []registry.Ref
	for _, name := range kinds {
		kind := kindOf(name)
		if kind == nil || kind.Store != registry.Cloud || !ofSubject(kind) || kind.Service != "" && kind.Service != service {
			return "", field(MalformedField, "kinds", "must be of records about a subject of the service, in the cloud store")
		}
		err := o.s.handle(registry.RoleService, registry.ToFulfil).Of(subject).
			Each(registry.Ref{Kind: kind, Subject: subject}, func(ref registry.Ref, _ func(registry.Record) error) error {
				refs = append(refs, ref)
				return nil
			})
		if err != nil {
			return "", stored("list the records of a case", err)
		}
	}
	if len(refs) == 0 {
		return "", NoSuchEntry
	}
	id, err = o.s.c.Registry.Hold(reason, number, refs)
	return id, stored("hold records for a case", err)
}

// Release closes a legal case; the erasures that it deferred are run again.
func (o *Operator) Release(holdCase registry.ID) (done []*registry.Certificate, err error) {
	defer o.logRefusal("release", &err)
	if err := o.must(caseRoles); err != nil {
		return nil, err
	}
	opened, err := o.s.opened(registry.ActHold, holdCase)
	if err != nil {
		return nil, err
	}
	if !opened {
		return nil, NoSuchEntry
	}
	certificates, err := o.s.c.Registry.Release(holdCase)
	return certificates, stored("release a case", err)
}

// kindOf finds a kind by its name, nil when there is none.
func kindOf(name string) *registry.Kind {
	for _, k := range registry.Kinds() {
		if k.Name == name {
			return k
		}
	}
	return nil
}
