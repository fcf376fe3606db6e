package dispatch

// eta looks for the least waiting: the caller's own, and what the stop adds to
// the waiting of those the car is already to pick up later. A landing call that
// is held up counts for one and a half people: field studies find mean groups of
// 1.1 to 2.0, and others join while the car is on its way. On the peer tower at
// lunch that gave the shortest waiting of 1, 1.5, 2 and 3.
type eta struct{}

func (eta) Name() string { return "eta" }
func (eta) Rules() Rules { return Rules{} }

func (eta) Cost(c *Candidate) Cost {
	return c.Wait + c.Early + c.DelayWaiting*3/2
}
