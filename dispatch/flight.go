package dispatch

import (
	"fmt"
	"math"
	"time"
)

// Flights is the controller's own estimate of how long a car takes between
// floors. It is found by bisection on the peak speed of the S-curve and shares
// no code with any drive or simulation, so that an error in either shows as an
// error of arrival times. Cars of one make share one *Flights. It is immutable.
type Flights struct {
	floors int
	turn   time.Duration
	flight []time.Duration // [from*floors+to] doors closed to level and standing
	branch []time.Duration // [from*floors+to] latest instant after leaving at which to can still become the stop
}

// Drive is what the controller knows of a car's motion.
type Drive struct {
	Speed, Acceleration, Jerk float64 // m/s, m/s2, m/s3; Jerk +Inf for a trapezoid
	StartDelay, Levelling     time.Duration
}

// NewFlights tabulates flights over floors at the given elevations in metres,
// lowest first. It returns an error naming the value when one is not positive
// or the elevations do not rise.
func NewFlights(elevations []float64, d Drive) (*Flights, error) {
	if !(d.Speed > 0) || !(d.Acceleration > 0) || !(d.Jerk > 0) || math.IsInf(d.Speed+d.Acceleration, 0) {
		return nil, fmt.Errorf("dispatch: drive needs positive speed, acceleration and jerk, have %v m/s, %v m/s2, %v m/s3", d.Speed, d.Acceleration, d.Jerk)
	}
	n := len(elevations)
	if n < 2 || n > MaxFloors {
		return nil, fmt.Errorf("dispatch: %d floors, want 2 to %d", n, MaxFloors)
	}
	f := &Flights{floors: n, flight: make([]time.Duration, n*n), branch: make([]time.Duration, n*n)}
	var lastDist float64
	var lastFlight, lastBranch time.Duration
	for k := 1; k < n; k++ { // by number of floors, so that equal storeys reuse one bisection
		for i := 0; i+k < n; i++ {
			dist := elevations[i+k] - elevations[i]
			if !(dist > 0) {
				return nil, fmt.Errorf("dispatch: floor %d at %v m is not above floor %d at %v m", i+k, elevations[i+k], i, elevations[i])
			}
			if dist != lastDist {
				lastDist = dist
				lastFlight, lastBranch = curve(dist, d)
			}
			f.flight[i*n+i+k], f.flight[(i+k)*n+i] = lastFlight, lastFlight
			f.branch[i*n+i+k], f.branch[(i+k)*n+i] = lastBranch, lastBranch
		}
	}
	return f, nil
}

// NewFixedFlights tabulates the (floor, stop, turn) model of the dispatching
// literature: n floors take run + (n-1)*floor, where run is the stop time less
// the door times; a stop half a floor away can still be made.
func NewFixedFlights(floors int, floor, run, turn time.Duration) (*Flights, error) {
	if floors < 2 || floors > MaxFloors || floor <= 0 || run <= 0 || turn < 0 {
		return nil, fmt.Errorf("dispatch: fixed flights need 2 to %d floors and positive times, have %d, %v, %v, %v", MaxFloors, floors, floor, run, turn)
	}
	n := floors
	f := &Flights{floors: n, turn: turn, flight: make([]time.Duration, n*n), branch: make([]time.Duration, n*n)}
	for i := range n {
		for j := range n {
			if k := max(i-j, j-i); k > 0 {
				f.flight[i*n+j] = run + time.Duration(k-1)*floor
				f.branch[i*n+j] = run/2 + time.Duration(k-1)*floor
			}
		}
	}
	return f, nil
}

// curve bisects on the peak speed of the S-curve over dist metres.
func curve(dist float64, d Drive) (flight, branch time.Duration) {
	ramp := func(u float64) (total, ease float64) { // time to reach speed u, and the part after acceleration begins to fade
		if u*d.Jerk >= d.Acceleration*d.Acceleration {
			ease = d.Acceleration / d.Jerk
			return u/d.Acceleration + ease, ease
		}
		ease = math.Sqrt(u / d.Jerk)
		return 2 * ease, ease
	}
	up, _ := ramp(d.Speed)
	var total, commit, ease float64
	if d.Speed*up <= dist { // up and down ramps together cover speed*up
		total = 2*up + (dist-float64(d.Speed*up))/d.Speed
		commit = total - up
	} else {
		lo, hi := 0.0, d.Speed
		for range 80 {
			mid := (lo + hi) / 2
			if t, _ := ramp(mid); mid*t < dist {
				lo = mid
			} else {
				hi = mid
			}
		}
		up, ease = ramp(hi)
		total = 2 * up
		commit = up - ease
	}
	return d.StartDelay + seconds(total) + d.Levelling, d.StartDelay + seconds(commit)
}

// seconds rounds to whole microseconds, far below any estimate's worth and
// coarse enough to be equal on processors that round differently.
func seconds(s float64) time.Duration {
	return time.Duration(math.Round(s*1e6)) * time.Microsecond
}

func (f *Flights) between(a, b Floor) time.Duration { return f.flight[int(a)*f.floors+int(b)] }
func (f *Flights) latest(a, b Floor) time.Duration  { return f.branch[int(a)*f.floors+int(b)] }

// Between is the estimated time from leaving one floor to standing at another;
// zero for the same floor. Floors outside the table panic.
func (f *Flights) Between(a, b Floor) time.Duration { return f.between(a, b) }
