package roundtrip

import (
	"math"

	"hoistway/scenarios"
)

// reach is the shortest distance in metres over which a drive comes to a speed
// and stops again, and the time that takes without any cruising.
func reach(m *scenarios.Motion, speed float64) (d, t float64) {
	rise := speed/m.Acceleration + m.Acceleration/m.Jerk
	if speed < m.Acceleration*m.Acceleration/m.Jerk {
		rise = 2 * math.Sqrt(speed/m.Jerk)
	}
	return speed * rise, 2 * rise
}

// flight is the time over d metres at the greatest speed that can be reached on
// the way, d > 0. The equation of reach is solved for that speed: a quadratic
// where rated acceleration is reached, a cube root where it is not.
func flight(m *scenarios.Motion, d float64) float64 {
	if full, t := reach(m, m.Speed); d >= full {
		return t + (d-full)/m.Speed
	}
	soft := m.Acceleration / m.Jerk
	speed := m.Acceleration / 2 * (math.Sqrt(float64(soft*soft)+4*d/m.Acceleration) - soft)
	if speed < m.Acceleration*soft {
		speed = math.Cbrt(d * d * m.Jerk / 4)
	}
	_, t := reach(m, speed)
	return t
}
