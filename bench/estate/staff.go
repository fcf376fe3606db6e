package estate

import (
	"fmt"
	"time"

	"hoistway/dispatch/registry"
	"hoistway/dispatch/remotecall"
	"hoistway/scenarios"
	"hoistway/twin/result"
	"hoistway/twin/script"
)

// staffActs is what the provider's staff do.
func (e *Estate) staffActs(p *person, ev *scenarios.Event, a *script.Act) error {
	security, service := e.staff[registry.RoleSecurity], e.staff[registry.RoleService]
	var err error
	facts := []string{}
	switch ev.Kind {
	case scenarios.Held:
		if p == nil || !p.used() {
			return e.scripted(p, ev, result.NotUsed)
		}
		kind := registry.KindFlowProfile.Name
		if p.service == remotecall.RemoteCall {
			kind = registry.KindRemoteCallAccount.Name
		}
		var id registry.ID
		if id, err = service.Hold("claim", "C-2026-17", p.service, p.email, []string{kind}); err == nil {
			e.holds = append(e.holds, id)
			facts = append(facts, "case", string(id), "kind", kind)
			e.truth.held(p.id, func(c *Canary) bool {
				return c.Field == "email" || c.Field == "name" || c.Field == "phone" || c.Field == "device_serial"
			})
		}
	case scenarios.Released:
		if len(e.holds) == 0 {
			return e.scripted(nil, ev, "no-case")
		}
		_, err = service.Release(e.holds[0])
		facts = append(facts, "case", string(e.holds[0]))
		e.holds = e.holds[1:]
	case scenarios.Reidentified:
		if p == nil || p.erased || p.phone.Pseudonym(Main) == "" {
			return e.scripted(p, ev, "no-pseudonym")
		}
		_, err = security.Reidentify(registry.Case{Reason: registry.ReidentificationReasons()[0], Requester: "staff-1", Approver: "staff-2", Pseudonyms: []registry.ID{p.phone.Pseudonym(Main)}})
	case scenarios.Disclosed:
		if p == nil || p.erased {
			return e.scripted(p, ev, result.NotUsed)
		}
		var out []byte
		out, err = service.Disclose(remotecall.Order{Authority: "police", Basis: "police-law", Demanded: true, Allowed: true, Approver: "staff-3", Emails: []string{p.email}, Service: p.service})
		e.export("disclosure", out)
	case scenarios.Transferred:
		var of string
		of, err = e.transfer(service, a)
		facts = append(facts, "service", of)
	case scenarios.Troubleshot:
		err = service.Troubleshoot(Main, "dark-picture", "")
	case scenarios.KeyAuditRead:
		var incident registry.ID
		if incident, err = security.Incident("door-found-open", ""); err == nil {
			_, err = security.KeyAudit(Main, incident)
		}
	}
	return e.scripted(p, ev, e.refusal(err), facts...)
}

// transfer sends one person's account to a subcontractor: of Flow and of Remote
// Call in turn; it gives the service. The agreement of every second transfer has
// ended the day before, which must be refused.
func (e *Estate) transfer(o *remotecall.Operator, a *script.Act) (service string, err error) {
	const day = 24 * time.Hour
	until := e.now.Add(365 * day)
	if a.Number%2 == 1 {
		until = e.now.Add(-day)
	}
	recipient := fmt.Sprintf("ORG-%d", a.Number)
	if _, err := o.Agree(remotecall.Agreement{Recipient: recipient, Region: "FI", Purposes: []registry.Purpose{registry.ToCorrect},
		Categories: []registry.Category{registry.UserProfile, registry.Credential, registry.DeviceIdentifier, registry.Technical}, From: e.now.Add(-30 * day), Until: until}); err != nil {
		return "", err
	}
	kind := registry.KindFlowProfile
	service = remotecall.Flow
	if a.Number%4 >= 2 {
		service, kind = remotecall.RemoteCall, registry.KindRemoteCallAccount
	}
	r := remotecall.TransferRequest{Recipient: recipient, Purpose: registry.ToCorrect, Kinds: []string{kind.Name}}
	for _, p := range e.people {
		if p != nil && p.used() && p.service == service {
			r.Subjects = []registry.ID{p.subject}
			break
		}
	}
	out, err := o.Transfer(r)
	if a.Number%2 == 1 && err == nil {
		return service, fmt.Errorf("a transfer without a valid agreement was made")
	}
	e.export("transfer", out)
	return service, err
}
