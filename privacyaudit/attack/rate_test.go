package attack_test

import (
	"math"
	"testing"

	"hoistway/privacyaudit/attack"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.5f, want %.5f ± %g", what, got, want, tolerance)
	}
}

// The intervals are those of R's prop.test(correct = FALSE), which is Wilson's.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		why       string
		r         attack.Rate
		low, high float64
	}{
		{"no success in ten tries still allows for one in four", attack.Rate{Hits: 0, Tries: 10}, 0, 0.27753},
		{"half of a hundred", attack.Rate{Hits: 50, Tries: 100}, 0.40383, 0.59617},
		{"all of ten", attack.Rate{Hits: 10, Tries: 10}, 0.72247, 1},
		{"nothing was tried: it may be anything", attack.Rate{}, 0, 1},
	} {
		low, high := c.r.Interval(attack.Z95)
		near(t, c.why+": low", low, c.low, 1e-5)
		near(t, c.why+": high", high, c.high, 1e-5)
	}
}

func TestResidual(t *testing.T) {
	same := attack.Residual(attack.Rate{Hits: 100, Tries: 1000}, attack.Rate{Hits: 100, Tries: 1000}, attack.Z95)
	near(t, "the risk of an attack no better than its control", same.Value, 0, 1e-9)
	if same.Upper() <= 0 {
		t.Error("it has no error")
	}
	all := attack.Residual(attack.Rate{Hits: 1000, Tries: 1000}, attack.Rate{Hits: 10, Tries: 1000}, attack.Z95)
	near(t, "the risk of an attack that always succeeds", all.Value, 1, 0.01)
	half := attack.Residual(attack.Rate{Hits: 55000, Tries: 100000}, attack.Rate{Hits: 10000, Tries: 100000}, attack.Z95)
	near(t, "what is left of 55 % beyond 10 %", half.Value, 0.5, 0.001)
}

// The probabilities are exact: sums of the binomial distribution.
func TestChance(t *testing.T) {
	near(t, "three heads of three", attack.Rate{Hits: 3, Tries: 3}.Chance(0.5), 0.125, 1e-12)
	near(t, "one head or more of three", attack.Rate{Hits: 1, Tries: 3}.Chance(0.5), 0.875, 1e-12)
	near(t, "nought or more", attack.Rate{Hits: 0, Tries: 3}.Chance(0.5), 1, 0)
}
