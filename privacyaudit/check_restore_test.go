package privacyaudit

import (
	"testing"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/format"
)

func TestRestore(t *testing.T) {
	backup := func() *Entry {
		return entryOf(hoursAgo(90), "backup", idOf("b"), "name", "x", "sequence", "0", "state", "written")
	}
	erased := func() *Entry {
		return entryOf(hoursAgo(80), "erasure-settled", idOf("e"), "ref", subjectRef(idOf("c")))
	}
	intended := func(facts ...string) *Entry {
		return entryOf(hoursAgo(50), "restore", idOf("r"), append([]string{"name", "x", "state", "intended", "sequence", "0"}, facts...)...)
	}
	complete := func(facts ...string) *Entry {
		return entryOf(hoursAgo(50), "restore", idOf("r"), append([]string{"name", "x", "state", "complete", "erased", "1"}, facts...)...)
	}
	for _, c := range []struct {
		what    string
		ledger  []*Entry
		records []string
		want    []string
	}{
		{"replayed from where the backup knew it", []*Entry{backup(), erased(), intended(), complete()}, nil, nil},
		{"replayed from later on", []*Entry{backup(), erased(), intended("sequence", "1"), complete()}, nil, []string{"from where the backup knew it"}},
		{"fewer erased again", []*Entry{backup(), erased(), intended(), complete("erased", "0")}, nil, []string{"fewer subjects"}},
		{"not completed", []*Entry{backup(), erased(), intended()}, nil, []string{"not completed", "restored 1 times"}},
		{"not on record before", []*Entry{backup(), erased(), complete()}, nil, []string{"not on record before", "restored 1 times"}},
		{"from another backup than was intended", []*Entry{backup(), erased(), intended(), complete("name", "y")}, nil, []string{"not on record before", "restored 1 times"}},
		{"from an unknown backup", []*Entry{erased(), intended(), complete()}, nil, []string{"does not know"}},
		{"not on record", []*Entry{backup()}, nil, []string{"restored 1 times"}},
		{"a key that was removed is there", []*Entry{backup(), entryOf(hoursAgo(70), "removed", idOf("m"), "kind", "visitor-key", "ref", recordRef("cloud", "vk/"+idOf("c")+"/"+idOf("k"))), intended(), complete()},
			[]string{"vk/" + idOf("c") + "/" + idOf("k"), "vk/" + idOf("c") + "/" + idOf("n")}, []string{"removed for good"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, actOf(hoursAgo(50), "restore", "", ""))
			ledgerOf(t, a, c.ledger...)
			var records []*Record
			for _, key := range c.records {
				records = append(records, fakeRecord(t, a, fakeSource("cloud", "cloud", ""), key, `{"controller":"KONE","at":"2027-06-01T00:00:00Z"}`))
			}
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "restore"}), records...), c.want...)
		})
	}
}

func TestBackups(t *testing.T) {
	written := func() *Entry {
		return entryOf(hoursAgo(90), "backup", idOf("b"), "name", "x", "sequence", "7", "records", "3", "state", "written")
	}
	file := func(records int, sequence uint64) *Source {
		return &Source{Name: "backups/x.bak", Class: "backup", Backup: &evidence.BackupHead{At: hoursAgo(90), Records: records, Sequence: sequence}}
	}
	for _, c := range []struct {
		what   string
		ledger []*Entry
		file   *Source
		want   []string
	}{
		{"a file that the ledger knows", []*Entry{written()}, file(3, 7), nil},
		{"a file that it does not", nil, file(3, 7), []string{"does not know this backup", "does not say so"}},
		{"a file that is missing", []*Entry{written()}, nil, []string{"is missing"}},
		{"a file that was deleted", []*Entry{written(), entryOf(hoursAgo(9), "backup", idOf("d"), "name", "x", "state", "deleted")}, nil, nil},
		{"a file that should have been", []*Entry{written(), entryOf(hoursAgo(9), "backup", idOf("d"), "name", "x", "state", "deleted")}, file(3, 7), []string{"was deleted"}},
		{"another number of records", []*Entry{written()}, file(4, 7), []string{"another number of records"}},
		{"another part of the ledger", []*Entry{written()}, file(3, 8), []string{"another part of the ledger"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			a.Parts.Stores = "stores"
			truthOf(a, nil, actOf(hoursAgo(90), "backup", "", "", "name", "x"))
			ledgerOf(t, a, c.ledger...)
			p := fakeProbe(t, a, Rule{Check: "backups"})
			if c.file != nil {
				p.watch.Store(c.file)
			}
			expectFindings(t, show(p), c.want...)
		})
	}
}

func TestHandOver(t *testing.T) {
	ended := func(name string) *Entry {
		return entryOf(hoursAgo(90), name, idOf("h"), "building", "annex", "state", "complete")
	}
	cloud, annex := fakeSource("cloud", "cloud", ""), fakeSource("building-annex", "building", "annex")
	b := idOf("b")
	record := func(controller, at string) string {
		return `{"controller":"` + controller + `","building":"annex","at":"` + at + `"}`
	}
	const before, after = "2027-06-01T00:00:00Z", "2027-06-12T00:00:00Z"
	for _, c := range []struct {
		what, act string
		ledger    []*Entry
		src       *Source
		key, json string
		want      []string
	}{
		{"what the Manager keeps", "hand-over", nil, annex, "bp/" + b, record("KONE", before), nil},
		{"what the Manager writes later", "hand-over", nil, annex, "bp/" + b, record("Manager", after), nil},
		{"what the provider writes later", "hand-over", nil, annex, "bp/" + b, record("KONE", after), []string{"after the service had ended"}},
		{"something left in the cloud", "hand-over", nil, cloud, "vk/" + b + "/" + idOf("k"), record("KONE", before), []string{"in which the service has ended"}},
		{"a person left where the service ended", "service-ended", nil, annex, "bp/" + b, record("KONE", before), []string{"was not erased"}},
		{"a key tag left where the service ended", "service-ended", nil, annex, "kt/" + b, record("Manager", before), nil},
		{"somebody admitted later", "hand-over", []*Entry{entryOf(hoursAgo(9), "notice", idOf("n"), "building", "annex")}, nil, "", "", []string{"something was done"}},
		{"an erasure that claims too much", "hand-over", []*Entry{entryOf(hoursAgo(9), "erasure-settled", idOf("e"), "ref", "r", "cause", "inactive", "store-building-annex", "erased 3")}, nil, "", "",
			[]string{"claims to have done"}},
		{"an erasure without a referral", "hand-over", []*Entry{entryOf(hoursAgo(9), "erasure-settled", idOf("e"), "ref", "r", "cause", "request", "store-building-annex", "not-provider 0")}, nil, "", "",
			[]string{"was not referred"}},
		{"an erasure with one", "hand-over", []*Entry{entryOf(hoursAgo(9), "referral", idOf("e"), "ref", "r", "building", "annex"),
			entryOf(hoursAgo(9), "erasure-settled", idOf("e"), "ref", "r", "cause", "request", "store-building-annex", "not-provider 0")}, nil, "", "", nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, actOf(hoursAgo(90), c.act, "", "", "building", "annex"))
			ledgerOf(t, a, append([]*Entry{ended(c.act)}, c.ledger...)...)
			var records []*Record
			if c.src != nil {
				records = append(records, fakeRecord(t, a, c.src, c.key, c.json))
			}
			params := map[string]any{"managers": []any{"key-tag", "building-log"}}
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "handover", Params: params}), records...), c.want...)
		})
	}
	t.Run("the building's key is still the provider's", func(t *testing.T) {
		a := fakeAudit(t)
		dir := t.TempDir()
		writeKey(t, dir, "building-annex-3.key")
		writeKey(t, dir, "provider-3.key")
		var err error
		if a.ring, err = format.NewRing(dir); err != nil {
			t.Fatal(err)
		}
		a.Parts.Keys = dir
		ledgerOf(t, a, ended("hand-over"))
		params := map[string]any{"managers": []any{"key-tag"}}
		expectFindings(t, show(fakeProbe(t, a, Rule{Check: "handover", Params: params})), "among the provider's")
	})
	t.Run("not on record", func(t *testing.T) {
		a := fakeAudit(t)
		truthOf(a, nil, actOf(hoursAgo(90), "hand-over", "", "", "building", "annex"), actOf(hoursAgo(90), "hand-over", "", "", "building", "mill"))
		ledgerOf(t, a, ended("hand-over"))
		params := map[string]any{"managers": []any{"key-tag"}}
		expectFindings(t, show(fakeProbe(t, a, Rule{Check: "handover", Params: params})), "the ledger does not say so")
	})
}
