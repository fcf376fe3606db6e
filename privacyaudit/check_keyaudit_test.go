package privacyaudit

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/format"
)

// keyEvent is an entry of the key audit to be.
type keyEvent struct {
	hoursAgo int
	act, of  string
}

// keyAuditOf makes the records of a building's key audit.
func keyAuditOf(t *testing.T, a *Audit, events ...keyEvent) (records []*Record) {
	t.Helper()
	previous := ""
	for i, e := range events {
		body := map[string]any{"controller": "KONE", "building": "main", "at": hoursAgo(e.hoursAgo).Format(time.RFC3339Nano),
			"sequence": i + 1, "act": e.act, "what": "visitor-key", "of": e.of, "previous": previous}
		b, _ := json.Marshal(body)
		var err error
		if previous, err = format.ChainHash(previous, b); err != nil {
			t.Fatal(err)
		}
		body["hash"] = previous
		b, _ = json.Marshal(body)
		records = append(records, fakeRecord(t, a, fakeSource("cloud", "cloud", ""), fmt.Sprintf("ka/%016x", i+1), string(b)))
	}
	return records
}

func TestKeyAudit(t *testing.T) {
	b, k1, k2 := idOf("b"), idOf("k"), idOf("m")
	acts := []evidence.Act{actOf(hoursAgo(30), "key-created", "r1.0", b, "key", k1), actOf(hoursAgo(20), "key-created", "r1.0", b, "key", k2), actOf(hoursAgo(10), "key-revoked", "r1.0", b, "key", k1)}
	all := []keyEvent{{30, "created", k1}, {20, "created", k2}, {10, "deleted", k1}}
	for _, c := range []struct {
		what   string
		events []keyEvent
		ledger []*Entry
		change func(t *testing.T, a *Audit, r []*Record) []*Record
		want   []string
	}{
		{"one entry for each act", all, nil, nil, nil},
		{"a deletion has no entry", all[:2], nil, nil, []string{"has no entry"}},
		{"a creation has no entry", []keyEvent{all[0], all[2]}, nil, nil, []string{"has no entry"}},
		{"an act was noted twice", append(all[:3:3], keyEvent{9, "deleted", k1}), nil, nil, []string{"the same act has 2 entries", "differs by 1h"}},
		{"the clock of the phone was used", []keyEvent{all[0], {17, "created", k2}, all[2]}, nil, nil, []string{"differs by 3h"}},
		{"deleted before it was created", []keyEvent{{31, "deleted", k1}, all[0], all[1]}, nil, nil, []string{"before it was created", "differs by"}},
		{"something that nobody created", append(all[:3:3], keyEvent{5, "created", idOf("z")}), nil, nil, []string{"nobody created"}},
		{"an entry was changed", all, nil, func(t *testing.T, a *Audit, r []*Record) []*Record {
			r[1] = fakeRecord(t, a, r[1].Source, string(r[1].RawKey), strings.Replace(string(r[1].Body), `"KONE"`, `"Kone"`, 1))
			return r
		}, []string{"it was changed"}},
		{"an entry was taken out", all, nil, func(_ *testing.T, _ *Audit, r []*Record) []*Record { return []*Record{r[0], r[2]} },
			[]string{"does not continue", "has no entry"}},
		{"the oldest entry was swept, which the ledger names", all, []*Entry{entryOf(hoursAgo(9), "key-audit-anchor", idOf("n"), "building", "main", "sequence", "1")},
			func(_ *testing.T, a *Audit, r []*Record) []*Record {
				a.Ledger[0].Facts["hash"] = r[0].Text("hash")
				return r[1:]
			}, nil},
		{"the oldest entry is missing, and nobody swept it", all, nil, func(_ *testing.T, _ *Audit, r []*Record) []*Record { return r[1:] },
			[]string{"does not continue", "has no entry"}},
		{"what was written between a backup and its restore is lost", all[:2],
			[]*Entry{entryOf(hoursAgo(15), "backup", idOf("n"), "name", "x", "state", "written"), entryOf(hoursAgo(5), "restore", idOf("q"), "name", "x", "state", "complete")}, nil, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, append(acts[:3:3], actOf(hoursAgo(90), "sign-up", "r1.0", b))...)
			ledgerOf(t, a, c.ledger...)
			records := keyAuditOf(t, a, c.events...)
			if c.change != nil {
				records = c.change(t, a, records)
			}
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "keyaudit", Params: map[string]any{"skew": "1m"}}), records...), c.want...)
		})
	}
}

func TestKeyAuditReads(t *testing.T) {
	incident := func(building string) *Entry {
		return entryOf(hoursAgo(5), "incident", idOf("n"), "reason", "theft", "building", building)
	}
	read := entryOf(hoursAgo(4), "key-audit-read", idOf("r"), "incident", idOf("n"), "building", "main")
	for _, c := range []struct {
		what   string
		ledger []*Entry
		want   []string
	}{
		{"on the grounds of an incident", []*Entry{incident("main"), read}, nil},
		{"on the grounds of an incident in no single building", []*Entry{incident(""), read}, nil},
		{"without an incident", []*Entry{read}, []string{"no incident was open"}},
		{"the incident was opened afterwards", []*Entry{read, incident("main")}, []string{"no incident was open"}},
		{"of another building", []*Entry{incident("annex"), read}, []string{"another building's"}},
		{"not documented", []*Entry{incident("main")}, []string{"the ledger does not say so"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, actOf(hoursAgo(4), "key-audit-read", "", ""))
			var entries []*Entry
			for _, e := range c.ledger {
				one := *e
				entries = append(entries, &one)
			}
			ledgerOf(t, a, entries...)
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "keyaudit-reads"})), c.want...)
		})
	}
}
