package remotecall

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

func TestCreateKey(t *testing.T) {
	for _, row := range []struct {
		says    string
		service string
		grant   Grant
		change  func(*KeyRequest)
		want    Refusal
	}{
		{"all is well", Flow, Grant{MayGrant: true}, func(r *KeyRequest) {}, ""},
		{"for later", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.From = monday.Add(time.Minute) }, ""},
		{"that began already", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.From = monday.Add(-time.Hour) }, ""},
		{"without the right to grant", Flow, Grant{}, func(r *KeyRequest) {}, MayNotGrant},
		{"a right to grant other floors", Flow, Grant{MayGrant: true, Floors: []string{"G", "1"}}, func(r *KeyRequest) {}, MayNotGrant},
		{"a right to grant some of the floors", Flow, Grant{MayGrant: true, Floors: []string{"2"}}, func(r *KeyRequest) { r.Floors = []string{"2", "3"} }, MayNotGrant},
		{"a right to grant at another time of day", Flow, Grant{MayGrant: true, Daily: "18:00-20:00"}, func(r *KeyRequest) {}, MayNotGrant},
		{"a right to grant that begins tomorrow", Flow, Grant{MayGrant: true, From: monday.Add(24 * time.Hour)}, func(r *KeyRequest) {}, MayNotGrant},
		{"by a user of Remote Call", RemoteCall, Grant{}, func(r *KeyRequest) {}, MayNotGrant},
		{"without consent", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.Consent = false }, NoConsent},
		{"for nobody", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.Visitor = "" }, MissingField},
		{"for somebody of control characters", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.Visitor = "\a" }, MalformedField},
		{"for no floor", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.Floors = nil }, MissingField},
		{"for a floor that there is not", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.Floors = []string{"2", "9"} }, UnknownFloor},
		{"for a floor twice", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.Floors = []string{"2", "2"} }, MalformedField},
		{"without a beginning", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.From = time.Time{} }, MissingField},
		{"without an end", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.Until = time.Time{} }, MissingField},
		{"that ends when it begins", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.Until = r.From }, MalformedField},
		{"that has ended", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.From, r.Until = monday.Add(-time.Hour), monday }, MalformedField},
		{"without uses", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.Uses = 0 }, MalformedField},
		{"with uses for a crowd", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.Uses = mostUses + 1 }, MalformedField},
		{"in a building that there is not", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.Building = "castle" }, UnknownBuilding},
		{"in a building where one may not grant", Flow, Grant{MayGrant: true}, func(r *KeyRequest) { r.Building = "office" }, MayNotGrant},
	} {
		t.Run(row.says, func(t *testing.T) {
			h := newHouse(t)
			p := h.signUp(row.service, "aino@example.org")
			m := h.manager("tower")
			_, err := m.Admit(Admission{Service: row.service, Email: p.email, Name: "Aino"})
			h.ok(err)
			_, err = m.Grant(row.service, p.subject, row.grant)
			h.ok(err)
			r := h.keyTo("2")
			row.change(&r)
			key, err := h.s.CreateKey(p.token, r)
			if row.want != "" {
				h.refused(err, row.want)
				if n := h.acts(registry.ActConsent); n != 0 {
					t.Errorf("%d attestations of a consent that came to nothing", n)
				}
				if d := cmp.Diff([]string(nil), h.audited("tower")); d != "" {
					t.Error(d)
				}
				return
			}
			h.ok(err)
			var stored registry.VisitorKey
			h.ok(h.stores.As(registry.RoleService, registry.ToProvide).Of(p.subject).
				Get(registry.Ref{Kind: registry.KindVisitorKey, Subject: p.subject, Item: key.ID}, &stored))
			if stored.CodeHash == key.Code || stored.CodeHash != codeHash(key.Code) || len(key.Code) < 26 {
				t.Error("the store has something else than the SHA-256 of a long random code")
			}
			if stored.Building != "tower" {
				t.Errorf("the key is one of building %q", stored.Building)
			}
			h.ok(h.stores.Entries(func(_ uint64, e *registry.Entry) error {
				if e.Act == registry.ActConsent && (e.ID != stored.Consent || e.At.After(stored.At)) {
					t.Error("the record does not name the consent that was attested before it")
				}
				return nil
			}))
			if d := cmp.Diff([]string{"created visitor-key"}, h.audited("tower")); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestUseAndCheckOfAKey(t *testing.T) {
	type step struct {
		says  string
		pass  time.Duration
		do    func(h *house, host person, k Key)
		floor string
		use   Refusal
		check Refusal
	}
	nothing := func(*house, person, Key) {}
	for _, row := range []struct {
		says   string
		change func(*KeyRequest)
		steps  []step
	}{
		{"two uses", func(r *KeyRequest) { r.Uses = 2 }, []step{
			{"the first", 0, nothing, "2", "", ""},
			{"the second", 0, nothing, "2", "", ""},
			{"a third; but who is on the way still gets there", 0, nothing, "2", KeyUsedUp, ""},
			{"until the end", time.Hour, nothing, "2", KeyExpired, KeyExpired},
		}},
		{"for later", func(r *KeyRequest) { r.From = monday.Add(time.Minute) }, []step{
			{"now", time.Minute - 1, nothing, "2", KeyEarly, KeyEarly},
			{"then", 1, nothing, "2", "", ""},
		}},
		{"the end", func(r *KeyRequest) {}, []step{
			{"just before", time.Hour - 1, nothing, "2", "", ""},
			{"at the end", 1, nothing, "2", KeyExpired, KeyExpired},
		}},
		{"floors", func(r *KeyRequest) { r.Floors, r.Uses = []string{"1", "2"}, 10 }, []step{
			{"one", 0, nothing, "1", "", ""},
			{"the other", 0, nothing, "2", "", ""},
			{"none of them", 0, nothing, "3", KeyWrongFloor, KeyWrongFloor},
			{"none of the building", 0, nothing, "9", UnknownFloor, UnknownFloor},
		}},
		{"revoked", func(r *KeyRequest) {}, []step{
			{"by the host, twice", 0, func(h *house, host person, k Key) {
				h.ok(h.s.RevokeKey(host.token, k.ID))
				h.ok(h.s.RevokeKey(host.token, k.ID))
			}, "2", KeyRevoked, KeyRevoked},
			{"as long as it would have been valid", time.Hour - 1, nothing, "2", KeyRevoked, KeyRevoked},
			{"and not longer", 1, nothing, "2", KeyUnknown, KeyUnknown},
			{"and then forgotten", 0, func(h *house, _ person, _ Key) {
				h.s.expireKeys()
				if len(h.s.revoked) != 0 {
					h.t.Error("a revoked key is remembered after its end")
				}
			}, "2", KeyUnknown, KeyUnknown},
		}},
		{"the wrong person's", func(r *KeyRequest) {}, []step{
			{"cannot be revoked by another", 0, func(h *house, _ person, k Key) {
				other := h.resident(Flow, "other@example.org", "")
				h.refused(h.s.RevokeKey(other.token, k.ID), NoSuchEntry)
				h.refused(h.s.RevokeKey(other.token, "nothing"), NoSuchEntry)
				h.refused(h.s.RevokeKey("", k.ID), NotSignedIn)
			}, "2", "", ""},
		}},
		{"the host loses the permission", func(r *KeyRequest) {}, []step{
			{"", 0, func(h *house, host person, _ Key) {
				h.ok(h.manager("tower").Withdraw(host.subject, h.permissions(host)[0]))
			}, "2", KeyRevoked, KeyRevoked},
		}},
		{"the host loses one of two permissions", func(r *KeyRequest) {}, []step{
			{"", 0, func(h *house, host person, _ Key) {
				first := h.permissions(host)[0]
				_, err := h.manager("tower").Grant(Flow, host.subject, Grant{MayGrant: true, Floors: []string{"2"}})
				h.ok(err)
				h.ok(h.manager("tower").Withdraw(host.subject, first))
			}, "2", "", ""},
		}},
		{"the host's permission lapses", func(r *KeyRequest) { r.Uses = 2 }, []step{
			{"", 0, func(h *house, host person, _ Key) {
				first := h.permissions(host)[0]
				_, err := h.manager("tower").Grant(Flow, host.subject, Grant{MayGrant: true, Until: monday.Add(time.Minute)})
				h.ok(err)
				h.ok(h.manager("tower").Withdraw(host.subject, first))
			}, "2", "", ""},
			{"", time.Minute, nothing, "2", NotPermitted, NotPermitted},
		}},
		{"the host is left with a permission to grant that has lapsed", func(r *KeyRequest) { r.Uses = 2 }, []step{
			{"a second permission", 0, func(h *house, host person, _ Key) {
				_, err := h.manager("tower").Grant(Flow, host.subject, Grant{MayGrant: true, Until: monday.Add(time.Minute)})
				h.ok(err)
			}, "2", "", ""},
			{"the first goes after its end", time.Minute, func(h *house, host person, _ Key) {
				st, err := h.s.standing(host.subject, Flow, h.s.sites["tower"])
				h.ok(err)
				for _, p := range st.permissions["tower"] {
					if p.until.IsZero() {
						h.ok(h.manager("tower").Withdraw(host.subject, p.id))
					}
				}
			}, "2", KeyRevoked, KeyRevoked},
		}},
		{"the host keeps the way in and loses the right to grant", func(r *KeyRequest) {}, []step{
			{"", 0, func(h *house, host person, _ Key) {
				first := h.permissions(host)[0]
				_, err := h.manager("tower").Grant(Flow, host.subject, Grant{})
				h.ok(err)
				h.ok(h.manager("tower").Withdraw(host.subject, first))
			}, "2", KeyRevoked, KeyRevoked},
		}},
		{"the host is erased", func(r *KeyRequest) {}, []step{
			{"", 0, func(h *house, host person, _ Key) {
				_, err := h.s.erase(host.subject, registry.CauseRequest)
				h.ok(err)
				if d := cmp.Diff([]string{"created visitor-key", "deleted visitor-key"}, h.audited("tower")); d != "" {
					h.t.Error(d)
				}
			}, "2", KeyRevoked, KeyRevoked},
		}},
		{"the service restarts", func(r *KeyRequest) {}, []step{
			{"", 0, func(h *house, _ person, _ Key) { h.restart() }, "2", "", ""},
			{"and knows of the use", 0, func(h *house, _ person, _ Key) { h.restart() }, "2", KeyUsedUp, ""},
		}},
	} {
		t.Run(row.says, func(t *testing.T) {
			h := newHouse(t)
			host := h.resident(Flow, "aino@example.org", "")
			r := h.keyTo("2")
			row.change(&r)
			k, err := h.s.CreateKey(host.token, r)
			h.ok(err)
			for _, step := range row.steps {
				h.pass(step.pass)
				step.do(h, host, k)
				if err := h.s.UseKey("tower", k, step.floor); Reason(err) != step.use {
					t.Errorf("%s: use: got %v, want %q", step.says, err, step.use)
				}
				if err := h.s.CheckKey("tower", k, step.floor); Reason(err) != step.check {
					t.Errorf("%s: check: got %v, want %q", step.says, err, step.check)
				}
			}
		})
	}
}

func TestAKeyOpensNothingElse(t *testing.T) {
	h := newHouse(t)
	host := h.resident(Flow, "aino@example.org", "")
	k, err := h.s.CreateKey(host.token, h.keyTo("2"))
	h.ok(err)
	h.refused(h.s.UseKey("office", k, "2"), KeyUnknown)
	h.refused(h.s.UseKey("castle", k, "2"), UnknownBuilding)
	h.refused(h.s.UseKey("tower", Key{k.ID, k.Code + "A"}, "2"), KeyUnknown)
	h.refused(h.s.UseKey("tower", Key{k.ID, ""}, "2"), KeyUnknown)
	h.refused(h.s.UseKey("tower", Key{h.config.ids().New(), k.Code}, "2"), KeyUnknown)
	h.refused(h.s.UseKey("tower", Key{}, "2"), KeyUnknown)
	h.ok(h.s.UseKey("tower", k, "2"))
}
