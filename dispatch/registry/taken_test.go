package registry

import (
	"errors"
	"testing"

	"github.com/dgraph-io/badger/v4"
)

// An access that was let in before a hand-over, and writes only after it,
// writes nothing into what is the Manager's by then.
func TestLateWritesAreRefused(t *testing.T) {
	r := onDisk(t)
	subject := twoBuildings(t, r)
	ref := Ref{Kind: KindBuildingPerson, Subject: subject}
	h := r.As(RoleManager, ToProvide).In("a")
	s, rule, err := h.admit(ref, actWrite)
	must(t, err)
	must(t, r.HandOver("a", ""))
	err = s.updateServed(func(txn *badger.Txn) error {
		return h.put(s, txn, rule, ref, &BuildingPerson{Service: "flow", Name: "late"})
	})
	if !errors.Is(err, ErrNotProvider) {
		t.Errorf("a late write: %v", err)
	}
}
