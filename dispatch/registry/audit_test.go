package registry

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/dgraph-io/badger/v4"
)

func TestAuditChainsEachBuildingAndEachRecord(t *testing.T) {
	c := &clock{now: start}
	r := open(t, testOptions(c))
	subject := signUp(t, r)
	service := r.As(RoleService, ToProvide)
	var wait sync.WaitGroup
	for _, b := range []string{"a", "b", "a", "b"} {
		wait.Go(func() {
			for range 10 {
				id := r.o.IDs.New()
				err := service.In(b).Do(KindSubUser, func(tx *Tx) error {
					if err := tx.Put(Ref{Kind: KindSubUser, Subject: subject, Item: id}, &SubUser{Name: "S", Consent: id}); err != nil {
						return err
					}
					return tx.Audit("created", "sub-user", id)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	boom := errors.New("boom")
	err := service.In("a").Do(KindSubUser, func(tx *Tx) error {
		if err := tx.Audit("created", "sub-user", r.o.IDs.New()); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("a transaction that failed: %v", err)
	}
	if users, entries := len(stands(t, r, KindSubUser, "")), len(stands(t, r, KindKeyAudit, "")); users != 40 || entries != 40 {
		t.Errorf("%d sub-users and %d entries of the audit, want 40 and 40", users, entries)
	}
	for _, b := range []string{"a", "b"} {
		must(t, r.CheckKeyAudit(b))
	}
	// Entries keep their chain when the older half is swept.
	c.pass(wholeDay)
	must(t, service.In("a").Audit("deleted", "sub-user", r.o.IDs.New()))
	c.pass(year - wholeDay)
	mustSweep(t, r)
	must(t, service.In("b").Audit("deleted", "sub-user", r.o.IDs.New()))
	if n := len(stands(t, r, KindKeyAudit, "")); n != 2 {
		t.Errorf("%d entries stay, want 2", n)
	}
	for _, b := range []string{"a", "b"} {
		must(t, r.CheckKeyAudit(b))
	}
}

func TestAuditRefuses(t *testing.T) {
	r := inRAM(t)
	h := r.As(RoleService, ToProvide).In("a")
	id := r.o.IDs.New()
	for _, row := range []struct {
		sentence      string
		h             Handle
		act, what, of string
	}{
		{"an act that is none", h, "read", "sub-user", string(id)},
		{"a thing that is none", h, "created", "account", string(id)},
		{"a name in place of an ID", h, "created", "sub-user", "Anna"},
		{"no building", r.As(RoleService, ToProvide), "created", "sub-user", string(id)},
		{"a role that may not", r.As(RolePublic, ToProvide).In("a"), "created", "sub-user", string(id)},
	} {
		if err := row.h.Audit(row.act, row.what, ID(row.of)); err == nil {
			t.Errorf("%s: accepted", row.sentence)
		} else if strings.Contains(err.Error(), "Anna") {
			t.Errorf("%s: the error repeats it: %v", row.sentence, err)
		}
	}
}

func TestCheckKeyAuditFindsTampering(t *testing.T) {
	for _, row := range []struct {
		sentence string
		do       func(t *testing.T, s *store, keys []string)
	}{
		{"an entry is missing in between", func(t *testing.T, s *store, keys []string) {
			must(t, s.update(func(txn *badger.Txn) error { return txn.Delete([]byte(keys[2])) }))
		}},
		{"the first entry is missing without an anchor", func(t *testing.T, s *store, keys []string) {
			must(t, s.update(func(txn *badger.Txn) error { return txn.Delete([]byte(keys[0])) }))
		}},
		{"an entry was changed", func(t *testing.T, s *store, keys []string) {
			rewriteAudit(t, s, keys[2], func(e *KeyAudit) { e.Act = "deleted" })
		}},
		{"an entry was changed together with its hash", func(t *testing.T, s *store, keys []string) {
			rewriteAudit(t, s, keys[2], func(e *KeyAudit) {
				e.Act = "deleted"
				e.Hash, _ = chainHash(e.Previous, e)
			})
		}},
		{"an entry stands in another place", func(t *testing.T, s *store, keys []string) {
			rewriteAudit(t, s, keys[4], func(e *KeyAudit) {
				e.Sequence = 9
				e.Hash, _ = chainHash(e.Previous, e)
			})
		}},
	} {
		t.Run(row.sentence, func(t *testing.T) {
			r := inRAM(t)
			for range 5 {
				must(t, r.As(RoleService, ToProvide).In("a").Audit("created", "sub-user", r.o.IDs.New()))
			}
			must(t, r.CheckKeyAudit("a"))
			row.do(t, r.stores["cloud"], stands(t, r, KindKeyAudit, ""))
			if err := r.CheckKeyAudit("a"); err == nil {
				t.Error("it was not found")
			}
		})
	}
}

func rewriteAudit(t *testing.T, s *store, key string, change func(*KeyAudit)) {
	t.Helper()
	ref, err := parseKey([]byte(key))
	must(t, err)
	must(t, s.update(func(txn *badger.Txn) error {
		item, err := txn.Get([]byte(key))
		if err != nil {
			return err
		}
		var e KeyAudit
		if err := item.Value(func(v []byte) error { return s.decode(KindKeyAudit, []byte(key), v, &e) }); err != nil {
			return err
		}
		change(&e)
		value, err := s.encode(ref, []byte(key), &e, false)
		if err != nil {
			return err
		}
		return txn.Set([]byte(key), value)
	}))
}
