package registry

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// settle a and b with a person each; both subjects use keys.
func twoBuildings(t *testing.T, r *Registry) (subject ID) {
	t.Helper()
	subject = signUp(t, r)
	for _, b := range []string{"a", "b"} {
		must(t, r.As(RoleManager, ToProvide).In(b).Put(Ref{Kind: KindBuildingPerson, Subject: subject}, &BuildingPerson{Service: "flow", Name: "N"}))
		must(t, r.As(RoleService, ToProvide).In(b).Put(Ref{Kind: KindVisitorKey, Subject: subject, Item: r.o.IDs.New()}, &VisitorKey{Visitor: "V", Consent: r.o.IDs.New()}))
		must(t, r.As(RoleService, ToProvide).In(b).Audit("created", "visitor-key", r.o.IDs.New()))
		logUsage(t, r, register(t, r, subject, b), b, start)
	}
	return subject
}

func TestHandOver(t *testing.T) {
	c := &clock{now: start}
	o := diskOptions(t, c)
	r := open(t, o)
	subject := twoBuildings(t, r)
	old, err := r.Backup()
	must(t, err)
	person := Ref{Kind: KindBuildingPerson, Subject: subject}
	before := content(t, r, "building-a")

	must(t, r.HandOver("a", "Another Company Ltd"))

	check := func(r *Registry) {
		t.Helper()
		for _, h := range []Handle{r.As(RoleService, ToProvide), r.As(RoleSubject, ToFulfil).Of(subject)} {
			if err := h.In("a").Get(person, &BuildingPerson{}); !errors.Is(err, ErrNotProvider) {
				t.Errorf("%s reads the building's server: %v", h.role, err)
			}
		}
		for _, h := range []Handle{r.As(RoleService, ToFulfil), r.As(RoleSecurity, ToSecure)} {
			if err := h.In("a").Delete(person); !errors.Is(err, ErrNotProvider) {
				t.Errorf("%s deletes in the building's server: %v", h.role, err)
			}
		}
		if diff := cmp.Diff(before, content(t, r, "building-a")); diff != "" {
			t.Errorf("the hand-over, or a refused delete, changed the building's records:\n%s", diff)
		}
		if err := r.As(RoleManager, ToProvide).In("a").Get(person, &BuildingPerson{}); err != nil {
			t.Errorf("the Manager does not get in: %v", err)
		}
		if err := r.HandOver("a", ""); !errors.Is(err, ErrNotProvider) {
			t.Errorf("a second hand-over: %v", err)
		}
	}
	check(r)
	for key, text := range content(t, r, "cloud") {
		if strings.Contains(text, `"building":"a"`) {
			t.Errorf("the cloud keeps a record of the building under %s", key[:3])
		}
	}
	for kind, want := range map[*Kind]int{KindVisitorKey: 1, KindKeyAudit: 1, KindUsageLog: 1, KindFlowProfile: 1, KindLink: 1} {
		if got := len(stands(t, r, kind, "")); got != want {
			t.Errorf("%d records of %s stand, want %d: those of the other building, and the account", got, kind.Name, want)
		}
	}
	if anchors, err := r.anchors(); err != nil || anchors["a"].Sequence != 1 {
		t.Errorf("the ledger's anchors %v, %v: want the building's one entry of the key audit, which is gone", anchors, err)
	}
	backups, err := r.Backups()
	must(t, err)
	if len(backups) != 1 || backups[0] == old {
		t.Errorf("backups %v: want a new one alone", backups)
	}
	must(t, r.CheckKeyAudit("a"))
	must(t, r.CheckKeyAudit("b"))
	files, err := os.ReadDir(o.Keys)
	must(t, err)
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	want := []string{"building-b-1.key", "manager-a-1.key", "provider-1.key"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("key files (-want +there)\n%s", diff)
	}

	r = reopen(t, r, o)
	check(r)
	// Without the Manager's key nobody opens what the server holds.
	must(t, r.Close())
	must(t, os.Remove(filepath.Join(o.Keys, "manager-a-1.key")))
	r = open(t, o)
	if err := r.As(RoleManager, ToProvide).In("a").Get(person, &BuildingPerson{}); err == nil {
		t.Error("a record of the building opens without the Manager's key")
	}
}

func TestEndService(t *testing.T) {
	c := &clock{now: start}
	o := diskOptions(t, c)
	r := open(t, o)
	subject := twoBuildings(t, r)
	must(t, r.EndService("a"))
	if left := content(t, r, "building-a"); len(left) != 0 {
		t.Errorf("%d records stand in the building's server", len(left))
	}
	if got := len(stands(t, r, KindVisitorKey, "")); got != 1 {
		t.Errorf("%d visitor keys stand, want that of the other building", got)
	}
	if err := r.As(RoleService, ToProvide).In("b").Get(Ref{Kind: KindBuildingPerson, Subject: subject}, &BuildingPerson{}); err != nil {
		t.Errorf("the other building: %v", err)
	}
	dir := r.stores["building-a"].dir()
	must(t, r.Close())
	for _, prefix := range []string{KindBuildingPerson.Prefix, KindWrappedKey.Prefix} {
		if left := physical(t, dir, prefix); len(left) != 0 {
			t.Errorf("the files still hold %d of %s", len(left), prefix)
		}
	}
	if exists(filepath.Join(o.Keys, "building-a-1.key")) {
		t.Error("the server's key-encryption key is still there")
	}
	must(t, open(t, o).CheckLedger())
}

func TestEndingsAreCompletedByTheNextStart(t *testing.T) {
	for _, act := range []string{ActHandOver, ActServiceEnded} {
		for _, step := range []string{"intended", "keys-given", "server-emptied", "cloud-cleared", "backups-renewed"} {
			if act == ActHandOver && step == "server-emptied" || act == ActServiceEnded && step == "keys-given" {
				continue
			}
			t.Run(act+":"+step, func(t *testing.T) {
				t.Parallel()
				c := &clock{now: start}
				o := diskOptions(t, c)
				o.Step = func(s string) {
					if s == act+":"+step {
						panic(crash(s))
					}
				}
				r := open(t, o)
				twoBuildings(t, r)
				_, err := r.Backup()
				must(t, err)
				func() {
					defer func() {
						if got := recover(); got != crash(act+":"+step) {
							t.Fatalf("did not come to the step: %v", got)
						}
					}()
					if act == ActHandOver {
						r.HandOver("a", "")
					} else {
						r.EndService("a")
					}
				}()
				abandon(t, r)
				o.Step = nil
				r = open(t, o)
				if got := len(stands(t, r, KindVisitorKey, "")); got != 1 {
					t.Errorf("%d visitor keys stand, want that of the other building", got)
				}
				if n := len(content(t, r, "building-a")); (n == 0) != (act == ActServiceEnded) {
					t.Errorf("%d records stand in the building's server", n)
				}
				backups, err := r.Backups()
				if err != nil || len(backups) != 1 {
					t.Errorf("%d backups, %v; want a new one", len(backups), err)
				}
				var states []string
				must(t, r.Entries(func(_ uint64, e *Entry) error {
					if e.Act == act {
						states = append(states, e.Facts["state"])
					}
					return nil
				}))
				if !slices.Equal(states, []string{"intended", "complete"}) {
					t.Errorf("the ledger says %v", states)
				}
				must(t, r.CheckKeyAudit("a"))
			})
		}
	}
}
