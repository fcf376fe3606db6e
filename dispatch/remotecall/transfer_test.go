package remotecall

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"hoistway/dispatch/registry"
)

func TestAgreementsThatCannotBeMade(t *testing.T) {
	h := newHouse(t, withStaff)
	for _, c := range []struct {
		sentence string
		change   func(*Agreement)
		want     Refusal
	}{
		{"without a recipient", func(a *Agreement) { a.Recipient = "" }, MissingField},
		{"with a recipient by name", func(a *Agreement) { a.Recipient = "Aino Virtanen" }, MalformedField},
		{"for no purpose", func(a *Agreement) { a.Purposes = nil }, MissingField},
		{"over no category", func(a *Agreement) { a.Categories = nil }, MissingField},
		{"without an end", func(a *Agreement) { a.Until = time.Time{} }, MalformedField},
		{"that ends before it begins", func(a *Agreement) { a.Until = a.From.Add(-time.Hour) }, MalformedField},
		{"for money", func(a *Agreement) { a.Consideration = "100 EUR" }, NoTransferBasis},
		{"in the United States without a mechanism", func(a *Agreement) { a.Region = "US" }, NoTransferBasis},
		{"in the United States by a mechanism that is none", func(a *Agreement) { a.Region, a.Mechanism = "US", "trust" }, NoTransferBasis},
		{"nowhere in particular", func(a *Agreement) { a.Region, a.Mechanism = "Mars", "SCC" }, NoTransferBasis},
		{"in the United States under contractual clauses", func(a *Agreement) { a.Region, a.Mechanism = "US", "SCC" }, ""},
		{"within the group, with one of its organisations", func(a *Agreement) { a.Group = true }, ""},
		{"within the group, with somebody else", func(a *Agreement) { a.Group, a.Recipient = true, "ORG-2" }, NoTransferBasis},
		{"in Norway, which is of the EEA", func(a *Agreement) { a.Region = "NO" }, ""},
	} {
		a := agreement(h)
		c.change(&a)
		before := h.acts(registry.ActAgreement)
		_, err := h.staff(registry.RoleService).Agree(a)
		if Reason(err) != c.want {
			t.Errorf("an agreement %s: got %v, want %q", c.sentence, err, c.want)
		}
		if made := h.acts(registry.ActAgreement) - before; (made == 1) != (c.want == "") {
			t.Errorf("an agreement %s: %d entries in the ledger", c.sentence, made)
		}
	}
}

func TestTransfersKeepToTheAgreement(t *testing.T) {
	for _, c := range []struct {
		sentence string
		agree    func(*Agreement)
		ask      func(*TransferRequest)
		pass     time.Duration
		want     Refusal
	}{
		{"under the agreement", func(*Agreement) {}, func(*TransferRequest) {}, 0, ""},
		{"to somebody without one", func(*Agreement) {}, func(r *TransferRequest) { r.Recipient = "ORG-2" }, 0, NoAgreement},
		{"at the instant it ends", func(*Agreement) {}, func(*TransferRequest) {}, 24 * time.Hour, NoAgreement},
		{"an instant before it ends", func(*Agreement) {}, func(*TransferRequest) {}, 24*time.Hour - time.Nanosecond, ""},
		{"before it begins", func(a *Agreement) { a.From = a.From.Add(2 * time.Hour) }, func(*TransferRequest) {}, 0, NoAgreement},
		{"for another purpose", func(*Agreement) {}, func(r *TransferRequest) { r.Purpose = registry.ToAnalyse }, 0, NoAgreement},
		{"of another category", func(*Agreement) {}, func(r *TransferRequest) { r.Kinds = append(r.Kinds, "flow-preferences") }, 0, NoAgreement},
		{"of both categories when both are agreed", func(a *Agreement) { a.Categories = append(a.Categories, registry.UserPreference) }, func(r *TransferRequest) { r.Kinds = append(r.Kinds, "flow-preferences") }, 0, ""},
		{"of a kind that the matrix keeps in", func(a *Agreement) {
			a.Categories = append(a.Categories, registry.OtherPerson, registry.Evidence)
		}, func(r *TransferRequest) { r.Kinds = []string{"sub-user"} }, 0, Denied},
		{"of a building's records", func(*Agreement) {}, func(r *TransferRequest) { r.Kinds = []string{"permission"} }, 0, MalformedField},
		{"within the group, to somebody who is not of it", func(*Agreement) {}, func(r *TransferRequest) { r.Group = true }, 0, NoAgreement},
		{"within the group", func(a *Agreement) { a.Group = true }, func(r *TransferRequest) { r.Group = true }, 0, ""},
		{"of nobody", func(*Agreement) {}, func(r *TransferRequest) { r.Subjects = nil }, 0, MissingField},
	} {
		h, a, b := twoDwellers(t)
		o := h.staff(registry.RoleService)
		x := agreement(h)
		c.agree(&x)
		_, err := o.Agree(x)
		h.ok(err)
		h.pass(c.pass)
		r := transferOf(a.subject)
		c.ask(&r)
		out, err := o.Transfer(r)
		if Reason(err) != c.want {
			t.Errorf("%s: got %v, want %q", c.sentence, err, c.want)
			continue
		}
		if n := h.acts(registry.ActTransfer); (n == 1) != (c.want == "") || (out == nil) != (c.want != "") {
			t.Errorf("%s: %d entries in the ledger, %d bytes out", c.sentence, n, len(out))
		}
		if c.want != "" {
			continue
		}
		text := string(out)
		if !strings.Contains(text, "Name axa") || strings.Contains(text, b.tag) || strings.Contains(text, "argon2") {
			t.Errorf("%s: the export has too little or too much", c.sentence)
		}
	}
}

// Nothing of somebody who has stopped the service or objected to the purpose goes
// to a recipient, of the group or not. An authority's order is another matter.
func TestTransfersHeedObjections(t *testing.T) {
	object := func(purpose registry.Purpose) func(*house, dweller) {
		return func(h *house, a dweller) {
			_, err := h.ask(channelApp, a.person, RightsRequest{Right: ToObject, Purpose: purpose})
			h.ok(err)
		}
	}
	for _, c := range []struct {
		sentence string
		do       func(*house, dweller)
		purpose  registry.Purpose
		group    bool
		want     Refusal
	}{
		{"to correct, of somebody who objected to nothing", func(*house, dweller) {}, registry.ToCorrect, false, ""},
		{"to correct, of somebody who objected to analysis", object(registry.ToAnalyse), registry.ToCorrect, false, ""},
		{"to correct, of somebody who objected to the service", object(registry.ToProvide), registry.ToCorrect, false, ProcessingStopped},
		{"within the group, of somebody who objected to the service", object(registry.ToProvide), registry.ToCorrect, true, ProcessingStopped},
		{"to correct, of somebody who had their account erased", func(h *house, a dweller) {
			_, err := h.s.erase(a.subject, registry.CauseRequest)
			h.ok(err)
		}, registry.ToCorrect, false, ProcessingStopped},
		{"to analyse, of somebody who objected to analysis", object(registry.ToAnalyse), registry.ToAnalyse, false, ProcessingStopped},
	} {
		h, a, b := twoDwellers(t)
		o := h.staff(registry.RoleService)
		x := agreement(h)
		x.Group, x.Purposes = c.group, []registry.Purpose{c.purpose}
		_, err := o.Agree(x)
		h.ok(err)
		c.do(h, a)
		r := transferOf(a.subject, b.subject)
		r.Group, r.Purpose = c.group, c.purpose
		out, err := o.Transfer(r)
		if Reason(err) != c.want || (out == nil) != (c.want != "") {
			t.Errorf("%s: got %v and %d bytes, want %q", c.sentence, err, len(out), c.want)
		}
		if n := h.acts(registry.ActTransfer); (n == 1) != (c.want == "") {
			t.Errorf("%s: %d transfers in the ledger", c.sentence, n)
		}
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), "number 1 of 2")) {
			t.Errorf("%s: the refusal does not say who is to be left out: %v", c.sentence, err)
		}
		if c.want == "" || h.s.account(a.subject) == nil {
			continue
		}
		if disclosed, err := o.Disclose(order(a.email)); err != nil || !strings.Contains(string(disclosed), "Name axa") {
			t.Errorf("%s: an authority is refused what the law demands: %v", c.sentence, err)
		}
	}
}

func TestDisclosureKeepsToTheOrder(t *testing.T) {
	h, a, b := twoDwellers(t)
	o := h.staff(registry.RoleService)
	var crowd []string
	for range mostPerOrder + 1 {
		crowd = append(crowd, a.email)
	}
	for _, c := range []struct {
		sentence string
		change   func(*Order)
		want     Refusal
	}{
		{"that the law does not demand", func(r *Order) { r.Demanded = false }, NoGrounds},
		{"that the law does not allow", func(r *Order) { r.Allowed = false }, NoGrounds},
		{"by an authority that is not on the list", func(r *Order) { r.Authority = "Aino Virtanen" }, NoGrounds},
		{"without a law", func(r *Order) { r.Basis = "" }, NoGrounds},
		{"that nobody approved", func(r *Order) { r.Approver = "" }, NoGrounds},
		{"approved by a name", func(r *Order) { r.Approver = "Matti" }, MalformedField},
		{"about nobody", func(r *Order) { r.Emails = nil }, TooBroad},
		{"about a whole building", func(r *Order) { r.Emails = crowd }, TooBroad},
		{"about somebody unknown", func(r *Order) { r.Emails = []string{"nobody@example.org"} }, NoAccount},
	} {
		r := order(a.email)
		c.change(&r)
		out, err := o.Disclose(r)
		if Reason(err) != c.want || out != nil {
			t.Errorf("an order %s: got %v, want %s", c.sentence, err, c.want)
		}
	}
	if n := h.acts(registry.ActDisclosure); n != 0 {
		t.Errorf("%d disclosures in the ledger that were refused", n)
	}
	out, err := o.Disclose(order(a.email, "nobody@example.org"))
	h.ok(err)
	text := string(out)
	for _, value := range []string{"Name axa", "Tower axa", "Office axa", "bell-axa"} {
		if !strings.Contains(text, value) {
			t.Errorf("what was demanded is missing")
		}
	}
	if strings.Contains(text, b.tag) || strings.Contains(text, "argon2") || strings.Contains(text, codeHash(a.key.Code)) {
		t.Error("the disclosure goes beyond the order, or holds a secret")
	}
	var file exportFile
	if err := json.Unmarshal(out, &file); err != nil {
		t.Fatal(err)
	}
	h.ok(h.stores.Entries(func(_ uint64, e *registry.Entry) error {
		if e.Act == registry.ActDisclosure && (e.Facts["subjects"] != "1" || e.Facts["ref-1"] != registry.SubjectRef(a.subject) || e.Facts["ref-2"] != "") {
			t.Errorf("the ledger's scope is %v", e.Facts)
		}
		return nil
	}))
	if n := h.acts(registry.ActDisclosure); n != 1 {
		t.Errorf("%d disclosures in the ledger, want 1", n)
	}
}
