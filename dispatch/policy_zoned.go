package dispatch

import "time"

// zoned divides the floors above the lobby among the cars, so that in up-peak
// each car makes few stops. A caller's zone is that of the destination where
// it is known, else of the landing; a lobby call without a destination belongs
// to every zone. Another car takes a call only if it is there much sooner.
type zoned struct{}

// zonePenalty is how much sooner a car of another zone must come.
const zonePenalty = 20 * time.Second

func (zoned) Name() string { return "zoned" }
func (zoned) Rules() Rules { return Rules{} }

func (zoned) Cost(c *Candidate) Cost {
	f := c.Floor
	if c.Floor == c.Lobby {
		f = c.To
	}
	cost := c.Wait + c.Early + c.DelayWaiting
	if f != NoFloor && (f < c.ZoneLow || f > c.ZoneHigh) {
		cost += zonePenalty
	}
	return cost
}
