package registry

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// town is a registry with people in it.
type town struct {
	*Registry
	alice, bob ID // residents of a
	carol      ID // works in b
	caller     ID // of Remote Call, in b
	key, sub   ID // alice's
	pseudonym  ID
}

func newTown(t testing.TB, r *Registry) *town {
	new := Random{}.New
	w := &town{r, new(), new(), new(), new(), new(), new(), new()}
	put := func(h Handle, ref Ref, rec Record) { t.Helper(); must(t, h.Put(ref, rec)) }
	service := r.As(RoleService, ToProvide)
	for _, p := range []struct {
		id       ID
		building string
	}{{w.alice, "a"}, {w.bob, "a"}, {w.carol, "b"}} {
		put(service.In(p.building), Ref{Kind: KindFlowProfile, Subject: p.id}, benchProfile())
		put(service.In(p.building), Ref{Kind: KindFlowPreferences, Subject: p.id}, &FlowPreferences{IntercomUsername: "nick", IntercomPhone: "+999 7", WalkingSpeed: 1100, StorePictures: true})
		put(r.As(RoleManager, ToProvide).In(p.building), Ref{Kind: KindBuildingPerson, Subject: p.id}, &BuildingPerson{Service: "flow", Name: "Aino"})
		put(r.As(RoleManager, ToProvide).In(p.building), Ref{Kind: KindPermission, Subject: p.id, Item: new()}, &Permission{Service: "flow", Floors: []string{"*"}, Banks: []string{"*"}})
	}
	put(service.In("b"), Ref{Kind: KindRemoteCallAccount, Subject: w.caller}, &RemoteCallAccount{Email: "c@example.invalid", Password: "phc", Serial: "S1"})
	put(service.In("a"), Ref{Kind: KindVisitorKey, Subject: w.alice, Item: w.key}, &VisitorKey{Visitor: "Grandma", Floors: []string{"1"}, Uses: 3, CodeHash: "ab"})
	put(service.In("a"), Ref{Kind: KindSubUser, Subject: w.alice, Item: w.sub}, &SubUser{Name: "Kid", Username: "kiddo", Number: "1", BirthDate: "2012-02-29", Note: "likes lifts"})
	put(service.In("a"), Ref{Kind: KindKeyAudit}, &KeyAudit{Act: "created", What: "visitor-key", Of: w.key})
	put(service.In("b"), Ref{Kind: KindKeyAudit}, &KeyAudit{Act: "created", What: "sub-user", Of: new()})
	if _, err := r.ring.create(w.pseudonym); err != nil {
		t.Fatal(err)
	}
	put(service.In("a"), Ref{Kind: KindUsageLog, Item: new()}, &UsageLog{Meta: Meta{At: start.Add(-90 * time.Minute)}, Pseudonym: w.pseudonym, Equipment: "low", Function: "key"})
	put(r.As(RoleManager, ToSecure).In("b"), Ref{Kind: KindBuildingLog, Item: new()}, &BuildingLog{Log: "doors", Fields: map[string]string{"door": "3"}})
	return w
}

// read gets one record, or the first of several.
func read(h Handle, ref Ref) error {
	if _, whole, err := keyPrefix(ref); err != nil || whole {
		return h.Get(ref, ref.Kind.New())
	}
	n := 0
	err := h.Each(ref, func(ref Ref, load func(Record) error) error { n++; return load(ref.Kind.New()) })
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// The matrix in sentences: who may do what, on which conditions.
func TestWhoMayDoWhat(t *testing.T) {
	r := inRAM(t)
	w := newTown(t, r)
	entry := func(act string, facts map[string]string) ID {
		t.Helper()
		id, err := r.Append(Entry{Act: act, Facts: facts}, false)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	incident := entry(ActIncident, map[string]string{"reason": "door-found-open", "building": "a"})
	anywhere := entry(ActIncident, map[string]string{"reason": "door-found-open"})
	instruction := entry(ActInstruction, map[string]string{"building": "b", "reason": "defect"})

	profile := func(id ID) Ref { return Ref{Kind: KindFlowProfile, Subject: id} }
	person := func(id ID) Ref { return Ref{Kind: KindBuildingPerson, Subject: id} }
	permissions := func(id ID) Ref { return Ref{Kind: KindPermission, Subject: id} }
	audit, usage, logs := Ref{Kind: KindKeyAudit}, Ref{Kind: KindUsageLog}, Ref{Kind: KindBuildingLog}
	keys := Ref{Kind: KindVisitorKey, Subject: w.alice}
	as := r.As

	const yes, no = "yes", "no"
	for _, row := range []struct {
		says string
		do   func() error
		want string // yes, no, or the error's text
	}{
		{"A subject reads their own profile.", func() error { return read(as(RoleSubject, ToProvide).Of(w.alice), profile(w.alice)) }, yes},
		{"A subject does not read a neighbour's profile.", func() error { return read(as(RoleSubject, ToProvide).Of(w.alice), profile(w.bob)) }, no},
		{"A subject who is not named reads nothing.", func() error { return read(as(RoleSubject, ToProvide), profile(w.alice)) }, no},
		{"A subject does not walk over all profiles.", func() error { return read(as(RoleSubject, ToProvide), Ref{Kind: KindFlowProfile}) }, no},
		{"A subject who walks over profiles meets their own.", func() error { return read(as(RoleSubject, ToProvide).Of(w.alice), Ref{Kind: KindFlowProfile}) }, yes},
		{"A subject reads what the Manager entered about them.", func() error { return read(as(RoleSubject, ToFulfil).Of(w.alice).In("a"), person(w.alice)) }, yes},
		{"A subject grants themselves no permission (FL:L17).", func() error {
			return as(RoleSubject, ToProvide).Of(w.alice).In("a").Put(Ref{Kind: KindPermission, Subject: w.alice, Item: w.key}, &Permission{})
		}, no},
		{"A subject withdraws no permission (FL:L35).", func() error {
			return as(RoleSubject, ToFulfil).Of(w.alice).In("a").Delete(Ref{Kind: KindPermission, Subject: w.alice, Item: w.key})
		}, no},
		{"A subject makes a visitor key.", func() error {
			return as(RoleSubject, ToProvide).Of(w.alice).Put(Ref{Kind: KindVisitorKey, Subject: w.alice, Item: Random{}.New()}, &VisitorKey{})
		}, yes},
		{"A subject makes no visitor key of a neighbour's.", func() error {
			return as(RoleSubject, ToProvide).Of(w.alice).Put(Ref{Kind: KindVisitorKey, Subject: w.bob, Item: Random{}.New()}, &VisitorKey{})
		}, no},
		{"A subject does not read the key audit.", func() error { return read(as(RoleSubject, ToFulfil).Of(w.alice).In("a"), audit) }, no},
		{"A subject who brings the randomized ID reads what was logged under it.", func() error { return read(as(RoleSubject, ToFulfil).Of(w.pseudonym), usage) }, yes},
		{"A subject's ID leads to no log.", func() error { return read(as(RoleSubject, ToFulfil).Of(w.alice), usage) }, ErrNotFound.Error()},

		{"A Manager reads the persons of their building.", func() error { return read(as(RoleManager, ToProvide).In("a"), person(w.alice)) }, yes},
		{"A Manager of another building finds no such person there.", func() error { return read(as(RoleManager, ToProvide).In("b"), person(w.alice)) }, ErrNotFound.Error()},
		{"A Manager without a building gets nowhere.", func() error { return read(as(RoleManager, ToProvide), person(w.alice)) }, "records of a building server: name the building with In"},
		{"A Manager withdraws a permission.", func() error {
			ref := Ref{Kind: KindPermission, Subject: w.bob, Item: Random{}.New()}
			return errors.Join(as(RoleManager, ToProvide).In("a").Put(ref, &Permission{Service: "flow"}), as(RoleManager, ToProvide).In("a").Delete(ref))
		}, yes},
		{"A Manager reads the profile of a person of their residential building (FL:L47).", func() error { return read(as(RoleManager, ToProvide).In("a"), profile(w.alice)) }, yes},
		{"A Manager does not read the profile of another building's person.", func() error { return read(as(RoleManager, ToProvide).In("a"), profile(w.carol)) }, no},
		{"A Manager of an office reads no profiles: FL:L47 is about Residential Flow.", func() error { return read(as(RoleManager, ToProvide).In("b"), profile(w.carol)) }, no},
		{"A Manager does not walk over all profiles.", func() error { return read(as(RoleManager, ToProvide).In("a"), Ref{Kind: KindFlowProfile}) }, no},
		{"A Manager sets no password.", func() error { return as(RoleManager, ToProvide).In("a").Put(profile(w.alice), benchProfile()) }, no},
		{"A Manager reads no log data (FL:L47).", func() error { return read(as(RoleManager, ToSecure).In("a"), usage) }, no},
		{"A Manager reads no Remote Call account.", func() error {
			return read(as(RoleManager, ToProvide).In("b"), Ref{Kind: KindRemoteCallAccount, Subject: w.caller})
		}, no},
		{"A Manager sees their persons' visitor keys.", func() error { return read(as(RoleManager, ToProvide).In("a"), keys) }, yes},
		{"A Manager makes no visitor keys for others.", func() error {
			return as(RoleManager, ToProvide).In("a").Put(Ref{Kind: KindVisitorKey, Subject: w.alice, Item: w.key}, &VisitorKey{})
		}, no},
		{"A Manager reads the key audit on the grounds of an incident (FL:L19).", func() error { return read(as(RoleManager, ToSecure).In("a").On(incident), audit) }, yes},
		{"A Manager reads no key audit without grounds.", func() error { return read(as(RoleManager, ToSecure).In("a"), audit) }, no},
		{"An incident in one building is no grounds in another.", func() error { return read(as(RoleManager, ToSecure).In("b").On(incident), audit) }, no},
		{"Invented grounds are none.", func() error { return read(as(RoleManager, ToSecure).In("a").On(Random{}.New()), audit) }, no},
		{"Grounds of one sort do not serve for another.", func() error { return read(as(RoleManager, ToSecure).In("b").On(instruction), audit) }, no},
		{"A Manager reads the logs that they ordered.", func() error { return read(as(RoleManager, ToSecure).In("b"), logs) }, yes},

		{"The service reads permissions to decide who may go where.", func() error { return read(as(RoleService, ToProvide).In("a"), permissions(w.alice)) }, yes},
		{"The service enters no permission: they come from the Manager (FL:L35).", func() error {
			return as(RoleService, ToProvide).In("a").Put(Ref{Kind: KindPermission, Subject: w.alice, Item: w.key}, &Permission{})
		}, no},
		{"The service deletes no permission (FL:L35).", func() error {
			return as(RoleService, ToFulfil).In("a").Delete(Ref{Kind: KindPermission, Subject: w.alice, Item: w.key})
		}, no},
		{"The service reads a building's logs on the Manager's instruction (FL:L35).", func() error { return read(as(RoleService, ToCorrect).In("b").On(instruction), logs) }, yes},
		{"The service reads no building's logs of its own accord.", func() error { return read(as(RoleService, ToCorrect).In("b"), logs) }, no},
		{"The service does not analyse the usage of individuals.", func() error { return read(as(RoleService, ToAnalyse), usage) }, no},
		{"The service reads no key audit.", func() error { return read(as(RoleService, ToSecure).In("a").On(incident), audit) }, no},
		{"The service links no randomized ID (FL:L21).", func() error { return read(as(RoleService, ToReidentify), Ref{Kind: KindLink}) }, no},
		{"The service reads no wrapped keys.", func() error { return read(as(RoleService, ToProvide), Ref{Kind: KindWrappedKey}) }, no},
		{"Marketing is no purpose.", func() error { return read(as(RoleService, "marketing"), profile(w.alice)) }, no},
		{"An access without a purpose is refused (RC:L31).", func() error { return read(as(RoleService, ""), profile(w.alice)) }, no},
		{"Nobody deletes an account past Erase.", func() error { return as(RoleService, ToFulfil).Delete(profile(w.alice)) }, no},

		{"Security staff read usage in a case.", func() error { return read(as(RoleSecurity, ToSecure).On(anywhere), usage) }, yes},
		{"Security staff read no usage without a case.", func() error { return read(as(RoleSecurity, ToSecure), usage) }, no},
		{"Security staff look up one account, and say whose.", func() error { return read(as(RoleSecurity, ToSecure).On(anywhere).Of(w.alice), profile(w.alice)) }, yes},
		{"Security staff do not look through all accounts.", func() error { return read(as(RoleSecurity, ToSecure).On(anywhere), Ref{Kind: KindFlowProfile}) }, no},
		{"Security staff open no links by hand, only by Reidentify.", func() error { return read(as(RoleSecurity, ToReidentify).On(anywhere), Ref{Kind: KindLink}) }, no},
		{"Analysts see no usage of individuals.", func() error { return read(as(RoleAnalytics, ToAnalyse), usage) }, no},
		{"Analysts see no profiles.", func() error { return read(as(RoleAnalytics, ToAnalyse), profile(w.alice)) }, no},
		{"A sub-user sees nothing of the main user's.", func() error { return read(as(RoleSubUser, ToProvide).Of(w.alice), profile(w.alice)) }, no},
		{"A visitor with a key sees nothing.", func() error { return read(as(RoleKeyHolder, ToProvide).Of(w.alice), keys) }, no},
		{"A subcontractor gets nothing without an agreement (FL:L66).", func() error { return read(as(RoleSubcontractor, ToProvide).Of(w.alice), profile(w.alice)) }, no},
		{"An authority gets nothing without an order (FL:L72).", func() error { return read(as(RoleAuthority, ToDefend).Of(w.alice), profile(w.alice)) }, no},
		{"The public sees nothing.", func() error { return read(as(RolePublic, ToProvide), profile(w.alice)) }, no},
		{"Auditors read the ledger.", func() error { return read(as(RoleAuditor, ToAudit), Ref{Kind: KindEntry}) }, yes},
		{"Auditors see no profiles.", func() error { return read(as(RoleAuditor, ToAudit), profile(w.alice)) }, no},
		{"Nobody writes into the ledger past Append.", func() error { return as(RoleService, ToAudit).Put(Ref{Kind: KindEntry, Sequence: 1}, &Entry{}) }, no},
	} {
		err, d := row.do(), new(Denied)
		switch got := err; {
		case row.want == yes && got != nil, row.want == no && !errors.As(got, &d), row.want != yes && row.want != no && (got == nil || got.Error() != row.want):
			t.Errorf("%s Want %q, got: %v", row.says, row.want, got)
		}
	}
}

// What a role may not see is left empty, and stays what it was when the role
// writes the record.
func TestHiddenFields(t *testing.T) {
	r := inRAM(t)
	w := newTown(t, r)
	ref := Ref{Kind: KindFlowProfile, Subject: w.alice}
	manager := r.As(RoleManager, ToProvide).In("a")

	var p FlowProfile
	must(t, manager.Get(ref, &p))
	if p.Password != "" || !p.Active.IsZero() || p.Name == "" {
		t.Errorf("the Manager sees password %t, last use %t, name %t; want the name alone", p.Password != "", !p.Active.IsZero(), p.Name != "")
	}
	p.Phone = "+999 2"
	must(t, manager.Put(ref, &p))
	var full FlowProfile
	must(t, r.As(RoleService, ToIdentify).Get(ref, &full))
	want := *benchProfile()
	want.Phone = "+999 2"
	want.Meta = Meta{Controller: ByKONE, Building: "a", At: start}
	if diff := cmp.Diff(want, full); diff != "" {
		t.Errorf("after the Manager's correction:\n%s", diff)
	}

	subject := r.As(RoleSubject, ToProvide).Of(w.alice)
	must(t, subject.Get(ref, &p))
	if p.Password != "" {
		t.Error("the subject reads the password's hash")
	}
	p.Password = "new"
	must(t, subject.Put(ref, &p))
	must(t, r.As(RoleService, ToIdentify).Get(ref, &full))
	if full.Password != "new" {
		t.Error("the subject cannot set the password")
	}

	var s SubUser
	must(t, manager.Get(Ref{Kind: KindSubUser, Subject: w.alice, Item: w.sub}, &s))
	if diff := cmp.Diff(SubUser{Meta: Meta{Controller: ByKONE, Building: "a", At: start}, Username: "kiddo"}, s); diff != "" {
		t.Errorf("a Manager sees of a sub-user (FL:L47):\n%s", diff)
	}
	var f FlowPreferences
	must(t, manager.Get(Ref{Kind: KindFlowPreferences, Subject: w.alice}, &f))
	if diff := cmp.Diff(FlowPreferences{Meta: Meta{Controller: ByKONE, Building: "a", At: start}, IntercomUsername: "nick", WalkingSpeed: 1100}, f); diff != "" {
		t.Errorf("a Manager sees of preferences (FL:L47):\n%s", diff)
	}
	must(t, manager.Each(Ref{Kind: KindVisitorKey, Subject: w.alice}, func(_ Ref, load func(Record) error) error {
		var k VisitorKey
		if err := load(&k); err != nil {
			return err
		}
		if k.Visitor != "" || k.CodeHash != "" || k.Uses != 3 {
			t.Error("the Manager sees the visitor's name or the code, or not the key")
		}
		return nil
	}))
}

// Of what a person granted in several buildings, each one's Manager meets their
// own part; the rest is not there for them, and stays.
func TestGrantsByBuilding(t *testing.T) {
	r := inRAM(t)
	w := newTown(t, r)
	other := map[*Kind]ID{KindVisitorKey: Random{}.New(), KindSubUser: Random{}.New()}
	service := r.As(RoleService, ToProvide).In("b")
	must(t, service.Put(Ref{Kind: KindVisitorKey, Subject: w.alice, Item: other[KindVisitorKey]}, &VisitorKey{Visitor: "Aunt"}))
	must(t, service.Put(Ref{Kind: KindSubUser, Subject: w.alice, Item: other[KindSubUser]}, &SubUser{Username: "aunt"}))
	manager := r.As(RoleManager, ToProvide).In("a")
	entries := func() (n int) {
		must(t, r.Entries(func(uint64, *Entry) error { n++; return nil }))
		return n
	}
	for kind, own := range map[*Kind]ID{KindVisitorKey: w.key, KindSubUser: w.sub} {
		var met []ID
		must(t, manager.Each(Ref{Kind: kind, Subject: w.alice}, func(ref Ref, _ func(Record) error) error {
			met = append(met, ref.Item)
			return nil
		}))
		if diff := cmp.Diff([]ID{own}, met); diff != "" {
			t.Errorf("the Manager walks over %ss (-want +got):\n%s", kind.Name, diff)
		}
		ref, noted := Ref{Kind: kind, Subject: w.alice, Item: other[kind]}, entries()
		for what, err := range map[string]error{"read": manager.Get(ref, kind.New()), "delete": manager.Delete(ref), "remove": manager.Remove(ref)} {
			if !errors.Is(err, ErrNotFound) {
				t.Errorf("the Manager may %s the %s of another building: %v", what, kind.Name, err)
			}
		}
		if n := entries(); n != noted {
			t.Errorf("the ledger has %d entries of a %s that was not removed", n-noted, kind.Name)
		}
		must(t, service.Get(ref, kind.New()))
		must(t, manager.Remove(Ref{Kind: kind, Subject: w.alice, Item: own}))
	}
}

// A handle in a building meets that building's part of the key audit only.
func TestKeyAuditByBuilding(t *testing.T) {
	r := inRAM(t)
	newTown(t, r)
	id, err := r.Append(Entry{Act: ActIncident, Facts: map[string]string{"reason": "door-found-open"}}, false)
	must(t, err)
	for _, building := range []string{"a", "b"} {
		n := 0
		must(t, r.As(RoleManager, ToSecure).In(building).On(id).Each(Ref{Kind: KindKeyAudit}, func(_ Ref, load func(Record) error) error {
			var e KeyAudit
			must(t, load(&e))
			if n++; e.Building != building {
				t.Errorf("the Manager of %s reads an entry of %s", building, e.Building)
			}
			return nil
		}))
		if n != 1 {
			t.Errorf("the Manager of %s reads %d entries, want 1", building, n)
		}
	}
	d := new(Denied)
	if err := r.As(RoleManager, ToSecure).On(id).Each(Ref{Kind: KindKeyAudit}, nil); !errors.As(err, &d) {
		t.Errorf("a Manager without a building: %v", err)
	}
}

// After a hand-over everybody is shut out of the building's server, the Manager
// too, whose own process it is from then on.
func TestHandedOver(t *testing.T) {
	r := inRAM(t)
	w := newTown(t, r)
	s, err := r.store(Building, "b")
	must(t, err)
	s.handedOver.Store(true)
	ref := Ref{Kind: KindBuildingPerson, Subject: w.carol}
	for _, role := range roles {
		h := r.As(role, ToProvide).In("b").Of(w.carol)
		for what, err := range map[string]error{"read": read(h, ref), "write": h.Put(ref, &BuildingPerson{Service: "flow"}), "delete": h.Delete(ref), "transact": h.Do(KindBuildingPerson, func(*Tx) error { return nil })} {
			if !errors.Is(err, ErrNotProvider) {
				t.Errorf("%s may %s: %v", role, what, err)
			}
		}
	}
	for _, b := range r.Buildings() {
		if b.Name == "b" {
			t.Error("the building is still among those that we serve")
		}
	}
}
