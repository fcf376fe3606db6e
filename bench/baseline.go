// Package bench measures service and speed on the peer cases and holds them
// against a committed baseline.
//
// The contract: service figures are those of the simulation, so they are exact
// and any waiting longer than the baseline is a regression. Speed depends on
// the machine; it is judged only as a ratio to a calibration loop that is
// measured in the same run, and only beyond a generous bound.
//
// The package reads no clock; the caller injects a meter of processor time. It
// does not decide what a regression ends with, and it does not replace the Go
// benchmarks beside it, whose numbers benchstat compares.
package bench

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
)

// BaselineSchema is the version of the baseline file. A reader refuses others.
const BaselineSchema = 1

// Baseline is what service and speed are held against.
type Baseline struct {
	Schema  int      `json:"schema"`
	Figures []Figure `json:"figures"`
}

// Figure is the service and the cost of one case under one dispatcher.
type Figure struct {
	Scenario      string  `json:"scenario"`
	Dispatcher    string  `json:"dispatcher"`
	AWTToBoarding float64 `json:"awt_to_boarding_s"` // mean waiting time, arrival at the landing to having entered
	TTD           float64 `json:"ttd_s"`             // mean time to destination
	Cost          float64 `json:"cost"`              // processor time of a passenger, as a multiple of a calibration step (see Calibrate)
}

//go:embed baseline.json
var committed []byte

// Committed is the baseline in the repository.
func Committed() (Baseline, error) { return ParseBaseline("bench/baseline.json", committed) }

// ParseBaseline reads a baseline strictly; name is used in errors. A baseline
// without figures is refused: nothing held against nothing would pass.
func ParseBaseline(name string, text []byte) (Baseline, error) {
	var b Baseline
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil {
		return b, fmt.Errorf("%s: not a baseline: %w", name, err)
	}
	if b.Schema != BaselineSchema {
		return b, fmt.Errorf("%s: schema %d, but this version reads %d: write it again with bench --update", name, b.Schema, BaselineSchema)
	}
	if len(b.Figures) == 0 {
		return b, fmt.Errorf("%s: it holds no figures: write it again with bench --update", name)
	}
	for _, f := range b.Figures {
		if f.Scenario == "" || f.Dispatcher == "" || f.AWTToBoarding <= 0 || f.TTD <= 0 || f.Cost <= 0 {
			return b, fmt.Errorf("%s: figure of %q under %q is not complete: every figure has a scenario, a dispatcher and values above 0", name, f.Scenario, f.Dispatcher)
		}
	}
	return b, nil
}

// Cases are the cases that a baseline holds figures of.
func (b Baseline) Cases() []Case {
	var cases []Case
	for _, f := range b.Figures {
		cases = append(cases, Case{f.Scenario, f.Dispatcher})
	}
	return cases
}

// Text is the baseline as its file holds it.
func (b Baseline) Text() []byte {
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		panic("BUG: a baseline is plain values: " + err.Error())
	}
	return append(text, '\n')
}

// Bounds of what is not yet a regression.
const (
	// ServiceSlack covers the rounding of a baseline to milliseconds.
	ServiceSlack = 0.001 // s
	// SpeedBound is the cost, as a multiple of the baseline's, from which on
	// a case counts as slower. Runs on a shared machine differ by up to half.
	SpeedBound = 2.0
)

// Finding is one figure held against the baseline.
type Finding struct {
	Scenario, Dispatcher string
	Measure              string // what was measured, with its unit
	Base, Now            float64
	Worse                bool
}

// Against holds figures against a baseline, in the baseline's order. A case of
// the baseline that was not measured is an error: it cannot pass.
func Against(base Baseline, now []Figure) ([]Finding, error) {
	var findings []Finding
	for _, b := range base.Figures {
		f, ok := find(now, b.Scenario, b.Dispatcher)
		if !ok {
			return nil, fmt.Errorf("%s under %s is in the baseline but was not measured, or its means are withheld", b.Scenario, b.Dispatcher)
		}
		findings = append(findings,
			Finding{b.Scenario, b.Dispatcher, "AWT to boarding, s", b.AWTToBoarding, f.AWTToBoarding, f.AWTToBoarding > b.AWTToBoarding+ServiceSlack},
			Finding{b.Scenario, b.Dispatcher, "time to destination, s", b.TTD, f.TTD, f.TTD > b.TTD+ServiceSlack},
			Finding{b.Scenario, b.Dispatcher, "cost of a passenger, calibration steps", b.Cost, f.Cost, f.Cost > b.Cost*SpeedBound},
		)
	}
	return findings, nil
}

// find looks a case up among figures.
func find(figures []Figure, scenario, dispatcher string) (Figure, bool) {
	for _, f := range figures {
		if f.Scenario == scenario && f.Dispatcher == dispatcher {
			return f, true
		}
	}
	return Figure{}, false
}
