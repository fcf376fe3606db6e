package remotecall

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

func TestStaffAreLetInByRole(t *testing.T) {
	h := newHouse(t, withStaff, func(c *Config) {
		c.Operators = append(c.Operators, Credential{registry.RoleAuditor, ""})
	})
	for _, c := range []struct {
		sentence string
		role     registry.Role
		secret   string
		want     Refusal
	}{
		{"the right secret of the role", registry.RoleService, staffSecret, ""},
		{"a wrong secret", registry.RoleService, "nonsense", WrongCredentials},
		{"a role that nobody of the staff has", registry.RoleSubcontractor, staffSecret, WrongCredentials},
		{"no secret where none is set", registry.RoleAuditor, "", WrongCredentials},
	} {
		o, err := h.s.Operator(c.role, c.secret)
		if Reason(err) != c.want || (o == nil) != (c.want != "") {
			t.Errorf("%s: got %v, want %q", c.sentence, err, c.want)
		}
	}
}

// What staff of a role may not do, default deny.
func TestStaffKeepToTheirRole(t *testing.T) {
	h, a, _ := twoDwellers(t)
	for _, c := range []struct {
		act   string
		roles []registry.Role // that may
		do    func(o *Operator) error
	}{
		{"connect to a camera", servingRoles, func(o *Operator) error { return o.Troubleshoot("tower", "dark-picture", "C-2026-17") }},
		{"make an agreement", servingRoles, func(o *Operator) error { _, err := o.Agree(agreement(h)); return err }},
		{"transfer", servingRoles, func(o *Operator) error {
			_, err := o.Transfer(transferOf(a.subject))
			return err
		}},
		{"disclose", servingRoles, func(o *Operator) error { _, err := o.Disclose(order(a.email)); return err }},
		{"take the analytics along", analysisRoles, func(o *Operator) error { _, err := o.Development(); return err }},
		{"open an incident", securityRoles, func(o *Operator) error { _, err := o.Incident("door-found-open", "C-2026-17"); return err }},
		{"re-identify", securityRoles, func(o *Operator) error { _, err := o.Reidentify(caseOf(a.pseudonym)); return err }},
		{"hold records", caseRoles, func(o *Operator) error {
			_, err := o.Hold("claim", "C-2026-17", Flow, a.email, []string{"flow-profile"})
			return err
		}},
		{"hand over", servingRoles, func(o *Operator) error { return o.HandOver("nowhere", "ORG-2") }},
		{"end the service", servingRoles, func(o *Operator) error { return o.EndService("nowhere") }},
	} {
		for _, role := range []registry.Role{registry.RoleService, registry.RoleSecurity, registry.RoleAnalytics} {
			may := false
			for _, r := range c.roles {
				may = may || r == role
			}
			if err := c.do(h.staff(role)); may == (Reason(err) == Denied) {
				t.Errorf("%s: %s got %v, may is %v", c.act, role, err, may)
			}
		}
	}
}

func TestTroubleshooting(t *testing.T) {
	h := newHouse(t, withStaff)
	o := h.staff(registry.RoleService)
	written := h.writes()
	h.ok(o.Troubleshoot("tower", "dark-picture", "C-2026-17"))
	h.refused(o.Troubleshoot("tower", "", ""), NoGrounds)
	h.refused(o.Troubleshoot("office", "dark-picture", "C-2026-17"), NoCamera)
	h.refused(o.Troubleshoot("castle", "dark-picture", "C-2026-17"), UnknownBuilding)
	if n := h.writes() - written; n != 0 {
		t.Errorf("connecting to a camera wrote %d records", n)
	}
	if n := h.acts(registry.ActTroubleshooting); n != 1 {
		t.Errorf("%d entries in the ledger, want 1", n)
	}
}

// The key audit opens on the grounds of an incident only, and reading it
// stands in the ledger.
func TestKeyAuditNeedsAnIncident(t *testing.T) {
	h, a, _ := twoDwellers(t)
	o := h.staff(registry.RoleSecurity)
	_, err := o.KeyAudit("tower", "")
	h.refused(err, NoGrounds)
	_, err = o.KeyAudit("tower", registry.Random{}.New())
	h.refused(err, NoGrounds)
	agreed, err := h.staff(registry.RoleService).Agree(agreement(h))
	h.ok(err)
	_, err = o.KeyAudit("tower", agreed)
	h.refused(err, NoGrounds) // an entry, but of another act
	_, err = o.Incident("theft", "Aino")
	h.refused(err, MalformedField)
	_, err = o.Incident("", "")
	h.refused(err, NoGrounds)
	if n := h.acts(registry.ActKeyAuditRead); n != 0 {
		t.Errorf("%d readings were noted that did not happen", n)
	}
	incident, err := o.Incident("door-found-open", "C-2026-17")
	h.ok(err)
	audit, err := o.KeyAudit("tower", incident)
	h.ok(err)
	if len(audit) != 4 {
		t.Errorf("%d entries, want those of two keys and two sub-users", len(audit))
	}
	of := 0
	for _, e := range audit {
		if e.Of == a.key.ID || e.Of == a.subUser {
			of++
		}
	}
	if of != 2 {
		t.Errorf("%d entries of one subject's key and sub-user, want 2", of)
	}
	audit, err = o.KeyAudit("office", incident)
	h.ok(err)
	if len(audit) != 0 {
		t.Errorf("the office's audit has %d entries of other buildings", len(audit))
	}
	if n := h.acts(registry.ActKeyAuditRead); n != 2 {
		t.Errorf("%d readings in the ledger, want 2", n)
	}
}

func caseOf(ids ...registry.ID) registry.Case {
	return registry.Case{Reason: registry.ReidentificationReasons()[0], Requester: "staff-1", Approver: "staff-2", Pseudonyms: ids}
}

func TestReidentification(t *testing.T) {
	h, a, b := twoDwellers(t)
	o := h.staff(registry.RoleSecurity)
	for _, c := range []struct {
		sentence string
		change   func(*registry.Case)
		want     Refusal
	}{
		{"a reason that is not on the list", func(c *registry.Case) { c.Reason = "analytics" }, NoGrounds},
		{"approved by who asks", func(c *registry.Case) { c.Approver = c.Requester }, SelfApproved},
		{"staff by name", func(c *registry.Case) { c.Approver = "Matti" }, MalformedField},
		{"nobody in particular", func(c *registry.Case) { c.Pseudonyms = nil }, TooBroad},
		{"everybody", func(c *registry.Case) {
			for range registry.MostPerCase {
				c.Pseudonyms = append(c.Pseudonyms, registry.Random{}.New())
			}
		}, TooBroad},
	} {
		x := caseOf(a.pseudonym)
		c.change(&x)
		targets, err := o.Reidentify(x)
		if Reason(err) != c.want || targets != nil {
			t.Errorf("%s: got %v, want %s", c.sentence, err, c.want)
		}
	}
	if n := h.acts(registry.ActReidentified); n != 0 {
		t.Errorf("%d answers in the ledger to refused cases", n)
	}
	targets, err := o.Reidentify(caseOf(a.pseudonym))
	h.ok(err)
	if diff := cmp.Diff([]registry.LinkTarget{{Subject: a.subject, Building: "tower"}}, targets); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_ = b
	// Somebody who objected to the analysis can still be found when the building
	// is in danger.
	_, err = h.ask(channelApp, a.person, RightsRequest{Right: ToObject, Purpose: registry.ToAnalyse})
	h.ok(err)
	targets, err = o.Reidentify(caseOf(a.pseudonym))
	h.ok(err)
	if len(targets) != 1 || targets[0].Subject != a.subject {
		t.Errorf("after an objection: %v", targets)
	}
}

// A hold keeps the named records of one subject through an erasure, and ends.
func TestHoldAndRelease(t *testing.T) {
	h, a, b := twoDwellers(t)
	o := h.staff(registry.RoleService)
	for _, c := range []struct {
		sentence, reason, email string
		kinds                   []string
		want                    Refusal
	}{
		{"no reason", "", a.email, []string{"flow-profile"}, NoGrounds},
		{"a reason in words of one's own", "dispute with Aino", a.email, []string{"flow-profile"}, NoGrounds},
		{"no records", "claim", a.email, nil, MissingField},
		{"nobody", "claim", "nobody@example.org", []string{"flow-profile"}, NoAccount},
		{"a kind of the other service", "claim", a.email, []string{"remote-call-account"}, MalformedField},
		{"a kind about nobody", "claim", a.email, []string{"usage-log"}, MalformedField},
		{"a kind of which there is none", "claim", a.email, []string{"objection"}, NoSuchEntry},
	} {
		if _, err := o.Hold(c.reason, "", Flow, c.email, c.kinds); Reason(err) != c.want {
			t.Errorf("%s: got %v, want %s", c.sentence, err, c.want)
		}
	}
	held, err := o.Hold("claim", "C-2026-17", Flow, a.email, []string{"flow-profile"})
	h.ok(err)
	if n, err := h.stores.Held(held); err != nil || n != 1 {
		t.Errorf("%d records are held (%v), want 1", n, err)
	}
	f, err := h.ask(channelApp, a.person, RightsRequest{Right: ToDelete})
	h.ok(err)
	found := false
	for _, d := range f.Certificate.Stores {
		found = found || d.Outcome == "held"
	}
	if !found {
		t.Errorf("the certificate does not say that a record is held: %+v", f.Certificate.Stores)
	}
	for _, line := range h.state(a.subject) {
		if strings.Contains(line, "flow-profile") {
			t.Error("the profile is still in the cloud")
		}
	}
	_, err = o.Release(registry.Random{}.New())
	h.refused(err, NoSuchEntry)
	_, err = o.Release(held)
	h.ok(err)
	if diff := cmp.Diff(true, len(h.state(b.subject)) > 0); diff != "" {
		t.Error("the room-mate's records went with the case")
	}
}

func agreement(h *house) Agreement {
	return Agreement{
		Recipient: "ORG-1", Region: "FI", Purposes: []registry.Purpose{registry.ToCorrect}, Categories: []registry.Category{registry.UserProfile},
		From: h.now().Add(-time.Hour), Until: h.now().Add(24 * time.Hour),
	}
}

func transferOf(subjects ...registry.ID) TransferRequest {
	return TransferRequest{Recipient: "ORG-1", Purpose: registry.ToCorrect, Kinds: []string{"flow-profile"}, Subjects: subjects}
}

func order(emails ...string) Order {
	return Order{Authority: "police", Basis: "police-law", Demanded: true, Allowed: true, Approver: "staff-3", Emails: emails, Service: Flow}
}
