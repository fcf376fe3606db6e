package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"hoistway/privacyaudit"
	"hoistway/scenarios"
)

// commandLines are the lines of a file that begin with the name of this
// command, as the file gives it, without what a shell makes of their ends.
func commandLines(t *testing.T, path, name string) (lines [][]string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "run: ")
		if strings.HasPrefix(line, name+" ") {
			line, _, _ = strings.Cut(line, " | ")
			line, _, _ = strings.Cut(line, " > ")
			lines = append(lines, strings.Fields(line)[1:])
		}
	}
	return lines
}

// Every command of the workflow and of the README's examples is one that this
// program has, with flags that it knows.
func TestDocumentedCommandsAreCommands(t *testing.T) {
	for _, c := range []struct {
		path, name string
		least      int
	}{
		{"../../.github/workflows/audit.yml", "./hoistway", 4},
		{"../../README.md", "hoistway", 5},
	} {
		lines := commandLines(t, c.path, c.name)
		if len(lines) < c.least {
			t.Errorf("%s has %d commands, want at least %d: they are not read right", c.path, len(lines), c.least)
		}
		for _, line := range lines {
			cmd, args, err := newRoot().Find(line)
			if err != nil || !cmd.Runnable() {
				t.Errorf("%s: %q: %v", c.path, line, err)
				continue
			}
			if err := cmd.ParseFlags(args); err != nil {
				t.Errorf("%s: %q: %v", c.path, line, err)
				continue
			}
			if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
				t.Errorf("%s: %q: %v", c.path, line, err)
			}
		}
	}
}

// The workflow names policies and a scenario that are shipped, and both of its
// jobs: the audit and the test of the auditor.
func TestTheWorkflowAuditsWhatIsShipped(t *testing.T) {
	ran, audited, tested := false, false, false
	for _, line := range commandLines(t, "../../.github/workflows/audit.yml", "./hoistway") {
		cmd, args, err := newRoot().Find(line)
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.ParseFlags(args); err != nil {
			t.Fatal(err)
		}
		switch cmd.Name() {
		case "run":
			ran = true
			for _, name := range cmd.Flags().Args() {
				if !slices.ContainsFunc(scenarios.Library(), func(s scenarios.Entry) bool { return s.Name == name }) {
					t.Errorf("there is no scenario %s", name)
				}
			}
		case "audit":
			if self, err := cmd.Flags().GetBool("self-test"); err == nil && self {
				tested = true
				continue
			}
			audited = true
			policies, err := cmd.Flags().GetStringSlice("policy")
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range privacyaudit.Shipped() {
				if !slices.Contains(policies, name) {
					t.Errorf("the workflow does not audit against %s", name)
				}
			}
		}
	}
	if !ran || !audited || !tested {
		t.Errorf("the workflow makes evidence: %t, audits it: %t, tests the auditor: %t", ran, audited, tested)
	}
}
