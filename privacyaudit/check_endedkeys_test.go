package privacyaudit

import (
	"fmt"
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// visitorKey is a visitor's key that ends at an instant.
func visitorKey(t *testing.T, a *Audit, src *Source, until time.Time, uses int) *Record {
	t.Helper()
	return fakeRecord(t, a, src, "vk/"+idOf("b")+"/"+idOf("c"), fmt.Sprintf(
		`{"controller":"KONE","building":"main","at":"2027-01-01T00:00:00Z","visitor":"Somebody","floors":["1"],"from":"2027-01-01T00:00:00Z","until":%q,"uses":%d,"code_sha256":%q,"consent":%q}`,
		until.Format(time.RFC3339Nano), uses, hashText("code"), idOf("d")))
}

func TestEndedKeys(t *testing.T) {
	day := 24 * time.Hour
	for _, c := range []struct {
		what    string
		until   time.Time
		uses    int
		backup  time.Duration // its age; 0 = the key is in the cloud
		change  func(*Record)
		want    []string
		status  finding.Status // other than pass, and fail where something is wanted
		nothing bool           // the ledger knows no key
	}{
		{what: "a key that is valid", until: noon.Add(day), uses: 1},
		{what: "a key that ended when the grace time began", until: noon.Add(-15 * day), uses: 1},
		{what: "a key that ended a moment before", until: noon.Add(-15*day - 1), uses: 1, want: []string{"360h0m0s after its end"}},
		{what: "a key that was used up and ended long ago", until: noon.Add(-100 * day), want: []string{"2400h0m0s"}},
		{what: "a key that was used up and has not ended long ago", until: noon.Add(-3 * day)},
		{what: "a key that was deleted", until: noon.Add(-100 * day), uses: 1, change: func(r *Record) { r.Deleted, r.State = true, Gone }},
		{what: "an older version, which no reader sees", until: noon.Add(-100 * day), uses: 1, change: func(r *Record) { r.Newest = false }},
		{what: "a key of somebody who was erased", until: noon.Add(-100 * day), uses: 1, change: func(r *Record) { r.State = Shredded }},
		{what: "a key that ended shortly before a backup of last month", until: noon.Add(-35 * day), uses: 1, backup: 30 * day},
		{what: "a key that had ended long before the backup", until: noon.Add(-46 * day), uses: 1, backup: 30 * day, want: []string{"384h0m0s"}},
		{what: "a key that ended after the backup", until: noon.Add(-20 * day), uses: 1, backup: 30 * day},
		{what: "a key whose end nobody can read", until: noon, change: func(r *Record) {
			for i := range r.Fields {
				if string(r.Fields[i].Name) == "until" {
					r.Fields[i].Raw = []byte(`"later"`)
				}
			}
		}, want: []string{"no end that can be read"}},
		{what: "a key that cannot be opened", until: noon, change: func(r *Record) { r.State = Locked }, status: finding.Inconclusive},
		{what: "there was never a key", change: func(r *Record) { r.Kind = nil }, nothing: true, status: finding.NotApplicable},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			if c.nothing {
				ledgerOf(t, a, entryOf(hoursAgo(9), "consent", idOf("d"), "for", "sub-user", "of", idOf("c")))
			} else {
				ledgerOf(t, a, entryOf(hoursAgo(9), "consent", idOf("d"), "for", "visitor-key", "of", idOf("c")))
			}
			cloud, backup := fakeSource("cloud", "cloud", ""), fakeSource("backups/x.bak", "backup", "")
			src := cloud
			if c.backup > 0 {
				src = backup
			}
			r := visitorKey(t, a, src, c.until, c.uses)
			if r.State != Read {
				t.Fatalf("the record is %s: %s", r.State, r.Why)
			}
			if c.change != nil {
				c.change(r)
			}
			p := fakeProbe(t, a, Rule{Check: "ended-keys", Params: map[string]any{"grace": "15d"}})
			p.watch.Store(cloud)
			p.watch.Record(r)
			backup.Backup = &evidence.BackupHead{At: noon.Add(-c.backup)}
			p.watch.Store(backup)
			got := show(p)
			if c.status == "" {
				expectFindings(t, got, c.want...)
			} else if got.Status != c.status {
				t.Errorf("status %s, want %s", got.Status, c.status)
			}
		})
	}
}

// A ledger alone shows nothing about keys.
func TestEndedKeysWithoutACloud(t *testing.T) {
	a := fakeAudit(t)
	ledgerOf(t, a, entryOf(hoursAgo(9), "consent", idOf("d"), "for", "visitor-key", "of", idOf("c")))
	if got := show(fakeProbe(t, a, Rule{Check: "ended-keys"})); got.Status != finding.Inconclusive {
		t.Errorf("status %s without a cloud store, want inconclusive", got.Status)
	}
}
