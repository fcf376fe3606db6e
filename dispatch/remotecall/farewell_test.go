package remotecall

import (
	"slices"
	"testing"
	"time"

	"hoistway/dispatch/registry"
)

// phonesTold is how many phones the certificate of a subject's erasure says
// were instructed.
func (h *house) phonesTold(subject registry.ID) (n int) {
	h.t.Helper()
	c, err := h.stores.Erase(subject, registry.CauseRequest)
	h.ok(err)
	for _, d := range c.Stores {
		if d.Store == "phones" {
			n += d.Records
		}
	}
	return n
}

// Every way in which a login can have ended before its account did, and what
// its phone is told when it next asks.
func TestAPhoneLearnsThatItsAccountIsGone(t *testing.T) {
	erase := func(h *house, p *person) {
		_, err := h.s.erase(p.subject, registry.CauseRequest)
		h.ok(err)
	}
	for _, row := range []struct {
		says   string
		do     func(h *house, p *person)
		want   Refusal
		phones int // on the certificate
	}{
		{"the login was in use", erase, Erased, 1},
		{"the login had ended for want of use", func(h *house, p *person) {
			h.pass(h.config.Policy.Session)
			h.s.expireSessions()
			erase(h, p)
		}, Erased, 1},
		{"the login's end is noticed by the phone itself", func(h *house, p *person) {
			h.pass(h.config.Policy.Session)
			_, err := h.s.session(p.token)
			h.refused(err, NotSignedIn)
			erase(h, p)
		}, Erased, 1},
		{"the password had been changed on another phone", func(h *house, p *person) {
			again, err := h.s.Login(Flow, p.email, goodPassword)
			h.ok(err)
			_, err = h.s.ChangePassword(again, goodPassword, "another password")
			h.ok(err)
			erase(h, p)
		}, Erased, 1},
		{"the user had signed out", func(h *house, p *person) { h.ok(h.s.Logout(p.token)); erase(h, p) }, NotSignedIn, 0},
		{"the account is still there", func(h *house, p *person) {
			h.pass(h.config.Policy.Session)
			h.s.expireSessions()
		}, NotSignedIn, 0},
		{"the service was started anew before", func(h *house, p *person) { h.restart(); erase(h, p) }, NotSignedIn, 0},
		{"the service was started anew since", func(h *house, p *person) { erase(h, p); h.restart() }, NotSignedIn, 0},
		{"the phone comes back within a year", func(h *house, p *person) { erase(h, p); h.pass(farewellLife - time.Second) }, Erased, 1},
		{"the phone comes back after a year", func(h *house, p *person) { erase(h, p); h.pass(farewellLife) }, NotSignedIn, 0},
		{"the phone of somebody who moved out", func(h *house, p *person) {
			_, err := h.manager("tower").MovedOut(p.subject)
			h.ok(err)
		}, Erased, 1},
		{"the phone was connected and has been told already", func(h *house, p *person) {
			h.ok(h.s.Connect(p.token, &device{}, newVideoKey(h.t)))
			erase(h, p)
		}, Erased, 1},
		{"the account was erased from this very phone", func(h *house, p *person) {
			f, err := h.s.Exercise(RightsRequest{Right: ToDelete, Token: p.token, Password: goodPassword})
			h.ok(err)
			if !slices.Contains(f.Certificate.Stores, registry.Destroyed{Store: "phones", Outcome: registry.Instructed, Records: 1}) {
				h.t.Errorf("the certificate says nothing of the phone: %+v", f.Certificate.Stores)
			}
		}, Erased, 1},
	} {
		t.Run(row.says, func(t *testing.T) {
			h := newHouse(t)
			p := h.resident(Flow, "aino@example.org", "12")
			row.do(h, &p)
			for range 2 { // the same answer, and one phone, however often it asks
				if _, err := h.s.Objections(p.token); Reason(err) != row.want {
					t.Errorf("got %v, want %q", err, row.want)
				}
			}
			if want := row.want; want == Erased {
				if err := h.s.Logout(p.token); Reason(err) != want {
					t.Errorf("on signing out: got %v, want %q", err, want)
				}
			}
			if h.s.account(p.subject) == nil {
				if n := h.phonesTold(p.subject); n != row.phones {
					t.Errorf("the certificate speaks of %d phones, want %d", n, row.phones)
				}
			}
		})
	}
}

// Each phone of an account is told for itself.
func TestEveryPhoneLearnsIt(t *testing.T) {
	h := newHouse(t)
	p := h.signUp(Flow, "aino@example.org")
	other, err := h.s.Login(Flow, p.email, goodPassword)
	h.ok(err)
	_, err = h.s.erase(p.subject, registry.CauseRequest)
	h.ok(err)
	for n, token := range []Token{p.token, other} {
		if got := h.phonesTold(p.subject); got != n {
			t.Errorf("the certificate speaks of %d phones before the phone number %d asks", got, n+1)
		}
		_, err := h.s.Objections(token)
		h.refused(err, Erased)
	}
	if got := h.phonesTold(p.subject); got != 2 {
		t.Errorf("the certificate speaks of %d phones, want 2", got)
	}
}

// What is left of erased accounts is bounded in time and in number, and is
// nothing that leads to anybody.
func TestFarewellsAreForgotten(t *testing.T) {
	h := newHouse(t)
	p := h.signUp(Flow, "aino@example.org")
	_, err := h.s.erase(p.subject, registry.CauseRequest)
	h.ok(err)
	if len(h.s.farewells) != 1 || len(h.s.sessions) != 0 || len(h.s.accounts) != 0 {
		t.Fatalf("%d farewells, %d logins, %d accounts in memory; want the one digest", len(h.s.farewells), len(h.s.sessions), len(h.s.accounts))
	}
	h.pass(time.Second)
	h.s.mu.Lock()
	first := h.s.now()
	for i := range mostFarewells {
		h.s.farewells[digest{1, byte(i >> 8), byte(i)}] = &farewell{until: first.Add(farewellLife), told: true}
	}
	h.s.boundFarewells()
	h.s.mu.Unlock()
	if len(h.s.farewells) != mostFarewells {
		t.Errorf("%d farewells, want at most %d", len(h.s.farewells), mostFarewells)
	}
	_, err = h.s.Objections(p.token)
	h.refused(err, NotSignedIn) // the oldest went
	h.pass(farewellLife)
	h.s.expireSessions()
	if len(h.s.farewells) != 0 {
		t.Errorf("%d farewells are left after their time", len(h.s.farewells))
	}
}

// A ledger that cannot be written does not keep a phone from being told, and
// the note is made up for.
func TestAPhoneIsToldThoughTheLedgerFails(t *testing.T) {
	h := newHouse(t)
	p := h.signUp(Flow, "aino@example.org")
	_, err := h.s.erase(p.subject, registry.CauseRequest)
	h.ok(err)
	good := h.s.c.Registry
	broken, err := registry.Open(registry.Options{Now: h.now, Limits: registry.DefaultLimits()})
	h.ok(err)
	h.ok(broken.Close())
	h.s.c.Registry = broken
	_, err = h.s.Objections(p.token)
	h.refused(err, Erased)
	h.s.c.Registry = good
	if n := h.phonesTold(p.subject); n != 0 {
		t.Fatalf("the certificate speaks of %d phones though the ledger failed", n)
	}
	_, err = h.s.Objections(p.token)
	h.refused(err, Erased)
	if n := h.phonesTold(p.subject); n != 1 {
		t.Errorf("the certificate speaks of %d phones, want 1", n)
	}
}
