package registry

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// versionsIn counts the physical versions of a key in a copy of a store.
func versionsIn(t testing.TB, s *store, key []byte) (n int) {
	t.Helper()
	dir := t.TempDir()
	if err := s.copyTo(dir); err != nil {
		t.Fatal(err)
	}
	damaged, err := decodeFolder(dir, func(v version) error {
		if bytes.Contains(v.Key, key) {
			n++
		}
		return nil
	})
	if err != nil || len(damaged) > 0 {
		t.Fatal(err, damaged)
	}
	return n
}

// sink pushes what a store holds into its last level.
func sink(t testing.TB, s *store) {
	t.Helper()
	if err := s.dropMarked([][]byte{[]byte("~f")}); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Flatten(2); err != nil {
		t.Fatal(err)
	}
}

func TestRemove(t *testing.T) {
	tests := []struct {
		name   string
		remove func(t *testing.T, r *Registry, h Handle, ref Ref, s *store) *Registry
	}{
		{"a record that was just written", func(t *testing.T, r *Registry, h Handle, ref Ref, s *store) *Registry {
			if err := h.Remove(ref); err != nil {
				t.Fatal(err)
			}
			return r
		}},
		{"a record in the last level", func(t *testing.T, r *Registry, h Handle, ref Ref, s *store) *Registry {
			sink(t, s)
			if err := h.Remove(ref); err != nil {
				t.Fatal(err)
			}
			return r
		}},
		{"a restart between removing and settling", func(t *testing.T, r *Registry, h Handle, ref Ref, s *store) *Registry {
			sink(t, s)
			if err := h.Remove(ref); err != nil {
				t.Fatal(err)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, r.o)
		}},
		{"a reader from before that holds the record through a merge", func(t *testing.T, r *Registry, h Handle, ref Ref, s *store) *Registry {
			sink(t, s)
			reader := s.db.NewTransaction(false)
			if err := h.Remove(ref); err != nil {
				t.Fatal(err)
			}
			// The reader makes this merge keep the record beside the mark of
			// its deletion, in one level where nothing moves them any more.
			sink(t, s)
			key, err := keyOf(ref)
			if err != nil {
				t.Fatal(err)
			}
			if versionsIn(t, s, key) == 0 {
				t.Fatal("the reader did not hold the record: the test shows nothing")
			}
			reader.Discard()
			return r
		}},
		{"the same, and a restart before settling", func(t *testing.T, r *Registry, h Handle, ref Ref, s *store) *Registry {
			sink(t, s)
			reader := s.db.NewTransaction(false)
			if err := h.Remove(ref); err != nil {
				t.Fatal(err)
			}
			sink(t, s)
			// With no mark beside the records, what settling writes meets their
			// table nowhere.
			must(t, s.dropMarked([][]byte{{markSuffix}}))
			reader.Discard()
			must(t, s.update(func(txn *badger.Txn) error { return s.noteChange(txn) }))
			must(t, r.Close())
			return open(t, r.o)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := onDisk(t)
			p := moveIn(t, r, "flow")
			var ref Ref
			for _, candidate := range p.refs {
				if candidate.Kind == KindVisitorKey {
					ref = candidate
				}
			}
			key, err := keyOf(ref)
			if err != nil {
				t.Fatal(err)
			}
			h := r.As(RoleSubject, ToProvide).Of(p.subject).In("a")
			r = tt.remove(t, r, h, ref, r.stores[string(Cloud)])
			s := r.stores[string(Cloud)]
			if err := r.As(RoleSubject, ToProvide).Of(p.subject).Get(ref, new(VisitorKey)); !errors.Is(err, ErrNotFound) {
				t.Errorf("after Remove: %v", err)
			}
			if versionsIn(t, s, key) == 0 {
				t.Error("nothing of the record is in the files before Settle: the test shows nothing")
			}
			if err := r.Settle(); err != nil {
				t.Fatal(err)
			}
			if n := versionsIn(t, s, key); n != 0 {
				t.Errorf("%d versions of the removed record are in the files", n)
			}
			var removed int
			if err := r.Entries(func(_ uint64, e *Entry) error {
				if e.Act == ActRemoved && e.Facts["ref"] == recordRef("cloud", key) {
					removed++
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if removed != 1 {
				t.Errorf("%d entries of the removal in the ledger", removed)
			}
			if left := p.left(t, r); len(left) != 16 {
				t.Errorf("%d of 16 other records are left", len(left))
			}
		})
	}
}

func TestRemoveOfWhatIsNotThere(t *testing.T) {
	r := inRAM(t)
	p := moveIn(t, r, "flow")
	h := r.As(RoleSubject, ToProvide).Of(p.subject).In("a")
	before, _ := r.ledgerHead()
	if err := h.Remove(Ref{Kind: KindVisitorKey, Subject: p.subject, Item: Random{}.New()}); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	if err := h.Remove(Ref{Kind: KindVisitorKey, Subject: Random{}.New(), Item: Random{}.New()}); !errors.As(err, new(*Denied)) {
		t.Errorf("another subject's: got %v, want a denial", err)
	}
	if after, _ := r.ledgerHead(); after != before {
		t.Error("the ledger says that something was removed")
	}
}

// TestSettleNamesAReader: with a reader from before, one more merge would keep
// what was removed beside the mark of its removal, and look done.
func TestSettleNamesAReader(t *testing.T) {
	r := onDisk(t)
	p := moveIn(t, r, "flow")
	s := r.stores[string(Cloud)]
	ref := Ref{Kind: KindFlowPreferences, Subject: p.subject}
	key, err := keyOf(ref)
	if err != nil {
		t.Fatal(err)
	}
	sink(t, s)
	reader := s.db.NewTransaction(false)
	if err := r.As(RoleSubject, ToProvide).Of(p.subject).In("a").Remove(ref); err != nil {
		t.Fatal(err)
	}
	if err := r.Settle(); err == nil || !strings.Contains(err.Error(), "a reader holds them") {
		t.Errorf("settling below a reader: got %v, want an error that says so", err)
	}
	reader.Discard()
	if err := r.Settle(); err != nil {
		t.Fatal(err)
	}
	if n := versionsIn(t, s, key); n != 0 {
		t.Errorf("%d versions of the removed record are in the files", n)
	}
}

// TestSettleCostsNothingWhereNothingChanged: services call it every day.
func TestSettleCostsNothingWhereNothingChanged(t *testing.T) {
	r := onDisk(t)
	moveIn(t, r, "flow")
	s := r.stores[string(Cloud)]
	tables := len(s.db.Tables())
	if err := r.Settle(); err != nil {
		t.Fatal(err)
	}
	if got := len(s.db.Tables()); got != tables {
		t.Errorf("%d tables after settling a store without deletions, %d before", got, tables)
	}
}

func TestSettleKeepsTheLastVersion(t *testing.T) {
	r := onDisk(t)
	p := moveIn(t, r, "flow")
	s := r.stores[string(Cloud)]
	ref := Ref{Kind: KindFlowPreferences, Subject: p.subject}
	key, err := keyOf(ref)
	if err != nil {
		t.Fatal(err)
	}
	sink(t, s)
	reader := s.db.NewTransaction(false)
	h := r.As(RoleService, ToProvide).In("a")
	if err := h.Put(ref, &FlowPreferences{WalkingSpeed: 900}); err != nil {
		t.Fatal(err)
	}
	if err := s.update(func(txn *badger.Txn) error { return s.noteChange(txn, key) }); err != nil {
		t.Fatal(err)
	}
	sink(t, s)
	reader.Discard()
	if n := versionsIn(t, s, key); n != 2 {
		t.Fatalf("%d versions before Settle, want 2: the test shows nothing", n)
	}
	if err := r.Settle(); err != nil {
		t.Fatal(err)
	}
	if n := versionsIn(t, s, key); n != 1 {
		t.Errorf("%d versions after Settle, want the last one", n)
	}
	var got FlowPreferences
	if err := h.Get(ref, &got); err != nil || got.WalkingSpeed != 900 {
		t.Errorf("the record after Settle: %d, %v", got.WalkingSpeed, err)
	}
}

func TestDropWaitsForReaders(t *testing.T) {
	r := onDisk(t)
	p := moveIn(t, r, "flow")
	s := r.stores[string(Cloud)]
	sink(t, s)
	txn := s.db.NewTransaction(false)
	it := txn.NewIterator(badger.DefaultIteratorOptions) // holds the tables
	it.Rewind()
	prefixes, err := s.subjectPrefixes(p.subject)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.deleteUnder(prefixes); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		done <- s.drop(prefixes)
	}()
	for { // until nothing is left to do but to wait for the files
		left, err := s.versionsUnder([][]byte{[]byte(KindFlowProfile.Prefix + "/" + string(p.subject))})
		if err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	select {
	case err := <-done:
		t.Errorf("the drop was complete while a reader held the files: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	it.Close()
	txn.Discard()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n := versionsIn(t, s, []byte(p.subject)); n != 0 {
		t.Errorf("%d keys name the subject", n)
	}
}
