package privacyaudit

import (
	"strings"
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
)

// hoursAgo is some hours before noon.
func hoursAgo(n int) time.Time { return noon.Add(-time.Duration(n) * time.Hour) }

func TestLedger(t *testing.T) {
	three := func() []*Entry {
		return []*Entry{
			entryOf(hoursAgo(3), "notice", idOf("b"), "building", "main"),
			entryOf(hoursAgo(2), "notice", idOf("c"), "building", "main"),
			entryOf(hoursAgo(1), "notice", idOf("d"), "building", "main"),
		}
	}
	for _, c := range []struct {
		what    string
		entries []*Entry
		change  func(t *testing.T, a *Audit, records []*Record) []*Record
		want    []string
	}{
		{"an unbroken chain", three(), nil, nil},
		{"an entry in the middle is missing", three(), func(_ *testing.T, _ *Audit, r []*Record) []*Record {
			return []*Record{r[0], r[2]}
		}, []string{"1 entries before it are missing", "does not continue"}},
		{"the first entry is missing", three(), func(_ *testing.T, _ *Audit, r []*Record) []*Record { return r[1:] },
			[]string{"1 entries before it are missing", "does not continue"}},
		{"an entry was changed, its hash was not", three(), func(t *testing.T, a *Audit, r []*Record) []*Record {
			r[1] = fakeRecord(t, a, r[1].Source, string(r[1].RawKey), strings.Replace(string(r[1].Body), "main", "mine", 1))
			return r
		}, []string{"not that of its content"}},
		{"the records come in another order than they were written", three(), func(_ *testing.T, _ *Audit, r []*Record) []*Record {
			return []*Record{r[2], r[0], r[1]}
		}, nil},
		{"time goes back", []*Entry{entryOf(hoursAgo(1), "notice", idOf("b")), entryOf(hoursAgo(2), "notice", idOf("c"))}, nil, []string{"before that of the entry"}},
		{"an entry from the future", []*Entry{entryOf(hoursAgo(-1), "notice", idOf("b"))}, nil, []string{"after that of the audit"}},
		{"a mark tells that an entry was deleted", three(), func(_ *testing.T, _ *Audit, r []*Record) []*Record {
			gone := *r[2]
			gone.State, gone.Deleted, gone.Fields, gone.Body = Gone, true, nil, nil
			return []*Record{r[0], r[1], &gone}
		}, []string{"an entry was deleted"}},
		{"an older version says something else", three(), func(t *testing.T, a *Audit, r []*Record) []*Record {
			other := ledgerOf(t, fakeAudit(t), entryOf(hoursAgo(3), "notice", idOf("b"), "building", "annex"))
			other[0].Newest = false
			return append(r, other[0])
		}, []string{"written over"}},
		{"an older version says the same", three(), func(_ *testing.T, _ *Audit, r []*Record) []*Record {
			same := *r[0]
			same.Newest = false
			return append(r, &same)
		}, nil},
		{"a backup knows another head", append(three(), entryOf(hoursAgo(0), "backup", idOf("e"), "sequence", "2", "head", strings.Repeat("0", 64))), nil,
			[]string{"does not have the head"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			records := ledgerOf(t, a, c.entries...)
			if c.change != nil {
				records = c.change(t, a, records)
			}
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "ledger"}), records...), c.want...)
		})
	}
}

func TestLedgerPersonal(t *testing.T) {
	for _, c := range []struct {
		what  string
		entry *Entry
		want  []string
	}{
		{"a hash and the ID of a case", entryOf(hoursAgo(1), "notice", idOf("c"), "ref", subjectRef(idOf("b"))), nil},
		{"the subject's own ID as that of the entry", entryOf(hoursAgo(1), "notice", idOf("b")), []string{"by the ID"}},
		{"the subject's own ID within a fact", entryOf(hoursAgo(1), "notice", idOf("c"), "number", "of "+idOf("b")+"."), []string{"by the ID"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, actOf(hoursAgo(9), "sign-up", "r1.0", idOf("b")))
			records := ledgerOf(t, a, c.entry)
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "ledger-personal"}), records...), c.want...)
		})
	}
	t.Run("a mail address was found in an entry", func(t *testing.T) {
		a := fakeAudit(t)
		truthOf(a, nil, actOf(hoursAgo(9), "sign-up", "r1.0", idOf("b")))
		records := ledgerOf(t, a, entryOf(hoursAgo(1), "notice", idOf("c")))
		p := fakeProbe(t, a, Rule{Check: "ledger-personal"})
		p.watch.Found(&Found{Known: &Known{Field: "email", Places: []*evidence.Canary{{Service: "flow"}}}, Form: "raw", Source: "ledger", Record: records[0]})
		expectFindings(t, show(p, records...), "somebody's email")
	})
}
