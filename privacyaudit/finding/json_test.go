package finding

import (
	"bytes"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadGivesWhatWasWritten(t *testing.T) {
	want := worked(t)
	got, err := Read(bytes.NewReader(written(t, want, Write)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	text := string(written(t, worked(t), Write))
	for _, row := range []struct{ why, from, into, want string }{
		{"another schema version says which program reads it", `"schema": 1`, `"schema": 2`, "schema version 2, but this program reads version 1"},
		{"no schema version", `"schema": 1,`, ``, "not a file of findings"},
		{"an unknown field", `"synthetic"`, `"synthetik"`, `unknown field "synthetik"`},
		{"a number in place of a text names its line", `"name": "residential-year"`, `"name": 3`, "line 3"},
		{"what ends early", "}\n", "", "unexpected end"},
		{"what goes on after its end", `"exit": 6`, `"exit": 6}{`, "after top-level value"},
		{"an exit code that does not follow", `"exit": 6`, `"exit": 0`, "exit code 0 or a status does not follow from the rules, which give exit code 6"},
		{"a status that does not follow", `"status": "inconclusive"`, `"status": "pass"`, "does not follow"},
		{"an unknown status", `"status": "manual"`, `"status": "later"`, `unknown status "later"`},
		{"a key in place of its hash", `"key": "6e340b9cffb37a98"`, `"key": "account/resident"`, "16 hex digits"},
		{"a rule of no policy", `"policy": "derived"`, `"policy": "other"`, `no policy "other"`},
		{"a count below zero", `"files": 12`, `"files": -12`, "negative"},
	} {
		i := strings.LastIndex(text, row.from)
		if i < 0 {
			t.Fatalf("%s: the file has no %s", row.why, row.from)
		}
		_, err := Read(strings.NewReader(text[:i] + row.into + text[i+len(row.from):]))
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want an error with %q", row.why, err, row.want)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	for _, row := range []struct {
		why    string
		change func(*Report)
		want   string
	}{
		{"a report that was never settled", func(r *Report) { r.Schema = 0 }, "call Settle"},
		{"a report without an instant", func(r *Report) { r.At = time.Time{} }, "at is not set"},
		{"a report without a name", func(r *Report) { r.Name = "" }, "name is empty"},
		{"a rule that was changed after settling", func(r *Report) { r.Rules[0].Violations = 1 }, "do not add up"},
		{"two rules of one id", func(r *Report) { r.Rules[1].ID = r.Rules[0].ID }, "not its own"},
		{"a rule with neither quote nor reason", func(r *Report) { r.Rules[0].Quote = "" }, "quote a sentence"},
		{"a figure that is no number, with its place", func(r *Report) { r.Rules[1].Measured[0].Value = math.NaN() }, "report.Rules[1].Measured[0].Value: NaN"},
		{"a mutant that another rule caught counts as survivor", func(r *Report) {
			r.Mutants = []Mutant{{Name: "m", Rule: "R", Killed: true, By: []string{"Q"}}}
		}, "a mutant is killed when its own rule R"},
		{"missing evidence of an unknown rule", func(r *Report) { r.Missing[0].Rules = []string{"Z"} }, `no rule "Z"`},
		{"a status other than pass without a why", func(r *Report) { r.Rules[4].Why = "" }, "does not say why"},
		{"more samples than violations", func(r *Report) { r.Rules[0].Findings = r.Rules[1].Findings }, "finding"},
		{"a policy without its checksum", func(r *Report) { r.Policies[0].SHA256 = "" }, "SHA-256"},
	} {
		for _, f := range formats {
			r := worked(t)
			row.change(r)
			if err := f.write(io.Discard, r); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%s as %s: got %v, want an error with %q", row.why, f.name, err, row.want)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(written(f, violated(Error), Write)) // a small one: long seeds are slow to vary
	f.Add([]byte(`{"schema":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, format := range formats {
			written(t, r, format.write)
		}
	})
}
