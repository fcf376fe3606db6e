package registry

import (
	"slices"
	"testing"

	"github.com/dgraph-io/badger/v4"
)

// resident is somebody with records of every kind, for tests.
type resident struct {
	subject    ID
	service    string
	pseudonyms []ID
	list       ID    // of the pseudonyms, in the vault
	refs       []Ref // in the cloud and in the buildings, in no order
}

// canary is a value that occurs nowhere else.
func canary(subject ID, field string) string { return "canary " + field + " " + string(subject)[:12] }

// moveIn makes a resident of building a.
func moveIn(t testing.TB, r *Registry, service string) *resident {
	t.Helper()
	p := &resident{subject: Random{}.New(), service: service}
	put := func(h Handle, ref Ref, rec Record) {
		t.Helper()
		if err := h.Put(ref, rec); err != nil {
			t.Fatalf("put %s: %v", ref.Kind.Name, err)
		}
		p.refs = append(p.refs, ref)
	}
	cloud := r.As(RoleService, ToProvide).In("a").Of(p.subject)
	if service == "flow" {
		put(cloud, Ref{Kind: KindFlowProfile, Subject: p.subject}, &FlowProfile{Name: canary(p.subject, "name"), Email: canary(p.subject, "mail"), Active: start})
		put(cloud, Ref{Kind: KindFlowPreferences, Subject: p.subject}, &FlowPreferences{IntercomUsername: canary(p.subject, "intercom"), WalkingSpeed: 1317})
		for range 3 {
			put(cloud, Ref{Kind: KindVisitorKey, Subject: p.subject, Item: Random{}.New()}, &VisitorKey{Visitor: canary(p.subject, "visitor"), Floors: []string{"1"}, Consent: Random{}.New()})
		}
		put(cloud, Ref{Kind: KindSubUser, Subject: p.subject, Item: Random{}.New()}, &SubUser{Name: canary(p.subject, "child"), BirthDate: "2001-02-03", Consent: Random{}.New()})
		for range 2 {
			id := Random{}.New()
			if err := r.Register(p.subject, id, "a"); err != nil {
				t.Fatal(err)
			}
			p.pseudonyms = append(p.pseudonyms, id)
			must(t, r.ring.view(func(txn *badger.Txn) error {
				l, err := r.listOf(txn, p.subject)
				if err == nil {
					p.list = l.ref.Item
				}
				return err
			}))
			ref := Ref{Kind: KindUsageLog, Item: Random{}.New()}
			if err := cloud.Put(ref, &UsageLog{Meta: Meta{At: start}, Pseudonym: id, Equipment: "low", Function: "remote-call"}); err != nil {
				t.Fatal(err)
			}
		}
	} else {
		put(cloud, Ref{Kind: KindRemoteCallAccount, Subject: p.subject}, &RemoteCallAccount{Email: canary(p.subject, "mail"), Serial: canary(p.subject, "serial"), Active: start})
	}
	put(r.As(RoleService, ToFulfil).In("a"), Ref{Kind: KindObjection, Subject: p.subject, Item: Random{}.New()}, &Objection{Purpose: ToAnalyse})
	manager := r.As(RoleManager, ToProvide).In("a")
	person := &BuildingPerson{Service: service, Name: canary(p.subject, "person")}
	if service == "flow" {
		person.Apartment, person.MainUser = "12", true
	}
	put(manager, Ref{Kind: KindBuildingPerson, Subject: p.subject}, person)
	put(manager, Ref{Kind: KindPermission, Subject: p.subject, Item: Random{}.New()}, &Permission{Service: service, Floors: []string{"*"}, Banks: []string{"*"}, From: start})
	put(manager, Ref{Kind: KindKeyTag, Subject: p.subject}, &KeyTag{Number: canary(p.subject, "tag"), Floors: []string{"1"}})
	return p
}

// left lists what the stores still show of a resident, as STORE KIND.
func (p *resident) left(t testing.TB, r *Registry) (left []string) {
	t.Helper()
	for _, s := range r.allStores() {
		prefixes, err := s.subjectPrefixes(p.subject)
		if err != nil {
			t.Fatal(err)
		}
		if s.kind == Vault {
			for _, id := range p.pseudonyms {
				link, _ := keyOf(Ref{Kind: KindLink, Item: id})
				key, _ := keyOf(Ref{Kind: KindWrappedKey, Subject: id})
				prefixes = append(prefixes, link, key)
			}
			if p.list != "" {
				list, _ := keyOf(Ref{Kind: KindPseudonyms, Item: p.list})
				prefixes = append(prefixes, list)
			}
		}
		keys, err := s.keys(prefixes)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			ref, err := parseKey(key)
			if err != nil {
				t.Fatal(err)
			}
			left = append(left, s.name+" "+ref.Kind.Name)
		}
	}
	slices.Sort(left)
	return left
}
