package registry

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestErase(t *testing.T) {
	inBuilding := []string{"building-a building-person", "building-a key-tag", "building-a permission", "building-a wrapped-key"}
	backups := []Destroyed{{"backups", None, 0}}
	with := func(d ...Destroyed) []Destroyed {
		c := &Certificate{Stores: append(d, backups...)}
		c.sort()
		return c.Stores
	}
	tests := []struct {
		name    string
		service string
		cause   Cause
		left    []string
		stores  []Destroyed
		refers  string // kinds that the Manager is told of
	}{
		{
			"Flow by request: what the Manager answers for stays and is referred (FL:L35)", "flow", CauseRequest, inBuilding,
			with(Destroyed{"cloud", Erased, 7}, Destroyed{"cloud", Shredded, 2}, Destroyed{"vault", Erased, 6}, Destroyed{"building-a", Referred, 3}, Destroyed{"displays", Erased, 1}),
			"building-person,key-tag,permission",
		},
		{
			"Flow unused for long: as by request", "flow", CauseInactive, inBuilding,
			with(Destroyed{"cloud", Erased, 7}, Destroyed{"cloud", Shredded, 2}, Destroyed{"vault", Erased, 6}, Destroyed{"building-a", Referred, 3}, Destroyed{"displays", Erased, 1}),
			"building-person,key-tag,permission",
		},
		{
			"Flow moved out: all of it goes", "flow", CauseMovedOut, nil,
			with(Destroyed{"cloud", Erased, 7}, Destroyed{"cloud", Shredded, 2}, Destroyed{"vault", Erased, 6}, Destroyed{"building-a", Erased, 4}, Destroyed{"displays", Erased, 1}),
			"",
		},
		{
			"Remote Call by request: the person and permission go (RC:L45), the key tag keeps working (FL:L51)", "remote-call", CauseRequest,
			[]string{"building-a key-tag", "building-a wrapped-key"},
			with(Destroyed{"cloud", Erased, 2}, Destroyed{"vault", Erased, 1}, Destroyed{"building-a", Erased, 2}, Destroyed{"building-a", Referred, 1}, Destroyed{"displays", Erased, 1}),
			"key-tag",
		},
		{
			"Remote Call where the service ended: all of it goes", "remote-call", CauseServiceEnd, nil,
			with(Destroyed{"cloud", Erased, 2}, Destroyed{"vault", Erased, 1}, Destroyed{"building-a", Erased, 4}, Destroyed{"displays", Erased, 1}),
			"",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := onDisk(t)
			other := moveIn(t, r, tt.service)
			before := other.left(t, r)
			p := moveIn(t, r, tt.service)

			c, err := r.Erase(p.subject, tt.cause)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.left, p.left(t, r)); diff != "" {
				t.Errorf("what is left of the subject (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.stores, c.Stores); diff != "" {
				t.Errorf("certificate (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, other.left(t, r)); diff != "" {
				t.Errorf("another subject's records (-want +got):\n%s", diff)
			}
			for _, id := range p.pseudonyms {
				if r.Known(id) || !r.shredded(id) {
					t.Error("a randomized ID of the subject is still known")
				}
			}
			var refers string
			if err := r.Entries(func(_ uint64, e *Entry) error {
				if e.Act == ActReferral {
					refers += e.Facts["kinds"]
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if refers != tt.refers {
				t.Errorf("the Manager is told of %q, want %q", refers, tt.refers)
			}
			if err := r.Verify(c); err != nil || !c.Verified {
				t.Errorf("verify: %v", err)
			}
			if err := r.CheckLedger(); err != nil {
				t.Error(err)
			}
			again, err := r.Erase(p.subject, tt.cause)
			if err != nil {
				t.Fatal(err)
			}
			again.Verified = true
			if diff := cmp.Diff(c, again); diff != "" {
				t.Errorf("certificate of the second call (-first +second):\n%s", diff)
			}
		})
	}
}

func TestEraseOfNobody(t *testing.T) {
	r := inRAM(t)
	if _, err := r.Erase(Random{}.New(), CauseRequest); !errors.Is(err, ErrNotFound) {
		t.Errorf("a subject who never was: got %v, want ErrNotFound", err)
	}
	if _, err := r.Erase("somebody", CauseRequest); err == nil {
		t.Error("a malformed ID was erased")
	}
}

func TestEraseLeavesAHandedOverBuildingAlone(t *testing.T) {
	r := onDisk(t)
	p := moveIn(t, r, "remote-call")
	s, err := r.store(Building, "a")
	if err != nil {
		t.Fatal(err)
	}
	version := s.db.MaxVersion()
	s.handedOver.Store(true)
	c, err := r.Erase(p.subject, CauseMovedOut)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(c.Stores, Destroyed{"building-a", NoProvider, 0}) {
		t.Errorf("the certificate does not say that we are not the provider: %v", c.Stores)
	}
	if s.db.MaxVersion() != version {
		t.Error("the building's store was written to")
	}
	if err := r.Verify(c); err != nil {
		t.Error(err)
	}
}

func TestEraseAgainWhenMoreIsDue(t *testing.T) {
	r := onDisk(t)
	p := moveIn(t, r, "flow")
	first, err := r.Erase(p.subject, CauseRequest)
	if err != nil {
		t.Fatal(err)
	}
	second, err := r.Erase(p.subject, CauseMovedOut)
	if err != nil {
		t.Fatal(err)
	}
	if second.Erasure == first.Erasure {
		t.Error("the records that the Manager withdrew were certified with the first erasure, which left them")
	}
	if left := p.left(t, r); left != nil {
		t.Errorf("left: %v", left)
	}
}
