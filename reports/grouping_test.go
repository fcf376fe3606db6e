package reports

import (
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"hoistway/twin/result"
	"pgregory.net/rapid"
)

// Every value of a sample is in exactly one bar or beyond the drawing, and a
// curve rises to the share that the bars hold.
func TestBarsHoldEveryValueOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s result.Sample
		for _, ms := range rapid.SliceOfN(rapid.Int64Range(0, rapid.SampledFrom([]int64{1, 5000, 200_000, 90_000_000}).Draw(t, "range")), 1, 200).Draw(t, "ms") {
			s.Add(time.Duration(ms) * time.Millisecond)
		}
		d := distributionOf(&s)
		w := widthFor(d.shown, mostBars)
		bins, beyond := d.bins(w, d.bars(w))
		if len(bins) > mostBars {
			t.Fatalf("%d bars", len(bins))
		}
		all := beyond
		for _, n := range bins {
			if n < 0 {
				t.Fatalf("a bar holds %d values", n)
			}
			all += n
		}
		if all != s.N() || beyond < 0 {
			t.Fatalf("bars hold %d of %d values, %d of them beyond", all, s.N(), beyond)
		}
		last := 0.0
		for _, p := range d.cumulative(w, d.bars(w)) {
			if p[1] < last || p[1] > 100 {
				t.Fatalf("the curve goes from %v to %v", last, p[1])
			}
			last = p[1]
		}
		if want := share(s.N()-beyond, s.N()); math.Abs(last-want) > 0.01 {
			t.Fatalf("the curve ends at %v %%, the bars hold %v %%", last, want)
		}
	})
}

func TestCurveBeginsWithThoseWhoDidNotWait(t *testing.T) {
	var s result.Sample
	for _, d := range []time.Duration{0, 0, 4 * time.Second, 8 * time.Second} {
		s.Add(d)
	}
	got := distributionOf(&s).cumulative(2, 4)
	want := [][2]float64{{0, 50}, {2, 50}, {4, 50}, {6, 75}, {8, 100}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Columns over time keep the sum of the bins, whatever their number.
func TestColumnsKeepTheSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bins := rapid.SliceOfN(rapid.Int64Range(0, 1e9), 1, 3000).Draw(t, "bins")
		line := timelineOf(len(bins), rapid.SampledFrom([]int64{1, 60, 300}).Draw(t, "bin_s"), rapid.SampledFrom([]float64{60, 300}).Draw(t, "least"))
		if n := line.columns(); n > mostColumns {
			t.Fatalf("%d columns", n)
		}
		var want, got int64
		for _, v := range bins {
			want += v
		}
		for _, v := range line.sums(bins) {
			got += v
		}
		if got != want {
			t.Fatalf("columns hold %d, bins %d", got, want)
		}
	})
}

func BenchmarkRun(b *testing.B) {
	f := office("eta", 1, 10)
	b.ReportAllocs()
	for b.Loop() {
		if err := Run(io.Discard, f); err != nil {
			b.Fatal(err)
		}
	}
}
