package registry

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestHoldKeepsItsRecordsAndNothingElse(t *testing.T) {
	c := &clock{now: start}
	o := diskOptions(t, c)
	r := open(t, o)
	subject := signUp(t, r)
	service := r.As(RoleService, ToProvide).In("a")
	in, out := Ref{Kind: KindSubUser, Subject: subject, Item: r.o.IDs.New()}, Ref{Kind: KindSubUser, Subject: subject, Item: r.o.IDs.New()}
	for _, ref := range []Ref{in, out} {
		must(t, service.Put(ref, &SubUser{Name: "S", Consent: r.o.IDs.New()}))
	}
	person := Ref{Kind: KindBuildingPerson, Subject: subject}
	must(t, r.As(RoleManager, ToProvide).In("a").Put(person, &BuildingPerson{Service: "flow", Name: "N"}))

	if _, err := r.Hold("dispute", "C-2026-17", []Ref{in, {Kind: KindSubUser, Subject: subject, Item: r.o.IDs.New()}}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a hold on a record that is not there: %v", err)
	}
	if n := len(stands(t, r, KindHeldRecord, "")); n != 0 {
		t.Fatalf("a hold that was refused left %d copies", n)
	}
	id, err := r.Hold("dispute", "C-2026-17", []Ref{in, person})
	must(t, err)
	if n, err := r.Held(id); err != nil || n != 2 {
		t.Errorf("the case holds %d records, %v; want 2", n, err)
	}

	_, err = r.Erase(subject, CauseMovedOut)
	must(t, err)
	for store, kind := range map[string]*Kind{"": KindSubUser, "a": KindBuildingPerson} {
		if left := stands(t, r, kind, store); len(left) != 0 {
			t.Errorf("%d records of %s survive the erasure in their store", len(left), kind.Name)
		}
	}
	if n, err := r.Held(id); err != nil || n != 2 {
		t.Errorf("after the erasure the case holds %d records, %v; want 2", n, err)
	}
	var denied *Denied
	for _, h := range []Handle{service, r.As(RoleSubject, ToFulfil).Of(subject), r.As(RoleManager, ToSecure).In("a"), r.As(RoleSecurity, ToDefend)} {
		if err := h.Each(Ref{Kind: KindHeldRecord, Subject: id}, func(Ref, func(Record) error) error { return nil }); !errors.As(err, &denied) {
			t.Errorf("%s reads held records: %v", h.role, err)
		}
	}
	var copies []SubUser
	must(t, r.As(RoleSecurity, ToDefend).On(id).Each(Ref{Kind: KindHeldRecord, Subject: id}, func(_ Ref, load func(Record) error) error {
		var h HeldRecord
		if err := load(&h); err != nil {
			return err
		}
		if h.Store == "cloud" {
			var s SubUser
			if err := json.Unmarshal(h.Value, &s); err != nil {
				return err
			}
			copies = append(copies, s)
		}
		return nil
	}))
	if len(copies) != 1 || copies[0].Name != "S" {
		t.Errorf("the copies of sub-users on the grounds of the case: %+v, want one", copies)
	}

	c.pass(wholeDay)
	certificates, err := r.Release(id)
	must(t, err)
	if len(certificates) != 1 || certificates[0].Cause != CauseRelease {
		t.Errorf("certificates %+v, want one of the erasure that the case deferred", certificates)
	}
	for _, row := range []struct {
		sentence string
		at       time.Duration
		want     map[string]int
	}{
		{"before the archive's deadline the copies stay", r.o.Limits.Archive - time.Second, map[string]int{}},
		{"at the deadline copies, case and key go", time.Second, map[string]int{KindHeldRecord.Name: 2, KindHoldCase.Name: 1}},
	} {
		c.pass(row.at)
		swept := mustSweep(t, r)
		if diff := cmp.Diff(row.want, swept); diff != "" {
			t.Errorf("%s (-want +swept)\n%s", row.sentence, diff)
		}
	}
	if keys := stands(t, r, KindWrappedKey, ""); len(keys) != 0 {
		t.Errorf("%d keys outlive the case and the subject", len(keys))
	}
	archive := r.stores["archive"].dir()
	must(t, r.Close())
	if left := physical(t, archive, "h"); len(left) != 0 {
		t.Errorf("the files of the archive still hold %v", left)
	}
}

// A held usage log is the subject's too, although its key names nobody.
func TestCertificateCountsHeldUsage(t *testing.T) {
	r := inRAM(t)
	p, other := moveIn(t, r, "flow"), moveIn(t, r, "flow")
	var refs []Ref
	must(t, r.As(RoleService, ToProvide).Each(Ref{Kind: KindUsageLog}, func(ref Ref, _ func(Record) error) error {
		refs = append(refs, ref)
		return nil
	}))
	_, err := r.Hold("dispute", "C-2026-17", append(refs, Ref{Kind: KindFlowProfile, Subject: p.subject}))
	must(t, err)
	for _, row := range []struct {
		who  *resident
		want int
	}{{p, 3}, {other, 2}} {
		c, err := r.Erase(row.who.subject, CauseRequest)
		must(t, err)
		if want := (Destroyed{"archive", HeldBack, row.want}); !slices.Contains(c.Stores, want) {
			t.Errorf("the certificate %+v lacks %+v", c.Stores, want)
		}
	}
}

func TestHoldKeepsNoCredentials(t *testing.T) {
	r := inRAM(t)
	subject := Random{}.New()
	account, key := Ref{Kind: KindFlowProfile, Subject: subject}, Ref{Kind: KindVisitorKey, Subject: subject, Item: Random{}.New()}
	h := r.As(RoleService, ToProvide)
	must(t, h.Put(account, &FlowProfile{Name: "N", Password: "phc"}))
	must(t, h.Put(key, &VisitorKey{Visitor: "V", CodeHash: "code"}))
	id, err := r.Hold("dispute", "C-2026-17", []Ref{account, key})
	must(t, err)
	n := 0
	must(t, r.eachHeld(id, func(_ Ref, h *HeldRecord) error {
		n++
		var fields map[string]any
		if err := json.Unmarshal(h.Value, &fields); err != nil {
			return err
		}
		if fields["password"] != nil && fields["password"] != "" || fields["code_sha256"] != nil && fields["code_sha256"] != "" {
			t.Errorf("the copy under %s keeps what proves who somebody is", h.Key[:2])
		}
		return nil
	}))
	if n != 2 {
		t.Errorf("%d copies, want 2", n)
	}
}

func TestHoldIsASnapshot(t *testing.T) {
	r := inRAM(t)
	subject := signUp(t, r)
	ref := Ref{Kind: KindFlowProfile, Subject: subject}
	id, err := r.Hold("dispute", "C-2026-17", []Ref{ref})
	must(t, err)
	service := r.As(RoleService, ToProvide)
	must(t, service.Correct(ref, &FlowProfile{Name: "Other", Email: "e@example.org"}, "name"))
	must(t, r.eachHeld(id, func(_ Ref, h *HeldRecord) error {
		var p FlowProfile
		if err := json.Unmarshal(h.Value, &p); err != nil {
			return err
		}
		if p.Name != "N" {
			t.Errorf("the evidence follows corrections: %q", p.Name)
		}
		return nil
	}))
	// Nobody was erased, so nobody is certified, whatever else the ledger says
	// of the subject.
	_, err = r.Append(Entry{Act: ActNotice, Facts: map[string]string{"ref": SubjectRef(subject), "building": "a", "service": "flow"}}, false)
	must(t, err)
	certificates, err := r.Release(id)
	if err != nil || len(certificates) != 0 {
		t.Errorf("%d certificates, %v; want none", len(certificates), err)
	}
	if len(stands(t, r, KindFlowProfile, "")) != 1 {
		t.Error("the release deleted the account of a subject who was not erased")
	}
}

func TestHoldRefuses(t *testing.T) {
	r := inRAM(t)
	subject := signUp(t, r)
	for _, row := range []struct {
		sentence string
		reason   string
		number   string
		refs     []Ref
	}{
		{"no records", "dispute", "", nil},
		{"a whole account is no record", "dispute", "", []Ref{{Kind: KindSubUser, Subject: subject}}},
		{"a key of the vault", "dispute", "", []Ref{{Kind: KindWrappedKey, Subject: subject}}},
		{"a reason in words of one's own", "dispute with Aino", "", []Ref{{Kind: KindFlowProfile, Subject: subject}}},
		{"a number that is a telephone number", "dispute", "0401234567", []Ref{{Kind: KindFlowProfile, Subject: subject}}},
		{"no reason", "", "", []Ref{{Kind: KindFlowProfile, Subject: subject}}},
	} {
		if _, err := r.Hold(row.reason, row.number, row.refs); err == nil {
			t.Errorf("%s: accepted", row.sentence)
		}
	}
	if _, err := r.Held("x"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a case that is not there: %v", err)
	}
	if _, err := r.Release(r.o.IDs.New()); !errors.Is(err, ErrNotFound) {
		t.Errorf("release of a case that is not there: %v", err)
	}
	if n := len(stands(t, r, KindHoldCase, "")); n != 0 {
		t.Errorf("%d cases stand", n)
	}
}

// A case that is opened while its subject is being erased either has the
// record's copy and the certificate says so, or finds no record.
func TestHoldWaitsForAnErasure(t *testing.T) {
	const step, opened = "erase:pending", 200 * time.Millisecond
	o := testOptions(&clock{now: start})
	var r *Registry
	var subject ID
	held := make(chan error, 1)
	o.Step = func(name string) {
		if name != step {
			return
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, err := r.Hold("claim", "", []Ref{{Kind: KindFlowProfile, Subject: subject}})
			held <- err
		}()
		select { // a case that waits goes on after the erasure
		case <-done:
		case <-time.After(opened):
		}
	}
	r = open(t, o)
	subject = signUp(t, r)
	certificate, err := r.Erase(subject, CauseRequest)
	must(t, err)
	said := slices.ContainsFunc(certificate.Stores, func(d Destroyed) bool { return d.Outcome == HeldBack })
	if err := <-held; said != (err == nil) || err != nil && !errors.Is(err, ErrNotFound) {
		t.Errorf("the certificate says that a copy is held: %t; the case: %v", said, err)
	}
	must(t, r.Verify(certificate))
}
