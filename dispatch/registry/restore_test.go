package registry

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// content decodes what a store's live records say, by their keys.
func content(t testing.TB, r *Registry, store string) map[string]string {
	t.Helper()
	s := r.stores[store]
	all := map[string]string{}
	must(t, s.view(func(txn *badger.Txn) error {
		return eachKey(txn, nil, func(item *badger.Item) error {
			if item.Key()[0] == markSuffix {
				return nil
			}
			return item.Value(func(v []byte) error {
				plain, err := s.open(item.Key(), v)
				all[string(item.Key())] = string(plain)
				return err
			})
		})
	}))
	return all
}

func TestRestoreBringsBackWhatStood(t *testing.T) {
	for _, where := range []string{"memory", "folder"} {
		t.Run(where, func(t *testing.T) {
			c := &clock{now: start}
			o := testOptions(c)
			if where == "folder" {
				o = diskOptions(t, c)
			}
			r := open(t, o)
			subject := signUp(t, r)
			logUsage(t, r, register(t, r, subject, "a"), "a", start)
			must(t, r.As(RoleService, ToProvide).In("a").Audit("created", "sub-user", r.o.IDs.New()))
			want := content(t, r, "cloud")
			name, err := r.Backup()
			must(t, err)
			c.pass(time.Hour)
			signUp(t, r) // lost with the restore
			must(t, r.Restore(name))
			if diff := cmp.Diff(want, content(t, r, "cloud")); diff != "" {
				t.Errorf("(-before +restored)\n%s", diff)
			}
			must(t, r.CheckLedger())
			must(t, r.CheckKeyAudit("a"))
			// The store goes on working, and the chain goes on from where it was.
			signUp(t, r)
			must(t, r.As(RoleService, ToProvide).In("a").Audit("deleted", "sub-user", r.o.IDs.New()))
			must(t, r.CheckKeyAudit("a"))
			if where == "folder" {
				now := content(t, r, "cloud")
				r = reopen(t, r, o)
				if diff := cmp.Diff(now, content(t, r, "cloud")); diff != "" {
					t.Errorf("after a start (-before +after)\n%s", diff)
				}
				if exists(filepath.Join(o.Dir, restoringDir)) {
					t.Error("the restore left its folder behind")
				}
			}
		})
	}
}

func TestRestoreRefusesWithoutItsLedger(t *testing.T) {
	c := &clock{now: start}
	o := diskOptions(t, c)
	r := open(t, o)
	signUp(t, r)
	_, err := r.Append(Entry{Act: ActIncident, Facts: map[string]string{"reason": "forced-entry"}}, true)
	must(t, err)
	name, err := r.Backup()
	must(t, err)
	before := content(t, r, "cloud")
	must(t, r.Close())
	for _, row := range []struct {
		sentence string
		entries  int // of the ledger that takes the place of the right one
		want     string
	}{
		{"the ledger is gone", 0, "put the ledger back first"},
		{"the ledger is another one", 3, "is not the one that the backup names"},
	} {
		t.Run(row.sentence, func(t *testing.T) {
			ledger := filepath.Join(o.Dir, string(Ledger))
			must(t, os.Rename(ledger, ledger+".away"))
			r := open(t, o)
			for range row.entries {
				_, err := r.Append(Entry{Act: ActIncident, Facts: map[string]string{"reason": "theft"}}, true)
				must(t, err)
			}
			err := r.Restore(name)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v does not say %q", err, row.want)
			}
			if diff := cmp.Diff(before, content(t, r, "cloud")); diff != "" {
				t.Errorf("a refused restore changed the cloud:\n%s", diff)
			}
			must(t, r.Close())
			must(t, os.RemoveAll(ledger))
			must(t, os.Rename(ledger+".away", ledger))
		})
	}
}

func TestBackupLeavesOutLogsThatWouldOutliveTheirYear(t *testing.T) {
	c := &clock{now: start}
	r := open(t, testOptions(c))
	pseudonym := register(t, r, signUp(t, r), "a")
	audit := func() { must(t, r.As(RoleService, ToProvide).In("a").Audit("created", "sub-user", r.o.IDs.New())) }
	logUsage(t, r, pseudonym, "a", start)
	audit()
	audit()
	c.pass(wholeDay)
	kept, err := keyOf(logUsage(t, r, pseudonym, "a", c.Now()))
	must(t, err)
	audit()
	c.pass(r.o.Limits.LogData - r.o.Limits.Backups) // what is logged now would be a year old with the backup
	name, err := r.Backup()
	must(t, err)
	must(t, r.Restore(name))
	if diff := cmp.Diff([]string{string(kept)}, stands(t, r, KindUsageLog, "")); diff != "" {
		t.Errorf("(-want +restored)\n%s", diff)
	}
	if got := len(stands(t, r, KindKeyAudit, "")); got != 1 {
		t.Errorf("%d entries of the key audit came back, want the one that is young enough", got)
	}
	must(t, r.CheckKeyAudit("a"))
}

func TestBackupHoldsNeitherFormerValuesNorDeletions(t *testing.T) {
	c := &clock{now: start}
	r := open(t, testOptions(c))
	subject := signUp(t, r)
	ref := Ref{Kind: KindObjection, Subject: subject, Item: r.o.IDs.New()}
	h := r.As(RoleService, ToFulfil)
	must(t, h.Put(ref, &Objection{Purpose: ToAnalyse}))
	must(t, h.Put(ref, &Objection{Purpose: ToProvide}))
	gone := Ref{Kind: KindObjection, Subject: subject, Item: r.o.IDs.New()}
	must(t, h.Put(gone, &Objection{Purpose: ToAnalyse}))
	must(t, h.Delete(gone))
	name, err := r.Backup()
	must(t, err)
	file := string(r.keeping.shelf.memory[name])
	if n := strings.Count(file, string(ref.Item)); n != 1 {
		t.Errorf("the backup has %d versions of a record, want 1", n)
	}
	if strings.Contains(file, string(gone.Item)) {
		t.Error("the backup names a record that was deleted")
	}
	m, err := r.keeping.shelf.manifest(name)
	must(t, err)
	if m.Records != 2 {
		t.Errorf("the manifest counts %d records, want 2", m.Records)
	}
}

// The ledger is written before a record is removed, so a backup may know the
// entry and still have the record. It may also have a record that was put
// again after its like was removed.
func TestRestoreWeighsRemovalsFromBeforeTheBackup(t *testing.T) {
	c := &clock{now: start}
	r := open(t, testOptions(c))
	service := r.As(RoleService, ToProvide)
	var refs []Ref
	for range 2 {
		ref := Ref{Kind: KindFlowPreferences, Subject: signUp(t, r)}
		must(t, service.Put(ref, &FlowPreferences{FavouriteFloor: "3"}))
		refs = append(refs, ref)
	}
	c.pass(time.Hour)
	key, err := keyOf(refs[0])
	must(t, err)
	// The backup comes between the entry and the deletion.
	_, err = r.Append(Entry{Act: ActRemoved, Facts: map[string]string{"ref": recordRef("cloud", key), "kind": KindFlowPreferences.Name, "store": "cloud"}}, true)
	must(t, err)
	must(t, service.Remove(refs[1]))
	c.pass(time.Hour)
	must(t, service.Put(refs[1], &FlowPreferences{FavouriteFloor: "4"}))
	name, err := r.Backup()
	must(t, err)
	must(t, r.Restore(name))
	want, err := keyOf(refs[1])
	must(t, err)
	if diff := cmp.Diff([]string{string(want)}, stands(t, r, KindFlowPreferences, "")); diff != "" {
		t.Errorf("(-want +restored)\n%s", diff)
	}
}

// Whatever was erased, removed and corrected since the backup stays so.
func TestRestoreAgainstAModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := &clock{now: start}
		r, err := Open(testOptions(c))
		must(t, err)
		defer r.Close()
		type person struct {
			name  string
			items map[ID]bool // sub-users
		}
		model := map[ID]*person{}
		var backup string
		var then map[ID]*person
		service := r.As(RoleService, ToProvide)
		any := func() ID {
			if len(model) == 0 {
				return ""
			}
			return rapid.SampledFrom(slices.Sorted(maps.Keys(model))).Draw(rt, "subject")
		}
		act := func(i int) {
			subject := any()
			if subject == "" && i != 0 {
				return
			}
			switch i {
			case 0:
				id := signUp(t, r)
				model[id] = &person{"N", map[ID]bool{}}
			case 1:
				item := r.o.IDs.New()
				must(t, service.In("a").Put(Ref{Kind: KindSubUser, Subject: subject, Item: item}, &SubUser{Name: "S", Consent: r.o.IDs.New()}))
				model[subject].items[item] = true
			case 2:
				for item := range model[subject].items {
					must(t, service.Remove(Ref{Kind: KindSubUser, Subject: subject, Item: item}))
					delete(model[subject].items, item)
					if then[subject] != nil {
						delete(then[subject].items, item)
					}
					break
				}
			case 3:
				_, err := r.Erase(subject, CauseRequest)
				must(t, err)
				delete(model, subject)
				delete(then, subject)
			case 4:
				p := &FlowProfile{}
				ref := Ref{Kind: KindFlowProfile, Subject: subject}
				must(t, service.Get(ref, p))
				p.Name = fmt.Sprintf("N%d", rapid.IntRange(0, 9).Draw(rt, "name"))
				must(t, service.Correct(ref, p, "name"))
				model[subject].name = p.Name
				if then[subject] != nil {
					then[subject].name = p.Name // the former value, in the backup, must not come back
				}
			case 5:
				c.pass(time.Hour)
			}
		}
		for range rapid.IntRange(1, 10).Draw(rt, "before") {
			act(rapid.IntRange(0, 5).Draw(rt, "act"))
		}
		backup, err = r.Backup()
		must(t, err)
		then = map[ID]*person{}
		for id, p := range model {
			then[id] = &person{p.name, maps.Clone(p.items)}
		}
		for range rapid.IntRange(0, 10).Draw(rt, "after") {
			act(rapid.IntRange(0, 5).Draw(rt, "act"))
		}
		must(t, r.Restore(backup))

		got := map[ID]*person{}
		for _, key := range stands(t, r, KindFlowProfile, "") {
			ref, err := parseKey([]byte(key))
			must(t, err)
			p := &FlowProfile{}
			must(t, service.Get(ref, p))
			if p.Email != "e@example.org" {
				rt.Fatalf("a field that nobody corrected is %q", p.Email)
			}
			got[ref.Subject] = &person{p.Name, map[ID]bool{}}
		}
		for _, key := range stands(t, r, KindSubUser, "") {
			ref, err := parseKey([]byte(key))
			must(t, err)
			if got[ref.Subject] == nil {
				rt.Fatal("a sub-user came back without a user")
			}
			got[ref.Subject].items[ref.Item] = true
		}
		if diff := cmp.Diff(then, got, cmp.AllowUnexported(person{})); diff != "" {
			rt.Fatalf("(-model +restored)\n%s", diff)
		}
		must(t, r.CheckLedger())
	})
}

// crash ends what runs at a step, as far as a test within the process can.
type crash string

// A restore that ends at any of its steps has happened or has not, and never
// in part.
func TestRestoreEndsAtAnyStep(t *testing.T) {
	for _, step := range []string{"restore:intended", "restore:loaded", "restore:replayed", "restore:ready", "restore:aside", "restore:exchanged", "restore:evident"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			c := &clock{now: start}
			o := diskOptions(t, c)
			armed := false
			o.Step = func(s string) {
				if armed && s == step {
					panic(crash(s))
				}
			}
			r := open(t, o)
			erased, stays := signUp(t, r), signUp(t, r)
			name, err := r.Backup()
			must(t, err)
			_, err = r.Erase(erased, CauseRequest)
			must(t, err)
			late := signUp(t, r)
			armed = true
			func() {
				defer func() {
					if got := recover(); got != crash(step) {
						t.Fatalf("the restore did not come to %s: %v", step, got)
					}
				}()
				r.Restore(name)
			}()
			armed = false
			abandon(t, r)
			r = open(t, o)
			key := func(id ID) string { return KindFlowProfile.Prefix + "/" + string(id) }
			before, after := []string{key(stays), key(late)}, []string{key(stays)}
			slices.Sort(before)
			got := stands(t, r, KindFlowProfile, "")
			done := slices.Index([]string{"restore:intended", "restore:loaded", "restore:replayed"}, step) < 0
			want := before
			if done {
				want = after
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("after the start (-want +stands)\n%s", diff)
			}
			if exists(filepath.Join(o.Dir, restoringDir)) {
				t.Error("what the restore left is still there")
			}
			completed := 0
			must(t, r.Entries(func(_ uint64, e *Entry) error {
				if e.Act == ActRestore && e.Facts["state"] == "complete" {
					completed++
				}
				return nil
			}))
			if (completed == 1) != done || completed > 1 {
				t.Errorf("the ledger has %d completed restores", completed)
			}
			must(t, r.CheckLedger())
			// It can be done again.
			must(t, r.Restore(name))
			if diff := cmp.Diff(after, stands(t, r, KindFlowProfile, "")); diff != "" {
				t.Errorf("restored again (-want +stands)\n%s", diff)
			}
			cloud := r.stores["cloud"].dir()
			must(t, r.Close())
			if got := physical(t, cloud, key(erased)); len(got) != 0 {
				t.Error("the files of the cloud still hold the erased subject's profile")
			}
		})
	}
}

// abandon lets go of the folders of a registry that ended in the middle, so
// that another can open them.
func abandon(t testing.TB, r *Registry) {
	t.Helper()
	for _, s := range r.stores {
		if !s.db.IsClosed() {
			s.db.Close()
		}
	}
	r.stores = map[string]*store{}
}
