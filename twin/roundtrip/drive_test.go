package roundtrip

import (
	"math"
	"testing"

	"hoistway/scenarios"
	"hoistway/twin/motion"

	"pgregory.net/rapid"
)

// TestFlightsAgreeWithTheTwins compares two derivations of the same curve: the
// greatest speed on the way here, the three cases there.
func TestFlightsAgreeWithTheTwins(t *testing.T) {
	met := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		m := scenarios.Motion{
			Speed:        rapid.Float64Range(0.1, 15).Draw(t, "speed"),
			Acceleration: rapid.Float64Range(0.1, 3).Draw(t, "acceleration"),
			Jerk:         rapid.SampledFrom([]float64{0.2, 0.8, 1.5, 5, math.Inf(1)}).Draw(t, "jerk"),
		}
		d := math.Exp(rapid.Float64Range(-3, 6).Draw(t, "log distance"))
		got := flight(&m, d)
		want := motion.Limits{Speed: m.Speed, Acceleration: m.Acceleration, Jerk: m.Jerk}.Flight(d).Seconds()
		if math.Abs(got-want) > 1e-8*math.Max(1, want) {
			t.Fatalf("%v m: %v s, want %v s", d, got, want)
		}
		full, _ := reach(&m, m.Speed)
		met["rated speed"] = met["rated speed"] || d > full
		met["jerk alone"] = met["jerk alone"] || d < full && d < 2*m.Acceleration*m.Acceleration*m.Acceleration/m.Jerk/m.Jerk
		met["rated acceleration"] = met["rated acceleration"] || d < full && d > 2*m.Acceleration*m.Acceleration*m.Acceleration/m.Jerk/m.Jerk
	})
	if len(met) != 3 || !met["rated speed"] || !met["jerk alone"] || !met["rated acceleration"] {
		t.Errorf("cases met: %v, want all three", met)
	}
}
