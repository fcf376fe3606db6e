package result

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func sampleOf(values ...time.Duration) *Sample {
	var s Sample
	for _, v := range values {
		s.Add(v)
	}
	return &s
}

// durations draws values over the whole range, and often round ones.
func durations(t *rapid.T, label string) []time.Duration {
	return rapid.SliceOfN(rapid.OneOf(
		rapid.Map(rapid.Int64Range(0, int64(3*time.Minute)), func(n int64) time.Duration { return time.Duration(n) }),
		rapid.Map(rapid.Int64Range(0, int64(30*time.Hour)), func(n int64) time.Duration { return time.Duration(n) }),
		rapid.SampledFrom([]time.Duration{0, 1, 30 * second, 60 * second, 90 * second, 24 * time.Hour, 24*time.Hour + 1}),
	), 0, 200).Draw(t, label)
}

func TestSampleFiguresEqualThoseOfTheValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := durations(t, "values")
		s := sampleOf(values...)
		if rapid.Bool().Draw(t, "sealed") {
			s.seal()
		}
		if s.N() != int64(len(values)) {
			t.Fatalf("N %d of %d values", s.N(), len(values))
		}
		if len(values) == 0 {
			return
		}
		slices.Sort(values)
		if want := values[len(values)-1]; s.Max() != want {
			t.Fatalf("max %v, want %v", s.Max(), want)
		}
		var sum, squares float64
		for _, v := range values {
			sum += v.Seconds()
			squares += v.Seconds() * v.Seconds()
		}
		near(t, "mean", s.Mean(), sum/float64(len(values)), 1e-9)
		near(t, "mean square", s.MeanSquare(), squares/float64(len(values)), 1e-9)
		for _, q := range []float64{0, 0.25, 0.5, 0.9, 0.99, 1} {
			rank := max(int(math.Ceil(q*float64(len(values)))), 1)
			exact := values[rank-1]
			got := s.Quantile(q)
			if slack := exact/1000 + time.Millisecond; exact <= sampleRange && (got < exact-time.Millisecond/2 || got > exact+slack) {
				t.Fatalf("quantile %v is %v, the value of that rank is %v", q, got, exact)
			}
		}
		for _, threshold := range []time.Duration{30 * second, 60 * second, 90 * second} {
			n := 0
			for _, v := range values {
				if v > threshold {
					n++
				}
			}
			near(t, "share above", s.Over(threshold), float64(n)/float64(len(values)), 0)
		}
	})
}

func near(t interface{ Fatalf(string, ...any) }, what string, got, want, relative float64) {
	if math.IsNaN(got) || math.Abs(got-want) > relative*math.Abs(want) {
		t.Fatalf("%s is %v, want %v", what, got, want)
	}
}

func TestSampleOverOtherThresholds(t *testing.T) {
	s := sampleOf(1*second, 2*second, 3*second, 40*second, 25*time.Hour)
	for _, c := range []struct {
		why       string
		threshold time.Duration
		want      float64
	}{
		{"all but the first lie above 1.5 s", 1500 * time.Millisecond, 0.8},
		{"a value equal to the threshold does not lie above it", 2 * second, 0.6},
		{"values above the histogram count as well", 20 * time.Hour, 0.2},
		{"the maximum itself lies above nothing", 25 * time.Hour, 0},
	} {
		if got := s.Over(c.threshold); got != c.want {
			t.Errorf("%s: %v above %v, want %v", c.why, got, c.threshold, c.want)
		}
	}
}

func TestSampleHoldsTenMillionWaitsOfAnHour(t *testing.T) {
	s := sampleOf(time.Hour)
	for s.N() < 10_000_000 {
		same := *s
		same.dense = nil
		same.packed = newPacked()
		same.packed.MergeFrom(s.dense)
		s.Merge(&same)
	}
	if s.Mean() != 3600 || s.MeanSquare() != 3600*3600 || s.Quantile(0.9) != time.Hour {
		t.Fatalf("after %d waits of 1 h: mean %v s, mean square %v s2, p90 %v", s.N(), s.Mean(), s.MeanSquare(), s.Quantile(0.9))
	}
	again := reread(t, s)
	if again.Mean() != 3600 || again.MeanSquare() != 3600*3600 {
		t.Fatalf("read again: mean %v s, mean square %v s2", again.Mean(), again.MeanSquare())
	}
}

func reread(t interface{ Fatal(...any) }, s *Sample) *Sample {
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var again Sample
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err, string(text))
	}
	return &again
}

func TestSampleBytesDoNotDependOnOrderOrGrouping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := durations(t, "values")
		want, _ := json.Marshal(sampleOf(values...))
		groups := make([]Sample, rapid.IntRange(1, 5).Draw(t, "groups"))
		for _, v := range rapid.Permutation(values).Draw(t, "order") {
			groups[rapid.IntRange(0, len(groups)-1).Draw(t, "group")].Add(v)
		}
		for i := range groups {
			if rapid.Bool().Draw(t, "through JSON") {
				groups[i] = *reread(t, &groups[i])
			}
			if rapid.Bool().Draw(t, "sealed") {
				groups[i].seal()
			}
		}
		var total Sample
		for _, i := range rapid.Permutation(indices(len(groups))).Draw(t, "merge order") {
			total.Merge(&groups[i])
		}
		if got, _ := json.Marshal(total); !bytes.Equal(got, want) {
			t.Fatalf("merged %s\nwant   %s", got, want)
		}
	})
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestSampleRefusesNegativeDurations(t *testing.T) {
	defer func() {
		if p, ok := recover().(string); !ok || !strings.HasPrefix(p, "BUG: ") {
			t.Fatalf("a negative duration gave %v, want a panic that says BUG:", p)
		}
	}()
	sampleOf(-1)
}

func TestSampleRefusesWhatNoValuesGive(t *testing.T) {
	good := string(asJSON(t, sampleOf(2*second, 70*second)))
	if reread(t, sampleOf(2*second, 70*second)).N() != 2 {
		t.Fatal("the sample these rows spoil is not read itself")
	}
	for _, c := range []struct{ why, old, new string }{
		{"a count that the histogram does not hold", `"n":2`, `"n":3`},
		{"a missing field", `"n":2,`, ``},
		{"an unknown field", `"n":2`, `"m":1,"n":2`},
		{"a negative sum", `"sum_ns":`, `"sum_ns":-`},
		{"a sum that is no whole number", `"sum_ns":72000000000`, `"sum_ns":1.5`},
		{"a sum beyond 128 bits", `"sum_ns":72000000000`, `"sum_ns":340282366920938463463374607431768211456`},
		{"more above 60 s than above 30 s", `"over_60s":1`, `"over_60s":2`},
		{"half a pair", `[2000,1,`, `[2000,1,1,`},
		{"buckets that fall", `[2000,1,69952,1]`, `[69952,1,2000,1]`},
		{"a bucket not named by its least value", `69952,1`, `69953,1`},
		{"a bucket without values", `2000,1`, `2000,0`},
		{"a bucket beyond 24 h", `69952,1`, `86400001,1`},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if text == good {
			t.Fatalf("%s: %s does not hold %s", c.why, good, c.old)
		}
		var s Sample
		if err := json.Unmarshal([]byte(text), &s); err == nil {
			t.Errorf("%s is accepted: %s", c.why, text)
		}
	}
}

func FuzzSample(f *testing.F) {
	for _, s := range []*Sample{{}, sampleOf(0), sampleOf(2*second, 70*second, 30*time.Hour)} {
		f.Add(asJSON(f, s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s Sample
		if json.Unmarshal(text, &s) != nil {
			return
		}
		if first, again := asJSON(t, &s), asJSON(t, reread(t, &s)); !bytes.Equal(first, again) {
			t.Fatalf("written %s\nread and written again %s", first, again)
		}
	})
}

func TestSampleAddDoesNotAllocate(t *testing.T) {
	s := sampleOf(time.Second)
	d := time.Duration(0)
	if n := testing.AllocsPerRun(1000, func() { d += 100 * time.Millisecond; s.Add(d) }); n != 0 {
		t.Fatalf("%v allocations per value", n)
	}
}

func BenchmarkSampleAdd(b *testing.B) {
	s := sampleOf(time.Second)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Add(time.Duration(i%100_000) * time.Millisecond)
	}
}
