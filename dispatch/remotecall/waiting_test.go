package remotecall

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

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
