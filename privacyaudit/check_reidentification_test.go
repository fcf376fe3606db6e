package privacyaudit

import "testing"

func TestReidentification(t *testing.T) {
	asked := func(change ...string) *Entry {
		e := entryOf(hoursAgo(20), "reidentification-requested", idOf("c"), "reason", "building-security", "requester", "staff-1", "approver", "staff-2", "pseudonyms", "1", "pseudonym-1", subjectRef("x"))
		for i := 0; i+1 < len(change); i += 2 {
			e.Facts[change[i]] = change[i+1]
		}
		return e
	}
	answered := func() *Entry {
		return entryOf(hoursAgo(20), "reidentification-answered", idOf("c"), "known", "1", "unknown", "0")
	}
	for _, c := range []struct {
		what   string
		ledger []*Entry
		want   []string
	}{
		{"a single case", []*Entry{asked(), answered()}, nil},
		{"for analytics", []*Entry{asked("reason", "analytics"), answered()}, []string{"reason of the case"}},
		{"a thousand IDs", []*Entry{asked("pseudonyms", "1000"), answered()}, []string{"1000 randomized IDs", "does not say which", "another number"}},
		{"no IDs at all", []*Entry{asked("pseudonyms", "0"), answered()}, []string{"asks for 0", "does not say which", "another number"}},
		{"who asked approved", []*Entry{asked("approver", "staff-1"), answered()}, []string{"nobody else"}},
		{"nobody approved", []*Entry{asked("approver", ""), answered()}, []string{"nobody else"}},
		{"on record afterwards only", []*Entry{answered(), asked()}, []string{"not on record before"}},
		{"answered although it was refused", []*Entry{asked(), entryOf(hoursAgo(20), "reidentification-refused", idOf("c")), answered()}, []string{"had been refused"}},
		{"not on record at all", []*Entry{entryOf(hoursAgo(20), "notice", idOf("n"))}, []string{"the ledger does not say so"}},
		{"a case that nobody made", []*Entry{asked(), answered(), func() *Entry { e := asked(); e.At = hoursAgo(5); e.ID = idOf("e"); return e }()}, []string{"nobody made"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, actOf(hoursAgo(20), "re-identify", "r1.0", ""))
			ledgerOf(t, a, c.ledger...)
			params := map[string]any{"judge": []any{"single", "control", "closed"}, "reasons": []any{"building-security"}, "most": int64(10)}
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "reidentification", Params: params})), c.want...)
		})
	}
}
