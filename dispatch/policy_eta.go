package dispatch

// eta looks for the least waiting: the caller's own, and what the stop adds to
// the waiting of those the car is already to pick up later.
type eta struct{}

func (eta) Name() string { return "eta" }
func (eta) Rules() Rules { return Rules{} }

func (eta) Cost(c *Candidate) Cost {
	return c.Wait + c.Early + c.DelayWaiting
}
