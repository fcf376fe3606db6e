package registry

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"
)

// TestEraseIsPhysical looks for keys and IDs of an erased subject in the bytes
// that Badger really leaves, in states that its own Delete would not clean.
func TestEraseIsPhysical(t *testing.T) {
	fill := func(t *testing.T, r *Registry, n int) {
		for range n {
			moveIn(t, r, "flow")
		}
	}
	flush := func(t *testing.T, r *Registry) {
		for _, s := range r.allStores() {
			if err := s.dropMarked([][]byte{[]byte("~f")}); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := []struct {
		name    string
		prepare func(t *testing.T, r *Registry, o Options) (*Registry, *resident)
	}{
		{"fresh records, only in memtables and their logs", func(t *testing.T, r *Registry, o Options) (*Registry, *resident) {
			fill(t, r, 20)
			return r, moveIn(t, r, "flow")
		}},
		{"records in tables of level 0 below newer ones", func(t *testing.T, r *Registry, o Options) (*Registry, *resident) {
			p := moveIn(t, r, "flow")
			flush(t, r)
			fill(t, r, 20)
			return r, p
		}},
		{"records in the last level, changed since in higher ones", func(t *testing.T, r *Registry, o Options) (*Registry, *resident) {
			p := moveIn(t, r, "flow")
			fill(t, r, 20)
			for _, s := range r.allStores() {
				if err := s.db.Flatten(2); err != nil {
					t.Fatal(err)
				}
			}
			for range 3 {
				fill(t, r, 10)
				h := r.As(RoleService, ToProvide).In("a")
				if err := h.Put(Ref{Kind: KindFlowProfile, Subject: p.subject}, &FlowProfile{Name: canary(p.subject, "changed"), Active: start}); err != nil {
					t.Fatal(err)
				}
				flush(t, r)
			}
			return r, p
		}},
		{"records that were written before a restart", func(t *testing.T, r *Registry, o Options) (*Registry, *resident) {
			p := moveIn(t, r, "flow")
			fill(t, r, 20)
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, o), p
		}},
		{"records deleted before, whose bytes stayed", func(t *testing.T, r *Registry, o Options) (*Registry, *resident) {
			p := moveIn(t, r, "flow")
			fill(t, r, 20)
			flush(t, r)
			for _, ref := range p.refs {
				if ref.Kind == KindVisitorKey {
					if err := r.As(RoleService, ToProvide).In("a").Delete(ref); err != nil {
						t.Fatal(err)
					}
				}
			}
			flush(t, r)
			return r, p
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := diskOptions(t, &clock{now: start})
			r := open(t, o)
			r, p := tt.prepare(t, r, o)
			if n := countPhysical(t, r, p); n == 0 {
				t.Fatal("the search finds nothing of the subject even before the erasure")
			}
			c, err := r.Erase(p.subject, CauseMovedOut)
			if err != nil {
				t.Fatal(err)
			}
			if n := countPhysical(t, r, p); n != 0 {
				t.Errorf("%d traces of the subject are in the files", n)
			}
			if err := r.Verify(c); err != nil {
				t.Error(err)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			r = open(t, o)
			if n := countPhysical(t, r, p); n != 0 {
				t.Errorf("%d traces of the subject are in the files after a restart", n)
			}
		})
	}
}

// countPhysical counts traces of a resident's IDs, decoded and raw, in copies
// of all stores. A usage log under a randomized ID is no trace.
func countPhysical(t testing.TB, r *Registry, p *resident) (n int) {
	t.Helper()
	var needles [][]byte
	for _, id := range append([]ID{p.subject}, p.pseudonyms...) {
		raw, err := id.raw()
		if err != nil {
			t.Fatal(err)
		}
		needles = append(needles, []byte(id), raw[:])
	}
	if p.list != "" {
		needles = append(needles, []byte(p.list))
	}
	for _, s := range r.allStores() {
		dir := t.TempDir()
		if err := s.copyTo(dir); err != nil {
			t.Fatal(err)
		}
		usage := []byte(KindUsageLog.Prefix + "/")
		damaged, err := decodeFolder(dir, func(v version) error {
			if strings.HasPrefix(string(v.Key), string(usage)) {
				return nil
			}
			for _, needle := range needles {
				n += strings.Count(string(v.Key)+"|"+string(v.Value), string(needle))
			}
			return nil
		})
		if err != nil || len(damaged) > 0 {
			t.Fatalf("store %s: %v %v", s.name, err, damaged)
		}
		n += rawCount(t, dir, []byte(p.subject))
	}
	return n
}

func TestVerifyFindsWhatIsLeft(t *testing.T) {
	r := onDisk(t)
	p := moveIn(t, r, "flow")
	c, err := r.Erase(p.subject, CauseMovedOut)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		store string
		write func(txn *badger.Txn) error
		want  string
	}{
		{"a key with the subject's ID", "cloud", func(txn *badger.Txn) error { return txn.Set([]byte("vk/"+string(p.subject)+"/x"), nil) }, "a key"},
		{"a record that was deleted, not settled", "building-a", func(txn *badger.Txn) error {
			return txn.Delete([]byte("bp/" + string(p.subject)))
		}, "a key"},
		{"a value sealed under the subject's key", "cloud", func(txn *badger.Txn) error {
			raw, _ := p.subject.raw()
			return txn.Set([]byte("xx/1"), append([]byte{valueVersion, formSealed}, append(raw[:], make([]byte, 40)...)...))
		}, "a sealed record"},
		{"a plain value that names the subject", "vault", func(txn *badger.Txn) error {
			return txn.Set([]byte("xx/2"), fmt.Appendf([]byte{valueVersion, formPlain}, `{"of":%q}`, p.subject))
		}, "a record"},
		{"the key of a randomized ID", "vault", func(txn *badger.Txn) error {
			return txn.Set([]byte("wk/"+string(p.pseudonyms[0])), nil)
		}, "a key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := r.stores[tt.store]
			if err := s.update(func(txn *badger.Txn) error { return tt.write(txn) }); err != nil {
				t.Fatal(err)
			}
			err := r.Verify(c)
			if err == nil || !strings.Contains(err.Error(), "store "+tt.store) || !strings.Contains(err.Error(), "still has "+tt.want+" of") {
				t.Errorf("verify gives %v, want an error of store %s that it still has %s", err, tt.store, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), string(p.subject)) {
				t.Error("the error names the subject")
			}
			if err := s.drop([][]byte{[]byte("vk/" + string(p.subject)), []byte("bp/" + string(p.subject)), []byte("xx/"), []byte("wk/" + string(p.pseudonyms[0]))}); err != nil {
				t.Fatal(err)
			}
		})
	}
	if err := r.Verify(c); err != nil {
		t.Errorf("verify after all is gone: %v", err)
	}
	if err := r.Verify(&Certificate{Erasure: Random{}.New()}); err == nil {
		t.Error("a certificate that is not in the ledger was verified")
	}
}

func TestShreddedUsageLogs(t *testing.T) {
	r := onDisk(t)
	p := moveIn(t, r, "flow")
	if _, err := r.Erase(p.subject, CauseRequest); err != nil {
		t.Fatal(err)
	}
	h := r.As(RoleService, ToProvide).In("a")
	err := h.Each(Ref{Kind: KindUsageLog}, func(_ Ref, load func(Record) error) error {
		if err := load(new(UsageLog)); !errors.Is(err, ErrShredded) {
			t.Errorf("a usage log of an erased subject: got %v, want ErrShredded", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Register(p.subject, Random{}.New(), "a"); !errors.Is(err, ErrShredded) {
		t.Errorf("a randomized ID for an erased subject: got %v, want ErrShredded", err)
	}
}
