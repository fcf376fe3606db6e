package privacyaudit

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// phcOf is the PHC string of a cost, with a salt and a hash of so many bytes.
func phcOf(cost, salt string, hash int) string {
	b := base64.RawStdEncoding
	return "$argon2id$v=19$" + cost + "$" + b.EncodeToString([]byte(salt)) + "$" + b.EncodeToString([]byte(strings.Repeat("h", hash)))
}

func accountOf(n int) string { return "ra/" + strings.Repeat("b", n) + strings.Repeat("a", 26-n) }

func TestPassword(t *testing.T) {
	const owasp, testing = "m=19456,t=2,p=1", "m=64,t=1,p=1"
	salt := func(n int) string { return fmt.Sprintf("salt of sixteen%d", n) }
	profile := []*Entry{{Act: "test-cost-profile", Facts: map[string]string{"memory": "64", "passes": "1", "threads": "1"}}}
	for _, test := range []struct {
		about     string
		stored    []string
		synthetic bool
		ledger    []*Entry
		want      int
	}{
		{"Two strings of enough cost with salts of their own are as they should be.", []string{phcOf(owasp, salt(1), 32), phcOf(owasp, salt(2), 32)}, false, nil, 0},
		{"More cost is as good.", []string{phcOf("m=65536,t=3,p=4", salt(1), 32)}, false, nil, 0},
		{"A password in the clear is no PHC string.", []string{"correct horse battery staple"}, false, nil, 1},
		{"Nor is a plain digest.", []string{"5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"}, false, nil, 1},
		{"Too little memory is found.", []string{phcOf("m=19455,t=2,p=1", salt(1), 32)}, false, nil, 1},
		{"Too few passes are found.", []string{phcOf("m=19456,t=1,p=1", salt(1), 32)}, false, nil, 1},
		{"The profile for tests is nothing for a real service.", []string{phcOf(testing, salt(1), 32)}, false, profile, 1},
		{"It is nothing where the ledger does not say so.", []string{phcOf(testing, salt(1), 32)}, true, nil, 1},
		{"It is allowed in synthetic evidence whose ledger says so.", []string{phcOf(testing, salt(1), 32)}, true, profile, 0},
		{"Another cheap cost than the ledger's is not.", []string{phcOf("m=32,t=1,p=1", salt(1), 32)}, true, profile, 1},
		{"A salt of fifteen bytes is too short.", []string{phcOf(owasp, salt(1)[:15], 32)}, false, nil, 1},
		{"A hash of sixteen bytes is too short.", []string{phcOf(owasp, salt(1), 16)}, false, nil, 1},
		{"One salt for two accounts is found with both.", []string{phcOf(owasp, salt(1), 32), phcOf(owasp, salt(1), 32), phcOf(owasp, salt(2), 32)}, false, nil, 2},
	} {
		a := fakeAudit(t)
		a.Report.Synthetic, a.Ledger = test.synthetic, test.ledger
		p := fakeProbe(t, a, Rule{Check: "password"})
		var records []*Record
		for i, s := range test.stored {
			records = append(records, fakeRecord(t, a, fakeSource("cloud", "cloud", ""), accountOf(i), fmt.Sprintf(`{"controller":"KONE","at":"2027-06-01T00:00:00Z","password":%q}`, s)))
		}
		if got := show(p, records...); got.Violations != test.want || got.Selected != len(records) {
			t.Errorf("%s violations = %d, want %d; selected = %d: %v", test.about, got.Violations, test.want, got.Selected, got.Findings)
		}
	}
}

func TestPasswordKeepsItsSaltInVersionsAndBackups(t *testing.T) {
	a := fakeAudit(t)
	p := fakeProbe(t, a, Rule{Check: "password"})
	json := fmt.Sprintf(`{"controller":"KONE","at":"2027-06-01T00:00:00Z","password":%q}`, phcOf("m=19456,t=2,p=1", "salt of sixteen1", 32))
	var records []*Record
	for _, src := range []*Source{fakeSource("cloud", "cloud", ""), fakeSource("cloud", "cloud", ""), fakeSource("backups/a.bak", "backup", "")} {
		records = append(records, fakeRecord(t, a, src, accountOf(1), json))
	}
	if got := show(p, records...); got.Violations != 0 {
		t.Errorf("one account's salt counts as that of several: %v", got.Findings)
	}
}

func TestPasswordSaltAcrossServices(t *testing.T) {
	a := fakeAudit(t)
	policy := &Policy{Name: "t", Service: "Flow"}
	p := fakeProbe(t, a, Rule{Check: "password", Policy: policy})
	json := fmt.Sprintf(`{"controller":"KONE","at":"2027-06-01T00:00:00Z","password":%q}`, phcOf("m=19456,t=2,p=1", "salt of sixteen1", 32))
	src := fakeSource("cloud", "cloud", "")
	got := show(p, fakeRecord(t, a, src, accountOf(1), json), fakeRecord(t, a, src, "fp/"+accountOf(2)[3:], json))
	if got.Violations != 1 || got.Findings[0].Place.Kind != "flow-profile" || got.Selected != 1 {
		t.Errorf("a salt that another service's account has: %+v", got)
	}
}
