package reports

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/google/go-cmp/cmp"
)

// optionsOf are the options of a page as the browser reads them.
func optionsOf(t *testing.T, page string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for _, m := range regexp.MustCompile(`(?s)<script type="application/json"[^>]*>(.*?)</script>`).FindAllStringSubmatch(page, -1) {
		var o map[string]any
		if err := json.Unmarshal([]byte(m[1]), &o); err != nil {
			t.Fatalf("an option is not JSON: %v: %.100s", err, m[1])
		}
		all = append(all, o)
	}
	if len(all) == 0 {
		t.Fatal("the page has no option")
	}
	return all
}

// named collects what an option asks the page to run, wherever it stands.
func named(v any, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if name, ok := inner.(string); ok && (key == "formatter" || key == "renderItem") {
				into[name] = true
			}
			named(inner, into)
		}
	case []any:
		for _, inner := range v {
			named(inner, into)
		}
	}
}

// An option asks only for functions that charts.js has, also when every string
// of the result is hostile.
func TestOptionsNameKnownFunctions(t *testing.T) {
	script, err := os.ReadFile("charts.js")
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"{b}"} // the library's own sign for a mark's name
	for _, list := range []string{"writers", "tellers", "items"} {
		_, text, ok := strings.Cut(string(script), "\n  const "+list+" = {")
		if !ok {
			t.Fatalf("charts.js has no list %s", list)
		}
		text, _, _ = strings.Cut(text, "\n  };")
		for _, name := range regexp.MustCompile(`(?m)^    (\w+)[:,]`).FindAllStringSubmatch(text, -1) {
			known = append(known, name[1])
		}
	}
	used := map[string]bool{}
	for _, page := range pagesToOpen(t) {
		for _, o := range optionsOf(t, page) {
			named(o, used)
		}
	}
	for name := range used {
		if !slices.Contains(known, name) {
			t.Errorf("an option asks for %q, charts.js has %q", name, known)
		}
	}
	if len(used) < 10 {
		t.Errorf("only %d functions are asked for: the options are not read right", len(used))
	}
}

// Every text of an option that comes from a result has been through label.
func TestOptionsHoldNoBraces(t *testing.T) {
	for _, page := range []string{runPage(t, hostileRun()), pagesToOpen(t)["hostile comparison"], hostileAudit(t)} {
		for _, o := range optionsOf(t, page) {
			var look func(v any)
			look = func(v any) {
				switch v := v.(type) {
				case map[string]any:
					for _, inner := range v {
						look(inner)
					}
				case []any:
					for _, inner := range v {
						look(inner)
					}
				case string:
					if v != "{b}" && strings.ContainsAny(v, "{}\x00\u202e") {
						t.Errorf("an option says %q", v)
					}
				}
			}
			look(o)
		}
	}
}

func TestLabel(t *testing.T) {
	for _, c := range []struct{ says, name, want string }{
		{"a plain name stays", "car 1", "car 1"},
		{"braces are styles to the charting script", "{a|b}", "(a|b)"},
		{"controls and turned directions are blanks", "a\x00b\nc\u202ed", "a b c d"},
		{"letters are cut, not bytes", "áéíóúáéíóúáé", "áéíóúáéíó…"},
		{"as many as allowed stay", "áéíóúáéíóú", "áéíóúáéíóú"},
	} {
		if got := label(c.name, 10); got != c.want {
			t.Errorf("%s: got %q, want %q", c.says, got, c.want)
		}
	}
}

func TestTimeAxis(t *testing.T) {
	for _, c := range []struct {
		says       string
		end, step  float64
		name       string
		labelAtEnd bool
	}{
		{"half a minute", 30, 5, "t (s)", true},
		{"four minutes are still seconds", 240, 30, "t (s)", true},
		{"the end is labelled on a step only", 105, 20, "t (s)", false},
		{"above four minutes", 270, 30, "t (min)", true},
		{"three hours are still minutes", 3 * 3600, 1800, "t (min)", true},
		{"a day", 24 * 3600, 10800, "t (h)", true},
		{"two days outgrow the steps", 48 * 3600, 28800, "t (h)", true},
	} {
		x := timeAxis("t", c.end)
		if x.Name != c.name || x.MinInterval != c.step || x.MaxInterval != c.step || x.Max != c.end || *x.AxisLabel.ShowMaxLabel != c.labelAtEnd {
			t.Errorf("%s: %q to %v by %v to %v, label at the end %v; want %q by %v, %v", c.says, x.Name, x.Max, x.MinInterval, x.MaxInterval, *x.AxisLabel.ShowMaxLabel, c.name, c.step, c.labelAtEnd)
		}
	}
}

// The plot holds every leg in turn; between two of them a car stands.
func TestSpatialPlotHoldsEveryLeg(t *testing.T) {
	f := office("eta", 1, 1)
	want := map[string]int{}
	for _, s := range f.Path {
		want["car "+f.Header.Banks[s.Bank].Cars[s.Car]]++
	}
	got := map[string]int{}
	for b := range f.Header.Banks {
		c, ok := pathChart(f.Header, b, f.Path, 0, 600)
		if !ok {
			t.Fatalf("bank %d has no plot", b)
		}
		for _, s := range c.Drawing.(*charts.Custom).MultiSeries {
			legs := s.Data.([]opts.CustomData)
			for i, l := range legs {
				got[s.Name]++
				v := l.Value.([]float64)
				if next := i + 1; next < len(legs) && v[5] != legs[next].Value.([]float64)[0] {
					t.Fatalf("%s stands until %v and leaves at %v", s.Name, v[5], legs[next].Value.([]float64)[0])
				}
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestOptionThatCannotBeWrittenIsAnError(t *testing.T) {
	c := intervalChart("id", "axis", drawInterval, []interval{{name: "a", value: 1}})
	c.XAxisList[0].Max = nan()
	if _, err := (chart{ID: "id", Drawing: c}).Option(); err == nil || !strings.Contains(err.Error(), "chart id") {
		t.Errorf("got %v, want an error that names the chart", err)
	}
}
