package reports

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strings"
	"testing"

	"hoistway/bench/load/outcome"
)

// loadRun is a load result with something in every part.
func loadRun() *outcome.File {
	ack, served := 0.0421, 80.0
	l := outcome.Latency{N: 500, Mean: 0.01, P50: 0.0008, P90: 0.02, P99: 0.0421, P999: 0.3, Max: 1.2, Curve: []outcome.Point{{Share: 0, Seconds: 0.0001}, {Share: 0.5, Seconds: 0.0008}, {Share: 1, Seconds: 1.2}}}
	m := outcome.Measured{
		Seconds: 30, Open: 50, Acks: l, Served: l, EventLag: l, Lateness: l,
		Exchanges: []outcome.Exchange{{Name: "open", Sent: 50, Answered: 50, Result: l}, {Name: "call", Sent: 500, Answered: 480, Refused: 5, Shed: 10, Unanswered: 4, Lost: 1, Ack: l, Result: l}, {Name: "app-key", Sent: 30, Answered: 30, Result: l}},
		Calls:     outcome.Calls{Accepted: 480, Watched: 400, Served: 320, Cancelled: 30, Unfinished: 50, Deleted: 80},
		Refusals:  []outcome.Count{{Name: "call: <b>no</b>", N: 5}}, Closes: []outcome.Count{{Name: "1001", N: 1}},
	}
	for i := range 32 {
		m.Timeline = append(m.Timeline, outcome.Interval{From: float64(i), Seconds: 1, Sent: 16, Answered: 15, Failed: 1, P50: 0.001, P99: 0.01 * float64(i), Max: 1})
	}
	return &outcome.File{
		Schema: outcome.SchemaVersion, Tool: "dev", Target: "http://127.0.0.1:8080", Began: "2026-01-05T08:00:00Z",
		Scenario: outcome.Scenario{Name: "office-lunch", Title: "Office </script> lunch"},
		Plan:     outcome.Plan{Profile: "ramp", Rate: 20, PingRate: 4, Sessions: 50, Banks: 1, Duration: 30, WarmUp: 2, Ramp: 10, Timeout: 10, Settle: 60, Seed: 1, MaxLateness: 0.05, Tenants: 3, AppRate: 5, KeyRate: 1},
		Measured: m,
		Server:   outcome.Server{Samples: []outcome.Sample{{CPU: 1, Resident: 5e7, Goroutines: 70}, {At: 15, CPU: 3, Resident: 6e7, Goroutines: 170}, {At: 32, CPU: 4, Resident: 6e7, Goroutines: 170}}, Counters: []outcome.Count{{Name: `x_total{type="action"}`, N: 480}}},
		Verdicts: []outcome.Verdict{
			{Metric: "load_ack_p99", Op: "<=", Bound: 0.05, Unit: "s", Text: "load_ack_p99<=50ms", Value: &ack, Pass: true, Why: "it is 42.1 ms"},
			{Metric: "load_served", Op: ">=", Bound: 90, Unit: "%", Text: "load_served>=90%", Value: &served, Why: "it is 80 %"},
		},
		Notes: []string{"a note"},
	}
}

func loadMarkup(t *testing.T, f *outcome.File) string {
	t.Helper()
	page := rendered(t, func(b *bytes.Buffer) error { return Load(b, f) })
	if again := rendered(t, func(b *bytes.Buffer) error { return Load(b, f) }); again != page {
		t.Error("two reports of one load differ")
	}
	return markup(page)
}

func TestLoadReport(t *testing.T) {
	m := loadMarkup(t, loadRun())
	for _, want := range []string{
		"Load: Office &lt;/script&gt; lunch", "Misses 1 of 2 thresholds.", "load_ack_p99 &lt;= 50.0\u00a0ms", "42.1", "ramp, up to 20/s calls within 10.00\u00a0s",
		"call, acknowledged", "still under way at the end", "call: &lt;b&gt;no&lt;/b&gt;", "Processor, in % of one core", "x_total", "a note", "5/s calls and 1/s visitor keys of 3 tenants", ">app-key<", "app-key, ms",
	} {
		if !strings.Contains(m, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, bad := range []string{" src=", "https://", "<link", "<b>no", "NaN", "withheld"} {
		if strings.Contains(m, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
}

// The page is well-formed: every element that begins ends, in order.
func TestLoadReportIsWellFormed(t *testing.T) {
	page := regexp.MustCompile(`<(meta|br|hr|col)\b([^>]*[^/])?>`).ReplaceAllString(loadMarkup(t, loadRun()), "<$1$2/>") // elements of HTML without an end
	for _, r := range [][2]string{{"<!DOCTYPE html>", ""}, {" hidden>", ` hidden="">`}, {"<details open>", `<details open="">`}} {
		page = strings.ReplaceAll(page, r[0], r[1])
	}
	d := xml.NewDecoder(strings.NewReader(page))
	d.Entity = xml.HTMLEntity
	elements := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := token.(xml.StartElement); ok {
			elements++
		}
	}
	if elements < 200 {
		t.Errorf("the page has %d elements", elements)
	}
}

func TestLoadVerdicts(t *testing.T) {
	for _, c := range []struct {
		sentence string
		change   func(f *outcome.File)
		want     string
	}{
		{"all met", func(f *outcome.File) { f.Verdicts = f.Verdicts[:1] }, "Meets 1 threshold, all there are."},
		{"no threshold is no pass", func(f *outcome.File) { f.Verdicts = nil }, "No verdict: there are no thresholds."},
		{"an invalid run proves nothing, whatever it met", func(f *outcome.File) { f.Verdicts, f.Invalid = f.Verdicts[:1], "the client was late" }, "The run proves nothing of the service: the client was late."},
		{"a search that found a rate", func(f *outcome.File) {
			f.Search = &outcome.Search{Of: "calls", Highest: 800, Ended: "known", Steps: []outcome.Step{{Rate: 800, Pass: true}, {Rate: 900, Verdicts: f.Verdicts}}}
		}, "The highest rate of calls that meets all thresholds is 800/s."},
		{"a search that found none", func(f *outcome.File) { f.Search = &outcome.Search{Of: "pings", Ended: "too slow"} }, "No rate meets the thresholds: too slow."},
		{"a service without metrics", func(f *outcome.File) { f.Server = outcome.Server{Withheld: "the target answers 404 at /metrics"} }, "There is none: the target answers 404 at /metrics."},
		{"metrics without processor and memory", func(f *outcome.File) { f.Server.Samples = []outcome.Sample{{}, {At: 1}} }, "Processor and memory are not among its metrics."},
		{"nothing measured at all", func(f *outcome.File) { f.Measured = outcome.Measured{} }, "nothing was measured"},
	} {
		f := loadRun()
		c.change(f)
		if m := loadMarkup(t, f); !strings.Contains(m, c.want) {
			t.Errorf("%s: the page does not say %q", c.sentence, c.want)
		}
	}
	var b bytes.Buffer
	bad := loadRun()
	bad.Schema = 9
	if Load(&b, bad) == nil || Load(&b, nil) == nil || b.Len() > 0 {
		t.Error("a report is made of what is no load result")
	}
}
