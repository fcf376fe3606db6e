package remotecall

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"hoistway/dispatch/registry"
)

// ascending gives IDs in the order of their keys, so that the order of keys is
// that of commits.
type ascending struct{ last *uint64 }

func (a ascending) New() registry.ID {
	*a.last++
	id := []byte(strings.Repeat("a", 26))
	for i, n := 7, *a.last; n > 0; i, n = i-1, n/26 {
		id[i] += byte(n % 26)
	}
	return registry.ID(id)
}

// uploaded lists the randomized IDs of what is stored, in the order of keys.
func (h *house) uploaded(pseudonyms ...registry.ID) (list []registry.ID) {
	h.t.Helper()
	of, err := h.stores.As(registry.RoleSubject, registry.ToFulfil).OfAny(pseudonyms...)
	h.ok(err)
	h.ok(of.Each(registry.Ref{Kind: registry.KindUsageLog}, func(_ registry.Ref, load func(registry.Record) error) error {
		var u registry.UsageLog
		err := load(&u)
		list = append(list, u.Pseudonym)
		return err
	}))
	return list
}

// The order of commits must not tell whose a randomized ID is: neither an
// upload nor the use of an account that follows it writes anything, and what
// was uploaded goes to the store in another order.
func TestUploadsAndUseAreStoredInBatches(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.IDs = ascending{new(uint64)} })
	var people []person
	var pseudonyms []registry.ID
	for i := range 40 {
		p := h.signUp(Flow, fmt.Sprintf("a%d@example.org", i))
		people, pseudonyms = append(people, p), append(pseudonyms, registry.Random{}.New())
		h.ok(h.s.Register(p.token, pseudonyms[i], "tower"))
	}
	h.ok(h.s.Tend())
	h.pass(7 * aDay)
	before := h.writes()
	for i, p := range people {
		h.ok(h.s.Upload(Usage{pseudonyms[i], "tower", "low", "key", h.now()}))
		h.ok(h.s.Report(AppReport{Token: p.token, Hour: 8, Functions: map[string]int{"key": 1}}))
	}
	if n := h.writes() - before; n != 0 {
		t.Errorf("%d writes while phones report, want none", n)
	}
	h.ok(h.s.Tend())
	if n := h.writes() - before; n != uint64(len(people)) {
		t.Errorf("%d writes at the end of the hour, want the %d uploads", n, len(people))
	}
	stored := h.uploaded(pseudonyms...)
	if slices.Equal(stored, pseudonyms) {
		t.Error("uploads are stored in the order in which they came")
	}
	for _, p := range pseudonyms {
		if !slices.Contains(stored, p) {
			t.Fatal("an upload is not stored")
		}
	}
	h.pass(7 * aDay)
	h.ok(h.s.Tend())
	if n := h.writes() - before; n != 2*uint64(len(people)) {
		t.Errorf("%d writes after the week, want another %d, of the accounts", n, len(people))
	}
}

// What waits is dealt with as what is stored.
func TestWhatWaitsIsOneWithTheStore(t *testing.T) {
	for _, c := range []struct {
		sentence string
		do       func(h *house, d dweller)
		want     int // uploads stored afterwards, beside the dweller's first
	}{
		{"the hour ends", func(h *house, _ dweller) { h.pass(time.Hour); h.ok(h.s.Tend()) }, 1},
		{"the hour goes on", func(h *house, _ dweller) { h.ok(h.s.Tend()) }, 0},
		{"the service ends in order", func(h *house, _ dweller) { h.ok(h.s.Close()) }, 1},
		{"the subject objects", func(h *house, d dweller) {
			_, err := h.ask(channelApp, d.person, RightsRequest{Right: ToObject, Purpose: registry.ToAnalyse})
			h.ok(err)
			h.ok(h.s.Close())
		}, 0},
		{"the subject is erased", func(h *house, d dweller) {
			_, err := h.s.erase(d.subject, registry.CauseRequest)
			h.ok(err)
			h.ok(h.s.Close())
		}, -1},
		{"it becomes older than log data may be, and another upload waits with it", func(h *house, d dweller) {
			h.ok(h.s.Upload(Usage{d.pseudonym, "tower", "low", "key", h.now().Add(-h.config.Registry.Limits().LogData)}))
			h.pass(time.Hour)
			h.ok(h.s.Tend())
		}, 1},
		{"a phone's clock is ahead, and the service ends within the hour", func(h *house, d dweller) {
			h.ok(h.s.Upload(Usage{d.pseudonym, "tower", "low", "key", h.now().Add(ahead)}))
			h.ok(h.s.Close())
		}, 2},
		{"the subject of another upload of the hour is erased", func(h *house, d dweller) {
			other := h.dwell("bob", "7200", "2")
			h.ok(h.s.Upload(Usage{other.pseudonym, "tower", "low", "key", h.now()}))
			_, err := h.s.erase(other.subject, registry.CauseRequest)
			h.ok(err)
			h.ok(h.s.Close())
		}, 1},
		{"the subject asks for what there is", func(h *house, d dweller) {
			f, err := h.ask(channelApp, d.person, RightsRequest{Right: ToReview, Pseudonyms: []registry.ID{d.pseudonym}})
			h.ok(err)
			if n := strings.Count(string(f.Export), `"usage-log"`); n != 2 {
				t.Errorf("the export has %d uses, want the one that is stored and the one that waits", n)
			}
		}, 0},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			h := newHouse(t, withStaff)
			d := h.dwell("axa", "7100", "1")
			h.ok(h.s.Tend()) // stores the first
			h.ok(h.s.Upload(Usage{d.pseudonym, "tower", "low", "key", h.now()}))
			c.do(h, d)
			n := 0
			of, err := h.stores.As(registry.RoleSubject, registry.ToFulfil).OfAny(d.pseudonym)
			h.ok(err)
			h.ok(of.Each(registry.Ref{Kind: registry.KindUsageLog}, func(_ registry.Ref, load func(registry.Record) error) error {
				if err := load(new(registry.UsageLog)); err == nil {
					n++
				}
				return nil
			}))
			if n != 1+c.want {
				t.Errorf("%d uses can be read, want %d", n, 1+c.want)
			}
		})
	}
}

// Commits are numbered: the uploads of an hour have one number, so that it tells
// nothing of their order, nor of what came with which.
func TestUploadsOfAnHourAreOneTransaction(t *testing.T) {
	h := newHouse(t, withStaff)
	stores := h.onDisk()
	for i := range 3 {
		d := h.dwell(fmt.Sprintf("a%d", i), fmt.Sprint(7100+i), "1")
		for range 5 {
			h.ok(h.s.Upload(Usage{d.pseudonym, "tower", "low", "key", h.now()}))
		}
	}
	h.ok(h.s.Close())
	h.ok(h.stores.Close())
	if got := h.commits(filepath.Join(stores, "cloud"), registry.KindUsageLog); len(got) != 1 || got[0] != 3*6 {
		t.Errorf("records by transaction: %v, want all 18 in one", got)
	}
}

// onDisk puts a house whose service is not yet used on stores of a folder.
func (h *house) onDisk() (stores string) {
	h.t.Helper()
	dir, memory := h.t.TempDir(), h.stores
	stores = filepath.Join(dir, "stores")
	disk, err := registry.Open(registry.Options{Dir: stores, Keys: filepath.Join(dir, "keys"), Now: h.now, Buildings: memory.Buildings(), Limits: memory.Limits()})
	h.ok(err)
	h.t.Cleanup(func() { h.ok(disk.Close()); h.ok(memory.Close()) })
	h.config.Registry, h.stores = disk, disk
	h.restart()
	return stores
}

// commits counts the records of a kind in a store that is closed, by the
// transaction that wrote them, in order.
func (h *house) commits(dir string, kind *registry.Kind) (counts []int) {
	h.t.Helper()
	db, err := badger.Open(badger.DefaultOptions(dir).WithLogger(nil))
	h.ok(err)
	defer db.Close()
	by := map[uint64]int{}
	h.ok(db.View(func(txn *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.Prefix = []byte(kind.Prefix + "/")
		it := txn.NewIterator(o)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			by[it.Item().Version()]++
		}
		return nil
	}))
	for _, version := range slices.Sorted(maps.Keys(by)) {
		counts = append(counts, by[version])
	}
	return counts
}

// The stores learn of a use when its week is over; until then memory keeps an
// account that would be erased as inactive.
func TestAnAccountInUseIsNotInactive(t *testing.T) {
	h := newHouse(t, withStaff)
	p := h.signUp(Flow, "aino@example.org")
	h.pass(h.config.Registry.Limits().Inactivity + 30*aDay)
	_, err := h.s.Login(Flow, p.email, goodPassword)
	h.ok(err)
	for range 14 {
		h.ok(h.s.Tend())
		h.pass(aDay)
	}
	if h.s.account(p.subject) == nil {
		t.Error("an account in use was erased")
	}
}
