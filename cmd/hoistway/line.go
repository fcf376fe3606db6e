package main

import (
	"encoding/json"
	"fmt"
	"io"

	"hoistway/twin/result"
	"hoistway/twin/study"
)

// line is what --format json prints of a run. Figures that are withheld are
// null. Figures that were not measured are null as well. Counts are of the
// measured window and never withheld.
type line struct {
	Scenario       string   `json:"scenario"`
	Dispatcher     string   `json:"dispatcher"`
	Seed           uint64   `json:"seed"`
	Replications   int      `json:"replications"`
	Digest         string   `json:"digest"`
	Passengers     int64    `json:"passengers"` // journeys begun in the measured window
	Journeys       int64    `json:"journeys"`   // of the whole run; those the speed counts
	CPUSeconds     *float64 `json:"cpu_seconds"`
	PassengerSpeed *float64 `json:"passengers_per_cpu_second"`
	HourSpeed      *float64 `json:"simulated_hours_per_cpu_second"`
	Passes         int      `json:"cpu_passes"`     // times the run was simulated for the reading
	RecordsTimed   bool     `json:"records_in_cpu"` // writing records or a trace is part of cpu_seconds
	AWT            *float64 `json:"awt_s"`
	AWTToBoarding  *float64 `json:"awt_to_boarding_s"`
	ATT            *float64 `json:"att_s"`
	TTD            *float64 `json:"ttd_s"`
	WaitP50        *float64 `json:"wait_p50_s"`
	WaitP90        *float64 `json:"wait_p90_s"`
	WaitP95        *float64 `json:"wait_p95_s"`
	WaitMax        *float64 `json:"wait_max_s"`
	TTDP90         *float64 `json:"ttd_p90_s"`
	WaitOver60     *float64 `json:"wait_over_60_pct"`
	SquaredWait    *float64 `json:"squared_wait_s2"`

	TurnedAway         int64            `json:"refused"` // rides of people turned away at the entrance or by the group controller
	TurnedAwayByReason map[string]int64 `json:"refused_by_reason"`
	RemoteCalls        int64            `json:"remote_calls"`            // rides called from a phone
	RemoteAWT          *float64         `json:"remote_awt_s"`            // their waiting time, from arriving at the landing; null also when nobody called
	Denied             int64            `json:"remote_denied"`           // calls from the phone that the service refused; who made them pressed
	DeniedByReason     map[string]int64 `json:"remote_denied_by_reason"` // words that result.Explain explains
	Unused             int64            `json:"app_not_used"`            // rides of people with a phone who did not use the app; refused by nobody

	WithheldReason *string `json:"withheld_reason"` // of the first withheld figure of all people; null when none is
	Expectations   int     `json:"expectations"`    // that apply to the run
	Missed         int     `json:"expectations_missed"`
}

// writeLine prints a run as one line of JSON.
func writeLine(w io.Writer, f *result.File, m study.Machine) error {
	l := line{
		Scenario: f.Header.Scenario, Dispatcher: f.Header.Dispatcher, Seed: f.Header.Seed,
		Replications: len(f.Replications), Digest: f.Digest,
		Passengers: f.Total.Passengers, Journeys: f.Total.All,
		Passes: m.Passes, RecordsTimed: m.Records,
	}
	remote := &f.Total.Remote
	l.TurnedAway, l.TurnedAwayByReason = f.Total.Refused, counted(f.Total.Reasons)
	l.RemoteCalls, l.RemoteAWT = remote.Calls, f.Metrics["remote_awt"].Value
	l.DeniedByReason, l.Unused = counted(remote.Denied), remote.Unused
	for _, n := range remote.Denied {
		l.Denied += n
	}
	if m.Passes > 0 {
		l.CPUSeconds = &m.CPUSeconds
		l.PassengerSpeed = rate(float64(m.Journeys), m.CPUSeconds)
		l.HourSpeed = rate(m.SimulatedHours, m.CPUSeconds)
	}
	for _, c := range []struct {
		metric string
		value  **float64
	}{
		{"awt", &l.AWT}, {"awt_to_boarding", &l.AWTToBoarding}, {"att", &l.ATT}, {"ttd", &l.TTD},
		{"wait_p50", &l.WaitP50}, {"wait_p90", &l.WaitP90}, {"wait_p95", &l.WaitP95}, {"wait_max", &l.WaitMax},
		{"ttd_p90", &l.TTDP90}, {"wait_over_60", &l.WaitOver60}, {"squared_wait", &l.SquaredWait},
	} {
		figure, ok := f.Metrics[c.metric]
		if !ok {
			panic("BUG: the result has no metric " + c.metric)
		}
		*c.value = figure.Value
		if figure.Value == nil && l.WithheldReason == nil {
			l.WithheldReason = &figure.Withheld
		}
	}
	for _, v := range f.Verdicts {
		if v.Unasked != "" {
			continue
		}
		l.Expectations++
		if !v.Pass {
			l.Missed++
		}
	}
	text, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("printing the run: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// counted is an empty object in JSON, never null, where there was nothing.
func counted(reasons map[string]int64) map[string]int64 {
	if reasons == nil {
		return map[string]int64{}
	}
	return reasons
}

// rate is count per second, nil when no time was seen to pass.
func rate(count, seconds float64) *float64 {
	if seconds <= 0 {
		return nil
	}
	r := count / seconds
	return &r
}

// speedLine says what a run cost, for a person at a terminal.
func speedLine(m study.Machine) string {
	if m.Passes == 0 || m.CPUSeconds <= 0 {
		return ""
	}
	records := "without records"
	if m.Records {
		records = "with records"
	}
	return fmt.Sprintf("speed: %.0f passengers and %.1f simulated hours per CPU second (%.3g s of CPU, %d %s, %s)\n",
		float64(m.Journeys)/m.CPUSeconds, m.SimulatedHours/m.CPUSeconds, m.CPUSeconds, m.Passes, passes(m.Passes), records)
}

func passes(n int) string {
	if n == 1 {
		return "pass"
	}
	return "passes"
}
