package registry

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every rule stays within what its kinds are declared to be for, and names
// fields that exist.
func TestRulesAreWithinTheDeclarations(t *testing.T) {
	for _, r := range rules {
		if r.says == "" || r.clause == "" || len(r.roles)*len(r.kinds)*len(r.acts)*len(r.purposes) == 0 {
			t.Errorf("rule %q is not whole", r.says)
		}
		for _, k := range r.kinds {
			for _, p := range r.purposes {
				if !slices.Contains(k.Purposes, p) {
					t.Errorf("%q is for %s, which %s is not declared for", r.says, p, k.Name)
				}
			}
			for _, name := range r.hidden {
				if !slices.ContainsFunc(k.Fields, func(f Field) bool { return f.Name == name }) {
					t.Errorf("%q hides field %s, which %s does not have", r.says, name, k.Name)
				}
			}
			if r.persons && (k.Store != Cloud || !k.bySubject()) {
				t.Errorf("%q looks for the persons of a building in %s", r.says, k.Name)
			}
		}
		for _, name := range r.mayset {
			if !slices.Contains(r.hidden, name) {
				t.Errorf("%q lets field %s be set, which it does not hide", r.says, name)
			}
		}
		for _, g := range r.grounds {
			if !slices.ContainsFunc(Acts(), func(a Act) bool { return a.Name == g }) {
				t.Errorf("%q rests on %s, which the ledger does not know", r.says, g)
			}
		}
	}
}

// No kind is declared for a purpose that nothing serves: a rule, or what the
// registry does itself.
func TestPurposesAreServed(t *testing.T) {
	own := map[Purpose]string{
		ToDefend:     "Hold copies records of any kind",
		ToReidentify: "Reidentify opens links",
		ToRetain:     "Sweep and Rotate",
		ToFulfil:     "Erase follows links and lists",
		ToProvide:    "sealing needs keys",
	}
	for _, k := range kinds {
		for _, p := range k.Purposes {
			served := slices.ContainsFunc(rules, func(r rule) bool { return slices.Contains(r.kinds, k) && slices.Contains(r.purposes, p) })
			if !served && (own[p] == "" || k.Store == Cloud && p != ToDefend) {
				t.Errorf("%s is declared for %s, which no rule allows", k.Name, p)
			}
		}
	}
}

// reach is the matrix in short: what each role can do to each kind, by the
// first letters of read, write and delete. A dot is never.
func reach() map[Role]string {
	all := map[Role]string{}
	for _, role := range roles {
		var parts []string
		for _, k := range Kinds() {
			var letters string
			for a := range actCount {
				if slices.ContainsFunc(purposes, func(p Purpose) bool { return access.find(role, k, a, p) != nil }) {
					letters += a.String()[:1]
				}
			}
			if letters != "" {
				parts = append(parts, k.Name+":"+letters)
			}
		}
		all[role] = strings.Join(parts, " ")
	}
	return all
}

// What each role can reach at all. A role that gains a kind changes this table
// too, or the change was not meant.
func TestReach(t *testing.T) {
	want := map[Role]string{
		RoleSubject:       "flow-preferences:rwd flow-profile:rw key-audit:w objection:rwd remote-call-account:rw sub-user:rwd usage-log:r visitor-key:rwd building-person:r key-tag:r permission:r",
		RoleManager:       "flow-preferences:rw flow-profile:rw key-audit:rw sub-user:rd visitor-key:rd building-log:rwd building-person:rwd key-tag:rwd permission:rwd",
		RoleService:       "flow-preferences:rwd flow-profile:rw key-audit:w objection:rwd remote-call-account:rw sub-user:rwd usage-log:rw visitor-key:rwd building-log:r building-person:r key-tag:r permission:r",
		RoleSecurity:      "flow-profile:r key-audit:r remote-call-account:r usage-log:r hold-case:r held-record:r ledger-entry:r",
		RoleAnalytics:     "aggregate-cell:r",
		RoleSubUser:       "",
		RoleKeyHolder:     "",
		RoleSubcontractor: "flow-preferences:r flow-profile:r key-audit:r remote-call-account:r",
		RoleAuthority:     "flow-preferences:r flow-profile:r key-audit:r remote-call-account:r sub-user:r visitor-key:r building-person:r key-tag:r permission:r",
		RolePublic:        "",
		RoleAuditor:       "ledger-entry:r",
	}
	if diff := cmp.Diff(want, reach()); diff != "" {
		t.Error(diff)
	}
	for _, k := range []*Kind{KindLink, KindPseudonyms, KindWrappedKey, KindPendingErasure} {
		for role, s := range reach() {
			if strings.Contains(s, k.Name) {
				t.Errorf("%s reaches %s of the vault through a handle", role, k.Name)
			}
		}
	}
}

// Whatever no rule names is denied, by the handle and not by the table alone:
// every role, kind, act and purpose, and those that are on no list.
func TestDefaultDeny(t *testing.T) {
	r := inRAM(t)
	named := map[string]bool{}
	for _, rule := range rules {
		for _, role := range rule.roles {
			for _, k := range rule.kinds {
				for _, a := range rule.acts {
					for _, p := range rule.purposes {
						named[fmt.Sprint(role, k.Name, a, p)] = true
					}
				}
			}
		}
	}
	id := Random{}.New()
	tried, denied := 0, 0
	for _, role := range append(slices.Clone(roles), "", "root", "kone-marketing") {
		for _, k := range append(Kinds(), &Kind{Name: "invented", Prefix: "zz", Store: Cloud, Key: BySubject}) {
			for _, p := range append(slices.Clone(purposes), "", "marketing") {
				for a := range actCount {
					tried++
					h := r.As(role, p).In("a").Of(id)
					ref := Ref{Kind: k, Day: "20260101"}
					if k.bySubject() {
						ref.Subject = id
					}
					var err error
					switch a {
					case actRead:
						err = h.Each(Ref{Kind: k, Subject: ref.Subject}, func(Ref, func(Record) error) error { return nil })
					case actWrite:
						err = h.Put(ref, nil)
					case actDelete:
						err = h.Delete(ref)
					}
					d := new(Denied)
					if errors.As(err, &d) {
						denied++
						continue
					}
					if !named[fmt.Sprint(role, k.Name, a, p)] {
						t.Errorf("%q may %s %s to %q, which no rule says: %v", role, a, k.Name, p, err)
					}
				}
			}
		}
	}
	if denied < tried*9/10 || denied == tried {
		t.Errorf("%d of %d accesses were denied: the rules do not name so many", denied, tried)
	}
}

// The lookup that both sides of the matrix use is right for each cell.
func TestAccessesAreCounted(t *testing.T) {
	r := inRAM(t)
	id := Random{}.New()
	ref := Ref{Kind: KindFlowProfile, Subject: id}
	h := r.As(RoleSubject, ToProvide).Of(id).In("a")
	var p FlowProfile
	must(t, h.Put(ref, &FlowProfile{Name: "x"}))
	must(t, h.Get(ref, &p))
	must(t, h.Get(ref, &p))
	if err := h.Delete(ref); err == nil {
		t.Error("a subject deleted their profile past Erase")
	}
	if err := r.As("root", "fun").Get(ref, &p); err == nil {
		t.Error("a role that is on no list read a profile")
	}
	must(t, r.As(RoleService, ToFulfil).Of(id).Each(Ref{Kind: KindVisitorKey}, func(Ref, func(Record) error) error { return nil }))
	want := []Access{
		{"cloud", "flow-profile", "", "", "read", false, 1},
		{"cloud", "flow-profile", RoleSubject, ToProvide, "delete", false, 1},
		{"cloud", "flow-profile", RoleSubject, ToProvide, "read", true, 2},
		{"cloud", "flow-profile", RoleSubject, ToProvide, "write", true, 1},
		{"cloud", "visitor-key", RoleService, ToFulfil, "read", true, 1},
	}
	if diff := cmp.Diff(want, r.Accesses()); diff != "" {
		t.Error(diff)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
