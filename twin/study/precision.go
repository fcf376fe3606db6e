package study

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hoistway/twin/result"
)

// LeastReplications are made before a study may stop early. A t-interval of
// fewer values is so often too narrow by chance that stopping at the first
// narrow one would hardly ever give the confidence it names.
const LeastReplications = 10

// Precision is a stopping rule: a study ends with the first replication, from
// the tenth on, after which the half-width of a metric's t-interval is at most
// Half. The rule looks at replications in their order, so it stops at the same
// one for any number of workers.
//
// An interval that was waited for is somewhat too narrow: it holds the true
// mean a little less often than its confidence says.
type Precision struct {
	Metric string  // a name of PreciseMetrics
	Half   float64 // in the metric's unit, above 0
}

// String is the rule as the command line takes it: METRIC<=HALF, with the
// metric's unit.
func (p *Precision) String() string {
	d, _ := result.Lookup(p.Metric)
	return p.Metric + "<=" + strconv.FormatFloat(p.Half, 'g', -1, 64) + d.Unit
}

// PreciseMetrics are the metrics a study can be run to a precision of: those
// whose values of single replications average to the value of the study.
// Totals and maxima are not among them.
func PreciseMetrics() []string {
	return []string{"awt", "awt_to_boarding", "att", "ttd", "wait_p90", "ttd_p90", "wait_over_60", "squared_wait"}
}

// ParsePrecision reads what [Precision.String] writes.
func ParsePrecision(text string) (*Precision, error) {
	metric, bound, ok := strings.Cut(text, "<=")
	if !ok {
		return nil, fmt.Errorf("%q is not METRIC<=HALF-WIDTH, such as awt<=0.5s", text)
	}
	metric = strings.TrimSpace(metric)
	if !slices.Contains(PreciseMetrics(), metric) {
		return nil, fmt.Errorf("no interval is looked at for %q; known are %s", metric, strings.Join(PreciseMetrics(), ", "))
	}
	d, known := result.Lookup(metric)
	if !known {
		panic("BUG: there is no metric " + metric)
	}
	number, ok := strings.CutSuffix(strings.TrimSpace(bound), d.Unit)
	half, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if !ok || err != nil || !(half > 0) || math.IsInf(half, 1) {
		return nil, fmt.Errorf("the half-width of %s is %q: a number above 0 with the unit %s is expected, such as %s<=0.5%s", metric, strings.TrimSpace(bound), d.Unit, metric, d.Unit)
	}
	return &Precision{Metric: metric, Half: half}, nil
}

// reached tells whether replications in order are enough.
func (p *Precision) reached(h *result.Header, reps []replicate) (bool, error) {
	if len(reps) < LeastReplications {
		return false, nil
	}
	d, _ := result.Lookup(p.Metric)
	var values []float64
	for _, r := range reps {
		if v, withheld := d.Of(h, r.Summary); withheld == "" {
			values = append(values, v)
		}
	}
	// A withheld value is not left out of the judgement: the metric of the
	// whole study would be withheld too.
	if len(values) < len(reps) {
		return false, nil
	}
	_, half, err := result.TInterval(slices.Clip(values), h.Confidence)
	return half <= p.Half, err
}
