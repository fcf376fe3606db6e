package dispatch

// destination is for panels and phones: the destination is known when the call
// is placed, the caller is told the car at once, and the car is kept. It looks
// for the least total time to destination, waiting weighed as in etd, of the
// caller and of everybody the car already has to serve, which gathers people with the same destination in
// the same car.
type destination struct{}

func (destination) Name() string { return "destination" }
func (destination) Rules() Rules { return Rules{Sticky: true, Ride: true, Panel: true} }

func (destination) Cost(c *Candidate) Cost {
	own := waitWeight*(c.Wait+c.Early) + c.Ride
	return own*Cost(c.Passenger) + waitWeight*c.DelayWaiting + c.DelayRiding
}
