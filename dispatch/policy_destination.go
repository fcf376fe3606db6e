package dispatch

// destination is for panels and phones: the destination is known when the call
// is placed, the caller is told the car at once, and the car is kept. It looks
// for the least total time to destination of the caller and of everybody the
// car already has to serve, which gathers people with the same destination in
// the same car.
type destination struct{}

func (destination) Name() string { return "destination" }
func (destination) Rules() Rules { return Rules{Sticky: true, Ride: true} }

func (destination) Cost(c *Candidate) Cost {
	return (c.Wait+c.Early+c.Ride)*Cost(c.Passenger) + c.DelayWaiting + c.DelayRiding
}
