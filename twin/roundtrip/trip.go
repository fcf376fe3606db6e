package roundtrip

import (
	"math"

	"hoistway/scenarios"
)

// trip is a car's up-peak round trip.
type trip struct {
	base    float64   // elevation of the main terminal
	weights []float64 // of the floors above
	heights []float64 // m above the main terminal
	levels  []int     // floors above the main terminal, those not served counted in
	car     *scenarios.Car
}

func (t *trip) add(f *scenarios.Floor, level int) {
	t.weights = append(t.weights, float64(f.Population))
	t.heights = append(t.heights, f.Elevation-t.base)
	t.levels = append(t.levels, level)
}

func (t *trip) persons() float64 {
	return CapacityFactor * math.Min(float64(t.car.Persons), float64(t.car.Load)/personMass)
}

// roundTrip is the expected time of a round trip of p persons: all flights, all
// doors, everybody in and out.
func (t *trip) roundTrip(p float64) float64 {
	s := Stops(t.weights, p)
	return FlightTime(t.weights, p, t.flight) + float64((s+1)*t.doors()) + t.open(p) + t.turns()
}

// flight is the time from one floor to another, 0 being the main terminal.
func (t *trip) flight(from, to int) float64 {
	low, high := min(from, to), max(from, to)
	m := &t.car.Motion
	if m.Model == scenarios.FloorStopTurn {
		n := t.levels[high-1]
		if low > 0 {
			n -= t.levels[low-1]
		}
		return t.running() + float64(n-1)*m.FloorTime.Seconds()
	}
	d := t.heights[high-1]
	if low > 0 {
		d -= t.heights[low-1]
	}
	return flight(m, d)
}

// running is the part of the fixed stop time in which the car moves.
func (t *trip) running() float64 {
	return (t.car.Motion.StopTime - t.car.Doors.Open - t.car.Doors.Close).Seconds()
}

// doors is what each stop adds to the flight and the time with open doors.
func (t *trip) doors() float64 {
	m, d := &t.car.Motion, &t.car.Doors
	s := d.Open + d.Close - d.AdvanceOpening
	if m.Model == scenarios.Kinematic {
		s += m.StartDelay + m.Levelling
	}
	return s.Seconds()
}

// turns is the time to reverse at the top and at the main terminal.
func (t *trip) turns() float64 {
	if t.car.Motion.Model == scenarios.FloorStopTurn {
		return 2 * t.car.Motion.TurnTime.Seconds()
	}
	return 0
}

// open is the expected time the doors stand fully open in a round trip: each
// stop until the last person is through and a moment longer, or for a fixed
// dwell and as long as people need beyond it.
func (t *trip) open(p float64) float64 {
	d := &t.car.Doors
	in, out := d.TransferIn.Seconds(), d.TransferOut.Seconds()
	if d.DwellExtends {
		return float64(p*(in+out)) + float64((Stops(t.weights, p)+1)*d.AfterTransfer.Seconds())
	}
	// A fixed dwell needs the number who leave at a stop, which is binomial for
	// whole numbers of people only; between them, interpolate.
	low := math.Floor(p)
	if high := math.Ceil(p); high > low {
		return float64((high-p)*t.fixedOpen(int(low))) + float64((p-low)*t.fixedOpen(int(high)))
	}
	return t.fixedOpen(int(low))
}

func (t *trip) fixedOpen(p int) float64 {
	d := &t.car.Doors
	in, out := d.TransferIn.Seconds(), d.TransferOut.Seconds()
	total := 0.0
	for _, w := range t.weights {
		total += w
	}
	s := math.Max(d.DwellLanding.Seconds(), float64(p)*in)
	for _, w := range t.weights {
		share := w / total
		for n := 1; n <= p; n++ {
			s += float64(binomial(p, n, share) * math.Max(d.DwellCar.Seconds(), float64(n)*out))
		}
	}
	return s
}

// binomial is the probability that n of p people choose a floor.
func binomial(p, n int, share float64) float64 {
	c := 1.0
	for i := range n {
		c *= float64(p-i) / float64(i+1)
	}
	return c * math.Pow(share, float64(n)) * math.Pow(1-share, float64(p-n))
}

// pitch is the mean storey in metres and in floors, from the lowest floor served
// above the main terminal to the highest; of a single floor, all the way to it.
func (t *trip) pitch() (metres, levels float64) {
	top := len(t.heights) - 1
	if top == 0 {
		return t.heights[0], float64(t.levels[0])
	}
	return (t.heights[top] - t.heights[0]) / float64(top), float64(t.levels[top]-t.levels[0]) / float64(top)
}

// classic is the round trip by the classical formula.
func (t *trip) classic(p float64) float64 {
	m, d := &t.car.Motion, &t.car.Doors
	c := Classic{Stops: Stops(t.weights, p), Persons: p, Transfer: (d.TransferIn + d.TransferOut).Seconds() / 2}
	metres, levels := t.pitch()
	if m.Model == scenarios.FloorStopTurn {
		at := make([]float64, len(t.levels))
		for i, l := range t.levels {
			at[i] = float64(l)
		}
		c.Highest, c.FloorTime = HighestDistance(t.weights, at, p), m.FloorTime.Seconds()
		c.StopTime = t.running() + (levels-1)*c.FloorTime - levels*c.FloorTime
	} else {
		c.Highest, c.FloorTime = HighestDistance(t.weights, t.heights, p), 1/m.Speed
		c.StopTime = flight(m, metres) - metres/m.Speed
	}
	c.StopTime += t.doors()
	// The formula has no dwell but the transfers: what doors stand open beyond
	// them is the same as in the exact sum.
	return c.RoundTrip() - float64(2*p*c.Transfer) + t.open(p) + t.turns()
}

// reachesSpeed tells whether rated speed is reached from every floor to the
// next.
func (t *trip) reachesSpeed() bool {
	m := &t.car.Motion
	if m.Model == scenarios.FloorStopTurn {
		return true
	}
	full, _ := reach(m, m.Speed)
	last := 0.0
	for _, h := range t.heights {
		if h-last < full*(1-1e-12) {
			return false
		}
		last = h
	}
	return true
}
