package registry

import (
	"errors"
	"testing"
)

// A transaction that is narrowed is another view of the same one: what it
// denies, it denies to itself, and what it writes is committed with the rest.
func TestNarrowingATransaction(t *testing.T) {
	r := inRAM(t)
	w := newTown(t, r)
	alice, bob := Ref{Kind: KindFlowPreferences, Subject: w.alice}, Ref{Kind: KindFlowPreferences, Subject: w.bob}
	err := r.As(RoleSubject, ToProvide).In("a").Do(KindFlowPreferences, func(tx *Tx) error {
		var d *Denied
		if err := tx.Put(bob, &FlowPreferences{WalkingSpeed: 900}); !errors.As(err, &d) {
			t.Errorf("a subject's access that names no subject: %v", err)
		}
		if err := tx.Of(w.alice).Put(bob, &FlowPreferences{WalkingSpeed: 900}); !errors.As(err, &d) {
			t.Errorf("one subject's access to another's record: %v", err)
		}
		must(t, tx.Of(w.alice).Put(alice, &FlowPreferences{WalkingSpeed: 901}))
		must(t, tx.Of(w.bob).In("b").Put(bob, &FlowPreferences{WalkingSpeed: 902}))
		var p FlowPreferences
		must(t, tx.Of(w.bob).Get(bob, &p))
		if p.WalkingSpeed != 902 || p.Building != "b" {
			t.Errorf("within the transaction %d mm/s in %q, want 902 in b", p.WalkingSpeed, p.Building)
		}
		if err := tx.Get(bob, &p); !errors.As(err, &d) {
			t.Errorf("the transaction that was narrowed is as wide as before: %v", err)
		}
		return nil
	})
	must(t, err)
	for _, want := range []struct {
		ref      Ref
		speed    int
		building string
	}{{alice, 901, "a"}, {bob, 902, "b"}} {
		var p FlowPreferences
		must(t, r.As(RoleSubject, ToProvide).Of(want.ref.Subject).Get(want.ref, &p))
		if p.WalkingSpeed != want.speed || p.Building != want.building {
			t.Errorf("%d mm/s in %q, want %d in %q", p.WalkingSpeed, p.Building, want.speed, want.building)
		}
	}
	err = r.As(RoleService, ToProvide).In("a").Do(KindBuildingPerson, func(tx *Tx) error {
		return tx.In("b").Get(Ref{Kind: KindBuildingPerson, Subject: w.bob}, &BuildingPerson{})
	})
	if err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("a transaction in one building's store reaches another's: %v", err)
	}
}
