package roundtrip

import "math"

// Classic holds the terms of the classical round-trip-time formula.
type Classic struct {
	Stops   float64 // S
	Highest float64 // H in floors, or the expected highest distance in the unit FloorTime is for
	Persons float64 // P

	FloorTime float64 // t_v: past one floor (or unit of distance) at rated speed, s
	StopTime  float64 // t_s: what a stop costs beyond passing by, flight and doors, s
	Transfer  float64 // t_p: one person entering or leaving, the mean of the two, s
	Express   float64 // t_x: through an express zone, one way, s
}

// RoundTrip is RTT = 2 H t_v + (S + 1) t_s + 2 P t_p + 2 t_x. It holds when a
// car reaches rated speed from each stop to the next; see [FlightTime] for when
// it does not.
func (c Classic) RoundTrip() float64 {
	return float64(2*c.Highest*c.FloorTime) + float64((c.Stops+1)*c.StopTime) + float64(2*c.Persons*c.Transfer) + 2*c.Express
}

// Interval is UPPINT, the mean time between departures from the main terminal
// of equal cars in turn: RTT/L.
func Interval(roundTrip float64, cars int) float64 { return roundTrip / float64(cars) }

// HandlingCapacity is UPPHC, the people a bank carries in 5 min when every car
// leaves with P persons: 300 P / UPPINT.
func HandlingCapacity(persons, interval float64) float64 { return 300 * persons / interval }

// Wait is the estimate of average waiting time for cars that leave with a share
// of their capacity: 0.4 UPPINT below 50 % and [0.4 + (1.8 load - 0.77)^2]
// UPPINT from there to 80 %. There is no estimate beyond, and ok is false.
func Wait(interval, load float64) (s float64, ok bool) {
	switch {
	case !(load >= 0) || load > 0.8+1e-9:
		return math.NaN(), false
	case load < 0.5:
		return 0.4 * interval, true
	}
	x := float64(1.8*load) - 0.77
	return (0.4 + float64(x*x)) * interval, true
}
