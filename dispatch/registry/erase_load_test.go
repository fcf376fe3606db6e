package registry

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"
)

// TestEraseUnderLoad erases while others write, and loses none of theirs.
func TestEraseUnderLoad(t *testing.T) {
	r := onDisk(t)
	var subjects []*resident
	for range 6 {
		subjects = append(subjects, moveIn(t, r, "flow"))
	}
	stays := moveIn(t, r, "flow")
	stop, done := make(chan struct{}), make(chan error)
	written := map[ID]bool{}
	go func() {
		var err error
		for err == nil {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			ref := Ref{Kind: KindVisitorKey, Subject: stays.subject, Item: Random{}.New()}
			h := r.As(RoleService, ToProvide).In("a")
			if err = h.Put(ref, &VisitorKey{Visitor: "v", Floors: []string{"1"}, Consent: Random{}.New()}); err == nil {
				written[ref.Item] = true
			}
			if err == nil {
				err = h.Each(Ref{Kind: KindVisitorKey}, func(Ref, func(Record) error) error { return nil })
			}
		}
		<-stop
		done <- err
	}()
	for _, p := range subjects {
		if _, err := r.Erase(p.subject, CauseMovedOut); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Fatalf("another's write or reading while erasures settle: %v", err)
	}
	found := 0
	for item := range written {
		if read(r.As(RoleService, ToProvide).In("a"), Ref{Kind: KindVisitorKey, Subject: stays.subject, Item: item}) == nil {
			found++
		}
	}
	if found != len(written) || found == 0 {
		t.Errorf("%d of %d acknowledged writes are there", found, len(written))
	}
	for _, p := range subjects {
		if n := countPhysical(t, r, p); n != 0 {
			t.Errorf("%d traces of an erased subject", n)
		}
	}
}

// A phone may register a randomized ID after the plan was made.
func TestEraseMeetsALateRandomizedID(t *testing.T) {
	var late func()
	o := testOptions(&clock{now: start})
	o.Step = func(name string) {
		if name == "erase:cloud" && late != nil {
			late()
		}
	}
	for _, had := range []int{0, 2} {
		t.Run(fmt.Sprint(had, " before"), func(t *testing.T) {
			late = nil
			r := open(t, o)
			service := "remote-call"
			if had > 0 {
				service = "flow"
			}
			p, id := moveIn(t, r, service), Random{}.New()
			late = func() {
				if err := r.Register(p.subject, id, "a"); err != nil {
					t.Error(err)
				}
			}
			c, err := r.Erase(p.subject, CauseRequest)
			must(t, err)
			if r.Known(id) || !r.shredded(id) {
				t.Errorf("the late ID is known: %t; its key is there: %t", r.Known(id), !r.shredded(id))
			}
			if want := (Destroyed{"cloud", Shredded, had + 1}); !slices.Contains(c.Stores, want) {
				t.Errorf("the certificate %+v lacks %+v", c.Stores, want)
			}
			v, err := r.store(Vault, "")
			must(t, err)
			must(t, v.db.View(func(txn *badger.Txn) error {
				keys, err := keysUnder(txn, nil, true)
				for _, k := range keys {
					if !isMark(k) && !bytes.Equal(k, settlingDue) && !strings.HasPrefix(string(k), KindPendingErasure.Prefix) {
						t.Errorf("the vault's files hold a key of %s", k[:2])
					}
				}
				return err
			}))
		})
	}
}

// An erasure that was cut short after the vault forgot the subject still knows
// the late ID.
func TestPlanAdoptsALateRandomizedID(t *testing.T) {
	stop := errors.New("cut short")
	var late func()
	o := testOptions(&clock{now: start})
	o.Step = func(name string) {
		switch {
		case late == nil:
		case name == "erase:cloud":
			late()
		case name == "erase:vault":
			panic(stop)
		}
	}
	r := open(t, o)
	p, id := moveIn(t, r, "flow"), Random{}.New()
	late = func() { must(t, r.Register(p.subject, id, "a")) }
	func() {
		defer func() {
			if got := recover(); got != stop {
				t.Fatalf("the erasure went on: %v", got)
			}
		}()
		_, err := r.Erase(p.subject, CauseRequest)
		must(t, err)
	}()
	late = nil
	e, err := r.pendingErasure(SubjectRef(p.subject))
	must(t, err)
	if e == nil || !slices.Contains(e.pseudonyms, id) {
		t.Error("the plan does not name the late ID, whose link is still in the files")
	}
	_, err = r.Erase(p.subject, CauseRequest)
	must(t, err)
}

// A certificate speaks of phones only when somebody instructed them.
func TestCertificateClaimsWhatWasQueued(t *testing.T) {
	r := inRAM(t)
	p, q := moveIn(t, r, "flow"), moveIn(t, r, "flow")
	phones := func(c *Certificate) (lines []Destroyed) {
		for _, d := range c.Stores {
			if d.Store == "phones" {
				lines = append(lines, d)
			}
		}
		return lines
	}
	for _, row := range []struct {
		who  *resident
		want []Destroyed
	}{{p, []Destroyed{{"phones", Instructed, 2}}}, {q, nil}} {
		c, err := r.Erase(row.who.subject, CauseRequest)
		must(t, err)
		if len(phones(c)) != 0 {
			t.Errorf("nobody has instructed a phone yet: %+v", phones(c))
		}
		if row.want != nil {
			must(t, r.Instruct(c, row.want[0].Records))
			if diff := cmp.Diff(row.want, phones(c)); diff != "" {
				t.Errorf("the certificate (-want +got)\n%s", diff)
			}
		}
		again, err := r.Erase(row.who.subject, CauseRequest)
		must(t, err)
		if diff := cmp.Diff(c, again); diff != "" {
			t.Errorf("the certificate read back (-first +again)\n%s", diff)
		}
	}
}
