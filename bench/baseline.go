// Package bench measures service and speed on the peer cases and holds them
// against a committed baseline.
//
// The contract: service figures are those of the simulation, the same on every
// machine. They are compared exactly, and any waiting longer than the baseline
// is a regression. Speed depends on the machine; it is judged only as a ratio
// to a calibration loop that is measured in the same run, and only beyond a
// generous bound.
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

// Figure is the service and the cost of one case under one dispatcher. It
// holds either the means or the reason why they are withheld.
type Figure struct {
	Scenario      string  `json:"scenario"`
	Dispatcher    string  `json:"dispatcher"`
	Withheld      string  `json:"withheld_reason,omitempty"`   // "" = the means can be trusted
	AWTToBoarding float64 `json:"awt_to_boarding_s,omitempty"` // mean waiting time, arrival at the landing to having entered
	TTD           float64 `json:"ttd_s,omitempty"`             // mean time to destination
	Cost          float64 `json:"cost"`                        // processor time of a passenger, as a multiple of a calibration step (see Calibrate)
}

// fault says what a figure lacks, "" for nothing.
func (f Figure) fault() string {
	means := f.AWTToBoarding > 0 && f.TTD > 0
	switch {
	case f.Scenario == "" || f.Dispatcher == "" || f.Cost <= 0:
		return "is not complete: every figure has a scenario, a dispatcher and a cost above 0"
	case f.Withheld == "" && !means:
		return "is not complete: without withheld_reason it has both means, above 0"
	case f.Withheld != "" && (f.AWTToBoarding != 0 || f.TTD != 0):
		return "has a mean and a withheld_reason: it can have one of them"
	}
	return ""
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
		if fault := f.fault(); fault != "" {
			return b, fmt.Errorf("%s: figure of %q under %q %s", name, f.Scenario, f.Dispatcher, fault)
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
