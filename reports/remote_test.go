package reports

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"hoistway/twin/result"
)

func TestRefusedCallsAreListedByReason(t *testing.T) {
	f := office("eta", 1, 2)
	f.Total.Remote.Denied = map[string]int64{"not-near": 3, "too-many-calls": 1}
	f.Total.Remote.Unused = 7
	page := markup(runPage(t, f))
	for _, want := range []string{"Calls from the phone that the service refused, by reason", "not-near", "The phone was not near the landing", "too-many-calls", "75.00", "7 rides were of people who had stopped using the app", "People turned away, by reason"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	f.Total.Remote.Denied = nil
	if strings.Contains(markup(runPage(t, f)), "that the service refused, by reason") {
		t.Error("a table of refused calls where none was refused")
	}
}

func TestComparisonSaysWhatCallingAheadGives(t *testing.T) {
	remote, buttons := office("eta", 1, 2), office("eta", 1, 2)
	buttons.Header.Calls = result.CallsButtons
	waited, gain, half, bound := 12.5, 3.25, 0.75, 9.125
	c := &result.Comparison{Runs: []*result.File{remote, buttons}, Foreknowledge: []result.Foreknowledge{{
		Remote: 0, Buttons: 1, N: 2, Waited: &waited, Gain: &gain, Half: &half, Bound: &bound, Claimed: true, Finding: "people wait less",
	}}}
	page := func() (string, error) {
		var b bytes.Buffer
		err := Comparison(&b, c)
		return markup(b.String()), err
	}
	text, err := page()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Calling ahead", "eta, buttons", "12.5", "3.2", "9.1", "people wait less", "What it cost, eta"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	c.Foreknowledge[0].Buttons = 2
	if _, err := page(); err == nil || !strings.Contains(err.Error(), "foreknowledge[0]") {
		t.Errorf("a finding of a run that is not there: error %v", err)
	}
	c.Foreknowledge[0].Buttons = 1
	c.Foreknowledge[0].Gain = nil
	if text, err = page(); err != nil || !strings.Contains(text, "–") {
		t.Errorf("a gain that is not given is no dash (error %v)", err)
	}
}

func TestTheHeadlineIsWhatCallingAheadGives(t *testing.T) {
	remote, buttons := office("eta", 1, 2), office("eta", 1, 2)
	buttons.Header.Calls = result.CallsButtons
	buttons.Verdicts = append(buttons.Verdicts, result.Verdict{Text: "remote_awt <= 30s", Metric: "remote_awt", Op: "<=", Bound: 30, Unit: "s", Pass: true, Unasked: "nobody calls from the phone in this run"})
	waited, gain, half, bound, longer, narrow := 12.5, 2.48, 0.95, 9.52, 1.23, 0.4
	c := &result.Comparison{Runs: []*result.File{buttons, remote}, Foreknowledge: []result.Foreknowledge{{
		Remote: 1, Buttons: 0, N: 2, Waited: &waited, Gain: &gain, Half: &half, Bound: &bound, Claimed: true, Finding: "people who call ahead wait less, and by less than the bound",
		Everybody: []result.Pair{
			{Metric: "att", B: 1, N: 2, Mean: &longer, Half: &narrow, Unit: "s", Finding: result.Worse},
			{Metric: "awt", B: 1, N: 2, Mean: &narrow, Half: &longer, Unit: "s", Finding: result.NoDifference},
		},
	}}}
	v := comparisonVerdict(c, runNames(c.Runs))
	want := "Calling ahead: people who call ahead wait less, and by less than the bound (gain 2.48\u00a0s ±\u00a00.95\u00a0s, bound 9.52\u00a0s). Everybody: average transit time +1.23\u00a0s. "
	if !strings.HasPrefix(v.Sentence, want) || strings.Contains(v.Sentence, "missed") || v.Tone != "good" {
		t.Errorf("the headline is %q (%s), want it to begin with %q and nothing missed", v.Sentence, v.Tone, want)
	}
	var b bytes.Buffer
	if err := Comparison(&b, c); err != nil {
		t.Fatal(err)
	}
	page := markup(b.String())
	for _, want := range []string{"eta, buttons and eta, calling ahead", "Everybody in the building: eta, calling ahead less eta, buttons", "Does not apply", "worse"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestSmallFiguresDoNotReadAsNothing(t *testing.T) {
	for _, c := range []struct {
		sentence string
		v        float64
		unit     string
		want     string
	}{
		{"a time of a millisecond", 0.00124, "s", "1.2\u00a0ms"},
		{"just below what a digit shows", 0.049, "s", "49\u00a0ms"},
		{"nothing is nothing", 0, "s", "0.0\u00a0s"},
		{"a small share", -0.012, "%", "−0.012\u00a0%"},
		{"a rounding error of a sum", 1e-14, "s", "0\u00a0ms"},
	} {
		if got := quantity(c.v, c.unit); got != c.want {
			t.Errorf("%s: %v %s is written %q, want %q", c.sentence, c.v, c.unit, got, c.want)
		}
	}
	f := office("eta", 1, 2)
	f.Total.Remote.Held.Add(3 * time.Second)
	if !strings.Contains(markup(runPage(t, f)), "held for a walker at 1 stop.") {
		t.Error("the page does not say how many holds the mean is of")
	}
}

func TestWhatCallingAheadCouldSaveIsOfTheRunOfButtons(t *testing.T) {
	f := office("eta", 1, 2)
	could := 9.52
	f.Metrics["caller_bound"] = &result.Metric{Unit: "s", N: 2, Value: &could}
	const name = "Most that calling ahead could save"
	if strings.Contains(markup(runPage(t, f)), name) {
		t.Error("a run with calls from the phone says what they could save")
	}
	f.Header.Calls, f.Total.Remote = result.CallsButtons, result.Remote{}
	if page := markup(runPage(t, f)); !strings.Contains(page, name) || strings.Contains(page, "Average waiting time after a remote call") {
		t.Error("a run of buttons does not say what calls could save, or has figures of calls")
	}
}
