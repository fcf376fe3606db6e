package phone

import (
	"math"
	"time"

	"hoistway/dispatch/remotecall"
	"hoistway/dispatch/remotecall/wire"
)

// Call asks for a car. Position is the phone's own business: it is read now,
// and leaves the phone as a cell of the grid, rounded towards the building. Somebody who is not near is
// refused here, without a word to the service. For Remote Call the phone says
// how long the walk takes, from r.Walk or from the distance and the user's
// pace, in whole seconds and at least one, and nothing of the distance; for Flow
// it says the distance in whole metres, as the service has the walking speed.
func (p *Phone) Call(r remotecall.CallRequest) (t remotecall.Ticket, err error) {
	at := p.o.Where()
	if !(math.Hypot(at.East, at.North) <= p.o.Near) {
		return remotecall.Ticket{}, remotecall.NotNear
	}
	r.Position = remotecall.Cell{East: int(at.East / p.o.Grid), North: int(at.North / p.o.Grid)}
	switch {
	case p.o.App == remotecall.Flow:
		r.Distance, r.Walk = math.Round(r.Distance), 0
	case r.Walk == 0:
		r.Walk = p.walk(r.Distance)
		fallthrough
	default:
		r.Distance, r.Walk = 0, max(r.Walk.Round(time.Second), time.Second)
	}
	if err := ask(p, wire.Call, r, &t); err != nil {
		return remotecall.Ticket{}, err
	}
	if p.o.App == remotecall.Flow {
		p.called = trip{r.Building, r.From, r.To}
	}
	return t, nil
}

// walk is the time for a distance in metres at the user's pace.
func (p *Phone) walk(distance float64) time.Duration {
	speed := remotecall.DefaultPolicy().DefaultSpeed
	if p.settings.Pace > 0 {
		speed = float64(p.settings.Pace) / 1000
	}
	return time.Duration(distance / speed * float64(time.Second))
}

// Status asks which car comes to a call, and when. Cancel ends the call.
func (p *Phone) Status(number uint64) (c remotecall.CallStatus, err error) {
	err = ask(p, wire.Status, number, &c)
	return c, err
}

func (p *Phone) Cancel(number uint64) error {
	p.called = trip{}
	return ask(p, wire.Cancel, number, nil)
}
