package dispatch

import "time"

// zoned divides the floors above the lobby among the cars, so that in up-peak
// each car makes few stops. It is made for panels: the zone of somebody at the
// lobby is that of the destination, of anybody else that of the landing. A car
// of another zone takes a call only if it is there much sooner.
type zoned struct{}

// zonePenalty is how much sooner a car of another zone must come.
const zonePenalty = 20 * time.Second

func (zoned) Name() string { return "zoned" }
func (zoned) Rules() Rules { return Rules{Sticky: true, Panel: true} }

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
