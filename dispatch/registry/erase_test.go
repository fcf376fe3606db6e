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
			v, err := r.store(Vault, "")
			must(t, err)
			must(t, v.view(func(txn *badger.Txn) error {
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
	e, err := r.pendingErasure(subjectRef(p.subject))
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
