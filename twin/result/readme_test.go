package result

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTheReadmeHasTheReasons holds the README's table against the list:
// go test ./twin/result -run Readme -rewrite writes it.
func TestTheReadmeHasTheReasons(t *testing.T) {
	const path, begin, end = "../../README.md", "<!-- reasons: generated -->\n", "<!-- reasons: end -->\n"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	got, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no place for the reasons between %q and %q", path, begin, end)
	}
	var want strings.Builder
	want.WriteString("| word | meaning |\n|---|---|\n")
	for _, r := range Reasons() {
		want.WriteString("| `" + r.Word + "` | " + r.Meaning + " |\n")
	}
	if got == want.String() {
		return
	}
	if !*rewrite {
		t.Errorf("the table of the README (-) is not that of the list (+):\n%s", cmp.Diff(got, want.String()))
		return
	}
	if err := os.WriteFile(path, []byte(before+begin+want.String()+end+after), 0o666); err != nil {
		t.Fatal(err)
	}
}
