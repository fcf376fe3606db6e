package remotecall

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"

	"hoistway/dispatch/registry"
)

func TestCorrection(t *testing.T) {
	for _, c := range []struct {
		sentence, service, channel string
		fields                     map[string]string
		want                       Refusal // "" = done
		referrals                  int
		become                     []string // in the stores afterwards
		gone                       []string
	}{
		{"a telephone number", Flow, channelApp, map[string]string{"phone": "+999 555"}, "", 0, []string{"+999 555"}, []string{"+999 17100"}},
		{"an e-mail, which is the login", Flow, channelOperator, map[string]string{"email": "new@example.org"}, "", 0, []string{"new@example.org"}, []string{"axa@example.org"}},
		{"a username at the intercom", Flow, channelApp, map[string]string{"intercom_username": "xyz"}, "", 0, []string{"xyz"}, []string{"bell-axa"}},
		{"a preference removed", Flow, channelApp, map[string]string{"intercom_phone": ""}, "", 0, nil, []string{"+999 27100"}},
		{"a name, by the app: the profile's, and the Managers are asked for theirs", Flow, channelApp, map[string]string{"name": "Newname"}, "", 2, []string{"Newname", "Tower axa", "Office axa"}, []string{"Name axa"}},
		{"a name, by a Manager: the profile's and their building's", Flow, channelManager, map[string]string{"name": "Newname"}, "", 1, []string{"Newname", "Office axa"}, []string{"Name axa", "Tower axa"}},
		{"an address, by the Manager who entered it", Flow, channelManager, map[string]string{"address": "Elsewhere"}, "", 1, []string{"Elsewhere"}, []string{"Street axa"}},
		{"an address, by the app", Flow, channelApp, map[string]string{"address": "Elsewhere"}, AskTheManager, 2, []string{"Street axa"}, nil},
		{"floors of a permission", Flow, channelOperator, map[string]string{"floors": "5"}, AskTheManager, 2, nil, nil},
		{"floors of a permission, even by a Manager, who grants and withdraws instead", Flow, channelManager, map[string]string{"floors": "5"}, AskTheManager, 2, nil, nil},
		{"a field that is not stored", Flow, channelApp, map[string]string{"shoe_size": "43"}, MalformedField, 0, nil, nil},
		{"a field of the other service", Flow, channelApp, map[string]string{"device_serial": "SN-2"}, MalformedField, 0, nil, nil},
		{"one good field and one bad: neither is changed", Flow, channelApp, map[string]string{"phone": "+999 555", "country": "Finland"}, MalformedField, 0, []string{"+999 17100"}, []string{"+999 555"}},
		{"somebody else's e-mail", Flow, channelApp, map[string]string{"email": "bxb@example.org"}, AlreadySignedUp, 0, []string{"axa@example.org"}, nil},
		{"nothing", Flow, channelApp, nil, MissingField, 0, nil, nil},
		{"a serial number", RemoteCall, channelOperator, map[string]string{"device_serial": "SN-2"}, "", 0, []string{"SN-2"}, []string{"SN-1"}},
		{"a name in Remote Call, which stands in the building alone", RemoteCall, channelApp, map[string]string{"name": "Newname"}, AskTheManager, 1, []string{"Aino Virtanen"}, nil},
		{"the same through the Manager", RemoteCall, channelManager, map[string]string{"name": "Newname"}, "", 0, []string{"Newname"}, []string{"Aino Virtanen"}},
		{"an address in Remote Call", RemoteCall, channelManager, map[string]string{"address": "Elsewhere"}, MalformedField, 0, nil, nil},
	} {
		h := newHouse(t, withStaff)
		var p person
		if c.service == Flow {
			p = h.dwell("axa", "7100", "1").person
			h.dwell("bxb", "7200", "1")
		} else {
			p = h.resident(RemoteCall, "rc@example.org", "")
		}
		before := h.state(p.subject)
		f, err := h.ask(c.channel, p, RightsRequest{Right: ToCorrect, Corrections: c.fields})
		if Reason(err) != c.want {
			t.Errorf("%s: got %v, want %q", c.sentence, err, c.want)
			continue
		}
		if c.want == AskTheManager && f == nil {
			t.Errorf("%s: no referrals came with the refusal", c.sentence)
			continue
		}
		if f != nil && len(f.Referrals) != c.referrals {
			t.Errorf("%s: referrals %q, want %d", c.sentence, f.Referrals, c.referrals)
		}
		if n := h.acts(registry.ActReferral); n != c.referrals {
			t.Errorf("%s: %d referrals in the ledger, want %d", c.sentence, n, c.referrals)
		}
		after := h.state(p.subject)
		if (c.want != "") != slices.Equal(before, after) {
			t.Errorf("%s: refused is %q, but the stores changed is %v", c.sentence, c.want, !slices.Equal(before, after))
		}
		text := strings.Join(after, "\n")
		for _, value := range c.become {
			if !strings.Contains(text, `"`+value+`"`) {
				t.Errorf("%s: %s is not in the stores", c.sentence, value)
			}
		}
		for _, value := range c.gone {
			if strings.Contains(text, `"`+value+`"`) {
				t.Errorf("%s: %s is still in the stores", c.sentence, value)
			}
		}
	}
}

func TestACorrectedEmailIsTheLogin(t *testing.T) {
	h := newHouse(t, withStaff)
	d := h.dwell("axa", "7100", "1")
	_, err := h.ask(channelApp, d.person, RightsRequest{Right: ToCorrect, Corrections: map[string]string{"email": "new@example.org"}})
	h.ok(err)
	_, err = h.s.Login(Flow, d.email, goodPassword)
	h.refused(err, WrongCredentials)
	_, err = h.s.Login(Flow, "new@example.org", goodPassword)
	h.ok(err)
	h.restart()
	_, err = h.s.Login(Flow, "new@example.org", goodPassword)
	h.ok(err)
	if strings.Contains(h.ledgerText(), "example.org") {
		t.Error("the ledger holds an e-mail")
	}
}

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
