package remotecall

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

// After a hand-over we get at nothing in the building, the other building goes
// on, and people keep their accounts (RC:L45).
func TestHandOver(t *testing.T) {
	h, a, b := twoDwellers(t)
	o := h.staff(registry.RoleService)
	h.refused(o.HandOver("castle", "ORG-2"), UnknownBuilding)
	h.refused(o.HandOver("tower", ""), MissingField)
	h.refused(o.HandOver("tower", "Aino Virtanen"), MalformedField)
	_, err := h.s.Call(a.token, upFrom("G", "1"))
	h.ok(err)
	h.ok(o.HandOver("tower", "ORG-2"))
	for _, p := range []dweller{a, b} {
		_, err := h.s.Call(p.token, upFrom("G", "1"))
		h.refused(err, NotProvider)
		_, err = h.s.CreateKey(p.token, h.keyTo("G"))
		h.refused(err, NotProvider)
		if h.s.account(p.subject) == nil {
			t.Error("an account went with one of two buildings")
		}
	}
	for _, line := range h.state(a.subject) {
		if strings.HasPrefix(line, "tower ") || strings.Contains(line, `"building":"tower"`) && !strings.Contains(line, "flow-profile") && !strings.Contains(line, "flow-preferences") {
			t.Errorf("we still hold a record of the building: %s", strings.Fields(line)[1])
		}
	}
	r := upFrom("G", "1")
	r.Building = "office"
	_, err = h.s.Call(a.token, r)
	h.ok(err)
	h.refused(o.HandOver("tower", "ORG-2"), NotProvider)
	h.refused(o.EndService("tower"), NotProvider)
	h.restart()
	a.token, err = h.s.Login(Flow, a.email, goodPassword)
	h.ok(err)
	_, err = h.s.Call(a.token, upFrom("G", "1"))
	h.refused(err, NotProvider)
	if n := h.acts(registry.ActHandOver); n != 2 {
		t.Errorf("%d entries of the hand-over, want its intent and its end", n)
	}
}

// When the service ends in a building, accounts that have no other go (RC:L45,
// FL:L56).
func TestEndService(t *testing.T) {
	h, a, _ := twoDwellers(t)
	o := h.staff(registry.RoleService)
	rc := h.resident(RemoteCall, "rc@example.org", "") // in the tower only
	h.refused(o.EndService("castle"), UnknownBuilding)
	h.ok(o.EndService("tower"))
	if h.s.account(rc.subject) != nil {
		t.Error("an account without a building is still there")
	}
	_, err := h.s.Call(rc.token, upFrom("G", "1"))
	h.refused(err, Erased)
	_, err = h.s.Call(a.token, upFrom("G", "1"))
	h.refused(err, NotProvider)
	r := upFrom("G", "1")
	r.Building = "office"
	_, err = h.s.Call(a.token, r)
	h.ok(err)
	causes := []string{}
	h.ok(h.stores.Entries(func(_ uint64, e *registry.Entry) error {
		if e.Act == registry.ActErasureSettled {
			causes = append(causes, e.Facts["cause"])
		}
		return nil
	}))
	if diff := cmp.Diff([]string{"service-ended"}, causes); diff != "" {
		t.Errorf("erasures (-want +got):\n%s", diff)
	}
}

// An ending that fails half way has shut the building's stores: nobody is
// connected to it any more, who was erased is gone, and the same call again
// completes it.
func TestEndingsThatFailHalfWay(t *testing.T) {
	for _, c := range []struct {
		sentence string
		act      string
		end      func(*Operator) error
	}{
		{"a hand-over", registry.ActHandOver, func(o *Operator) error { return o.HandOver("tower", "ORG-2") }},
		{"an end of the service", registry.ActServiceEnded, func(o *Operator) error { return o.EndService("tower") }},
	} {
		h := newHouse(t, withStaff)
		obstacle := filepath.Join(filepath.Dir(h.onDisk()), "keys", "handed-over") // a file where a folder has to be
		o := h.staff(registry.RoleService)
		p := h.resident(Flow, "aino@example.org", "12")
		var d device
		h.ok(h.s.Connect(p.token, &d, newVideoKey(t)))
		_, err := h.s.Ring("tower", "12")
		h.ok(err)
		h.ok(os.WriteFile(obstacle, nil, 0o600))
		if err := c.end(o); Reason(err) != Unavailable {
			t.Fatalf("%s whose keys cannot be put aside: %v", c.sentence, err)
		}
		d.heard(t, "1 rings in tower", "1 ended false", "wiped")
		_, err = h.s.Ring("tower", "12")
		h.refused(err, NotProvider)
		if h.s.account(p.subject) != nil {
			t.Errorf("%s: the account of somebody who was erased is in memory", c.sentence)
		}
		if n := h.acts(c.act); n != 1 {
			t.Errorf("%s: %d entries half way, want its intent", c.sentence, n)
		}
		h.ok(os.Remove(obstacle))
		h.ok(c.end(o))
		if n := h.acts(c.act); n != 2 {
			t.Errorf("%s: %d entries, want its intent and its end", c.sentence, n)
		}
		h.refused(c.end(o), NotProvider)
	}
}

// An ending that was refused before it began leaves the building as it was.
func TestEndingsThatDoNotBegin(t *testing.T) {
	h := newHouse(t, withStaff)
	p := h.resident(Flow, "aino@example.org", "12")
	var d device
	h.ok(h.s.Connect(p.token, &d, newVideoKey(t)))
	h.refused(h.staff(registry.RoleService).HandOver("tower", ""), MissingField)
	_, err := h.s.Ring("tower", "12")
	h.ok(err)
	d.heard(t, "1 rings in tower")
}
