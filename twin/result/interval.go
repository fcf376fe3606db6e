package result

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"gonum.org/v1/gonum/stat/distuv"
)

// TInterval is the mean of independent replication values and the half-width
// of its two-sided Student t-interval, t(n-1) * s / sqrt(n). It needs two
// values at least, all finite, and a confidence between 0 and 1. Values of
// single passengers are not independent and do not belong here.
func TInterval(values []float64, confidence float64) (mean, half float64, err error) {
	mean, sd, err := meanAndSD(values)
	if err != nil {
		return 0, 0, err
	}
	t, err := tQuantile(len(values)-1, confidence)
	if err != nil {
		return 0, 0, err
	}
	return mean, t * sd / math.Sqrt(float64(len(values))), nil
}

// Stopping is the number of replications that bring the half-width of the mean
// down to half, judged by the spread of the values at hand: the least n >= 2
// with n >= (t(n-1) * s / half)^2 (Abbi & Peters 2018). It is an estimate: run
// that many, then look at the half-width again.
func Stopping(values []float64, half, confidence float64) (int, error) {
	_, sd, err := meanAndSD(values)
	if err != nil {
		return 0, err
	}
	return StoppingForSD(sd, half, confidence)
}

// mostReplications bounds what Stopping answers; it is far beyond what anybody runs.
const mostReplications = 10_000_000

// StoppingForSD is [Stopping] for a known standard deviation of replication
// values, in the same unit as half.
func StoppingForSD(sd, half, confidence float64) (int, error) {
	if !(half > 0) || !(sd >= 0) || math.IsInf(sd, 0) {
		return 0, fmt.Errorf("replications for a half-width: half-width %v must be above 0 and standard deviation %v finite and not negative", half, sd)
	}
	enough := func(n int) (bool, error) {
		t, err := tQuantile(n-1, confidence)
		if err != nil {
			return false, err
		}
		x := t * sd / half
		return float64(n) >= x*x, nil
	}
	// t falls with n, so that what is enough stays enough: halve the range.
	if ok, err := enough(mostReplications); err != nil {
		return 0, err
	} else if !ok {
		return 0, fmt.Errorf("replications for a half-width: more than %d would be needed for %v with standard deviation %v: ask for a wider one", mostReplications, half, sd)
	}
	low, high := 2, mostReplications
	for low < high {
		n := (low + high) / 2
		if ok, err := enough(n); err != nil {
			return 0, err
		} else if ok {
			high = n
		} else {
			low = n + 1
		}
	}
	return low, nil
}

func meanAndSD(values []float64) (mean, sd float64, err error) {
	if len(values) < 2 {
		return 0, 0, fmt.Errorf("interval: %d values: at least two replications are needed", len(values))
	}
	var sum float64
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, 0, fmt.Errorf("interval: value %d is %v", i+1, v)
		}
		sum += v
	}
	mean = sum / float64(len(values))
	var squares float64
	for _, v := range values {
		d := v - mean
		squares += float64(d * d)
	}
	return mean, math.Sqrt(squares / float64(len(values)-1)), nil
}

// tQuantile is the two-sided quantile of Student's t, to nine digits: the last
// ones depend on how a processor rounds, and half-widths are written to files.
func tQuantile(freedom int, confidence float64) (float64, error) {
	if !(confidence > 0 && confidence < 1) {
		return 0, fmt.Errorf("interval: confidence %v must lie between 0 and 1, such as 0.95", confidence)
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(freedom), Src: rand.NewPCG(0, 0)}.Quantile((1 + confidence) / 2)
	t, err := strconv.ParseFloat(strconv.FormatFloat(t, 'g', 9, 64), 64)
	if err != nil || math.IsNaN(t) || math.IsInf(t, 0) {
		return 0, fmt.Errorf("interval: no t quantile for %d degrees of freedom at confidence %v", freedom, confidence)
	}
	return t, nil
}
