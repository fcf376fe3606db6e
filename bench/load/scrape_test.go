package load

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseMetrics(t *testing.T) {
	text := `# HELP a_total what it is
# TYPE a_total counter
a_total 3
b_total{kind="x"} 4.5 1700000000000
c_total{text="a } in { quotes \" and a space"} 6

not a line
d_total{unclosed="x" 7
e_total NaN
f_total
process_resident_memory_bytes 1e6
`
	want := map[string]float64{"a_total": 3, `b_total{kind="x"}`: 4.5, `c_total{text="a } in { quotes \" and a space"}`: 6, "process_resident_memory_bytes": 1e6}
	if diff := cmp.Diff(want, parseMetrics(strings.NewReader(text))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSumIsOverTheLabels(t *testing.T) {
	series := map[string]float64{"a": 1, `a{b="c"}`: 2, "ab": 4, `ab{b="c"}`: 8}
	if got := sum(series, "a"); got != 3 {
		t.Errorf("the sum is %v, want 3", got)
	}
}

func FuzzParseMetrics(f *testing.F) {
	f.Add("a_total 3\nb{c=\"d\"} 4 5\n")
	f.Add("a{\"\\")
	f.Add("{} 1")
	f.Fuzz(func(t *testing.T, text string) {
		for name := range parseMetrics(strings.NewReader(text)) {
			if name == "" || strings.Contains(name, "\n") {
				t.Errorf("%q has a series %q", text, name)
			}
		}
	})
}
