package result

import (
	"fmt"
	"math"
)

// UpPeak is what the textbook's round-trip calculation says of a bank, in
// closed form and without a simulation. It assumes pure up-peak: everybody
// travels from the lobby to the floors above it that the bank serves, by
// population, in cars that leave 80 % full and come back empty. It knows no
// dispatcher. All figures are above 0; of cars that differ, Stops and
// HighestFloor are the first one's.
type UpPeak struct {
	Persons          float64 `json:"persons"`               // aboard on leaving the lobby
	Stops            float64 `json:"stops"`                 // S, expected stops above the lobby in a round trip
	HighestFloor     float64 `json:"highest_floor"`         // H, expected reversal floor, counted over the floors served above the lobby from 1
	RoundTrip        float64 `json:"round_trip_s"`          // RTT
	Interval         float64 `json:"interval_s"`            // UPPINT, between departures from the lobby
	HandlingCapacity float64 `json:"handling_capacity_pct"` // %POP, of the people on those floors per 5 min
}

// check says which figure cannot be.
func (u *UpPeak) check() error {
	for _, figure := range []struct {
		name  string
		value float64
	}{
		{"persons", u.Persons}, {"stops", u.Stops}, {"highest_floor", u.HighestFloor},
		{"round_trip_s", u.RoundTrip}, {"interval_s", u.Interval}, {"handling_capacity_pct", u.HandlingCapacity},
	} {
		if !(figure.value > 0) || math.IsInf(figure.value, 0) {
			return fmt.Errorf("up_peak.%s is %v: it must be above 0", figure.name, figure.value)
		}
	}
	return nil
}
