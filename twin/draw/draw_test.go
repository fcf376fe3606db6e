package draw

import (
	"math"
	"testing"
	"time"

	"hoistway/scenarios"

	"pgregory.net/rapid"
)

func TestLogarithm(t *testing.T) {
	check := func(x float64) float64 { return math.Abs(Ln(x)-math.Log(x)) / math.Max(1, math.Abs(math.Log(x))) }
	for _, row := range []struct {
		name string
		x    float64
	}{
		{"one", 1}, {"just below one", math.Nextafter(1, 0)}, {"just above one", math.Nextafter(1, 2)},
		{"the border of the series, below", math.Nextafter(math.Sqrt2/2, 0)}, {"the border of the series", math.Sqrt2 / 2},
		{"two", 2}, {"the least draw", 0x1p-53}, {"the least normal number", 0x1p-1022}, {"the greatest number", math.MaxFloat64},
	} {
		if off := check(row.x); off > 4.5e-16 {
			t.Errorf("%s: Ln(%v) = %v, want %v", row.name, row.x, Ln(row.x), math.Log(row.x))
		}
	}
	// The library's is 35 off here on amd64.
	if got, want := Ln(5e-324), -1074*math.Ln2; math.Abs(got-want) > 1e-12 {
		t.Errorf("a denormal: Ln(5e-324) = %v, want %v", got, want)
	}
	if Ln(1) != 0 {
		t.Errorf("Ln(1) = %v, want exactly 0", Ln(1))
	}
	rapid.Check(t, func(t *rapid.T) {
		if x := unitOpen(t); check(x) > 4.5e-16 {
			t.Fatalf("Ln(%v) = %v, want %v", x, Ln(x), math.Log(x))
		}
	})
}

func unitOpen(t *rapid.T) float64 {
	return 1 - Unit(rapid.Uint64().Draw(t, "draw"))
}

// TestSplitMix compares with the published sequence for the seed 0.
func TestSplitMix(t *testing.T) {
	f := Further(0)
	for i, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := f.Draw(); got != want {
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
		{"a unit begins at 0", Unit(least), 0},
		{"a unit stays below 1", Unit(most), 1 - 0x1p-53},
		{"an exponential begins at 0", Exponential(least), 0},
		{"an exponential stays finite", Exponential(most), 53 * math.Ln2},
		{"a whole number begins at 0", float64(Below(least, 7)), 0},
		{"a whole number stays below the bound", float64(Below(most, 7)), 6},
		{"a span begins at 0", float64(Span(least, time.Second)), 0},
		{"a span stays below the bound", float64(Span(most, time.Second)), 999_999_000},
		{"a group has a member", float64(Geometric(least, Ln(0.5))), 1},
		{"a group stays finite", float64(Geometric(most, Ln(0.5))), 54},
	} {
		if math.Abs(row.got-row.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", row.name, row.got, row.want)
		}
	}
}

func TestOwnersDoNotShareDraws(t *testing.T) {
	base := Owner{Seed: 1, Replication: 2, Kind: "stream", Name: "day", Tenant: "a", HasOwnTenant: true}
	first := func(o Owner, purpose string) uint64 {
		s := o.Stream(purpose)
		return s.Uint64()
	}
	want := first(base, "mass")
	if again := first(base, "mass"); again != want {
		t.Fatalf("the same owner and purpose give %d, then %d", want, again)
	}
	for _, row := range []struct {
		name    string
		change  func(o *Owner)
		purpose string
	}{
		{"another purpose", func(*Owner) {}, "walk"},
		{"another seed", func(o *Owner) { o.Seed = 2 }, "mass"},
		{"another replication", func(o *Owner) { o.Replication = 3 }, "mass"},
		{"a visitor stream of the same name", func(o *Owner) { o.Kind = "visitor" }, "mass"},
		{"another stream", func(o *Owner) { o.Name = "dax" }, "mass"},
		{"another tenant", func(o *Owner) { o.Tenant = "b" }, "mass"},
		{"a name that ends as the next one begins", func(o *Owner) { o.Name, o.Tenant = "da", "ya" }, "mass"},
		{"a name that holds the texts of both", func(o *Owner) { o.Name, o.HasOwnTenant = "daytenanta", false }, "mass"},
		{"a stream whose tenants share the draws", func(o *Owner) { o.HasOwnTenant = false }, "mass"},
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
	o := Owner{Seed: 11, Kind: "stream", Name: "moments"}
	draws := o.Stream("samples")
	sum, squares := 0.0, 0.0
	least, most = math.Inf(1), math.Inf(-1)
	for range n {
		v := Sample(draws.Uint64(), &d)
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
			if got := Sample(draw, &row.d); got != row.want {
				t.Errorf("%s: %v, want %v", row.name, got, row.want)
			}
		}
	}
}
