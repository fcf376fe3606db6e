package remotecall

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

// withLog has the service log into a text, without instants.
func withLog(text *bytes.Buffer) func(*Config) {
	return func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(text, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
	}
}

func TestTheLogOfTheService(t *testing.T) {
	var text bytes.Buffer
	h := newHouse(t, withStaff, withLog(&text))
	a := h.dwell("axa", "7100", "1")
	text.Reset()
	h.restart()
	security, service := h.staff(registry.RoleSecurity), h.staff(registry.RoleService)
	_, err := h.s.Manager("tower", "somebody else's")
	h.refused(err, WrongCredentials)
	_, err = h.s.Operator(registry.RoleService, a.email)
	h.refused(err, WrongCredentials)
	_, err = service.Reidentify(registry.Case{Reason: "theft", Requester: "staff-1", Approver: "staff-2", Pseudonyms: []registry.ID{a.pseudonym}})
	h.refused(err, Denied)
	_, err = security.Hold("claim", "C-1-1", Flow, "nobody@example.org", []string{"flow-profile"})
	h.refused(err, NoAccount)
	_, err = service.Hold("claim", "C-1-1", Flow, a.email, []string{"flow-profile"})
	h.ok(err) // what is done is not logged here, but by the registry
	h.refused(h.manager("office").TakeTag(a.subject), TagUnknown)
	_, err = h.manager("tower").Grant(RemoteCall, a.subject, Grant{})
	h.refused(err, MalformedField)
	want := strings.Join([]string{
		`level=INFO msg="service started" buildings=2 accounts=1 visitor_keys=1 key_tags=1`,
		`level=WARN msg="credential refused" as=manager building=tower`,
		`level=WARN msg="credential refused" as=staff`,
		`level=WARN msg="act of staff refused" act=reidentify role=kone-service reason=denied`,
		`level=WARN msg="act of staff refused" act=hold role=kone-security reason=no-account`,
		`level=WARN msg="act of a Manager refused" act=take-tag building=office reason=no-key-tag`,
		`level=WARN msg="act of a Manager refused" act=grant building=tower reason=malformed-field`,
		``}, "\n")
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}

// Every refusal of staff and Managers is logged, and none names anybody.
func TestNoLineOfTheLogNamesAnybody(t *testing.T) {
	var text bytes.Buffer
	h := newHouse(t, withStaff, withLog(&text))
	a := h.dwell("axa", "7100", "1")
	analyst, m, never := h.staff(registry.RoleAnalytics), h.manager("office"), registry.ID("unknown")
	for name, act := range map[string]func() error{
		"hand-over":   func() error { return analyst.HandOver("tower", "ORG-2") },
		"end-service": func() error { return analyst.EndService("tower") },
		"incident":    func() error { _, err := analyst.Incident("theft", ""); return err },
		"key-audit":   func() error { _, err := analyst.KeyAudit("tower", a.subject); return err },
		"reidentify": func() error {
			_, err := analyst.Reidentify(registry.Case{Pseudonyms: []registry.ID{a.pseudonym}})
			return err
		},
		"hold":         func() error { _, err := analyst.Hold("claim", "", Flow, a.email, []string{"flow-profile"}); return err },
		"release":      func() error { _, err := analyst.Release(a.subject); return err },
		"troubleshoot": func() error { return analyst.Troubleshoot("tower", "dark-picture", "") },
		"agree":        func() error { _, err := analyst.Agree(Agreement{Recipient: "ORG-1"}); return err },
		"transfer": func() error {
			_, err := analyst.Transfer(TransferRequest{Subjects: []registry.ID{a.subject}})
			return err
		},
		"disclose":    func() error { _, err := analyst.Disclose(Order{Emails: []string{a.email}}); return err },
		"development": func() error { _, err := h.staff(registry.RoleSecurity).Development(); return err },
		"admit":       func() error { _, err := m.Admit(Admission{Service: Flow, Email: a.email}); return err },
		"grant":       func() error { _, err := m.Grant(Flow, never, Grant{}); return err },
		"withdraw":    func() error { return m.Withdraw(a.subject, never) },
		"log":         func() error { return m.Log(a.email, nil) },
		"moved-out":   func() error { _, err := m.MovedOut(never); return err },
		"give-tag":    func() error { _, err := m.GiveTag(never, nil); return err },
		"take-tag":    func() error { return m.TakeTag(never) },
		"instruct":    func() error { _, err := m.Instruct(a.email, ""); return err },
		"building-log": func() error {
			_, err := analyst.BuildingLog("tower", "lifts", a.subject)
			return err
		},
		"maintained":   func() error { _, err := m.Maintained(a.subject); return err },
		"maintain":     func() error { return m.Maintain(a.subject, map[string]string{"password": a.values[0]}) },
		"end-key":      func() error { return m.EndKey(a.subject, never) },
		"end-sub-user": func() error { return m.EndSubUser(a.subject, never) },
	} {
		text.Reset()
		if err := act(); err == nil {
			t.Errorf("%s was not refused", name)
		}
		if !strings.Contains(text.String(), " act="+name+" ") || strings.Count(text.String(), "\n") != 1 {
			t.Errorf("%s was refused, and the log has %q", name, text.String())
		}
		for _, value := range append(a.values, string(a.subject), a.tag) {
			if strings.Contains(text.String(), value) {
				t.Errorf("the log of a refused %s holds a value of %d letters", name, len(value))
			}
		}
	}
}
