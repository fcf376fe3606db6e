package remotecall

import (
	"fmt"
	"sync"
	"testing"

	"hoistway/dispatch/registry"
)

// Everybody does everything at once. The race detector looks on; afterwards
// nothing is left of those who went.
func TestEverythingAtOnce(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Policy.CallsPerHour = 1e6 })
	const people, rounds = 6, 4
	m := h.manager("tower")
	var all sync.WaitGroup
	for i := range people {
		all.Go(func() {
			email := fmt.Sprintf("p%d@example.org", i)
			apartment := fmt.Sprint(i)
			for range rounds {
				subject, err := h.s.SignUpFlow(flowUser(email))
				if err != nil {
					t.Error(err)
					return
				}
				token, err := h.s.Login(Flow, email, goodPassword)
				if err != nil {
					t.Error(err)
					return
				}
				var inner sync.WaitGroup
				for range 3 { // several phones of one person
					inner.Go(func() {
						for range 10 {
							ticket, err := h.s.Call(token, upFrom("G", "2"))
							if err == nil {
								h.s.Assigned(ticket.Number, "A", 0)
								_, _ = h.s.Status(token, ticket.Number)
								h.s.Forget(ticket.Number)
							}
							if k, err := h.s.CreateKey(token, h.keyTo("2")); err == nil {
								_ = h.s.UseKey("tower", k, "2")
								_ = h.s.CheckKey("tower", k, "2")
								_ = h.s.RevokeKey(token, k.ID)
							}
							_ = h.s.Connect(token, &device{}, newVideoKey(t))
							if r, err := h.s.Ring("tower", apartment); err == nil {
								_ = h.s.Frame(r.ID, []byte{1})
								_ = h.s.OpenDoor(token, r.ID)
								_, _, _ = h.s.HangUp(r.ID)
							}
						}
					})
				}
				inner.Go(func() {
					if _, err := m.Admit(Admission{Service: Flow, Email: email, Name: "N", Apartment: apartment, MainUser: true}); err != nil {
						return
					}
					for range 3 {
						p, err := m.Grant(Flow, subject, Grant{MayGrant: true})
						if err == nil {
							_ = m.Withdraw(subject, p)
						}
						_, _ = m.GiveTag(subject, nil)
					}
					_, _ = m.Grant(Flow, subject, Grant{MayGrant: true})
				})
				inner.Go(func() {
					h.s.expireCalls()
					h.s.expireSessions()
					h.s.expireKeys()
				})
				inner.Wait()
				if _, err := h.s.erase(subject, registry.CauseMovedOut); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	for what, n := range map[string]int{
		"accounts": len(h.s.accounts), "e-mails": len(h.s.emails), "logins": len(h.s.sessions), "calls": len(h.s.pending.calls), "keys": len(h.s.keys),
		"tags": len(h.s.tags), "main users": len(h.s.mains), "phones": len(h.s.intercom.phones), "rings": len(h.s.intercom.rings),
	} {
		if n != 0 {
			t.Errorf("%d %s are left in memory of people who are all gone", n, what)
		}
	}
}
