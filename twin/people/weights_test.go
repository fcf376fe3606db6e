package people

import (
	"math"
	"slices"
	"testing"

	"hoistway/twin/draw"

	"pgregory.net/rapid"
)

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
		u := draw.Unit(rapid.SampledFrom([]uint64{0, 1 << 11, math.MaxUint64, 1 << 63, rapid.Uint64().Draw(t, "draw")}).Draw(t, "draws"))
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
