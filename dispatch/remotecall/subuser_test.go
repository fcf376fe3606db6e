package remotecall

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

func TestAgeOn(t *testing.T) {
	for _, row := range []struct {
		says, now, born string
		want            int
		refusal         Refusal
	}{
		{"the day before the birthday", "2024-05-09T23:59:59Z", "2008-05-10", 15, ""},
		{"the birthday, at midnight UTC", "2024-05-10T00:00:00Z", "2008-05-10", 16, ""},
		{"already the birthday in Helsinki, not in UTC", "2024-05-10T00:30:00+03:00", "2008-05-10", 15, ""},
		{"born on a leap day, the day before in a common year", "2023-02-28T12:00:00Z", "2008-02-29", 14, ""},
		{"born on a leap day, 1 March of a common year", "2023-03-01T00:00:00Z", "2008-02-29", 15, ""},
		{"born on a leap day, a leap day", "2024-02-29T00:00:00Z", "2008-02-29", 16, ""},
		{"born on a leap day, the day before that", "2024-02-28T23:59:59Z", "2008-02-29", 15, ""},
		{"the year alone would say 16", "2024-01-01T00:00:00Z", "2008-12-31", 15, ""},
		{"born today", "2024-05-10T00:00:00Z", "2024-05-10", 0, ""},
		{"born tomorrow", "2024-05-10T00:00:00Z", "2024-05-11", 0, MalformedField},
		{"as old as nobody", "2024-05-10T00:00:00Z", "1893-05-10", 0, MalformedField},
		{"very old", "2024-05-10T00:00:00Z", "1894-05-10", 130, ""},
		{"no date", "2024-05-10T00:00:00Z", "", 0, NoBirthDate},
		{"a date that there is not", "2024-05-10T00:00:00Z", "2023-02-29", 0, MalformedField},
		{"a date in another order", "2024-05-10T00:00:00Z", "10.05.2008", 0, MalformedField},
		{"a date with a time", "2024-05-10T00:00:00Z", "2008-05-10T00:00", 0, MalformedField},
	} {
		now, err := time.Parse(time.RFC3339, row.now)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ageOn(now, row.born)
		if Reason(err) != row.refusal || got != row.want && err == nil {
			t.Errorf("%s: got %d, %v, want %d, %q", row.says, got, err, row.want, row.refusal)
		}
	}
}

func TestAddSubUser(t *testing.T) {
	good := SubUserEntry{Building: "tower", Name: "Eero", Username: "eero", Number: "2", BirthDate: "1990-05-10", Note: "brother\nof Aino", Consent: true}
	for _, row := range []struct {
		says   string
		grant  Grant
		change func(*SubUserEntry)
		want   Refusal
	}{
		{"a grown-up who agreed", Grant{MayGrant: true}, func(e *SubUserEntry) {}, ""},
		{"with a name alone", Grant{MayGrant: true}, func(e *SubUserEntry) { e.Username, e.Number, e.Note = "", "", "" }, ""},
		{"without a name", Grant{MayGrant: true}, func(e *SubUserEntry) { e.Name = "" }, MissingField},
		{"with a note of a book's length", Grant{MayGrant: true}, func(e *SubUserEntry) { e.Note = string(make([]rune, 1001)) }, MalformedField},
		{"without consent", Grant{MayGrant: true}, func(e *SubUserEntry) { e.Consent = false }, NoConsent},
		{"without a birth date", Grant{MayGrant: true}, func(e *SubUserEntry) { e.BirthDate = "" }, NoBirthDate},
		{"16 today", Grant{MayGrant: true}, func(e *SubUserEntry) { e.BirthDate = "2008-03-04" }, ""},
		{"16 tomorrow, of nobody", Grant{MayGrant: true}, func(e *SubUserEntry) { e.BirthDate = "2008-03-05" }, NeedsGuardian},
		{"16 tomorrow, of a parent", Grant{MayGrant: true}, func(e *SubUserEntry) { e.BirthDate, e.Guardian = "2008-03-05", true }, ""},
		{"a child of a parent who did not ask", Grant{MayGrant: true}, func(e *SubUserEntry) { e.BirthDate, e.Guardian, e.Consent = "2018-03-05", true, false }, NoConsent},
		{"without the right to grant", Grant{}, func(e *SubUserEntry) {}, MayNotGrant},
		{"with a right to grant one floor", Grant{MayGrant: true, Floors: []string{"5"}}, func(e *SubUserEntry) {}, ""},
		{"with a right that has lapsed", Grant{MayGrant: true, From: monday.Add(-time.Hour), Until: monday}, func(e *SubUserEntry) {}, MayNotGrant},
		{"in another building", Grant{MayGrant: true}, func(e *SubUserEntry) { e.Building = "office" }, MayNotGrant},
		{"in no building", Grant{MayGrant: true}, func(e *SubUserEntry) { e.Building = "" }, UnknownBuilding},
	} {
		t.Run(row.says, func(t *testing.T) {
			h := newHouse(t)
			p := h.signUp(Flow, "aino@example.org")
			m := h.manager("tower")
			_, err := m.Admit(Admission{Service: Flow, Email: p.email, Name: "Aino"})
			h.ok(err)
			_, err = m.Grant(Flow, p.subject, row.grant)
			h.ok(err)
			e := good
			row.change(&e)
			id, err := h.s.AddSubUser(p.token, e)
			if row.want != "" {
				h.refused(err, row.want)
				if n := h.acts(registry.ActConsent); n != 0 {
					t.Errorf("%d attestations of a consent that came to nothing", n)
				}
				return
			}
			h.ok(err)
			var r registry.SubUser
			h.ok(h.stores.As(registry.RoleSubject, registry.ToProvide).Of(p.subject).Get(registry.Ref{Kind: registry.KindSubUser, Subject: p.subject, Item: id}, &r))
			if r.Name != e.Name || r.BirthDate != e.BirthDate || r.Note != e.Note || r.Guardian != e.Guardian || r.Building != "tower" {
				t.Error("the store has something else than was entered")
			}
			other := h.resident(Flow, "other@example.org", "")
			h.refused(h.s.RemoveSubUser(other.token, id), NoSuchEntry)
			h.ok(h.s.RemoveSubUser(p.token, id))
			h.refused(h.s.RemoveSubUser(p.token, id), NoSuchEntry)
			h.refused(h.s.RemoveSubUser(p.token, "everybody"), NoSuchEntry)
			if d := cmp.Diff([]string{"created sub-user", "deleted sub-user"}, h.audited("tower")); d != "" {
				t.Error(d)
			}
		})
	}
}
