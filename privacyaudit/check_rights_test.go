package privacyaudit

import (
	"testing"
	"time"

	"hoistway/privacyaudit/evidence"
)

// rightsAudit is an audit of two people, of whom the first has a name in the
// cloud and in two buildings, and asked for something 20 hours ago.
func rightsAudit(t *testing.T, kind string, ledger ...*Entry) *Audit {
	t.Helper()
	a := fakeAudit(t)
	a.Parts.Exports = "exports"
	b := idOf("b")
	truthOf(a, nil, actOf(hoursAgo(900), "sign-up", "r1.0", b), actOf(hoursAgo(900), "sign-up", "r2.0", idOf("c")),
		actOf(hoursAgo(900), "admitted", "r1.0", b, "building", "main"), actOf(hoursAgo(20), kind, "r1.0", b, "request", idOf("q"), "channel", "app"))
	enter := func(field, value string, stores ...string) {
		for _, s := range append(stores, "exports") {
			a.Truth.Canaries = append(a.Truth.Canaries, evidence.Canary{Person: "r1.0", Subject: b, Service: "flow", Field: field, Value: value, Unique: true, Store: s, From: hoursAgo(900)})
		}
	}
	enter("email", "mail-of-"+b, "cloud")
	enter("name", "name-of-"+b, "cloud", "building-main")
	enter("key_tag", "tag-of-"+b, "building-annex")
	enter("walking_speed_mm_s", "1337", "cloud")
	ledgerOf(t, a, ledger...)
	return a
}

func rightsOf(t *testing.T, a *Audit, judge string) *Probe {
	return fakeProbe(t, a, Rule{Check: "rights", Params: map[string]any{"judge": []any{judge}}})
}

func TestReview(t *testing.T) {
	b := idOf("b")
	mail, name, tag := exportedField("email", "user-profile", "mail-of-"+b), exportedField("name", "user-profile", "name-of-"+b), exportedField("number", "access-permission", "tag-of-"+b)
	speed := evidence.ExportField{Name: "walking_speed_mm_s", Category: "user-preference", Value: []byte("1337")}
	other := exportedField("name", "user-profile", "mail-of-"+idOf("c"))
	left := entryOf(hoursAgo(100), "hand-over", idOf("h"), "building", "annex", "state", "complete")
	for _, c := range []struct {
		what   string
		ledger []*Entry
		file   *evidence.Text
		want   []string
	}{
		{"everything", nil, exportText(evidence.Answer, "flow", hoursAgo(20), "flow-profile", mail, name, tag, speed), nil},
		{"a building is missing", nil, exportText(evidence.Answer, "flow", hoursAgo(20), "flow-profile", mail, name, speed), []string{"key_tag is missing"}},
		{"a building that we had left is missing", []*Entry{left}, exportText(evidence.Answer, "flow", hoursAgo(20), "flow-profile", mail, name, speed), nil},
		{"a number is missing", nil, exportText(evidence.Answer, "flow", hoursAgo(20), "flow-profile", mail, name, tag), []string{"walking_speed_mm_s is missing"}},
		{"somebody else's address", nil, exportText(evidence.Answer, "flow", hoursAgo(20), "flow-profile", mail, name, tag, speed, other), []string{"of several people"}},
		{"nobody's account", nil, exportText(evidence.Answer, "flow", hoursAgo(20), "flow-profile", name, tag, speed), []string{"whose it is"}},
		{"no file", nil, exportText(evidence.Transfer, "", hoursAgo(20), "flow-profile", mail), []string{"there is none"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			p := rightsOf(t, rightsAudit(t, "export", c.ledger...), "review")
			p.watch.Text(c.file)
			expectFindings(t, show(p), c.want...)
		})
	}
	t.Run("another person's name", func(t *testing.T) {
		a := rightsAudit(t, "export")
		a.Truth.Canaries = append(a.Truth.Canaries, evidence.Canary{Person: "r2.0", Subject: idOf("c"), Service: "flow", Field: "name", Value: "name-of-the-other", Unique: true, Store: "cloud", From: hoursAgo(900)})
		p := rightsOf(t, a, "review")
		p.watch.Text(exportText(evidence.Answer, "flow", hoursAgo(20), "flow-profile", mail, name, tag, speed, exportedField("name", "user-profile", "name-of-the-other")))
		expectFindings(t, show(p), "another person's name")
	})
}

func TestPortable(t *testing.T) {
	at := hoursAgo(20).Format(time.RFC3339Nano)
	head := `{"form":"hoistway-subject-port","version":1,"service":"flow","at":"` + at + `",`
	account := `"account":{"email":"mail-of-` + idOf("b") + `","name":"name-of-` + idOf("b") + `"}`
	for _, c := range []struct {
		what, file string
		want       []string
	}{
		{"what was entered", head + account + `,"preferences":{"walking_speed_mm_s":1337}}`, nil},
		{"a field is lost", head + account + `}`, []string{"walking_speed_mm_s is missing"}},
		{"a field that no reader knows", head + account + `,"preferences":{"walking_speed_mm_s":1337},"picture":"x"}`, []string{"cannot be taken in", "there is none"}},
		{"something behind its end", head + account + `,"preferences":{"walking_speed_mm_s":1337}} {}`, []string{"there is none"}},
		{"no version", `{"form":"hoistway-subject-port","service":"flow","at":"` + at + `",` + account + `}`, []string{"version is unknown", "there is none"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			p := rightsOf(t, rightsAudit(t, "port"), "portable")
			p.watch.Text(&evidence.Text{Class: evidence.ExportText, Name: "exports/1.json", Last: true, Body: []byte(c.file)})
			expectFindings(t, show(p), c.want...)
		})
	}
}

func TestRequests(t *testing.T) {
	request := func(change ...string) *Entry {
		e := entryOf(hoursAgo(20), "request", idOf("q"), "right", "export", "channel", "app", "ref", subjectRef(idOf("b")), "outcome", "fulfilled", "service", "flow")
		for i := 0; i+1 < len(change); i += 2 {
			e.Facts[change[i]] = change[i+1]
		}
		return e
	}
	unasked := entryOf(hoursAgo(9), "request", idOf("z"), "right", "export", "channel", "app", "outcome", "fulfilled", "service", "flow")
	for _, c := range []struct {
		what, kind, judge string
		ledger            []*Entry
		want              []string
	}{
		{"fulfilled", "export", "requests", []*Entry{request("outcome", ""), request()}, nil},
		{"not fulfilled", "export", "requests", []*Entry{request("outcome", "")}, []string{"not fulfilled"}},
		{"fulfilled twice", "export", "requests", []*Entry{request(), request()}, []string{"2 times"}},
		{"another right", "export", "requests", []*Entry{request("right", "erase")}, []string{"another right or channel"}},
		{"another channel", "export", "requests", []*Entry{request("channel", "manager")}, []string{"another right or channel"}},
		{"another subject", "export", "requests", []*Entry{request("ref", subjectRef(idOf("c")))}, []string{"another subject"}},
		{"one that nobody made", "export", "requests", []*Entry{request(), unasked}, []string{"nobody made"}},
		{"a channel that there is not", "export", "channels", []*Entry{request("channel", "fax")}, []string{"a channel that there is not"}},
		{"corrected", "correct", "corrected", []*Entry{entryOf(hoursAgo(20), "corrected", idOf("k"))}, nil},
		{"not corrected", "correct", "corrected", []*Entry{entryOf(hoursAgo(9), "corrected", idOf("k"))}, []string{"does not say so"}},
		{"not on record that somebody objected", "object", "objected", nil, []string{"does not say so"}},
		{"objected, and the cloud does not know", "object", "objected", []*Entry{entryOf(hoursAgo(20), "objection", idOf("k"), "ref", subjectRef(idOf("b")), "purpose", "usage-analysis", "state", "made")},
			[]string{"the cloud does not know it"}},
		{"referred to the Manager", "erase", "referred", []*Entry{entryOf(hoursAgo(20), "referral", idOf("k"), "ref", subjectRef(idOf("b")), "building", "main", "kinds", "key-tag,permission")}, nil},
		{"not referred", "erase", "referred", []*Entry{entryOf(hoursAgo(20), "referral", idOf("k"), "ref", subjectRef(idOf("b")), "building", "main", "kinds", "key-tag")}, []string{"not referred"}},
	} {
		t.Run(c.judge+": "+c.what, func(t *testing.T) {
			expectFindings(t, show(rightsOf(t, rightsAudit(t, c.kind, c.ledger...), c.judge)), c.want...)
		})
	}
	t.Run("objected, and the cloud knows", func(t *testing.T) {
		a := rightsAudit(t, "object", entryOf(hoursAgo(20), "objection", idOf("k"), "ref", subjectRef(idOf("b")), "purpose", "usage-analysis", "state", "made"))
		r := fakeRecord(t, a, fakeSource("cloud", "cloud", ""), "ob/"+idOf("b")+"/"+idOf("m"), `{"controller":"KONE","at":"2027-06-01T00:00:00Z","purpose":"usage-analysis"}`)
		expectFindings(t, show(rightsOf(t, a, "objected"), r))
	})
}

func TestIdentity(t *testing.T) {
	refused := entryOf(hoursAgo(20), "identity-refused", idOf("k"), "right", "export", "channel", "operator", "service", "flow")
	answer := exportText(evidence.Answer, "flow", hoursAgo(20), "flow-profile", exportedField("email", "user-profile", "mail-of-"+idOf("b")))
	for _, c := range []struct {
		what, result string
		ledger       []*Entry
		file         *evidence.Text
		want         []string
	}{
		{"refused and on record", "identity-not-proven", []*Entry{refused}, nil, nil},
		{"refused, and not on record", "identity-not-proven", nil, nil, []string{"does not say that it was refused"}},
		{"not refused", "", []*Entry{refused}, nil, []string{"was not refused"}},
		{"refused, and given all the same", "identity-not-proven", []*Entry{refused}, answer, []string{"was given data"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			a := rightsAudit(t, "impostor", c.ledger...)
			a.Truth.Acts[len(a.Truth.Acts)-1].Result = c.result
			p := rightsOf(t, a, "identity")
			if c.file != nil {
				p.watch.Text(c.file)
			}
			expectFindings(t, show(p), c.want...)
		})
	}
}
