package registry

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"
)

// What was put is there again after Close and Open on the same folders, the
// keys and the chain of the key audit included.
func TestReopen(t *testing.T) {
	c := &clock{now: start}
	o := diskOptions(t, c)
	r, err := Open(o)
	must(t, err)
	w := newTown(t, r)
	var names []string
	for _, s := range r.allStores() {
		rel, err := filepath.Rel(o.Dir, s.dir())
		must(t, err)
		names = append(names, rel)
	}
	if diff := cmp.Diff([]string{"analytics", "archive", "building-a", "building-b", "cloud", "ledger", "vault"}, names); diff != "" {
		t.Errorf("folders of the stores:\n%s", diff)
	}
	must(t, r.Close())
	must(t, r.Close())
	if err := r.As(RoleService, ToProvide).Get(Ref{Kind: KindFlowProfile, Subject: w.alice}, &FlowProfile{}); !errors.Is(err, errClosed) {
		t.Errorf("a closed registry answers: %v", err)
	}

	c.pass(time.Hour)
	r = open(t, o)
	var p FlowProfile
	must(t, r.As(RoleService, ToProvide).Get(Ref{Kind: KindFlowProfile, Subject: w.alice}, &p))
	want := *benchProfile()
	want.Meta = Meta{Controller: ByKONE, Building: "a", At: start}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("profile after a restart:\n%s", diff)
	}
	must(t, r.As(RoleManager, ToProvide).In("a").Get(Ref{Kind: KindBuildingPerson, Subject: w.alice}, &BuildingPerson{}))
	must(t, r.As(RoleSubject, ToProvide).Of(w.alice).In("a").Put(Ref{Kind: KindKeyAudit}, &KeyAudit{Act: "deleted", What: "visitor-key", Of: w.key}))
	var chain []KeyAudit
	cloud, err := r.store(Cloud, "")
	must(t, err)
	must(t, cloud.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte("ka/"), func(item *badger.Item) error {
			var e KeyAudit
			err := item.Value(func(v []byte) error { return cloud.decode(KindKeyAudit, item.Key(), v, &e) })
			if e.Building == "a" {
				chain = append(chain, e)
			}
			return err
		})
	}))
	if len(chain) != 2 || chain[1].Sequence != 3 || chain[1].Previous != chain[0].Hash || chain[1].Hash == chain[0].Hash {
		t.Errorf("the key audit of a does not go on in its chain: %+v", chain)
	}
	for _, e := range chain {
		if hash, err := chainHash(e.Previous, e); err != nil || hash != e.Hash {
			t.Errorf("entry %d: its hash is another: %v", e.Sequence, err)
		}
	}
}

// Badger is opened as erasure needs it: one version, no time to live, values
// inside the tables.
func TestBadgerOptions(t *testing.T) {
	r := onDisk(t)
	w := newTown(t, r)
	for _, s := range r.allStores() {
		o := s.db.Opts()
		if o.NumVersionsToKeep != 1 || o.ValueThreshold < largestValue || o.VLogPercentile != 0 {
			t.Errorf("store %s keeps %d versions, values up to %d in tables", s.name, o.NumVersionsToKeep, o.ValueThreshold)
		}
		must(t, s.view(func(txn *badger.Txn) error {
			return eachKey(txn, nil, func(item *badger.Item) error {
				if item.ExpiresAt() != 0 {
					t.Errorf("store %s has a record with Badger's time to live", s.name)
				}
				if bytes.Contains(item.Key(), []byte("Aino")) {
					t.Errorf("store %s has a name in a key", s.name)
				}
				return nil
			})
		}))
	}
	big := Ref{Kind: KindSubUser, Subject: w.bob, Item: Random{}.New()}
	must(t, r.As(RoleService, ToProvide).Put(big, &SubUser{Note: strings.Repeat("x", largestValue-1000)}))
}

// Nothing readable of a person stands in the files of the stores or beside the
// keys.
func TestNothingReadableOnDisk(t *testing.T) {
	o := diskOptions(t, &clock{now: start})
	r, err := Open(o)
	must(t, err)
	newTown(t, r)
	must(t, r.Close())
	files := 0
	must(t, filepath.WalkDir(filepath.Dir(o.Dir), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		for _, word := range []string{"Aino", "aino@", "Grandma", "kiddo", "nick"} {
			if bytes.Contains(b, []byte(word)) {
				t.Errorf("%s holds %q", filepath.Base(path), word)
			}
		}
		return err
	}))
	if files < 20 {
		t.Fatalf("only %d files were looked at", files)
	}
}

// Many writers and readers at once: the transactions of all get through, one
// after the other where they conflict, and settling meanwhile loses none.
func TestConcurrentWriters(t *testing.T) {
	r := onDisk(t)
	w := newTown(t, r)
	cloud, err := r.store(Cloud, "")
	must(t, err)
	ref := Ref{Kind: KindVisitorKey, Subject: w.alice, Item: w.key}
	const writers, turns = 8, 20
	h := r.As(RoleService, ToProvide).In("a")
	must(t, h.Put(ref, &VisitorKey{Uses: writers * turns}))

	stop, dropping := make(chan struct{}), make(chan int)
	go func() {
		drops := 0
		for {
			select {
			case <-stop:
				dropping <- drops
				return
			default:
			}
			if err := cloud.alone(func() error { return cloud.db.DropPrefix([]byte("zz/")) }); err != nil {
				t.Error(err)
			}
			if err := cloud.update(func(txn *badger.Txn) error { return txn.Set([]byte("zz/x"), nil) }); err != nil {
				t.Error(err)
			}
			drops++
			time.Sleep(20 * time.Millisecond)
		}
	}()
	var wg sync.WaitGroup
	var audits atomic.Int64
	for i := range writers {
		wg.Go(func() {
			for j := range turns {
				err := h.Do(KindVisitorKey, func(tx *Tx) error {
					var k VisitorKey
					if err := tx.Get(ref, &k); err != nil {
						return err
					}
					k.Uses--
					if err := tx.Put(ref, &k); err != nil {
						return err
					}
					if j%10 == 0 {
						return tx.Put(Ref{Kind: KindKeyAudit}, &KeyAudit{Act: "created", What: "visitor-key", Of: w.key})
					}
					return nil
				})
				if err != nil {
					t.Errorf("writer %d: %v", i, err)
				}
				if j%10 == 0 {
					audits.Add(1)
				}
				if err := h.Get(Ref{Kind: KindFlowProfile, Subject: w.alice}, &FlowProfile{}); err != nil {
					t.Errorf("reader %d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
	close(stop)
	if n := <-dropping; n == 0 {
		t.Error("nothing was dropped meanwhile")
	}
	var k VisitorKey
	must(t, h.Get(ref, &k))
	if k.Uses != 0 {
		t.Errorf("%d uses are left of %d: acknowledged writes were lost", k.Uses, writers*turns)
	}
	var previous string
	n := 0
	must(t, cloud.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte("ka/"), func(item *badger.Item) error {
			var e KeyAudit
			err := item.Value(func(v []byte) error { return cloud.decode(KindKeyAudit, item.Key(), v, &e) })
			if e.Building != "a" {
				return err
			}
			if e.Previous != previous {
				t.Errorf("entry %d of the key audit is not chained to the one before", e.Sequence)
			}
			previous = e.Hash
			n++
			return err
		})
	}))
	if n != int(audits.Load())+1 {
		t.Errorf("%d entries of the key audit for %d acts", n, audits.Load()+1)
	}
}

// Entries of the key audit that are written at once each get a place of their
// own, in two chains.
func TestConcurrentAudits(t *testing.T) {
	r := inRAM(t)
	const writers, turns = 8, 25
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for range turns {
				if err := r.As(RoleService, ToProvide).In([]string{"a", "b"}[i%2]).Put(Ref{Kind: KindKeyAudit}, &KeyAudit{Act: "created", What: "visitor-key", Of: Random{}.New()}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	cloud, err := r.store(Cloud, "")
	must(t, err)
	last, previous := uint64(0), map[string]string{}
	must(t, cloud.view(func(txn *badger.Txn) error {
		return eachKey(txn, []byte("ka/"), func(item *badger.Item) error {
			var e KeyAudit
			err := item.Value(func(v []byte) error { return cloud.decode(KindKeyAudit, item.Key(), v, &e) })
			if last++; e.Sequence != last || e.Previous != previous[e.Building] {
				t.Errorf("entry %d of %s stands in place %d or is not chained to the one before", e.Sequence, e.Building, last)
			}
			previous[e.Building] = e.Hash
			return err
		})
	}))
	if last != writers*turns {
		t.Errorf("%d entries for %d acts", last, writers*turns)
	}
}

// Subjects get one key each, however many write at once.
func TestConcurrentFounders(t *testing.T) {
	r := inRAM(t)
	id := Random{}.New()
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			kind, rec := KindFlowProfile, Record(&FlowProfile{Name: "x"})
			if i%2 == 0 {
				kind, rec = KindRemoteCallAccount, &RemoteCallAccount{Email: "x"}
			}
			if err := r.As(RoleService, ToProvide).Put(Ref{Kind: kind, Subject: id}, rec); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	r.ring.forget(id)
	must(t, r.As(RoleService, ToProvide).Get(Ref{Kind: KindFlowProfile, Subject: id}, &FlowProfile{}))
	must(t, r.As(RoleService, ToProvide).Get(Ref{Kind: KindRemoteCallAccount, Subject: id}, &RemoteCallAccount{}))
}

// Close waits for those at work, and those who come later are told.
func TestCloseWhileInUse(t *testing.T) {
	o := diskOptions(t, &clock{now: start})
	r, err := Open(o)
	must(t, err)
	w := newTown(t, r)
	h := r.As(RoleService, ToProvide).In("a")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				err := h.Each(Ref{Kind: KindFlowProfile}, func(ref Ref, load func(Record) error) error {
					if err := load(&FlowProfile{}); err != nil {
						return err
					}
					return h.Put(Ref{Kind: KindFlowPreferences, Subject: w.bob}, &FlowPreferences{})
				})
				if errors.Is(err, errClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	time.Sleep(20 * time.Millisecond)
	must(t, r.Close())
	wg.Wait()
}

// A transaction is all or nothing, stays in its store, and says so when it is
// too large.
func TestTransactions(t *testing.T) {
	r := inRAM(t)
	w := newTown(t, r)
	h := r.As(RoleService, ToProvide).In("a")
	ref := Ref{Kind: KindFlowPreferences, Subject: w.bob}
	boom := errors.New("boom")
	if err := h.Do(KindFlowPreferences, func(tx *Tx) error {
		must(t, tx.Put(ref, &FlowPreferences{WalkingSpeed: 1}))
		return boom
	}); !errors.Is(err, boom) {
		t.Errorf("failed transaction: %v", err)
	}
	var p FlowPreferences
	must(t, h.Get(ref, &p))
	if p.WalkingSpeed != 1100 {
		t.Error("a failed transaction wrote")
	}
	err := h.Do(KindFlowPreferences, func(tx *Tx) error {
		return tx.Get(Ref{Kind: KindBuildingPerson, Subject: w.bob}, &BuildingPerson{})
	})
	if err == nil || !strings.Contains(err.Error(), "another transaction") {
		t.Errorf("across stores: %v", err)
	}
	err = h.Do(KindVisitorKey, func(tx *Tx) error {
		for range 200 {
			if err := tx.Put(Ref{Kind: KindVisitorKey, Subject: w.bob, Item: Random{}.New()}, &VisitorKey{Visitor: strings.Repeat("x", 10000)}); err != nil {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, badger.ErrTxnTooBig) || !strings.Contains(err.Error(), "several transactions") {
		t.Errorf("too large: %v", err)
	}
	d := new(Denied)
	err = r.As(RoleAnalytics, ToAnalyse).Do(KindFlowProfile, func(tx *Tx) error { return tx.Get(Ref{Kind: KindFlowProfile, Subject: w.bob}, &FlowProfile{}) })
	if !errors.As(err, &d) {
		t.Errorf("within a transaction the matrix holds as well: %v", err)
	}
	if err := h.Delete(Ref{Kind: KindVisitorKey, Subject: w.alice, Item: Random{}.New()}); !errors.Is(err, ErrNotFound) {
		t.Errorf("deleting what is not there: %v", err)
	}
}

// Each passes what the filled components select, in order, and no other.
func TestEach(t *testing.T) {
	r := inRAM(t)
	w := newTown(t, r)
	h := r.As(RoleService, ToProvide)
	count := func(h Handle, ref Ref) (n int) {
		t.Helper()
		last := ""
		must(t, h.Each(ref, func(ref Ref, _ func(Record) error) error {
			key, err := keyOf(ref)
			must(t, err)
			if string(key) <= last {
				t.Error("the keys are not in order")
			}
			last = string(key)
			n++
			return nil
		}))
		return n
	}
	for _, row := range []struct {
		says string
		h    Handle
		ref  Ref
		want int
	}{
		{"all profiles", h, Ref{Kind: KindFlowProfile}, 3},
		{"one profile", h, Ref{Kind: KindFlowProfile, Subject: w.bob}, 1},
		{"a subject's visitor keys", h, Ref{Kind: KindVisitorKey, Subject: w.alice}, 1},
		{"those of one who has none", h, Ref{Kind: KindVisitorKey, Subject: w.bob}, 0},
		{"the logs of a day", h, Ref{Kind: KindUsageLog, Day: "20251231"}, 1},
		{"those of another", h, Ref{Kind: KindUsageLog, Day: "20260101"}, 0},
		{"a building's persons", h.In("a"), Ref{Kind: KindBuildingPerson}, 2},
		{"another's", h.In("b"), Ref{Kind: KindBuildingPerson}, 1},
		{"the persons of a building, of one subject", h.In("a").Of(w.bob), Ref{Kind: KindBuildingPerson}, 1},
	} {
		if got := count(row.h, row.ref); got != row.want {
			t.Errorf("%s: %d, want %d", row.says, got, row.want)
		}
	}
	boom := errors.New("boom")
	if err := h.Each(Ref{Kind: KindFlowProfile}, func(Ref, func(Record) error) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("an error of the callback: %v", err)
	}
	if err := h.In("tower").Each(Ref{Kind: KindBuildingPerson}, nil); err == nil || !strings.Contains(err.Error(), "Options.Buildings") {
		t.Errorf("a building without a server: %v", err)
	}
}

// Badger's log lines come through without what they speak of.
func TestScrubbedLog(t *testing.T) {
	var buf bytes.Buffer
	dir := t.TempDir()
	l := scrubbed{slog.New(slog.NewTextHandler(&buf, nil)), "cloud"}
	key := []byte("fp/secretsubject")
	l.Infof("DropPrefix called for %s", [][]byte{key})
	if buf.Len() > 0 {
		t.Errorf("information is logged: %s", buf.String())
	}
	l.Warningf("While reading key: %x, got error: %v", key, fmt.Errorf("bad key %s", key))
	l.Errorf("Unable to read: Key: %v, after %v", key, 3*time.Second)
	l.Errorf("flush: %v\n", &os.PathError{Op: "write", Path: filepath.Join(dir, "fp", "secretsubject"), Err: syscall.ENOSPC})
	l.Warningf("%d arguments are %s missing", 1)
	text := buf.String()
	for _, secret := range []string{"secretsubject", fmt.Sprintf("%x", key), fmt.Sprint(key), dir} {
		if strings.Contains(text, secret) {
			t.Errorf("the log has %q:\n%s", secret, text)
		}
	}
	for _, told := range []string{"While reading key", "Unable to read", "3s", syscall.ENOSPC.Error(), "store=cloud", "WARN", "ERROR"} {
		if !strings.Contains(text, told) {
			t.Errorf("the log lacks %q:\n%s", told, text)
		}
	}
	scrubbed{nil, "cloud"}.Errorf("without a log %d", 1)
}

// Errors of accesses and of damage never repeat what they are about.
func TestErrorsNameNobody(t *testing.T) {
	var buf bytes.Buffer
	o := testOptions(&clock{now: start})
	o.Log = slog.New(slog.NewTextHandler(io.MultiWriter(&buf), nil))
	r := open(t, o)
	w := newTown(t, r)
	cloud, err := r.store(Cloud, "")
	must(t, err)
	key, value := valueOf(t, cloud, Ref{Kind: KindFlowProfile, Subject: w.bob})
	value[40] ^= 1
	must(t, cloud.update(func(txn *badger.Txn) error { return txn.Set(key, value) }))
	for _, err := range []error{
		r.As(RoleService, ToProvide).Get(Ref{Kind: KindFlowProfile, Subject: w.bob}, &FlowProfile{}),
		r.As(RolePublic, ToProvide).Get(Ref{Kind: KindFlowProfile, Subject: w.alice}, &FlowProfile{}),
		r.As(RoleSubject, ToProvide).Of(w.alice).Get(Ref{Kind: KindFlowProfile, Subject: w.bob}, &FlowProfile{}),
	} {
		if err == nil {
			t.Fatal("the access went through")
		}
		for _, id := range []ID{w.alice, w.bob} {
			if strings.Contains(err.Error(), string(id)) {
				t.Errorf("an error names a subject: %v", err)
			}
		}
	}
	if buf.Len() > 0 {
		t.Errorf("the registry logged: %s", buf.String())
	}
}
