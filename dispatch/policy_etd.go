package dispatch

// etd looks for the least time to destination: the caller's waiting and ride,
// and the delay the stop brings to everybody the car already has to serve
// (the form of Smith and Peters 2002: ETD of the new call plus the sum of the
// system degradation over the others).
type etd struct{}

func (etd) Name() string { return "etd" }
func (etd) Rules() Rules { return Rules{Ride: true} }

// waitWeight is how many seconds of riding a second of waiting counts for.
// Weighing both alike gave longer times to destination, not only longer
// waiting, on the lunch cases and the tall buildings of the peer workload:
// calls still move between cars, so part of the delay to riders that a plan
// predicts never comes about.
const waitWeight = 2

func (etd) Cost(c *Candidate) Cost {
	return waitWeight*(c.Wait+c.Early+c.DelayWaiting) + c.Ride + c.DelayRiding
}
