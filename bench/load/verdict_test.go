package load

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/bench/load/outcome"
	"hoistway/scenarios"
)

func TestParseThreshold(t *testing.T) {
	for _, c := range []struct {
		text string
		want Threshold
	}{
		{"load_ack_p99<=50ms", Threshold{Metric: "load_ack_p99", Op: "<=", Unit: "s", Bound: 0.05}},
		{"load_ack_p50 < 1.5s", Threshold{Metric: "load_ack_p50", Op: "<", Unit: "s", Bound: 1.5}},
		{"load_errors<=0.1%", Threshold{Metric: "load_errors", Op: "<=", Unit: "%", Bound: 0.1}},
		{"load_throughput >= 100/s", Threshold{Metric: "load_throughput", Op: ">=", Unit: "/s", Bound: 100}},
		{"load_served>99 %", Threshold{Metric: "load_served", Op: ">", Unit: "%", Bound: 99}},
	} {
		got, err := ParseThreshold(c.text)
		c.want.Text = c.text
		if err != nil || got != c.want {
			t.Errorf("%q: %v, %v", c.text, cmp.Diff(c.want, got), err)
		}
	}
	for _, text := range []string{"", "load_ack_p99", "load_ack_p99=5ms", "awt<=5s", "load_ack_p99<=5", "load_ack_p99<=-5ms", "load_errors<=5", "load_errors<=NaN%", "load_errors<=Inf%", "load_shed<=1/s", "load_throughput>=10"} {
		if got, err := ParseThreshold(text); err == nil {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}

// Every figure that a scenario may bound is one that is measured.
func TestEveryFigureHasAValue(t *testing.T) {
	l := outcome.Latency{N: 9, P50: 1, P99: 2}
	m := outcome.Measured{Seconds: 10, Acks: l, Served: l, EventLag: l, Calls: outcome.Calls{Watched: 4, Served: 3}, Exchanges: []outcome.Exchange{
		{Name: "open", Sent: 10, Answered: 9, Shed: 1, Result: outcome.Latency{N: 9, P99: 5}},
		{Name: "call", Sent: 10, Answered: 6, Refused: 1, Unanswered: 2, Silent: 1, Lost: 1, Result: outcome.Latency{N: 9, P99: 7}},
	}}
	want := map[string]float64{"load_ack_p50": 1, "load_ack_p99": 2, "load_result_p99": 7, "load_open_p99": 5, "load_event_lag_p99": 2,
		"load_errors": 20, "load_shed": 5, "load_served": 75, "load_throughput": 0.8}
	for _, metric := range scenarios.LoadMetrics() {
		got, ok := value(metric.Name, &m, &Plan{Rate: 1})
		if !ok || got != want[metric.Name] {
			t.Errorf("%s is %v (%t), want %v", metric.Name, got, ok, want[metric.Name])
		}
		if _, ok := value(metric.Name, &outcome.Measured{Seconds: 1}, &Plan{Rate: 1}); ok {
			t.Errorf("%s has a value where nothing was measured", metric.Name)
		}
	}
}

func TestJudge(t *testing.T) {
	m := outcome.Measured{Seconds: 1, Acks: outcome.Latency{N: 1, P99: 0.05}}
	for _, c := range []struct {
		sentence string
		t        Threshold
		want     bool
	}{
		{"at most, and it is just that", Threshold{Metric: "load_ack_p99", Op: "<=", Bound: 0.05}, true},
		{"less, and it is just that", Threshold{Metric: "load_ack_p99", Op: "<", Bound: 0.05}, false},
		{"at least, and it is just that", Threshold{Metric: "load_ack_p99", Op: ">=", Bound: 0.05}, true},
		{"more, and it is just that", Threshold{Metric: "load_ack_p99", Op: ">", Bound: 0.05}, false},
		{"nothing was measured", Threshold{Metric: "load_served", Op: ">=", Bound: 0}, false},
	} {
		if v := judge([]Threshold{c.t}, &m, &Plan{})[0]; v.Pass != c.want || v.Why == "" {
			t.Errorf("%s: %+v, want pass %t", c.sentence, v, c.want)
		}
	}
	f := outcome.File{}
	if f.Passed() {
		t.Error("a run without thresholds has passed")
	}
	f.Verdicts = []outcome.Verdict{{Pass: true}}
	if !f.Passed() {
		t.Error("a run that meets its threshold has not passed")
	}
	if f.Invalid = "late"; f.Passed() {
		t.Error("an invalid run has passed")
	}
}

// The scenario's load_ lines are thresholds; the others are not load's affair.
func TestThresholdsOfAScenario(t *testing.T) {
	sc, err := scenarios.Load("office-lunch", scenarios.Options{Set: []string{"expect.load_ack_p99=<= 50ms", "expect.awt=<= 40s"}})
	if err != nil {
		t.Fatal(err)
	}
	got := Thresholds(sc)
	if len(got) != 1 || got[0].Metric != "load_ack_p99" || got[0].Bound != 0.05 || !strings.Contains(got[0].Text, "50ms") {
		t.Errorf("thresholds are %+v", got)
	}
}
