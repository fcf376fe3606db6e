package privacyaudit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"hoistway/privacyaudit/evidence"
)

// absentRule is the rule of these tests.
func absentRule(fields ...any) Rule {
	return Rule{Check: "absent", Params: map[string]any{"fields": fields, "holders": []any{"flow-profile", "building-person"}, "late": "1h"}}
}

func TestAbsent(t *testing.T) {
	anna := idOf("a")
	cloud, building := fakeSource("cloud", "cloud", ""), fakeSource("building-main", "building", "main")
	other, backup, archive := fakeSource("building-annex", "building", "annex"), fakeSource("backups/1.bak", "backup", ""), fakeSource("archive", "archive", "")
	profile := func(a *Audit, src *Source, email string) *Record {
		return fakeRecord(t, a, src, "fp/"+anna, fmt.Sprintf(`{"controller":"KONE","at":"2027-05-12T00:00:00Z","email":%q}`, email))
	}
	sum := sha256.Sum256([]byte(annasMail))
	mail := known("ra.0", "email", annasMail, "cloud")
	erased := actOf(hoursAgo(5), "erased", "ra.0", anna)
	for _, row := range []struct {
		name  string
		truth []evidence.Canary
		acts  []evidence.Act
		field string
		shown func(a *Audit) []any
		want  []string
	}{
		{"a value in its own record is where it may be", []evidence.Canary{mail}, nil, "email",
			func(a *Audit) []any { return []any{profile(a, cloud, annasMail)} }, nil},
		{"in a record of another kind it is not", []evidence.Canary{mail}, nil, "email",
			func(a *Audit) []any {
				return []any{fakeRecord(t, a, cloud, "fr/"+anna, fmt.Sprintf(`{"at":"2027-05-12T00:00:00Z","intercom_username":%q}`, annasMail))}
			}, []string{"where it may never be"}},
		{"nor in another building's server", []evidence.Canary{known("ra.0", "name", annasName, "building-main")}, nil, "name",
			func(a *Audit) []any {
				return []any{
					fakeRecord(t, a, building, "bp/"+anna, fmt.Sprintf(`{"at":"2027-05-12T00:00:00Z","name":%q}`, annasName)),
					fakeRecord(t, a, other, "bp/"+anna, fmt.Sprintf(`{"at":"2027-05-12T00:00:00Z","name":%q}`, annasName)),
				}
			}, []string{"where it may never be"}},
		{"a value that had to go two hours ago is overdue", []evidence.Canary{gone(mail, 2, "corrected")}, nil, "email",
			func(a *Audit) []any { return []any{profile(a, cloud, annasMail)} }, []string{"had to go (corrected)"}},
		{"one that had to go within the hour is not yet", []evidence.Canary{gone(mail, 1, "corrected")}, nil, "email",
			func(a *Audit) []any { return []any{profile(a, cloud, annasMail)} }, nil},
		{"a former version counts like the newest", []evidence.Canary{gone(mail, 2, "corrected")}, nil, "email",
			func(a *Audit) []any {
				r := profile(a, cloud, annasMail)
				r.Newest = false
				return []any{r}
			}, []string{"had to go"}},
		{"a backup keeps what was corrected as long as backups are kept", []evidence.Canary{gone(mail, 24, "corrected")}, nil, "email",
			func(a *Audit) []any { return []any{profile(a, backup, annasMail)} }, nil},
		{"but no longer", []evidence.Canary{gone(mail, 24*11, "corrected")}, nil, "email",
			func(a *Audit) []any { return []any{profile(a, backup, annasMail)} }, []string{"had to go"}},
		{"and of an erased person nothing can be read in it", []evidence.Canary{gone(mail, 5, "request")}, []evidence.Act{erased}, "email",
			func(a *Audit) []any { return []any{profile(a, backup, annasMail)} }, []string{"had to go (request)"}},
		{"a legal case may keep a copy of what it names", []evidence.Canary{func() evidence.Canary { c := gone(mail, 5, "request"); c.Held = true; return c }()}, nil, "email",
			func(a *Audit) []any {
				return []any{fakeRecord(t, a, archive, "hr/"+idOf("c")+"/"+idOf("d"), fmt.Sprintf(`{"at":"2027-05-12T00:00:00Z","value":%q}`, annasMail))}
			}, nil},
		{"and of nothing else", []evidence.Canary{gone(mail, 5, "request")}, nil, "email",
			func(a *Audit) []any {
				return []any{fakeRecord(t, a, archive, "hr/"+idOf("c")+"/"+idOf("d"), fmt.Sprintf(`{"at":"2027-05-12T00:00:00Z","value":%q}`, annasMail))}
			}, []string{"where it may never be"}},
		{"a hash is as good as the value, even where the value may be", []evidence.Canary{mail}, nil, "email",
			func(a *Audit) []any { return []any{profile(a, cloud, hex.EncodeToString(sum[:]))} }, []string{"a digest"}},
		{"a log never holds it", []evidence.Canary{mail}, nil, "email",
			func(a *Audit) []any {
				return []any{textOf(evidence.LogText, "logs/service.ndjson", `{"msg":"`+annasMail+`"}`)}
			}, []string{"where it may never be"}},
		{"its user's own phone may", []evidence.Canary{mail, known("ra.0", "email", annasMail, "phones/1.0")}, nil, "email",
			func(a *Audit) []any {
				return []any{textOf(evidence.PhoneText, "stores/phones/1.0/log.ndjson", annasMail)}
			}, nil},
		{"somebody else's may not", []evidence.Canary{mail, known("ra.0", "email", annasMail, "phones/1.0")}, nil, "email",
			func(a *Audit) []any {
				return []any{textOf(evidence.PhoneText, "stores/phones/12.0/log.ndjson", annasMail)}
			}, []string{"where it may never be"}},
		{"an export holds what was there when it was made", []evidence.Canary{gone(known("ra.0", "email", annasMail, "exports"), 5, "request")}, nil, "email",
			func(a *Audit) []any { return []any{exportOf("2027-06-01T00:00:00Z")} }, nil},
		{"and not what had gone by then", []evidence.Canary{gone(known("ra.0", "email", annasMail, "exports"), 5, "request")}, nil, "email",
			func(a *Audit) []any { return []any{exportOf("2027-06-12T11:00:00Z")} }, []string{"had to go"}},
		{"a tap shows nothing from outside", []evidence.Canary{mail}, nil, "email",
			func(a *Audit) []any { return []any{textOf(evidence.WireText, "wire/frames.bin", annasMail)} }, []string{"where it may never be"}},
		{"in a session with a login a phone may send it", []evidence.Canary{mail}, nil, "email",
			func(a *Audit) []any { return []any{requestOf(`login {"Email":"`+annasMail+`"}`, 1)} }, nil},
		{"in an anonymous one it may not", []evidence.Canary{mail}, nil, "email",
			func(a *Audit) []any {
				f := requestOf(`upload-usage {"Email":"`+annasMail+`"}`, 1)
				f.Anonymous = true
				return []any{f}
			}, []string{"where it may never be"}},
		{"the service itself may not see what the camera shows", []evidence.Canary{known("ra.0", "intercom-frame", theFrame, "phones/1.0")}, nil, "intercom-frame",
			func(a *Audit) []any { return []any{replyOf(`ok [{"What":"frame","Sealed":"`+theFrame+`"}]`, 1)} }, []string{"where it may never be"}},
		{"a password may be nowhere at all", []evidence.Canary{known("ra.0", "password", annasPassword, "")}, nil, "password",
			func(a *Audit) []any { return []any{profile(a, cloud, annasPassword)} }, []string{"where it may never be"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			truthOf(a, nil, row.acts...)
			a.Truth.Canaries = nil
			a.Truth.Settings.Backups = evidence.Span(10 * 24 * 3600e9)
			knows(t, a, row.truth...)
			p := fakeProbe(t, a, absentRule(row.field))
			got := inspect(p, append(row.shown(a), cloud)...)
			expectFindings(t, got, row.want...)
			for _, f := range got.Findings {
				if strings.Contains(f.Message, annasMail) || strings.Contains(f.Message, anna) {
					t.Errorf("the message says what was found: %q", f.Message)
				}
			}
		})
	}
}

func exportOf(at string) *evidence.Text {
	return textOf(evidence.ExportText, "exports/0001-export.json", `{"form":"hoistway-subject-export","version":1,"service":"flow","at":"`+at+`","items":[],"notes":["`+annasMail+`"],"referrals":[]}`)
}

func TestAbsentInTheBytesOfASealedStore(t *testing.T) {
	a := fakeAudit(t)
	knows(t, a, known("ra.0", "email", annasMail, "cloud"))
	p := fakeProbe(t, a, absentRule("email"))
	cloud := fakeSource("cloud", "cloud", "")
	rawBytes(p, cloud, "…"+annasMail+"…")
	expectFindings(t, inspect(p, cloud), "where it may never be")
}

func TestAbsentAndPresentJudgeTheirServiceOnly(t *testing.T) {
	a := fakeAudit(t)
	mail := known("ra.0", "email", annasMail, "cloud")
	mail.Service = "remote-call"
	knows(t, a, mail)
	for _, check := range []string{"absent", "present"} {
		p := fakeProbe(t, a, Rule{Check: check, Policy: &Policy{Service: "Flow"}, Params: map[string]any{"fields": []any{"email"}}})
		if got := inspect(p); got.Status != "not-applicable" {
			t.Errorf("%s: status %s (%s) of a value of the other service", check, got.Status, got.Why)
		}
	}
}

func TestPresent(t *testing.T) {
	anna, bert := idOf("a"), idOf("b")
	cloud := fakeSource("cloud", "cloud", "")
	record := func(a *Audit, id, mail string) *Record {
		return fakeRecord(t, a, cloud, "fp/"+id, fmt.Sprintf(`{"at":"2027-05-12T00:00:00Z","email":%q}`, mail))
	}
	both := []evidence.Canary{known("ra.0", "email", annasMail, "cloud"), known("rb.0", "email", bertsMail, "cloud")}
	for _, row := range []struct {
		name  string
		truth []evidence.Canary
		shown func(a *Audit) []any
		want  []string
	}{
		{"everybody is there", both, func(a *Audit) []any { return []any{record(a, anna, annasMail), record(a, bert, bertsMail)} }, nil},
		{"somebody was deleted whom nothing ended", both, func(a *Audit) []any { return []any{record(a, anna, annasMail)} }, []string{"is not there"}},
		{"a former version does not count", both, func(a *Audit) []any {
			r := record(a, bert, bertsMail)
			r.Newest = false
			return []any{record(a, anna, annasMail), r}
		}, []string{"is not there"}},
		{"who had to go need not be there", []evidence.Canary{both[0], gone(both[1], 5, "request")},
			func(a *Audit) []any { return []any{record(a, anna, annasMail)} }, nil},
		{"a name on the display counts there", []evidence.Canary{known("ra.0", "email", annasMail, "displays")},
			func(a *Audit) []any {
				return []any{textOf(evidence.DisplayText, "stores/displays/main.json", annasMail)}
			}, nil},
		{"and is missed there", []evidence.Canary{known("ra.0", "email", annasMail, "displays")},
			func(a *Audit) []any { return []any{record(a, anna, annasMail)} }, []string{"is not there"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := fakeAudit(t)
			knows(t, a, row.truth...)
			p := fakeProbe(t, a, Rule{Check: "present", Params: map[string]any{"fields": []any{"email"}}})
			expectFindings(t, inspect(p, row.shown(a)...), row.want...)
		})
	}
}
