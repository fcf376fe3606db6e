package people

import (
	"math"
	"slices"
	"testing"
	"time"

	"hoistway/scenarios"

	"pgregory.net/rapid"
)

func TestLogarithm(t *testing.T) {
	check := func(x float64) float64 { return math.Abs(ln(x)-math.Log(x)) / math.Max(1, math.Abs(math.Log(x))) }
	for _, row := range []struct {
		name string
		x    float64
	}{
		{"one", 1}, {"just below one", math.Nextafter(1, 0)}, {"just above one", math.Nextafter(1, 2)},
		{"the border of the series, below", math.Nextafter(math.Sqrt2/2, 0)}, {"the border of the series", math.Sqrt2 / 2},
		{"two", 2}, {"the least draw", 0x1p-53}, {"the least normal number", 0x1p-1022}, {"the greatest number", math.MaxFloat64},
	} {
		if off := check(row.x); off > 4.5e-16 {
			t.Errorf("%s: ln(%v) = %v, want %v", row.name, row.x, ln(row.x), math.Log(row.x))
		}
	}
	// The library's is 35 off here on amd64.
	if got, want := ln(5e-324), -1074*math.Ln2; math.Abs(got-want) > 1e-12 {
		t.Errorf("a denormal: ln(5e-324) = %v, want %v", got, want)
	}
	if ln(1) != 0 {
		t.Errorf("ln(1) = %v, want exactly 0", ln(1))
	}
	rapid.Check(t, func(t *rapid.T) {
		if x := unitOpen(t); check(x) > 4.5e-16 {
			t.Fatalf("ln(%v) = %v, want %v", x, ln(x), math.Log(x))
		}
	})
}

func unitOpen(t *rapid.T) float64 {
	return 1 - unit(rapid.Uint64().Draw(t, "draw"))
}

// TestSplitMix compares with the published sequence for the seed 0.
func TestSplitMix(t *testing.T) {
	f := further(0)
	for i, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := f.draw(); got != want {
			t.Errorf("number %d is %#x, want %#x", i+1, got, want)
		}
	}
}

func TestRangesOfDraws(t *testing.T) {
	const least, most = 0, math.MaxUint64
	for _, row := range []struct {
		name      string
		got, want float64
	}{
		{"a unit begins at 0", unit(least), 0},
		{"a unit stays below 1", unit(most), 1 - 0x1p-53},
		{"an exponential begins at 0", exponential(least), 0},
		{"an exponential stays finite", exponential(most), 53 * math.Ln2},
		{"a whole number begins at 0", float64(below(least, 7)), 0},
		{"a whole number stays below the bound", float64(below(most, 7)), 6},
		{"a span begins at 0", float64(span(least, time.Second)), 0},
		{"a span stays below the bound", float64(span(most, time.Second)), 999_999_000},
		{"a group has a member", float64(geometric(least, ln(0.5))), 1},
		{"a group stays finite", float64(geometric(most, ln(0.5))), 54},
	} {
		if math.Abs(row.got-row.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", row.name, row.got, row.want)
		}
	}
}

func TestOwnersDoNotShareDraws(t *testing.T) {
	base := owner{seed: 1, replication: 2, kind: "stream", name: "day", tenant: "a", hasOwnTenant: true}
	first := func(o owner, purpose string) uint64 {
		s := o.stream(purpose)
		return s.Uint64()
	}
	want := first(base, "mass")
	if again := first(base, "mass"); again != want {
		t.Fatalf("the same owner and purpose give %d, then %d", want, again)
	}
	for _, row := range []struct {
		name    string
		change  func(o *owner)
		purpose string
	}{
		{"another purpose", func(*owner) {}, "walk"},
		{"another seed", func(o *owner) { o.seed = 2 }, "mass"},
		{"another replication", func(o *owner) { o.replication = 3 }, "mass"},
		{"a visitor stream of the same name", func(o *owner) { o.kind = "visitor" }, "mass"},
		{"another stream", func(o *owner) { o.name = "dax" }, "mass"},
		{"another tenant", func(o *owner) { o.tenant = "b" }, "mass"},
		{"a name that ends as the next one begins", func(o *owner) { o.name, o.tenant = "da", "ya" }, "mass"},
		{"a name that holds the texts of both", func(o *owner) { o.name, o.hasOwnTenant = "daytenanta", false }, "mass"},
		{"a stream whose tenants share the draws", func(o *owner) { o.hasOwnTenant = false }, "mass"},
	} {
		o := base
		row.change(&o)
		if first(o, row.purpose) == want {
			t.Errorf("%s gives the same draws", row.name)
		}
	}
}

// moments are the mean and the standard deviation of n samples.
func moments(d scenarios.Dist, n int) (mean, sd, least, most float64) {
	o := owner{seed: 11, kind: "stream", name: "moments"}
	draws := o.stream("samples")
	sum, squares := 0.0, 0.0
	least, most = math.Inf(1), math.Inf(-1)
	for range n {
		v := sample(draws.Uint64(), &d)
		sum += v
		squares += v * v
		least, most = min(least, v), max(most, v)
	}
	mean = sum / float64(n)
	return mean, math.Sqrt(squares/float64(n) - mean*mean), least, most
}

func TestSampleOfTheCutNormal(t *testing.T) {
	const n = 200_000
	phi := func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }
	Phi := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	for _, row := range []struct {
		name string
		d    scenarios.Dist
	}{
		{"limits far away hardly matter", scenarios.Dist{Mean: 1.3, SD: 0.3, Min: -10, Max: 10}},
		{"limits on both sides", scenarios.Dist{Mean: 75, SD: 12, Min: 60, Max: 80}},
		{"the mean lies outside the limits", scenarios.Dist{Mean: 0, SD: 1, Min: 1, Max: 3}},
	} {
		// Mean and variance of a normal cut to [Min, Max], textbook formulas.
		a, b := (row.d.Min-row.d.Mean)/row.d.SD, (row.d.Max-row.d.Mean)/row.d.SD
		z := Phi(b) - Phi(a)
		shift := (phi(a) - phi(b)) / z
		mean := row.d.Mean + row.d.SD*shift
		sd := row.d.SD * math.Sqrt(1+(a*phi(a)-b*phi(b))/z-shift*shift)
		gotMean, gotSD, least, most := moments(row.d, n)
		if math.Abs(gotMean-mean) > 4*sd/math.Sqrt(n) {
			t.Errorf("%s: mean %v, want %v within 4 sigma", row.name, gotMean, mean)
		}
		if math.Abs(gotSD/sd-1) > 0.01 {
			t.Errorf("%s: standard deviation %v, want %v", row.name, gotSD, sd)
		}
		if least < row.d.Min || most > row.d.Max {
			t.Errorf("%s: samples from %v to %v leave the limits", row.name, least, most)
		}
	}
}

func TestSampleWithoutChoice(t *testing.T) {
	for _, row := range []struct {
		name string
		d    scenarios.Dist
		want float64
	}{
		{"no deviation is the constant", scenarios.Dist{Mean: 75, Min: 75, Max: 75}, 75},
		{"an endless mean is endless", scenarios.Dist{Mean: math.Inf(1), SD: 3, Max: math.Inf(1)}, math.Inf(1)},
		{"limits too far above the mean give the lower one", scenarios.Dist{Mean: 0, SD: 1, Min: 40, Max: 50}, 40},
		{"limits too far below the mean give the upper one", scenarios.Dist{Mean: 0, SD: 1, Min: -50, Max: -40}, -40},
	} {
		for draw := range uint64(3) {
			if got := sample(draw, &row.d); got != row.want {
				t.Errorf("%s: %v, want %v", row.name, got, row.want)
			}
		}
	}
}

func TestWeights(t *testing.T) {
	w := newWeights([]float64{0, 2, 0, 3, 5, 0})
	if got := newWeights([]float64{1, 5, 1, 3}).pickWithout(0.5, 1); got != 3 {
		t.Errorf("without a heavy index, half of what is left is index %d, want 3", got)
	}
	for _, row := range []struct {
		name    string
		u       float64
		without int // -1 = none
		want    int
	}{
		{"the first index with a weight, not the first one", 0, -1, 1},
		{"the last part of the first weight", 0.1999, -1, 1},
		{"the beginning of the second", 0.2, -1, 3},
		{"the last index with a weight, not the last one", 1 - 0x1p-53, -1, 4},
		{"without the first, 0 is the second", 0, 1, 3},
		{"without the second, its part goes to the third", 0.3, 3, 4},
		{"without the last, the end is the second", 1 - 0x1p-53, 4, 3},
		{"without one that has no weight, nothing changes", 0.2, 2, 3},
	} {
		got := 0
		if row.without < 0 {
			got = w.pick(row.u)
		} else {
			got = w.pickWithout(row.u, row.without)
		}
		if got != row.want {
			t.Errorf("%s: index %d, want %d", row.name, got, row.want)
		}
	}
}

// TestWeightsNeverPickNothing tries weights of very different size, where
// rounding could lead astray.
func TestWeightsNeverPickNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0, 1, 3, 1e-17, 1e17, 0.1}), 2, 8).Draw(t, "weights")
		w := newWeights(values)
		u := unit(rapid.SampledFrom([]uint64{0, 1 << 11, math.MaxUint64, 1 << 63, rapid.Uint64().Draw(t, "draw")}).Draw(t, "draws"))
		if w.total() > 0 {
			if i := w.pick(u); values[i] == 0 {
				t.Fatalf("pick(%v) of %v is %d, which has no weight", u, values, i)
			}
		}
		for not := range values {
			others := slices.Clone(values)
			others[not] = 0
			if w.without(not) > 0 && newWeights(others).total() > 0 {
				if i := w.pickWithout(u, not); i == not || values[i] == 0 {
					t.Fatalf("pickWithout(%v, %d) of %v is %d", u, not, values, i)
				}
			}
		}
	})
}
