package bench

import (
	"fmt"
	"strconv"
)

// SpeedBound is the cost, as a multiple of the baseline's, from which on a
// case counts as slower. Runs on a shared machine differ by up to half.
const SpeedBound = 2.0

// Verdict is how a figure stands to the baseline.
type Verdict int

const (
	Same Verdict = iota // of a cost: within the bound
	Better
	Worse
)

// String is the mark a table shows; nothing for the same.
func (v Verdict) String() string { return [...]string{"", "better", "WORSE"}[v] }

// Finding is one figure held against the baseline.
type Finding struct {
	Scenario, Dispatcher string
	Measure              string // what was measured, with its unit
	Base, Now            string // as text, or "withheld"; different values never look the same
	Verdict              Verdict
}

// Against holds figures against a baseline, in the baseline's order. Means are
// compared exactly, since they come from integer sums. One that is now
// withheld is worse than any value: the queue grows, or people are left
// behind. A case of the baseline that was not measured is an error: it cannot
// pass.
func Against(base Baseline, now []Figure) ([]Finding, error) {
	var findings []Finding
	for _, b := range base.Figures {
		f, ok := find(now, b.Scenario, b.Dispatcher)
		if !ok {
			return nil, fmt.Errorf("%s under %s is in the baseline but was not measured", b.Scenario, b.Dispatcher)
		}
		for _, m := range []struct {
			name      string
			base, now float64
		}{
			{"AWT to boarding, s", b.AWTToBoarding, f.AWTToBoarding},
			{"time to destination, s", b.TTD, f.TTD},
		} {
			n := Finding{Scenario: b.Scenario, Dispatcher: b.Dispatcher, Measure: m.name}
			n.Base, n.Now = seconds(b, m.base, m.now), seconds(f, m.now, m.base)
			n.Verdict = compare(b, f, m.base, m.now)
			findings = append(findings, n)
		}
		cost := Finding{Scenario: b.Scenario, Dispatcher: b.Dispatcher, Measure: "cost of a passenger, calibration steps",
			Base: short(b.Cost), Now: short(f.Cost)}
		if f.Cost > b.Cost*SpeedBound {
			cost.Verdict = Worse
		}
		findings = append(findings, cost)
	}
	return findings, nil
}

// compare judges a mean, or that there is none.
func compare(base, now Figure, was, is float64) Verdict {
	switch {
	case base.Withheld != "" && now.Withheld != "":
		return Same
	case now.Withheld != "" || base.Withheld == "" && is > was:
		return Worse
	case base.Withheld != "" || is < was:
		return Better
	}
	return Same
}

// seconds is a mean of a figure as text, with as many digits as tell it from
// the other one.
func seconds(f Figure, v, other float64) string {
	if f.Withheld != "" {
		return "withheld"
	}
	if v != other && short(v) == short(other) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return short(v)
}

func short(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }

// find looks a case up among figures.
func find(figures []Figure, scenario, dispatcher string) (Figure, bool) {
	for _, f := range figures {
		if f.Scenario == scenario && f.Dispatcher == dispatcher {
			return f, true
		}
	}
	return Figure{}, false
}
