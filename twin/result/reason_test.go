package result

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// TestEveryRefusalIsExplained reads the words from their sources: this package
// does not import those who refuse.
func TestEveryRefusalIsExplained(t *testing.T) {
	words := append(constants(t, "../../dispatch/remotecall/refusal.go"), NotUsed)
	if len(words) < 40 {
		t.Fatalf("%d refusals were read: their file is no longer what it was", len(words))
	}
	for _, w := range words {
		if Explain(w) == w {
			t.Errorf("%s is shown without an explanation: add it to reasonTable", w)
		}
	}
}

// constants gives the values of a file's string constants.
func constants(t *testing.T, path string) (values []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			for _, v := range spec.Values {
				if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					value, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					values = append(values, value)
				}
			}
		}
		return true
	})
	return values
}

func TestReasonsAreSentencesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Reasons() {
		if seen[r.Word] || r.Meaning == "" || strings.HasSuffix(r.Meaning, ".") || strings.ContainsAny(r.Meaning, "|;") {
			t.Errorf("%q: %q is there twice, empty, or would break the line or table it is put into", r.Word, r.Meaning)
		}
		seen[r.Word] = true
	}
	if got := Explain("a-word-of-tomorrow"); got != "a-word-of-tomorrow" {
		t.Errorf("an unknown word is explained as %q, want the word", got)
	}
}

func TestWhoDoesNotUseTheAppIsNotRefused(t *testing.T) {
	h := twoBanks()
	s := (&recording{end: h.Duration, trips: []Trip{
		called(600, 610, 612, 650, func(*Trip) {}), pressed(1000, 1020, 45, "not-near"), pressed(1100, 1120, 45, NotUsed), pressed(1200, 1220, 45, NotUsed),
	}}).summary(t, h)
	if s.Remote.Unused != 2 || len(s.Remote.Denied) != 1 {
		t.Errorf("%d did not use the app and refusals are %v, want 2 and one of not-near", s.Remote.Unused, s.Remote.Denied)
	}
	if got, _ := of(t, "remote_denied_pct", h, s); got != 50 {
		t.Errorf("%v %% of attempts were refused, want 50: who does not use the app attempts nothing", got)
	}
	if s.Remote.Callers.N() != 4 {
		t.Errorf("%d people want to call, want 4: the same as in a run of buttons", s.Remote.Callers.N())
	}
	both, err := Merge(s, s)
	if err != nil || both.Remote.Unused != 4 {
		t.Errorf("two replications give %d who did not use the app (error %v), want 4", both.Remote.Unused, err)
	}
}
