package dispatch

// collective is the nearest-car rule of relay controllers: the figure of
// suitability N+2-d for a car coming towards the call in its direction, N+1-d
// for one coming towards it the other way, 1 for one going away, with d in
// floors. The nearest car is sought again until the call is answered (Barney
// and dos Santos).
type collective struct{}

func (collective) Name() string { return "collective" }
func (collective) Rules() Rules { return Rules{Position: true} }

func (collective) Cost(c *Candidate) Cost {
	d := c.Floor - c.At
	towards := c.Idle || d == 0 || (d > 0) == (c.Travel == Up)
	suit := 1
	switch {
	case towards && (c.Idle || c.Travel == c.Dir):
		suit = c.Floors + 2 - int(max(d, -d))
	case towards:
		suit = c.Floors + 1 - int(max(d, -d))
	}
	if c.Crowded {
		suit = 0
	}
	// Whole seconds a floor, so that the price reads as a distance; the wait
	// decides between cars equally near.
	return Cost(c.Floors+2-suit)*1e9 + c.Wait/1000
}
