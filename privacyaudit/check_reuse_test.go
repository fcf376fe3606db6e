package privacyaudit

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

// phonesOf writes phones with lines of randomized IDs.
func phonesOf(t *testing.T, lines map[string]string) evidence.Parts {
	t.Helper()
	dir := t.TempDir()
	for ordinal, text := range lines {
		phone := filepath.Join(dir, "phones", ordinal)
		if err := os.MkdirAll(phone, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(phone, "ids.ndjson"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return evidence.Parts{Stores: dir}
}

func idLine(id, building, from, until string) string {
	return fmt.Sprintf(`{"building":%q,"id":%q,"from":"%sT00:00:00Z","until":"%sT00:00:00Z","registered":true}`+"\n", building, id, from, until)
}

func TestReuse(t *testing.T) {
	id := randomIDs(2, 4)
	good := map[string]string{"1.0": idLine(id[0], "main", "2027-06-01", "2027-07-01"), "2.0": idLine(id[1], "main", "2027-06-01", "2027-07-01")}
	for _, c := range []struct {
		why    string
		phones map[string]string
		second func(t *testing.T, a *Audit) *Record
		status finding.Status
		words  string
	}{
		{"each has their own for 30 days", good, nil, finding.Pass, ""},
		{"two phones have the same", map[string]string{"1.0": good["1.0"], "2.0": good["1.0"]}, nil, finding.Fail, "2 persons"},
		{"a phone keeps one for 31 days", map[string]string{"1.0": idLine(id[0], "main", "2027-06-01", "2027-07-02")}, nil, finding.Fail, "a phone uses one randomized ID for 31 days"},
		{"a phone takes up one again that it had before", map[string]string{"1.0": good["1.0"] + idLine(id[0], "main", "2027-07-02", "2027-07-12")}, nil, finding.Fail, "for 41 days"},
		{"a phone uses one in two buildings", map[string]string{"1.0": good["1.0"] + idLine(id[0], "annex", "2027-06-01", "2027-07-01")}, nil, finding.Fail, "two buildings"},
		{"usage logs carry one in two buildings", good, func(t *testing.T, a *Audit) *Record { return usageLog(t, a, id[3], id[0], 1, "annex") }, finding.Fail, "in two buildings"},
		{"usage logs carry one to the last hour", good, func(t *testing.T, a *Audit) *Record { return usageLog(t, a, id[3], id[0], -31*24, "main") }, finding.Pass, ""},
		{"usage logs carry one for an hour longer", good, func(t *testing.T, a *Audit) *Record { return usageLog(t, a, id[3], id[0], -31*24-1, "main") }, finding.Fail, "records carry one"},
	} {
		t.Run(c.why, func(t *testing.T) {
			a := fakeAudit(t)
			a.Parts = phonesOf(t, c.phones)
			p := fakeProbe(t, a, Rule{Check: "reuse", Params: map[string]any{"rotation": "30d"}})
			records := []*Record{usageLog(t, a, id[2], id[0], 0, "main")}
			if c.second != nil {
				records = append(records, c.second(t, a))
			}
			want(t, show(p, records...), c.status, c.words)
		})
	}
}

func TestReuseHoldsAServiceToLessThatItPromises(t *testing.T) {
	id := randomIDs(2, 2)
	a := fakeAudit(t)
	a.Truth = &evidence.Truth{Settings: evidence.Settings{Rotation: evidence.Span(9 * 24 * 3600e9)}}
	a.Parts = phonesOf(t, map[string]string{"1.0": idLine(id[0], "main", "2027-06-01", "2027-06-11")})
	p := fakeProbe(t, a, Rule{Check: "reuse", Params: map[string]any{"rotation": "30d"}})
	want(t, show(p), finding.Fail, "for 10 days, and may for 9 days")
}
