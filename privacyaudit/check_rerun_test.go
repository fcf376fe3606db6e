package privacyaudit_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hoistway/privacyaudit"
	"hoistway/privacyaudit/evidence"
	"hoistway/privacyaudit/finding"
)

const rerunPolicy = `
name = "rerun"
version = "1"
title = "A statement"
code = "ST"
statement = "statement.txt"

[[rule]]
id = "ST-1"
clause = "ST:1"
quote = "randomized"
title = "Two runs have no ID in common."
stores = ["cloud", "vault", "phone"]
kinds = ["flow-profile", "objection", "link"]
check = "rerun"
severity = "error"
evidence = "automatic"
`

// runWith writes a small evidence whose IDs belong to a name.
func runWith(t *testing.T, account, link, phone string) string {
	t.Helper()
	h := handWrites(t)
	subject := someID(account)
	h.plain("cloud", "fp/"+subject, `{"controller":"KONE","at":"2027-06-01T00:00:00Z"}`)
	// Its item is derived from the purpose, and the same in every run.
	h.plain("cloud", "ob/"+subject+"/"+someID("objection"), `{"controller":"KONE","at":"2027-06-01T00:00:00Z"}`)
	h.plain("vault", "ln/"+someID(link), `{"controller":"KONE","at":"2027-06-01T00:00:00Z"}`)
	h.file("stores/phones/1.0/ids.ndjson", fmt.Sprintf(`{"building":"main","id":%q,"from":"2027-06-01T00:00:00Z","until":"2027-07-01T00:00:00Z","registered":true}`+"\n", someID(phone)))
	h.close()
	return h.dir
}

func TestRerun(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"rerun.toml": rerunPolicy, "statement.txt": "An ID is randomized.\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	policy, err := privacyaudit.LoadPolicy(filepath.Join(dir, "rerun.toml"))
	if err != nil {
		t.Fatal(err)
	}
	first, err := evidence.Open(runWith(t, "a", "b", "c"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why        string
		second     string
		status     finding.Status
		violations int
	}{
		{"without a second run nothing can be told, and the rule says so", "", finding.Inconclusive, 0},
		{"other IDs are as it should be, also where a derived one is the same", runWith(t, "d", "e", "f"), finding.Pass, 0},
		{"an account's ID is the same", runWith(t, "a", "e", "f"), finding.Fail, 1},
		{"a randomized ID in the vault is the same", runWith(t, "d", "b", "f"), finding.Fail, 1},
		{"all of them are", runWith(t, "a", "b", "c"), finding.Fail, 3},
	} {
		o := privacyaudit.Options{Parts: first, Policies: []*privacyaudit.Policy{policy}, At: time.Date(2027, 6, 12, 0, 0, 0, 0, time.UTC)}
		if c.second != "" {
			if o.Against, err = evidence.Open(c.second); err != nil {
				t.Fatal(err)
			}
		}
		report, err := privacyaudit.Run(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		r := report.Rules[0]
		if r.Status != c.status || r.Violations != c.violations || r.Status == finding.Inconclusive && r.Why == "" {
			t.Errorf("%s: it is %s (%s) with %d violations, want %s with %d; selected %d", c.why, r.Status, r.Why, r.Violations, c.status, c.violations, r.Selected)
		}
	}
	o := privacyaudit.Options{Parts: first, Against: first, Policies: []*privacyaudit.Policy{policy}, At: time.Date(2027, 6, 12, 0, 0, 0, 0, time.UTC)}
	if _, err := privacyaudit.Run(context.Background(), o); err == nil {
		t.Error("a run was compared with itself")
	}
}
