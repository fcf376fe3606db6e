package finding

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var noon = time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)

// ruled is a report of one policy and the given rules, not settled.
func ruled(rules ...Rule) *Report {
	r := &Report{Name: "small", At: noon, Policies: []Policy{{Name: "p", Statement: "s", SHA256: KeyHash(nil) + KeyHash(nil) + KeyHash(nil) + KeyHash(nil)}}}
	for i := range rules {
		rules[i].Policy, rules[i].Derived, rules[i].Title, rules[i].Check = "p", "to test", "a rule", "check"
	}
	r.Rules = rules
	return r
}

func TestSettle(t *testing.T) {
	for _, row := range []struct {
		why     string
		rule    Rule
		missing bool
		status  Status
		exit    int
	}{
		{"what selected something and found nothing passes", Rule{ID: "R", Selected: 1}, false, Pass, 0},
		{"a violation fails", Rule{ID: "R", Selected: 1, Violations: 1}, false, Fail, 5},
		{"a violation fails though the check says pass", Rule{ID: "R", Selected: 1, Violations: 1, Status: Pass}, false, Fail, 5},
		{"a violation fails though nothing was counted as selected", Rule{ID: "R", Violations: 1}, false, Fail, 5},
		{"a violation of a lesser rule warns", Rule{ID: "R", Selected: 1, Violations: 1, Severity: Warning}, false, Warn, 0},
		{"a violation counts though its evidence is said to be missing", Rule{ID: "R", Selected: 1, Violations: 1}, true, Fail, 5},
		{"what selected nothing is inconclusive, and the audit incomplete", Rule{ID: "R"}, false, Inconclusive, 6},
		{"what selected nothing never passes", Rule{ID: "R", Status: Pass}, false, Inconclusive, 6},
		{"a stated reason completes the audit", Rule{ID: "R", Why: "no phones in this building"}, false, Inconclusive, 0},
		{"evidence that was not given is a stated reason", Rule{ID: "R"}, true, Inconclusive, 0},
		{"a rule that waits for a person does not fail", Rule{ID: "R", Status: Manual, Why: "read it"}, false, Manual, 0},
		{"a rule that does not apply does not fail", Rule{ID: "R", Status: NotApplicable, Why: "no bench"}, false, NotApplicable, 0},
		{"a figure may fail without violations", Rule{ID: "R", Selected: 1, Status: Fail, Why: "0.9 is above 0.5"}, false, Fail, 5},
	} {
		r := ruled(row.rule)
		if row.missing {
			r.Missing = []Missing{{Part: "truth", Rules: []string{"R"}}}
		}
		r.Settle()
		if r.Rules[0].Status != row.status || r.Exit != row.exit {
			t.Errorf("%s: got %s and exit code %d, want %s and %d", row.why, r.Rules[0].Status, r.Exit, row.status, row.exit)
		}
		if err := Write(new(bytes.Buffer), r); err != nil {
			t.Errorf("%s: %v", row.why, err)
		}
	}
}

func TestExitCodesOutrank(t *testing.T) {
	failing := func() *Report { return ruled(Rule{ID: "R", Selected: 2, Violations: 1}) }
	survivor := Mutant{Name: "m", Rule: "R"}
	for _, row := range []struct {
		why    string
		change func(*Report)
		want   int
	}{
		{"a failing rule alone", func(r *Report) {}, ExitFindings},
		{"a problem outranks it", func(r *Report) { r.Problems = []Problem{{What: "locked"}} }, ExitIncomplete},
		{"a survivor outranks both", func(r *Report) {
			r.Problems, r.Mutants = []Problem{{What: "locked"}}, []Mutant{survivor}
		}, ExitSurvivor},
		{"a mutant that was killed does not", func(r *Report) { r.Mutants = []Mutant{{Name: "m", Rule: "R", Killed: true, By: []string{"R"}}} }, ExitFindings},
		{"a report without rules is incomplete", func(r *Report) { r.Rules = nil }, ExitIncomplete},
	} {
		r := failing()
		row.change(r)
		r.Settle()
		if r.Exit != row.want {
			t.Errorf("%s: exit code %d, want %d", row.why, r.Exit, row.want)
		}
	}
}

func TestStoresCountTheirProblems(t *testing.T) {
	r := ruled(Rule{ID: "R", Selected: 1})
	r.Stores = []Store{{Name: "cloud", Problems: 9}, {Name: "logs"}}
	r.Problems = []Problem{{Store: "logs", What: "a"}, {Store: "logs", What: "b"}, {What: "c"}}
	r.Settle()
	if diff := cmp.Diff([]int{0, 2}, []int{r.Stores[0].Problems, r.Stores[1].Problems}); diff != "" {
		t.Errorf("problems of the stores (-want +got):\n%s", diff)
	}
}

// drawn draws places with few different parts, so that they often agree.
func drawn(t *rapid.T) []Place {
	some := rapid.SampledFrom([]string{"", "a", "b", "c"})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Place {
		return Place{
			Store: some.Draw(t, "store"), Kind: some.Draw(t, "kind"), Form: some.Draw(t, "form"),
			File: some.Draw(t, "file"), Offset: rapid.Int64Range(-1, 3).Draw(t, "offset"),
		}
	}), 0, 80).Draw(t, "places")
}

// The samples that a rule keeps do not depend on the order in which checks,
// perhaps several at once, found them.
func TestSamplesIgnoreTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		places := drawn(t)
		seed := rapid.Uint64().Draw(t, "seed")
		var one, other Rule
		one.ID, other.ID = "R", "R"
		for _, p := range places {
			one.Add(p, "wrong")
		}
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
		for _, p := range places {
			other.Add(p, "wrong")
		}
		if diff := cmp.Diff(one, other); diff != "" {
			t.Fatalf("another order gives other samples:\n%s", diff)
		}
		if len(one.Findings) > MaxSamples || one.Violations != len(places) {
			t.Fatalf("%d samples of %d violations, %d were added", len(one.Findings), one.Violations, len(places))
		}
		kinds, shown := map[string]bool{}, map[string]bool{}
		for _, p := range places {
			kinds[Fingerprint("R", p)] = true
		}
		for _, f := range one.Findings {
			shown[f.Fingerprint] = true
		}
		if len(shown) != min(len(kinds), MaxSamples) {
			t.Fatalf("%d of %d fingerprints are shown, though there is room for %d", len(shown), len(kinds), MaxSamples)
		}
	})
}

// Settling again changes nothing, and what was settled can be written and read
// back as it was.
func TestSettledReportsGoRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := Rule{ID: "R", Severity: rapid.SampledFrom([]Severity{Error, Warning, Note}).Draw(t, "severity")}
		rule.Saw("a", rapid.IntRange(0, 3).Draw(t, "seen"))
		for _, p := range drawn(t) {
			rule.Add(p, rapid.StringN(1, 5, -1).Draw(t, "message"))
		}
		r := ruled(rule)
		if rapid.Bool().Draw(t, "problem") {
			r.Problems = []Problem{{File: rapid.String().Draw(t, "file"), What: "locked"}}
		}
		r.Settle()
		var first, second bytes.Buffer
		if err := Write(&first, r); err != nil {
			t.Fatal(err)
		}
		text := first.String()
		back, err := Read(&first)
		if err != nil {
			t.Fatal(err)
		}
		back.Settle()
		if err := Write(&second, back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(text, second.String()); diff != "" {
			t.Fatalf("written, read and written again (-first +second):\n%s", diff)
		}
	})
}

func TestFingerprint(t *testing.T) {
	base := Place{Store: "cloud", Kind: "log", Form: "raw", File: "1.sst", Key: KeyHash([]byte("k")), Offset: 7}
	same := base
	same.File, same.Key, same.Offset = "2.sst", "", 9
	if Fingerprint("R", base) != Fingerprint("R", same) {
		t.Error("the fingerprint depends on the file, the key or the offset")
	}
	seen := map[string]string{Fingerprint("R", base): "the place itself"}
	for why, f := range map[string]string{
		"another rule":                       Fingerprint("Q", base),
		"another store":                      Fingerprint("R", Place{Store: "logs", Kind: "log", Form: "raw"}),
		"another kind":                       Fingerprint("R", Place{Store: "cloud", Kind: "visit", Form: "raw"}),
		"another form":                       Fingerprint("R", Place{Store: "cloud", Kind: "log", Form: "hex"}),
		"parts that run together":            Fingerprint("R", Place{Store: "cloudlog", Form: "raw"}),
		"the same parts in the wrong fields": Fingerprint("cloud", Place{Store: "R", Kind: "log", Form: "raw"}),
	} {
		if other := seen[f]; other != "" {
			t.Errorf("%s has the fingerprint of %s", why, other)
		}
		seen[f] = why
	}
}

// TestNothingHoldsBytes: a report has no field that could take a value as it
// was found without somebody making text of it.
func TestNothingHoldsBytes(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(path string, ty reflect.Type)
	walk = func(path string, ty reflect.Type) {
		if seen[ty] || ty == reflect.TypeFor[time.Time]() {
			return
		}
		seen[ty] = true
		switch ty.Kind() {
		case reflect.Struct:
			for i := range ty.NumField() {
				walk(path+"."+ty.Field(i).Name, ty.Field(i).Type)
			}
		case reflect.Slice, reflect.Pointer:
			walk(path, ty.Elem())
		case reflect.String, reflect.Int, reflect.Int64, reflect.Float64, reflect.Bool:
		default:
			t.Errorf("%s is of type %v, which can hold what was found", path, ty)
		}
	}
	walk("Report", reflect.TypeFor[Report]())
}
