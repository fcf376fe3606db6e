package privacyaudit

import (
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
)

func TestStopped(t *testing.T) {
	b := idOf("b")
	cloud := fakeSource("cloud", "cloud", "")
	stamp := func(h int) string { return `{"controller":"KONE","at":"` + hoursAgo(h).Format(time.RFC3339Nano) + `"}` }
	for _, c := range []struct {
		what      string
		trips     []evidence.Trip
		acts      []evidence.Act
		ledger    []*Entry
		key, json string
		keyID     string
		want      []string
	}{
		{"nothing any more", []evidence.Trip{{At: hoursAgo(60), Person: "r1.0", Pseudonym: idOf("p")}}, nil, nil, "eu/20270601/" + idOf("u"), stamp(60), idOf("p"), nil},
		{"a call was taken", []evidence.Trip{{At: hoursAgo(40), Person: "r1.0"}}, nil, nil, "", "", "", []string{"a call was taken"}},
		{"a call of a new account", []evidence.Trip{{At: hoursAgo(20), Person: "r1.0"}}, []evidence.Act{actOf(hoursAgo(30), "sign-up", "r1.0", idOf("c"))}, nil, "", "", "", nil},
		{"usage was logged", []evidence.Trip{{At: hoursAgo(60), Person: "r1.0", Pseudonym: idOf("p")}}, nil, nil, "eu/20270611/" + idOf("u"), stamp(40), idOf("p"), []string{"logged after"}},
		{"a record was collected", nil, nil, nil, "fr/" + b, stamp(40), "", []string{"collected after"}},
		{"a visitor key was made", nil, []evidence.Act{actOf(hoursAgo(40), "key-created", "r1.0", b)}, nil, "", "", "", []string{"still served"}},
		{"a visitor key was refused", nil, []evidence.Act{func() evidence.Act { a := actOf(hoursAgo(40), "key-created", "r1.0", b); a.Result = "erased"; return a }()}, nil, "", "", "", nil},
		{"consent was attested", nil, nil, []*Entry{entryOf(hoursAgo(40), "consent", idOf("n"), "ref", subjectRef(b))}, "", "", "", []string{"entered another person"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, append(c.acts, actOf(hoursAgo(900), "sign-up", "r1.0", b), actOf(hoursAgo(50), "erased", "r1.0", b, "why", "request"))...)
			a.Truth.Trips = func(f func(*evidence.Trip) error) error {
				for i := range c.trips {
					if err := f(&c.trips[i]); err != nil {
						return err
					}
				}
				return nil
			}
			ledgerOf(t, a, c.ledger...)
			var records []*Record
			if c.key != "" {
				r := fakeRecord(t, a, cloud, c.key, c.json)
				r.Value.KeyID = c.keyID
				records = append(records, r)
			}
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "stopped"}), records...), c.want...)
		})
	}
}

func TestTagsKept(t *testing.T) {
	b := idOf("b")
	for _, c := range []struct {
		what, why, key string
		ledger         []*Entry
		want           []string
	}{
		{"the tag is there", "request", "kt/" + b, nil, nil},
		{"the tag is gone", "request", "kt/" + idOf("c"), nil, []string{"has lost the key tag"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, actOf(hoursAgo(900), "sign-up", "r1.0", b), actOf(hoursAgo(900), "admitted", "r1.0", b, "building", "main"), actOf(hoursAgo(50), "erased", "r1.0", b, "why", c.why))
			ledgerOf(t, a, c.ledger...)
			r := fakeRecord(t, a, fakeSource("building-main", "building", "main"), c.key, `{"controller":"Manager","at":"2027-01-01T00:00:00Z"}`)
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "tags-kept"}), r), c.want...)
		})
	}
	t.Run("who moved out has none, as it should be", func(t *testing.T) {
		a := fakeAudit(t)
		truthOf(a, nil, actOf(hoursAgo(900), "sign-up", "r1.0", b), actOf(hoursAgo(900), "admitted", "r1.0", b, "building", "main"), actOf(hoursAgo(50), "erased", "r1.0", b, "why", "moved-out"))
		if got := show(fakeProbe(t, a, Rule{Check: "tags-kept"})); got.Status != "not-applicable" {
			t.Errorf("status %s, want not-applicable", got.Status)
		}
	})
}

func TestAccounts(t *testing.T) {
	b := idOf("b")
	for _, c := range []struct {
		what, key, active string
		acts              []evidence.Act
		lost              bool
		want              []string
	}{
		{"in use", "fp/" + b, "2027-06-01T00:00:00Z", nil, false, nil},
		{"not used for as long as is allowed", "fp/" + b, "2026-06-05T00:00:00Z", nil, false, nil},
		{"not used for longer", "fp/" + b, "2026-06-01T00:00:00Z", nil, false, []string{"was not used for 376 days"}},
		{"it does not say", "fp/" + b, "", nil, false, []string{"when it was last used"}},
		{"missing", "", "", nil, false, []string{"is missing"}},
		{"lost with the cloud", "", "", nil, true, nil},
		{"nobody's", "fp/" + idOf("z"), "2027-06-01T00:00:00Z", nil, false, []string{"nobody signed up", "is missing"}},
		{"ended and gone", "fp/" + idOf("c"), "2027-06-01T00:00:00Z",
			[]evidence.Act{actOf(hoursAgo(9), "erased", "r1.0", b, "why", "request"), actOf(hoursAgo(900), "sign-up", "r2.0", idOf("c"))}, false, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, append(c.acts, actOf(hoursAgo(900), "sign-up", "r1.0", b))...)
			var records []*Record
			if c.key != "" {
				records = append(records, fakeRecord(t, a, fakeSource("cloud", "cloud", ""), c.key, `{"controller":"KONE","at":"2026-01-01T00:00:00Z","active":"`+c.active+`"}`))
			}
			if c.lost { // another account is there, so that something is judged
				a.Truth.Canaries = append(a.Truth.Canaries, evidence.Canary{Subject: b, Field: "email", Store: "cloud", Service: "flow", Why: lostWithCloud})
				a.Truth.Acts = append(a.Truth.Acts, actOf(hoursAgo(800), "sign-up", "r2.0", idOf("c")))
				a.Truth.Canaries = append(a.Truth.Canaries, evidence.Canary{Subject: idOf("c"), Field: "email", Store: "cloud", Service: "flow"})
				records = append(records, fakeRecord(t, a, fakeSource("cloud", "cloud", ""), "fp/"+idOf("c"), `{"controller":"KONE","at":"2026-01-01T00:00:00Z","active":"2027-06-01T00:00:00Z"}`))
			}
			expectFindings(t, show(fakeProbe(t, a, Rule{Check: "accounts", Params: map[string]any{"inactivity": "365d"}}), records...), c.want...)
		})
	}
}
