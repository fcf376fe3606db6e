package privacyaudit

import (
	"fmt"
	"testing"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

func TestDirect(t *testing.T) {
	id := randomIDs(3, 2)
	key := "eu/20270610/" + id[0]
	body := func(at, equipment, more string) string {
		return fmt.Sprintf(`{"controller":"KONE","building":"main","at":%q,"pseudonym":%q,"equipment":%q,"function":"key"%s}`, at, id[1], equipment, more)
	}
	for _, c := range []struct {
		why, key, json string
		status         finding.Status
		words          string
	}{
		{"what is declared passes", key, body("2027-06-10T11:00:00Z", "main", ""), finding.Pass, ""},
		{"minutes are too fine", key, body("2027-06-10T11:20:00Z", "main", ""), finding.Fail, "finer than 1h"},
		{"fractions of a second are, too", key, body("2027-06-10T11:00:00.001Z", "main", ""), finding.Fail, "finer than 1h"},
		{"a further field is one too many", key, body("2027-06-10T11:00:00Z", "main", `,"agent":"x"`), finding.Fail, "may not have"},
		{"a mail address names somebody", key, body("2027-06-10T11:00:00Z", "ann@example.test", ""), finding.Fail, "looks like a mail address"},
		{"equipment is a bank of the building", key, body("2027-06-10T11:00:00Z", "3rd floor", ""), finding.Fail, "names no bank"},
		{"the key has the day of the use", "eu/20270611/" + id[0], body("2027-06-10T11:00:00Z", "main", ""), finding.Fail, "day in its key"},
	} {
		t.Run(c.why, func(t *testing.T) {
			a := fakeAudit(t)
			a.Config = &evidence.Config{Buildings: []evidence.BuildingConfig{{Name: "main", Banks: []evidence.BankConfig{{Name: "main"}}}}}
			p := fakeProbe(t, a, Rule{Check: "direct", Params: map[string]any{"fields": []any{"pseudonym", "equipment", "function"}, "round": "1h", "equipment": "equipment"}})
			want(t, show(p, fakeRecord(t, a, fakeSource("cloud", "cloud", ""), c.key, c.json)), c.status, c.words)
		})
	}
}
