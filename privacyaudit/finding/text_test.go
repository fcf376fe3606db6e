package finding

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Names and messages that are hostile to a terminal or to XML reach neither,
// and no line is wider than asked.
func TestHostileText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("\x00\x1b\u202e\ufffe\n <&]\"{}[]()\\"))), 1, 200, -1)
		width := rapid.IntRange(0, 200).Draw(t, "width")
		rule := Rule{ID: "R" + text.Draw(t, "id")}
		rule.Add(Place{Store: text.Draw(t, "store"), File: text.Draw(t, "file"), Kind: text.Draw(t, "kind"), Form: text.Draw(t, "form")}, text.Draw(t, "message"))
		r := ruled(rule, Rule{ID: "S"})
		r.Name, r.Repeat = text.Draw(t, "name"), text.Draw(t, "repeat")
		r.Stores = []Store{{Name: text.Draw(t, "store"), What: "cloud"}}
		r.Problems = []Problem{{Store: r.Stores[0].Name, File: text.Draw(t, "file"), What: text.Draw(t, "what")}}
		r.Settle()

		var table, junit strings.Builder
		if err := Table(&table, r, width, false); err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(table.String(), "\n") {
			if n := utf8.RuneCountInString(line); n > max(width, 60) {
				t.Fatalf("a line of %d characters, asked for %d: %q", n, width, line)
			}
			if i := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
				t.Fatalf("a character that moves the cursor: %q", line)
			}
		}
		if err := JUnit(&junit, r); err != nil {
			t.Fatal(err)
		}
		var back junitSuites
		if err := xml.NewDecoder(strings.NewReader(junit.String())).Decode(&back); err != nil {
			t.Fatalf("JUnit XML that is none: %v", err)
		}
		for _, write := range []func(io.Writer, *Report) error{SARIF, OSCAL} {
			if err := write(io.Discard, r); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A JUnit file has a failure or an error exactly when the exit code is not 0.
func TestJUnitAgreesWithTheExitCode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rules []Rule
		for _, id := range []string{"A", "B"} {
			rule := Rule{ID: id, Severity: rapid.SampledFrom([]Severity{Error, Warning}).Draw(t, "severity")}
			rule.Saw("cloud", rapid.IntRange(0, 2).Draw(t, "seen"))
			for range rapid.IntRange(0, 2).Draw(t, "violations") {
				rule.Add(Place{Store: "cloud"}, "wrong")
			}
			if rapid.Bool().Draw(t, "stated") {
				rule.Why = "stated"
			}
			rules = append(rules, rule)
		}
		r := ruled(rules[:rapid.IntRange(0, 2).Draw(t, "rules")]...)
		r.Stores = []Store{{Name: "cloud"}}
		if rapid.Bool().Draw(t, "problem") {
			r.Problems = []Problem{{Store: rapid.SampledFrom([]string{"", "cloud", "else"}).Draw(t, "store"), What: "locked"}}
		}
		if rapid.Bool().Draw(t, "mutant") {
			r.Mutants = []Mutant{{Name: "m", Rule: "A"}}
			if rapid.Bool().Draw(t, "killed") {
				r.Mutants[0].Killed, r.Mutants[0].By = true, []string{"A"}
			}
		}
		r.Settle()
		if rapid.Bool().Draw(t, "baseline") {
			b := &Baseline{Entries: []Entry{{Rule: "A", Store: "cloud", Count: ptr(1), Reason: "known", Expires: noon}}}
			if err := b.Apply(r, noon); err != nil {
				t.Fatal(err)
			}
		}
		var text strings.Builder
		if err := JUnit(&text, r); err != nil {
			t.Fatal(err)
		}
		var back junitSuites
		if err := xml.Unmarshal([]byte(text.String()), &back); err != nil {
			t.Fatal(err)
		}
		wrong := 0
		for _, s := range back.Suites {
			failures, errors := 0, 0
			for _, c := range s.Cases {
				if c.Failure != nil {
					failures++
				}
				if c.Error != nil {
					errors++
				}
			}
			if failures != s.Failures || errors != s.Errors || len(s.Cases) != s.Tests {
				t.Fatalf("suite %s counts %d, %d, %d and has %d, %d, %d", s.Name, s.Tests, s.Failures, s.Errors, len(s.Cases), failures, errors)
			}
			wrong += failures + errors
		}
		if (wrong > 0) != (r.Exit != ExitClean) {
			t.Fatalf("%d failures and errors, but exit code %d", wrong, r.Exit)
		}
	})
}

func TestColours(t *testing.T) {
	var plainText, coloured strings.Builder
	r := worked(t)
	if err := Table(&plainText, r, 100, false); err != nil {
		t.Fatal(err)
	}
	if err := Table(&coloured, r, 100, true); err != nil {
		t.Fatal(err)
	}
	bare := coloured.String()
	for _, code := range []string{"\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m"} {
		if !strings.Contains(bare, code) {
			t.Errorf("the coloured table never uses %q", code)
		}
		bare = strings.ReplaceAll(bare, code, "")
	}
	if bare != plainText.String() {
		t.Error("the tables with and without colours differ in their text")
	}
}
