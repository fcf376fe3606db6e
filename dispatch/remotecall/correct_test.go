package remotecall

import (
	"path/filepath"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

// The display at the entrance drops the old value with the correction, and
// what the stores no longer say at the latest with the next Tend (FL:L74).
func TestDisplayFollowsCorrections(t *testing.T) {
	h := newHouse(t, withStaff)
	d := h.dwell("axa", "7100", "1")
	shows := func(sentence string, want ...registry.DisplayRow) {
		t.Helper()
		rows, err := h.stores.Display("tower")
		h.ok(err)
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Errorf("%s (-want +got):\n%s", sentence, diff)
		}
	}
	h.ok(h.stores.RenderDisplay("tower"))
	shows("as entered", registry.DisplayRow{Apartment: "7100", IntercomUsername: "bell-axa"})
	_, err := h.ask(channelApp, d.person, RightsRequest{Right: ToCorrect, Corrections: map[string]string{"intercom_username": "corrected"}})
	h.ok(err)
	shows("a corrected username", registry.DisplayRow{Apartment: "7100", IntercomUsername: "corrected"})
	_, err = h.ask(channelManager, d.person, RightsRequest{Right: ToCorrect, Corrections: map[string]string{"apartment": "72"}})
	h.ok(err)
	shows("a corrected apartment", registry.DisplayRow{Apartment: "72", IntercomUsername: "corrected"})

	ref := registry.Ref{Kind: registry.KindFlowPreferences, Subject: d.subject}
	h.ok(h.stores.As(registry.RoleService, registry.ToProvide).Of(d.subject).Put(ref, &registry.FlowPreferences{IntercomUsername: "changed"}))
	h.ok(h.s.Tend())
	shows("a change that nobody rendered", registry.DisplayRow{Apartment: "72", IntercomUsername: "changed"})
}

// Of a corrected record the files hold one version when the request is
// fulfilled: the present one.
func TestCorrectionLeavesTheFiles(t *testing.T) {
	h, dir := newHouse(t, withStaff), t.TempDir()
	stores := filepath.Join(dir, "stores")
	disk, err := registry.Open(registry.Options{Dir: stores, Keys: filepath.Join(dir, "keys"), Now: h.now, Buildings: h.stores.Buildings(), Limits: h.stores.Limits()})
	h.ok(err)
	h.config.Registry = disk
	memory := h.stores
	h.stores = disk
	h.restart()
	d := h.dwell("axa", "7100", "1")
	_, err = h.ask(channelApp, d.person, RightsRequest{Right: ToCorrect, Corrections: map[string]string{"phone": "+999 555", "walking_speed_mm_s": "900"}})
	h.ok(err)
	h.ok(disk.Close())
	h.stores = memory // is closed by the end of the test

	db, err := badger.Open(badger.DefaultOptions(filepath.Join(stores, "cloud")).WithLogger(nil))
	h.ok(err)
	defer db.Close()
	versions := map[string]int{}
	h.ok(db.View(func(txn *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.AllVersions = true
		it := txn.NewIterator(o)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			versions[string(it.Item().Key())]++
		}
		return nil
	}))
	for kind, sentence := range map[*registry.Kind]string{registry.KindFlowProfile: "profile", registry.KindFlowPreferences: "preferences"} {
		if n := versions[kind.Prefix+"/"+string(d.subject)]; n != 1 {
			t.Errorf("the files hold %d versions of the %s, want 1", n, sentence)
		}
	}
}
