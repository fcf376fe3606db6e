package privacyaudit

import (
	"encoding/json"
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
)

func TestHolds(t *testing.T) {
	b, k := idOf("b"), idOf("k")
	deadline := noon.AddDate(3, 0, 0).Format(time.RFC3339)
	hold := func() *Entry {
		return entryOf(hoursAgo(90), "hold", k, "reason", "claim", "records", "1")
	}
	erased := func() *Entry {
		return entryOf(hoursAgo(50), "erasure-settled", idOf("e"), "ref", subjectRef(b), "store-archive", "held 1")
	}
	release := func(facts ...string) *Entry {
		return entryOf(hoursAgo(9), "release", k, append([]string{"records", "1", "deadline", deadline, "erasures", "1"}, facts...)...)
	}
	again := func() *Entry {
		return entryOf(hoursAgo(9), "erasure-intended", idOf("f"), "ref", subjectRef(b), "cause", "hold-released")
	}
	type copied struct{ key, deadline string }
	mine := copied{"fp/" + b, ""}
	for _, c := range []struct {
		what     string
		ledger   []*Entry
		names    []string // records that the case names
		deadline string
		copies   []copied
		closed   bool // the truth's case
		want     []string
	}{
		{"an open case", []*Entry{hold()}, []string{"cloud|fp/" + b}, "", []copied{mine}, false, nil},
		{"an open case without its copy", []*Entry{hold()}, []string{"cloud|fp/" + b}, "", nil, false, []string{"does not have the copies"}},
		{"more copies than were named", []*Entry{hold()}, []string{"cloud|fp/" + b}, "", []copied{mine, {"fr/" + b, ""}}, false,
			[]string{"does not have the copies", "that its case does not name", "of a kind that the case is not about"}},
		{"somebody else's record", []*Entry{hold()}, []string{"cloud|fp/" + idOf("c")}, "", []copied{{"fp/" + idOf("c"), ""}}, false, []string{"whom the case is not about"}},
		{"a case that the ledger does not know", []*Entry{entryOf(hoursAgo(99), "notice", idOf("n"))}, []string{"cloud|fp/" + b}, "", []copied{mine}, false,
			[]string{"the ledger does not know", "the ledger does not say so"}},
		{"a closed case", []*Entry{hold(), erased(), release(), again()}, []string{"cloud|fp/" + b}, deadline, []copied{{"fp/" + b, deadline}}, true, nil},
		{"never released", []*Entry{hold()}, []string{"cloud|fp/" + b}, "", []copied{mine}, true, []string{"never released"}},
		{"closed, and not erased again", []*Entry{hold(), erased(), release()}, []string{"cloud|fp/" + b}, deadline, []copied{{"fp/" + b, deadline}}, true,
			[]string{"was not run again", "fewer erasures"}},
		{"closed without a deadline", []*Entry{hold(), release("deadline", ""), again()}, []string{"cloud|fp/" + b}, deadline, []copied{{"fp/" + b, ""}}, true,
			[]string{"without a deadline", "another deadline than the ledger"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			acts := append(truthOfHold(b, k), actOf(hoursAgo(900), "sign-up", "r1.0", b))
			if !c.closed {
				acts = acts[:1:1]
			}
			truthOf(a, nil, acts...)
			ledgerOf(t, a, c.ledger...)
			archive := fakeSource("archive", "archive", "")
			names, _ := json.Marshal(c.names)
			more := ""
			if c.deadline != "" {
				more = `,"closed":"` + hoursAgo(9).Format(time.RFC3339) + `","deadline":"` + c.deadline + `"`
			}
			records := []*Record{fakeRecord(t, a, archive, "hc/"+k, `{"controller":"KONE","at":"2027-06-01T00:00:00Z","records":`+string(names)+more+`}`)}
			for i, one := range c.copies {
				more := ""
				if one.deadline != "" {
					more = `,"deadline":"` + one.deadline + `"`
				}
				records = append(records, fakeRecord(t, a, archive, "hr/"+k+"/"+idOf(string(rune('p'+i))),
					`{"controller":"KONE","at":"2027-06-01T00:00:00Z","store":"cloud","key":"`+one.key+`"`+more+`}`))
			}
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "holds"}), records...), c.want...)
		})
	}
}

// truthOfHold is a case that was opened and closed.
func truthOfHold(subject, id string) []evidence.Act {
	return []evidence.Act{
		actOf(hoursAgo(90), "hold", "r1.0", subject, "case", id, "kind", "flow-profile"),
		actOf(hoursAgo(9), "release", "", "", "case", id),
	}
}
