package privacyaudit

import (
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
)

func TestConsent(t *testing.T) {
	b, item, attested := idOf("b"), idOf("k"), idOf("n")
	right := func(h int) *Entry {
		return entryOf(hoursAgo(h), "consent", attested, "ref", subjectRef(b), "for", "visitor-key", "of", item)
	}
	for _, c := range []struct {
		what   string
		ledger []*Entry
		named  string // attestation that the record names
		want   []string
	}{
		{"attested before", []*Entry{right(11)}, attested, nil},
		{"attested at the very instant", []*Entry{right(10)}, attested, nil},
		{"attested an hour later", []*Entry{right(9)}, attested, []string{"consent was attested 1h0m0s after it was entered", "entered 1h0m0s before"}},
		{"never attested", nil, attested, []string{"is not in the ledger", "no consent was attested"}},
		{"the record names another attestation", []*Entry{right(11)}, idOf("m"), []string{"is not in the ledger"}},
		{"another user attested", []*Entry{entryOf(hoursAgo(11), "consent", attested, "ref", subjectRef(idOf("c")), "for", "visitor-key", "of", item)}, attested,
			[]string{"another user's", "by another user"}},
		{"attested for a sub-user", []*Entry{entryOf(hoursAgo(11), "consent", attested, "ref", subjectRef(b), "for", "sub-user", "of", item)}, attested,
			[]string{"for something else", "for something else"}},
		{"attested for another key", []*Entry{entryOf(hoursAgo(11), "consent", attested, "ref", subjectRef(b), "for", "visitor-key", "of", idOf("f"))}, attested,
			[]string{"for something else", "no consent was attested"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, actOf(hoursAgo(90), "sign-up", "r1.0", b), actOf(hoursAgo(10), "key-created", "r1.0", b, "key", item))
			ledgerOf(t, a, c.ledger...)
			r := fakeRecord(t, a, fakeSource("cloud", "cloud", ""), "vk/"+b+"/"+item,
				`{"controller":"KONE","at":"`+hoursAgo(10).Format(time.RFC3339Nano)+`","consent":"`+c.named+`"}`)
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "consent"}), r), c.want...)
		})
	}
}

func TestAgeAt(t *testing.T) {
	for _, c := range []struct {
		what, born, at string
		want           int
	}{
		{"the day before a birthday", "2011-06-13", "2027-06-12", 15},
		{"the birthday", "2011-06-12", "2027-06-12", 16},
		{"years alone would say sixteen", "2011-12-31", "2027-01-01", 15},
		{"a leap day, in a leap year", "2012-02-29", "2028-02-29", 16},
		{"a leap day, the day before in a leap year", "2012-02-29", "2028-02-28", 15},
		{"a leap day, on 28 February of a year without it", "2012-02-29", "2027-02-28", 14},
		{"a leap day, on 1 March of a year without it", "2012-02-29", "2027-03-01", 15},
	} {
		t.Run(c.what, func(t *testing.T) {
			born, _ := time.Parse(time.DateOnly, c.born)
			at, _ := time.Parse(time.DateOnly, c.at)
			if got := ageAt(born, at); got != c.want {
				t.Errorf("%d years, want %d", got, c.want)
			}
		})
	}
}

func TestGuardian(t *testing.T) {
	b, item := idOf("b"), idOf("k")
	for _, c := range []struct {
		what, born, guardian string // of the record
		attested             string // in the ledger
		want                 []string
	}{
		{"a grown-up", "1990-01-01", "", "", nil},
		{"sixteen today", "2011-06-12", "", "", nil},
		{"sixteen tomorrow, with a guardian", "2011-06-13", `,"guardian":true`, "yes", nil},
		{"sixteen tomorrow, without one", "2011-06-13", "", "", []string{"did not attest", "the ledger has no attestation"}},
		{"sixteen tomorrow, and the ledger knows no guardian", "2011-06-13", `,"guardian":true`, "no", []string{"the ledger has no attestation"}},
		{"no day at all", "1990-02-30", "", "", []string{"no date of birth"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, actOf(hoursAgo(90), "sign-up", "r1.0", b), actOf(noon, "sub-user-added", "r1.0", b, "sub-user", item))
			a.Truth.Canaries = append(a.Truth.Canaries, evidence.Canary{Person: "r1.0", Subject: b, Service: "flow", Field: "sub-user " + item, Value: c.born, Store: "cloud", From: noon})
			ledgerOf(t, a, entryOf(noon, "consent", idOf("n"), "ref", subjectRef(b), "for", "sub-user", "of", item, "guardian", c.attested))
			r := fakeRecord(t, a, fakeSource("cloud", "cloud", ""), "su/"+b+"/"+item,
				`{"controller":"KONE","at":"`+noon.Format(time.RFC3339Nano)+`","birth_date":"`+c.born+`"`+c.guardian+`}`)
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "guardian", Params: map[string]any{"age": int64(16)}}), r), c.want...)
		})
	}
}

func TestNotice(t *testing.T) {
	b := idOf("b")
	notice := func(h int, building string) *Entry {
		return entryOf(hoursAgo(h), "notice", idOf("n"), "ref", subjectRef(b), "building", building, "service", "flow")
	}
	for _, c := range []struct {
		what   string
		ledger []*Entry
		trip   time.Time
		want   []string
	}{
		{"informed at once", []*Entry{notice(10, "main")}, hoursAgo(9), nil},
		{"never informed", nil, hoursAgo(9), []string{"was not informed", "was not informed"}},
		{"informed in another building", []*Entry{notice(10, "annex")}, hoursAgo(9), []string{"was not informed", "was not informed"}},
		{"informed four hours later", []*Entry{notice(6, "main")}, hoursAgo(5), []string{"informed 4h0m0s after", "informed 4h0m0s after"}},
		{"informed within the hour, but after the first use", []*Entry{notice(10, "main")}, hoursAgo(10).Add(-time.Minute), []string{"before they were informed"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, actOf(hoursAgo(90), "sign-up", "r1.0", b), actOf(hoursAgo(10), "admitted", "r1.0", b, "building", "main"))
			a.Truth.Trips = func(f func(*evidence.Trip) error) error {
				return f(&evidence.Trip{At: c.trip, Person: "r1.0", Service: "flow"})
			}
			ledgerOf(t, a, c.ledger...)
			r := fakeRecord(t, a, fakeSource("building-main", "building", "main"), "bp/"+b,
				`{"controller":"KONE","at":"`+hoursAgo(10).Format(time.RFC3339Nano)+`","service":"flow"}`)
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "notice", Params: map[string]any{"within": "1h"}}), r), c.want...)
		})
	}
}
