package attack

import (
	"bytes"
	"cmp"
	"hash/fnv"
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Made is an ID and when it was made, in any unit that grows with time.
type Made struct {
	ID   []byte
	When uint64
}

// Randomness is what tests say of a set of IDs. The tests are p-values: how
// probable it is that random IDs look like that or worse, NaN where there are
// too few to test. Bits that are the same in all IDs, such as the version of a
// UUID, are left out.
type Randomness struct {
	IDs        int
	Free       int     // bits that are not the same in all
	Order      float64 // Spearman's rank correlation of ID and instant is 0
	Monobit    float64 // as many ones as noughts (NIST SP 800-22, 2.1)
	Column     float64 // so in each bit, of which the worst is corrected after Bonferroni
	Bytes      float64 // χ² of the bytes
	Serial     float64 // an ID has half of its bits in common with the one before
	MinEntropy float64 // bits in a byte, lower bound by the most common value (NIST SP 800-90B, 6.3.1); NaN for fewer than 1,000 bytes
}

// Worst is the test that the IDs do worst, and its p-value.
func (r Randomness) Worst() (name string, p float64) {
	p = 2
	for _, t := range []struct {
		name string
		p    float64
	}{{"order", r.Order}, {"ones and noughts", r.Monobit}, {"single bits", r.Column}, {"bytes", r.Bytes}, {"neighbours", r.Serial}} {
		if t.p < p { // never for NaN
			name, p = t.name, t.p
		}
	}
	if name == "" {
		return "", math.NaN()
	}
	return name, p
}

// fewest is how many IDs the tests need: with fewer, bits are the same in all by
// chance.
const fewest = 48

// TestRandomness tests IDs of one length. It sorts them.
func TestRandomness(ids []Made) Randomness {
	nan := math.NaN()
	r := Randomness{IDs: len(ids), Order: nan, Monobit: nan, Column: nan, Bytes: nan, Serial: nan, MinEntropy: nan}
	if len(ids) == 0 {
		return r
	}
	inOrder(ids)
	free := freeBits(ids)
	for _, b := range free {
		r.Free += bits.OnesCount8(b)
	}
	if len(ids) < fewest || r.Free == 0 {
		return r
	}
	r.Order = spearman(ids)
	r.Monobit, r.Column = ones(ids, free, r.Free)
	r.Serial = serial(ids, free, r.Free)
	r.Bytes, r.MinEntropy = byteCounts(ids, free)
	return r
}

// inOrder sorts by instant. Of those with the same, the order must not depend
// on the size of the ID, or neighbours would be alike.
func inOrder(ids []Made) {
	key := func(m Made) uint64 { h := fnv.New64a(); h.Write(m.ID); return h.Sum64() }
	slices.SortFunc(ids, func(a, b Made) int {
		return cmp.Or(cmp.Compare(a.When, b.When), cmp.Compare(key(a), key(b)), bytes.Compare(a.ID, b.ID))
	})
}

// freeBits has a one for each bit that is not the same in all.
func freeBits(ids []Made) []byte {
	free := make([]byte, len(ids[0].ID))
	for _, m := range ids[1:] {
		for i := range free {
			free[i] |= m.ID[i] ^ ids[0].ID[i]
		}
	}
	return free
}

// twoSided is the probability of a normal variable beyond ±z.
func twoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// spearman tests the rank correlation of IDs and instants: ρ√(m−1) is normal.
func spearman(ids []Made) float64 {
	m := len(ids)
	size := make([]int, m)
	for i := range size {
		size[i] = i
	}
	slices.SortFunc(size, func(a, b int) int { return bytes.Compare(ids[a].ID, ids[b].ID) })
	x, y := make([]float64, m), make([]float64, m)
	for rank, i := range size {
		x[i] = float64(rank)
	}
	for from := 0; from < m; { // instants that are the same share the mean of their ranks
		to := from + 1
		for to < m && ids[to].When == ids[from].When {
			to++
		}
		for i := from; i < to; i++ {
			y[i] = float64(from+to-1) / 2
		}
		from = to
	}
	mean := float64(m-1) / 2
	var xy, xx, yy float64
	for i := range x {
		dx, dy := x[i]-mean, y[i]-mean
		xy, xx, yy = xy+float64(dx*dy), xx+float64(dx*dx), yy+float64(dy*dy)
	}
	if yy == 0 {
		return math.NaN() // all at one instant: there is no order
	}
	return twoSided(xy / math.Sqrt(float64(xx*yy)) * math.Sqrt(float64(m-1)))
}

func ones(ids []Made, free []byte, n int) (monobit, column float64) {
	counts := make([]int, 8*len(free))
	total := 0
	for _, m := range ids {
		for i, b := range m.ID {
			for b &= free[i]; b != 0; b &= b - 1 {
				counts[8*i+bits.TrailingZeros8(b)]++
				total++
			}
		}
	}
	all := float64(n) * float64(len(ids))
	monobit = twoSided((2*float64(total) - all) / math.Sqrt(all))
	column = 1
	for i, c := range counts {
		if free[i/8]&(1<<(i%8)) != 0 {
			column = min(column, twoSided((2*float64(c)-float64(len(ids)))/math.Sqrt(float64(len(ids)))))
		}
	}
	return monobit, min(1, column*float64(n))
}

func serial(ids []Made, free []byte, n int) float64 {
	same := 0
	for i, m := range ids[1:] {
		for j, b := range m.ID {
			same += bits.OnesCount8(^(b ^ ids[i].ID[j]) & free[j])
		}
	}
	all := float64(n) * float64(len(ids)-1)
	return twoSided((2*float64(same) - all) / math.Sqrt(all))
}

// byteCounts looks at the bytes of which every bit is free.
func byteCounts(ids []Made, free []byte) (chi, entropy float64) {
	var counts [256]float64
	n := 0.0
	for _, m := range ids {
		for i, b := range m.ID {
			if free[i] == 0xff {
				counts[b]++
				n++
			}
		}
	}
	chi, entropy = math.NaN(), math.NaN()
	if n >= 5*256 { // each is expected five times, as χ² needs
		sum := 0.0
		for _, c := range counts {
			sum += float64((c - n/256) * (c - n/256))
		}
		chi = distuv.ChiSquared{K: 255}.Survival(sum / (n / 256))
	}
	if n >= 1000 {
		p := slices.Max(counts[:]) / n
		entropy = -math.Log2(min(1, p+2.576*math.Sqrt(p*(1-p)/(n-1))))
	}
	return chi, entropy
}
