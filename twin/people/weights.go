package people

import "sort"

// weights choose an index with probability in proportion to its weight.
type weights struct{ upTo []float64 } // upTo[i] = sum of the weights of 0..i

func newWeights(w []float64) weights {
	up := make([]float64, len(w))
	accumulate(up, w)
	return weights{up}
}

// accumulate sums weights up, and returns the total.
func accumulate(up, w []float64) float64 {
	sum := 0.0
	for i, v := range w {
		sum += v
		up[i] = sum
	}
	return sum
}

func (w weights) total() float64 {
	if len(w.upTo) == 0 {
		return 0
	}
	return w.upTo[len(w.upTo)-1]
}

// below is the sum of the weights before i.
func (w weights) below(i int) float64 {
	if i == 0 {
		return 0
	}
	return w.upTo[i-1]
}

func (w weights) of(i int) float64 { return w.upTo[i] - w.below(i) }

// without is the sum of all weights but that of i.
func (w weights) without(i int) float64 { return w.total() - w.of(i) }

// pick turns u in [0, 1) into an index. The total must be positive.
func (w weights) pick(u float64) int { return w.find(u * w.total()) }

// pickWithout is pick as if index i had no weight; another one must have some.
func (w weights) pickWithout(u float64, i int) int {
	x := float64(u * w.without(i))
	if x >= w.below(i) {
		x += w.of(i)
	}
	k := w.find(x)
	if k != i {
		return k
	}
	// Rounding put x on a border of i: take the next index with a weight, or
	// else the one before.
	for k = i + 1; k < len(w.upTo); k++ {
		if w.of(k) > 0 {
			return k
		}
	}
	for k = i - 1; w.of(k) == 0; k-- {
	}
	return k
}

// find is the first index whose running sum exceeds x, or else the last one
// with a weight.
func (w weights) find(x float64) int {
	k := sort.Search(len(w.upTo), func(k int) bool { return w.upTo[k] > x })
	if k < len(w.upTo) {
		return k
	}
	for k--; w.of(k) == 0; k-- {
	}
	return k
}
