package reports

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hoistway/twin/result"
)

func rendered(t *testing.T, write func(*bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func runPage(t *testing.T, f *result.File) string {
	t.Helper()
	return rendered(t, func(b *bytes.Buffer) error { return Run(b, f) })
}

// markup is the page without scripts and styles: what a reader sees.
func markup(page string) string {
	page = regexp.MustCompile(`(?s)<script[^>]*>.*?</script>`).ReplaceAllString(page, "")
	return regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(page, "")
}

func TestChartingScriptIsTheNamedVersion(t *testing.T) {
	sum := sha256.Sum256([]byte(chartingScript))
	readme, err := os.ReadFile("third_party/echarts/README.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := hex.EncodeToString(sum[:]); !strings.Contains(string(readme), want) {
		t.Errorf("third_party/echarts/README.md does not name the sum of echarts.min.js, %s", want)
	}
	if !strings.Contains(chartingScript, `"6.1.0"`) || !strings.Contains(string(readme), "| version | 6.1.0 |") {
		t.Error("echarts.min.js or its README.md does not say version 6.1.0")
	}
	for _, bad := range []string{"</script", "<!--"} {
		if strings.Contains(chartingScript, bad) || strings.Contains(drawingScript, bad) {
			t.Errorf("a script contains %q and would end early inside the page", bad)
		}
	}
}

func TestSamePageForTheSameResult(t *testing.T) {
	// Names that only a map orders are the risk: unknown metrics and equal counts.
	many := func() *result.File {
		f := office("eta", 1, 3)
		for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
			f.Metrics[name] = f.Metrics["awt"]
			f.Total.Reasons[name] = 7
		}
		return f
	}
	first := runPage(t, many())
	for range 5 {
		if again := runPage(t, many()); again != first {
			t.Fatal("two reports of one result differ")
		}
	}
	c := rendered(t, func(b *bytes.Buffer) error { return Comparison(b, lunchComparison()) })
	if again := rendered(t, func(b *bytes.Buffer) error { return Comparison(b, lunchComparison()) }); again != c {
		t.Fatal("two reports of one comparison differ")
	}
}

func TestPageLoadsNothing(t *testing.T) {
	page := runPage(t, office("eta", 1, 2))
	m := markup(page)
	for _, bad := range []string{" src=", "http://", "https://", "<link", "<iframe", "<img", "url(", "@import", " onclick", "javascript:"} {
		if strings.Contains(m, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	if strings.Contains(styles, "url(") || strings.Contains(styles, "@import") {
		t.Error("the style sheet loads something")
	}
	if !strings.Contains(m, "default-src &#39;none&#39;") {
		t.Error("the page has no policy that forbids loading")
	}
	if len(page) > 2<<20 {
		t.Errorf("the page of an ordinary run has %d bytes, above 2 MiB", len(page))
	}
}

func TestLargeRunIsCutAndSaysSo(t *testing.T) {
	f := office("eta", 1, 2)
	for i := 0; len(f.Path) < mostDrawnLegs+500; i++ {
		s := f.Path[i]
		s.Depart, s.Arrive, s.Close = s.Depart+3900, s.Arrive+3900, s.Close+3900
		f.Path = append(f.Path, s)
	}
	f.Total.Arrivals = append(f.Total.Arrivals, make([]int64, 1440)...)
	for i := range f.Total.Queue {
		f.Total.Queue[i] = append(f.Total.Queue[i], make([]int64, 1440)...)
	}
	page := runPage(t, f)
	if len(page) > 3<<20 {
		t.Errorf("the page has %d bytes, above 3 MiB", len(page))
	}
	m := markup(page)
	for _, want := range []string{"a result keeps a bounded number of legs", "The first 400 of "} {
		if !strings.Contains(m, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestTextReachesTheReader(t *testing.T) {
	f := office("eta", 1, 4)
	m := markup(runPage(t, f))
	for _, want := range []string{
		"Office tower, lunch hour", "Average waiting time", "withheld", "no car left the lobby in replication 4",
		f.Header.Repeat, f.Header.ScenarioHash, f.Digest, "default: the literature&#39;s dwell", "floor locked", "The clock never starts at a remote call",
		"it assumes pure up-peak", strings.ReplaceAll(`<th scope="row">low</th><td class="n">123.5~s</td><td class="n">41.2~s</td><td class="n">16.2~%</td><td class="n">5.6</td><td class="n">6.7</td><td class="n">10.4</td>`, "~", "\u00a0"),
		`<th scope="row">high</th><td class="n">–</td>`, "No up-peak analysis of bank high: nobody lives",
		"Remote calls", "±\u00a0", "no interval: not an average", "none: not an average", "with 95\u00a0% confidence", `<th scope="row">G</th>`,
	} {
		if !strings.Contains(m, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestEverySectionAndChartIsReachable(t *testing.T) {
	pages := map[string]string{
		"run":        runPage(t, office("eta", 1, 4)),
		"comparison": rendered(t, func(b *bytes.Buffer) error { return Comparison(b, lunchComparison()) }),
		"several":    rendered(t, func(b *bytes.Buffer) error { return Several(b, lunchComparison().Runs) }),
		"audit":      auditText(t, audited(t)),
		"audited":    rendered(t, func(b *bytes.Buffer) error { return AuditedRun(b, office("eta", 1, 2), audited(t)) }),
	}
	for name, page := range pages {
		m := markup(page)
		ids := map[string]bool{}
		for _, id := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
			if ids[id[1]] {
				t.Errorf("%s: id %q is used twice", name, id[1])
			}
			ids[id[1]] = true
		}
		for _, ref := range regexp.MustCompile(`(?:href="#|aria-labelledby=")([^"]+)"`).FindAllStringSubmatch(m, -1) {
			if !ids[ref[1]] {
				t.Errorf("%s: %q is referred to and does not exist", name, ref[1])
			}
		}
		figures := regexp.MustCompile(`(?s)<figure>.*?</figure>`).FindAllString(m, -1)
		if len(figures) < 3 {
			t.Errorf("%s: %d charts, at least 3 are expected", name, len(figures))
		}
		for _, f := range figures {
			for _, want := range []string{"<figcaption>", `role="img"`, "aria-label=", "<details", "<summary>", "<table>", "<caption>", `<th scope="col"`, `<th scope="row">`} {
				if !strings.Contains(f, want) {
					t.Errorf("%s: a chart lacks %s: %.200s", name, want, f)
				}
			}
		}
		checkRows(t, name, m)
		checkData(t, name, page)
	}
}

// checkRows counts cells: a row shorter than its head shows figures under the
// wrong name.
func checkRows(t *testing.T, name, m string) {
	t.Helper()
	for _, tab := range regexp.MustCompile(`(?s)<table.*?</table>`).FindAllString(m, -1) {
		want := strings.Count(tab, `<th scope="col"`)
		for i, row := range regexp.MustCompile(`(?s)<tr>.*?</tr>`).FindAllString(tab, -1)[1:] {
			if got := strings.Count(row, "<td") + strings.Count(row, `<th scope="row"`); got != want {
				t.Errorf("%s: row %d of %.120q has %d cells, its head %d", name, i, tab, got, want)
			}
		}
	}
}

// checkData parses what the charts are drawn from.
func checkData(t *testing.T, name, page string) {
	t.Helper()
	data := regexp.MustCompile(`(?s)<script type="application/json"[^>]*>(.*?)</script>`).FindAllStringSubmatch(page, -1)
	if len(data) == 0 {
		t.Errorf("%s: no chart data", name)
	}
	for _, d := range data {
		var v map[string]any
		if err := json.Unmarshal([]byte(d[1]), &v); err != nil {
			t.Errorf("%s: chart data is not JSON: %v: %.100s", name, err, d[1])
		}
	}
}

func TestVerdictSentence(t *testing.T) {
	value := func(v float64) *float64 { return &v }
	met := result.Verdict{Metric: "awt", Op: "<=", Bound: 25, Value: value(20), Unit: "s", Pass: true}
	late := result.Verdict{Metric: "wait_p90", Op: "<=", Bound: 60, Value: value(71.24), Unit: "s"}
	empty := result.Verdict{Metric: "ttd", Op: "<", Bound: 60, Unit: "s", Why: "nobody was served"}
	for _, c := range []struct {
		says     string
		verdicts []result.Verdict
		want     string
		tone     string
	}{
		{"no expectation is no verdict, never a pass", nil, "No verdict: the scenario states no expectations.", ""},
		{"one expectation is not called all", []result.Verdict{met}, "Meets its one expectation.", "good"},
		{"all are counted", []result.Verdict{met, met, met}, "Meets all 3 expectations.", "good"},
		{"a miss names figure, value and bound", []result.Verdict{met, late, met}, "Misses 1 of 3 expectations: 90 % waited no longer than is 71.2\u00a0s, expected at most 60.0\u00a0s.", "bad"},
		{"a figure without a value is a miss", []result.Verdict{empty}, "Misses its one expectation: average time to destination has no value.", "bad"},
	} {
		v := verdictOf(&result.File{Verdicts: c.verdicts})
		if v.Sentence != c.want || v.Tone != c.tone {
			t.Errorf("%s: got %q (%q), want %q (%q)", c.says, v.Sentence, v.Tone, c.want, c.tone)
		}
	}
}

func TestEveryMetricIsExplained(t *testing.T) {
	for _, d := range result.Metrics() {
		if m := measureOf(d.Name); m.meaning == "" || m.name == d.Name {
			t.Errorf("metric %s is not explained in measures.go", d.Name)
		}
	}
	for _, m := range measures {
		if _, ok := result.Lookup(m.metric); !ok {
			t.Errorf("measures.go explains %s, which is no metric", m.metric)
		}
	}
}

func TestSpreadInWords(t *testing.T) {
	v, half := 20.0, 1.25
	for _, c := range []struct {
		says   string
		name   string
		metric *result.Metric
		want   string
	}{
		{"a mean over replications", "awt", &result.Metric{Value: &v, Half: &half, N: 10, Unit: "s"}, "±\u00a01.2\u00a0s with 95\u00a0% confidence"},
		{"one replication cannot say", "awt", &result.Metric{Value: &v, N: 1, Unit: "s"}, "no interval: it takes values of two replications"},
		{"an extreme never has one", "wait_max", &result.Metric{Value: &v, N: 10, Unit: "s"}, "no interval: not an average"},
		{"more replications would not give an extreme one", "wait_max", &result.Metric{Value: &v, N: 1, Unit: "s"}, "no interval: not an average"},
		{"a withheld figure has none", "awt", &result.Metric{N: 10, Unit: "s", Withheld: "nobody was served"}, ""},
	} {
		if got := spread(c.name, c.metric, 0.95); got != c.want {
			t.Errorf("%s: got %q, want %q", c.says, got, c.want)
		}
	}
}

// The result decides which metrics are averages; the report only words it.
func TestEveryMetricWithoutAnIntervalIsNoAverage(t *testing.T) {
	made := office("eta", 1, 3)
	f, err := result.NewFile(made.Header, made.Replications, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for name, m := range f.Metrics {
		if m.Value == nil {
			continue
		}
		if listed := slices.Contains(noAverages, name); listed != (m.Half == nil) {
			t.Errorf("metric %s has an interval: %v, in noAverages: %v", name, m.Half != nil, listed)
		} else if listed {
			seen++
		}
	}
	if seen != len(noAverages) {
		t.Errorf("%d of %d totals and extremes had a value to look at", seen, len(noAverages))
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ says, got, want string }{
		{"thousands are grouped", number(1234567.891, 1), "1,234,567.9"},
		{"three digits are not", number(999, 0), "999"},
		{"the sign is a minus", number(-1234.5, 1), "−1,234.5"},
		{"a rounded zero has no sign", number(-0.01, 1), "0.0"},
		{"what is no number is a dash", number(nan(), 1), "–"},
		{"people are whole", quantity(3, "persons"), "3\u00a0persons"},
		{"mean people are not", quantity(3.25, "persons"), "3.2\u00a0persons"},
		{"square seconds", quantity(812.4, "s2"), "812\u00a0s²"},
		{"under an hour", clock(5*time.Minute + 7*time.Second), "5:07"},
		{"over an hour", clock(2*time.Hour + 5*time.Minute), "2:05:00"},
		{"one of a kind", plural(1, "car", "cars"), "1 car"},
		{"a list reads as a sentence", list([]string{"a", "b", "c"}), "a, b and c"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.says, c.got, c.want)
		}
	}
}

func nan() float64 { z := 0.0; return z / z }

// poison sets every string of a result, at any depth, to the hostile text.
func poison(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				poison(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			poison(v.MapIndex(k))
			if v.Type() == reflect.TypeFor[map[string]int64]() {
				v.SetMapIndex(reflect.ValueOf(hostile), v.MapIndex(k))
			}
		}
	case reflect.String:
		v.SetString(hostile)
	}
}

func hostileRun() *result.File {
	f := office("eta", 1, 2)
	poison(reflect.ValueOf(f))
	f.Metrics[hostile] = f.Metrics["awt"]
	return f
}

func hostileComparison() *result.Comparison {
	c := lunchComparison()
	poison(reflect.ValueOf(c))
	return c
}

func TestHostileTextStaysText(t *testing.T) {
	pages := map[string]string{
		"run":        runPage(t, hostileRun()),
		"comparison": rendered(t, func(b *bytes.Buffer) error { return Comparison(b, hostileComparison()) }),
		"several":    rendered(t, func(b *bytes.Buffer) error { return Several(b, hostileComparison().Runs) }),
		"audit":      hostileAudit(t),
	}
	for name, page := range pages {
		clean := markup(page)
		for _, bad := range []string{"<script>", "<img", "<style>", "</style>"} {
			if strings.Contains(clean, bad) {
				t.Errorf("%s: hostile text put %s into the page", name, bad)
			}
		}
		if strings.Contains(page, "\u202e") {
			t.Errorf("%s: hostile text turns the direction of what follows it", name)
		}
		if !strings.Contains(clean, "&lt;script&gt;window.pwned=1") {
			t.Errorf("%s: the hostile text is missing, so nothing was tested", name)
		}
		scripts := regexp.MustCompile(`<script>`).FindAllString(page, -1)
		if len(scripts) != 2 {
			t.Errorf("%s: %d scripts that run, want 2", name, len(scripts))
		}
		checkData(t, name, page)
		checkRows(t, name, clean)
	}
}

func TestWhatCannotBeShownIsRefused(t *testing.T) {
	for _, c := range []struct {
		says   string
		spoil  func(*result.File)
		naming string
	}{
		{"another schema", func(f *result.File) { f.Header.Schema = 99 }, "header.schema is 99"},
		{"no summary", func(f *result.File) { f.Total = nil }, "total is missing"},
		{"no replications in it", func(f *result.File) { f.Total.Replications = 0 }, "total.replications is 0"},
		{"bins without a width", func(f *result.File) { f.Total.BinSeconds = 0 }, "total.bin_s is 0"},
		{"floors without elevations", func(f *result.File) { f.Header.Elevations = f.Header.Elevations[:3] }, "header.elevations has 3 entries"},
		{"a floor below the one under it", func(f *result.File) { f.Header.Elevations[2] = -1 }, "header.elevations[2]"},
		{"a car without a capacity", func(f *result.File) { f.Header.Banks[1].Persons = nil }, "header.banks[1]"},
		{"queues of unknown floors", func(f *result.File) { f.Total.Queue = append(f.Total.Queue, nil) }, "total has queues of 15 floors"},
		{"loads of unknown cars", func(f *result.File) { b := &f.Total.Banks[0]; b.LoadHist = append(b.LoadHist, nil) }, "total.banks[0]"},
		{"a position of an unknown bank", func(f *result.File) { f.Path[3].Bank = 9 }, "path[3] is of bank 9"},
		{"a position of an unknown car", func(f *result.File) { f.Path[3].Car = -1 }, "path[3] is of car -1"},
		{"a position on an unknown floor", func(f *result.File) { f.Path[3].To = 14 }, "path[3] goes from floor"},
		{"an instant that is no number", func(f *result.File) { f.Path[3].Close = nan() }, "path[3] has an instant"},
		{"a replication that does not fit", func(f *result.File) { f.Replications[1].Summary.BinSeconds = 0 }, "replications[1].summary.bin_s"},
	} {
		f := office("eta", 1, 2)
		c.spoil(f)
		var b bytes.Buffer
		err := Run(&b, f)
		if err == nil || !strings.Contains(err.Error(), c.naming) {
			t.Errorf("%s: got error %v, want one naming %q", c.says, err, c.naming)
		}
		if b.Len() > 0 {
			t.Errorf("%s: %d bytes were written beside the error", c.says, b.Len())
		}
	}
	if err := Comparison(&bytes.Buffer{}, &result.Comparison{Runs: []*result.File{office("eta", 1, 2)}}); err == nil || !strings.Contains(err.Error(), "two are needed") {
		t.Errorf("one run was compared with nothing: %v", err)
	}
	bad := lunchComparison()
	bad.Pairs[0].B = 3
	if err := Comparison(&bytes.Buffer{}, bad); err == nil || !strings.Contains(err.Error(), "pairs[0].b is 3") {
		t.Errorf("a pair of a run that is not there: %v", err)
	}
	for says, err := range map[string]error{"no result": Run(&bytes.Buffer{}, nil), "no results": Several(&bytes.Buffer{}, nil), "no comparison": Comparison(&bytes.Buffer{}, nil)} {
		if err == nil {
			t.Errorf("%s is not an error", says)
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("pipe broken") }

func TestWriteErrorIsReported(t *testing.T) {
	if err := Run(brokenPipe{}, office("eta", 1, 1)); err == nil || !strings.Contains(err.Error(), "pipe broken") {
		t.Errorf("got %v, want the writer's error", err)
	}
}

func TestWithheldAverageIsSaidBesideItsChart(t *testing.T) {
	f := office("eta", 1, 2)
	f.Metrics["awt"] = &result.Metric{Unit: "s", Withheld: "the queue was still growing at the end of the window"}
	f.Total.Saturated = 1
	m := markup(runPage(t, f))
	for _, want := range []string{"The average is withheld: the queue was still growing at the end of the window.", "In 1 replication of 2 the queue was still growing"} {
		if !strings.Contains(m, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestNoCalculationIsNoTable(t *testing.T) {
	f := office("eta", 1, 1)
	for i := range f.Header.Banks {
		f.Header.Banks[i].UpPeak, f.Header.Banks[i].NoUpPeak = nil, ""
	}
	if m := markup(runPage(t, f)); strings.Contains(m, "pure up-peak") || strings.Contains(m, "Up-peak by calculation") {
		t.Error("a result without a calculation has a section on it")
	}
}

func TestEmptyRunIsShownAsEmpty(t *testing.T) {
	f := office("eta", 1, 1)
	f.Total = &result.Summary{Replications: 1, BinSeconds: 60}
	f.Replications, f.Metrics, f.Path, f.Verdicts = nil, nil, nil, nil
	m := markup(runPage(t, f))
	for _, want := range []string{"No verdict", "Nobody asked for a ride", "No queue was recorded", "the result does not hold this figure", "nobody in the measured window has a waiting time"} {
		if !strings.Contains(m, want) {
			t.Errorf("the page of an empty run does not say %q", want)
		}
	}
	if strings.Contains(m, "Meets") {
		t.Error("an empty run is shown as a pass")
	}
}
