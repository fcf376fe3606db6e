package registry

import (
	"errors"
	"slices"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"
)

func TestRegister(t *testing.T) {
	r := inRAM(t)
	p, q := moveIn(t, r, "flow"), moveIn(t, r, "flow")
	id := Random{}.New()
	tests := []struct {
		name      string
		subject   ID
		pseudonym ID
		building  string
		err       error
		any       bool // any error
	}{
		{"a new randomized ID", p.subject, id, "a", nil, false},
		{"the same again changes nothing", p.subject, id, "a", nil, false},
		{"in another building it would link the two", p.subject, id, "b", ErrTaken, true},
		{"another subject's", q.subject, id, "a", ErrTaken, true},
		{"the ID of a subject", p.subject, q.subject, "a", ErrTaken, true},
		{"of a subject without a key", Random{}.New(), Random{}.New(), "a", ErrShredded, true},
		{"in no building", p.subject, Random{}.New(), "c", nil, true},
		{"malformed", p.subject, "1234", "a", nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := r.Register(tt.subject, tt.pseudonym, tt.building)
			if (err != nil) != tt.any || tt.err != nil && !errors.Is(err, tt.err) {
				t.Errorf("got %v, want %v", err, tt.err)
			}
		})
	}
	ids, err := r.pseudonymsOf(p.subject)
	if err != nil || !slices.Equal(ids, append(p.pseudonyms, id)) {
		t.Errorf("the subject has %d randomized IDs, want 3: %v", len(ids), err)
	}
	if !r.Known(id) || r.Known(Random{}.New()) || r.Known(p.subject) {
		t.Error("Known says something else than what is registered")
	}
}

func TestReidentify(t *testing.T) {
	r := inRAM(t)
	p := moveIn(t, r, "flow")
	known, unknown := p.pseudonyms[0], Random{}.New()
	many := []ID{known}
	for range MostPerCase {
		many = append(many, Random{}.New())
	}
	to := []LinkTarget{{p.subject, "a"}}
	tests := []struct {
		name string
		c    Case
		want []LinkTarget
		err  error
		acts []string
	}{
		{"a case with all it needs", Case{"residents-safety", "staff-1", "staff-2", []ID{known}}, to, nil, []string{ActReidentifyAsked, ActReidentified}},
		{"an ID that is not registered leads nowhere", Case{"law-requires", "staff-1", "staff-2", []ID{unknown, known}}, append([]LinkTarget{{}}, to...), nil, []string{ActReidentifyAsked, ActReidentified}},
		{"a reason that is not on the list", Case{"analytics", "staff-1", "staff-2", []ID{known}}, nil, ErrNoReason, []string{ActReidentifyDenied}},
		{"no reason", Case{"", "staff-1", "staff-2", []ID{known}}, nil, ErrNoReason, []string{ActReidentifyDenied}},
		{"requester and approver are one", Case{"law-requires", "staff-1", "staff-1", []ID{known}}, nil, ErrSelfApproved, []string{ActReidentifyDenied}},
		{"no approver", Case{"law-requires", "staff-1", "", []ID{known}}, nil, ErrNotStaff, []string{ActReidentifyDenied}},
		{"a name in place of an ordinal", Case{"law-requires", "Aino", "staff-2", []ID{known}}, nil, ErrNotStaff, []string{ActReidentifyDenied}},
		{"too many for one case", Case{"law-requires", "staff-1", "staff-2", many}, nil, ErrTooBroad, []string{ActReidentifyDenied}},
		{"nobody", Case{"law-requires", "staff-1", "staff-2", nil}, nil, ErrTooBroad, []string{ActReidentifyDenied}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before, _ := r.ledgerHead()
			got, err := r.Reidentify(tt.c)
			if !errors.Is(err, tt.err) {
				t.Errorf("got error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("targets (-want +got):\n%s", diff)
			}
			var acts []string
			if err := r.Entries(func(sequence uint64, e *Entry) error {
				if sequence > before {
					acts = append(acts, e.Act)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.acts, acts); diff != "" {
				t.Errorf("ledger (-want +got):\n%s", diff)
			}
		})
	}
	if len(ReidentificationReasons()) != 8 {
		t.Error("the list of reasons is not that of FL:L21")
	}
}

func TestRotate(t *testing.T) {
	r := onDisk(t)
	p := moveIn(t, r, "flow")
	before, err := r.keys.load(providerRing)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Rotate(); err != nil {
		t.Fatal(err)
	}
	for _, g := range r.rings() {
		if epochs, present := g.epochs(); present != 2 || !slices.Equal(epochs, []int{2}) {
			t.Errorf("ring %s has epochs %v", g.name, epochs)
		}
	}
	after, err := r.keys.load(providerRing)
	if err != nil || len(after) != 1 || string(after[2]) == string(before[1]) {
		t.Errorf("key-encryption keys after a rotation: %d, %v", len(after), err)
	}
	// Opened keys in memory would hide a key that was wrapped wrongly.
	for _, g := range r.rings() {
		g.forget(append(p.pseudonyms, p.subject)...)
	}
	for _, id := range append(p.pseudonyms, p.subject) {
		if r.shredded(id) {
			t.Error("a key was lost")
		}
	}
	targets, err := r.Reidentify(Case{"law-requires", "staff-1", "staff-2", p.pseudonyms})
	if err != nil || targets[0].Subject != p.subject || targets[1].Subject != p.subject {
		t.Errorf("links after a rotation: %v", err)
	}
	if err := r.As(RoleManager, ToProvide).In("a").Get(Ref{Kind: KindBuildingPerson, Subject: p.subject}, new(BuildingPerson)); err != nil {
		t.Error(err)
	}
	if err := r.CheckLedger(); err != nil {
		t.Error(err)
	}
}

// Who looks at the vault as it was before a rotation, and opens something only
// after it, looks again.
func TestRotateBeneathAReader(t *testing.T) {
	r := inRAM(t)
	p := moveIn(t, r, "flow")
	looks := 0
	err := r.ring.view(func(txn *badger.Txn) error {
		if looks++; looks == 1 {
			must(t, r.Rotate())
		}
		_, err := r.listOf(txn, p.subject)
		return err
	})
	if err != nil || looks != 2 {
		t.Errorf("%d looks, the last with %v", looks, err)
	}
}

// TestRotateUnderLoad registers people and randomized IDs while keys rotate.
func TestRotateUnderLoad(t *testing.T) {
	r := inRAM(t)
	var made []*resident
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				made = append(made, moveIn(t, r, "flow"))
			}
		}
	}()
	for range 5 {
		if err := r.Rotate(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	<-done
	if len(made) == 0 {
		t.Fatal("nobody moved in while keys were rotated")
	}
	for _, g := range r.rings() {
		for _, p := range made {
			g.forget(append(p.pseudonyms, p.subject)...)
		}
	}
	for _, p := range made {
		for _, id := range append(p.pseudonyms, p.subject) {
			if _, err := r.ring.key(id); err != nil {
				t.Errorf("a key that was made while keys were rotated: %v", err)
			}
		}
	}
}
