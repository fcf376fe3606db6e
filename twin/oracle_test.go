package twin_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"hoistway/scenarios"
	"hoistway/twin"
	"hoistway/twin/motion"
	"hoistway/twin/result"
)

// upPeakCar is one car that takes exactly eight people a trip from the lobby.
func upPeakCar(floors int, height float64, limits motion.Limits) *scenarios.Scenario {
	sc := &scenarios.Scenario{Name: "saturated", Run: scenarios.Run{Duration: time.Hour, Cap: 2000 * time.Hour, Replications: 1}}
	var serves []int
	for i := range floors {
		sc.Building.Floors = append(sc.Building.Floors, scenarios.Floor{Elevation: height * float64(i)})
		serves = append(serves, i)
	}
	sc.Building.Floors[0].Entrance = 1
	sc.Banks = []scenarios.Bank{{
		Name: "main", Dispatcher: "eta", Serves: serves,
		Control: scenarios.Control{BypassLoad: 1},
		Cars: []scenarios.Car{{
			Name: "1", Serves: serves, Persons: 8, Load: 8 * 75_000,
			Motion: scenarios.Motion{Speed: limits.Speed, Acceleration: limits.Acceleration, Jerk: limits.Jerk, StartDelay: 500 * time.Millisecond, Levelling: 700 * time.Millisecond},
			Doors: scenarios.Doors{
				Open: 1800 * time.Millisecond, Close: 2900 * time.Millisecond, AdvanceOpening: 300 * time.Millisecond,
				DwellExtends: true, TransferIn: 1200 * time.Millisecond, TransferOut: 1100 * time.Millisecond,
			},
		}},
	}}
	return sc
}

// departures collects when the car left the lobby.
type departures struct{ at []scenarios.Instant }

func (*departures) Trip(*result.Trip) error { return nil }
func (*departures) Call(*result.Call) error { return nil }
func (d *departures) Stop(s *result.Stop) error {
	if s.Floor == 0 && s.Boarded > 0 {
		d.at = append(d.at, s.Closed)
	}
	return nil
}

// TestSaturatedUpPeakEqualsOracle holds the mean round trip of a single car
// with people always waiting against the exact leg-by-leg sum over all
// destinations: the probability that the car runs from i to k without a stop
// between, times the closed-form flight of that distance.
func TestSaturatedUpPeakEqualsOracle(t *testing.T) {
	const trips, load = 6000, 8
	for _, tt := range []struct {
		name   string
		floors int
		height float64
		limits motion.Limits
	}{
		{"rated speed is not reached in one floor", 15, 3.3, motion.Limits{Speed: 2.5, Acceleration: 1, Jerk: 1.5}},
		{"a tall building with a fast car", 31, 4, motion.Limits{Speed: 6, Acceleration: 1.2, Jerk: 1.4}},
		{"a slow car with soft jerk", 8, 3, motion.Limits{Speed: 0.63, Acceleration: 0.7, Jerk: 0.5}},
		{"no jerk limit", 11, 4, motion.Limits{Speed: 2.5, Acceleration: 1, Jerk: math.Inf(1)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sc := upPeakCar(tt.floors, tt.height, tt.limits)
			draw := rand.New(rand.NewPCG(1, 2))
			stream := scenarios.Stream{Name: "all at once", Kind: scenarios.List}
			for range trips * load {
				stream.Trips = append(stream.Trips, scenarios.Trip{At: time.Second, Destination: 1 + draw.IntN(tt.floors-1), Mass: 75_000})
			}
			sc.Traffic = []scenarios.Stream{stream}
			var d departures
			tw, err := twin.New(sc, twin.Options{Sink: &d})
			if err != nil {
				t.Fatal(err)
			}
			out, err := tw.Run(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range out.Violations {
				t.Errorf("%s: %s", v.Rule, v.Text)
			}
			if len(d.at) != trips {
				t.Fatalf("the car left the lobby %d times, want %d", len(d.at), trips)
			}
			got := (d.at[trips-1] - d.at[0]).Seconds() / (trips - 1)
			want := roundTrip(sc, tt.limits, load)
			if math.Abs(got-want) > 0.005*want {
				t.Errorf("mean round trip %.3f s, oracle %.3f s: %.2f %% off, want within 0.5 %%", got, want, 100*(got/want-1))
			}
			t.Logf("mean round trip %.3f s, oracle %.3f s (%+.3f %%)", got, want, 100*(got/want-1))
		})
	}
}

// roundTrip is the oracle: equal destinations, p people a trip.
func roundTrip(sc *scenarios.Scenario, l motion.Limits, p float64) float64 {
	floors := sc.Building.Floors
	n := len(floors) - 1
	c := &sc.Banks[0].Cars[0]
	flight := func(i, k int) float64 {
		m := &c.Motion
		return (l.Flight(math.Abs(floors[k].Elevation-floors[i].Elevation)) + m.StartDelay + m.Levelling - c.Doors.AdvanceOpening).Seconds()
	}
	pf := 1 / float64(n)
	none := func(k int) float64 { return math.Pow(1-float64(k)*pf, p) } // nobody wants any of k given floors
	sum := 0.0
	for k := 1; k <= n; k++ {
		for i := range k {
			b := k - i - 1
			pr := none(b) - none(b+1)
			if i > 0 {
				pr = none(b) - 2*none(b+1) + none(b+2)
			}
			sum += pr * flight(i, k)
		}
		top := math.Pow(float64(k)*pf, p) - math.Pow(float64(k-1)*pf, p)
		sum += top * flight(0, k)
	}
	stops := float64(n) * (1 - none(1))
	d := &c.Doors
	return sum + (stops+1)*(d.Open+d.Close).Seconds() + p*(d.TransferIn+d.TransferOut).Seconds()
}
