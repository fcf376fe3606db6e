package registry

import (
	"errors"
	"testing"
	"time"
)

// oneUser gives stores in memory that know one user of Flow.
func oneUser(t *testing.T) (r *Registry, subject ID, now *time.Time) {
	t.Helper()
	at := time.Date(2024, 3, 4, 12, 0, 0, 0, time.UTC)
	r, err := Open(Options{Now: func() time.Time { return at }, Buildings: []BuildingConfig{{Name: "tower", Region: "FI"}}, Limits: DefaultLimits()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	subject = Random{}.New()
	profile := &FlowProfile{Name: "n", Gender: "g", Country: "FI", Language: "fi", Phone: "wrong", Email: "e", Password: "p", Active: at}
	if err := r.As(RoleSubject, ToProvide).Of(subject).Put(Ref{Kind: KindFlowProfile, Subject: subject}, profile); err != nil {
		t.Fatal(err)
	}
	return r, subject, &at
}

// What was incorrect does not come back with a backup from before.
func TestRestoreDoesNotBringBackWhatWasCorrected(t *testing.T) {
	r, subject, now := oneUser(t)
	ref := Ref{Kind: KindFlowProfile, Subject: subject}
	backup, err := r.Backup()
	if err != nil {
		t.Fatal(err)
	}
	*now = now.Add(time.Hour)
	h := r.As(RoleService, ToFulfil).Of(subject)
	var p FlowProfile
	if err := h.Get(ref, &p); err != nil {
		t.Fatal(err)
	}
	p.Phone = "right"
	if err := h.Correct(ref, &p, "phone"); err != nil {
		t.Fatal(err)
	}
	if err := h.Get(ref, &p); err != nil || p.Phone != "right" {
		t.Fatalf("after the correction the phone is right is %v, %v", p.Phone == "right", err)
	}
	*now = now.Add(time.Hour)
	if err := r.Restore(backup); err != nil {
		t.Fatal(err)
	}
	if err := h.Get(ref, &p); err != nil {
		t.Fatal(err)
	}
	if p.Phone == "wrong" || p.Name != "n" {
		t.Errorf("restored: the phone is wrong again is %v, the name is there is %v", p.Phone == "wrong", p.Name == "n")
	}
}

func TestCorrectIsAnAccess(t *testing.T) {
	r, subject, _ := oneUser(t)
	var denied *Denied
	err := r.As(RoleAnalytics, ToAnalyse).Of(subject).Correct(Ref{Kind: KindFlowProfile, Subject: subject}, &FlowProfile{}, "phone")
	if !errors.As(err, &denied) {
		t.Errorf("an analyst's correction gives %v", err)
	}
	err = r.Entries(func(_ uint64, e *Entry) error {
		if e.Act == ActCorrected {
			t.Error("the ledger says that something was corrected which was not")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A stopped ID stays stopped through rotations, and still leads to its subject
// in a case.
func TestStop(t *testing.T) {
	r, subject, now := oneUser(t)
	stopped, other := Random{}.New(), Random{}.New()
	if _, err := r.Registered(stopped); !errors.Is(err, ErrNotFound) {
		t.Errorf("an ID that nobody registered: %v", err)
	}
	if err := r.Register(subject, stopped, "tower"); err != nil {
		t.Fatal(err)
	}
	registered := now.Truncate(24 * time.Hour) // more exactly nobody is told
	*now = now.Add(time.Hour)
	if since, err := r.Registered(stopped); err != nil || !since.Equal(registered) {
		t.Errorf("registered since %s (%v), want %s", since, err, registered)
	}
	for _, step := range []struct {
		sentence string
		do       func() error
	}{
		{"stopping", func() error { return r.Stop(subject) }},
		{"stopping again", func() error { return r.Stop(subject) }},
		{"a rotation", r.Rotate},
		{"registering the same again", func() error { return r.Register(subject, stopped, "tower") }},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.sentence, err)
		}
		if _, err := r.Registered(stopped); !errors.Is(err, ErrStopped) {
			t.Errorf("after %s: %v, want it stopped", step.sentence, err)
		}
	}
	if err := r.Register(subject, other, "tower"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Registered(other); err != nil {
		t.Errorf("an ID registered afterwards: %v", err)
	}
	targets, err := r.Reidentify(Case{Reason: ReidentificationReasons()[0], Requester: "staff-1", Approver: "staff-2", Pseudonyms: []ID{stopped}})
	if err != nil || targets[0].Subject != subject {
		t.Errorf("a stopped ID in a case: %v", err)
	}
	if _, err := r.Erase(subject, CauseRequest); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Registered(stopped); !errors.Is(err, ErrNotFound) {
		t.Errorf("after an erasure: %v", err)
	}
}
