package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"hoistway/privacyaudit/finding"
)

// examplesOf are the files that the README writes out, by their names: blocks
// whose first line is "# NAME" or, for a text, those after "`NAME`:".
func examplesOf(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n### A policy of your own\n")
	if !ok {
		t.Fatal("the README has no section on a policy of one's own")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	files := map[string]string{}
	for i, block := range strings.Split(section, "```") {
		if i%2 == 0 {
			continue
		}
		_, body, _ := strings.Cut(block, "\n")
		first, rest, _ := strings.Cut(body, "\n")
		if name, is := strings.CutPrefix(first, "# "); is {
			if strings.HasSuffix(name, ".txt") {
				body = rest // a statement has no comments
			}
			files[name] = body
		}
	}
	return files
}

// The README's policy for another statement and another record format finds the
// one entry of a gate that is older than it promises, in a store that nothing of
// ours wrote.
func TestTheReadmesOwnPolicyFindsWhatItSays(t *testing.T) {
	dir := t.TempDir()
	files := examplesOf(t)
	for _, name := range []string{"pool.txt", "pool.toml", "gate-records.toml"} {
		if files[name] == "" {
			t.Fatalf("the README does not write out %s", name)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(files[name]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write := func(entries map[string]string) {
		t.Helper()
		db, err := badger.Open(badger.DefaultOptions(filepath.Join(dir, "stores", "cloud")).WithLogger(nil).WithMemTableSize(8 << 20))
		if err != nil {
			t.Fatal(err)
		}
		for key, value := range entries {
			if err := db.Update(func(txn *badger.Txn) error { return txn.Set([]byte(key), append([]byte{1, 0}, value...)) }); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	audit := func() (*finding.Report, error) {
		t.Helper()
		var out bytes.Buffer
		cmd := newRoot()
		cmd.SetOut(&out)
		cmd.SetArgs([]string{"audit", "--stores", filepath.Join(dir, "stores"), "--records", filepath.Join(dir, "gate-records.toml"),
			"--policy", filepath.Join(dir, "pool.toml"), "--at", "2027-06-12T00:00:00Z", "--format", "json"})
		err := cmd.Execute()
		r, bad := finding.Read(&out)
		if bad != nil {
			t.Fatalf("no findings: %v; the command said %v", bad, err)
		}
		return r, err
	}
	write(map[string]string{"en/20270601/aaaaaaaaaaaaaaaaaaaaaaaaaa": `{"at":"2027-06-01T08:00:00Z","controller":"Pool","gate":"north"}`})
	if r, err := audit(); err != nil {
		t.Errorf("an entry of eleven days ago: %v\n%+v", err, r.Problems)
		for _, rule := range r.Rules {
			t.Logf("%s %s %s %v", rule.ID, rule.Status, rule.Why, rule.Findings)
		}
	}
	write(map[string]string{"en/20270501/baaaaaaaaaaaaaaaaaaaaaaaae": `{"at":"2027-05-01T08:00:00Z","controller":"Pool","gate":"north","swimmer":"Eve"}`})
	r, err := audit()
	var ended found
	if !errors.As(err, &ended) || ended.code != finding.ExitFindings {
		t.Errorf("an entry of 42 days ago ends with %v", err)
	}
	want := map[string]string{"POOL-1": "cloud", "POOL-2": "cloud"}
	for _, rule := range r.Rules {
		if rule.Status != finding.Fail || len(rule.Findings) != 1 || rule.Findings[0].Place.Store != want[rule.ID] {
			t.Errorf("rule %s is %s with %+v, want one finding in the store %s", rule.ID, rule.Status, rule.Findings, want[rule.ID])
		}
		delete(want, rule.ID)
	}
	for id := range want {
		t.Errorf("there is no rule %s", id)
	}
}
