package study

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hoistway/scenarios"
	"hoistway/twin"
)

// TestUntil stops a study by its precision and expects the same end, result
// and records for any number of workers.
func TestUntil(t *testing.T) {
	sc := lobbyAndOne(t)
	type output struct {
		Result, Records string
		Replications    int
		Half            float64
	}
	study := func(parallel int, half float64, most int) output {
		o := Options{Reference: "peer-std", Version: "test", Seed: 7, Replications: most, Until: &Precision{"awt", half}, Parallel: parallel, Prepare: faked(served)}
		f, result, records := recorded(t, sc, o)
		return output{result, records, len(f.Replications), *f.Metrics["awt"].Half}
	}
	const half = 0.2
	want := study(1, half, 60)
	if want.Replications <= LeastReplications || want.Replications >= 60 || want.Half > half {
		t.Fatalf("the study made %d replications to a half-width of %v; the test needs one that stops early", want.Replications, want.Half)
	}
	if lines := strings.Count(want.Records, "\n"); lines != 1+41*want.Replications {
		t.Errorf("the records have %d lines, want the header and 41 for each of %d replications", lines, want.Replications)
	}
	if before := study(1, 1e-9, want.Replications-1); before.Half <= half {
		t.Errorf("one replication less had a half-width of %v: the study should have stopped there", before.Half)
	}
	for _, parallel := range []int{2, 7} {
		if diff := cmp.Diff(want, study(parallel, half, 60)); diff != "" {
			t.Errorf("--parallel %d differs from 1:\n%s", parallel, diff)
		}
	}
	if least := study(2, 1e6, 60).Replications; least != LeastReplications {
		t.Errorf("a bound that always holds stopped at %d replications, want %d", least, LeastReplications)
	}
}

// TestUntilWithheld expects no early end while the metric is withheld.
func TestUntilWithheld(t *testing.T) {
	nobody := faked(func(_ context.Context, o twin.Options) (twin.Outcome, error) {
		return twin.Outcome{Digest: "d", End: 1}, nil
	})
	f, _, err := Run(t.Context(), []*scenarios.Scenario{lobbyAndOne(t)}, Options{Replications: 20, Parallel: 1, Until: &Precision{"awt", 1}, Prepare: nobody})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Replications) != 20 {
		t.Errorf("a study without a single passenger stopped at %d replications, as if it were precise", len(f.Replications))
	}
}

// TestParsePrecision reads stopping rules.
func TestParsePrecision(t *testing.T) {
	for _, c := range []struct {
		sentence, text string
		want           *Precision
		fault          string
	}{
		{"a half-width has the unit of its metric", "awt<=0.5s", &Precision{"awt", 0.5}, ""},
		{"blanks do not matter", " wait_over_60 <= 2 % ", &Precision{"wait_over_60", 2}, ""},
		{"a bare number has no unit", "awt<=0.5", nil, "unit s is expected"},
		{"nor is another unit taken", "awt<=3%", nil, "unit s is expected"},
		{"an interval never narrows to nothing", "awt<=0s", nil, "above 0"},
		{"nor is not-a-number a bound", "awt<=NaNs", nil, "above 0"},
		{"a maximum has no interval", "wait_max<=3s", nil, "known are awt,"},
		{"it takes a bound from above", "awt>=3s", nil, "METRIC<=HALF-WIDTH"},
	} {
		got, err := ParsePrecision(c.text)
		if c.fault != "" {
			if err == nil || !strings.Contains(err.Error(), c.fault) {
				t.Errorf("%s: the error is %v, want %q in it", c.sentence, err, c.fault)
			}
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", c.sentence, err, diff)
			continue
		}
		if again, err := ParsePrecision(got.String()); err != nil || *again != *got {
			t.Errorf("%s: %s reads back as %v, %v", c.sentence, got, again, err)
		}
	}
}

// FuzzParsePrecision expects every accepted rule to read back the same.
func FuzzParsePrecision(f *testing.F) {
	for _, text := range []string{"awt<=0.5s", "wait_over_60 <= 2 %", "squared_wait<=1e3s2", "awt<=0x1p-2s", "awt<=-1s", "<=", "awt<=Infs"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePrecision(text)
		if err != nil {
			return
		}
		if again, err := ParsePrecision(p.String()); err != nil || *again != *p {
			t.Errorf("%q is %s, which reads back as %v, %v", text, p, again, err)
		}
	})
}
