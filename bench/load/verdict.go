package load

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"hoistway/bench/load/outcome"
	"hoistway/scenarios"
)

// Threshold is what a figure of a load has to keep.
type Threshold struct {
	Metric, Op, Unit, Text string
	Bound                  float64 // s, % or per second
}

// ParseThreshold reads one such as load_ack_p99<=50ms, load_errors<=0.1% or
// load_throughput>=100/s.
func ParseThreshold(text string) (Threshold, error) {
	bad := func(why string) (Threshold, error) {
		return Threshold{}, fmt.Errorf("threshold %q: %s; expected one such as load_ack_p99<=50ms, load_errors<=1%% or load_throughput>=100/s", short(text), why)
	}
	at := strings.IndexAny(text, "<>")
	if at < 0 {
		return bad("it has no operator")
	}
	t := Threshold{Metric: strings.TrimSpace(text[:at]), Op: text[at : at+1], Text: strings.TrimSpace(text)}
	rest := text[at+1:]
	if strings.HasPrefix(rest, "=") {
		t.Op, rest = t.Op+"=", rest[1:]
	}
	rest = strings.TrimSpace(rest)
	var names []string
	for _, f := range scenarios.LoadMetrics() {
		names = append(names, f.Name)
		if f.Name == t.Metric {
			t.Unit = f.Unit
		}
	}
	if t.Unit == "" {
		return bad("there is no such figure; known are " + strings.Join(names, ", "))
	}
	if t.Unit == "s" {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 {
			return bad("a time such as 50ms or 1.5s belongs behind the operator")
		}
		t.Bound = d.Seconds()
		return t, nil
	}
	number, ok := strings.CutSuffix(rest, t.Unit)
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if !ok || err != nil || v < 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return bad("a number with the unit " + t.Unit + " belongs behind the operator")
	}
	t.Bound = v
	return t, nil
}

// Thresholds are the lines of a scenario's [expect] that are about load.
func Thresholds(sc *scenarios.Scenario) []Threshold {
	var all []Threshold
	for _, e := range sc.Expect {
		for _, f := range scenarios.LoadMetrics() {
			if f.Name == e.Metric {
				all = append(all, Threshold{Metric: e.Metric, Op: string(e.Op), Unit: f.Unit, Text: e.Text, Bound: e.Value})
			}
		}
	}
	return all
}

// percent is part of whole; false when there is no whole.
func percent(part, whole int64) (float64, bool) {
	if whole == 0 {
		return 0, false
	}
	return 100 * float64(part) / float64(whole), true
}

// judged is the exchange whose results are judged: calls, or pings in a load
// without calls.
func judged(m *outcome.Measured, p *Plan) outcome.Exchange {
	name := kindNames[kindCall]
	if p.Rate == 0 {
		name = kindNames[kindPing]
	}
	if e := m.Exchange(name); e != nil {
		return *e
	}
	return outcome.Exchange{}
}

// failures sums up over all kinds.
func failures(m *outcome.Measured) (failed, away, sent int64) {
	for _, e := range m.Exchanges {
		failed += e.Refused + e.Unanswered + e.Lost
		away += e.Shed
		sent += e.Sent
	}
	return failed, away, sent
}

// acknowledged is how many calls and pings had an acknowledgement in time.
func acknowledged(m *outcome.Measured) float64 {
	n := m.Acks.N
	for _, k := range []kind{kindCall, kindPing} {
		if e := m.Exchange(kindNames[k]); e != nil {
			n -= e.Silent
		}
	}
	return float64(n)
}

// value is a figure of a load; false when it has none.
func value(metric string, m *outcome.Measured, p *Plan) (float64, bool) {
	switch metric {
	case "load_ack_p50":
		return m.Acks.P50, m.Acks.N > 0
	case "load_ack_p99":
		return m.Acks.P99, m.Acks.N > 0
	case "load_result_p99":
		e := judged(m, p)
		return e.Result.P99, e.Result.N > 0
	case "load_open_p99":
		if o := m.Exchange(kindNames[kindOpen]); o != nil {
			return o.Result.P99, o.Result.N > 0
		}
		return 0, false
	case "load_event_lag_p99":
		return m.EventLag.P99, m.EventLag.N > 0 && m.Withheld == ""
	case "load_errors":
		failed, _, sent := failures(m)
		return percent(failed, sent)
	case "load_shed":
		_, away, sent := failures(m)
		return percent(away, sent)
	case "load_served":
		return percent(m.Calls.Served, m.Calls.Watched)
	case "load_throughput":
		return acknowledged(m) / m.Seconds, m.Seconds > 0 && m.Acks.N > 0
	}
	panic("BUG: no figure " + metric)
}

// judge holds thresholds against what was measured. No value is no pass.
func judge(all []Threshold, m *outcome.Measured, p *Plan) []outcome.Verdict {
	verdicts := []outcome.Verdict{}
	for _, t := range all {
		v := outcome.Verdict{Metric: t.Metric, Op: t.Op, Bound: t.Bound, Unit: t.Unit, Text: t.Text}
		x, ok := value(t.Metric, m, p)
		if !ok {
			v.Why = "nothing was measured that it could be judged by"
			if t.Metric == "load_event_lag_p99" && m.Withheld != "" {
				v.Why = m.Withheld
			}
			verdicts = append(verdicts, v)
			continue
		}
		v.Value = &x
		switch t.Op {
		case "<=":
			v.Pass = x <= t.Bound
		case "<":
			v.Pass = x < t.Bound
		case ">=":
			v.Pass = x >= t.Bound
		case ">":
			v.Pass = x > t.Bound
		}
		v.Why = "it is " + Figure(x, t.Unit)
		verdicts = append(verdicts, v)
	}
	return verdicts
}

// Figure writes a figure with its unit.
func Figure(x float64, unit string) string {
	if unit != "s" {
		text := strconv.FormatFloat(x, 'g', 4, 64)
		if x >= 1000 {
			text = strconv.FormatFloat(x, 'f', 0, 64)
		}
		return text + map[string]string{"%": " %", "/s": "/s"}[unit]
	}
	switch {
	case x < 1e-3:
		return strconv.FormatFloat(x*1e6, 'f', 0, 64) + " µs"
	case x < 1:
		return strconv.FormatFloat(x*1e3, 'f', 1, 64) + " ms"
	}
	return strconv.FormatFloat(x, 'f', 2, 64) + " s"
}
