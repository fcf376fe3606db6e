package search

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
)

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// canary is a random text of 22 characters.
func canary(r *rand.Rand) []byte {
	v := make([]byte, 22)
	for i := range v {
		v[i] = letters[r.IntN(len(letters))]
	}
	return v
}

// canaries are needles as the twin's ground truth has them: of six, one is a
// mail address and one a telephone number.
func canaries(n int) []Needle {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	needles := make([]Needle, n)
	for i := range needles {
		v := canary(r)
		lower := false
		switch i % 6 {
		case 0:
			v, lower = append(v, "@example.test"...), true
		case 1:
			v = fmt.Appendf(nil, "+999%011d", r.Int64N(1e11))
		}
		needles[i] = Needle{ID: i, Value: v, Derived: true, Lower: lower}
	}
	return needles
}

// haystack is what stores, logs and reports look like: half of it records in
// JSON with foreign values of the same kind as the needles, a quarter digits
// and base64, a quarter random bytes.
func haystack(size int) []byte {
	r := rand.New(rand.NewPCG(2, 3))
	var b []byte
	for len(b) < size {
		switch r.IntN(4) {
		case 0, 1:
			for range 20 {
				b = fmt.Appendf(b, `{"v":1,"building":"tower","kind":"permission","email":"%s@example.test","phone":"+999%011d","floors":[1,2,17],"collected_at":"2026-03-%02dT08:%02d:11Z"}`+"\n",
					canary(r), r.Int64N(1e11), 1+r.IntN(28), r.IntN(60))
			}
		case 2:
			for range 100 {
				b = fmt.Appendf(b, "%016x %s\n", r.Uint64(), canary(r))
			}
		case 3:
			for range 500 {
				u := r.Uint64()
				b = append(b, byte(u), byte(u>>8), byte(u>>16), byte(u>>24), byte(u>>32), byte(u>>40), byte(u>>48), byte(u>>56))
			}
		}
	}
	return b[:size]
}

// BenchmarkScan shows what a byte costs for 10 to 10,000 needles, and the ratio
// to the cost for 10. Both are those of the quickest megabyte, because what else
// the machine does makes the others slower.
func BenchmarkScan(b *testing.B) {
	text := haystack(8 << 20)
	first := 0.0
	for _, n := range []int{10, 1000, 10000} {
		b.Run(fmt.Sprintf("needles=%d", n), func(b *testing.B) {
			x, err := NewIndex(canaries(n))
			if err != nil {
				b.Fatal(err)
			}
			const piece = 1 << 20
			b.SetBytes(int64(len(text)))
			hits, quickest := 0, time.Hour
			for b.Loop() {
				for at := 0; at < len(text); at += piece {
					start := time.Now()
					x.Scan(text[at:at+piece], func(Hit) { hits++ })
					quickest = min(quickest, time.Since(start))
				}
			}
			if hits > 0 {
				b.Fatalf("%d hits in a text without needles", hits)
			}
			cost := float64(quickest.Nanoseconds()) / piece
			if first == 0 {
				first = cost
			}
			b.ReportMetric(cost, "ns/byte")
			b.ReportMetric(cost/first, "of-10-needles")
		})
	}
}

// BenchmarkNewIndex shows what an index of 10,000 needles costs.
func BenchmarkNewIndex(b *testing.B) {
	needles := canaries(10000)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var x *Index
	for b.Loop() {
		var err error
		if x, err = NewIndex(needles); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB-kept")
	b.ReportMetric(float64(len(x.anchors)), "anchors")
}
