package privacyaudit

import (
	"testing"
	"time"

	"hoistway/privacyaudit/finding"
)

// hours is when the n-th use of the i-th randomized ID is, before noon: all
// differ in the hours of day, and nobody in the days.
func hours(i, n int) time.Duration {
	return -time.Duration(24*(n+2)+(i*(n+3)+n)%12) * time.Hour
}

func TestLinkage(t *testing.T) {
	for _, c := range []struct {
		why    string
		bin    string
		max    float64
		status finding.Status
		words  string
	}{
		{"four calls known to the day single out nobody who calls every day", "24h", 0.1, finding.Pass, ""},
		{"the same known to the hour single out many", "1h", 0.1, finding.Warn, "4 known calls single out"},
		{"which a rule may accept", "1h", 1, finding.Pass, ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := settle(t, 4).write(scattered(20), scattered(21))
			p := fakeProbe(t, s.a, Rule{Check: "linkage", Severity: SeverityWarning, Kinds: []string{"usage-log"}, Params: map[string]any{"points": int64(4), "bin": c.bin, "max": c.max}})
			want(t, show(p, s.records...), c.status, c.words)
			if len(s.a.Report.Linkage) != len(linkageBins) || len(s.a.Report.Linkage[0].Points) != linkagePoints {
				t.Errorf("the report has the curves %+v", s.a.Report.Linkage)
			}
		})
	}
}
