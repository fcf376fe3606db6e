package registry

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"
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
	manager := r.As(RoleManager, ToProvide).In("a").Of(subject) // of a session that goes on
	must(t, manager.Get(person, &BuildingPerson{}))

	must(t, r.HandOver("a", "ORG-2"))

	check := func(r *Registry) {
		t.Helper()
		for _, h := range []Handle{r.As(RoleService, ToProvide), r.As(RoleSubject, ToFulfil).Of(subject), r.As(RoleManager, ToProvide)} {
			if err := h.In("a").Get(person, &BuildingPerson{}); !errors.Is(err, ErrNotProvider) {
				t.Errorf("%s reads the building's server: %v", h.role, err)
			}
		}
		for _, h := range []Handle{r.As(RoleService, ToFulfil), r.As(RoleSecurity, ToSecure), r.As(RoleManager, ToProvide)} {
			if err := h.In("a").Delete(person); !errors.Is(err, ErrNotProvider) {
				t.Errorf("%s deletes in the building's server: %v", h.role, err)
			}
		}
		if g := r.stores["building-a"].ring; len(g.keks)+len(g.cache) > 0 {
			t.Error("keys of the building are in our memory")
		}
		if err := r.HandOver("a", ""); !errors.Is(err, ErrNotProvider) {
			t.Errorf("a second hand-over: %v", err)
		}
	}
	check(r)
	if err := manager.Put(Ref{Kind: KindPermission, Subject: subject, Item: r.o.IDs.New()}, &Permission{Service: "flow"}); !errors.Is(err, ErrNotProvider) {
		t.Errorf("a Manager who was let in before grants through us: %v", err)
	}
	if diff := cmp.Diff([]string{"key-created 1", "key-handed-over 1"}, keyActs(t, r, "building-a")); diff != "" {
		t.Errorf("the ledger about the building's keys (-want +got):\n%s", diff)
	}
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
	want := []string{"building-b-1.key", handedOverDir, "provider-1.key"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("key files (-want +there)\n%s", diff)
	}

	r = reopen(t, r, o)
	check(r)
	must(t, r.Close())

	// Whoever goes on with the building opens it as it was, with what they got.
	theirs := o
	theirs.Dir, theirs.Keys = filepath.Join(t.TempDir(), "stores"), filepath.Join(t.TempDir(), "a")
	theirs.Buildings = o.Buildings[:1]
	must(t, os.CopyFS(filepath.Join(theirs.Dir, "building-a"), os.DirFS(filepath.Join(o.Dir, "building-a"))))
	must(t, os.Rename(filepath.Join(o.Keys, handedOverDir, "a"), theirs.Keys))
	r = open(t, theirs)
	if diff := cmp.Diff(before, content(t, r, "building-a")); diff != "" {
		t.Errorf("the hand-over, or a refused delete, changed the building's records:\n%s", diff)
	}
	theirPermission := Ref{Kind: KindPermission, Subject: subject, Item: r.o.IDs.New()}
	must(t, r.As(RoleManager, ToProvide).In("a").Put(theirPermission, &Permission{Service: "flow"}))
	must(t, r.As(RoleManager, ToProvide).In("a").Put(Ref{Kind: KindKeyTag, Subject: subject}, &KeyTag{Number: "8"}))
	for range 2 { // and after a restart
		for ref, rec := range map[Ref]Record{theirPermission: &Permission{}, {Kind: KindKeyTag, Subject: subject}: &KeyTag{}} {
			must(t, r.As(RoleManager, ToProvide).In("a").Get(ref, rec))
			if m := rec.Head(); m.Controller != ByManager || m.Processor != "" {
				t.Errorf("a %s that the Manager wrote after the hand-over has controller %q and processor %q", ref.Kind.Name, m.Controller, m.Processor)
			}
		}
		r = reopen(t, r, theirs)
		must(t, r.As(RoleManager, ToProvide).In("a").Put(theirPermission, &Permission{Service: "flow"}))
	}
	must(t, r.Close())
	check(open(t, o)) // who needs nothing of what they have
}

// What an ending leaves in the cloud does not say who was in the building.
func TestEndingsErasePeopleWhoLiveNowhereElse(t *testing.T) {
	for _, act := range []string{ActHandOver, ActServiceEnded} {
		t.Run(act, func(t *testing.T) {
			r := open(t, diskOptions(t, &clock{now: start}))
			both, only := twoBuildings(t, r), signUp(t, r)
			must(t, r.As(RoleManager, ToProvide).In("a").Put(Ref{Kind: KindBuildingPerson, Subject: only}, &BuildingPerson{Service: "flow", Name: "N"}))
			profile, preferences := Ref{Kind: KindFlowProfile, Subject: both}, Ref{Kind: KindFlowPreferences, Subject: both}
			service := r.As(RoleService, ToProvide)
			must(t, service.In("a").Put(profile, &FlowProfile{Name: "N", Email: "e@example.org"}))
			must(t, service.Put(preferences, &FlowPreferences{FavouriteFloor: "penthouse", WalkingSpeed: 1000}))
			if act == ActHandOver {
				must(t, r.HandOver("a", ""))
			} else {
				must(t, r.EndService("a"))
			}
			if err := service.Get(Ref{Kind: KindFlowProfile, Subject: only}, &FlowProfile{}); !errors.Is(err, ErrNotFound) {
				t.Errorf("the account of somebody who lives nowhere else: %v", err)
			}
			var f FlowProfile
			must(t, service.Get(profile, &f))
			var p FlowPreferences
			must(t, service.Get(preferences, &p))
			if f.Email == "" || f.Building != "" || p.FavouriteFloor != "" || p.WalkingSpeed != 1000 {
				t.Errorf("of somebody who lives in the other building too: account of building %q, favourite floor %q, speed %d", f.Building, p.FavouriteFloor, p.WalkingSpeed)
			}
		})
	}
}

func TestEndService(t *testing.T) {
	c := &clock{now: start}
	o := diskOptions(t, c)
	r := open(t, o)
	subject := twoBuildings(t, r)
	tagged := Random{}.New() // without the app
	manager := r.As(RoleManager, ToProvide).In("a")
	must(t, manager.Put(Ref{Kind: KindBuildingPerson, Subject: tagged}, &BuildingPerson{Service: "flow", Name: "N"}))
	must(t, manager.Put(Ref{Kind: KindKeyTag, Subject: tagged}, &KeyTag{Number: "7", Floors: []string{"*"}}))
	must(t, r.EndService("a"))
	for _, h := range []Handle{manager, r.As(RoleService, ToProvide).In("a")} {
		if err := h.Put(Ref{Kind: KindBuildingPerson, Subject: subject}, &BuildingPerson{Service: "flow", Name: "N"}); !errors.Is(err, ErrNotProvider) {
			t.Errorf("%s enters a person after the end: %v", h.role, err)
		}
	}
	if got := len(stands(t, r, KindVisitorKey, "")); got != 1 {
		t.Errorf("%d visitor keys stand, want that of the other building", got)
	}
	if err := r.As(RoleService, ToProvide).In("b").Get(Ref{Kind: KindBuildingPerson, Subject: subject}, &BuildingPerson{}); err != nil {
		t.Errorf("the other building: %v", err)
	}
	dir := r.stores["building-a"].dir()
	must(t, r.Close())
	for kind, want := range map[*Kind]int{KindBuildingPerson: 0, KindKeyTag: 1, KindWrappedKey: 1} {
		if left := physical(t, dir, kind.Prefix+"/"); len(left) != want {
			t.Errorf("the files still hold %d of %s, want %d", len(left), kind.Name, want)
		}
	}
	for _, epoch := range []int{1, 2} {
		if exists(filepath.Join(o.Keys, fileOf("building-a", epoch))) {
			t.Errorf("the server's key-encryption key %d is still with ours", epoch)
		}
	}
	r = open(t, o)
	must(t, r.CheckLedger())
	if err := r.As(RoleManager, ToProvide).In("a").Put(Ref{Kind: KindBuildingPerson, Subject: subject}, &BuildingPerson{Service: "flow", Name: "N"}); !errors.Is(err, ErrNotProvider) {
		t.Errorf("after a start the building is back: %v", err)
	}
	must(t, r.Close())

	// The Manager goes on with the key tags (FL:L51).
	theirs := o
	theirs.Dir, theirs.Keys = filepath.Join(t.TempDir(), "stores"), filepath.Join(o.Keys, handedOverDir, "a")
	theirs.Buildings = o.Buildings[:1]
	must(t, os.CopyFS(filepath.Join(theirs.Dir, "building-a"), os.DirFS(filepath.Join(o.Dir, "building-a"))))
	var tag KeyTag
	must(t, open(t, theirs).As(RoleManager, ToProvide).In("a").Get(Ref{Kind: KindKeyTag, Subject: tagged}, &tag))
	if tag.Number != "7" {
		t.Errorf("the key tag has number %q", tag.Number)
	}
}

func TestEndingsAreCompletedByTheNextStart(t *testing.T) {
	for _, act := range []string{ActHandOver, ActServiceEnded} {
		for _, step := range []string{"intended", "people-erased", "server-emptied", "keys-given", "cloud-cleared", "backups-renewed"} {
			if act == ActHandOver && step == "server-emptied" {
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
				if n := records(t, r, "building-a", KindBuildingPerson); (n == 0) != (act == ActServiceEnded) {
					t.Errorf("%d records stand in the building's server", n)
				}
				custody, err := filepath.Glob(filepath.Join(o.Keys, handedOverDir, "a", "building-a-*.key"))
				if err != nil || len(custody) == 0 || exists(filepath.Join(o.Keys, fileOf("building-a", 1))) {
					t.Errorf("the server's keys did not change hands: %d files", len(custody))
				}
				backups, err := r.Backups()
				if err != nil || len(backups) != 1 {
					t.Errorf("%d backups, %v; want a new one", len(backups), err)
				}
				want := []string{"key-created 1", "key-handed-over 1"}
				if act == ActServiceEnded {
					want = []string{"key-created 1", "key-created 2", "key-destroyed 1", "key-handed-over 2"}
					if step == "server-emptied" { // the next start empties it again
						want = []string{"key-created 1", "key-created 2", "key-destroyed 1", "key-created 3", "key-destroyed 2", "key-handed-over 3"}
					}
				}
				if diff := cmp.Diff(want, keyActs(t, r, "building-a")); diff != "" {
					t.Errorf("the ledger about the building's keys (-want +got):\n%s", diff)
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

// An ending that fails half way is finished by the next call of the same ending,
// and by no other.
func TestEndingsAreCompletedByASecondCall(t *testing.T) {
	handOver := func(successor string) func(*Registry) error {
		return func(r *Registry) error { return r.HandOver("a", successor) }
	}
	endService := func(r *Registry) error { return r.EndService("a") }
	keysFolder := func(o Options) string { return filepath.Join(o.Keys, handedOverDir) }
	backupFolder := func(o Options) string { return filepath.Join(o.Dir, "backups") }
	nothing := func(*testing.T, *Registry) {}
	putAside := func(t *testing.T, r *Registry) {
		keks, err := r.keys.load("building-a")
		must(t, err)
		for epoch, kek := range keks {
			must(t, r.keys.custody("a").save("building-a", epoch, kek))
		}
	}
	for _, c := range []struct {
		sentence   string
		act        string
		end, other func(*Registry) error
		inTheWay   func(Options) string // a file where a folder has to be
		meanwhile  func(*testing.T, *Registry)
	}{
		{"a hand-over whose keys cannot be put aside", ActHandOver, handOver("ORG-2"), endService, keysFolder, nothing},
		{"a hand-over that is asked for again for somebody else", ActHandOver, handOver("ORG-2"), handOver("ORG-3"), keysFolder, nothing},
		{"an end of the service whose keys cannot be put aside", ActServiceEnded, endService, handOver(""), keysFolder, nothing},
		{"an end of the service whose keys were put aside and not yet destroyed", ActServiceEnded, endService, handOver(""), keysFolder, putAside},
		{"a hand-over after which no backup can be made", ActHandOver, handOver("ORG-2"), endService, backupFolder, nothing},
		{"an end of the service after which no backup can be made", ActServiceEnded, endService, handOver(""), backupFolder, nothing},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			t.Parallel()
			o := diskOptions(t, &clock{now: start})
			r := open(t, o)
			twoBuildings(t, r)
			obstacle := c.inTheWay(o)
			must(t, os.WriteFile(obstacle, nil, 0o600))
			if err := c.end(r); err == nil || errors.Is(err, ErrNotProvider) {
				t.Fatalf("the first call: %v", err)
			}
			if served := r.Buildings(); len(served) != 1 || served[0].Name != "b" {
				t.Errorf("half way, these are served: %v", served)
			}
			must(t, os.Remove(obstacle))
			c.meanwhile(t, r)
			if err := c.other(r); !errors.Is(err, ErrNotProvider) {
				t.Errorf("another ending meanwhile: %v", err)
			}
			must(t, c.end(r))
			if err := c.end(r); !errors.Is(err, ErrNotProvider) {
				t.Errorf("a third call: %v", err)
			}
			var states, ids []string
			must(t, r.Entries(func(_ uint64, e *Entry) error {
				if e.Act == ActHandOver || e.Act == ActServiceEnded {
					states, ids = append(states, e.Act+" "+e.Facts["state"]), append(ids, string(e.ID))
				}
				return nil
			}))
			if want := []string{c.act + " intended", c.act + " complete"}; !slices.Equal(states, want) || ids[0] != ids[1] {
				t.Errorf("the ledger says %v of %d endings, want %v of one", states, len(ids), want)
			}
			custody, err := filepath.Glob(filepath.Join(o.Keys, handedOverDir, "a", "*"))
			must(t, err)
			ours, err := filepath.Glob(filepath.Join(o.Keys, "building-a-*"))
			must(t, err)
			if len(custody) != 1 || len(ours) != 0 {
				t.Errorf("%d keys were put aside and %d stay ours, want one and none", len(custody), len(ours))
			}
			if got := len(stands(t, r, KindVisitorKey, "")); got != 1 {
				t.Errorf("%d visitor keys stand, want that of the other building", got)
			}
		})
	}
}

// A key that a rotation destroyed, and that the rotation failed to record, is not
// recorded as handed over.
func TestHandOverTellsRotatedKeysApart(t *testing.T) {
	r := open(t, diskOptions(t, &clock{now: start}))
	twoBuildings(t, r)
	g := r.stores["building-a"].ring
	_, err := g.addEpoch(2)
	must(t, err)
	_, err = g.rewrapAll()
	must(t, err)
	must(t, g.dropEpoch(1))
	must(t, r.HandOver("a", "ORG-2"))
	if diff := cmp.Diff([]string{"key-created 1", "key-created 2", "key-destroyed 1", "key-handed-over 2"}, keyActs(t, r, "building-a")); diff != "" {
		t.Errorf("the ledger about the building's keys (-want +got):\n%s", diff)
	}
}

// keyActs lists what the ledger says of a ring's key-encryption keys, in order.
func keyActs(t *testing.T, r *Registry, ring string) (said []string) {
	t.Helper()
	must(t, r.Entries(func(_ uint64, e *Entry) error {
		if strings.HasPrefix(e.Act, "key-") && e.Facts["ring"] == ring && e.Act != ActKeyRotation {
			said = append(said, e.Act+" "+e.Facts["epoch"])
		}
		return nil
	}))
	return said
}

// records counts the records of a kind in a store, whether or not it is ours.
func records(t *testing.T, r *Registry, store string, kind *Kind) (n int) {
	t.Helper()
	must(t, r.stores[store].view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte(kind.Prefix+"/"), func(*badger.Item) error { n++; return nil })
	}))
	return n
}
