package finding

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOSCALStates(t *testing.T) {
	for _, row := range []struct {
		why      string
		rule     Rule
		problems []Problem
		want     []string // state and reason of each finding
	}{
		{"a pass is satisfied", Rule{ID: "R", Selected: 1}, nil, []string{"satisfied pass"}},
		{"a warning is satisfied", Rule{ID: "R", Selected: 1, Violations: 1, Severity: Note}, nil, []string{"satisfied pass"}},
		{"a failure is not", Rule{ID: "R", Selected: 1, Violations: 1}, nil, []string{"not-satisfied fail"}},
		{"what could not be judged is not", Rule{ID: "R", Why: "no phones"}, nil, []string{"not-satisfied other"}},
		{"what a person has to judge is not yet", Rule{ID: "R", Status: Manual, Why: "read it"}, nil, []string{"not-satisfied other"}},
		{"what does not apply has no finding", Rule{ID: "R", Status: NotApplicable, Why: "no bench"}, nil, nil},
		{"nothing is satisfied while evidence could not be read", Rule{ID: "R", Selected: 1}, []Problem{{What: "locked"}}, []string{"not-satisfied other"}},
	} {
		r := ruled(row.rule)
		r.Problems = row.problems
		r.Settle()
		text := written(t, r, OSCAL)
		if err := validate(t, schemaFile(t, "oscal-subset.json"), text); err != nil {
			t.Errorf("%s: %v", row.why, err)
		}
		var doc struct {
			Results oscalResults `json:"assessment-results"`
		}
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range doc.Results.Results[0].Findings {
			got = append(got, f.Target.Status.State+" "+f.Target.Status.Reason)
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.why, diff)
		}
	}
}
