package remotecall

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

// storedKeys counts the visitor keys in the store, and those that memory knows.
func (h *house) storedKeys() (stored, known int) {
	h.t.Helper()
	h.ok(h.stores.As(registry.RoleService, registry.ToProvide).Each(registry.Ref{Kind: registry.KindVisitorKey}, func(registry.Ref, func(registry.Record) error) error {
		stored++
		return nil
	}))
	return stored, len(h.s.keys)
}

func TestKeysThatHaveEndedGo(t *testing.T) {
	for _, row := range []struct {
		says   string
		change func(*KeyRequest)
		do     func(h *house, host person, k Key)
		after  time.Duration // of the key's end
		there  bool
		hears  Refusal // whoever comes with it
	}{
		{"a key that ended less than a week ago", func(*KeyRequest) {}, nil, 7*aDay - 1, true, KeyExpired},
		{"a key that ended a week ago", func(*KeyRequest) {}, nil, 7 * aDay, false, KeyUnknown},
		{"a key that was used up, and ended less than a week ago", func(*KeyRequest) {}, func(h *house, _ person, k Key) { h.ok(h.s.UseKey("tower", k, "2")) }, 7*aDay - 1, true, KeyExpired},
		{"a key that was used up, and ended a week ago", func(*KeyRequest) {}, func(h *house, _ person, k Key) { h.ok(h.s.UseKey("tower", k, "2")) }, 7 * aDay, false, KeyUnknown},
		{"a key of somebody who objected to the service", func(*KeyRequest) {}, func(h *house, host person, _ Key) {
			_, err := h.ask(channelApp, host, RightsRequest{Right: ToObject, Purpose: registry.ToProvide})
			h.ok(err)
		}, 7 * aDay, false, KeyUnknown},
		{"a key of a year that ends next week", func(r *KeyRequest) { r.Until = r.From.Add(365 * aDay) }, nil, -7 * aDay, true, ""},
	} {
		t.Run(row.says, func(t *testing.T) {
			h := newHouse(t)
			host := h.resident(Flow, "aino@example.org", "")
			r := h.keyTo("2")
			row.change(&r)
			k, err := h.s.CreateKey(host.token, r)
			h.ok(err)
			if row.do != nil {
				row.do(h, host, k)
			}
			h.restart() // the week is tended anew, and keys are found in the store
			h.set(r.Until.Add(row.after))
			h.ok(h.s.Tend())

			stored, known := h.storedKeys()
			want, audit, removed := 0, []string{"created visitor-key", "deleted visitor-key"}, 1
			if row.there {
				want, audit, removed = 1, audit[:1], 0
			}
			if stored != want || known != want {
				t.Errorf("%d keys in the store and %d in memory, want %d", stored, known, want)
			}
			if d := cmp.Diff(audit, h.audited("tower")); d != "" {
				t.Error(d)
			}
			if n := h.acts(registry.ActRemoved); n != removed {
				t.Errorf("the ledger has %d removals, want %d", n, removed)
			}
			if err := h.s.UseKey("tower", k, "2"); Reason(err) != row.hears {
				t.Errorf("whoever comes with it hears %v, want %q", err, row.hears)
			}
		})
	}
}

// Keys are looked at once a week: all that are due go, those of others stay.
func TestEndedKeysGoOnceAWeek(t *testing.T) {
	h := newHouse(t)
	a, b := h.resident(Flow, "aino@example.org", ""), h.resident(Flow, "eero@example.org", "")
	h.ok(h.s.Tend()) // on Monday, at noon
	last := registry.ID("")
	for i := range 6 {
		r := h.keyTo("2")
		r.Until = monday.Add(time.Duration(i+1) * 12 * time.Hour)
		host := a
		if i%2 == 0 {
			host = b
		}
		k, err := h.s.CreateKey(host.token, r)
		h.ok(err)
		last = k.ID
	}
	for day := 1; day <= 21; day++ {
		h.set(monday.Add(time.Duration(day) * aDay))
		h.ok(h.s.Tend())
		want := 6 // on Monday of the first week the oldest is half a day short of a week
		if day >= 14 {
			want = 0
		}
		if stored, known := h.storedKeys(); stored != want || known != want {
			t.Fatalf("day %d: %d keys in the store and %d in memory, want %d", day, stored, known, want)
		}
	}
	h.refused(h.s.RevokeKey(a.token, last), NoSuchEntry)
	if n := h.acts(registry.ActRemoved); n != 6 {
		t.Errorf("the ledger has %d removals, want 6", n)
	}
}
