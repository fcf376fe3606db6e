package remotecall

import (
	"strings"
	"testing"

	"hoistway/dispatch/registry"
)

// What replaces a value does so as a correction does: the former value leaves
// the files, and no restore brings it back.
func TestReplacedValuesGo(t *testing.T) {
	for _, c := range []struct {
		sentence string
		do       func(h *house, d dweller) error
		want     string // fields of the correction in the ledger; "-" = no correction
	}{
		{"another password", func(h *house, d dweller) error {
			_, err := h.s.ChangePassword(d.token, goodPassword, "another password")
			return err
		}, "password"},
		{"another key tag", func(h *house, d dweller) error {
			_, err := h.manager("tower").GiveTag(d.subject, nil)
			return err
		}, ""},
		{"admitted again under another name and without an address", func(h *house, d dweller) error {
			_, err := h.manager("tower").Admit(Admission{Service: Flow, Email: d.email, Name: "Other"})
			return err
		}, "name,address,apartment"},
		{"admitted again as before", func(h *house, d dweller) error {
			_, err := h.manager("office").Admit(Admission{Service: Flow, Email: d.email, Name: d.otherName})
			return err
		}, "-"},
		{"a file of another account", func(h *house, d dweller) error {
			f, err := h.ask(channelApp, d.person, RightsRequest{Right: ToPort})
			if err != nil {
				return err
			}
			text := strings.ReplaceAll(string(f.Export), "Name axa", "Name changed")
			_, err = h.s.Import(d.token, []byte(text))
			return err
		}, "name"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			h := newHouse(t, withStaff)
			d := h.dwell("axa", "7100", "1")
			before := h.acts(registry.ActCorrected)
			h.ok(c.do(h, d))
			fields, n := "-", 0
			h.ok(h.stores.Entries(func(_ uint64, e *registry.Entry) error {
				if e.Act == registry.ActCorrected {
					if n++; n > before {
						fields = e.Facts["fields"]
					}
				}
				return nil
			}))
			if fields != c.want {
				t.Errorf("the correction names %q, want %q", fields, c.want)
			}
		})
	}
}
