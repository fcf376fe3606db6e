package dispatch

// etd looks for the least time to destination: the caller's waiting and ride,
// and the delay the stop brings to everybody the car already has to serve
// (the form of Smith and Peters 2002: ETD of the new call plus the sum of the
// system degradation over the others).
type etd struct{}

func (etd) Name() string { return "etd" }
func (etd) Rules() Rules { return Rules{Ride: true} }

func (etd) Cost(c *Candidate) Cost {
	return c.Wait + c.Early + c.Ride + c.DelayWaiting + c.DelayRiding
}
